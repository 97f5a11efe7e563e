#!/usr/bin/env python3
"""kill -9 in the middle of a run, at twenty moments, then the same command again: the same digest as
an undisturbed run, and every transfer once; the same where the server ends sessions. SETTLE_LONG=1 takes 200,000
orders."""
import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import settle_test

ORDERS = 200_000 if os.environ.get('SETTLE_LONG') == '1' else 20_000
MOMENTS = 20
DATE = '2026-01-31'


class Kill(nights.NightCase):
    def start(self, database, *options):
        return subprocess.Popen(
            [settle_test.program(), '--db', database.conninfo(), 'run', '--date', DATE, '--yes',
             '--chunk-facts', str(ORDERS // 20), *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def undisturbed(self):
        """A database before the night, what the night gives, and how long it takes."""
        before, manifest = nights.prepared(
            self.server, self.folder, '--orders', ORDERS, '--seed', 3, '--months', '2026-01..2026-01',
            '--distributors', 200, '--bills', 'no', '--by-month')
        nights.load(before, self.folder, manifest)
        before.settle('run', '--date', '2026-01-30', check=True)
        whole = nights.copy_of(before)
        started = time.monotonic()
        run = self.start(whole)
        self.assertEqual(run.wait(), 0, run.stderr.read())
        return before, whole, time.monotonic() - started

    def check_same(self, database, whole, what):
        code, _, err = database.settle('run', '--date', DATE, '--chunk-facts', ORDERS // 20)
        self.assertEqual(code, 0, what + err)
        for text in (
                "SELECT encode(digest, 'hex') FROM settle.run_publication ORDER BY run_id DESC LIMIT 1",
                'SELECT count(*), sum(amount_minor), sum(target_minor) FROM settle.transfer',
                'SELECT count(*), sum(transfers), sum(amount_minor) FROM settle.ledger_total',
                'SELECT chunk, facts, settled, zero, transfers FROM settle.run_receipt '
                'WHERE run_id = (SELECT max(run_id) FROM settle.run) ORDER BY 1',
                'SELECT * FROM settle.batch_consumption ORDER BY 1'):
            self.assertEqual(database.sql(text), whole.sql(text), f'{what}: {text}')

    def test_killed_at_twenty_moments(self):
        before, whole, seconds = self.undisturbed()
        interrupted = kept = 0
        for moment in range(1, MOMENTS + 1):
            database = nights.copy_of(before)
            run = self.start(database)
            time.sleep(seconds * moment / (MOMENTS + 1))
            interrupted += run.poll() is None
            run.send_signal(signal.SIGKILL)
            run.wait()
            kept += int(database.value(
                'SELECT count(*) FROM settle.run_receipt r WHERE NOT EXISTS '
                '(SELECT 1 FROM settle.run_publication p WHERE p.run_id = r.run_id)'))
            with self.subTest(moment=moment):
                self.check_same(database, whole, f'killed at {moment}/{MOMENTS + 1}')
            self.server.sql(f'DROP DATABASE {database.name} WITH (FORCE)', 'postgres')
        # A run that is over before it is hit proves nothing, nor one without a chunk done.
        self.assertGreaterEqual(interrupted, MOMENTS // 2)
        self.assertGreater(kept, 0)

    def test_backends_terminated(self):
        before, whole, seconds = self.undisturbed()
        hit = 0
        for moment in range(1, 6):
            database = nights.copy_of(before)
            run = self.start(database)
            time.sleep(seconds * moment / 7)
            hit += int(self.server.sql(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                f"WHERE datname = '{database.name}' AND application_name LIKE 'settle %'",
                'postgres')[0][0])
            _, err = run.communicate()
            self.assertIn(run.returncode, (0, 4), err)
            with self.subTest(moment=moment):
                self.check_same(database, whole, f'terminated at {moment}/7')
        self.assertGreater(hit, 0)

    def test_sessions_ended_while_nights_are_caught_up(self):
        """Workers go on with the sessions of the night before: those that the server ended meanwhile, too."""
        before, manifest = nights.prepared(self.server, self.folder, '--orders', 1000, '--seed', 4, '--months',
                                           '2026-01..2026-02', '--distributors', 20)
        nights.load(before, self.folder, manifest)
        whole, database = nights.copy_of(before), nights.copy_of(before)
        night = ('run', '--date', '2026-03-10', '--chunk-facts', '20', '--yes')
        whole.settle(*night, check=True)
        source, ended, code = random.Random(5), 0, None
        for _ in range(60):
            run = subprocess.Popen([settle_test.program(), '--db', database.conninfo(), *night],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            while run.poll() is None and ended < 30:
                time.sleep(source.random() / 4)
                ended += int(self.server.sql(
                    "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity "
                    f"WHERE datname = '{database.name}' AND application_name LIKE 'settle %' "
                    'ORDER BY random() LIMIT 1) x', 'postgres')[0][0])
            code, err = run.wait(), run.stderr.read()
            run.stderr.close()
            if code == 0:
                break
            self.assertEqual(code, 4, err)
        self.assertEqual(code, 0)
        self.assertGreater(ended, 5)
        self.assertEqual(nights.digests(database), nights.digests(whole))
        self.assertEqual(nights.books(database), nights.books(whole))

    def test_abandoned_rows_are_never_seen(self):
        before, whole, seconds = self.undisturbed()
        database = nights.copy_of(before)
        for fraction in (0.5, 0.4, 0.6, 0.3, 0.7):
            run = self.start(database, '--workers', '1')
            time.sleep(seconds * fraction)
            run.send_signal(signal.SIGKILL)
            run.wait()
            if database.value('SELECT count(*) FROM settle.run_receipt r JOIN settle.run_chunk USING '
                              '(run_id, chunk) WHERE NOT EXISTS (SELECT 1 FROM settle.run_publication p '
                              'WHERE p.run_id = r.run_id)') != '0':
                break
            database = nights.copy_of(before)
        else:
            self.fail('the run could not be stopped half-way')
        code, _, err = database.settle('run', '--abandon')
        self.assertEqual(code, 2, err)
        empty = database.settle('--format', 'csv', 'ledger', 'balances', check=True)[1]
        self.assertEqual(empty.count('\n'), 1, 'unpublished rows are seen')
        database.settle('run', '--abandon', '--reason', 'the test wants it', check=True)
        self.assertEqual(database.settle('run', '--abandon', '--reason', 'again')[0], 3)
        database.settle('run', '--date', DATE, check=True)
        self.assertEqual(nights.books(database), nights.books(whole))
        text = "SELECT encode(digest, 'hex') FROM settle.run_publication ORDER BY run_id DESC LIMIT 1"
        self.assertEqual(database.sql(text), whole.sql(text))


if __name__ == '__main__':
    settle_test.main()
