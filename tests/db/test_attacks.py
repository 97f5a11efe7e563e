#!/usr/bin/env python3
"""What somebody with one of the documented logins and psql can try against the night, and what comes of it: it is
refused, or `settle verify` finds it."""
import hashlib
import os
import subprocess
import sys
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

    def test_a_runner_waits_for_a_runner(self):
        self.hold(f"SELECT pg_advisory_lock({lock_key('runner')})", 'settle_night')
        self.settle('run', '--date', '2026-01-05', code=5, user='settle_night')
        self.assertEqual(self.sessions('settle_night'), 1)

    def test_only_runners_free_locks(self):
        for user in ('settle_audit', 'settle_sales', 'settle_finance'):
            self.assert_sql_fails('42501', self.database, 'SELECT settle.free_lock(1)', user)


settle_test.main()
