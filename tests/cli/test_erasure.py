#!/usr/bin/env python3
"""Texts stand apart: erased by two people, or when they are old, everything still verifies, replays, reports and repeats;
changed, it is found."""
import csv
import io
import os
import re
import subprocess
import sys
import time
import zipfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import small
import settle_test
import world
from test_events import event
from test_terms import receipt

# Tables with texts apart, and what each says of the texts
TEXTS = {
    'closed_order': ('salt', 'upstream_id', 'order_line', 'contract'),
    'bill_waiting': ('salt', 'contract'),
    'event': ('salt', 'upstream_id'),
    'event_waiting': ('salt', 'upstream_id', 'order_upstream_id', 'order_line'),
    'receipt': ('salt', 'upstream_id'),
    'quarantine': ('salt', 'value', 'message', 'raw'),
    'statement_line': ('salt', 'subject', 'fault'),
}
PHONE = '13800138000'


class Erasure(small.Case):
    """One world, settled up to a night; each test has a copy."""
    made = None

    def setUp(self):
        super().setUp()
        if Erasure.made is None:
            Erasure.made = False
            self.world()
            Erasure.made = self.database
        self.assertTrue(Erasure.made, 'the world could not be made')
        self.database = nights.copy_of(Erasure.made)

    def world(self):
        """Something in each of the tables; A-1/1 with its phone in most."""
        self.prepare('- upfront: u\n  pay: 10.00')
        Erasure.files = [small.order('A-1', '2026-01-10', contract=PHONE, line='1'),
                         small.order('A-1', '2026-01-10', contract='', line='2'),
                         small.order('B', '2026-01-10', contract='13900139000', line='')]
        self.send('orders', '2026-01-10', *Erasure.files)
        Erasure.wrong = [small.order('A-1', '2026-01-11', contract=PHONE, line='1', product='none'),
                         small.order('B', '2026-01-11', contract='13900139000', line='', product='none'),
                         small.order('C', '2026-01-11', contract='', line='', product='A-1')]
        self.send('orders', '2026-01-11', *Erasure.wrong, code=7)
        Erasure.rejected = self.database.value('SELECT max(batch_id) FROM settle.batch')
        Erasure.events = [event('e-1', 'refund', '2026-01-11', order_id='A-1', line='1', amount='5.00'),
                          event('e-2', 'cancel', '2026-01-11', order_id='LATER', line='')]
        self.send('events', '2026-01-11', *Erasure.events)
        Erasure.bills = [small.bill('13700137000', '2026-01', '2026-02-01', billed='30.00')]
        self.send('bills', '2026-01-11', *Erasure.bills)
        self.send('receipts', '2026-01-11', receipt('r-1', '2026-01', '75.00'))
        self.run_to('2026-01-12')
        theirs = self.file('theirs.csv', 'order_id,line,kind,period,amount\nA-1,1,upfront,,9.00\nA-1,1,gift,,1.00\n'
                                          'B,,upfront,,10.00\n')
        self.ok('reconcile', 'statement', theirs, '--carrier', 'C1', '--period', '2026-01', code=1)

    def ask(self, arguments, user='settle_night'):
        return self.database.value(f"SELECT settle.ask_erasure('asked for', {arguments})", user)

    def erase(self, arguments, **counts):
        request = self.ask(arguments)
        self.assertEqual(dict(self.database.sql(f'SELECT * FROM settle.erase_text({request}, {arguments})', 'settle_finance')),
                         {table: str(n) for table, n in counts.items()})

    def test_everything_goes_on(self):
        before = [self.out('ledger', 'balances'), self.out('report', 'trial-balance')]
        self.assertIn(PHONE, str(self.everything()))
        self.erase("carrier => 'C1', order_no => 'A-1', order_line => '1'", closed_order=1, event=1, quarantine=1,
                   statement_line=2)
        self.assertIn('the texts of 5 rows were erased', self.ok('verify', user='settle_audit'))
        self.assertNotIn(PHONE, str(self.everything()))
        self.assertEqual([self.out('ledger', 'balances'), self.out('report', 'trial-balance')], before)
        self.ok('replay', '--period', '2026-01')
        self.assertEqual(sorted(row['subject'][:9] for row in self.rows('ledger', 'transfers')), ['(erased) ', 'A-1/2', 'B'])
        self.assertIn('(erased) #', self.out('activity', 'list', '--distributor', 'D1', '--from', '2026-01'))
        self.ok('report', 'pack', '--period', '2026-01', '--output', os.path.join(self.folder, 'pack'))
        self.assertIn('(erased) #', self.out('export', 'journal'))
        self.assertIn('(erased) #', self.settle('reconcile', 'statement', '--carrier', 'C1', '--period', '2026-01', code=1))
        self.assertEqual([row['value'] for row in self.rows('quarantine', 'list')], ['(erased)', 'none', 'A-1'])
        self.ok('status')
        self.ok('facts', 'list')
        # known by its key alone: a repeat is a repeat, another content another content
        self.assertIn('3 repeated', self.send('orders', '2026-01-13', *Erasure.files))
        self.send('orders', '2026-01-13', {**Erasure.files[0], 'paid': '7.00'})
        self.assertIn('another paid', self.out('quarantine', 'list'))
        # what was erased is not released; the others are
        self.assertIn('2 rows', self.settle('quarantine', 'release', '--batch', Erasure.rejected))
        self.run_to('2026-01-14')
        self.assertIn('as published', self.ok('verify'))

    def everything(self):
        """All that is stored, but the control log's own detail."""
        return [self.database.sql(f'SELECT t::text FROM settle.{table} t') for table in TEXTS]

    def test_what_waits_is_found_and_told_again(self):
        self.erase("carrier => 'C1', order_no => 'LATER'", event_waiting=1)
        self.erase("carrier => 'C1', contract => '13700137000'", bill_waiting=1)
        self.assertIn('the texts of 2 rows were erased', self.ok('verify'))
        self.assertIn('1 repeated', self.send('bills', '2026-01-12', *Erasure.bills))
        self.assertIn('1 repeated', self.send('events', '2026-01-12', *Erasure.events[1:]))
        self.send('orders', '2026-01-13', small.order('LATER', '2026-01-10', contract='13700137000'))
        self.run_to('2026-01-14')
        self.assertEqual(self.database.sql('SELECT upstream_id, salt, commitment FROM settle.event ORDER BY batch_id')[-1],
                         ['', '', '00000000-0000-0000-0000-000000000000'])
        self.assertIn('the texts of 3 rows were erased', self.ok('verify'))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.bill'), '1')

    def test_by_contract_and_by_batch(self):
        """With a contract go its orders, and all that names one of them."""
        self.erase(f"carrier => 'C1', contract => '{PHONE}'", closed_order=1, event=1, quarantine=1, statement_line=2)
        self.erase(f"carrier => 'C1', contract => '{PHONE}'")  # nothing is left of it
        for table, kind in (('closed_order', 'orders'), ('event', 'events'), ('bill_waiting', 'bills'), ('receipt', 'receipts')):
            wanted = {'orders': {'closed_order': 2}, 'events': {'event_waiting': 1}, 'bills': {'bill_waiting': 1},
                      'receipts': {'receipt': 1}}[kind]
            first = self.database.value(f"SELECT min(batch_id) FROM settle.batch WHERE kind = '{kind}'")
            self.erase(f'batch => {first}', **wanted)
        self.erase(f'batch => {Erasure.rejected}', quarantine=2)
        self.assertIn('the texts of 12 rows were erased', self.ok('verify'))
        self.assertEqual(self.database.sql('SELECT DISTINCT salt, upstream_id, order_line, contract FROM settle.closed_order'),
                         [['', '', '', '']])
        self.assertEqual(self.database.sql("SELECT count(*), min(reason), min(actor) FROM settle.control_log "
                                           "WHERE action = 'text-erase'"), [['7', 'asked for', 'settle_finance']])
        self.assertNotIn(PHONE, str(self.database.sql('SELECT * FROM settle.control_log')))
        # what is named, by which key
        self.assertEqual([row[0].split('/')[:-1] for row in self.database.sql(
            "SELECT subject FROM settle.control_log WHERE action = 'text-erase' ORDER BY position LIMIT 3")],
            [['contract', 'C1'], ['contract', 'C1'], ['batch']])
        for arguments in ("'x'", "'', batch => 1", "'x', carrier => 'C1', order_no => ''", "'x', carrier => 'C1', contract => ''",
                          "'x', carrier => 'C1', order_no => 'B', order_line => NULL", "'x', carrier => 'C1'", "'x', carrier => 'C1', batch => 1", "'x', order_no => 'B'",
                          "'x', carrier => 'C1', order_no => 'B', contract => '1'", "'of A-1', carrier => 'C1', order_no => 'A-1'"):
            self.assert_sql_fails('22023', self.database, f'SELECT settle.ask_erasure({arguments})', 'settle_night')
        for arguments in ("carrier => 'C9', order_no => 'B'", 'batch => 999'):
            self.assert_sql_fails('P0002', self.database, f"SELECT settle.ask_erasure('x', {arguments})", 'settle_night')
        self.run_to('2026-01-14')
        self.assertIn('as published', self.ok('verify'))

    def test_it_takes_two(self):
        contract = ['--carrier', 'C1', '--contract', PHONE]
        self.assertIn('erase approve', self.ok('erase', 'ask', *contract, '--reason', 'by law', user='settle_finance'))
        request = self.rows('erase', 'list')[-1]
        self.assertEqual((request['state'], request['asked_by'], request['reason']), ('asked', 'settle_finance', 'by law'))
        n = request['request']
        self.assertIn('asked for already', self.settle('erase', 'ask', *contract, '--reason', 'again', code=4))
        self.assertIn('cannot approve it', self.settle('erase', 'approve', n, *contract, code=4, user='settle_finance'))
        self.settle('erase', 'approve', n, *contract, code=4, user='settle_night')     # who runs does not approve
        self.assertIn('that is not what erasure', self.settle('erase', 'approve', n, '--carrier', 'C1', '--contract', '1', code=4))
        self.assertIn(PHONE, str(self.everything()))
        self.ok('erase', 'refuse', n, '--reason', 'not he', user='settle_finance')
        self.assertIn('no erasure', self.settle('erase', 'approve', n, *contract, code=4))
        self.ok('erase', 'ask', *contract, '--reason', 'he', user='settle_night')
        n = self.rows('erase', 'list')[-1]['request']
        self.assertIn('somebody else', self.settle('erase', 'refuse', self.ask("carrier => 'C1', order_no => 'B'", 'settle_finance'),
                                                   '--reason', 'r', code=4, user='settle_night'))
        # a number on a command line is seen by whoever lists processes
        for name, code in (('139\n', 4), ('', 3), (PHONE, 3), (PHONE + '\n', 0)):
            done = subprocess.run([settle_test.program(), '--db', self.database.conninfo('settle_finance'), 'erase', 'approve', n,
                                   '--carrier', 'C1', '--contract', '-'], input=name, text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertNotIn(PHONE, str(self.everything()))
        self.assertEqual([r['state'] for r in self.rows('erase', 'list')], ['refused', 'erased', 'asked'])
        self.assertNotIn(PHONE, str(self.database.sql('SELECT * FROM settle.control_log')))
        for words in (['ask', '--reason', 'r'], ['ask', '--reason', 'r', '--batch', 'x'], ['ask', *contract], ['approve', 'x', *contract],
                      ['ask', '--reason', 'r', '--batch', '1', '--carrier', 'C1'], ['approve', n], ['refuse', n],
                      ['ask', '--reason', 'r', *contract, '--line', '1'], ['approve', n, n, *contract]):
            self.settle('erase', *words, code=2)

    def test_nothing_of_a_subscriber_is_left(self):
        """Not in tables, views, reports, pages, or a dump made afterwards; but in the WAL and old backups."""
        self.stage()
        ref = next(r['difference'] for r in self.rows_of_statement() if r['difference'].startswith('upfront/2026-01/A-1'))
        self.ok('reconcile', 'accept', ref, '--carrier', 'C1', '--period', '2026-01', '--reason', 'agreed', user='settle_finance')
        self.assertIn('accepted', [r['state'] for r in self.rows_of_statement()])
        words = (PHONE, 'A-1/1', 'e-1', 'STAGED-1')
        self.assertEqual([word for word in words if word in self.words_of_dump()], list(words))
        self.erase(f"carrier => 'C1', contract => '{PHONE}'", closed_order=2, event=1, quarantine=1, statement_line=2, staging=1)
        self.assertEqual([word for word in words if word in self.words_of_dump()], [])
        pages, pack = os.path.join(self.folder, 'pages'), os.path.join(self.folder, 'pack')
        self.ok('pages', '--all', '--output', pages)
        self.ok('report', 'pack', '--period', '2026-01', '--output', pack)
        for folder in (pages, pack):
            for where, _, names in os.walk(folder):
                for name in names:
                    path = os.path.join(where, name)
                    for content in self.contents(path):
                        found = set(re.split(rb'[^\w/-]+', content))
                        self.assertEqual([word for word in words if word.encode() in found], [], name)
        # what was decided on the difference holds
        self.assertIn('accepted', [r['state'] for r in self.rows_of_statement()])
        self.ok('replay', '--period', '2026-01')
        self.ok('verify')

    def contents(self, path):
        """Of a file, or of all that a workbook holds."""
        if path.endswith('.xlsx'):
            with zipfile.ZipFile(path) as book:
                return [book.read(name) for name in book.namelist()]
        with open(path, 'rb') as file:
            return [file.read()]

    def rows_of_statement(self):
        _, out, _ = self.database.settle('--format', 'csv', 'reconcile', 'statement', '--carrier', 'C1', '--period', '2026-01')
        return list(csv.DictReader(io.StringIO(out)))

    def words_of_dump(self):
        data = subprocess.run([os.path.join(self.server.bin, 'pg_dump'), '--data-only', '-d', self.database.conninfo()], check=True,
                              text=True, stdout=subprocess.PIPE).stdout
        return set(re.split(r'[^\w/-]+', data))

    def stage(self):
        """A row that was staged and taken in, and one that waits to be."""
        self.database.sql("""INSERT INTO settle.staging (source, kind, row_no, fields)
            SELECT 'crm', 'orders', n, jsonb_build_object('carrier', 'C1', 'order_id', 'STAGED-' || n, 'distributor', 'D1', 'product', 'P-plan',
                'region', 'GD', 'channel', 'online', 'closed_at', '2026-01-10 12:00:00', 'paid', '100.00', 'quantity', '1',
                'currency', 'CNY', 'contract', CASE n WHEN 1 THEN '13800138000' ELSE '' END)
              FROM generate_series(1, 2) n""")
        self.ok('import', 'orders', '--staging', 'crm', '--date', '2026-01-12')

    def test_expired(self):
        """What an approver has said is kept for a while: staging, rows that need nothing more, all texts."""
        self.assertEqual(self.rows('erase', 'expired'), [])
        self.stage()
        for name in ('staging', 'quarantine', 'texts'):
            self.ok('setting', 'set', f'retention-{name}', '12', '--reason', 'by law', user='settle_finance')
        self.assertEqual(self.rows('erase', 'expired'), [])
        world.tamper(self.database, "UPDATE settle.batch SET at = at - interval '13 months'; "
                     "UPDATE settle.staging SET at = at - interval '13 months'")
        before = self.database.value('SELECT count(*) FROM settle.quarantine WHERE salt IS NOT NULL')
        got = {(r['kept'], r['rows_of']): r['erased'] for r in self.rows('erase', 'expired')}
        self.assertEqual(got, {('staging', 'staging'): '2', ('texts', 'closed_order'): '5', ('texts', 'event'): '1',
                               ('texts', 'event_waiting'): '1', ('texts', 'bill_waiting'): '1', ('texts', 'receipt'): '1'})
        # rows that somebody may still release stay
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.quarantine WHERE salt IS NOT NULL'), before)
        self.assertEqual(self.rows('erase', 'expired'), [])
        self.ok('quarantine', 'dismiss', '--batch', Erasure.rejected, '--reason', 'wrong', user='settle_finance')
        self.assertEqual([(r['kept'], r['erased']) for r in self.rows('erase', 'expired')], [('quarantine', before)])
        self.settle('erase', 'expired', code=4, user='settle_audit')
        self.assert_sql_fails('42501', self.database, 'SELECT settle.erase_expired()', 'settle_finance')
        for value in ('x', '1201'):
            self.settle('setting', 'set', 'retention-texts', value, '--reason', 'r', code=3, user='settle_finance')

    def test_waits_for_what_is_just_taken_in(self):
        """An import has read what it writes: it is erased after that. Here it waits for a table, with its lock taken."""
        holder = self.session('BEGIN; LOCK TABLE settle.event_found IN SHARE MODE;')
        self.await_true("EXISTS (SELECT 1 FROM pg_locks WHERE granted AND mode = 'ShareLock' AND locktype = 'relation')")
        order = self.file('late.csv', ','.join(small.ORDER) + '\n' + ','.join(small.order('LATER', '2026-01-10').values()) + '\n')
        importing = subprocess.Popen([settle_test.program(), '--db', self.database.conninfo(), 'import', 'orders', order, '--date',
                                      '2026-01-13'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.await_lock('relation')
        request = self.ask("carrier => 'C1', order_no => 'LATER'")
        erasing = self.session(f"SELECT settle.erase_text({request}, carrier => 'C1', order_no => 'LATER');")
        self.await_lock('advisory')
        for session in (holder, importing, erasing):
            if session.stdin is not None:
                session.stdin.close()
            self.assertEqual(session.wait(60), 0)
        self.assertNotIn('LATER', str(self.everything()))
        self.assertNotIn('e-2', str(self.everything()))
        self.ok('verify')

    def session(self, text):
        out = subprocess.Popen([settle_test.psql_program(), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', self.database.conninfo()],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        out.stdin.write(text + '\n')
        out.stdin.flush()
        return out

    def await_true(self, condition):
        for _ in range(600):
            if self.database.value(f'SELECT {condition}') == 't':
                return
            time.sleep(0.05)
        self.fail(f'never: {condition}')

    def await_lock(self, kind):
        self.await_true(f"EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = '{kind}')")

    def test_which_rejected_rows_are_about_what(self):
        header = 'carrier,order_id,line,contract'
        for header, raw, what, about in (
                (header, 'C1,A,1,138', "'C1', 'order_id', 'A', '1'", 't'), (header, 'C1,A,2,138', "'C1', 'order_id', 'A', '1'", 'f'),
                (header, 'C2,A,1,138', "'C1', 'order_id', 'A', '1'", 'f'), (header, ' C1 , A ,1,', "'C1', 'order_id', 'A', '1'", 't'),
                (header, 'C1,B,1,A', "'C1', 'order_id', 'A', '1'", 'f'), (header, 'C1,B,1,138', "'C1', 'contract', '138', ''", 't'),
                (header, 'C1,"A",1,138', "'C1', 'order_id', 'A', '1'", 't'), (header, 'C1,x,A', "'C1', 'order_id', 'A', '1'", 't'),
                (header, 'C1,x,BA', "'C1', 'order_id', 'A', '1'", 'f'), ('carrier,contract', 'C1,A', "'C1', 'order_id', 'A', ''", 'f'),
                ('carrier,order_id', 'C1,A', "'C1', 'order_id', 'A', ''", 't')):
            self.assertEqual(self.database.value(f"SELECT settle.is_about('{header}', '{raw}', {what})"), about, (raw, what))

    def test_changed_texts_are_found(self):
        for table, columns in TEXTS.items():
            for column in columns[1:]:
                world.tamper(self.database, f"UPDATE settle.{table} SET {column} = {column} || 'x' WHERE ctid = "
                             f"(SELECT min(ctid) FROM settle.{table} WHERE '{column}' <> 'fault' OR {column} <> '')")
                self.assertIn(f'the text does not match its commitment in 1 rows of {table}', self.settle('verify', code=1))
                self.database = nights.copy_of(Erasure.made)
            for column in columns:
                world.tamper(self.database, f"UPDATE settle.{table} SET {column} = NULL "
                             f"WHERE ctid = (SELECT min(ctid) FROM settle.{table})")
                self.assertIn(f'1 rows of {table} are half erased', self.settle('verify', code=1))
                self.database = nights.copy_of(Erasure.made)

    def test_erased_without_a_decision(self):
        """What an owner empties by hand, or a decision that never came to pass."""
        self.database.sql('SET ROLE settle_owner; UPDATE settle.event SET salt = NULL, upstream_id = NULL')
        self.assertIn('the texts of 1 rows of event are erased, by decisions 0', self.settle('verify', code=1))
        self.database = nights.copy_of(Erasure.made)
        self.erase("carrier => 'C1', order_no => 'B'", closed_order=1, quarantine=1, statement_line=1)
        world.tamper(self.database, 'UPDATE settle.closed_order o SET salt = w.salt, upstream_id = w.upstream_id, order_line '
                     "= w.order_line, contract = w.contract FROM (SELECT * FROM settle.closed_order WHERE order_line = '2') w "
                     "WHERE o.upstream_id IS NULL")
        said = self.settle('verify', code=1)
        self.assertIn('the texts of 0 rows of closed_order are erased, by decisions 1', said)
        self.assertIn('the text does not match its commitment in 1 rows of closed_order', said)

    def test_changed_keys_are_found(self):
        for change, said in (("UPDATE settle.carrier_key SET key = sha256('x') WHERE carrier_id = 1", 'is another one than was made'),
                             ('DELETE FROM settle.carrier_key WHERE carrier_id = 0', 'is not there'),
                             ("INSERT INTO settle.carrier_key VALUES (2, 2, sha256('x'))", 'is none that the control log was told of')):
            self.database = nights.copy_of(Erasure.made)
            world.tamper(self.database, change)
            self.assertIn(said, self.settle('verify', code=1))

    def test_same_lines_of_two_databases_have_the_same_salts(self):
        """A repetition: under the same key, batch and line."""
        key = self.ok('carrier-key', 'export', 'C1')
        wanted = self.database.sql('SELECT commitment, salt FROM settle.closed_order ORDER BY 1')
        self.assertEqual(len({tuple(row) for row in wanted}), 3)
        self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        self.ok('carrier-key', 'set', 'C1', self.file('key', key))
        self.send('orders', '2026-01-10', *Erasure.files)
        self.assertEqual(self.database.sql('SELECT commitment, salt FROM settle.closed_order ORDER BY 1'), wanted)

    def test_nobody_else_and_nothing_else(self):
        request = self.ask('batch => 1', 'settle_finance')
        for user in ('settle_night', 'settle_audit', 'settle_sales'):
            self.assert_sql_fails('42501', self.database, f'SELECT settle.erase_text({request}, batch => 1)', user)
        for user in ('settle_night', 'settle_finance', 'settle_audit', 'settle_sales'):
            self.assert_sql_fails('42501', self.database, "SELECT settle.empty_texts(NULL, NULL, '', NULL, 1)", user)
        for user in ('settle_audit', 'settle_sales'):
            self.assert_sql_fails('42501', self.database, "SELECT settle.ask_erasure('x', batch => 1)", user)
        for table, columns in TEXTS.items():
            empty = ', '.join(f'{column} = NULL' for column in columns)
            parts = [table] + [row[0] for row in self.database.sql(
                f"SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE inhparent = 'settle.{table}'::regclass "
                f"AND relname LIKE '%2026_01'")]
            for part in parts:
                changes = [f'UPDATE settle.{part} SET {columns[-1]} = NULL', f'UPDATE settle.{part} SET salt = NULL',
                           f"UPDATE settle.{part} SET {empty[:-4]}'x'",
                           f'UPDATE settle.{part} SET {empty}, line = line', f'UPDATE settle.{part} SET {empty}, line = line + 1',
                           f'UPDATE settle.{part} SET {columns[1]} = {columns[1]}', f'DELETE FROM settle.{part}', f'TRUNCATE settle.{part}']
                for before in ('SET ROLE settle_owner', 'SET session_replication_role = replica'):
                    states = self.database.states([before, *changes])
                    self.assertEqual([pair for pair in zip(changes, states[1:]) if pair[1] != '23001'], [], before)
                self.assert_sql_fails('42501', self.database, f'SET ROLE settle_runner; UPDATE settle.{part} SET {empty}',
                                      'settle_night')


if __name__ == '__main__':
    settle_test.main()
