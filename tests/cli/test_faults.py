#!/usr/bin/env python3
"""Faults that were found by use: each folder of tests/faults is a database, files, the commands in their order, and
what must come back. tests/faults/README.md says what each shows; its `steps` are lines of

    policy FILE                     submitted by one login, activated by another
    [exit N] [as LOGIN] settle ...  the program in the folder; it must end with N (0)
    says TEXT / lacks TEXT          what it printed last has, or has not, that text
    nets COLUMN...                  what is earned by those columns of the transfers: indented lines of values and
                                    an amount, all that there are
    rows COLUMN... : COMMAND        those columns of what a command lists: indented lines of values, - for nothing
    refuses SQLSTATE SQL            the database itself does not take it

`#` begins a comment line, a value with a blank in it is quoted as in a shell. When all is done the books must verify,
and the nights replay."""
import os
import shlex
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

FOLDER = os.path.join(small.ROOT, 'tests', 'faults')


def read_steps(path):
    """(number of the line, words before the first blank, the rest, the indented lines behind it)."""
    steps = []
    with open(path, encoding='utf-8') as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.lstrip().startswith('#'):
                continue
            if line.startswith(' '):
                steps[-1][3].append(tuple('' if w == '-' else w for w in shlex.split(line)))
                continue
            verb, _, rest = line.strip().partition(' ')
            steps.append((number, verb, rest, []))
    return steps


class Faults(small.Case):
    def play(self, name):
        self.fault = os.path.join(FOLDER, name)
        self.database = self.server.database(migrated=True)
        self.printed = ''
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        for number, verb, rest, lines in read_steps(os.path.join(self.fault, 'steps')):
            try:
                getattr(self, 'step_' + verb)(rest, lines)
            except AssertionError as error:
                raise AssertionError(f'{name}/steps:{number}: {verb} {rest}\n{error}') from None
        self.ok('verify')
        if self.database.value('SELECT count(*) FROM settle.run_publication') != '0':
            self.ok('replay', '--run', '1..')

    def step_policy(self, rest, _):
        self.database.activate(os.path.join(self.fault, rest))

    def words(self, text):
        """The words of a command; what is a file of the folder is named as one."""
        return [path if os.path.isfile(path := os.path.join(self.fault, w)) else w for w in shlex.split(text)]

    def step_settle(self, rest, _, code=0, user='postgres'):
        self.printed = self.settle(*self.words(rest), code=code, user=user)

    def step_exit(self, rest, _):
        code, _, more = rest.partition(' ')
        verb, _, command = more.partition(' ')
        user = 'postgres'
        if verb == 'as':
            user, verb, command = command.split(' ', 2)
        self.assertEqual(verb, 'settle')
        self.step_settle(command, (), code=int(code), user=user)

    def step_as(self, rest, _):
        self.step_exit('0 as ' + rest, ())

    def step_says(self, rest, _):
        self.assertIn(rest, self.printed)

    def step_lacks(self, rest, _):
        self.assertNotIn(rest, self.printed)

    def step_nets(self, rest, lines):
        expected = {line[:-1]: int(line[-1].replace('.', '')) for line in lines}
        self.assertEqual({k: v for k, v in self.nets(*rest.split()).items() if v != 0 or k in expected}, expected)

    def step_rows(self, rest, lines):
        columns, _, command = rest.partition(' : ')
        rows = self.rows(*self.words(command))
        self.assertEqual(sorted(tuple(r[c] for c in columns.split()) for r in rows), sorted(lines))

    def step_refuses(self, rest, _):
        state, _, statement = rest.partition(' ')
        self.assert_sql_fails(state, self.database, statement)


def add(name):
    def test(self):
        self.play(name)
    setattr(Faults, 'test_' + name, test)


for folder in sorted(os.listdir(FOLDER)):
    if os.path.isdir(os.path.join(FOLDER, folder)):
        add(folder)

if __name__ == '__main__':
    settle_test.main()
