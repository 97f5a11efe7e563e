#!/usr/bin/env python3
"""Plants one fault after the other in a copy of the source, and asks which of the properties finds it.

usage: plant.py [--tests a,b,...] [--keep FOLDER] [NAME...]

A fault is a line of `faults.py` that is written over another. It is built, and the tests run one after the other, each
with the sizes of SIZES, until one fails. Without a fault all must pass. The last line says how many were found; exit 0
only if all but one were. It takes a minute a fault: `tools/test --planted`, not part of the suite.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import faults  # noqa: E402

# The cheap ones first. What stays the same in every telling is for the second implementation (oracle, lives), what
# differs between tellings for the worlds, what posts and draws for the quarter.
TESTS = ['cli-oracle', 'cli-worlds', 'cli-lives', 'cli-quarter']
SIZES = {'SETTLE_WORLDS': '40', 'SETTLE_LIVES': '700', 'SETTLE_ORDERS': '2500', 'SETTLE_SHRINK': '0'}


def run(folder, *command, env=None):
    """(exit status, output) of a command in the copy."""
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace', check=False)
    return done.returncode, done.stdout


def build(folder):
    status, output = run(folder, 'ninja', '-C', 'build-planted', 'engine/cli/settle', 'tools/settle-generate')
    return '' if status == 0 else output[-1500:]


def found_by(folder, tests, keep, name):
    """The first test that fails, or None."""
    for test in tests:
        status, output = run(folder, 'meson', 'test', '-C', 'build-planted', '--no-rebuild', '--print-errorlogs',
                             '--timeout-multiplier', '4', test, env=SIZES)
        if status != 0:
            if keep:
                with open(os.path.join(keep, f'{name}.{test}.log'), 'w', encoding='utf-8') as file:
                    file.write(output)
            return test
    return None


class Planted:
    """The source with a fault in it, for the time of a `with`."""

    def __init__(self, folder, fault):
        self.path, self.fault = os.path.join(folder, fault.file), fault
        with open(self.path, encoding='utf-8') as file:
            self.text = file.read()

    def __enter__(self):
        if self.text.count(self.fault.old) != 1:
            sys.exit(f'plant: {self.fault.name}: {self.fault.file} has {self.text.count(self.fault.old)} times\n'
                     f'{self.fault.old}\nSay in tests/planted/faults.py what stands there now.')
        self.write(self.text.replace(self.fault.old, self.fault.new))

    def __exit__(self, *_):
        self.write(self.text)

    def write(self, text):
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--tests', default=','.join(TESTS))
    parser.add_argument('--keep', help='a folder for what the tests said')
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args()
    tests = arguments.tests.split(',')
    unknown = set(arguments.names) - {fault.name for fault in faults.TABLE}
    if unknown:
        sys.exit(f'plant: no fault is called {", ".join(sorted(unknown))}')
    chosen = [fault for fault in faults.TABLE if not arguments.names or fault.name in arguments.names]
    found = 0

    with tempfile.TemporaryDirectory(prefix='settle-planted-') as folder:
        copy = os.path.join(folder, 'settle')
        shutil.copytree(SOURCE, copy, ignore=lambda path, names: [
            name for name in names if path == SOURCE and (name.startswith('build') or name == '.git')])
        for fault in chosen:  # all places are there before the first is built
            with Planted(copy, fault):
                pass
        status, output = run(copy, 'meson', 'setup', 'build-planted', '-Dfailpoints=true', '-Dwerror=false')
        message = output[-1500:] if status else build(copy)
        if message:
            sys.exit(f'plant: without a fault it does not build:\n{message}')
        test = found_by(copy, tests, arguments.keep, 'none')
        if test:
            sys.exit(f'plant: without a fault {test} fails')
        for fault in chosen:
            with Planted(copy, fault):
                message = build(copy)
                test = 'the compiler' if message else found_by(copy, tests, arguments.keep, fault.name)
            found += test is not None
            print(f'{fault.name}: {"found by " + test if test else "NOT FOUND"}', flush=True)
        build(copy)
    print(f'{found} of {len(chosen)} found')
    return 0 if found >= len(chosen) - 1 else 1


if __name__ == '__main__':
    sys.exit(main())
