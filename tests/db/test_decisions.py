#!/usr/bin/env python3
"""Four eyes, held by the database: what psql with the right role can and cannot do, and what the commands
say about it (migration 0010)."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test

POLICY = """policy: p
carrier: C
version: {version}
closing: {closing}
currency: CNY
rules:
- upfront: u
  pay: {pay}
"""
# What settle.decide takes, by group; submissions, activations and releases have functions of their own.
DECISIONS = {
    'settle_approver': {'setting': 'zone', 'period-close': '2026-01', 'period-reopen': '2026-01',
                        'invoice-approve': '1/C', 'deposit-amount': 'carrier/C', 'deposit-cover': 'carrier/C',
                        'deposit-forfeit': 'carrier/C', 'statement-accept': 'C/2026-01',
                        'statement-dispute': 'C/2026-01', 'statement-withdrawal-approve': 'C/2026-01', 'fact-seen': 'C/1', 'feed-expect': 'C/orders',
                        'feed-stop': 'C/orders', 'feed-waive': 'C/orders', 'withdrawal-approve': 'batch 1'},
    'settle_runner': {'run-abandon': '1'},
    'settle_treasury': {'statement-import': 'C/2026-01'},
    None: {'policy-submit': 'C/1', 'policy-withdraw': '1', 'policy-activate': 'C/1', 'quarantine-release': 'batch 1',
           'quarantine-dismiss': 'batch 1', 'no-such': 'x'},
}
LOGIN = {'settle_runner': 'settle_night', 'settle_treasury': 'settle_treasurer', 'settle_approver': 'settle_finance',
         'settle_author': 'settle_sales', 'settle_reader': 'settle_audit'}


class Decisions(settle_test.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='settle-decisions-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.database = self.server.database(migrated=True)
        carriers = self.file('carriers.csv', 'carrier,name,valid_from\nC,C,2025-01-01\n')
        self.database.settle('import', 'carriers', carriers, '--date', '2025-12-31', check=True)
        # the control log has been told of keys by now
        self.last = int(self.database.value("SELECT value FROM settle.counter WHERE name = 'control'"))

    def number(self, n=1):
        """The place of the nth decision of the test."""
        return str(self.last + n)

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(text)
        return path

    def policy(self, version='1', closing='2026-01-01..2026-06-30', pay='1.00'):
        return self.file(f'{version}-{pay}.yaml', POLICY.format(version=version, closing=closing, pay=pay))

    def ends(self, code, *arguments, user, says=''):
        got, out, err = self.database.settle('policy', *arguments, user=user)
        self.assertEqual(got, code, out + err)
        self.assertIn(says, out + err)
        return out

    def listed(self):
        _, out, _ = self.database.settle('--format', 'csv', 'policy', 'list', check=True)
        return [line.split(',')[1:6] + line.split(',')[9:11] for line in out.splitlines()[1:]]

    # --- submission and activation

    def test_it_takes_two(self):
        path = self.policy()
        self.ends(3, 'activate', path, user='settle_finance', says='was not submitted')
        self.ends(0, 'submit', path, user='settle_sales', says='is submitted as number ' + self.number())
        self.assertEqual(self.listed(), [[self.number(), 'waiting', 'C', 'p', '1', 'settle_sales', '']])
        self.ends(0, 'activate', path, user='settle_finance', says='activated as policy 1')
        self.assertEqual(self.listed(), [['', 'active', 'C', 'p', '1', 'settle_sales', 'settle_finance']])
        self.ends(0, 'activate', path, user='settle_finance', says='is active already')

    def test_by_number_and_name(self):
        self.ends(0, 'submit', self.policy(), user='settle_sales')
        self.ends(0, 'submit', self.policy('2', '2026-07-01..'), user='settle_sales')
        self.ends(3, 'activate', 'p', user='settle_finance', says='several policies wait as "p"')
        self.ends(3, 'activate', '77', user='settle_finance', says='no policy "77" waits')
        self.ends(0, 'activate', 'C/2', user='settle_finance')
        self.ends(0, 'activate', self.number(), user='settle_finance')
        self.ends(3, 'activate', self.number(), user='settle_finance', says=f'no policy "{self.number()}" waits')

    def test_said_again(self):
        """As after a reply that was lost: nothing is done twice."""
        path = self.policy()
        self.ends(0, 'submit', path, user='settle_sales', says='is submitted as number ' + self.number())
        self.ends(0, 'submit', path, user='settle_sales', says='waits already as number ' + self.number())
        self.assertEqual(len(self.listed()), 1)
        self.ends(0, 'withdraw', self.number(), '--reason', 'a slip', user='settle_sales')
        self.ends(3, 'withdraw', self.number(), '--reason', 'a slip', user='settle_sales',
                  says=f'submission {self.number()} does not wait: it was withdrawn or activated already')
        self.assertEqual(self.database.value(
            "SELECT count(*) FROM settle.control_log WHERE action = 'policy-withdraw'"), '1')
        # what was withdrawn can be submitted again
        self.ends(0, 'submit', path, user='settle_sales', says='is submitted as number ' + self.number(3))
        self.ends(0, 'activate', path, user='settle_finance')
        self.ends(3, 'withdraw', self.number(3), '--reason', 'late', user='settle_sales', says='does not wait')

    def test_not_the_same_person(self):
        path = self.policy()
        self.database.sql('GRANT settle_author TO settle_finance')
        try:
            self.ends(0, 'submit', path, user='settle_finance')
            self.ends(3, 'activate', path, user='settle_finance',
                      says='was submitted by settle_finance, who cannot activate it')
            # what somebody else submits as well is somebody else's
            self.ends(0, 'submit', path, user='settle_sales')
            self.ends(0, 'activate', path, user='settle_finance')
        finally:
            self.database.sql('REVOKE settle_author FROM settle_finance')

    def test_only_the_very_text(self):
        self.ends(0, 'submit', self.policy(pay='1.00'), user='settle_sales')
        self.ends(3, 'activate', self.policy(pay='1.01'), user='settle_finance', says='was not submitted')

    def test_withdrawn(self):
        path = self.policy()
        self.ends(0, 'submit', path, user='settle_sales')
        self.ends(2, 'withdraw', self.number(), user='settle_sales', says='withdraw why')
        self.ends(3, 'withdraw', '99', '--reason', 'x', user='settle_sales', says='no submission 99')
        self.ends(4, 'withdraw', self.number(), '--reason', 'x', user='settle_night')
        self.ends(0, 'withdraw', self.number(), '--reason', 'a slip', user='settle_sales')
        self.assertEqual(self.listed(), [])
        self.ends(3, 'activate', path, user='settle_finance', says='was not submitted')
        self.ends(0, 'submit', path, user='settle_sales')
        self.ends(0, 'withdraw', self.number(3), '--reason', 'turned down', user='settle_finance')
        self.assertEqual(self.listed(), [])

    def test_a_failing_example_cannot_be_submitted(self):
        path = self.file('e.yaml', POLICY.format(version='1', closing='2026-01-01..', pay='1.00')
                         + 'examples:\n- example: e\n  order: {closed: 2026-03-01, paid: 5.00}\n'
                           '  earns: {u: 2.00}\n')
        self.ends(3, 'submit', path, user='settle_sales', says='u earns 1.00, not 2.00')

    def test_roles_of_the_commands(self):
        path = self.policy()
        for user in ('settle_night', 'settle_finance', 'settle_audit'):
            self.ends(4, 'submit', path, user=user)
        self.ends(0, 'submit', path, user='settle_sales')
        for user in ('settle_night', 'settle_sales', 'settle_audit'):
            self.ends(4, 'activate', path, user=user)

    # --- past the program

    def decide(self, action, subject, digest='sha256(\'x\')', reason="'a test'", detail="'{}'"):
        return f"SELECT settle.decide('{action}', '{subject}', {digest}, {reason}, {detail})"

    def batch(self, drafter='settle_night'):
        """An invoice batch 1/C without invoices, of a published run; its digest is that of 'b'."""
        self.database.sql(
            "INSERT INTO settle.run (run_id, kind, business_date, due, control_position, calculation, engine, server) "
            "VALUES (1, 'nightly', '2026-01-31', true, 0, 1, 'x', settle.server()); "
            "INSERT INTO settle.run_publication (run_id, business_date, facts, settled, zero, waiting, due, transfers, "
            "amount_minor, invoices, digest, previous) VALUES (1, '2026-01-31', 0, 0, 0, 0, 0, 0, 0, 0, sha256('p'), "
            "sha256('')); INSERT INTO settle.invoice_batch (run_id, carrier_id, cut_off, invoices, lines, net_minor, "
            "tax_minor, gross_minor, withheld_minor, payable_minor, carried, digest, drafter) "
            f"SELECT 1, id, '2026-01-31', 0, 0, 0, 0, 0, 0, 0, 0, sha256('b'), '{drafter}' "
            "FROM settle.code WHERE dim = 1")

    def test_who_decides_what(self):
        """Whatever role is taken on: what counts is the login. A decision of the other group does not get as far as
        what it is on."""
        for role, login in LOGIN.items():
            for group, actions in DECISIONS.items():
                for action, subject in actions.items():
                    statement = f'SET ROLE {role}; ' + self.decide(action, subject)
                    if role == group:
                        try:
                            self.database.sql(statement, login)
                        except settle_test.SqlError as error:
                            self.assertNotIn('42501', str(error), action)
                    else:
                        self.assert_sql_fails('42501', self.database, statement, login)

    def test_nobody_writes_the_log(self):
        for role, login in LOGIN.items():
            for statement in ("INSERT INTO settle.control_log (position, action, subject) VALUES (1, 'setting', 'zone')",
                              "UPDATE settle.counter SET value = value + 1 WHERE name = 'control'",
                              "SELECT settle.log('setting', 'zone', NULL, '', '{}')",
                              "SELECT settle.counted('control', 1)"):
                self.assert_sql_fails('42501', self.database, f'SET ROLE {role}; {statement}', login)

    def test_a_batch_is_approved_as_it_stands(self):
        approve = 'SET ROLE settle_approver; ' + self.decide('invoice-approve', '1/C', "sha256('b')")
        # not before it is there
        self.assert_sql_fails('P0002', self.database, approve, 'settle_finance')
        self.batch()
        self.assertIn('another one than was looked at', self.assert_sql_fails(
            '23001', self.database, approve.replace("sha256('b')", "sha256('c')"), 'settle_finance'))
        # another spelling is no name of it
        self.assert_sql_fails('P0002', self.database, approve.replace('1/C', '01/C'), 'settle_finance')
        self.database.sql(approve, 'settle_finance')
        self.assertEqual(self.database.sql("SELECT position, actor, digest = sha256('b') FROM settle.control_log "
                                           "WHERE action <> 'carrier-key'"), [[self.number(), 'settle_finance', 't']])
        self.assert_sql_fails('23001', self.database, approve, 'settle_finance')

    def test_who_drafted_cannot_approve(self):
        """Not even with both rights, and past the program."""
        self.batch()
        approve = 'SET ROLE settle_approver; ' + self.decide('invoice-approve', '1/C', "sha256('b')")
        self.database.sql('GRANT settle_approver TO settle_night')
        try:
            self.assertIn('who drafted', self.assert_sql_fails('42501', self.database, approve, 'settle_night'))
        finally:
            self.database.sql('REVOKE settle_approver FROM settle_night')
        self.database.sql(approve, 'settle_finance')

    def test_only_what_is_approved_is_issued(self):
        self.batch()
        self.database.sql("UPDATE settle.counter SET value = 1 WHERE name IN ('run', 'watermark')")
        epoch = self.database.sql("SET ROLE settle_runner; SELECT settle.count('epoch', 1)", 'settle_night')[-1][0]
        begin = f"SELECT run FROM settle.begin_run('issue', '2026-01-31', 1, 'x', {epoch})"
        issue = f'SET ROLE settle_runner; BEGIN; {begin}; SELECT settle.issue_batch(1, 1, 2)'
        self.assertIn('not approved', self.assert_sql_fails('42501', self.database, issue, 'settle_night'))
        self.database.sql('SET ROLE settle_approver; ' + self.decide('invoice-approve', '1/C', "sha256('b')"),
                          'settle_finance')
        self.database.sql(issue, 'settle_night')
        # another batch under its name is not what was approved
        self.database.sql("ALTER TABLE settle.invoice_batch DISABLE TRIGGER ALL; "
                          "UPDATE settle.invoice_batch SET digest = sha256('c')")
        self.assert_sql_fails('42501', self.database, issue, 'settle_night')
        self.database.sql("UPDATE settle.invoice_batch SET digest = sha256('b'), drafter = 'settle_finance'")
        self.assert_sql_fails('42501', self.database, issue, 'settle_night')

    def test_runs_begin_one_way(self):
        night = 'SET ROLE settle_runner; SELECT run, control_position, due FROM settle.begin_run({})'
        epoch = self.database.sql("SET ROLE settle_runner; SELECT settle.count('epoch', 1)", 'settle_night')[-1][0]

        def begin(kind, date, number=epoch):
            return night.format(f"'{kind}', '{date}', 1, 'x', {number}")

        self.assert_sql_fails('42501', self.database, begin('nightly', '2026-01-05'), 'settle_finance')
        self.assert_sql_fails('55P03', self.database, begin('nightly', '2026-01-05', 99), 'settle_night')
        self.assert_sql_fails('23001', self.database, begin('issue', '2026-01-05'), 'settle_night')
        self.assertEqual(self.database.sql(begin('nightly', '2026-01-05'), 'settle_night')[-1], ['1', str(self.last), 't'])
        # the sealed batches up to that day are in its manifest
        self.assertEqual(self.database.sql('SELECT run_id, batch_id FROM settle.run_batch'), [['1', '1']])
        self.assertIn('unfinished', self.assert_sql_fails('23001', self.database, begin('nightly', '2026-01-06'),
                                                          'settle_night'))
        self.assert_sql_fails('23001', self.database, "SET ROLE settle_runner; SELECT settle.publish_run(1, "
                              f"{epoch}, sha256('x'), sha256('y'))", 'settle_night')
        self.database.sql("SET ROLE settle_runner; SELECT settle.publish_run(1, "
                          f"{epoch}, sha256('x'), decode(repeat('00', 32), 'hex'))", 'settle_night')
        for date, due in (('2026-01-04', None), ('2026-01-07', None), ('2026-01-05', 'f'), ('2026-01-06', 't')):
            statement = begin('nightly', date)
            if due is None:
                self.assertIn('does not follow', self.assert_sql_fails('23001', self.database, statement,
                                                                       'settle_night'))
            else:
                self.assertEqual(self.database.sql('BEGIN; ' + statement, 'settle_night')[-1][2], due)

    def test_counters_are_counted_one_way(self):
        for role, counter, n, good in (
                ('settle_runner', 'batch', 1, True), ('settle_runner', 'batch', 9, False),
                ('settle_runner', 'epoch', 1, True), ('settle_runner', 'epoch', 9000000000, False),
                ('settle_runner', 'looked-again', 0, True), ('settle_runner', 'looked-again', 9, False),
                ('settle_runner', 'control', 0, True), ('settle_runner', 'control', 1, False),
                ('settle_runner', 'run', 1, False), ('settle_runner', 'watermark', 1, False),
                ('settle_runner', 'code-carrier', 1, False), ('settle_runner', 'policy', 1, False),
                ('settle_approver', 'control', 0, True), ('settle_approver', 'batch', 1, False),
                ('settle_approver', 'policy', 1, False), ('settle_reader', 'control', 0, False)):
            statement = f"SET ROLE {role}; SELECT settle.count('{counter}', {n})"
            if good:
                self.database.sql(statement, LOGIN[role])
            else:
                self.assert_sql_fails('42501', self.database, statement, LOGIN[role])
        # not even with both rights does somebody else's counter move by the wrong amount
        self.assert_sql_fails('42501', self.database, "SELECT settle.count('run', 4294967295)")

    def test_subjects_and_ranges(self):
        """What a name or number cannot be is refused by the tables themselves."""
        for action, subject in (('period-close', 'soon'), ('period-close', '2026-13'), ('period-close', '1600-01'),
                                ('invoice-approve', '0127/C'), ('invoice-approve', '1'), ('run-abandon', 'all'),
                                ('run-abandon', '-1'), ('setting', ''), ('setting', 'x' * 501),
                                ('deposit-amount', 'C'), ('statement-import', 'C/2026-00'),
                                ('quarantine-release', 'batch 0')):
            self.assert_sql_fails('23514', self.database, 'INSERT INTO settle.control_log (position, action, subject, '
                                  f"digest) VALUES (1, '{action}', '{subject}', sha256(''))")
        for statement in (
                "INSERT INTO settle.code VALUES (2, 2000000000, 'D')",
                "INSERT INTO settle.control_log (position, action, subject) VALUES (1, 'invoice-approve', '1/C')",
                "UPDATE settle.counter SET value = 9000000000000000000 WHERE name = 'epoch'",
                "INSERT INTO settle.run (run_id, kind, business_date, due, control_position, calculation, engine, server) "
                "VALUES (0, 'nightly', '2026-01-01', true, 0, 1, 'x', '1/1/1/1')",
                "INSERT INTO settle.run (run_id, kind, business_date, due, control_position, calculation, engine, server) "
                "VALUES (1, 'nightly', 'infinity', true, 0, 1, 'x', '1/1/1/1')"):
            self.assert_sql_fails('23514', self.database, statement)
        for month in ("'infinity', 'infinity'", "'-infinity', '2026-01-01'", "'2400-01-01', '2400-02-01'"):
            self.assert_sql_fails('22023', self.database, 'SET ROLE settle_runner; SELECT '
                                  f'settle.ensure_partitions({month})', 'settle_night')

    def test_nobody_adds_a_policy_alone(self):
        document = "'\\x00'"
        activate = ("SET ROLE settle_approver; SELECT settle.activate_policy({}, '{}', 'p', '1', '2026-01-01', "
                    "'{}', 156::smallint, 60000000, true, ARRAY[1], ARRAY['u'])")
        right = activate.format(f'sha256({document})', 'C', '2026-02-01')
        for role in ('settle_runner', 'settle_author', 'settle_reader'):
            self.assert_sql_fails('42501', self.database, right.replace('settle_approver', role, 1), LOGIN[role])
        self.assert_sql_fails('42501', self.database, right, 'settle_finance')
        self.database.sql(f"SELECT settle.submit_policy('C', 'p', '1', '2026-01-01', '2026-02-01', {document})",
                          'settle_sales')
        # not another text, not for another carrier or other days than were submitted
        for other in (activate.format("sha256('y')", 'C', '2026-02-01'),
                      activate.format(f'sha256({document})', 'B', '2026-02-01'),
                      activate.format(f'sha256({document})', 'C', '2026-03-01')):
            self.assert_sql_fails('42501', self.database, other, 'settle_finance')
        self.database.sql(right, 'settle_finance')
        self.assertEqual(self.database.sql(
            "SELECT p.policy_id, p.carrier_id, p.hash = l.digest, r.rule, r.number FROM settle.policy p "
            "JOIN settle.control_log l USING (position) JOIN settle.policy_rule r USING (policy_id)"),
            [['1', '1', 't', 'u', '1']])
        self.assert_sql_fails('23001', self.database, right, 'settle_finance')

    def test_submissions_are_never_changed(self):
        self.ends(0, 'submit', self.policy(), user='settle_sales')
        for change in ("UPDATE settle.policy_submission SET actor = 'x'",
                       'DELETE FROM settle.policy_submission', 'TRUNCATE settle.policy_submission'):
            self.assert_sql_fails('23001', self.database, change)
            self.assert_sql_fails('42501', self.database, change, 'settle_sales')
        self.assert_sql_fails('42501', self.database, "INSERT INTO settle.policy_submission (position) "
                                                      'VALUES (1)', 'settle_sales')
        self.assert_sql_fails('42501', self.database, 'SELECT * FROM settle.transfer', 'settle_sales')
        self.assert_sql_fails('42501', self.database, "UPDATE settle.counter SET value = value + 1",
                              'settle_sales')

    def test_counters_go_up_only(self):
        """Not even for the owner."""
        self.assert_sql_fails('23001', self.database, "SET ROLE settle_owner; UPDATE settle.counter "
                              "SET value = value - 1 WHERE name = 'batch'")


settle_test.main()
