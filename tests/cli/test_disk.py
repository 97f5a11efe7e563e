#!/usr/bin/env python3
"""Disks and outputs that are full: an exit code of their own (6), never taken for bad input, and nothing done by half.
A limit on the size of files stands for a full disk: it needs no rights, and the writes fail in the same places."""
import os
import resource
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
import settle_test
import small

IO = 6


def full():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


class Disk(small.Case):
    def say(self, *arguments, stdout=subprocess.PIPE, env=None, limited=False):
        result = subprocess.run([settle_test.program(), '--db', self.database.conninfo(), *arguments], check=False,
                                stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **(env or {})}, preexec_fn=full if limited else None)
        return result.returncode, result.stderr

    def orders(self, n):
        lines = [f'C1,A{i:07d},D1,P-plan,GD,online,2026-01-05 12:00:00,10.00,1,CNY' for i in range(n)]
        return self.file('many.csv', '\n'.join(
            ['carrier,order_id,distributor,product,region,channel,closed_at,paid,quantity,currency', *lines, '']))

    def batches(self):
        return self.database.value('SELECT count(*) FROM settle.batch')

    def test_temporary_files(self):
        """A file that needs one: no folder for it, no room for it. The file is good all the same."""
        self.prepare('- upfront: x\n  pay: 1.00')
        path, before = self.orders(40000), self.batches()
        for name, more in (('no folder', {'env': {'TMPDIR': '/nonexistent/folder'}}), ('no room', {'limited': True})):
            with self.subTest(name):
                code, err = self.say('import', 'orders', path, '--date', '2026-01-05', **more)
                self.assertEqual((code, 'temporary file' in err), (IO, True), err)
                self.assertEqual(self.batches(), before)
        self.ok('import', 'orders', path, '--date', '2026-01-05', '--count', '40000')

    def test_names_that_are_wrong(self):
        """What was typed wrongly is no failure of a disk."""
        self.prepare('- upfront: x\n  pay: 1.00')
        for path in ('/nonexistent.csv', self.folder, os.path.join(self.file('a.csv', 'x'), 'b.csv')):
            with self.subTest(path):
                self.assertEqual(self.say('import', 'orders', path, '--date', '2026-01-05')[0], 3)

    def test_output(self):
        self.prepare('- upfront: x\n  pay: 1.00')
        for arguments in (['--help'], ['--version'], ['status'], ['import', '--help'],
                          ['--format', 'csv', 'quarantine', 'list']):
            with self.subTest(arguments):
                with open('/dev/full', 'wb') as output:
                    code, err = self.say(*arguments, stdout=output)
                self.assertEqual((code, 'could not be written' in err), (IO, True), err)

    def test_reader_that_has_seen_enough(self):
        self.prepare('- upfront: x\n  pay: 1.00')
        read, write = os.pipe()
        os.close(read)
        self.assertEqual(self.say('status', stdout=write), (0, ''))
        os.close(write)

    def test_reports(self):
        """What was there stays there, and nothing is left beside it."""
        self.prepare('- upfront: x\n  pay: 1.00')
        self.ok('import', 'orders', self.orders(200), '--date', '2026-01-05')
        self.run_to('2026-01-05')
        for end in ('csv', 'json', 'html', 'xlsx'):
            with self.subTest(end):
                out = os.path.join(self.folder, 'reports-' + end)
                os.mkdir(out)
                path = os.path.join(out, 'r.' + end)
                with open(path, 'w', encoding='utf-8') as file:
                    file.write('before')
                code, err = self.say('report', 'distributor-lines', '--distributor', 'D1', '--output', path, limited=True)
                self.assertEqual(code, IO, err)
                self.assertEqual(os.listdir(out), ['r.' + end])
                with open(path, encoding='utf-8') as file:
                    self.assertEqual(file.read(), 'before')
                self.assertEqual(self.say('report', 'distributor-lines', '--distributor', 'D1', '--output', path)[0], 0)
        code, err = self.say('report', 'trial-balance', '--output', '/nonexistent/folder/r.csv')
        self.assertEqual(code, 3, err)


settle_test.main()
