#!/usr/bin/env python3
"""Logins that see one distributor, an outlet and all below it, or a manager's orders, and nothing else: by every command
and by SQL (docs/operations.md "What a distributor, outlet or manager may see")."""
import csv
import io
import os
import re
import resource
import signal
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

RULES = ('- upfront: u\n  pay: 10.00\n  split: {distributor: 1, outlet: 1, manager: 1}\n'
         '- volume-bonus: o\n  group: o\n  window: month\n  scope: outlet\n  mode: whole\n  tiers: {1..: 1.00}\n'
         '- volume-bonus: m\n  group: m\n  window: month\n  scope: manager\n  mode: whole\n  tiers: {1..: 2.00}\n'
         '- volume-bonus: d\n  group: d\n  window: month\n  mode: whole\n  tiers: {1..: 3.00}\n')
# order, closing day, manager, distributor. Top above Mid above Low, and Side; M1 moves from Low to Side in February, Mid
# below Side in March; Far is D2's.
ORDERS = (('A-low', '2026-01-10', 'M1', 'D1'), ('B-mid', '2026-01-11', 'M2', 'D1'), ('C-side', '2026-02-10', 'M1', 'D1'),
          ('D-none', '2026-02-11', '', 'D1'), ('E-mid', '2026-03-10', 'M2', 'D1'), ('Y-far', '2026-01-12', 'M9', 'D2'),
          ('Z-far', '2026-03-10', 'M9', 'D2'))
SCOPES = {'s_d1': ('--distributor', 'D1'), 's_top': ('--distributor', 'D1', '--outlet', 'Top'),
          's_side': ('--distributor', 'D1', '--outlet', 'Side'), 's_m1': ('--distributor', 'D1', '--manager', 'M1'),
          's_d2': ('--distributor', 'D2')}
SEES = {'s_d1': ['A-low', 'B-mid', 'C-side', 'D-none', 'E-mid'], 's_top': ['A-low', 'B-mid'], 's_side': ['C-side', 'E-mid'],
        's_m1': ['A-low', 'C-side'], 's_d2': ['Y-far', 'Z-far']}
WINDOWS = {'s_d1': 11, 's_top': 4, 's_side': 4, 's_m1': 2, 's_d2': 6}
# Codes, names and orders, and whose they are: the logins that may read the word.
WORDS = {'D1': {'s_d1', 's_top', 's_side', 's_m1'}, 'D2': {'s_d2'}, 'Eins': set(), 'Zwei': set(), 'Nametop': set(), 'Namefar': set(),
         'Far': {'s_d2'}, 'Side': {'s_d1', 's_side', 's_m1'}, 'M9': {'s_d2'}, 'M2': {'s_d1', 's_top', 's_side'},
         **{name: {login for login, orders in SEES.items() if name in orders} for name, *_ in ORDERS}}
# A public key of Ed25519.
SENDER = '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA03FL8X3dOdyQ8jXwksBUpGHR3uaErrcA0L+7S2DKC8U=\n-----END PUBLIC KEY-----\n'


class Case(small.Case):
    def setUp(self):
        super().setUp()
        self.database = self.server.like('scoped', self.make)

    def make(self, database):
        for login in (*SCOPES, 's_none'):
            database.sql(f"DO $$ BEGIN IF to_regrole('{login}') IS NULL THEN CREATE ROLE {login} LOGIN IN ROLE settle_scoped; "
                         'END IF; END $$')
        self.take_in_parties(database)
        database.activate(self.file('policy.yaml', small.POLICY.format(
            rules=RULES, invoice='cycle: monthly, cut-off-day: 28', top='')))
        for kind, text in (('outlets', 'outlet,name,distributor,parent,valid_from\nTop,Nametop,D1,,2025-01-01\nMid,M,D1,Top,2025-01-01\n'
                            'Low,L,D1,Mid,2025-01-01\nSide,S,D1,,2025-01-01\nMid,M,D1,Side,2026-03-01\nFar,Namefar,D2,,2025-01-01\n'),
                           ('managers', 'manager,name,outlet,valid_from\nM1,A,Low,2025-01-01\nM1,A,Side,2026-02-01\n'
                            'M2,B,Mid,2025-01-01\nM9,Z,Far,2025-01-01\n')):
            database.settle('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE, check=True)
        self.database = database
        for name, day, manager, distributor in ORDERS:
            self.send('orders', day, small.order(name, day, manager=manager, distributor=distributor))
        self.run_to('2026-03-31')
        for login, scope in SCOPES.items():
            database.settle('scope', 'grant', login, *scope, '--reason', 'for ' + login, user='settle_finance', check=True)

    def as_login(self, login, *arguments, code=0):
        got, out, err = self.database.settle(*arguments, user=login)
        self.assertEqual(got, code, f'{login} {arguments}\n{out}{err}')
        return out, err

    def table(self, login, *arguments):
        return list(csv.DictReader(io.StringIO(self.as_login(login, '--format', 'csv', *arguments)[0])))

    def orders(self, login, *options):
        return [row['order'] for row in self.table(login, 'activity', 'list', *options)]


class Commands(Case):
    # How each command is called, {x}: a file that is there. What it is for a scoped login: SCOPED, or WHOLE (of a distributor
    # whole); APART: it asks no database; everything else is refused.
    CALLS = {
        'import': 'import carriers {carriers}', 'facts order': 'facts order A-low', 'facts seen': 'facts seen --all --reason r', 'facts refund-slack': 'facts refund-slack C1 5 --from 2027-01-01 --reason r',
        'quarantine release': 'quarantine release --all', 'quarantine dismiss': 'quarantine dismiss --batch 1 --reason r',
        'batch show': 'batch show 1', 'batch withdraw': 'batch withdraw 1 --reason r', 'batch approve': 'batch approve 1',
        'batch refuse': 'batch refuse 1 --reason r', 'policy check': 'policy check {policy}', 'policy submit': 'policy submit {policy}',
        'policy activate': 'policy activate {policy}', 'policy withdraw': 'policy withdraw 1 --reason r', 'policy test': 'policy test {policy}',
        'policy try': 'policy try {policy} --order paid=100', 'policy show': 'policy show small', 'policy explain-code': 'policy explain-code',
        'night': 'night {inbox}', 'feed expect': 'feed expect C1 orders --reason r', 'feed stop': 'feed stop C1 orders --reason r',
        'feed waive': 'feed waive C1 orders 2026-01-01 --reason r', 'run': 'run --date 2026-04-01 --yes', 'replay': 'replay --run 1',
        'period close': 'period close 2026-01', 'period reopen': 'period reopen 2026-01 --reason r', 'invoice show': 'invoice show C1-2026-000001',
        'pages': 'pages --all --output {pages}', 'invoice approve': 'invoice approve --all-drafted --until 2026-03-31', 'invoice issue': 'invoice issue --all-approved --until 2026-03-31',
        'invoice export': 'invoice export 31/C1', 'deposit cover': 'deposit cover --distributor D1 --reason r',
        'deposit forfeit': 'deposit forfeit --distributor D1 --amount 1.00 --reason r', 'deposit amount': 'deposit amount --distributor D1 --amount 1.00 --reason r',
        'deposit default': 'deposit default distributor 1.00 --reason r', 'reconcile orders': 'reconcile orders --period 2026-01',
        'reconcile statement': 'reconcile statement --carrier C1 --period 2026-01',
        'reconcile accept': 'reconcile accept 1 --carrier C1 --period 2026-01 --reason r',
        'reconcile dispute': 'reconcile dispute 1 --carrier C1 --period 2026-01 --reason r',
        'reconcile withdraw': 'reconcile withdraw --carrier C1 --period 2026-01 --reason r', 'report': 'report trial-balance',
        'scope grant': 'scope grant s_m1 --distributor D2 --reason r', 'scope revoke': 'scope revoke s_m1 --reason r',
        'server accept': 'server accept --reason r', 'erase ask': 'erase ask --batch 1 --reason r',
        'erase approve': 'erase approve 1 --batch 1', 'erase refuse': 'erase refuse 1 --reason r', 'setting set': 'setting set zone UTC --reason r', 'carrier-key export': 'carrier-key export C1',
        'carrier-key set': 'carrier-key set C1 {key}', 'sender-key set': 'sender-key set C1 {sender} --reason r',
        'sender-key end': 'sender-key end C1 --reason r',
    }
    SCOPED = {'activity summary', 'activity list', 'scope list'}
    WHOLE = {'invoice list', 'invoice lines', 'invoice show'}
    APART = {'policy check', 'policy test', 'policy try', 'policy schema', 'policy reference', 'policy explain-code'}

    def commands(self):
        found = []
        for command in re.findall(r'^  ([a-z][a-z-]*) ', self.ok('--help').split('Global options')[0], re.M):
            text = self.ok(command, '--help')
            below = re.findall(r'^  ([a-z][a-z-]*) ', text, re.M) if text.startswith(f'Usage: settle {command} ...') else []
            found += [f'{command} {one}' for one in below] or [command]
        return found

    def test_every_command(self):
        """Each answers with what the login sees and with no word of anybody else's, or is refused with a sentence; a command
        that is new has no answer here, and fails."""
        os.mkdir(os.path.join(self.folder, 'inbox'))
        files = {'carriers': self.file('c.csv', small.FILES['carriers']), 'key': self.file('key', 64 * 'a'), 'sender': self.file('sender.pub', SENDER), 'inbox': os.path.join(self.folder, 'inbox'), 'pages': os.path.join(self.folder, 'pages'),
                 'policy': self.file('p.yaml', small.POLICY.format(rules=RULES, invoice='cycle: none', top=''))}
        commands = self.commands()
        self.assertGreater(len(commands), 60)
        self.assertEqual(set(self.CALLS) | self.SCOPED | self.WHOLE | self.APART, (set(self.CALLS) | self.SCOPED | self.WHOLE | self.APART) & set(commands))
        before = self.database.sql('SELECT max(position) FROM settle.control_log')
        for command in commands:
            call = self.CALLS.get(command, command).format(**files).split()
            for login in ('s_d1', 's_top', 's_m1'):
                code, out, err = self.database.settle(*call, user=login)
                if command in self.APART:
                    self.assertNotIn('settle_scoped', err)
                    continue
                if command in self.SCOPED or (command in self.WHOLE and login == 's_d1'):
                    self.assertEqual(code, 0, f'{login} {call}\n{out}{err}')
                else:
                    self.assertEqual((code, out), (4, ''), f'{login} {call}\n{err}')
                    self.assertRegex(err, r'settle: (the login "\w+" sees what it was granted|invoices are the distributor\'s)')
                    self.assertRegex(err, r'\nhint: .*settle scope grant')
                self.search(login, out + err, command)
        self.assertEqual(self.database.sql('SELECT max(position) FROM settle.control_log'), before)

    def search(self, login, text, where):
        for word, logins in WORDS.items():
            if login not in logins:
                self.assertNotRegex(text, rf'\b{word}\b', f'{login} reads "{word}" in {where}')

    def test_summary_and_list(self):
        for login, names in SEES.items():
            rows = self.table(login, 'activity', 'list')
            self.assertEqual([r['order'] for r in rows if not r['order'].startswith('window')], names, login)
            self.assertEqual(sum(r['order'].startswith('window') for r in rows), WINDOWS[login], login)
            scope = SCOPES[login]
            # the same rows as a reader gets who asks for them by options
            self.assertEqual(rows, self.rows('activity', 'list', *scope), login)
            for by in ([], ['--by', 'outlet'], ['--by', 'manager']):
                self.assertEqual(self.table(login, 'activity', 'summary', *by), self.rows('activity', 'summary', *scope, *by), login)
            self.assertEqual(self.table(login, 'activity', 'list', '--from', '2026-02'), self.rows('activity', 'list', *scope, '--from', '2026-02'))
        self.assertEqual(self.orders('s_d1', '--order', 'E-mid'), ['E-mid'])
        self.assertEqual(self.orders('s_top', '--order', 'E-mid'), [])
        self.assertEqual(self.orders('s_d1', '--outlet', 'Side'), self.orders('s_side'))
        self.assertEqual(self.orders('s_d1', '--manager', 'M1'), self.orders('s_m1'))
        self.assertEqual(self.orders('s_top', '--outlet', 'Low'), [name for name in self.orders('s_top') if name != 'B-mid'][:1] +
                         [r['order'] for r in self.rows('activity', 'list', '--distributor', 'D1', '--outlet', 'Low')][1:])

    def test_others_are_as_nobody(self):
        """What is somebody else's and what is not there at all get the same answer."""
        for login in ('s_d1', 's_top', 's_m1'):
            for words in (('activity', 'list', '--distributor', '{}'), ('activity', 'summary', '--distributor', '{}')):
                answers = {self.as_login(login, *[w.format(code) for w in words], code=3)[1].replace(code, 'X') for code in ('D2', 'D8')}
                self.assertEqual(len(answers), 1, answers)
            for option, codes in (('--outlet', ('Far', 'Fax')), ('--manager', ('M9', 'M8')), ('--order', ('Z-far', 'Z-fax'))):
                answers = {''.join(self.as_login(login, 'activity', 'list', option, code)).replace(code, 'X') for code in codes}
                self.assertEqual(len(answers), 1, answers)
        numbers = [r['number'] for r in self.rows('invoice', 'list', '--distributor', 'D2')]
        self.assertGreater(len(numbers), 0)
        answers = {self.as_login('s_d1', 'invoice', 'show', number, code=3)[1].replace(number, 'X') for number in (numbers[0], 'C1-2026-000999')}
        self.assertEqual(len(answers), 1, answers)

    def test_invoices(self):
        for login, code in (('s_d1', 'D1'), ('s_d2', 'D2')):
            rows = self.table(login, 'invoice', 'list')
            self.assertGreater(len(rows), 1)
            self.assertEqual(rows, self.rows('invoice', 'list', '--distributor', code))
            self.assertEqual(self.table(login, 'invoice', 'lines'), self.rows('invoice', 'lines', '--distributor', code))
            self.assertEqual(self.table(login, 'invoice', 'show', rows[0]['number']), self.rows('invoice', 'show', rows[0]['number']))
            self.assertEqual(self.table(login, 'invoice', 'list', '--status', 'issued'), [])


class Decisions(Case):
    def test_union_and_choice(self):
        self.ok('scope', 'grant', 's_m1', '--distributor', 'D2', '--reason', 'two', user='settle_finance')
        self.assertEqual([n for n in self.orders('s_m1') if not n.startswith('window')], SEES['s_m1'] + SEES['s_d2'])
        self.assertEqual({r['distributor'] for r in self.table('s_m1', 'activity', 'summary')}, {'D1', 'D2'})
        self.assertEqual(self.orders('s_m1', '--distributor', 'D2'), self.orders('s_d2'))
        # the invoices of the distributor that is seen whole, not of the other one
        self.assertEqual(self.table('s_m1', 'invoice', 'list'), self.table('s_d2', 'invoice', 'list'))
        self.as_login('s_m1', 'invoice', 'list', '--distributor', 'D1', code=4)
        self.assertEqual([(r['distributor'], r['manager']) for r in self.table('s_m1', 'scope', 'list')], [('D1', 'M1'), ('D2', '')])

    def test_revoked_at_once(self):
        """Also in a session that is open, between two statements of one transaction."""
        rows = self.database.sql("BEGIN; SELECT count(*) FROM settle_scope.activity_order;\n"
                                 f"\\! {settle_test.program()} --db \"{self.database.conninfo('settle_finance')}\" scope revoke s_d2 "
                                 '--distributor D2 --reason left >/dev/null\n'
                                 'SELECT count(*) FROM settle_scope.activity_order; COMMIT', 's_d2')
        self.assertEqual(rows, [['2'], ['0']])
        said = self.as_login('s_d2', 'activity', 'list', code=4)[1]
        self.assertIn('was granted nothing, or no longer\nhint: ask finance', said)
        self.as_login('s_none', 'activity', 'summary', code=4)
        self.assertEqual(self.database.sql("SELECT action, subject, detail ->> 'distributor', actor, reason FROM settle.control_log "
                                           "WHERE action LIKE 'scope-%' AND subject = 'login/s_d2' ORDER BY position"),
                         [['scope-grant', 'login/s_d2', 'D2', 'settle_finance', 'for s_d2'],
                          ['scope-revoke', 'login/s_d2', 'D2', 'settle_finance', 'left']])
        self.ok('scope', 'grant', 's_d2', *SCOPES['s_d2'], '--reason', 'again', user='settle_finance')
        self.assertEqual(len(self.orders('s_d2')), 8)
        self.ok('verify')

    def test_who_decides_on_what(self):
        grant = 'scope', 'grant', 's_none'
        for user in ('settle_night', 'settle_sales', 'settle_audit'):
            self.settle(*grant, '--distributor', 'D1', '--reason', 'r', code=4, user=user)
            self.assert_sql_fails('42501', self.database, "SELECT settle.grant_scope('s_none', 'D1', NULL, NULL, 'r')", user)
        for words, message in (
                (('--distributor', 'D9', '--reason', 'r'), 'no distributor "D9"'),
                (('--distributor', 'D1', '--outlet', 'Far', '--reason', 'r'), 'distributor "D1" has no outlet "Far"'),
                (('--distributor', 'D1', '--manager', 'M9', '--reason', 'r'), 'distributor "D1" has no manager "M9"')):
            got, out, err = self.database.settle(*grant, *words, user='settle_finance')
            self.assertIn(got, (3, 4), err)
            self.assertIn(message, err)
        for login, message in (('nobody_here', 'no login "nobody_here"'), ('settle_audit', 'is of settle_reader'),
                               ('settle_finance', 'is of settle_approver'), ('postgres', 'is of settle_')):
            self.assertIn(message, self.settle('scope', 'grant', login, '--distributor', 'D1', '--reason', 'r', code=4, user='settle_finance'))
        self.assertIn('sees that already', self.settle('scope', 'grant', 's_d1', '--distributor', 'D1', '--reason', 'r', code=4, user='settle_finance'))
        self.assertIn('was not granted that', self.settle('scope', 'revoke', 's_d1', '--distributor', 'D1', '--outlet', 'Top', '--reason', 'r',
                                                          code=4, user='settle_finance'))
        for words in (('s_none', '--reason', 'r'), ('s_none', '--distributor', 'D1'), ('--distributor', 'D1', '--reason', 'r'),
                      ('s_none', '--distributor', 'D1', '--outlet', 'Top', '--manager', 'M1', '--reason', 'r')):
            self.settle('scope', 'grant', *words, code=2, user='settle_finance')
        self.assertEqual(len(self.rows('scope', 'list')), len(SCOPES))
        self.assertEqual([r['manager'] for r in self.rows('scope', 'list', 's_m1')], ['M1'])


class BySql(Case):
    def views(self):
        return [row[0] for row in self.database.sql(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'settle_scope'::regnamespace AND c.relkind = 'v' ORDER BY 1")]

    def functions(self):
        return [row[0] for row in self.database.sql(
            "SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'settle_scope'::regnamespace ORDER BY 1")]

    # Of each view: how many rows each of these logins gets.
    ROWS = {
        'scope': {'s_d1': 1, 's_top': 1, 's_m1': 1, 's_none': 0}, 'settled': {'s_d1': 1, 's_top': 1, 's_m1': 1, 's_none': 1},
        'outlet': {'s_d1': 5, 's_top': 4, 's_m1': 0, 's_none': 0}, 'activity_order': {'s_d1': 5, 's_top': 2, 's_m1': 2, 's_none': 0},
        'activity_window': {'s_d1': 11, 's_top': 4, 's_m1': 2, 's_none': 0}, 'judged_event': {'s_d1': 0, 's_top': 0, 's_m1': 0, 's_none': 0},
        'invoice': {'s_d1': 3, 's_top': 0, 's_m1': 0, 's_none': 0}, 'invoice_line': {'s_d1': 4, 's_top': 0, 's_m1': 0, 's_none': 0},
        'schema_migration': None,
    }

    def test_every_view(self):
        """What each login reads by each view, and that no word in it is anybody else's; a new view has no answer here."""
        self.assertEqual(set(self.views()), set(self.ROWS))
        for view, counts in self.ROWS.items():
            self.assertEqual(self.database.value(f"SELECT 'security_barrier=true' = ANY (reloptions) FROM pg_class "
                                                 f"WHERE oid = 'settle_scope.{view}'::regclass"), 't', view)
            for login in ('s_d1', 's_top', 's_m1', 's_d2', 's_none'):
                rows = self.database.sql(f'TABLE settle_scope.{view}', login)
                if counts is not None and login in counts:
                    self.assertEqual(len(rows), counts[login], (view, login, rows))
                Commands.search(self, login, '\n'.join('\t'.join(row) for row in rows), view)

    def test_nothing_else(self):
        """No other table, view, function or schema of ours, and no way to change one."""
        others = [row[0] for row in self.database.sql(
            "SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace IN ('settle'::regnamespace, 'settle_view'::regnamespace) "
            "AND c.relkind IN ('r', 'p', 'v')")]
        self.assertGreater(len(others), 80)
        self.assertEqual(self.database.value(
            "SELECT count(*) FROM pg_class c WHERE c.relnamespace IN ('settle'::regnamespace, 'settle_view'::regnamespace) AND c.relkind "
            "IN ('r', 'p', 'v') AND (has_table_privilege('s_d1', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
            "OR has_any_column_privilege('s_d1', c.oid, 'SELECT, INSERT, UPDATE'))"), '0')
        self.assertEqual(self.database.sql(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname LIKE 'settle%' "
            "AND has_function_privilege('s_d1', p.oid, 'EXECUTE') ORDER BY 1"), [[name] for name in self.functions()])
        statements = [f'SELECT 1 FROM {name} LIMIT 1' for name in others] + [
            'CREATE TABLE settle_scope.mine (a integer)', 'SET ROLE settle_reader', 'SET ROLE settle_owner', 'SET SESSION AUTHORIZATION s_d2',
            'SELECT settle.own_days()', "SELECT settle.order_key('C1', 'Z-far')"]
        self.assertEqual(set(zip(statements, self.database.states(statements, 's_d1'))), {(one, '42501') for one in statements})
        # a view of a function takes no row, whoever asks
        self.assertEqual(self.database.states(['DELETE FROM settle_scope.activity_order'], 's_d1'), ['55000'])

    def columns(self, view):
        return self.database.sql("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
                                 f"WHERE attrelid = 'settle_scope.{view}'::regclass AND attnum > 0")

    def test_a_leaky_predicate(self):
        """One that tells what it is given is given own rows; one that fails at others' never does."""
        script = ("SET client_min_messages = error; CREATE TEMP SEQUENCE seen; SELECT setval('seen', 1, false) \\g /dev/null\nCREATE FUNCTION "
                  'pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 '
                  "AS $$ BEGIN PERFORM nextval('seen'); RETURN true; END $$;\n")
        for view in self.views():
            script += (f'SELECT count(*) FROM settle_scope.{view} v \\g /dev/null\n'
                       f'SELECT count(*) FROM settle_scope.{view} v WHERE pg_temp.leak(v::text);\n'
                       "SELECT nextval('seen') - 1;\nSELECT setval('seen', 1, false) \\g /dev/null\n")
            for column, _ in self.columns(view):
                for word in ('Z-far', 'Y-far', 'D2', 'Far', 'M9'):
                    script += (f"SELECT count(*) FROM settle_scope.{view} v WHERE 1 / (CASE WHEN v.{column}::text = '{word}' THEN 0 ELSE 1 END) = 1 "
                               '\\g /dev/null\n')
        for login in ('s_d1', 's_top', 's_m1', 's_none'):
            told = [int(row[0]) for row in self.database.sql(script, login)]
            self.assertEqual(len(told), 2 * len(self.views()))
            self.assertEqual(told[0::2], told[1::2], login)

    def test_explain(self):
        """A plan that was run says of another's value what it says of one that nobody has."""
        self.database.sql('ANALYZE')
        for view in self.views():
            cases, script = [], ''
            for column, kind in self.columns(view):
                if kind not in ('text', 'bigint', 'integer', 'date'):
                    continue
                others = {row[0] for row in self.database.sql(f'SELECT DISTINCT {column} FROM settle_scope.{view}', 's_d2')} - \
                    {row[0] for row in self.database.sql(f'SELECT DISTINCT {column} FROM settle_scope.{view}', 's_m1')} - {''}
                for value in [{'text': 'nobody', 'date': '1999-01-01'}.get(kind, '1234567'), *sorted(others)[:3]]:
                    cases.append(column)
                    script += (f"\\echo ==\nEXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, VERBOSE) SELECT * FROM settle_scope.{view} "
                               f"WHERE {column} = '{value}';\n")
            said = '\n'.join(row[0] for row in self.database.sql(script, 's_m1')).split('==\n')[1:]
            plans = {}
            for column, plan in zip(cases, said):
                plans.setdefault(column, set()).add(re.sub(r'Filter: \(.*', '', plan).strip())
            self.assertEqual(len(said), len(cases))
            self.assertEqual({column: len(plan) for column, plan in plans.items()}, dict.fromkeys(plans, 1), plans)


class Pages(Case):
    def words_in(self, folder):
        text, n = [], 0
        for path, _, names in os.walk(folder):
            text.append(path)
            for name in names:
                n += 1
                with open(os.path.join(path, name), encoding='utf-8') as file:
                    text.append(file.read())
        return '\n'.join(text), n

    def test_each_folder(self):
        """A distributor's, an outlet's and a manager's folder hold the orders and amounts that the login sees, and no more."""
        folder = os.path.join(self.folder, 'pages')
        self.assertIn('2 distributors, 10 folders', self.ok('pages', '--all', '--output', folder, user='settle_audit'))
        for login, path in (('s_d1', 'distributor/D1'), ('s_top', 'outlet/D1/Top'), ('s_side', 'outlet/D1/Side'),
                            ('s_m1', 'manager/D1/M1'), ('s_d2', 'distributor/D2')):
            text, n = self.words_in(os.path.join(folder, path))
            self.assertEqual(n, 3 if path.startswith('distributor') else 2)
            for name, *_ in ORDERS:
                self.assertEqual(f'>{name}<' in text, name in SEES[login], (path, name))
            Commands.search(self, login, text.replace(folder, ''), path)
            self.assertEqual(text.count('>window 2026'), WINDOWS[login], path)
            for row in self.table(login, 'activity', 'summary', '--by', 'manager'):
                self.assertIn(f'>{row["total"]}<', text)
            self.assertNotRegex(text, r'<script|https?:|javascript|\son\w+=')
        for row in self.table('s_d1', 'invoice', 'list'):
            self.assertIn(row['number'], self.words_in(os.path.join(folder, 'distributor/D1'))[0])
        self.assertIn('holds something already', self.settle('pages', '--all', '--output', folder, code=3))
        self.assertEqual(os.stat(folder).st_mode & 0o777, 0o750)
        one = os.path.join(self.folder, 'one')
        self.assertIn('1 distributors', self.ok('pages', '--distributor', 'D2', '--output', one))
        self.assertEqual(sorted(os.listdir(os.path.join(one, 'distributor'))), ['D2'])

    def test_killed_while_it_writes(self):
        """No page of a run that was killed is where pages are served."""
        folder = os.path.join(self.folder, 'killed')
        killed = subprocess.run([settle_test.program(), '--db', self.database.conninfo(), 'pages', '--all', '--output', folder],
                                stdout=subprocess.DEVNULL, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000)))
        self.assertEqual(killed.returncode, -signal.SIGXFSZ)
        self.assertEqual(os.listdir(folder), ['.part'])
        self.assertTrue(os.listdir(os.path.join(folder, '.part')))
        self.assertIn('holds something already', self.settle('pages', '--all', '--output', folder, code=3))
        whole = os.path.join(self.folder, 'whole')
        self.ok('pages', '--all', '--output', whole)
        self.assertEqual(sorted(os.listdir(whole)), ['distributor', 'manager', 'outlet'])

    def test_twelve_distributors(self):
        """Whatever their codes are, also as names of folders: no folder has a code, order or name of another distributor."""
        database = self.server.database(migrated=True)
        self.database = database
        codes = [f'Q{n:02}x' for n in range(1, 10)] + ['..', 'A/B', 'Ü 1']
        database.settle('import', 'carriers', self.file('c.csv', small.FILES['carriers']), '--date', small.SINCE, check=True)
        database.settle('import', 'products', self.file('p.csv', small.FILES['products']), '--date', small.SINCE, check=True)
        tell = lambda kind, header, rows: database.settle('import', kind, self.file(kind + '.csv', header + '\n' + '\n'.join(rows) + '\n'),
                                                          '--date', small.SINCE, check=True)
        tell('distributors', 'distributor,name,tier,valid_from', [f'{code},Name{n}n,,2025-01-01' for n, code in enumerate(codes)])
        tell('outlets', 'outlet,name,distributor,parent,valid_from',
             [f'T{n}t,Top{n}n,{code},,2025-01-01' for n, code in enumerate(codes)] + [f'L{n}l,Low{n}n,{code},T{n}t,2025-01-01' for n, code in enumerate(codes)])
        tell('managers', 'manager,name,outlet,valid_from', [f'M{n}m,Person{n}n,L{n}l,2025-01-01' for n in range(12)])
        database.activate(self.file('policy.yaml', small.POLICY.format(rules=RULES, invoice='cycle: monthly, cut-off-day: 28', top='')))
        self.send('orders', '2026-01-10', *[small.order(f'O{n}o', '2026-01-10', distributor=code, manager=f'M{n}m') for n, code in enumerate(codes)])
        self.run_to('2026-02-28')
        folder = os.path.join(self.folder, 'pages')
        self.assertIn('12 distributors, 48 folders', self.ok('pages', '--all', '--output', folder))
        folders = [os.path.join(path) for path, _, names in os.walk(folder) if names]
        self.assertEqual(len(folders), 48)
        seen = set()
        for path in folders:
            text = self.words_in(path)[0].replace(folder, '')
            whose = {n for n in range(12) if re.search(rf'\b(O{n}o|M{n}m|L{n}l|T{n}t|Name{n}n|Top{n}n|Low{n}n|Person{n}n)\b', text)
                     or n < 9 and f'Q{n + 1:02}x' in text}
            self.assertEqual(len(whose), 1, path)
            seen |= whose
        self.assertEqual(seen, set(range(12)))


if __name__ == '__main__':
    settle_test.main()
