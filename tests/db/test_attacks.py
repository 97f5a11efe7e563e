#!/usr/bin/env python3
"""What somebody with one of the documented logins and psql can try against the night, and what comes of it: it is
refused, or `settle verify` finds it."""
import hashlib
import json
import os
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
import small
import settle_test

RULES = '- upfront: u\n  pay: 50%\n'


def lock_key(name):
    """As the store takes it."""
    return int.from_bytes(hashlib.sha256(('settle lock ' + name).encode()).digest()[:8], 'big', signed=True)


class Case(small.Case):
    def setUp(self):
        super().setUp()
        self.prepare(RULES, invoice='cycle: monthly, cut-off-day: 28')

    def hold(self, sql, user):
        """A session that says this and then nothing for as long as it lives; and where it stands."""
        child = subprocess.Popen([settle_test.psql_program(), '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1',
                                  '-d', self.database.conninfo(user)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(child.communicate)
        self.addCleanup(child.kill)
        child.stdin.write(sql + ';\n\\echo held\n')
        child.stdin.flush()
        said = []
        while not said or said[-1] not in ('held\n', ''):
            said.append(child.stdout.readline())
        self.assertEqual(said[-1], 'held\n', said)
        return child

    def ended(self, child):
        child.stdin.write('SELECT 1;\n')
        try:
            child.stdin.flush()
        except BrokenPipeError:
            pass
        out, _ = child.communicate()
        return child.returncode != 0 and 'administrator command' in out

    def sessions(self, user):
        return int(self.database.value(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'"))


class Locks(Case):
    """Nobody but a runner holds the night up."""

    def night_goes_on(self, held, user):
        self.assertEqual(self.sessions(user), 1)
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
        self.settle('run', '--date', '2026-01-05', user='settle_night')
        self.assertTrue(self.ended(held))
        self.assertEqual(self.database.value('SELECT settled FROM settle.run_publication'), '1')

    def test_advisory_locks(self):
        for name in ('runner', 'intake', 'chunk 1 of run 1'):
            with self.subTest(name):
                self.prepare(RULES)
                held = self.hold(f'SELECT pg_advisory_lock({lock_key(name)})', 'settle_audit')
                self.night_goes_on(held, 'settle_audit')

    def test_the_lock_of_partitions(self):
        held = self.hold("SELECT pg_advisory_lock(hashtextextended('settle partitions', 0))", 'settle_sales')
        self.send('orders', '2026-09-05', small.order('A-1', '2026-09-04'))
        self.assertTrue(self.ended(held))

    def test_an_open_submission(self):
        held = self.hold("BEGIN; SELECT settle.submit_policy('C1', 'p', '2', '2030-01-01', '2030-02-01', '\\x00')",
                         'settle_sales')
        self.night_goes_on(held, 'settle_sales')
        self.assertEqual(self.database.value("SELECT count(*) FROM settle.policy_submission WHERE version = '2'"), '0')

    def test_an_open_decision(self):
        held = self.hold("BEGIN; SET ROLE settle_approver; SELECT settle.decide('setting', 'intake-lookback-months', "
                         "NULL, 'x', '{\"value\": \"3\"}')", 'settle_finance')
        self.night_goes_on(held, 'settle_finance')

    def test_a_decision_waits_for_a_run(self):
        """As long as for any lock: a large issue holds the control log's counter for some time."""
        held = self.hold("BEGIN; SELECT settle.count('control', 0)", 'settle_night')
        threading.Timer(12, held.kill).start()
        self.settle('setting', 'set', 'intake-lookback-months', '4', '--reason', 'x', user='settle_finance')

    def test_a_runner_waits_for_a_runner(self):
        self.hold(f"SELECT pg_advisory_lock({lock_key('runner')})", 'settle_night')
        self.settle('run', '--date', '2026-01-05', code=5, user='settle_night')
        self.assertEqual(self.sessions('settle_night'), 1)

    def test_only_runners_free_locks(self):
        for user in ('settle_audit', 'settle_sales', 'settle_finance'):
            self.assert_sql_fails('42501', self.database, 'SELECT settle.free_lock(1)', user)


class Documents(Case):
    """What a runner slips in beside what was approved is not issued."""

    def drafted(self):
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'), small.order('A-2', '2026-01-04', distributor='D2'))
        self.run_to('2026-01-26')

    def issue(self, **more):
        return self.settle('invoice', 'issue', '--all-approved', '--until', '2026-12-31', '--yes', user='settle_night',
                           **more)

    def approve(self):
        self.settle('invoice', 'approve', '--all-drafted', '--until', '2026-12-31', '--yes', user='settle_finance')

    def copy_row(self, table, user='settle_night', where='true', **change):
        """The row once more, with other values in some columns, as somebody with that login."""
        columns = [row[0] for row in self.database.sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'settle.%s'::regclass AND attnum > 0" % table)]
        self.database.sql(f"INSERT INTO settle.{table} ({', '.join(columns)}) "
                          f"SELECT {', '.join(change.get(c, c) for c in columns)} FROM settle.{table} WHERE {where}", user)

    def found(self, *words):
        said = self.settle('verify', code=1, user='settle_audit')
        for word in words:
            self.assertIn(word, said)

    def test_as_it_is(self):
        self.drafted()
        self.run_to('2026-01-28')
        self.approve()
        self.issue()
        self.ok('verify')

    def test_an_invoice_in_an_approved_batch(self):
        self.drafted()
        self.run_to('2026-01-28')
        self.approve()
        self.copy_row('invoice', where='distributor_id = 1', tax_ppb='tax_ppb + 1', gross_minor='gross_minor + 100000000',
                      net_minor='net_minor + 100000000', payable_minor='payable_minor + 100000000')
        self.assertIn('not those that it was drafted with', self.issue(code=4))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.invoice_issue'), '0')
        self.found('invoice')

    def test_a_total_for_a_run_to_come(self):
        """It comes to an invoice that honest people approve. Nothing of it is issued."""
        self.drafted()
        last = int(self.database.value('SELECT max(run_id) FROM settle.run'))
        self.copy_row('ledger_total', where='distributor_id = 1', run_id=str(last + 1), amount_minor='50000000')
        self.run_to('2026-01-28')
        self.assertIn('500050.00', self.ok('invoice', 'list'))
        self.approve()
        self.assertIn('totals of distributor 1', self.issue(code=4))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.invoice_issue'), '0')
        self.found('ledger_total')

    def test_a_posting_for_a_run_to_come(self):
        self.drafted()
        last = int(self.database.value('SELECT max(run_id) FROM settle.run'))
        self.copy_row('ledger_total', where='distributor_id = 1', run_id=str(last + 1))
        self.copy_row('transfer', where='distributor_id = 1', run_id=str(last + 1))
        self.run_to('2026-01-28')
        self.found('distributor D1')


class Batches(Case):
    """What came in is bound to the batch that read it."""

    def test_a_number_that_nobody_counted(self):
        add = ("SELECT settle.add_batch(jsonb_populate_record(b, '{\"batch_id\": %d}'), '{}', '{}', '{}') "
               "FROM settle.batch b WHERE batch_id = 1")
        self.assert_sql_fails('23001', self.database, add % 99, 'settle_night')
        self.assert_sql_fails('23505', self.database, add % 1, 'settle_night')
        for user in ('settle_audit', 'settle_sales', 'settle_finance'):
            self.assert_sql_fails('42501', self.database, add % 1, user)
        # nor by another's name
        self.database.sql("SELECT settle.count('batch', 1)", 'settle_night')
        last = int(self.database.value("SELECT value FROM settle.counter WHERE name = 'batch'"))
        self.database.sql((add % last).replace('{\"', '{"actor": "settle_finance", "'), 'settle_night')
        self.assertEqual(self.database.value(f'SELECT actor FROM settle.batch WHERE batch_id = {last}'), 'settle_night')

    def test_staged_rows_are_not_skipped(self):
        for row in (1, 2):
            fields = dict(small.order(f'A-{row}', '2026-01-04'))
            self.database.sql("INSERT INTO settle.staging (source, kind, row_no, fields) VALUES "
                              f"('crm', 'orders', {row}, '{json.dumps(fields)}')", 'settle_night')
        take = "SELECT settle.take_staged('crm', '%s', %d, %d)"
        for kind, up_to, batch in (('orders', 9000000, 1), ('orders', 2, 1), ('orders', 2, 99), ('events', 2, 1)):
            self.assert_sql_fails('23001', self.database, take % (kind, up_to, batch), 'settle_night')
        self.settle('import', 'orders', '--staging', 'crm', '--date', '2026-01-05', user='settle_night')
        self.assertEqual(self.database.sql('SELECT up_to FROM settle.staging_taken'), [['2']])
        last = int(self.database.value("SELECT max(batch_id) FROM settle.batch"))
        self.assert_sql_fails('23001', self.database, take % ('orders', 3, last), 'settle_night')

    def test_a_release_reads_again(self):
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04', distributor='D9'))
        batch = self.database.value('SELECT batch_id FROM settle.quarantine')
        release = "SELECT settle.release_rows(%s, ARRAY[2]::bigint[], %s, '{}')"
        for into in ('1', batch, '99'):
            self.assert_sql_fails('P0002', self.database, release % (batch, into), 'settle_night')
        self.assertIn('D9', self.ok('quarantine', 'list'))


settle_test.main()
