#!/usr/bin/env python3
"""The schema on Citus. Everywhere: that settle migrate --distribute says what it lacks. Where SETTLE_CITUS names a
coordinator: the tables are where they belong, the store works there as elsewhere, every query can be planned, and a
night comes to what it comes to on one server.

SETTLE_CITUS is a conninfo of a database that has the extension and its workers registered; the login must be a
superuser, and be let in on all nodes. Databases of the tests' own are made on the same nodes, and dropped."""
import importlib.util
import os
import re
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'cli'))
sys.path.insert(1, HERE)
import test_attacks
from probe import ProbeCase, probe, settle_test
from small import Case, bill, order

CITUS = os.environ.get('SETTLE_CITUS', '')
ROLES = ['settle_owner', 'settle_runner', 'settle_approver', 'settle_author', 'settle_reader',
         *settle_test.LOGINS]
STORE = os.path.join(HERE, '..', '..', 'engine', 'store')
# What the build makes of queries, for the numbers that they name.
spec = importlib.util.spec_from_file_location('embed_sql', os.path.join(STORE, 'embed-sql.py'))
embed_sql = importlib.util.module_from_spec(spec)
spec.loader.exec_module(embed_sql)

RULES = """- upfront: percent
  pay: 3.5%
- revenue-share: share
  base: billed
  months: 0..12
  rate: 7%
- volume-bonus: volume
  window: month
  scope: distributor
  measure: orders
  mode: whole
  tiers: {10..: 5.00}"""

# A value of each type that queries take as a parameter; of texts one that the query can cast.
TEXTS = {"|| '-01'": "'2026-02'", '::numeric': "'1'", '': "'2026-02-01'"}
VALUES = {'integer': '1', 'bigint': '1', 'smallint': '1', 'boolean': 'true', 'bytea': r"'\x00'",
          'date': "'2026-02-01'", 'jsonb': "'{}'", 'integer[]': "'{1,2}'", 'bigint[]': "'{1,2}'",
          'text[]': "'{a,b}'", 'date[]': "'{2026-02-01,2026-03-01}'", 'numeric': '1'}
# What Citus cannot plan of ours (docs/operations.md "Scaling out").
NOT_THERE = {'activity-orders', 'check-invoice-ledger', 'facts-waiting', 'intake-withdrawn-bills', 'intake-withdrawn-events',
             'intake-withdrawn-months', 'intake-withdrawn-orders', 'intake-withdrawn-receipts', 'invoice-batches', 'ledger-transfers',
             'period-left-open', 'reconcile-ledger', 'statement-ours', 'status-pending'}
# These look at what they are told before there is a plan, and our values are none.
OTHER_VALUES = {'carrier-key-set': '22023', 'erase-approve': '22P02', 'erase-ask': '22P02'}


class Nodes:
    """The nodes of a Citus that is there, and databases of our own on them. Stands in for a PrivateServer."""

    def __init__(self):
        rows = settle_test.psql(CITUS, 'SELECT nodename, nodeport, groupid FROM pg_dist_node '
                                       'WHERE isactive ORDER BY groupid')
        self.coordinator = next(row[:2] for row in rows if row[2] == '0')
        self.nodes = [row[:2] for row in rows]
        self.made = []
        self.roles = {tuple(node): {row[0] for row in self.at(node, 'postgres', 'SELECT rolname FROM pg_roles')}
                      for node in self.nodes}
        settle_test.PrivateServer.running.append(self)      # stop() also when a signal ends the test

    def at(self, node, database, text):
        return settle_test.psql(f"{CITUS} host='{node[0]}' port='{node[1]}' dbname='{database}'", text)

    def conninfo(self, database, user='postgres', **more):
        words = {'host': self.coordinator[0], 'port': self.coordinator[1], 'dbname': database, **more}
        if user != 'postgres':
            words['user'] = user
        return CITUS + ''.join(f" {key}='{value}'" for key, value in words.items())

    def sql(self, text, database, user='postgres'):
        return settle_test.psql(self.conninfo(database, user), text)

    def empty(self, extension=True):
        name = f'settle_test_{os.getpid()}_{len(self.made) + 1}'
        self.made.append(name)
        for node in self.nodes:
            self.at(node, 'postgres', f'CREATE DATABASE {name}')
        if extension:
            self.extend(name)
        return settle_test.Database(self, name)

    def extend(self, name):
        for node in self.nodes:
            # Few shards: each is a table more to make.
            self.at(node, name, f'CREATE EXTENSION citus; ALTER DATABASE {name} SET citus.shard_count = 4')

    def join(self, database):
        host, port = self.coordinator
        database.sql(f"SELECT citus_set_coordinator_host('{host}', {port})")
        for host, port in self.nodes:
            if [host, port] != self.coordinator:
                database.sql(f"SELECT citus_add_node('{host}', {port})")

    def distributed(self):
        database = self.empty()
        self.join(database)
        database.settle('migrate', '--distribute', check=True)
        for login, group in settle_test.LOGINS.items():
            if not database.sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{login}'"):
                database.sql(f'CREATE ROLE {login} LOGIN')
            database.sql(f'GRANT {group} TO {login}')
        return database

    def stop(self):
        """Drops the databases, and those roles that were not there before."""
        if self in settle_test.PrivateServer.running:
            settle_test.PrivateServer.running.remove(self)
        while self.made:
            name = self.made.pop()
            for node in self.nodes:
                self.at(node, 'postgres', f'DROP DATABASE IF EXISTS {name} WITH (FORCE)')
        for node in self.nodes:
            for role in ROLES:
                if role not in self.roles[tuple(node)]:
                    self.at(node, 'postgres', f'SET citus.enable_ddl_propagation = off; DROP ROLE IF EXISTS {role}')


class Refused(settle_test.TestCase):
    def test_without_the_extension(self):
        database = self.server.database()
        code, out, err = database.settle('migrate', '--distribute')
        self.assertEqual((code, out), (3, ''), err)
        self.assertIn('the database does not have the extension citus', err)
        self.assertIn('hint: on each node: CREATE EXTENSION citus', err)
        # before anything was done
        self.assertEqual(database.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'settle%'"), '0')

    def test_nothing_else_is_asked_for(self):
        code, _, err = self.server.database().settle('migrate', '--distribute', 'now')
        self.assertEqual(code, 2, err)


class Made:
    """What stands in for a server where its database is there already."""

    def __init__(self, database):
        self.there = database

    def database(self, migrated=False):
        assert migrated
        return self.there

    def like(self, _key, make):
        make(self.there)
        return self.there


needs_citus = unittest.skipUnless(CITUS, 'SETTLE_CITUS names no coordinator')


class There(unittest.TestCase):
    """Shares one distributed database with all other tests of the file: making one takes a while."""

    nodes = ready = None

    @classmethod
    def setUpClass(cls):
        if There.nodes is None:
            There.nodes = Nodes()
            There.ready = There.nodes.distributed()


def tearDownModule():
    if There.nodes is not None:
        There.nodes.stop()


@needs_citus
class Tables(There, ProbeCase):
    def test_without_workers(self):
        database = self.nodes.empty()
        code, _, err = database.settle('migrate', '--distribute')
        self.assertEqual(code, 3, err)
        self.assertIn('citus has no workers', err)

    def test_a_schema_in_use(self):
        """Migrated before the extension was there: it has triggers and rows."""
        database = self.nodes.empty(extension=False)
        database.settle('migrate', check=True)
        database.sql("SELECT settle.ensure_partitions('2026-01-01', '2026-01-01'); "
                     "INSERT INTO settle.run_distributor SELECT 1, d, 1, 0, sha256('') FROM generate_series(1, 100) d")
        self.nodes.extend(database.name)
        self.nodes.join(database)
        self.assertRegex(database.settle('migrate', '--distribute', check=True)[1],
                         r'(?s)the schema is up to date\ndistributed \d+ tables, \d+ more are whole on each node\n')
        self.assertEqual(database.value('SELECT count(*) FROM settle.run_distributor'), '100')
        self.assertEqual(database.value("""SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = 'settle'::regnamespace AND NOT t.tgisinternal"""), '0')

    def test_tables_are_where_they_belong(self):
        rows = self.ready.sql("""SELECT c.relname, coalesce(s.distribution_column, '-'), s.colocation_id
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'settle'
              LEFT JOIN citus_tables s ON s.table_name = c.oid
             WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition""")
        column = {row[0]: row[1] for row in rows}
        by_distributor = {name for name, led_by in column.items() if led_by == 'distributor_id'}
        self.assertEqual(by_distributor, {
            'closed_order', 'order_revised', 'bill', 'event', 'receipt', 'transfer', 'ledger_total', 'account_balance', 'run_distributor',
            'order_outcome', 'agenda', 'cut', 'window_change', 'window_posting', 'invoice', 'invoice_line', 'invoice_binding'})
        self.assertEqual(len({row[2] for row in rows if row[0] in by_distributor}), 1, 'not co-located')
        self.assertEqual({name: led_by for name, led_by in column.items() if led_by.endswith('_id')
                          and name not in by_distributor},
                         {'contract': 'contract_id', 'bill_waiting': 'contract_id', 'bill_found': 'contract_id',
                          'event_waiting': 'key_id', 'event_found': 'key_id', 'fact_repeat': 'fact_id'})
        self.assertEqual([row[0] for row in rows if row[2] == ''], ['schema_migration'])

    def test_again(self):
        self.assertEqual(self.ready.settle('migrate', '--distribute', check=True)[1],
                         'the schema is up to date\nall tables are distributed\n')
        self.assertEqual(self.ready.settle('migrate', check=True)[1], 'the schema is up to date\n')

    def test_nobody_changes_or_signs_for_others(self):
        for user in ('settle_night', 'settle_finance'):
            for statement in ('UPDATE settle.batch SET source = source', 'DELETE FROM settle.transfer',
                              'TRUNCATE settle.invoice', "INSERT INTO settle.control_log (position, action, subject, "
                              "actor) VALUES (1, 'setting', 'zone', 'somebody')"):
                self.assert_sql_fails('42501', self.ready, statement, user)

    def test_the_store(self):
        self.ok(probe(self.ready, 'owner', 'prepare'))
        self.ok(probe(self.ready, 'runner', 'copies', user='settle_night'))
        self.fails(probe(self.ready, 'runner', 'failed-commit'), 'DATABASE')
        before = self.ready.value('SELECT count(*) FROM settle.batch_slice')
        self.assertEqual(self.ok(probe(self.ready, 'runner', 'give-up')), before)
        message = self.fails(probe(self.ready, 'runner', 'unique-violation'), 'CONSTRAINT', '23505')
        self.assertIn('batch_slice_pkey', message)
        self.ok(probe(self.ready, 'runner', 'ensure', '2026-01', '2026-02', user='settle_night'))

    def test_every_query_can_be_planned(self):
        script = r'\set ON_ERROR_STOP off' '\nSET search_path = pg_catalog;\n'
        names = []
        for name, text, *_ in embed_sql.read_queries(os.path.join(STORE, 'sql')):
            if not text.startswith(('COPY ', 'DO ')):
                told = re.search(r"\|\| '-01'|::numeric", text)
                names.append((name, TEXTS[told[0] if told else '']))
                script += f'PREPARE "{names[-1][0]}" AS {text};\n'
        types = dict(self.ready.sql(
            script + "SELECT name, array_to_string(parameter_types, ',') FROM pg_prepared_statements"))
        for name, text in names:
            values = [VALUES.get(kind, text)
                      for kind in types[name].split(',') if kind]
            script += f'EXPLAIN EXECUTE "{name}"{"(" + ", ".join(values) + ")" if values else ""};\n' \
                      f'\\echo @ {name} :SQLSTATE\n'
        states = [row[0].split(' ')[1:] for row in self.ready.sql(script) if row[0].startswith('@ ')]
        self.assertEqual({name: state for name, state in states if state != '00000'},
                         {**{name: '0A000' for name in NOT_THERE}, **OTHER_VALUES})
        print(f'# {len(states)} queries')
        self.assertGreater(len(states), 200)


@needs_citus
class Attacks(There):
    """Those that need nothing that was imported: refused as on one server. docs/operations.md names them."""

    TRIED = {test_attacks.Limits: ('test_counters', 'test_partitions', 'test_submissions', 'test_staged_rows',
                                   'test_ids_days_and_texts_of_rows'),
             test_attacks.Nights: ('test_a_series_set_back',), test_attacks.Locks: ('test_only_runners_free_locks',)}

    def test_they_are_refused(self):
        for case, names in self.TRIED.items():
            for name in names:
                with self.subTest(name):
                    attack = case(name)
                    attack.database = self.ready
                    getattr(attack, name)()


class Page(unittest.TestCase):
    def test_the_page_names_them(self):
        with open(os.path.join(HERE, '..', '..', 'docs', 'operations.md'), encoding='utf-8') as file:
            told = file.read().split('\nOn Citus nothing can be imported')[1].split('\n## ')[0]
        self.assertEqual(set(re.findall(r'`(test_\w+)`', told)), {name for names in Attacks.TRIED.values() for name in names})


@needs_citus
class Night(There, Case):
    on_citus = True

    @property
    def server(self):
        return Made(self.ready) if self.on_citus else super().server

    def night(self):
        """Nights of orders, bills and events, with what came of them."""
        self.prepare(RULES, 'cycle: weekly, cut-off-day: 7')
        self.send('orders', '2026-02-10', *(order(f'F{n}', '2026-02-10', distributor=f'D{1 + n % 2}',
                                                  contract=f'K{n}', paid=f'{n}.99') for n in range(1, 40)))
        self.send('bills', '2026-03-08', *(bill(f'K{n}', '2026-02', '2026-03-05', billed='9.00') for n in range(1, 40)))
        self.run_to('2026-03-12')
        # findings take back, refunds lower; a corrected bill is settled anew; windows of the past change
        self.send('events', '2026-04-02', *(
            {'carrier': 'C1', 'event_id': f'E{n}', 'order_id': f'F{n}', 'event': 'fraud' if n % 2 else 'full-refund',
             'at': '2026-04-01 10:00:00', 'amount': '', 'reinstates': '', 'currency': ''} for n in range(1, 12)))
        self.send('bills', '2026-04-02', bill('K20', '2026-02', '2026-04-01', revision='2', billed='7.00'))
        self.run_to('2026-04-02')
        self.assertGreater(int(self.database.sql('SELECT max(transfers) FROM settle.run_publication WHERE run_id = '
                                                 '(SELECT max(run_id) FROM settle.run)')[0][0]), 11)
        self.ok('verify')
        self.ok('replay', '--run', '1..')
        self.ok('report', 'pack', '--period', '2026-02', '--output', os.path.join(self.folder, 'pack'))
        return (self.database.sql('SELECT run_id, facts, transfers, amount_minor, digest FROM settle.run_publication '
                                  'ORDER BY 1'), self.rows('ledger', 'balances'), self.rows('invoice', 'list'))

    def test_a_night(self):
        there = self.night()
        self.on_citus = False
        self.assertEqual(there, self.night())
        self.assertGreater(int(there[0][-1][0]), 20)


if __name__ == '__main__':
    settle_test.main()
