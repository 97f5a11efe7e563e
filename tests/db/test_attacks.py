#!/usr/bin/env python3
"""What somebody with one of the documented logins and psql can try against the night, and what comes of it: it is
refused, or `settle verify` finds it."""
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'cli'))
import small
import settle_test

# Tests here that are no attack, or a further one of a kind that the table has.
WORKS = {'test_a_treasury_that_waits', 'test_names_tests_that_are_there', 'test_the_lock_of_partitions', 'test_an_open_decision', 'test_a_decision_waits_for_a_run',
         'test_a_runner_waits_for_a_runner', 'test_only_runners_free_locks', 'test_a_treasury_of_another_database', 'test_as_it_is', 'test_staged_rows',
         'test_the_treasury_takes_in', 'test_batches_and_what_they_wake', 'test_what_a_withdrawal_woke_waits_for_the_treasury'}
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

    def sessions(self, user):
        return int(self.database.value(f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'"))


class Table(settle_test.TestCase):
    def test_names_tests_that_are_there(self):
        """Each line of "What was tried" in docs/operations.md names a test, and each test here stands in it or is one of the
        few that show that what should work does."""
        with open(os.path.join(small.ROOT, 'docs', 'operations.md'), encoding='utf-8') as file:
            section = file.read().split('\n## What was tried\n')[1].split('\n## ')[0]
        rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in section.splitlines() if line.startswith('| ')][2:]
        self.assertGreater(len(rows), 30)
        sources = {}
        for who, tries, result, test in rows:
            self.assertTrue(who and tries and result, test)
            name, _, method = test.partition(' ')
            paths = [os.path.join(small.ROOT, 'tests', folder, name + '.py') for folder in ('db', 'cli')]
            path = next(path for path in paths if os.path.exists(path))
            with open(path, encoding='utf-8') as file:
                sources[name] = file.read()
            for word, what in zip(('class', 'def'), filter(None, method.split('.'))):
                self.assertIn(f'{word} {what}(', sources[name], test)
        mentioned = {row[3].split('.')[-1] for row in rows}
        here = set(re.findall(r'def (test_\w+)', sources['test_attacks']))
        self.assertEqual(here - mentioned, WORKS)


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

    def test_the_treasury_keeps_the_lock_of_imports(self):
        """It may hold it while it takes receipts in, and no longer: its own time limits it can take off. Who stands in line
        for it is ended, too."""
        off = "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0"
        first, second = (self.hold(off, 'settle_treasurer') for _ in range(2))
        first.stdin.write(f"SELECT pg_advisory_lock({lock_key('intake')});\n\\echo taken\n")
        first.stdin.flush()
        while first.stdout.readline() != 'taken\n':
            pass
        second.stdin.write(f"SELECT pg_advisory_lock({lock_key('intake')});\n")
        second.stdin.flush()
        self.database.sql("CREATE OR REPLACE FUNCTION settle.patience() RETURNS bigint LANGUAGE sql AS $$ SELECT 2000::bigint $$")
        path = self.file('orders.csv', small.text([small.order('A-1', '2026-01-04')]))
        self.settle('import', 'orders', path, '--date', '2026-01-05', user='settle_night')
        self.assertTrue(self.ended(first))
        self.assertEqual(self.sessions('settle_treasurer'), 0)
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order'), '1')
        # a runner's is left alone
        self.hold(f"SELECT pg_advisory_lock({lock_key('intake')})", 'settle_night')
        self.settle('import', 'orders', path, '--date', '2026-01-05', code=5, user='settle_night')
        self.assertEqual(self.sessions('settle_night'), 1)

    def test_a_treasury_that_waits(self):
        """As long as the lock is not kept, a runner waits for it and ends nobody."""
        held = self.hold(f"SELECT pg_advisory_lock({lock_key('intake')})", 'settle_treasurer')
        timer = threading.Timer(8, lambda: (held.stdin.write('SELECT pg_advisory_unlock_all();\n'), held.stdin.flush()))
        timer.start()
        self.settle('import', 'orders', self.file('orders.csv', small.text([small.order('A-1', '2026-01-04')])), '--date', '2026-01-05',
                    user='settle_night')
        self.assertEqual(self.sessions('settle_treasurer'), 1)

    def test_a_treasury_of_another_database(self):
        """Locks have the same numbers in every database: who waits for another one's is left alone."""
        key = lock_key('intake')
        self.hold(f'SELECT pg_advisory_lock({key})', 'settle_treasurer')
        here, self.database = self.database, self.server.database(migrated=True)
        self.hold(f'SELECT pg_advisory_lock({key})', 'settle_night')
        waiter = subprocess.Popen([settle_test.psql_program(), '-X', '-q', '-d', self.database.conninfo('settle_treasurer'),
                                   '-c', f'SELECT pg_advisory_lock({key})'], stderr=subprocess.PIPE)
        self.addCleanup(waiter.communicate)
        self.addCleanup(waiter.kill)
        for _ in range(100):
            if self.database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == '1':
                break
            time.sleep(0.1)
        self.assertEqual(here.value(f'SELECT settle.seize_lock({key}, 300000)', 'settle_night'), 't')
        self.assertEqual(self.database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"), '1')

    def test_only_runners_free_locks(self):
        for user in ('settle_audit', 'settle_sales', 'settle_finance'):
            self.assert_sql_fails('42501', self.database, 'SELECT settle.free_lock(1)', user)
            self.assert_sql_fails('42501', self.database, 'SELECT settle.seize_lock(1, 9223372036854775807)', user)


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


class Nights(Case):
    """What somebody with the runner's login does in place of the program."""

    def begun(self):
        """A night with two orders, begun by psql; its run and epoch."""
        self.run_to('2026-01-04')
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'), small.order('A-2', '2026-01-04', distributor='D2'))
        epoch = self.database.value("SELECT settle.count('epoch', 1)", 'settle_night')
        run = self.database.value(f"SELECT b.run FROM settle.run r, settle.begin_run('nightly', '2026-01-05', r.calculation, r.engine, "
                                  f'{epoch}) b', 'settle_night')
        return run, epoch

    def plan(self, run, first, last, expected):
        self.database.sql(f'SELECT settle.plan_chunks({run}, ARRAY[1], ARRAY[{first}], ARRAY[{last}], ARRAY[{expected}]::bigint[])',
                          'settle_night')

    def receipt(self, run, epoch):
        return self.database.value(f"SELECT settle.write_receipt({run}, 1, {epoch}, 0, 0, 0, 0, 0, 0, 0, 0, '{{}}', '{{}}', '{{}}')",
                                   'settle_night')

    def publish(self, run, epoch):
        return (f"SELECT settle.publish_run({run}, {epoch}, sha256('x'), (SELECT digest FROM settle.run_publication "
                'ORDER BY run_id DESC LIMIT 1))')

    def test_a_night_planted_as_empty(self):
        run, epoch = self.begun()
        self.plan(run, 1, 2, 0)
        self.assertEqual(self.receipt(run, epoch), 't')
        self.assertIn('other facts', self.assert_sql_fails('23001', self.database, self.publish(run, epoch), 'settle_night'))
        # nor does the program, which goes on with it
        self.assertIn('0 of 2 facts', self.settle('run', '--date', '2026-01-05', code=3, user='settle_night'))
        self.settle('run', '--abandon', '--reason', 'planted', user='settle_night')
        self.settle('run', '--date', '2026-01-05', user='settle_night')
        self.settle('verify', user='settle_audit')
        self.assertEqual(self.database.value("SELECT settled FROM settle.run_publication WHERE business_date = '2026-01-05'"), '2')

    def test_chunks_that_leave_somebody_out(self):
        run, _ = self.begun()
        self.plan(run, 1, 1, 1)
        self.assertIn('1 of 2 facts', self.settle('run', '--date', '2026-01-05', code=3, user='settle_night'))

    def test_a_receipt_of_an_older_runner(self):
        run, epoch = self.begun()
        self.plan(run, 1, 2, 2)
        self.database.sql("SELECT settle.count('epoch', 1)", 'settle_night')
        self.assertEqual(self.receipt(run, epoch), 'f')
        self.assert_sql_fails('55P03', self.database, self.publish(run, epoch), 'settle_night')

    def test_an_invented_order(self):
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
        self.copy_row('closed_order', order_id='settle.order_id(key_id + 1, closing_month)', key_id='key_id + 1')
        self.assertIn('2 of 1 facts', self.settle('run', '--date', '2026-01-05', code=3, user='settle_night'))
        self.found('closed_order holds 2 rows of it, 1 were written')

    def test_an_order_of_ids_that_nobody_has(self):
        for column in ('product_id', 'carrier_id', 'region_id'):
            with self.subTest(column):
                self.prepare(RULES)
                self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
                self.copy_row('closed_order', **{'revision': '2', column: '32000' if column == 'region_id'
                                                 else '2000000000'})
                self.settle('run', '--date', '2026-01-05', code=3, user='settle_night')
                self.found('closed_order holds 2 rows')

    def test_a_series_set_back(self):
        for verb in ('UPDATE settle.invoice_series SET last_number = 0', 'DELETE FROM settle.invoice_series',
                     "INSERT INTO settle.invoice_series VALUES (1, 2026, 0)"):
            self.assert_sql_fails('42501', self.database, verb, 'settle_night')



class TimeLimits(settle_test.TestCase):
    """A server of its own: they are settings of logins."""

    def test_forgotten_sessions_end(self):
        with settle_test.PrivateServer() as server:
            database = server.database(migrated=True)
            for login in settle_test.LOGINS:
                database.sql(f'GRANT settle_reader TO {login}')
            said = database.settle('status', user='settle_audit')[1]
            for login in ('settle_audit', 'settle_sales', 'settle_finance', 'settle_treasurer'):
                self.assertRegex(said, f'{login} +no statement_timeout')
            database.sql("ALTER ROLE settle_sales SET statement_timeout = '7s'")
            database.settle('migrate', check=True)
            self.assertNotIn('no statement_timeout', database.settle('status', user='settle_audit')[1])
            shown = [database.sql(f'SHOW {name}', login)[0][0] for login in ('settle_audit', 'settle_sales', 'settle_night')
                     for name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout')]
            self.assertEqual(shown, ['4h', '1min', '10min', '7s', '1min', '10min', '0', '0', '0'])
            database.sql(f"ALTER ROLE settle_audit IN DATABASE {database.name} SET idle_in_transaction_session_timeout = '1s'")
            with self.assertRaises(settle_test.SqlError) as failed:
                database.sql('BEGIN;\n\\! sleep 3\nSELECT 1;', 'settle_audit')
            self.assertIn('idle-in-transaction timeout', str(failed.exception))


RECEIPT = {'carrier': 'C1', 'receipt_id': 'R1', 'distributor': 'D1', 'month': '2026-01', 'amount': '10.00', 'currency': 'CNY'}


class Money(Case):
    """What carriers pay and say comes in by a login of its own, and by no other."""

    def csv(self, name, *rows):
        lines = [','.join(rows[0])] + [','.join(row.values()) for row in rows]
        return self.file(name, ''.join(line + '\n' for line in lines))

    def take_in(self, *rows, user='settle_treasurer', code=0, date='2026-01-05'):
        return self.settle('import', 'receipts', self.csv('receipts.csv', *rows), '--date', date, user=user, code=code)

    def last(self, what='max(batch_id)'):
        return self.database.value(f'SELECT {what} FROM settle.batch')

    def test_the_treasury_takes_in(self):
        self.take_in(RECEIPT)
        self.run_to('2026-01-06')
        self.settle('verify', user='settle_audit')
        self.assertEqual(self.database.value("SELECT actor FROM settle.batch WHERE kind = 'receipts'"), 'settle_treasurer')

    def test_an_invented_receipt(self):
        self.take_in(RECEIPT)
        self.assertIn('settle_treasury', self.take_in(RECEIPT, user='settle_night', code=4))
        for role in ('settle_runner', 'settle_reader'):
            with self.assertRaises(settle_test.SqlError) as failed:
                self.copy_row('receipt', user='settle_night', receipt_id='receipt_id + 1', amount_minor='9999900')
            self.assertEqual(failed.exception.state, '42501', role)
        # nor does a batch of them stand
        self.database.sql("SELECT settle.count('batch', 1)", 'settle_night')
        add = ("SELECT settle.add_batch(jsonb_populate_record(b, jsonb_build_object('batch_id', (SELECT value FROM settle.counter "
               "WHERE name = 'batch'))), '{}', '{}', '{}') FROM settle.batch b WHERE kind = 'receipts'")
        self.assertIn('not for settle_night', self.assert_sql_fails('42501', self.database, add, 'settle_night'))
        # nor do they come by staging
        self.assert_sql_fails('23514', self.database, "INSERT INTO settle.staging (source, kind, row_no, fields) VALUES "
                              "('crm', 'receipts', 1, '{}')", 'settle_night')
        # nor by the night
        inbox = os.path.join(self.folder, 'inbox')
        os.mkdir(inbox)
        for name, text in (('r.csv', ','.join(RECEIPT) + '\n' + ','.join({**RECEIPT, 'receipt_id': 'R9'}.values()) + '\n'),
                           ('manifest.csv', 'file,kind,business_date\nr.csv,receipts,2026-01-05\nend,1\n')):
            with open(os.path.join(inbox, name), 'w', encoding='utf-8') as file:
                file.write(text)
        night = ('night', inbox, '--until', '2026-01-05', '--quiet', '0')
        self.assertIn('it stays', self.settle(*night, user='settle_night', code=3))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.receipt'), '1')
        self.settle(*night, '--receipts', '--state', inbox + '.treasury', user='settle_treasurer')
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.receipt'), '2')
        self.assertEqual(os.listdir(inbox), ['manifest.csv'])

    def test_a_statement_of_our_own(self):
        theirs = self.file('theirs.csv', 'order_id,kind,amount\nA,upfront,1.00\n')
        whose = ('--carrier', 'C1', '--period', '2026-01')
        self.settle('reconcile', 'statement', theirs, *whose, user='settle_treasurer', code=1)
        self.settle('reconcile', 'statement', self.file('ours.csv', 'order_id,kind,amount\nA,upfront,2.00\n'), *whose,
                    user='settle_night', code=4)
        again = ("SELECT settle.decide('statement-import', subject, sha256('x'), '', detail) FROM settle.control_log "
                 "WHERE action = 'statement-import'")
        for user in ('settle_night', 'settle_finance', 'settle_audit'):
            self.assert_sql_fails('42501', self.database, again, user)
        with self.assertRaises(settle_test.SqlError) as failed:
            self.copy_row('statement_line', line='line + 1')
        self.assertEqual(failed.exception.state, '42501')

    def test_who_is_of_both_groups(self):
        self.take_in(RECEIPT)
        self.database.sql('GRANT settle_runner TO settle_treasurer')
        try:
            self.assertIn('runs nights', self.take_in({**RECEIPT, 'receipt_id': 'R2'}, code=4))
            self.assertIn('settle_runner and settle_treasury', self.settle('status', user='settle_audit'))
        finally:
            self.database.sql('REVOKE settle_runner FROM settle_treasurer')
        self.assertNotIn('settle_runner and', self.settle('status', user='settle_audit'))

    def test_a_kept_receipt_that_was_planted(self):
        """Read again is what came in with the batch, and nothing that was put beside it."""
        self.take_in({**RECEIPT, 'distributor': 'D9'}, code=7)
        kept = self.last()
        self.copy_row('quarantine', line='7', raw="replace(replace(raw, 'D9', 'D1'), '10.00', '99999.00')")
        self.assertIn('keeps no rows', self.settle('quarantine', 'release', '--batch', kept, code=4, user='settle_treasurer'))
        self.assertIn('not taken in by this login',
                      self.settle('quarantine', 'release', '--batch', kept, code=3, user='settle_night'))
        self.found('quarantine')

    def test_the_treasury_runs_nothing(self):
        for call in (('run', '--date', '2026-01-05'), ('import', 'orders', self.file('o.csv', 'x\n')), ('invoice', 'issue', '1/C1'),
                     ('batch', 'carry-out')):
            self.settle(*call, user='settle_treasurer', code=4)
        for call in ("SELECT settle.count('epoch', 1)", "SELECT settle.count('looked-again', 0)", "SELECT settle.free_lock(1)"):
            self.assert_sql_fails('42501', self.database, call, 'settle_treasurer')
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
        for table in ('closed_order', 'carrier_version'):
            with self.assertRaises(settle_test.SqlError) as failed:
                self.copy_row(table, user='settle_treasurer', batch_id='batch_id + 1')
            self.assertEqual(failed.exception.state, '42501')

    def test_rows_of_a_batch_to_come(self):
        """They would keep the next import's number out, and with it every import."""
        self.take_in(RECEIPT)
        self.take_in({**RECEIPT, 'distributor': 'D9'}, code=7)
        for table in ('batch_slice', 'quarantine'):
            with self.assertRaises(settle_test.SqlError) as failed:
                self.copy_row(table, user='settle_treasurer', batch_id='batch_id + 1000')
            self.assertEqual(failed.exception.state, '23001')
        self.assert_sql_fails('23001', self.database, 'INSERT INTO settle.fact_repeat (fact_id, month, kind, currency, revision, batch_id) '
                              "VALUES (1, '2026-01-01', 4, 0, 0, 1000)", 'settle_treasurer')
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))

    def test_rows_of_a_batch_that_is_there(self):
        """The night would have other facts than it counts, and could not be published any more."""
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
        for when in ('waits for its night', 'is settled'):
            with self.subTest(when):
                self.assert_sql_fails('23001', self.database, 'INSERT INTO settle.batch_slice (batch_id, distributor_id, month, facts) '
                                      f"VALUES ({self.last()}, 2, '2025-11-01', 5)", 'settle_treasurer')
                self.run_to('2026-01-05')
        self.take_in(RECEIPT)
        columns = ', '.join(name for (name,) in self.database.sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'settle.receipt'::regclass AND attnum > 0 AND NOT attisdropped "
            'ORDER BY attnum'))
        self.assert_sql_fails('23001', self.database, f'INSERT INTO settle.receipt ({columns}) SELECT {columns.replace("receipt_id", "receipt_id + 1", 1)} '
                              'FROM settle.receipt LIMIT 1', 'settle_treasurer')
        self.settle('verify', user='settle_audit')

    def test_numbers_that_no_batch_has(self):
        """Who takes receipts in counts batches, too: however often it does, the night's imports go on."""
        with self.assertRaises(settle_test.SqlError):
            self.database.sql("SELECT settle.count('batch', 1) FROM generate_series(1, 1100)", 'settle_treasurer')
        for _ in range(11):
            try:
                self.database.sql("SELECT settle.count('batch', 1) FROM generate_series(1, 100)", 'settle_treasurer')
            except settle_test.SqlError as error:
                refused = str(error)
        self.assertIn('is not counted', refused)
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
        self.take_in(RECEIPT)

    def test_a_receipt_is_withdrawn_by_two(self):
        """The night carries it out as a runner, who adds no receipts: by what two people decided, and by nothing else."""
        self.take_in(RECEIPT)
        wrong = self.last()
        # nobody has decided anything
        self.database.sql("SELECT settle.count('batch', 1)", 'settle_night')
        number = self.database.value("SELECT value FROM settle.counter WHERE name = 'batch'")
        self.assert_sql_fails('P0002', self.database, f'SELECT settle.withdraw_receipts({number})', 'settle_night')
        self.settle('batch', 'withdraw', wrong, '--reason', 'bounced', user='settle_treasurer')
        self.settle('batch', 'approve', wrong, user='settle_finance')
        self.settle('batch', 'carry-out', user='settle_night')
        self.assertEqual(self.database.sql('SELECT withdrawn, amount_minor FROM settle.receipt ORDER BY 1'),
                         [['f', '1000'], ['t', '1000']])
        self.assert_sql_fails('P0002', self.database, f'SELECT settle.withdraw_receipts({self.last()})', 'settle_night')
        self.run_to('2026-01-06')
        self.settle('verify', user='settle_audit')

    def test_what_a_withdrawal_woke_waits_for_the_treasury(self):
        self.take_in(RECEIPT)
        wrong = self.last()
        self.take_in({**RECEIPT, 'amount': '20.00'}, date='2026-01-06', code=7)
        self.settle('batch', 'withdraw', wrong, '--reason', 'bounced', user='settle_treasurer')
        self.settle('batch', 'approve', wrong, user='settle_finance')
        self.settle('batch', 'carry-out', user='settle_night')
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.receipt'), '2')
        self.assertIn('release of batch', self.take_in({**RECEIPT, 'receipt_id': 'R5'}, date='2026-01-07'))
        self.assertEqual(self.database.value('SELECT max(amount_minor) FROM settle.receipt WHERE NOT withdrawn'), '2000')
        # somebody who was not known is told by another login
        self.take_in({**RECEIPT, 'receipt_id': 'R6', 'distributor': 'D7'}, date='2026-01-07', code=7)
        self.settle('import', 'distributors', self.file('d.csv', 'distributor,name,tier,valid_from\nD7,Sieben,,2025-01-01\n'),
                    '--date', '2026-01-07', user='settle_night')
        self.assertIn('looked at again', self.take_in({**RECEIPT, 'receipt_id': 'R7'}, date='2026-01-08'))
        self.run_to('2026-01-09')
        self.settle('verify', user='settle_audit')
        self.assertEqual(self.database.value('SELECT count(DISTINCT receipt_id) FROM settle.receipt'), '4')


class Limits(Case):
    """What would stop or mislead a night is no value."""

    def refused(self, state, statements, user):
        for statement in statements:
            self.assert_sql_fails(state, self.database, statement, user)

    def test_ids_days_and_texts_of_rows(self):
        for table, id_column, rest in (
                ('carrier_version', 'carrier_id', ", 'x', 1"), ('distributor_version', 'distributor_id', ", 'x', 1, 1"),
                ('outlet_version', 'outlet_id', ", 'x', 1, 0"), ('manager_version', 'manager_id', ", 'x', 1"),
                ('product_version', 'product_id', ", 'x', 1, 1, '2025-01-01', '2026-01-01'")):
            self.refused('23514', [f"INSERT INTO settle.{table} VALUES ({i}, '{day}', 1{more})"
                                   for i, day, more in ((2000000000, '2025-01-01', rest), (0, '2025-01-01', rest),
                                                        (-5, '2025-01-01', rest), (1, 'infinity', rest), (1, '1600-01-01', rest),
                                                        (1, '2025-01-01', rest.replace("'x'", "repeat('x', 501)", 1)))], 'settle_night')
        self.refused('23514', ["INSERT INTO settle.batch_slice VALUES (2000000000, 1, '2026-01-01', 1)",
                               "INSERT INTO settle.batch_slice VALUES (1, 2000000000, '2026-01-01', 1)",
                               "INSERT INTO settle.batch_slice VALUES (1, 1, 'infinity', 1)",
                               "INSERT INTO settle.month_complete VALUES (1, 'infinity', 1, 1, 1, false)",
                               "SELECT settle.add_codes(2::smallint, ARRAY[''])",
                               "SELECT settle.add_codes(2::smallint, ARRAY[repeat('x', 301)])"], 'settle_night')

    def test_staged_rows(self):
        stage = "INSERT INTO settle.staging (source, kind, row_no, fields) VALUES ('%s', '%s', %s, %s)"
        self.refused('23514', [stage % ('crm', 'orders', 9223372036854775807, "'{}'"), stage % ('crm', 'orders', 0, "'{}'"),
                               stage % ('crm', 'no-such', 1, "'{}'"), stage % ('', 'orders', 1, "'{}'"),
                               stage % ('crm', 'orders', 1, "jsonb_build_object('order_id', repeat('x', 1048577))")], 'settle_night')

    def test_the_largest_staged_value_is_released(self):
        """What may be staged can be read again from quarantine."""
        self.database.sql("INSERT INTO settle.staging (source, kind, row_no, fields) VALUES ('crm', 'orders', 1, "
                          "jsonb_build_object('order_id', repeat('\"', 499900)))", 'settle_night')
        self.settle('import', 'orders', '--staging', 'crm', '--date', '2026-01-05', code=7, user='settle_night')
        self.assertIn('1 quarantined', self.settle('quarantine', 'release', '--all', user='settle_night'))

    def test_counters(self):
        self.refused('42501', ["SELECT settle.count('batch', 9000000000000000000)", "SELECT settle.count('epoch', 9000000000000000000)",
                               "SELECT settle.count('run', 4294967295)",
                               "SELECT settle.count('batch', 1) FROM generate_series(1, 2000)"], 'settle_night')

    def test_partitions(self):
        before = self.database.value("SELECT count(*) FROM pg_inherits")
        self.refused('22023', ["SELECT settle.ensure_partitions('infinity', 'infinity')",
                               "SELECT settle.ensure_partitions('1900-01-01', '2399-12-01')",
                               "SELECT settle.ensure_partitions((current_date - interval '41 years')::date, current_date)",
                               "SELECT settle.ensure_partitions(current_date, (current_date + interval '6 years')::date)"], 'settle_night')
        self.assertEqual(self.database.value("SELECT count(*) FROM pg_inherits"), before)

    # Of each function that runs as the owner and that some login may call: what it is told at worst, by whom, and the state; None:
    # it does nothing then. A number of what does not work: what is bounded by what is stored, or by a test of its own.
    WORST = {
        'accept_server': ('settle_night', "repeat('x', 10000000)", '23001'),
        'activate_policy': ('settle_finance', "'x', 'C1', 'p', '1', '2026-01-01', '2026-02-01', 156::smallint, 0, true, "
                            "array_fill(1, ARRAY[5000]), array_fill('r'::text, ARRAY[5000])", '22023'),
        'add_codes': ('settle_night', "2::smallint, ARRAY(SELECT 'D' || n FROM generate_series(1, 2000001) n)", '22023'),
        'ask_erasure': ('settle_night', "repeat('x', 10000000), 'C1', contract => repeat('1', 10000000)", '23514'),
        'begin_run': ('settle_night', "'nightly', 'infinity', 1, repeat('x', 10000000), (SELECT value FROM settle.counter WHERE name = "
                      "'epoch')", '23514'),
        'count': ('settle_night', "'batch', 9223372036854775807", '42501'),
        'decide': ('settle_finance', "'feed-stop', 'C1/orders', NULL, 'x', jsonb_build_object('carrier', repeat('x', 2000000))", '22023'),
        'ensure_partitions': ('settle_night', "'1900-01-01', '2399-12-01'", '22023'),
        'erase_text': ('settle_finance', "1, 'C1', contract => repeat('1', 10000000)", 'P0002'),
        'free_lock': ('settle_night', '-9223372036854775808', None),
        'grant_scope': ('settle_finance', "repeat('x', 10000000), 'D1', NULL, NULL, 'x'", '42704'),
        'revoke_scope': ('settle_finance', "repeat('x', 10000000), 'D1', NULL, NULL, 'x'", 'P0002'),
        'seize_lock': ('settle_night', '-9223372036854775808, 9223372036854775807', None),
        'refuse_erasure': ('settle_finance', "9223372036854775807, repeat('x', 10000000)", 'P0002'),
        'number_invoices': ('settle_night', '1, 2147483647', '23001'),
        'plan_chunks': ('settle_night', "1, array_fill(1, ARRAY[1000001]), array_fill(1, ARRAY[1000001]), array_fill(1, ARRAY[1000001]), "
                        "array_fill(1::bigint, ARRAY[1000001])", '23001'),
        'set_carrier_key': ('settle_night', "'C1', decode(repeat('00', 10000000), 'hex')", '23514'),
        'submit_policy': ('settle_sales', "'C1', 'p', '1', '2026-01-01', '2026-02-01', decode(repeat('00', 5000000), 'hex')", '23514'),
        'summarize': ('settle_night', "'bill', 'infinity'", None), 'analyze_partition': ('settle_night', "'bill', 'infinity'", None),
        'versions_of': ('settle_sales', "repeat('x', 10000000)", None),
        'withdraw_policy': ('settle_finance', "9223372036854775807, repeat('x', 10000000)", 'P0002'),
        'write_receipt': ('settle_night', "1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, ARRAY(SELECT n::text FROM generate_series(1, 101) n), '{}', '{}'",
                          '22023'),
        'order_key': ('settle_audit', "'C1', repeat('x', 10000000)", None), 'contract_id': ('settle_audit', "'C1', repeat('x', 10000000)", None),
    }
    # what they do is bounded by rows that are there, which they count or find
    BOUNDED = {'carrier_key_hashes', 'dismiss_rows', 'draft_invoices', 'erase_expired', 'issue_batch', 'make_carrier_keys', 'publish_run',
               'release_rows', 'seal_run', 'take_staged', 'withdraw_batch', 'withdraw_receipts'}
    # of this class
    TESTED = {'add_batch', 'wake_rows'}

    def test_the_worst_argument(self):
        """No function that a login may call works without end, or stores without bound, whatever it is told."""
        there = {row[0] for row in self.database.sql(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'settle' AND p.prosecdef "
            'AND EXISTS (SELECT 1 FROM aclexplode(p.proacl) a WHERE a.grantee <> p.proowner)')}
        self.assertEqual(there, set(self.WORST) | self.BOUNDED | self.TESTED)
        rows = "SELECT sum(n_live_tup + n_tup_ins) FROM pg_stat_user_tables WHERE schemaname = 'settle'"
        before = self.database.value("SELECT pg_database_size(current_database())")
        for name, (user, arguments, state) in self.WORST.items():
            with self.subTest(name):
                statement = f"SET statement_timeout = '20s'; SELECT settle.{name}({arguments})"
                if state is None:
                    self.database.sql(statement, user)
                else:
                    self.assert_sql_fails(state, self.database, statement, user)
        self.assertLess(int(self.database.value("SELECT pg_database_size(current_database())")) - int(before), 20000000, rows)
        # a scoped login's
        self.database.sql("SET statement_timeout = '20s'; SET ROLE settle_scoped; SELECT * FROM settle_scope.orders('D1', '-infinity', "
                          "'infinity', repeat('x', 1000000)); SELECT * FROM settle_scope.windows('D1', '-infinity', 'infinity')")

    def test_batches_and_what_they_wake(self):
        add = ("SELECT settle.count('batch', 1); SELECT settle.add_batch(jsonb_populate_record(b, jsonb_build_object('batch_id', c.value) || %s), "
               "%s) FROM settle.batch b, settle.counter c WHERE b.batch_id = 1 AND c.name = 'batch'")
        none = "'{}', '{}', '{}'"
        for change in ("jsonb_build_object('header', repeat('x', 2000000))", "jsonb_build_object('reason', repeat('x', 10001))",
                       "jsonb_build_object('source', repeat('x', 10001))", "jsonb_build_object('carriers', array_fill(1, ARRAY[10001]))"):
            self.assert_sql_fails('23514', self.database, add % (change, none), 'settle_night')
        self.assert_sql_fails('22023', self.database, add % ("'{}'", "ARRAY(SELECT n::text FROM generate_series(1, 101) n), '{}', '{}'"),
                              'settle_night')
        self.send('orders', '2026-01-05', small.order('A-1', '2026-01-04'))
        last = self.database.value('SELECT max(batch_id) FROM settle.batch')
        self.database.sql(f"SELECT settle.wake_rows({last}, array_fill(1, ARRAY[1000]), ARRAY(SELECT generate_series(1, 1000)))", 'settle_night')
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.quarantine_wake'), '0')

    def test_decisions(self):
        """Of approvers: what a night or report could not read."""
        decide = "SELECT settle.decide('%s', '%s', settle.head(), 'x', '%s')"
        self.refused('22007', [decide % ('period-close', 'soon', '{}')], 'settle_finance')
        self.refused('22023', [decide % decision for decision in (
            ('setting', 'zone', '{"value": "Nowhere/None"}'), ('setting', 'zone', '{"value": "Asia/Urumqi"}'), ('setting', 'zone', '{}'),
            ('setting', 'intake-lookback-months', '{"value": "99999999999999999999"}'), ('setting', 'no-such', '{"value": "1"}'),
            ('setting', 'rounded-ids:C1', '{"value": "perhaps"}'), ('setting', 'rounded-ids:C9', '{"value": "yes"}'),
            ('setting', 'deposit-carrier', '{"value": "infinity"}'), ('setting', 'refund-slack/C1', '{"value": "1", "from": "soon"}'),
            ('deposit-amount', 'carrier/C1', '{"dim": 1, "code": "C1", "amount": "infinity"}'),
            ('deposit-amount', 'carrier/C1', '{"dim": 1, "code": "C2", "amount": "1.00"}'),
            ('deposit-amount', 'distributor/C1', '{"dim": 1, "code": "C1", "amount": "1.00"}'),
            ('deposit-cover', 'distributor/D1', '{}'), ('deposit-forfeit', 'carrier/C1', '{"dim": 1, "code": "C1", "amount": "-1.00"}'),
            ('feed-expect', 'C1/orders', '{}'),
            ('feed-expect', 'C1/orders', '{"carrier": "C1", "kind": "orders", "day": "infinity", "monthly": 0, "deadline": 0}'),
            ('feed-waive', 'C1/orders', '{"carrier": "C1", "kind": "orders", "day": "2026-01-01", "monthly": 99, "deadline": 0}'),
            ('fact-seen', 'C1/x', '{}'))], 'settle_finance')
        self.assertEqual(self.database.value("SELECT count(*) FROM settle.control_log WHERE action LIKE 'deposit%' OR action = 'setting'"),
                         '0')

    def test_submissions(self):
        submit = "SELECT settle.submit_policy('C1', %s, '2', '2030-01-01', '%s', decode(repeat('00', %d), 'hex'))"
        self.refused('23514', [submit % ("'p'", '2030-12-31', 60000000), submit % ("repeat('p', 501)", '2030-12-31', 1),
                               submit % ("'p'", 'infinity', 1)], 'settle_sales')


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


if __name__ == '__main__':
    settle_test.main()
