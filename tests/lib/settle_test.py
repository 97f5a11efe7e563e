"""What tests against a real PostgreSQL share: a private server, psql, the built program, TAP.

    import settle_test

    class Grants(settle_test.TestCase):      # a unittest.TestCase; self.server is shared by the file
        def test_reader_cannot_write(self):
            database = self.server.database()            # a fresh one; migrated=True runs settle migrate
            ...

    settle_test.main()

Standard library only. The server listens on a unix socket in a temporary folder and is stopped and
deleted when the test ends, also by SIGTERM, SIGINT or SIGHUP. Several may run at once.

Environment: SETTLE_PROGRAM (the built settle), SETTLE_PG_BIN (folder of initdb and postgres),
SETTLE_PG_OPTIONS (handed to the server)."""
import atexit
import collections
import functools
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
import unittest

# What GLib calls critical (a NULL where an array belongs) ends the program: it would only be a line on stderr.
os.environ.setdefault('G_DEBUG', 'fatal-criticals')

# The rights of each are those of the group role: the program refuses or the server does.
LOGINS = {'settle_night': 'settle_runner', 'settle_treasurer': 'settle_treasury', 'settle_finance': 'settle_approver',
          'settle_sales': 'settle_author', 'settle_audit': 'settle_reader'}

# Carriers' keys are random, and ids with them. Databases of tests agree on theirs (oracle/order_ids.py has the same), so
# that digests can be compared and ties come out alike.
KEYS = """CREATE OR REPLACE FUNCTION settle.new_carrier_key(carrier text) RETURNS bytea LANGUAGE sql
    AS $$ SELECT sha256(convert_to(carrier, 'UTF8')) $$"""

# Quick to start and small. fsync, full_page_writes and synchronous_commit stay on: the program
# refuses a server without them.
SETTINGS = {
    'listen_addresses': '', 'shared_buffers': '64MB', 'max_wal_size': '2GB', 'wal_level': 'minimal',
    'max_wal_senders': '0', 'max_connections': '60', 'log_min_messages': 'error',
    'timezone': 'America/New_York',     # nothing may depend on the server's
    'jit': 'on', 'datestyle': 'SQL, DMY',
}


class Failure(Exception):
    """The environment does not work: no server, no program."""


def find_binaries():
    candidates = [os.environ.get('SETTLE_PG_BIN', '')]
    candidates += sorted(glob.glob('/usr/lib/postgresql/*/bin'), reverse=True,
                         key=lambda path: [int(n) for n in re.findall(r'\d+', path)])
    candidates.append(os.path.dirname(shutil.which('initdb') or '/nowhere/initdb'))
    for candidate in candidates:
        if os.access(os.path.join(candidate, 'initdb'), os.X_OK):
            return candidate
    raise Failure('no PostgreSQL server is installed (apt-get install postgresql)')


def as_server(command):
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups', '--reset-env',
            *command]


class PrivateServer:
    """A server of one's own. Use as a context manager, or call stop()."""

    running = []  # to be stopped when a signal ends the test

    def __init__(self, standby_of=None, copy_of=None, **settings):
        """Empty, or with all that another one has: as its standby, or as a copy that knows of no other."""
        self.bin = find_binaries()
        self.folder = None
        self.child = None
        self.databases = 0
        self.port = settings.get('port')  # its socket has the name of it, too
        self.migrated = False  # whether there is a database to copy
        self.session = None  # to the database postgres
        self.made = {}  # further ones, by key
        PrivateServer.running.append(self)
        atexit.register(self.stop)
        try:
            self._start({**SETTINGS, **settings}, standby_of or copy_of, ['--write-recovery-conf'] if standby_of else [])
        except BaseException:
            self.stop()
            raise

    def _start(self, settings, like, more):
        # Short: a socket's path has at most 107 bytes. Below /tmp or TMPDIR every user gets there.
        self.folder = tempfile.mkdtemp(prefix='settle-pg-')
        if os.geteuid() == 0:
            shutil.chown(self.folder, 'postgres', 'postgres')
        self.data = os.path.join(self.folder, 'data')
        # By loopback only for a test that says so in listen_addresses.
        hosts = 'trust' if settings.get('listen_addresses') else 'reject'
        if like is None:
            self._server_command('initdb', '-D', self.data, '-U', 'postgres', '--auth-local=trust',
                                 f'--auth-host={hosts}', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync',
                                 '--no-instructions')
        else:
            self._server_command('pg_basebackup', '-D', self.data, '-d', like.conninfo(), '--checkpoint=fast', '--no-sync',
                                 *more)
        options = ['-k', self.folder]
        for name, value in settings.items():
            options += ['-c', f"{name}='{value}'"]
        options.append(os.environ.get('SETTLE_PG_OPTIONS', ''))
        self._server_command('pg_ctl', '-D', self.data, '-l', os.path.join(self.folder, 'log'),
                             '-o', ' '.join(options), '-w', '-t', '120', 'start')

    def _server_command(self, name, *arguments):
        # Output into a file: the server would keep a pipe open for as long as it runs.
        with tempfile.TemporaryFile('w+', encoding='utf-8') as output:
            self.child = subprocess.Popen(
                as_server([os.path.join(self.bin, name), *arguments]), cwd='/',
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
            code = self.child.wait()
            self.child = None
            if code != 0:
                output.seek(0)
                raise Failure(f'{name} failed:\n{output.read()}\n{self.log()}')

    def promote(self):
        """A standby becomes a server of its own."""
        self._server_command('pg_ctl', '-D', self.data, '-w', 'promote')

    def log(self):
        try:
            with open(os.path.join(self.folder, 'log'), encoding='utf-8') as file:
                return file.read()
        except OSError:
            return ''

    def stop(self):
        """Stops the server and deletes its folder; more than once does no harm."""
        folder, self.folder = self.folder, None
        atexit.unregister(self.stop)
        if self in PrivateServer.running:
            PrivateServer.running.remove(self)
        if folder is None:
            return
        if self.session is not None:
            self.session.end()
        if self.child is not None and self.child.returncode is None:
            # Stopped by a signal while it was starting: Popen.wait is already being waited in, and
            # holds its lock.
            try:
                os.kill(self.child.pid, signal.SIGTERM)
                os.waitpid(self.child.pid, 0)
            except (ChildProcessError, ProcessLookupError):
                pass
        data = os.path.join(folder, 'data')
        if os.path.exists(os.path.join(data, 'postmaster.pid')):
            subprocess.run(as_server([os.path.join(self.bin, 'pg_ctl'), '-D', data, '-m',
                                      'immediate', '-w', 'stop']), cwd='/', check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def conninfo(self, database='postgres', user='postgres', **more):
        words = {'host': self.folder, 'dbname': database, 'user': user, **({'port': self.port} if self.port else {}),
                 **more}
        return ' '.join(f"{key}='{value}'" for key, value in words.items())

    def database(self, migrated=False):
        """A fresh database. Migrated ones are copies of one, which costs a fraction of migrating each; with that
        come the group roles, and logins."""
        self.databases += 1
        name = f'settle_{self.databases}'
        if migrated and not self.migrated:
            self.sql('CREATE DATABASE settle_migrated', 'postgres')
            Database(self, 'settle_migrated').settle('migrate', check=True)
            self.sql(KEYS, 'settle_migrated')
            self.logins()
            self.migrated = True
        self.create(name, 'settle_migrated' if migrated else 'template1')
        return Database(self, name)

    def create(self, name, template):
        """File by file takes half of what it takes block by block through the buffers and the log."""
        self.sql(f'CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY', 'postgres')

    def like(self, key, make):
        """A fresh database with what make(database) puts into a migrated one. It is made once for each key and copied."""
        if key not in self.made:
            self.made[key] = self.database(migrated=True)
            make(self.made[key])
            self.made[key].passes_on()
        return self.copied(self.made[key])

    def copy(self, database):
        """Another database with the same content, which passes for the first one: its nights go on, with the same
        decisions. (What is refused of a real copy: tests/cli/test_server.py.)"""
        database.passes_on()
        return self.copied(database)

    def copied(self, database):
        self.databases += 1
        copy = Database(self, f'settle_{self.databases}')
        self.create(copy.name, database.name)
        copy.known = database.known
        return copy

    def logins(self):
        """The login roles of LOGINS, members of their group (which migrate has made)."""
        for login, group in LOGINS.items():
            self.sql(f"""DO $$ BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{login}') THEN
                    CREATE ROLE {login} LOGIN;
                END IF;
                GRANT {group} TO {login};
            END $$""", 'postgres')

    def sql(self, text, database, user='postgres'):
        if (database, user) == ('postgres', 'postgres'):  # that of databases made and dropped: one session for all
            if self.session is None:
                self.session = Session(self.conninfo())
            return self.session.sql(text)
        return psql(self.conninfo(database, user), text)


class Session:
    """One that stays open for many texts. After an error it begins anew."""
    END = 'settle-test-end'

    def __init__(self, conninfo):
        self.conninfo, self.lock, self.psql = conninfo, threading.Lock(), None

    def sql(self, text):
        """As psql below."""
        with self.lock:
            if self.psql is None:
                self.errors = tempfile.TemporaryFile('w+', encoding='utf-8')
                self.psql = subprocess.Popen(psql_command(self.conninfo), env=psql_environment(), text=True,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
            rows = []
            try:
                self.psql.stdin.write(f'{text}\n;\n\\echo {self.END}\n')
                self.psql.stdin.flush()
            except BrokenPipeError:
                pass
            for line in self.psql.stdout:
                if line == self.END + '\n':
                    return rows
                rows.append(line.rstrip('\n').split('\t'))
            self.errors.seek(0)
            said = self.errors.read()
            self._end()
            raise SqlError(said)

    def _end(self):
        if self.psql is not None:
            self.psql.kill()
            self.psql.communicate()
            self.errors.close()
            self.psql = None

    def end(self):
        # not behind the lock: a signal may have come while it is held
        self._end()


class Database:
    """One database of a private server."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.known = False  # whether its server is said, so that copies pass for it

    def passes_on(self):
        """A copy of it passes for it from now on. (Before its first night there is nothing to pass for.)"""
        self.known = self.known or self.sql("""
            DO $$ BEGIN
                IF settle.known_server() IS NOT NULL THEN
                    EXECUTE format('CREATE OR REPLACE FUNCTION settle.server() RETURNS text LANGUAGE sql AS %L',
                                   format('SELECT %L', settle.known_server()));
                END IF;
            EXCEPTION WHEN undefined_function OR invalid_schema_name THEN NULL; -- not migrated
            END $$;
            SELECT prosrc LIKE 'SELECT ''%' FROM pg_proc WHERE oid = to_regprocedure('settle.server()')""") == [['t']]

    def conninfo(self, user='postgres', **more):
        return self.server.conninfo(self.name, user, **more)

    def sql(self, text, user='postgres'):
        """The rows of the last statement, a list of lists of texts ('' for NULL)."""
        return psql(self.conninfo(user), text)

    def states(self, statements, user='postgres'):
        """The SQLSTATE of each statement ('00000': it worked), all in one session."""
        script = ''.join(f'{statement};\n\\echo :SQLSTATE\n' for statement in statements)
        output = psql(self.conninfo(user), '\\set ON_ERROR_STOP off\n' + script)
        states = [row[0] for row in output]
        if len(states) != len(statements):
            raise AssertionError(f'statements that return nothing were expected: {output}')
        return states

    def value(self, text, user='postgres'):
        rows = self.sql(text, user)
        if len(rows) != 1 or len(rows[0]) != 1:
            raise AssertionError(f'one value expected from {text}: {rows}')
        return rows[0][0]

    def settle(self, *arguments, user='postgres', check=False, env=None, timeout=600, yes=True):
        """Runs the program; (exit code, stdout, stderr). With check, a failure raises."""
        return settle(*arguments, db=self.conninfo(user), check=check, env=env, timeout=timeout, yes=yes)

    def activate(self, *paths):
        """It takes two: one submits, another activates."""
        self.settle('policy', 'submit', *paths, user='settle_sales', check=True)
        return self.settle('policy', 'activate', *paths, user='settle_finance', check=True)[1]


class SqlError(Exception):
    """psql failed; the text is what the server said, state its SQLSTATE."""

    def __init__(self, text):
        super().__init__(text)
        match = re.search(r'(?:ERROR|FATAL):  ([0-9A-Z]{5}): ', text)
        self.state = match[1] if match else ''


@functools.cache
def psql_program():
    """The server's own: what Debian has on the path is a wrapper that costs more than most statements."""
    beside = os.path.join(find_binaries(), 'psql')
    return beside if os.access(beside, os.X_OK) else 'psql'


def psql_command(conninfo):
    return [psql_program(), '-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose',
            '-d', conninfo, '-f', '-']


def psql_environment():
    return {**os.environ, 'PGTZ': 'UTC', 'PGDATESTYLE': 'ISO, YMD', 'PGCLIENTENCODING': 'UTF8'}


def psql(conninfo, text):
    """Runs SQL in one session (several statements are several transactions) and returns the rows."""
    result = subprocess.run(psql_command(conninfo), input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            check=False, env=psql_environment())
    if result.returncode != 0:
        raise SqlError(result.stderr)
    return [line.split('\t') for line in result.stdout.splitlines()]


def program():
    path = os.environ.get('SETTLE_PROGRAM')
    if not path or not os.access(path, os.X_OK):
        raise Failure('SETTLE_PROGRAM must name the built settle')
    return path


calls = collections.Counter()  # of each command of the program


def sanitizers(arguments):
    """With the sanitizers, looking for leaks costs nearly as much as a short command: it is done in the first call of
    each command and in every eighth."""
    command = tuple(str(a) for a in arguments if not str(a).startswith('-'))[:2]
    calls[command] += 1
    if calls[command] % 8 == 1 or 'ASAN_OPTIONS' not in os.environ:
        return {}
    return {'ASAN_OPTIONS': os.environ['ASAN_OPTIONS'] + ':detect_leaks=0'}


def settle(*arguments, db=None, check=False, env=None, timeout=600, yes=True):
    """Runs the program; (exit code, stdout, stderr). The dates of the tests are fixed, so whether they lie after
    tomorrow hangs on the day of the test: with `yes` a night's --date is said to be meant."""
    command = [program(), *(['--db', db] if db else []), *(str(a) for a in arguments)]
    if yes and 'run' in command and '--date' in command and '--dry-run' not in command:
        command.append('--yes')
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, check=False, timeout=timeout,
                            env={**os.environ, **sanitizers(arguments), **(env or {})})
    if check and result.returncode != 0:
        raise AssertionError(f'{" ".join(command)} ended with {result.returncode}:\n'
                             f'{result.stdout}{result.stderr}')
    return result.returncode, result.stdout, result.stderr


class TestCase(unittest.TestCase):
    """Tests of one server, started when the first test of the file needs it."""

    maxDiff = None
    _server = None

    @property
    def server(self):
        if TestCase._server is None:
            TestCase._server = PrivateServer()
        return TestCase._server

    def assert_sql_fails(self, state, database, text, user='postgres'):
        """The statement must fail with that SQLSTATE; returns the message."""
        try:
            database.sql(text, user)
        except SqlError as error:
            self.assertEqual(error.state, state, f'{text}\n{error}')
            return str(error)
        return self.fail(f'{state} expected, but it worked: {text}')


class TapResult(unittest.TestResult):
    """Prints one TAP line a test, the reason of a failure behind it."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def _line(self, good, test, more=''):
        self.number += 1
        name = test.id().split('.', 1)[-1].replace('#', '')
        print(f'{"ok" if good else "not ok"} {self.number} - {name}{more}', flush=True)

    def _reason(self, error):
        for line in ''.join(traceback.format_exception(*error)).splitlines():
            print('# ' + line, flush=True)

    def addSuccess(self, test):
        self._line(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._line(False, test)
        self._reason(err)

    def addError(self, test, err):
        super().addError(test, err)
        self._line(False, test)
        self._reason(err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line(True, test, f' # SKIP {reason}')

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._line(False, subtest)
            self._reason(err)

    def addExpectedFailure(self, test, err):
        self._line(True, test)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self._line(False, test, ' (was expected to fail)')


def stop_on_signals():
    """A killed test leaves nothing behind. No SystemExit: unittest would count it as an error and go
    on."""
    signals = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

    def leave(number, _frame):
        for each in signals:
            signal.signal(each, signal.SIG_IGN)
        for server in list(PrivateServer.running):
            server.stop()
        os._exit(128 + number)
    for each in signals:
        signal.signal(each, leave)


def main(module='__main__'):
    """Runs the tests of the module (or those named in the arguments), as TAP."""
    stop_on_signals()
    loader = unittest.TestLoader()
    source = sys.modules[module]
    suite = (loader.loadTestsFromNames(sys.argv[1:], source) if sys.argv[1:]
             else loader.loadTestsFromModule(source))
    result = TapResult()
    try:
        suite.run(result)
    finally:
        if TestCase._server is not None:
            TestCase._server.stop()
    print(f'1..{result.number}', flush=True)
    sys.exit(0 if result.wasSuccessful() and result.number > 0 else 1)
