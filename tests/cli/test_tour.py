#!/usr/bin/env python3
"""The tour of README.md as it stands there: every line of its sh blocks is typed, in one shell, beside the sample quarter.
Each ends with 0, or with the code that its comment names; nothing is left in the checkout."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, os.path.join(ROOT, 'tests', 'lib'))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'oracle'))
import compare
import settle_test

FOLDERS = ('fixtures', 'rules')     # what the lines name
UNTIL = '2026-05-15'


def tour():
    """(line, exit code), with continued lines in one."""
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as file:
        text = file.read().split('## A tour')[1].split('\n## ')[0]
    lines = []
    for block in re.findall(r'```sh\n(.*?)```', text, re.S):
        for line in block.replace('\\\n', ' ').splitlines():
            code = re.search(r' #.*\bexit (\d+)\b', line)
            if line.strip():
                lines.append((line, int(code[1]) if code else 0))
    return lines


class Tour(settle_test.TestCase):
    def sample_quarter(self):
        """What tools/quickstart makes: the quarter, settled, in a database of that name."""
        self.server.sql('CREATE DATABASE settle TEMPLATE template1', 'postgres')
        database = settle_test.Database(self.server, 'settle')
        database.settle('migrate', check=True)
        self.server.logins()
        for login in settle_test.LOGINS:
            database.sql(f'GRANT settle_reader TO {login}')
        compare.load(lambda *words: database.settle(*words, check=True), os.path.join(ROOT, 'fixtures', 'quarter'))
        policies = os.path.join(ROOT, 'fixtures', 'policies')
        database.activate(*(os.path.join(policies, name) for name in sorted(os.listdir(policies))))
        for date in ('2026-01-05', UNTIL):
            database.settle('run', '--date', date, user='settle_night', check=True)
            database.settle('deposit', 'post', user='settle_night', check=True)

    def test_every_line(self):
        self.sample_quarter()
        lines = tour()
        self.assertGreater(len(lines), 35)
        with tempfile.TemporaryDirectory(prefix='settle-tour-') as base:
            checkout, programs, scratch = (os.path.join(base, name) for name in ('checkout', 'programs', 'tmp'))
            for folder in (checkout, programs, scratch):
                os.mkdir(folder)
            for name in FOLDERS:
                os.symlink(os.path.join(ROOT, name), os.path.join(checkout, name))
            os.symlink(os.path.abspath(settle_test.program()), os.path.join(programs, 'settle'))
            before = self.files()
            script = ''.join(f'{line}\ncode=$?; echo "@@ {number} $code" >&2; echo "@@ {number} $code"\n'
                             for number, (line, _) in enumerate(lines))
            result = subprocess.run(
                ['bash', '-c', script], cwd=checkout, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True, check=False, timeout=600,
                env={**{key: value for key, value in os.environ.items() if not key.startswith('PG')},
                     'PATH': os.pathsep.join((programs, settle_test.find_binaries(), os.environ['PATH'])),
                     'PGHOST': self.server.folder, 'TMPDIR': scratch})
            self.assertEqual(sorted(os.listdir(checkout)), sorted(FOLDERS))
            self.assertEqual(self.files(), before)
        outs = re.split(r'^@@ \d+ (\d+)\n', result.stdout, flags=re.M)
        errs = re.split(r'^@@ \d+ (\d+)\n', result.stderr, flags=re.M)
        self.assertEqual(len(outs), 2 * len(lines) + 1, result.stderr)
        for number, (line, code) in enumerate(lines):
            with self.subTest(line):
                self.assertEqual(int(outs[2 * number + 1]), code, outs[2 * number] + errs[2 * number])
                # what shows something shows something
                if re.search(r'\b(list|show|balances|transfers|summary|batches|report|reconcile)\b', line) and '>' not in line:
                    self.assertGreater(outs[2 * number].count('\n'), 1, line)

    def files(self):
        """What lies in the folders that the lines name."""
        return sorted(os.path.join(path, name) for folder in FOLDERS
                      for path, _, names in os.walk(os.path.join(ROOT, folder)) for name in names)


if __name__ == '__main__':
    settle_test.main()
