"""Runs store-probe ($SETTLE_STORE_PROBE), so that these tests need no command line of settle."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test

PROBE = os.environ.get('SETTLE_STORE_PROBE', '')


def command(database, role, *arguments, user='postgres', **conninfo):
    return [PROBE, database.conninfo(user, **conninfo), role, *arguments]


class Answer:
    """What the probe printed: lines, and of a failure its code, SQLSTATE and message."""

    def __init__(self, code, output, errors):
        self.good = code == 0
        self.text = output.rstrip('\n')
        self.lines = output.splitlines()
        self.stderr = errors
        self.code = self.state = self.message = ''
        for number, line in enumerate(self.lines):
            if line.startswith('error '):
                _, self.code, self.state = line.split(' ')
                self.message = '\n'.join(self.lines[number + 1:])
                break


def probe(database, role, *arguments, user='postgres', **conninfo):
    result = subprocess.run(command(database, role, *arguments, user=user, **conninfo),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    return Answer(result.returncode, result.stdout, result.stderr)


class ProbeCase(settle_test.TestCase):
    """Each test has a fresh database: a copy of one that was migrated once."""

    _made = None

    def fresh(self):
        server = self.server
        if ProbeCase._made is None:
            ProbeCase._made = server.database()
            self.ok(probe(ProbeCase._made, 'login', 'migrate'))
            server.logins()
        server.databases += 1
        name = f'settle_{server.databases}'
        server.sql(f'CREATE DATABASE {name} TEMPLATE {ProbeCase._made.name}', 'postgres')
        return settle_test.Database(server, name)

    def ok(self, answer):
        self.assertTrue(answer.good, answer.text + answer.stderr)
        self.assertEqual(answer.stderr, '')
        return answer.text

    def fails(self, answer, code, state=None):
        self.assertFalse(answer.good, 'a failure was expected: ' + answer.text)
        self.assertEqual(answer.stderr, '', 'libpq must not print')
        self.assertEqual(answer.code, code, answer.text)
        if state is not None:
            self.assertEqual(answer.state, state, answer.text)
        return answer.message
