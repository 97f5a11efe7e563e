#!/usr/bin/env python3
"""Whatever a superuser changes of what was published, verify finds and names. Every column of every table
that holds published rows is flipped once; the list of columns comes from the catalog."""
import configparser
import csv
import hashlib
import io
import os
import random
import re
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import settle_test
import small
import world
from test_events import event

# Not published: what others wrote into, what is waiting, what only counts, and the migrations' own.
LEFT_OUT = {'staging', 'staging_taken', 'counter', 'invoice_series', 'schema_migration'}
# How a value of a type becomes another one that fits.
FLIPS = {
    'smallint': '{c} + 1', 'integer': '{c} + 1', 'bigint': '{c} + 1', 'numeric': '{c} + 1',
    'boolean': 'NOT {c}', 'text': "{c} || 'x'", 'date': '{c} + 1',
    'timestamp with time zone': "{c} + interval '1 second'", 'jsonb': "{c} || '{{\"x\": 1}}'",
    'uuid': 'md5({c}::text)::uuid', 'bytea': 'set_byte({c}, 1, 255 - get_byte({c}, 1))', 'ARRAY': 'array_append({c}[1:7], {c}[8] + 1)',
}
# Where adding one would be stopped by a CHECK or a partition, and says nothing about verify.
SPECIAL = {
    ('control_log', 'action'): "CASE action WHEN 'setting' THEN 'run-abandon' ELSE 'setting' END",
    ('run', 'kind'): "CASE kind WHEN 'issue' THEN 'nightly' ELSE 'issue' END",
    ('batch', 'kind'): "CASE kind WHEN 'orders' THEN 'bills' ELSE 'orders' END",
    ('batch', 'state'): "CASE state WHEN 'sealed' THEN 'refused' ELSE 'sealed' END",
    ('transfer', 'debit'): 'CASE debit WHEN 6 THEN 7 ELSE 6 END',
    ('transfer', 'credit'): 'CASE credit WHEN 6 THEN 7 ELSE 6 END',
    ('transfer', 'kind'): 'CASE kind WHEN 1 THEN 2 ELSE 1 END',
    ('transfer', 'origin'): "(origin - interval '1 month')::date",
    ('agenda', 'what'): 'CASE what WHEN 1 THEN 2 ELSE 1 END',
    ('statement_line', 'kind'): 'CASE kind WHEN 1 THEN 2 ELSE 1 END',
    ('code', 'dim'): 'CASE dim WHEN 8 THEN 7 ELSE 8 END',
}
# What the quarter has no row for and the small one of what was told wrongly has.
TOLD_WRONGLY = [(table, column) for table, columns in (
    ('batch_withdrawal', ('batch_id', 'by_batch', 'position')), ('event', ('closed_month',)), ('event_waiting', ('closed_month',)),
    ('order_revised', ('closing_month', 'distributor_id', 'batch_id', 'order_id')),
    ('quarantine_dismissal', ('batch_id', 'line', 'position')), ('quarantine_wake', ('batch_id', 'line', 'by_batch')))
    for column in columns]


class ToldWrongly(small.Case):
    """Makes the small database."""

    def make(self):
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', *[small.order(k, '2026-01-05', distributor=d) for k, d in
                                            (('A', 'D1'), ('B', 'D1'), ('C', 'D3'), ('D', 'D4'), ('E', 'D4'))])
        self.send('events', '2026-01-06', event('a', 'refund', '2026-01-06', amount='10.00', closed_month='2026-01'),
                  event('b', 'refund', '2026-01-06', order_id='X', amount='10.00', closed_month='2026-01'))
        batch = int(self.send('events', '2026-01-06', event('c', 'refund', '2026-01-06', order_id='B', amount='5.00'))
                    .split('batch ')[1].split()[0])
        self.send('events', '2026-01-06', event('c', 'refund', '2026-01-06', order_id='B', amount='6.00'))  # a conflict
        self.run_to('2026-01-06')
        self.send('orders', '2026-01-07', small.order('A', '2026-01-05', paid='80.00', revision='2'))
        self.send('distributors', '2026-01-07', dict(distributor='D3', name='three', tier='', valid_from='2026-01-01'))
        self.ok('quarantine', 'dismiss', '--rejected', 'unknown-distributor', '--reason', 'a test', user='settle_finance')
        self.ok('batch', 'withdraw', batch, '--reason', 'a test', user='settle_night')
        self.ok('batch', 'approve', batch, user='settle_finance')
        self.run_to('2026-01-08')


class Verify(settle_test.TestCase):
    database = None
    noted = None

    def setUp(self):
        self.assertIsNot(Verify.database, False, 'the world could not be made')
        if Verify.database is None:
            Verify.database = False
            with tempfile.TemporaryDirectory(prefix='settle-verify-') as folder:
                made = world.quarter(self.server, folder)
            Verify.database = made

    def verify(self, *options, database=None, code=0):
        got, out, err = (database or self.database).settle(
            '--format', 'csv', 'verify', *options, user='settle_audit')
        self.assertEqual(got, code, out + err)
        return list(csv.DictReader(io.StringIO(out)))

    def found(self, statement, *options):
        """What verify says of a copy in which that was done."""
        copy = nights.copy_of(self.database)
        try:
            world.tamper(copy, statement)
            return self.verify(*options, database=copy, code=1)
        finally:
            self.server.sql(f'DROP DATABASE {copy.name}', 'postgres')

    def head(self, database=None):
        got, out, err = (database or self.database).settle('verify', '--head', user='settle_audit')
        self.assertEqual(got, 0, err)
        return out.strip()

    def test_clean(self):
        self.assertEqual(self.verify(), [])
        got, out, _ = self.database.settle('verify')
        self.assertEqual(got, 0)
        self.assertIn('as published', out)
        self.assertRegex(out, r'head \d+:[0-9a-f]{64}\n')
        self.assertEqual(self.verify('--expect', self.head()), [])

    def test_older_heads_still_hold(self):
        copy = nights.copy_of(self.database)
        before = self.head(copy)
        copy.settle('run', '--date', '2026-05-20', check=True)
        self.assertNotEqual(before, self.head(copy))
        self.assertEqual(self.verify('--expect', before, database=copy), [])

    def test_bad_options(self):
        for options in (['--expect', '12'], ['--expect', 'x:' + 'a' * 64], ['--expect', '1:' + 'g' * 64],
                        ['--head', '--expect', '1:' + 'a' * 64], ['more'], ['--limit', '-1']):
            self.assertEqual(self.database.settle('verify', *options)[0], 2, options)

    def flip(self, copy, columns, picked, least):
        """Those of the columns whose change verify did not find, and those that no row has. In one copy after the other:
        the value is changed, verify is asked, the value is put back. picked: which to try."""
        world.tamper(copy, """DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                      WHERE contype IN ('c', 'p', 'u') AND connamespace = 'settle'::regnamespace AND coninhcount = 0 LOOP
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
            END LOOP;
        END $$""")
        last = copy.value('SELECT max(run_id) FROM settle.run_publication')
        there = copy.sql(' UNION ALL '.join(
            f"SELECT '{t}', '{c}' WHERE EXISTS (SELECT 1 FROM settle.{t} WHERE {c} IS NOT NULL)"
            for t, c, _ in columns))
        empty = {(t, c) for t, c, _ in columns} - {(t, c) for t, c in there}
        missed, tried, back = [], 0, ''
        for table, column, kind in columns:
            if (table, column) in empty or not picked():
                continue
            change = SPECIAL.get((table, column), FLIPS[kind]).format(c=column)
            where = f'{column} IS NOT NULL'
            if column == 'run_id':
                where += f' AND run_id <= {last}'
            if kind == 'bytea':
                where += f' AND length({column}) > 1'
            # in the middle of history, so that something stands on it; what was is kept aside
            copy.sql(f"""{back}
                CREATE TABLE public.kept AS SELECT t.tableoid AS part, t.ctid AS place
                  FROM settle.{table} t WHERE {where} ORDER BY t::text
                OFFSET (SELECT count(*) / 2 FROM settle.{table} WHERE {where}) LIMIT 1;
                CREATE TABLE public.was AS SELECT t.* FROM settle.{table} t, public.kept k
                 WHERE t.tableoid = k.part AND t.ctid = k.place;
                DELETE FROM settle.{table} t USING public.kept k WHERE t.tableoid = k.part AND t.ctid = k.place;
                CREATE TABLE public.now AS SELECT * FROM public.was;
                UPDATE public.now SET {column} = {change};
                CREATE TABLE public.placed (part oid, place tid);
                WITH i AS (INSERT INTO settle.{table} SELECT * FROM public.now RETURNING tableoid, ctid)
                INSERT INTO public.placed SELECT * FROM i""")
            # by its place: the changed row may look like another one
            back = f"""DELETE FROM settle.{table} t USING public.placed p
                 WHERE t.tableoid = p.part AND t.ctid = p.place;
                INSERT INTO settle.{table} SELECT * FROM public.was;
                DROP TABLE public.kept, public.was, public.now, public.placed;"""
            tried += 1
            got, out, err = copy.settle('--format', 'csv', 'verify', user='settle_audit')
            if got != 1 or not list(csv.DictReader(io.StringIO(out))):
                missed.append((table, column, got, err))
        copy.sql(back)
        self.assertEqual(missed, [], f'{len(missed)} of {tried}')
        self.assertGreaterEqual(tried, least, f'without a row: {sorted(empty)}')
        self.assertEqual(self.verify(database=copy), [], 'everything was put back')
        return empty

    def test_columns_of_what_was_told_wrongly(self):
        """Rows of all that is told again, withdrawn, dismissed or read again by itself, in a small database of their own."""
        maker = ToldWrongly()
        maker.setUp()
        self.addCleanup(maker.doCleanups)
        maker.make()
        self.assertEqual(self.verify(database=maker.database), [])
        wanted = [column for column in self.columns_of(maker.database) if column[:2] in TOLD_WRONGLY]
        self.assertEqual(self.flip(maker.database, wanted, lambda: True, len(TOLD_WRONGLY)), set())

    @staticmethod
    def columns_of(database):
        return [(t, c, kind) for t, c, kind in database.sql("""
            SELECT c.table_name, c.column_name, c.data_type
              FROM information_schema.columns c
              JOIN pg_class t ON t.relname = c.table_name AND t.relnamespace = 'settle'::regnamespace
             WHERE c.table_schema = 'settle' AND t.relkind IN ('r', 'p') AND NOT t.relispartition
             ORDER BY 1, c.ordinal_position""") if t not in LEFT_OUT]

    def test_every_column(self):
        """A sixth of them, others each time; SETTLE_LONG=1 takes all."""
        copy = nights.copy_of(self.database)
        seed = int(os.environ.get('SETTLE_SEED') or random.randrange(1 << 30))
        print(f'# seed {seed}')
        pick = random.Random(seed)
        long = os.environ.get('SETTLE_LONG') == '1'
        empty = self.flip(copy, self.columns_of(copy), lambda: long or pick.random() < 1 / 6, 300 if long else 25)
        # only what this world has can be flipped
        self.assertEqual(empty, self.EMPTY | set(TOLD_WRONGLY))

    # what neither this quarter nor the small one of what was told wrongly has a row for
    EMPTY = {('run_abandonment', c) for c in ('run_id', 'reason', 'position')} | {('agenda', 'revision'), ('batch', 'file_signature')}

    def test_names_the_place(self):
        transfer = self.database.sql(
            'SELECT t.run_id, d.code, t.distributor_id, t.subject_id, t.slot FROM settle.transfer t '
            'JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id '
            'WHERE t.run_id > 40 ORDER BY 1, 2, 4, 5 LIMIT 1')[0]
        where = f'run_id = {transfer[0]} AND distributor_id = {transfer[2]} AND subject_id = {transfer[3]} ' \
                f'AND slot = {transfer[4]}'
        rows = self.found(f'UPDATE settle.transfer SET amount_minor = amount_minor + 1 WHERE {where}')
        self.assertEqual({(r['run'], r['place']) for r in rows if r['place'].startswith('dist')},
                         {(transfer[0], 'distributor ' + transfer[1])})
        copy = nights.copy_of(self.database)
        world.tamper(copy, f'DELETE FROM settle.transfer WHERE {where}')
        got, out, _ = copy.settle('verify')
        last = copy.value('SELECT max(run_id) FROM settle.run_publication')
        self.assertEqual(got, 1)
        self.assertIn(f'the first broken is run {transfer[0]}; runs {int(transfer[0]) + 1} to {last} stand on it',
                      out)

    def test_two_origins(self):
        """What was taken back later of an amount is of the amount's month (13.2); another month is named as such."""
        run, distributor, subject, slot = self.database.sql(
            'SELECT max(run_id), distributor_id, subject_id, slot >> 4 << 4 FROM settle.transfer WHERE kind < 5 '
            'GROUP BY 2, 3, 4 HAVING count(DISTINCT run_id) > 1 ORDER BY 1 LIMIT 1')[0]
        rows = self.found(f"UPDATE settle.transfer SET origin = (origin - interval '1 month')::date WHERE run_id = {run} "
                          f'AND distributor_id = {distributor} AND subject_id = {subject} AND slot >> 4 << 4 = {slot}')
        self.assertIn((run, True), {(r['run'], f'subject {subject} slot {slot} has two origins' in r['finding'])
                                    for r in rows}, rows)

    def test_swapped(self):
        run, low, high = self.database.sql(
            'SELECT run_id, min(amount_minor), max(amount_minor) FROM settle.transfer '
            'GROUP BY 1 HAVING count(*) > 20 ORDER BY 1 LIMIT 1')[0]
        rows = self.found(
            f'WITH a AS (SELECT * FROM settle.transfer WHERE run_id = {run} AND amount_minor = {low} LIMIT 1), '
            f'b AS (SELECT * FROM settle.transfer WHERE run_id = {run} AND amount_minor = {high} LIMIT 1) '
            f'UPDATE settle.transfer t SET amount_minor = {low} + {high} - t.amount_minor FROM a, b '
            'WHERE (t.run_id, t.distributor_id, t.subject_id, t.slot) IN '
            '((a.run_id, a.distributor_id, a.subject_id, a.slot), '
            '(b.run_id, b.distributor_id, b.subject_id, b.slot))')
        self.assertEqual({r['run'] for r in rows}, {run})
        # two orders of a batch change places in what they paid
        rows = self.found(
            'WITH two AS (SELECT batch_id, min(order_id) AS a, max(order_id) AS b FROM settle.closed_order '
            'GROUP BY batch_id ORDER BY 1 LIMIT 1), '
            'paid AS (SELECT o.order_id, o.paid_minor FROM settle.closed_order o, two '
            'WHERE o.batch_id = two.batch_id AND o.order_id IN (a, b)) '
            'UPDATE settle.closed_order o SET paid_minor = 1 + (SELECT p.paid_minor FROM paid p '
            'WHERE p.order_id <> o.order_id) FROM two '
            'WHERE o.batch_id = two.batch_id AND o.order_id IN (a, b)')
        self.assertTrue(all(r['place'].startswith('batch') for r in rows), rows)

    def test_policies_are_what_their_texts_say(self):
        """What stands beside a text is told by who activates it: it is held against the text, and not only sealed."""
        for change, said in (('policy_rule SET split = \'{70,20,10}\' WHERE policy_id = 1 AND ordinal = 0', '(70,20,10)"'),
                             ('policy_rule SET rule = \'r\' WHERE policy_id = 1 AND ordinal = 0', ' r ()"'),
                             ('policy SET closing_to = closing_to + 1 WHERE policy_id = 1', '..'),
                             ('policy_rule SET ordinal = 99 WHERE policy_id = 1 AND ordinal = 0', '"0 ')):
            rows = self.found(f'UPDATE settle.{change}')
            texts = [r['finding'] for r in rows if r['place'] == 'policy 1' and 'the text says' in r['finding']]
            self.assertEqual(len(texts), 1, (change, rows))
            self.assertIn(said, texts[0])

    def test_rows_added_and_lost(self):
        for table in ('transfer', 'ledger_total', 'account_balance', 'run_distributor', 'order_outcome', 'agenda', 'cut', 'window_change',
                      'window_posting', 'invoice', 'invoice_line', 'invoice_binding', 'closed_order', 'bill', 'contract',
                      'quarantine', 'batch_slice', 'batch_rows', 'chunk_rows', 'run_receipt', 'run_batch', 'run_policy',
                      'run_chunk',
                      'batch_consumption', 'control_log', 'policy_rule', 'policy_submission', 'run_seal', 'code',
                      'invoice_base', 'invoice_batch', 'invoice_issue', 'manager_version'):
            self.assertTrue(self.found(
                f'DELETE FROM settle.{table} WHERE ctid = (SELECT min(ctid) FROM settle.{table}) AND tableoid = '
                f'(SELECT tableoid FROM settle.{table} ORDER BY ctid LIMIT 1)'), table)
        for table, change in (('transfer', 'slot = slot + 8'),
                              ('closed_order', 'key_id = key_id + 1, '
                                               'order_id = settle.order_id(key_id + 1, closing_month)'),
                              ('ledger_total', 'class_id = class_id + 77')):
            self.assertTrue(self.found(
                f'CREATE TEMP TABLE x AS SELECT * FROM settle.{table} LIMIT 1; UPDATE x SET {change}; '
                f'INSERT INTO settle.{table} SELECT * FROM x'), table)

    def test_bindings(self):
        """What an invoice binds: the row sum tells that it is another one, the check what is wrong with it."""
        # the last invoice of somebody that has an earlier one
        pick = ('FROM settle.invoice i JOIN settle.invoice e USING (distributor_id, carrier_id, currency, tax_ppb) '
                'WHERE NOT i.carried AND NOT e.carried AND e.run_id < i.run_id ')
        key = '(b.distributor_id, b.run_id, b.carrier_id, b.currency, b.tax_ppb)'
        one = f'SELECT i.distributor_id, i.run_id, i.carrier_id, i.currency, i.tax_ppb {pick} ORDER BY 2 DESC, 1, 3, 4, 5 LIMIT 1'
        for statement, said in (
                # from the first run on, as the invoice before
                (f'UPDATE settle.invoice_binding b SET after_run = 0 WHERE {key} = ({one})',
                 'are bound already'),
                # a run in the middle of what the invoice before has
                ('INSERT INTO settle.invoice_binding SELECT i.distributor_id, i.run_id, i.carrier_id, i.currency, i.tax_ppb, '
                 f'e.run_id - 1, e.run_id {pick} ORDER BY i.run_id DESC, 1, 3, 4, 5 LIMIT 1', 'are bound already'),
                (f'DELETE FROM settle.invoice_binding b WHERE {key} = ({one})', 'it binds no run'),
                (f'INSERT INTO settle.invoice_binding SELECT distributor_id, run_id, carrier_id, currency, tax_ppb + 1, '
                 f'run_id - 1, run_id FROM ({one}) x', 'are bound by no invoice')):
            rows = self.found(statement)
            self.assertTrue(any(said in r['finding'] for r in rows), (statement, rows))
            self.assertTrue(any('invoice_binding' in r['place'] + r['finding'] for r in rows), (statement, rows))
        # a hole in the middle is none of these: only what is taken out of it is missed
        rows = self.found(
            f'WITH b AS (DELETE FROM settle.invoice_binding b WHERE {key} = ({one}) RETURNING *) '
            'INSERT INTO settle.invoice_binding SELECT distributor_id, run_id, carrier_id, currency, tax_ppb, after_run, '
            'after_run + 1 FROM b UNION ALL '
            'SELECT distributor_id, run_id, carrier_id, currency, tax_ppb, after_run + 2, up_to_run FROM b')
        self.assertFalse(any('bound' in r['finding'] for r in rows), rows)

    def test_what_cannot_be_bound(self):
        copy = nights.copy_of(self.database)
        for after_run, up_to_run in (('run_id', 'run_id'), ('run_id + 1', 'run_id'), ('-1', 'run_id'), ('0', 'run_id + 1')):
            with self.assertRaisesRegex(Exception, 'invoice_binding_check'):
                world.tamper(copy, 'INSERT INTO settle.invoice_binding SELECT distributor_id, run_id, carrier_id, currency, '
                                   f'tax_ppb + 1, {after_run}, {up_to_run} FROM settle.invoice LIMIT 1')
        for column, values in (('tax_rounding', (-1, 3)), ('tax_per', (0, 3))):
            for value in values:
                with self.assertRaisesRegex(Exception, f'invoice_{column}_check'):
                    world.tamper(copy, f'UPDATE settle.invoice SET {column} = {value}')

    def test_no_seals_at_all(self):
        first = self.database.value('SELECT min(run_id) FROM settle.run_receipt')
        rows = self.found('DELETE FROM settle.run_seal')
        self.assertEqual((rows[0]['run'], rows[0]['place']), (first, 'seal'))

    def test_cut_off_tail(self):
        """The last run taken out as if it had never been: only what was noted outside can tell."""
        head = self.head()
        last = head.split(':')[0]
        tables = [row[0] for row in self.database.sql(
            "SELECT table_name FROM information_schema.columns c JOIN pg_class t ON t.relname = c.table_name "
            "WHERE c.table_schema = 'settle' AND c.column_name = 'run_id' AND t.relkind IN ('r', 'p') "
            "AND NOT t.relispartition ORDER BY 1")]
        cut = ''.join(f'DELETE FROM settle.{table} WHERE run_id = {last};' for table in tables)
        cut += '''UPDATE settle.invoice_series s SET last_number = coalesce(
            (SELECT max(b.base + (SELECT count(*) FROM settle.invoice i WHERE NOT i.carried
                                     AND (i.run_id, i.chunk, i.carrier_id) = (b.run_id, b.chunk, b.carrier_id)))
               FROM settle.invoice_base b WHERE (b.carrier_id, b.year) = (s.carrier_id, s.year)), 0);'''
        cut += f"UPDATE settle.counter SET value = {last} - 1 WHERE name IN ('watermark', 'run');"
        rows = self.found(cut, '--expect', head)
        self.assertEqual([(r['run'], r['place']) for r in rows], [(last, 'head')])
        # without it the shorter chain is a good one
        copy = nights.copy_of(self.database)
        world.tamper(copy, cut)
        self.assertEqual(self.verify(database=copy), [])
        # and a tail made anew is another one
        copy.settle('run', '--date', '2026-05-15', check=True)
        rows = self.verify('--expect', head, database=copy, code=1)
        self.assertEqual([r['place'] for r in rows], ['head'])

    def test_limit_counts(self):
        copy = nights.copy_of(self.database)
        world.tamper(copy, 'UPDATE settle.transfer SET target_minor = target_minor + 1')
        got, out, _ = copy.settle('verify', '--limit', '3')
        self.assertEqual(got, 1)
        shown = re.search(r'and (\d+) more', out)
        self.assertGreater(int(shown[1]), 50)
        self.assertIn(f'the first broken is run {copy.value("SELECT min(run_id) FROM settle.transfer")};', out)

    def test_unfinished_and_given_up_runs(self):
        """What was never published is nobody's books: not a finding."""
        copy = nights.copy_of(self.database)
        run = int(copy.value('SELECT max(run_id) FROM settle.run')) + 1
        world.tamper(copy, f"""
            INSERT INTO settle.run SELECT {run}, kind, business_date + 30, due, control_position, calculation, engine, server
              FROM settle.run WHERE run_id = {run - 1};
            UPDATE settle.counter SET value = {run} WHERE name = 'run';
            INSERT INTO settle.run_chunk VALUES ({run}, 1, 1, 1000, 0);
            INSERT INTO settle.transfer SELECT distributor_id, period, subject_id, {run}, slot, amount_minor,
                target_minor, policy_id, origin, cause, class_id, revision, kind, debit, credit
              FROM settle.transfer WHERE run_id = (SELECT min(run_id) FROM settle.transfer)""")
        self.assertEqual(self.verify(database=copy), [])
        copy.settle('run', '--abandon', '--reason', 'a test', check=True)
        self.assertEqual(self.verify(database=copy), [])
        copy.settle('run', '--date', '2026-05-16', check=True)
        self.assertEqual(self.verify(database=copy), [])

    def test_sums_by_another_program(self):
        """The row sums once more, from the definition in docs/architecture.md, over what the server sends."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(os.path.join(world.ROOT, 'engine', 'store', 'sql', 'tables.ini'), encoding='utf-8')
        kept = {'batch': {(row[0], row[1]): row[2:] for row in self.database.sql(
                    "SELECT table_name, batch_id, rows, encode(digest, 'hex') FROM settle.batch_rows")},
                'chunk': {(row[0], row[1], row[2]): row[3:] for row in self.database.sql(
                    "SELECT table_name, run_id, chunk, rows, encode(digest, 'hex') FROM settle.chunk_rows")}}
        of = {'batch': ('batch_id', ''),
              'chunk': ('t.run_id, c.chunk', 'JOIN settle.run_chunk c ON c.run_id = t.run_id AND t.distributor_id '
                                             'BETWEEN c.first_distributor AND c.last_distributor')}
        for name in parser.sections():
            table = parser[name]
            if table['of'] not in of:
                continue
            columns = re.split(r',\s*', table['columns'])
            owner, join = of[table['of']]
            result = subprocess.run(
                ['psql', '-X', '-q', '-d', self.database.conninfo(), '-c',
                 f"COPY (SELECT {owner}, {', '.join('t.' + c for c in columns)} FROM settle.{name} t {join} ORDER BY "
                 f"{', '.join('t.' + c for c in re.split(', *', table['key']))}) TO STDOUT (FORMAT binary)"],
                stdout=subprocess.PIPE, check=True, timeout=60)
            sums = {}
            for row in rows_of(result.stdout):
                n = len(owner.split(','))
                key = (name, *(str(struct.unpack('>i', field[4:])[0]) for field in row[:n]))
                count, digest = sums.get(key) or (0, hashlib.sha256(b'settle-rows-1\0' + name.encode() + b'\0' +
                                                                    ', '.join(columns).encode() + b'\0'))
                digest.update(b''.join(row[n:]))
                sums[key] = count + 1, digest
            self.assertEqual({key: [str(count), digest.hexdigest()] for key, (count, digest) in sums.items()},
                             {key: value for key, value in kept[table['of']].items() if key[0] == name}, name)
            kept[table['of']] = {key: value for key, value in kept[table['of']].items() if key[0] != name}
        self.assertEqual(kept, {'batch': {}, 'chunk': {}})

    def test_sums_cannot_be_balanced(self):
        """Rows change places, one comes for another, a value is taken here and given there: of a batch and of a
        chunk, and what verify says names the table."""
        for table, column, of in (('closed_order', 'paid_minor', 'batch_id'), ('bill', 'billed_minor', 'batch_id'),
                                  ('order_outcome', 'paid_minor', 'run_id')):
            two = (f'WITH o AS (SELECT {of} FROM settle.{table} GROUP BY 1 HAVING count(*) > 1 AND '
                   f'min({column}) < max({column}) ORDER BY 1 LIMIT 1), '
                   f'two AS (SELECT min(t.{column}) AS low, max(t.{column}) AS high FROM settle.{table} t JOIN o '
                   f'USING ({of})), a AS (SELECT t.ctid, t.tableoid FROM settle.{table} t JOIN o USING ({of}), two '
                   f'WHERE t.{column} = low LIMIT 1), b AS (SELECT t.ctid, t.tableoid FROM settle.{table} t JOIN o '
                   f'USING ({of}), two WHERE t.{column} = high LIMIT 1) ')
            for low, high in (('high', 'low'), ('low + 1', 'high - 1')):
                rows = self.found(
                    f'{two} UPDATE settle.{table} t SET {column} = CASE WHEN t.{column} = low THEN {low} ELSE {high} '
                    f'END FROM two, a, b WHERE (t.tableoid = a.tableoid AND t.ctid = a.ctid) OR '
                    f'(t.tableoid = b.tableoid AND t.ctid = b.ctid)')
                self.assertTrue(any(f'rows in {table} are not what was written' in r['finding'] for r in rows), rows)
        # one row goes and another comes: as many as before
        rows = self.found(
            "CREATE TEMP TABLE x AS SELECT * FROM settle.contract ORDER BY contract_id LIMIT 1; "
            "DELETE FROM settle.contract c USING x WHERE c.contract_id = x.contract_id AND c.order_id = x.order_id; "
            "UPDATE x SET contract_id = contract_id + 1; INSERT INTO settle.contract SELECT * FROM x")
        self.assertTrue(any('rows in contract are not what was written' in r['finding'] for r in rows), rows)
        # and one that goes is counted
        rows = self.found('DELETE FROM settle.agenda a USING (SELECT * FROM settle.agenda LIMIT 1) x '
                          'WHERE (a.distributor_id, a.run_id, a.order_id, a.what) = '
                          '(x.distributor_id, x.run_id, x.order_id, x.what)')
        self.assertTrue(any(re.fullmatch(r'agenda holds \d+ rows of it, \d+ were written', r['finding'])
                            for r in rows), rows)

    def test_sums_of_nothing(self):
        for statement in (
                "INSERT INTO settle.batch_rows SELECT max(batch_id), 'event', 1, sha256('') FROM settle.batch",
                "INSERT INTO settle.batch_rows SELECT batch_id + 1000, table_name, rows, digest FROM settle.batch_rows",
                "INSERT INTO settle.chunk_rows SELECT run_id, chunk + 1000, table_name, rows, digest FROM settle.chunk_rows",
                "INSERT INTO settle.chunk_rows SELECT min(run_id), 1, 'no_such', 1, sha256('') FROM settle.chunk_rows",
                "DELETE FROM settle.batch_rows WHERE table_name = 'bill'", 'DELETE FROM settle.chunk_rows'):
            self.assertTrue(self.found(statement), statement)


def rows_of(stream):
    """The rows of a binary COPY: lists of fields, each with its length before it."""
    at = 19
    while True:
        n, = struct.unpack_from('>h', stream, at)
        at += 2
        if n < 0:
            return
        row = []
        for _ in range(n):
            length, = struct.unpack_from('>i', stream, at)
            row.append(stream[at:at + 4 + max(length, 0)])
            at += 4 + max(length, 0)
        yield row


if __name__ == '__main__':
    settle_test.main()
