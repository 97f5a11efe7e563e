#!/usr/bin/env python3
"""Every place where state changes, from the program's own list: there a command fails, or dies (SIGKILL)
and dies again while it is said again. Then it is said once more, and everything that is stored is what an
undisturbed world has then: transfers, totals, digests, numbers. After two faults the world goes on to the
next published night, and is compared once more.

A place that no command of the world (faulty.py) passes is a failure. SETTLE_LONG=1: every place in every
command that passes it, for the second fault every place that the recovery passes, and each to the end."""
import collections
import concurrent.futures
import csv
import io
import itertools
import os
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
import faulty
import settle_test

LONG = os.environ.get('SETTLE_LONG') == '1'
WORKERS = 2
# Migrations have one transaction each: die between two of them, not before the first.
HIT = {'migrate-applied': 4, 'migrate-before-commit': 4, 'migrate-committed': 4}
# The worker looks for its receipt itself and goes on: the command succeeds.
HEALED = {'run-chunk-committed'}
COMMITTED = set()   # places behind a commit: what the program says is that the reply was lost

# What may differ: clocks, the number of tries, batch ids (each try takes one), and the places of
# decisions in their log, because a release that is said again is in it twice.
VOLATILE = {'at', 'epoch', 'batch_id', 'source_batch_id', 'order_batch_id', 'into_batch', 'by_batch', 'against_batch', 'position',
            'control_position',
            'server',   # each database is a copy
            'salt', 'commitment',   # made of the batch's number
            'parts', 'seal'}    # of a run: over all of these; the program itself checks them
# Facts that came are compared by what they say; a file said again is a batch of repeats.
SOURCE = "b.kind, regexp_replace(b.source, '[0-9]+$|^batch [0-9]+', '') AS source, b.business_date"
OWN_QUERY = {
    'batch': f'SELECT {SOURCE}, state, sum(accepted), sum(waiting) FROM settle.batch b GROUP BY 1, 2, 3, 4 '
             "HAVING sum(accepted + waiting) > 0 OR state = 'refused'",
    'batch_slice': 'SELECT distributor_id, month, sum(facts) FROM settle.batch_slice GROUP BY 1, 2',
    **{table: f'SELECT {SOURCE}, c.run_id FROM settle.{table} c JOIN settle.batch b USING (batch_id) '
              'WHERE b.accepted + b.waiting > 0' for table in ('batch_consumption', 'run_batch')},
    'fact_repeat': 'SELECT 1 FROM settle.fact_repeat WHERE false',   # who said what again
    # a sum is over the number of its batch, too, which a failed try may have used up
    'batch_rows': "SELECT table_name, rows FROM settle.batch_rows WHERE table_name NOT IN ('fact_repeat', 'quarantine')",
    'quarantine': 'SELECT DISTINCT line, field, value, reason, message, raw FROM settle.quarantine',
    'quarantine_release': 'SELECT DISTINCT line FROM settle.quarantine_release',
    'quarantine_dismissal': 'SELECT DISTINCT line FROM settle.quarantine_dismissal',
    'counter': "SELECT name, value FROM settle.counter WHERE name NOT IN ('epoch', 'batch', 'control', 'looked-again')",
    'looked again': "SELECT b.value - l.value FROM settle.counter b, settle.counter l "
                    "WHERE b.name = 'batch' AND l.name = 'looked-again'",
    'control_log': "SELECT DISTINCT action, actor, CASE WHEN action LIKE 'quarantine-%' OR action LIKE 'withdrawal-%' "
                   "OR action = 'policy-withdraw' THEN '' ELSE subject END FROM settle.control_log",
}
CATALOG = """SELECT relname, relkind, relacl::text FROM pg_class
     WHERE relnamespace IN ('settle'::regnamespace, 'settle_view'::regnamespace)
    UNION ALL SELECT proname, 'f', md5(prosrc) FROM pg_proc WHERE pronamespace = 'settle'::regnamespace
         AND proname <> 'server'
    UNION ALL SELECT tgname, 't', tgrelid::regclass::text FROM pg_trigger
    UNION ALL SELECT conname, 'c', pg_get_constraintdef(oid) FROM pg_constraint
     WHERE connamespace = 'settle'::regnamespace"""


class Case:
    """One fault: where, how, and in which command (usual: the one that a second fault is tried in, too).
    second: what happens to the command said again, chosen from the places that it passes then."""

    def __init__(self, point, action, number, second=None, usual=True):
        self.point, self.action, self.number = point, action, number
        self.second, self.usual = second, usual

    def __str__(self):
        return (f'{self.point}:{self.action} in {faulty.STEPS[self.number].name}'
                + (f', then {self.second}' if self.second else ''))


class Failpoints(settle_test.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix='settle-fail-')
        cls.addClassCleanup(folder.cleanup)
        # Hundreds of databases, each dropped with a checkpoint: in memory where there is room. What is
        # tested is the death of the program, not of the server.
        memory = '/dev/shm'
        if os.path.isdir(memory) and os.statvfs(memory).f_bavail * os.statvfs(memory).f_frsize > 3 << 30:
            tempfile.tempdir = memory
        settle_test.TestCase._server = settle_test.PrivateServer(max_wal_size='512MB')
        tempfile.tempdir = None
        cls.folder = folder.name
        faulty.write_files(cls.folder)
        cls.numbers = itertools.count(1)

    # --- a database, a command, what is stored

    def drop(self, database):
        self.server.sql(f'DROP DATABASE {database.name} WITH (FORCE)', 'postgres')

    def say(self, step, database, fault=None):
        """Exit code, both outputs, and the places that were passed: (name, action)."""
        log = os.path.join(self.folder, f'log-{next(self.numbers)}')
        env = {'SETTLE_FAILPOINT_LOG': log}
        if fault:
            env['SETTLE_FAILPOINT'] = fault
        code, out, err = database.settle(*step.command(database, self.folder), user=step.user, env=env)
        passed = []
        if os.path.exists(log):
            with open(log, encoding='utf-8') as file:
                passed = [tuple(line.split()) for line in file]
            os.unlink(log)
        return code, out + err, passed

    def say_again(self, step, database, fault=None):
        """As an operator does after a failure: it is done now, or was already."""
        code, text, passed = self.say(step, database, fault)
        if fault is None and code != step.code:
            self.assertTrue(code == 3 and any(word in text for word in step.already), f'{code}: {text}')
        return code, text, passed

    def queries(self, database):
        """By table: a query of what two worlds must have in common."""
        columns = {}
        for table, column in database.sql(
                "SELECT relname, quote_ident(attname) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid "
                "WHERE relnamespace = 'settle'::regnamespace AND relkind IN ('r', 'p') "
                'AND NOT relispartition AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum'):
            columns.setdefault(table, []).append(column)
        # a name that is a word of SQL comes quoted
        queries = {table: OWN_QUERY.get(table) or 'SELECT %s FROM settle.%s' % (
                       ', '.join(c for c in names if c.strip('"') not in VOLATILE), table)
                   for table, names in columns.items()}
        return ' UNION ALL '.join(f"SELECT '{name}', replace(x::text, E'\\n', ' ') FROM ({query}) x"
                                  for name, query in {**queries, 'catalogue': CATALOG}.items())

    def stored(self, database):
        """By table: its rows as texts, with the number of each."""
        if self.all_tables is None:
            self.all_tables = self.queries(database)
        rows = {}
        for name, *text in database.sql(self.all_tables):
            rows.setdefault(name, collections.Counter())['\t'.join(text)] += 1
        return rows

    def check_same(self, database, number):
        got, wanted = self.stored(database), self.after[number]
        for name in sorted(got.keys() | wanted.keys()):
            more = got.get(name, collections.Counter()) - wanted.get(name, collections.Counter())
            less = wanted.get(name, collections.Counter()) - got.get(name, collections.Counter())
            if more or less:
                raise AssertionError(f'{name} after {faulty.STEPS[number].name}: more {list(more)[:4]}, '
                                     f'less {list(less)[:4]}')

    # --- the undisturbed world

    def undisturbed(self):
        """Goes through the world once: a template before each step, the places it passed, and what is
        stored after it."""
        self.all_tables, self.ready, self.passed, self.after = None, [], [], []
        self.server.sql('CREATE DATABASE world', 'postgres')
        world = settle_test.Database(self.server, 'world')
        for step in faulty.STEPS:
            step.prepare(world)
            self.ready.append(self.server.copy(world))
            code, text, passed = self.say(step, world)
            self.assertEqual(code, step.code, f'{step.name}: {text}')
            if step.name == 'migrate':
                self.server.logins()
            self.passed.append([name for name, _ in passed])
            self.after.append(self.stored(world))
        return world

    def check_world(self, world):
        """That there is something to lose."""
        count = {name: rows.total() for name, rows in self.after[-1].items()}
        for name in ('transfer', 'ledger_total', 'account_balance', 'order_outcome', 'agenda', 'bill', 'bill_found',
                     'bill_waiting', 'contract', 'window_change', 'window_posting', 'invoice',
                     'invoice_line', 'invoice_binding', 'invoice_issue', 'run_abandonment', 'quarantine',
                     'quarantine_release', 'quarantine_dismissal', 'batch_withdrawal', 'staging_taken', 'policy'):
            self.assertGreater(count.get(name, 0), 0, name)
        numbers = [int(row[0]) for row in world.sql(
            "SELECT right(number, 6)::int FROM settle_view.invoice WHERE status <> 'carried' ORDER BY 1")]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertGreater(len(numbers), 8)
        self.assertEqual(world.value(
            'SELECT count(*) FROM settle.run_receipt r JOIN settle.run_chunk USING (run_id, chunk) '
            'GROUP BY run_id ORDER BY 1 DESC LIMIT 1') > '1', True)

    # --- faults

    def usual(self, point, number):
        """The command that a place is tried in: where several pass it they take turns, late ones first."""
        late = [n for n, passed in enumerate(self.passed) if point in passed][-3:]
        return late[-1 - number % len(late)]

    def cases(self, points):
        for i, point in enumerate(points):
            where = [n for n, passed in enumerate(self.passed) if point in passed]
            for number in where if LONG else [self.usual(point, i)]:
                usual = number == self.usual(point, i)
                yield Case(point, 'error', number, usual=usual)
                # Within a transaction nothing is left of the first death: the second is at the same place.
                twice = None if LONG or point in COMMITTED else self.fault(Case(point, 'die', number))
                yield Case(point, 'die', number, twice, usual)

    def fault(self, case):
        return f'{case.point}:{case.action}@{HIT.get(case.point, 1)}'

    def first_fault(self, case, database):
        step = faulty.STEPS[case.number]
        code, text, passed = self.say(step, database, self.fault(case))
        self.assertIn((case.point, case.action), passed, 'the fault did not happen')
        if case.action == 'die':
            self.assertEqual(code, -9, text)
            self.assertEqual(passed[-1], (case.point, 'die'))
        elif case.point in HEALED:
            self.assertEqual(code, step.code, text)
        else:
            self.assertIn(code, (3, 4, 6), text)
            self.assertIn(f'failpoint "{case.point}"', text)

    def go_on(self, case, database):
        """Up to the next night that is published; SETTLE_LONG: to the end."""
        nights = [n for n, step in enumerate(faulty.STEPS) if step.name.startswith('run-')]
        last = nights[-1] if LONG else next((n for n in nights if n >= case.number), case.number)
        for number in range(case.number + 1, last + 1):
            step = faulty.STEPS[number]
            step.prepare(database)
            code, text, _ = self.say(step, database)
            self.assertEqual(code, step.code, f'{step.name}: {text}')
        if case.number < last:
            self.check_same(database, last)

    def check_by_program(self, database, everything=LONG):
        """What the program itself has to say about its books: the last run, or all of them, comes out
        again."""
        last = database.value('SELECT coalesce(max(run_id), 0) FROM settle.run_publication')
        commands = []
        if 'replay' in self.commands and last != '0':
            commands.append(['replay', '--run', '1..' if everything else last])
        if 'verify' in self.commands:
            commands.append(['verify'])
        for command in commands:
            code, out, err = database.settle(*command, user='settle_audit')
            self.assertEqual(code, 0, f'{command}: {out}{err}')

    def run_case(self, case):
        """The places that the command passed when it was said again (nothing for a second fault)."""
        step = faulty.STEPS[case.number]
        database = self.server.copy(self.ready[case.number])
        try:
            self.first_fault(case, database)
            if case.second:
                code, text, passed = self.say_again(step, database, case.second)
                point, action = case.second.split('@')[0].split(':')
                self.assertIn((point, action), passed, 'the second fault did not happen')
                if action == 'die':
                    self.assertEqual(code, -9, text)
            _, _, passed = self.say_again(step, database)
            self.check_same(database, case.number)
            if LONG or case.second:
                self.go_on(case, database)
            self.check_by_program(database)
            return [name for name, _ in passed]
        except Exception as error:
            raise AssertionError(f'{case}: {error}') from error
        finally:
            self.drop(database)

    def second_faults(self, case, again):
        """Dies once more in the command said again: at the same place, else at the last it passes."""
        if case.action != 'die' or case.second or not again or not case.usual:
            return []   # "approved already": nothing happens any more that could be disturbed
        if LONG:
            return [Case(case.point, 'die', case.number, f'{name}:{action}@1')
                    for name in dict.fromkeys(again) for action in ('die', 'error')]
        name = case.point if case.point in again else again[-1]
        return [Case(case.point, 'die', case.number, f'{name}:die@1')]

    def run_all(self, cases):
        """Runs cases side by side; what each returned."""
        results, failures = [], []
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            for case, future in [(case, pool.submit(self.run_case, case)) for case in cases]:
                try:
                    results.append((case, future.result()))
                except Exception as error:      # all of them are told
                    failures.append(str(error))
                    print(f'# {error}', flush=True)
        self.assertEqual(len(failures), 0)
        return results

    def test_everywhere(self):
        code, out, err = settle_test.settle('--format', 'csv', '--failpoints')
        if code == 2 and 'without failpoints' in err:
            self.skipTest('built without -Dfailpoints=true')
        self.assertEqual(code, 0, err)
        # what settle night keeps in files is gone through by test_bad_nights.py
        points = [row['name'] for row in csv.DictReader(io.StringIO(out)) if not row['name'].startswith('night-')]
        COMMITTED.update(point for point in points if point.endswith('-committed'))
        self.assertEqual(len(points), len(set(points)))
        self.assertGreater(len(points), 60)
        self.commands = [line.split()[0] for line in settle_test.settle('--help')[1].splitlines()
                         if line.startswith('  ')]
        started = time.monotonic()
        world = self.undisturbed()
        self.check_world(world)
        self.check_by_program(world, everything=True)
        passed = set().union(*self.passed)
        self.assertEqual([point for point in points if point not in passed], [], 'never passed')

        first = self.run_all(self.cases(points))
        again = self.run_all([second for case, places in first
                              for second in self.second_faults(case, places)])
        done = [case for case, _ in first + again]
        for action in ('die', 'error'):
            self.assertEqual({case.point for case in done if case.action == action}, set(points))
        twice = {case.point for case in done if case.second}
        # What was committed with the command's last place leaves nothing to recover from.
        self.assertLessEqual(set(points) - twice, COMMITTED)
        print(f'# {len(points)} places, {len(twice)} with a second fault behind the first: {len(done)} cases, '
              f'{time.monotonic() - started:.0f} s; nothing left to disturb after '
              f'{", ".join(sorted(set(points) - twice))}')


if __name__ == '__main__':
    settle_test.main()
