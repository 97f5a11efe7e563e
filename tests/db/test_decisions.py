#!/usr/bin/env python3
"""Four eyes, held by the database: what psql with the right role can and cannot do, and what the commands
say about it (migration 0007)."""
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
DECISIONS = {
    'settle_approver': ('setting', 'policy-activate', 'period-close', 'invoice-approve'),
    'settle_runner': ('quarantine-release', 'run-abandon'),
    None: ('policy-submit', 'policy-withdraw'),  # through functions only
}
LOGIN = {'settle_runner': 'settle_night', 'settle_approver': 'settle_finance',
         'settle_author': 'settle_sales', 'settle_reader': 'settle_audit'}


class Decisions(settle_test.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='settle-decisions-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.database = self.server.database(migrated=True)
        carriers = self.file('carriers.csv', 'carrier,name,valid_from\nC,C,2025-01-01\n')
        self.database.settle('import', 'carriers', carriers, '--date', '2025-12-31', check=True)

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
        self.ends(0, 'submit', path, user='settle_sales', says='is submitted as number 1')
        self.assertEqual(self.listed(), [['1', 'waiting', 'C', 'p', '1', 'settle_sales', '']])
        self.ends(0, 'activate', path, user='settle_finance', says='activated as policy 1')
        self.assertEqual(self.listed(), [['', 'active', 'C', 'p', '1', 'settle_sales', 'settle_finance']])
        self.ends(0, 'activate', path, user='settle_finance', says='is active already')

    def test_by_number_and_name(self):
        self.ends(0, 'submit', self.policy(), user='settle_sales')
        self.ends(0, 'submit', self.policy('2', '2026-07-01..'), user='settle_sales')
        self.ends(3, 'activate', 'p', user='settle_finance', says='several policies wait as "p"')
        self.ends(3, 'activate', '7', user='settle_finance', says='no policy "7" waits')
        self.ends(0, 'activate', 'C/2', user='settle_finance')
        self.ends(0, 'activate', '1', user='settle_finance')
        self.ends(3, 'activate', '1', user='settle_finance', says='no policy "1" waits')

    def test_said_again(self):
        """As after a reply that was lost: nothing is done twice."""
        path = self.policy()
        self.ends(0, 'submit', path, user='settle_sales', says='is submitted as number 1')
        self.ends(0, 'submit', path, user='settle_sales', says='waits already as number 1')
        self.assertEqual(len(self.listed()), 1)
        self.ends(0, 'withdraw', '1', '--reason', 'a slip', user='settle_sales')
        self.ends(3, 'withdraw', '1', '--reason', 'a slip', user='settle_sales',
                  says='submission 1 does not wait: it was withdrawn or activated already')
        self.assertEqual(self.database.value(
            "SELECT count(*) FROM settle.control_log WHERE action = 'policy-withdraw'"), '1')
        # what was withdrawn can be submitted again
        self.ends(0, 'submit', path, user='settle_sales', says='is submitted as number 3')
        self.ends(0, 'activate', path, user='settle_finance')
        self.ends(3, 'withdraw', '3', '--reason', 'late', user='settle_sales', says='does not wait')

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
        self.ends(2, 'withdraw', '1', user='settle_sales', says='withdraw why')
        self.ends(4, 'withdraw', '9', '--reason', 'x', user='settle_sales', says='no submission 9')
        self.ends(4, 'withdraw', '1', '--reason', 'x', user='settle_night')
        self.ends(0, 'withdraw', '1', '--reason', 'a slip', user='settle_sales')
        self.assertEqual(self.listed(), [])
        self.ends(3, 'activate', path, user='settle_finance', says='was not submitted')
        self.ends(0, 'submit', path, user='settle_sales')
        self.ends(0, 'withdraw', '3', '--reason', 'turned down', user='settle_finance')
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

    def test_who_decides_what(self):
        for role, login in LOGIN.items():
            for group, actions in DECISIONS.items():
                for action in actions:
                    position = self.database.value(
                        'SELECT coalesce(max(position), 0) + 1 FROM settle.control_log')
                    statement = (f"SET ROLE {role}; INSERT INTO settle.control_log (position, action, "
                                 f"subject) VALUES ({position}, '{action}', 'x')")
                    if role == group:
                        self.database.sql(statement, login)
                    else:
                        self.assert_sql_fails('42501', self.database, statement, login)

    def test_who_drafted_cannot_approve(self):
        """Not even with both rights, and past the program."""
        self.database.sql(
            "SET ROLE settle_runner; INSERT INTO settle.invoice_batch (run_id, carrier_id, cut_off, invoices, "
            "lines, net_minor, tax_minor, gross_minor, withheld_minor, payable_minor, carried, digest) "
            "SELECT 1, id, '2026-01-31', 1, 1, 0, 0, 0, 0, 0, 0, sha256('') FROM settle.code WHERE dim = 1",
            'settle_night')
        approve = ("SET ROLE settle_approver; INSERT INTO settle.control_log (position, action, subject) "
                   "VALUES (1, 'invoice-approve', '1/C')")
        self.database.sql('GRANT settle_approver TO settle_night')
        try:
            self.assertIn('who drafted', self.assert_sql_fails('42501', self.database, approve, 'settle_night'))
        finally:
            self.database.sql('REVOKE settle_approver FROM settle_night')
        self.database.sql(approve, 'settle_finance')

    def test_nobody_adds_a_policy_alone(self):
        document = "'\\x00'"
        insert = ("INSERT INTO settle.policy (policy_id, carrier_id, name, version, closing_from, "
                  "closing_to, currency, hash, document, position) VALUES (1, 1, 'p', '1', "
                  f"'2026-01-01', '2026-02-01', 156, {{hash}}, {document}, 1)")
        right = insert.format(hash=f'sha256({document})')
        for role in ('settle_runner', 'settle_author', 'settle_reader', 'settle_approver'):
            self.assert_sql_fails('42501', self.database, f'SET ROLE {role}; {right}', LOGIN[role])
        self.database.sql(f"SELECT settle.submit_policy('C', 'p', '1', '2026-01-01', '2026-02-01', {document})",
                          'settle_sales')
        self.assert_sql_fails('23514', self.database, 'SET ROLE settle_approver; ' +
                              insert.format(hash="sha256('y')"), 'settle_finance')
        self.database.sql(f'SET ROLE settle_approver; {right}', 'settle_finance')

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
        self.assert_sql_fails('23001', self.database, 'SET ROLE settle_runner; UPDATE settle.counter '
                              "SET value = value - 1 WHERE name = 'batch'", 'settle_night')
        for name in ('watermark', 'epoch', 'run', 'batch'):
            self.assert_sql_fails('42501', self.database, 'SET ROLE settle_approver; UPDATE '
                                  f"settle.counter SET value = value + 1 WHERE name = '{name}'",
                                  'settle_finance')


settle_test.main()
