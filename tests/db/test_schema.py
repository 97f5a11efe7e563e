#!/usr/bin/env python3
"""Migrations, roles and partitions: what the schema promises whatever a program may try."""
import configparser
import hashlib
import os
import re
import subprocess

from probe import ProbeCase, command, probe, settle_test

# Not append-only on purpose: counters count, staging belongs to those who fill it.
COUNTERS = {'counter', 'invoice_series'}
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
TABLES = os.path.join(ROOT, 'engine', 'store', 'sql', 'tables.ini')
# What has no row sums: small tables, which the seal of a run covers (engine/store/sql/queries/seal-*.sql), slices,
# which verify counts again, and what others write or what only counts.
SEALED = {
    'batch', 'batch_rows', 'batch_consumption', 'chunk_rows', 'code', 'control_log', 'invoice_base', 'invoice_batch',
    'invoice_issue', 'policy', 'policy_rule', 'policy_submission', 'quarantine_dismissal', 'quarantine_wake', 'batch_withdrawal',
    'quarantine_release', 'run', 'run_abandonment',
    'rule', 'run_batch', 'run_chunk', 'run_policy', 'run_publication', 'run_receipt', 'run_seal',
    'batch_slice', 'carrier_key', 'counter', 'invoice_series', 'schema_migration', 'staging', 'staging_taken',
}
# What only the runner reads.
SECRET = {'settle.carrier_key', 'settle.carrier_key_now'}
NOT_APPEND_ONLY = COUNTERS | {'staging', 'schema_migration'}
MIGRATIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'engine', 'store',
                          'sql', 'migrations')


def tables(database):
    """Every table and partition of the schema."""
    return [row[0] for row in database.sql(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'settle' AND c.relkind IN ('r', 'p') ORDER BY 1")]


def granted_table():
    """(objects, verbs, roles) of docs/operations.md "Who may do what"."""
    with open(os.path.join(ROOT, 'docs', 'operations.md'), encoding='utf-8') as file:
        section = file.read().split('## Who may do what\n', 1)[1].split('\n## ', 1)[0]
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in section.splitlines()
            if line.startswith('|')]
    return [row[:3] for row in rows[2:]]


class Migrate(ProbeCase):
    def test_twice(self):
        database = self.server.database()
        self.assertIn('settle migrate', self.fails(probe(database, 'login', 'check-schema'), 'STATE'))
        files = sorted(name for name in os.listdir(MIGRATIONS) if name.endswith('.sql'))
        self.assertEqual(self.ok(probe(database, 'login', 'migrate')), str(len(files) - 1))
        before = database.sql('TABLE settle.schema_migration')
        self.assertEqual(self.ok(probe(database, 'login', 'migrate')), '0')
        self.assertEqual(database.sql('TABLE settle.schema_migration'), before)
        for number, name in enumerate(files[1:], 1):
            with open(os.path.join(MIGRATIONS, name), 'rb') as file:
                digest = hashlib.sha256(file.read()).hexdigest()
            self.assertEqual(before[number - 1][:3],
                             [str(number), name[5:-4], '\\x' + digest])
        for role in ('runner', 'approver', 'reader'):
            self.ok(probe(database, role, 'check-schema'))

    def test_several_at_once(self):
        database = self.server.database()
        processes = [subprocess.Popen(command(database, 'login', 'migrate'), text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                     for _ in range(4)]
        outputs = sorted(process.communicate(timeout=120)[0] for process in processes)
        self.assertEqual([process.returncode for process in processes], [0] * 4, outputs)
        self.assertEqual(outputs[:3], ['0\n'] * 3)

    def test_by_a_login_that_may_create_roles(self):
        with settle_test.PrivateServer() as server:
            server.sql('CREATE ROLE admin LOGIN CREATEROLE', 'postgres')
            database = server.database()
            self.fails(probe(database, 'login', 'migrate', user='admin'), 'DATABASE', '42501')
            server.sql(f'ALTER DATABASE {database.name} OWNER TO admin', 'postgres')
            self.ok(probe(database, 'login', 'migrate', user='admin'))
            self.assertEqual(self.ok(probe(database, 'login', 'migrate', user='admin')), '0')
            self.assertEqual(database.sql(
                "SELECT DISTINCT r.rolname, r.rolcanlogin FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace "
                "JOIN pg_roles r ON r.oid = c.relowner WHERE n.nspname = 'settle'"),
                [['settle_owner', 'f']])

    def test_schema_from_before_1_0_is_refused(self):
        """Whether it has more migrations than this program or fewer, and whatever they were; nothing is changed."""
        for change in ("UPDATE settle.schema_migration SET hash = sha256('x') WHERE number = 2",
                       "UPDATE settle.schema_migration SET hash = sha256('x'); "
                       "INSERT INTO settle.schema_migration SELECT n, 'older', sha256('x') "
                       "FROM generate_series((SELECT max(number) + 1 FROM settle.schema_migration), 21) n",
                       "UPDATE settle.schema_migration SET hash = sha256('x'); "
                       "DELETE FROM settle.schema_migration WHERE number > 3"):
            database = self.fresh()
            database.sql(f'ALTER TABLE settle.schema_migration DISABLE TRIGGER ALL; {change}')
            before = database.sql('TABLE settle.schema_migration')
            for what in ('migrate', 'check-schema'):
                message = self.fails(probe(database, 'login', what), 'STATE')
                self.assertIn('schema from before 1.0', message)
                self.assertIn('From an older schema', message)
            self.assertEqual(database.sql('TABLE settle.schema_migration'), before)

    def test_newer_schema_is_refused(self):
        database = self.fresh()
        database.sql("INSERT INTO settle.schema_migration "
                     "SELECT max(number) + 1, 'later', sha256('x') FROM settle.schema_migration")
        newer = database.value('SELECT max(number) FROM settle.schema_migration')
        for what in ('migrate', 'check-schema'):
            self.assertIn(f'schema {newer}', self.fails(probe(database, 'login', what), 'STATE'))

    def test_unfinished_run_is_refused(self):
        database = self.fresh()
        database.sql("""
            INSERT INTO settle.run (run_id, kind, business_date, due, control_position, calculation,
                                    engine, server)
            VALUES (7, 'nightly', '2026-01-01', true, 0, 1, 'x', '1/1/1/1');
            DELETE FROM settle.schema_migration
             WHERE number = (SELECT max(number) FROM settle.schema_migration)""")
        self.assertIn('run 7', self.fails(probe(database, 'login', 'migrate'), 'STATE'))


def listed_kinds():
    """{number: (name, commission, subject, by_bill)} of engine/model/kind.h."""
    kinds, current = {}, None
    with open(os.path.join(ROOT, 'engine', 'model', 'kind.h'), encoding='utf-8') as file:
        for line in file:
            start = re.match(r'#define SETTLE_(DUE|BILL|WINDOW|OTHER)_KINDS\(', line)
            current = start[1].lower() if start else current
            for number, name in re.findall(r'KIND\((\d+), \w+, \w+, "([a-z-]+)"', line):
                subject = {'due': 'order', 'bill': 'order', 'window': 'window', 'other': name}[current]
                kinds[int(number)] = (name, current != 'other', subject, current == 'bill')
    return kinds


class Kinds(ProbeCase):
    """engine/model/kind.h lists the kinds of postings; SQL knows no number of one from elsewhere."""
    def test_the_view_has_them(self):
        database = self.fresh()
        rows = database.sql('SELECT kind_no, kind, commission, subject, by_bill FROM settle_view.kind')
        self.assertEqual({int(number): (name, commission == 't', subject, by_bill == 't')
                          for number, name, commission, subject, by_bill in rows}, listed_kinds())

    def test_the_checks_let_them_in(self):
        """A posting is of any kind, a line of a carrier's statement of a commission kind; 0: it cannot be read."""
        database = self.fresh()
        kinds = listed_kinds()
        commission = {number for number, kind in kinds.items() if kind[1]}
        for table, wanted in (('transfer', set(kinds)), ('statement_line', commission | {0})):
            checks = ' '.join(row[0] for row in database.sql(
                f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'settle.{table}'::regclass "
                "AND contype = 'c'"))
            least, most = re.search(r'\(kind >= (\d+)\) AND \(kind <= (\d+)\)', checks).groups()
            self.assertLessEqual(int(least), min(wanted), table)
            self.assertGreaterEqual(int(most), max(wanted), table)

    def test_the_checks_know_the_files(self):
        """A batch is of a kind that engine/model/file-kind.h lists, and of no other; a repeated fact has its number."""
        database = self.fresh()
        with open(os.path.join(ROOT, 'engine', 'model', 'file-kind.h'), encoding='utf-8') as file:
            text = file.read().replace('\\\n', ' ')
        listed = re.findall(r'KIND\([A-Z_]+, \w+, "([a-z-]+)", (\w+), \d+, \w+, \w+, (\d+),', text)
        self.assertGreater(len(listed), 9)
        check = database.value("SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint "
                               "WHERE conrelid = 'settle.batch'::regclass AND contype = 'c' "
                               "AND pg_get_constraintdef(oid) LIKE '%carriers%'")
        self.assertEqual(set(re.findall(r"'([a-z-]+)'::text", check)), {name for name, _, _ in listed})
        check = database.value("SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint "
                               "WHERE conrelid = 'settle.fact_repeat'::regclass AND contype = 'c'")
        least, most = re.search(r'\(kind >= (\d+)\) AND \(kind <= (\d+)\)', check).groups()
        facts = {int(number) for _, sort, number in listed if sort != 'MASTER'}
        self.assertEqual((int(least), int(most)), (min(facts), max(facts)))

    def test_nobody_asks_which_commission_it_is(self):
        """What depends on the kind of a rule is in its descriptors: no other source names one."""
        symbol = re.compile(r'\bSETTLE_KIND_(UPFRONT|DEFERRED|REVENUE_SHARE|VOLUME_BONUS)\b')
        self.assertRegex('rule->kind == SETTLE_KIND_DEFERRED', symbol)
        sources = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(ROOT, 'engine'))
                   for name in names if name.endswith(('.c', '.h'))]
        self.assertGreater(len(sources), 200)
        for path in sources:
            with open(path, encoding='utf-8') as file:
                self.assertNotRegex(file.read(), symbol, path)

    def test_queries_write_no_number(self):
        """Neither of a kind of postings nor of events, nor a list of kinds of files: embed-sql.py puts in what model/ lists. Of views,
        settle_view.kind alone says what a kind is."""
        number = re.compile(r"\bkind\s*(<=|>=|<>|=|<|>|(NOT )?(IN|BETWEEN))\s*\(?\d|\bkind (NOT )?IN \('")
        paths = [os.path.join(folder, name) for folder in (os.path.join(os.path.dirname(TABLES), what) for what in ('queries', 'parts'))
                 for name in os.listdir(folder)]
        paths.append(os.path.join(MIGRATIONS, '0009_views.sql'))
        self.assertGreater(len(paths), 100)
        self.assertRegex('WHERE t.kind <= 4', number)
        self.assertRegex('v.kind IN (3, 4)', number)
        self.assertRegex("b.kind IN ('orders', 'bills')", number)
        for path in paths:
            with open(path, encoding='utf-8') as file:
                self.assertNotRegex(file.read(), number, path)


class AppendOnly(ProbeCase):
    def setUp(self):
        self.database = self.fresh()
        self.ok(probe(self.database, 'runner', 'ensure', '2026-01', '2026-01', user='settle_night'))

    def test_nobody_changes_published_rows(self):
        """The runner, approver and reader lack the grant; the owner and a superuser meet a trigger."""
        first = dict(self.database.sql(
            "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE c.relnamespace = 'settle'::regnamespace AND a.attnum = 1"))
        changes = [change for table in tables(self.database) if table not in NOT_APPEND_ONLY
                   for change in (f'UPDATE settle.{table} SET {first[table]} = {first[table]}',
                                  f'DELETE FROM settle.{table}', f'TRUNCATE settle.{table}')]
        self.assertGreater(len(changes), 100)
        for user, before, state in (
                ('settle_night', 'SET ROLE settle_runner', '42501'),
                ('settle_finance', 'SET ROLE settle_approver', '42501'),
                ('settle_audit', 'SET ROLE settle_reader', '42501'),
                ('postgres', 'SET ROLE settle_owner', '23001'),
                ('postgres', 'SET session_replication_role = replica', '23001')):
            states = self.database.states([before, *changes], user)
            self.assertEqual(states[0], '00000', before)
            self.assertEqual([pair for pair in zip(changes, states[1:]) if pair[1] != state], [],
                             before)
        message = self.assert_sql_fails('23001', self.database, 'DELETE FROM settle.batch')
        self.assertIn('settle: published rows are never changed', message)

    def test_counters_are_only_counted(self):
        for table in sorted(COUNTERS):
            for change in (f'DELETE FROM settle.{table}', f'TRUNCATE settle.{table}'):
                self.assert_sql_fails('42501', self.database, f'SET ROLE settle_runner; {change}',
                                      'settle_night')
                self.assert_sql_fails('23001', self.database, change)
        for change in ("UPDATE settle.counter SET value = value + 1 WHERE name = 'batch'",
                       "UPDATE settle.counter SET name = 'x'",
                       "INSERT INTO settle.counter VALUES ('x', 1)",
                       'UPDATE settle.invoice_series SET year = 1'):
            self.assert_sql_fails('42501', self.database, f'SET ROLE settle_runner; {change}',
                                  'settle_night')

    def test_nobody_forges_who_and_when(self):
        forged = 0
        for table, column in self.database.sql(
                "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'settle' "
                "AND c.relkind IN ('r', 'p') AND a.attname IN ('actor', 'at', 'drafter')"):
            for user, role in (('settle_night', 'settle_runner'),
                               ('settle_finance', 'settle_approver')):
                self.assert_sql_fails(
                    '42501', self.database, f'SET ROLE {role}; INSERT INTO settle.{table} ({column}) '
                    'VALUES (NULL)', user)
            forged += 1
        self.assertGreaterEqual(forged, 8)
        self.database.sql("SET ROLE settle_approver; SELECT settle.decide('setting', 'intake-lookback-months', NULL, NULL, '{\"value\": \"3\"}')",
                          'settle_finance')
        self.assertEqual(self.database.value('SELECT actor FROM settle.control_log'),
                         'settle_finance')

    def test_grants_are_those_of_the_table(self):
        """Each grant in the catalog, of tables, columns, views, functions and schemas and to PUBLIC too, stands in the
        table of docs/operations.md, and each row there is a grant."""
        granted = {tuple(row) for row in self.database.sql("""
            WITH object AS (
                SELECT n.nspname, c.relname AS name, c.relacl AS acl
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'S', 'm')
                 UNION ALL
                SELECT n.nspname, c.relname, a.attacl
                  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                 UNION ALL
                SELECT n.nspname, p.proname, coalesce(p.proacl, acldefault('f', p.proowner))
                  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                 UNION ALL
                SELECT n.nspname, '', n.nspacl FROM pg_namespace n)
            SELECT DISTINCT o.nspname || '.' || o.name, x.privilege_type, coalesce(r.rolname, 'PUBLIC')
              FROM object o CROSS JOIN LATERAL aclexplode(o.acl) x LEFT JOIN pg_roles r ON r.oid = x.grantee
             WHERE o.nspname IN ('settle', 'settle_view', 'settle_scope') AND coalesce(r.rolname, 'PUBLIC') <> 'settle_owner'""")}
        # partitions are for reading, as their tables are
        tables = {row[0] for row in self.database.sql(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname IN ('settle', 'settle_view', 'settle_scope') AND c.relkind IN ('r', 'p', 'v')")}
        listed = set()
        for what, verbs, roles in granted_table():
            objects = ([name for name in tables if name.startswith('settle.') and name not in SECRET] if what == 'every table' else
                       [name for name in tables if name.startswith('settle_view.')] if what == 'every view' else
                       [name for name in tables if name.startswith('settle_scope.')] if what == 'every view of `settle_scope`' else
                       [name if '.' in name else 'settle.' + name for name in re.findall('`([^`]+)`', what)])
            listed |= {(name, verb, role) for name in objects for verb in re.split(', *', verbs)
                       for role in re.findall('`([^`]+)`', roles)}
        self.assertGreater(len(listed), 300)
        self.assertEqual(sorted(granted - listed), [], 'granted, and not in the table')
        self.assertEqual(sorted(listed - granted), [], 'in the table, and not granted')

    def test_functions(self):
        """What runs as the owner has its search path pinned."""
        for name, pinned in self.database.sql(
                "SELECT p.proname, coalesce(array_to_string(p.proconfig, ' '), '') LIKE '%search_path=%' "
                "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname IN ('settle', 'settle_scope') AND p.prosecdef"):
            self.assertEqual(pinned, 't', name)

    def test_every_column_is_summed_or_sealed(self):
        """Each table is in sql/tables.ini with all its columns, or stands in SEALED with what proves it."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(TABLES, encoding='utf-8')
        listed = {name: set(re.split(r',\s*', table['columns'] + (', ' + table['apart'] if 'apart' in table else '')))
                  for name, table in parser.items() if name != 'DEFAULT'}
        there = dict(self.database.sql(
            "SELECT c.relname, string_agg(a.attname, ',') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
            "WHERE c.relnamespace = 'settle'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition "
            "AND attnum > 0 AND NOT attisdropped GROUP BY 1"))
        self.assertEqual({name: set(columns.split(',')) for name, columns in there.items() if name not in SEALED},
                         listed)
        keys = dict(self.database.sql(
            "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
            "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
            "WHERE i.indisprimary AND c.relnamespace = 'settle'::regnamespace AND NOT c.relispartition"))
        for name in listed:
            self.assertEqual(keys[name], parser[name]['key'].split(',')[0], name)

    def test_runner_makes_nothing(self):
        for what in ('CREATE TABLE settle.mine (a integer)', 'DROP TABLE settle.transfer',
                     'ALTER TABLE settle.transfer DISABLE TRIGGER append_only',
                     'CREATE VIEW settle.mine AS SELECT 1', 'SET ROLE settle_owner'):
            self.assert_sql_fails('42501', self.database, f'SET ROLE settle_runner; {what}',
                                  'settle_night')


class Partitions(ProbeCase):
    def partitioned(self, database):
        return [row[0] for row in database.sql(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'settle' AND c.relkind = 'p' ORDER BY 1")]

    def test_months_are_made_once(self):
        database = self.fresh()
        parents = self.partitioned(database)
        self.assertIn('transfer', parents)
        for from_month, to_month, months in (('2026-03', '2026-03', 1), ('2025-12', '2026-03', 4),
                                             ('2025-12', '2026-03', 4), ('2027-01', '2027-01', 5)):
            self.ok(probe(database, 'runner', 'ensure', from_month, to_month, user='settle_night'))
            for parent in parents:
                self.assertEqual(database.value(
                    f"SELECT count(*) FROM pg_inherits WHERE inhparent = 'settle.{parent}'::regclass"),
                    str(months), parent)
        self.assertEqual(database.value(
            "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'bill_2025_12'"),
            "FOR VALUES FROM ('2025-12-01') TO ('2026-01-01')")
        self.fails(probe(database, 'runner', 'ensure', '2026-03', '2026-02'), 'DATABASE', '22023')
        self.fails(probe(database, 'reader', 'ensure', '2026-03', '2026-03', user='settle_audit'),
                   'DATABASE', '42501')

    def test_indexes_and_checks_come_along(self):
        database = self.fresh()
        self.ok(probe(database, 'runner', 'ensure', '2026-01', '2026-02', user='settle_night'))
        for parent in self.partitioned(database):
            partition = f'{parent}_2026_01'
            count = "SELECT count(*) FROM pg_index WHERE indrelid = 'settle.{}'::regclass"
            self.assertEqual(database.value(count.format(partition)),
                             database.value(count.format(parent)))
            # Each index of the partition belongs to one of the table's: none was built anew.
            self.assertEqual(database.value(
                "SELECT count(*) FROM pg_index i JOIN pg_inherits h ON h.inhrelid = i.indexrelid "
                f"WHERE i.indrelid = 'settle.{partition}'::regclass"),
                database.value(count.format(parent)))
            checks = ("SELECT string_agg(pg_get_constraintdef(oid), ';' "
                      "ORDER BY pg_get_constraintdef(oid)) "
                      "FROM pg_constraint WHERE conrelid = 'settle.{}'::regclass")
            self.assertEqual(database.sql(checks.format(partition)),
                             database.sql(checks.format(parent)))
        self.assertEqual(database.value(
            "SELECT count(*) FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
            "WHERE a.amname = 'brin' AND relname LIKE 'closed_order_2026_0%' "
            "AND reloptions::text LIKE '%pages_per_range=32%'"), '2')
        database.sql("SET ROLE settle_runner; INSERT INTO settle.ledger_total VALUES "
                     "(1, '2026-02-01', 1, 1, 1, 1, 1, '2026-02-01', '2026-02-01', 1, 2, 1, 5)",
                     'settle_night')
        self.assertEqual(database.value('SELECT count(*) FROM settle.ledger_total_2026_02'), '1')
        self.assert_sql_fails(
            '23514', database, "INSERT INTO settle.ledger_total VALUES "
            "(1, '2026-02-01', 2, 1, 1, 1, 1, '2026-02-01', '2026-02-01', 1, 2, 1, 0)")
        self.assert_sql_fails(
            '23514', database, "INSERT INTO settle.ledger_total VALUES "      # no partition
            "(1, '2026-03-01', 2, 1, 1, 1, 1, '2026-02-01', '2026-02-01', 1, 2, 1, 5)")

    def test_racing(self):
        database = self.fresh()
        processes = [subprocess.Popen(command(database, 'runner', 'ensure', '2026-01', '2027-06'),
                                      text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                     for _ in range(6)]
        outputs = [process.communicate(timeout=120)[0] for process in processes]
        self.assertEqual([process.returncode for process in processes], [0] * 6, outputs)
        self.assertEqual(database.value(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'settle.bill'::regclass"), '18')

    def test_readers_are_not_in_the_way(self):
        """A long read of the table, its transaction open, neither stops nor is stopped by new months."""
        database = self.fresh()
        self.ok(probe(database, 'runner', 'ensure', '2026-01', '2026-01'))
        with subprocess.Popen(['psql', '-X', '-q', '-A', '-t', '-d', database.conninfo()], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
            reader.stdin.write('BEGIN; SELECT count(*) FROM settle.transfer;\n')
            reader.stdin.flush()
            self.assertEqual(reader.stdout.readline(), '0\n')
            self.ok(probe(database, 'runner', 'ensure', '2026-01', '2026-03'))
            reader.stdin.write('SELECT count(*) FROM settle.transfer; COMMIT;\n')
            reader.stdin.flush()
            self.assertEqual(reader.stdout.readline(), '0\n')
            reader.stdin.close()
            reader.wait(timeout=60)

    def test_names_are_checked(self):
        database = self.fresh()
        for name in ("counter", "no_such", "bill; DROP TABLE settle.bill", "bill_2026_01"):
            for function in ('summarize', 'analyze_partition'):
                self.assert_sql_fails('22023', database, f"SET ROLE settle_runner; SELECT "
                                      f"settle.{function}('{name}', '2026-01-01')", 'settle_night')


settle_test.main()
