#!/usr/bin/env python3
"""Further processes that take chunks of a run (settle worker): the digest is that of one process alone, whoever did
what, whoever dies in between; and of any number of threads."""
import os
import re
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import settle_test

ORDERS = 20_000
CHUNK = 200
DATE = '2026-01-31'


class Workers(nights.NightCase):
    def start(self, database, *words):
        process = subprocess.Popen([settle_test.program(), '--db', database.conninfo(), *map(str, words)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (process.kill(), process.communicate()))
        return process

    def run_it(self, database, *options):
        return self.start(database, 'run', '--date', DATE, '--yes', '--chunk-facts', CHUNK, *options)

    def finish(self, process, code=0):
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, out + err)
        return out

    def before(self):
        before, manifest = nights.prepared(
            self.server, self.folder, '--orders', ORDERS, '--seed', 3, '--months', '2026-01..2026-01',
            '--distributors', 200, '--bills', 'no', '--by-month')
        nights.load(before, self.folder, manifest)
        before.settle('run', '--date', '2026-01-30', check=True)
        return before

    def state(self, database):
        return [database.sql(text) for text in (
            "SELECT encode(digest, 'hex') FROM settle.run_publication ORDER BY run_id DESC LIMIT 1",
            'SELECT count(*), sum(amount_minor), sum(target_minor) FROM settle.transfer',
            'SELECT chunk, facts, settled, zero, transfers FROM settle.run_receipt '
            'WHERE run_id = (SELECT max(run_id) FROM settle.run) ORDER BY 1')]

    def receipts(self, database):
        return int(database.value('SELECT count(*) FROM settle.run_receipt WHERE run_id = '
                                  '(SELECT max(run_id) FROM settle.run)'))

    def done(self, text):
        return int(re.search(r': (\d+) of \d+ chunks were done here', text).group(1))

    def test_helped_killed_left_alone(self):
        before = self.before()
        whole = nights.copy_of(before)
        self.finish(self.run_it(whole, '--workers', 1))
        wanted, chunks = self.state(whole), self.receipts(whole)
        self.assertGreater(chunks, 50)
        code, _, err = whole.settle('worker')
        self.assertEqual((code, 'no run is under way' in err), (3, True), err)

        for workers in (2, 3, 7):
            with self.subTest(workers=workers):
                database = nights.copy_of(before)
                self.finish(self.run_it(database, '--workers', workers))
                self.assertEqual(self.state(database), wanted)

        with self.subTest('two help'):
            database = nights.copy_of(before)
            helpers = [self.start(database, 'worker', '--wait', 60, '--workers', n) for n in (1, 2)]
            time.sleep(0.5)
            self.finish(self.run_it(database, '--workers', 1))
            done = [self.done(self.finish(helper)) for helper in helpers]
            self.assertTrue(all(done) and sum(done) < chunks, done)
            self.assertEqual(self.state(database), wanted)

        with self.subTest('helpers that die'):
            database = nights.copy_of(before)
            night = self.run_it(database, '--workers', 1)
            killed = 0
            while night.poll() is None:
                helper = self.start(database, 'worker', '--wait', 1, '--workers', 1)
                time.sleep(0.25)
                killed += helper.poll() is None
                helper.send_signal(signal.SIGKILL)
                helper.communicate()
            self.finish(night)
            self.assertGreater(killed, 0)
            self.assertEqual(self.state(database), wanted)

        with self.subTest('the helper is left alone'):
            database = nights.copy_of(before)
            helper = self.start(database, 'worker', '--wait', 60, '--workers', 1)
            night = self.run_it(database, '--workers', 1)
            while self.receipts(database) < 3 or int(database.value('SELECT max(run_id) FROM settle.run')) == 30:
                time.sleep(0.02)
            night.send_signal(signal.SIGKILL)
            night.communicate()
            self.finish(helper)
            self.assertEqual(self.receipts(database), chunks)
            self.assertEqual(database.value(
                'SELECT count(*) FROM settle.run WHERE run_id NOT IN (SELECT run_id FROM settle.run_publication)'), '1')
            self.finish(self.run_it(database))
            self.assertEqual(self.state(database), wanted)


if __name__ == '__main__':
    settle_test.main()
