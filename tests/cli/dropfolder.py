"""A drop folder and its nights, for tests of settle night."""
import os
import signal
import subprocess

import settle_test
import small

HEADER = 'file,kind,business_date,count,sum\n'


class Case(small.Case):
    """self.inbox is the folder that others write, self.state what is kept beside it."""

    def setUp(self):
        super().setUp()
        self.inbox = os.path.join(self.folder, 'inbox')
        self.state = self.inbox + '.state'
        os.mkdir(self.inbox)

    def path(self, name):
        return os.path.join(self.inbox, name)

    def write(self, name, content):
        with open(self.path(name), 'wb') as file:
            file.write(content if isinstance(content, bytes) else content.encode())

    def name(self, *rows, header=HEADER, end=True):
        """Writes a manifest of these rows, with its end unless it is to be a half one."""
        lines = [','.join(row) + '\n' for row in rows]
        self.write('manifest.csv', header + ''.join(lines) + (f'end,{len(rows)}\n' if end else ''))

    def lying(self):
        return sorted(os.listdir(self.inbox))

    def done(self):
        return sorted(os.listdir(os.path.join(self.state, 'done')))

    def heads(self):
        with open(os.path.join(self.state, 'heads'), encoding='utf-8') as file:
            return file.read().splitlines()

    def start(self, *more, env=None, prepare=None):
        """A night as a process of its own."""
        return subprocess.Popen([settle_test.program(), '--db', self.database.conninfo(), 'night', self.inbox, *more],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                errors='surrogateescape', env={**os.environ, **(env or {})}, preexec_fn=prepare)

    def night(self, until=None, *more, code=0, env=None, prepare=None, quiet='0'):
        """What it said; it must end with that code, and soon."""
        arguments = (['--until', until] if until else []) + ['--quiet', quiet, *more]
        process = self.start(*arguments, env=env, prepare=prepare)
        try:
            said = process.communicate(timeout=240)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail(f'it hangs: {process.communicate()[0]}')
        self.assertEqual(process.returncode, code, said)
        # whatever others wrote, nothing acts on a terminal
        self.assertFalse([c for c in said if (ord(c) < 32 and c != '\n') or 0x7f <= ord(c) < 0xa0
                          or 0xd800 <= ord(c) < 0xe000 or c in '\u202e\u2066\u200b\u2028'], repr(said))
        return said


KILLED = -signal.SIGKILL
