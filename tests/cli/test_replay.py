#!/usr/bin/env python3
"""Every published run comes out again, whatever happened since and however it is cut; what was changed
behind the program's back is found and named."""
import csv
import io
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import settle_test
import world


class Replay(settle_test.TestCase):
    database = None

    def setUp(self):
        self.assertIsNot(Replay.database, False, 'the world could not be made')
        if Replay.database is None:
            Replay.database = False
            with tempfile.TemporaryDirectory(prefix='settle-replay-') as folder:
                Replay.database = world.quarter(self.server, folder)

    def replay(self, *options, code=0, database=None, env=None):
        got, out, err = (database or self.database).settle(
            '--format', 'csv', 'replay', *options, user='settle_audit', env=env)
        self.assertEqual(got, code, out + err)
        return list(csv.DictReader(io.StringIO(out)))

    def published(self):
        return [(int(run), digest) for run, _, digest in nights.digests(self.database)]

    def equal(self, *options, **more):
        rows = self.replay('--run', '1..', *options, **more)
        self.assertEqual([(int(r['run']), r['digest']) for r in rows], self.published())

    def test_world_has_everything(self):
        count = self.database.value
        self.assertGreater(int(count("SELECT count(*) FROM settle.run WHERE kind = 'issue'")), 3)
        self.assertEqual(count("SELECT count(*) FROM settle.control_log WHERE action = 'period-close'"), '3')
        self.assertGreater(int(count('SELECT count(*) FROM settle.quarantine_release')), 0)
        self.assertGreater(int(count('SELECT count(*) FROM settle.window_posting')), 0)
        self.assertGreater(int(count('SELECT count(*) FROM settle.invoice WHERE carried')), 0)
        self.assertGreater(int(count('SELECT max(chunk) FROM settle.run_receipt')), 2)
        self.assertEqual(count('SELECT count(DISTINCT kind) FROM settle.transfer'), '5')

    def test_whole(self):
        self.equal()

    def test_chunks_and_workers(self):
        self.equal('--chunk-facts', '7', '--workers', '3')
        self.equal('--chunk-facts', '1000000', '--workers', '1')

    def test_another_zone_and_locale(self):
        self.equal(env={'TZ': 'America/New_York', 'LC_ALL': 'de_DE.UTF-8', 'PGTZ': 'Pacific/Chatham',
                        'PGDATESTYLE': 'German', 'LANG': 'de_DE.UTF-8'})

    def test_writes_nothing(self):
        def content():
            tables = [row[0] for row in self.database.sql(
                "SELECT relname FROM pg_class WHERE relnamespace = 'settle'::regnamespace "
                "AND relkind = 'r' ORDER BY 1")]
            return [self.database.value(
                f"SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM settle.{table} t")
                for table in tables]
        before = content()
        self.replay('--run', '1..20')
        self.assertEqual(before, content())

    def test_period_and_range(self):
        wanted = self.database.sql("SELECT run_id FROM settle.run_publication "
                                   "WHERE to_char(business_date, 'YYYY-MM') = '2026-03' ORDER BY 1")
        self.assertGreater(len(wanted), 30)
        self.assertEqual([[r['run']] for r in self.replay('--period', '2026-03')], wanted)
        self.assertEqual([r['run'] for r in self.replay('--run', '3..5')], ['3', '4', '5'])
        got, out, err = self.database.settle('replay', '--run', '3..4')
        self.assertEqual(got, 0, err)
        self.assertEqual(len(out.splitlines()), 3)
        self.assertTrue(all(line.endswith('equal') for line in out.splitlines()[:2]), out)

    def test_no_such_run(self):
        for options, code in ((['--run', '100000'], 3), (['--period', '2019-01'], 3), (['--run', 'x'], 2),
                              (['--run', '5..3'], 2), ([], 2), (['--run', '1', '--workers', '-1'], 2)):
            got, out, err = self.database.settle('replay', *options)
            self.assertEqual((got, out), (code, ''), err)

    def test_later_decisions_change_nothing(self):
        """Closing, policies, late facts and master data that come afterwards."""
        copy = nights.copy_of(self.database)
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(world.QUARTER, 'managers.csv'), newline='', encoding='utf-8') as file:
                moved = next(row['manager'] for row in csv.DictReader(file) if row['outlet'] == 'D002-1')
            text = f'manager,name,outlet,valid_from\n{moved},Moved,D002-2,2026-01-01\n'
            copy.settle('import', 'managers', world.write(folder, 'm.csv', text),
                        '--date', '2026-05-16', check=True)
        copy.settle('period', 'close', '2026-04', '--accept', 'a test', user='settle_finance', check=True)
        copy.settle('run', '--date', '2026-06-20', check=True)
        world.issue(copy)
        rows = self.replay('--run', '1..', database=copy)
        self.assertEqual([(int(r['run']), r['digest']) for r in rows][:len(self.published())],
                         self.published())

    def changed(self, statement, runs):
        """What replay says of a copy in which a superuser changed something."""
        copy = nights.copy_of(self.database)
        world.tamper(copy, statement)
        rows = [r for r in self.replay('--run', runs, code=1, database=copy) if r['what']]
        self.server.sql(f'DROP DATABASE {copy.name}', 'postgres')
        return rows

    def test_tampered_transfer(self):
        key = self.database.sql(
            'SELECT t.distributor_id, t.period, t.subject_id, t.run_id, t.slot, d.code, o.upstream_id, '
            't.amount_minor FROM settle.transfer t '
            'JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id '
            'JOIN settle.closed_order o ON o.distributor_id = t.distributor_id AND o.order_id = t.subject_id '
            'WHERE t.kind = 1 ORDER BY t.run_id, t.subject_id LIMIT 1')[0]
        where = ('WHERE distributor_id = {} AND period = \'{}\' AND subject_id = {} AND run_id = {} '
                 'AND slot = {}').format(*key[:5])
        for column, change in (('amount_minor', 'amount_minor + 1'), ('target_minor', 'target_minor + 100'),
                               ('class_id', 'class_id % 2 + 1'), ('revision', 'revision + 1'),
                               ('credit', '6'), ('origin', "origin - interval '1 month'"),
                               ('policy_id', 'policy_id % 3 + 1'), ('kind', 'kind + 1')):
            rows = self.changed(f'UPDATE settle.transfer SET {column} = {change} {where}', key[3])
            hits = [r for r in rows if r['what'] == 'transfer' and r['run'] == key[3]]
            self.assertEqual([(r['distributor'], r['field']) for r in hits],
                             [(key[5], column.replace('_minor', '').replace('_id', ''))], (column, rows))
            self.assertIn('order ' + key[6], hits[0]['key'])
        rows = self.changed(f'DELETE FROM settle.transfer {where}', key[3])
        self.assertIn((key[5], 'row', 'none', 'there'),
                      [(r['distributor'], r['field'], r['published'], r['recomputed']) for r in rows])
        # its amount, in the words of finance
        rows = self.changed(f'UPDATE settle.transfer SET amount_minor = amount_minor + 1 {where}',
                            key[3])
        minor = int(key[7])
        self.assertEqual((rows[0]['published'], rows[0]['recomputed']),
                         (f'{(minor + 1) / 100:.2f}', f'{minor / 100:.2f}'))

    def test_swapped_transfers(self):
        run, low, high = self.database.sql(
            'SELECT run_id, min(amount_minor), max(amount_minor) FROM settle.transfer '
            'GROUP BY 1 HAVING count(*) > 20 ORDER BY 1 LIMIT 1')[0]
        rows = self.changed(
            f'WITH a AS (SELECT * FROM settle.transfer WHERE run_id = {run} AND amount_minor = {low} LIMIT 1), '
            f'b AS (SELECT * FROM settle.transfer WHERE run_id = {run} AND amount_minor = {high} LIMIT 1) '
            f'UPDATE settle.transfer t SET amount_minor = {low} + {high} - t.amount_minor FROM a, b '
            'WHERE (t.run_id, t.distributor_id, t.subject_id, t.slot) IN '
            '((a.run_id, a.distributor_id, a.subject_id, a.slot), '
            '(b.run_id, b.distributor_id, b.subject_id, b.slot))', run)
        self.assertEqual([r['field'] for r in rows if r['what'] == 'transfer'], ['amount'] * 2, rows)

    def test_tampered_beside(self):
        first = self.database.value('SELECT min(run_id) FROM settle.transfer')
        invoiced = self.database.value('SELECT min(run_id) FROM settle.invoice_line')
        billed = self.database.value(
            "SELECT min(b.run_id) FROM settle.run_batch b JOIN settle.batch USING (batch_id) WHERE kind = 'bills'")
        window = self.database.value('SELECT min(run_id) FROM settle.window_posting')
        for statement, what, run in (
                ('UPDATE settle.ledger_total SET amount_minor = amount_minor + 1', 'total', first),
                ('UPDATE settle.account_balance SET balance_minor = balance_minor + 1', 'balance', first),
                ('UPDATE settle.ledger_total SET carrier_id = carrier_id + 1', 'total', first),
                ('UPDATE settle.run_distributor SET digest = set_byte(digest, 3, 255 - get_byte(digest, 3))',
                 'digest', first),
                ('UPDATE settle.run_distributor SET transfers = transfers + 1', 'digest', first),
                ('UPDATE settle.run_publication SET facts = facts + 1', 'run', first),
                ('UPDATE settle.run_publication SET digest = set_byte(digest, 3, 255 - get_byte(digest, 3))',
                 'run', first),
                ('UPDATE settle.run SET business_date = business_date + 1', 'run', first),
                ('UPDATE settle.invoice SET payable_minor = payable_minor + 1, covered_minor = covered_minor + 1', 'invoice', invoiced),
                ('UPDATE settle.invoice_line SET tax_minor = tax_minor + 1, net_minor = net_minor - 1',
                 'invoice line', invoiced),
                ('UPDATE settle.invoice SET tax_rounding = 1', 'invoice', invoiced),
                ('UPDATE settle.invoice SET tax_per = 2', 'invoice', invoiced),
                ('UPDATE settle.invoice_binding SET up_to_run = up_to_run - 1 WHERE up_to_run > after_run + 1',
                 'invoice binding', invoiced),
                ('DELETE FROM settle.invoice_binding', 'invoice binding', invoiced),
                ('UPDATE settle.closed_order SET paid_minor = paid_minor + 100000, quantity = quantity + 1',
                 'transfer', first),
                ('UPDATE settle.bill SET minutes = 0, megabytes = 0',
                 'transfer', billed),
                ('UPDATE settle.window_posting SET target_minor = target_minor + 1', 'window', window),
                ('UPDATE settle.window_change SET delta = delta + 1000', 'measure', first),
                ('DELETE FROM settle.order_outcome', 'reason for zero', first)):
            rows = self.changed(statement, run)
            self.assertIn(what, {r['what'] for r in rows}, statement)

    def test_row_of_nobody(self):
        """A transfer for a distributor that the run had nothing to do with."""
        first = self.database.value('SELECT min(run_id) FROM settle.transfer')
        rows = self.changed(
            'INSERT INTO settle.transfer SELECT 100000, period, subject_id, run_id, slot, amount_minor, '
            'target_minor, policy_id, origin, cause, class_id, revision, kind, debit, credit '
            f'FROM settle.transfer WHERE run_id = {first} LIMIT 1', first)
        self.assertEqual([(r['what'], r['distributor'], r['recomputed']) for r in rows],
                         [('transfer', '100000', 'none')])

    def test_limit(self):
        copy = nights.copy_of(self.database)
        run = copy.value('SELECT run_id FROM settle.transfer GROUP BY 1 ORDER BY count(*) DESC LIMIT 1')
        n = copy.value(f'SELECT count(*) FROM settle.transfer WHERE run_id = {run}')
        world.tamper(copy, f'UPDATE settle.transfer SET target_minor = target_minor + 1 WHERE run_id = {run}')
        rows = self.replay('--run', run, '--limit', '3', code=1, database=copy)
        self.assertEqual((len(rows), rows[0]['differences']), (3, n))
        got, out, _ = copy.settle('replay', '--run', run, '--limit', '3')
        self.assertEqual(got, 1)
        self.assertIn(f'DIFFERS in {n}', out)
        self.assertIn(f'and {int(n) - 3} more', out)

    def test_another_calculation(self):
        copy = nights.copy_of(self.database)
        world.tamper(copy, 'UPDATE settle.run SET calculation = 7 WHERE run_id = 3')
        got, out, err = copy.settle('replay', '--run', '3')
        self.assertEqual(got, 3)
        self.assertIn('run 3 was begun with version 7 of the arithmetic, this program has version', err)


if __name__ == '__main__':
    settle_test.main()
