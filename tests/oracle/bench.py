"""A private server with a fresh database for each case, and cases told as TAP."""
import os
import shutil
import sys
import tempfile
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test


class Bench:
    """A server, and a folder for the files of the cases."""

    def __init__(self):
        settle_test.stop_on_signals()
        self.server = settle_test.PrivateServer()
        self.folder = tempfile.mkdtemp(prefix='settle-bench-')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def fresh(self):
        """A function that runs settle on a new database, and returns what it wrote."""
        database = self.server.database(migrated=True)

        def settle(*arguments, user='postgres'):
            return database.settle(*arguments, user=user, check=True, timeout=3600)[1]

        return settle


def tap(cases):
    """Runs the cases (those named in the arguments, or all); 1 if one failed."""
    wanted = sys.argv[1:]
    cases = [case for case in cases if not wanted or case.__name__ in wanted]
    print(f'1..{len(cases)}', flush=True)
    failed = 0
    with Bench() as bench:
        for number, case in enumerate(cases, 1):
            started = time.monotonic()
            try:
                case(bench)
                word = 'ok'
            except Exception as error:  # a broken case must not hide the others
                failed += 1
                word = 'not ok'
                text = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
                for line in text.splitlines():
                    print('#', line)
            print(f'{word} {number} - {case.__name__} '
                  f'({time.monotonic() - started:.1f} s)', flush=True)
    return 1 if failed or not cases else 0
