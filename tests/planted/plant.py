#!/usr/bin/env python3
"""Plants one fault after the other in a copy of the source, and asks which of the properties finds it.

usage: plant.py [--again] [--jobs N] [--looks NAME,...] [NAME...]

A fault of `faults.py` is built, and looks are taken at the program: all faults by the look that is the most likely to find
their kind, then those that are left by the next, until a test says that something is wrong. What does not compile, does
not start or takes too long is broken, which is not found. Without a fault no look may find anything. The copy, its build,
what the tests said and what came of it lie in build-planted/: a look is not taken twice at a fault until the fault or
its file changes, or one says --again. The table at the end says what found each. Exit status: 0 all but one were found
and none is broken, 1 not.
"""
import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import faults  # noqa: E402

FOLDER = os.path.join(SOURCE, 'build-planted')
COPY, BUILD, LOGS = (os.path.join(FOLDER, name) for name in ('source', 'source/build', 'logs'))
RESULTS = os.path.join(FOLDER, 'results.json')
PROGRAM = 'engine/cli/settle'
LIMIT = 1800    # seconds of a look; no test is that slow

# A test, of a size; by: what the table calls it.
Look = collections.namedtuple('Look', 'by file cases env')


def oracle(seed, orders):
    """Nights cost, orders hardly do."""
    return Look('oracle', 'test_oracle.py', (), {'SETTLE_SEED': seed, 'SETTLE_ORDERS': orders, 'SETTLE_LIFE': {
        '1': 'plain', '2': 'events', '3': 'terms', '4': 'terms'}[seed]})


def worlds(**env):
    return Look('worlds', 'test_worlds.py', ('Worlds',), env)


LOOKS = {
    'plain': oracle('1', '3000'), 'events': oracle('2', '3000'), 'terms': oracle('3', '1000'), 'more-terms': oracle('4', '1000'),
    'worlds': worlds(SETTLE_SEED='4', SETTLE_WORLDS='24'),
    'other-worlds': worlds(SETTLE_SEED='32', SETTLE_WORLDS='24'),     # receipts are withdrawn
    'twins': worlds(SETTLE_SEED='1', SETTLE_WORLDS='24'),
    # deposits cover invoices, ceilings alone tie orders (a switch that is off in the suite)
    'ceilings': worlds(SETTLE_SEED='10', SETTLE_WORLDS='64', SETTLE_SWITCHES='ceilings'),
    'quarter': Look('quarter', 'test_quarter.py', ('settles', 'targets', 'balances', 'invoices', 'rejected',
                                                   'everything_adds_up'), {}),
    'lives': Look('lives', 'test_lives.py', (), {'SETTLE_LIVES': '300'}),
    'more-worlds': worlds(SETTLE_WORLDS='200'),
    'more-orders': Look('oracle', 'test_oracle.py', (), {'SETTLE_ORDERS': '5000'}),
    'more-lives': Look('lives', 'test_lives.py', (), {'SETTLE_LIVES': '2060'}),
}
LARGE = ('more-worlds', 'more-orders', 'more-lives')    # at what nothing else finds
# What an order earns is the same in every telling, which is for the second implementation (oracle, lives); what differs
# between tellings is for the worlds, as what documents say is; the quarter posts, draws and issues.
FIRST = {faults.PLAIN: ('plain', 'events', 'terms'), faults.EVENTS: ('events', 'terms', 'other-worlds'),
         faults.TERMS: ('more-terms', 'terms', 'worlds'), faults.NIGHTS: ('worlds', 'other-worlds', 'lives'),
         faults.ISSUED: ('quarter', 'ceilings', 'worlds')}

FOUND, NOT_FOUND, BROKEN = 'found', 'NOT FOUND', 'BROKEN'
# looked: the looks that found nothing; by: the one that did.
Result = collections.namedtuple('Result', 'state by seconds said looked', defaults=['', 0, '', ()])


# --- the copy --------------------------------------------------------------------------------------------------------

def files_of(folder):
    """Paths of the files in it, without what was built."""
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ('.git', '__pycache__') and not (
            path == folder and name.startswith('build'))]
        for name in names:
            yield os.path.relpath(os.path.join(path, name), folder)


def content(path):
    with open(path, 'rb') as file:
        return file.read()


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data)


def synchronise():
    """The copy has what the source has; what is the same is not touched, so that it is not built again."""
    there = set(files_of(SOURCE))
    for name in set(files_of(COPY)) - there if os.path.isdir(COPY) else ():
        os.remove(os.path.join(COPY, name))
    for name in there:
        old, new = os.path.join(COPY, name), os.path.join(SOURCE, name)
        if not os.path.exists(old) or content(old) != content(new):
            os.makedirs(os.path.dirname(old), exist_ok=True)
            shutil.copyfile(new, old)
            shutil.copymode(new, old)


def command(*words):
    """What it said if it failed, else ''."""
    done = subprocess.run(words, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace',
                          check=False, env={**os.environ, 'CCACHE_NOHASHDIR': '1', 'CCACHE_BASEDIR': COPY})
    return done.stdout[-2000:] if done.returncode else ''


def configure():
    if os.path.exists(os.path.join(BUILD, 'build.ninja')):
        return ''
    # with the options of everyday, and in the source as everyday: ccache has most of it
    return command('meson', 'setup', BUILD, COPY, '-Dfailpoints=true')


def program_of(name):
    return os.path.join(FOLDER, 'programs', name)


def build(name):
    """The program as the copy stands, kept under the name; what the compiler said if it does not build."""
    said = command('ninja', '-C', BUILD, PROGRAM)
    if not said:
        os.makedirs(os.path.dirname(program_of(name)), exist_ok=True)
        shutil.copy(os.path.join(BUILD, PROGRAM), program_of(name))
    return said


def build_planted(fault):
    path = os.path.join(COPY, fault.file)
    text = content(path)
    write(path, planted(fault)[0].encode())
    try:
        return build(fault.name)
    finally:
        write(path, text)


def planted(fault):
    """The text of the file with the fault in it, or the sentence that says why not."""
    text = content(os.path.join(COPY, fault.file)).decode()
    if text.count(fault.old) != 1:
        return None, (f'{fault.name}: {fault.file} has {text.count(fault.old)} times\n{fault.old}\n'
                      'Say in tests/planted/faults.py what stands there now.')
    return text.replace(fault.old, fault.new), ''


# --- looks -----------------------------------------------------------------------------------------------------------

running = set()     # tests


def end_all(number, _frame):
    """A signal leaves nothing behind."""
    for test in list(running):
        test.terminate()
    for test in list(running):
        end(test)
    os._exit(128 + number)


def end(test):
    """Stops what still runs of a test: its server stops with it."""
    if test.poll() is None:
        test.terminate()
        try:
            test.wait(60)
        except subprocess.TimeoutExpired:
            pass
    try:
        os.killpg(test.pid, signal.SIGKILL)     # a program that goes round in circles
    except ProcessLookupError:
        pass


def listen(test, log):
    """What a test says up to its end, or up to its first `not ok` and the reason."""
    lines, later = [], None
    for line in test.stdout:
        log.write(line)
        if later and not line.startswith('#'):
            break
        lines.append(line.strip())
        if line.startswith('not ok') and not later:
            later = threading.Timer(2, end, [test])     # for what stands behind it
            later.start()
    if later:
        later.cancel()
    return lines


def judged(lines, status, late):
    """(state, reason) of what a test said."""
    said = '\n'.join(lines[-40:])
    if late or 'TimeoutExpired' in said or 'settle_test.Failure' in said:
        return BROKEN, 'too late' if late else said
    if any(line.startswith('not ok') for line in lines):
        return FOUND, said
    ok = status == 0 and any(line.startswith('ok') for line in lines)
    return (NOT_FOUND, '') if ok else (BROKEN, f'ended with {status}: {said}')


def take(name, look):
    """(state, reason) of one look at a program."""
    its, late, own = LOOKS[look], [], tempfile.mkdtemp(prefix='settle-planted-')
    os.chmod(own, 0o711)    # the server is another user's
    with open(os.path.join(LOGS, f'{name}.{look}.log'), 'w', encoding='utf-8', buffering=1) as log:
        test = subprocess.Popen(
            [sys.executable, os.path.join(COPY, 'tests', 'cli', its.file), *its.cases], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors='replace', start_new_session=True,
            env={**os.environ, 'SETTLE_SHRINK': '0', 'SETTLE_PROGRAM': program_of(name), 'TMPDIR': own, **its.env})
        limit = threading.Timer(LIMIT, lambda: (late.append(True), end(test)))
        limit.start()
        running.add(test)
        try:
            lines = listen(test, log)
            status = None if any(line.startswith('not ok') for line in lines) else test.wait()
        finally:
            limit.cancel()
            end(test)
            running.discard(test)
            shutil.rmtree(own, ignore_errors=True)
    return judged(lines, status, late)


def looks_at(fault):
    """All small looks, the likely ones first, then the large ones."""
    return [*FIRST[fault.kind], *(look for look in LOOKS if look not in FIRST[fault.kind])]


# --- all of them -----------------------------------------------------------------------------------------------------

class Results:
    """What came of the faults, kept in a file. What was found in another text of the file, or of another fault, is
    forgotten."""

    def __init__(self, again):
        self.all, self.again = {}, set(again)
        if os.path.exists(RESULTS):
            with open(RESULTS, encoding='utf-8') as file:
                self.all = {name: its for name, its in json.load(file).items() if its['result'][0] != BROKEN}

    @staticmethod
    def key(fault):
        return hashlib.sha256(repr(tuple(fault)).encode() + content(os.path.join(COPY, fault.file))).hexdigest()

    def of(self, fault):
        its = self.all.get(fault.name, {})
        known = its.get('key') == self.key(fault) and fault.name not in self.again
        return Result(*its['result']) if known else Result(NOT_FOUND)

    def keep(self, fault, result):
        self.again.discard(fault.name)
        self.save(fault.name, self.key(fault), result)

    def save(self, name, key, result):
        self.all[name] = {'key': key, 'result': result}
        with open(RESULTS + '.new', 'w', encoding='utf-8') as file:
            json.dump(self.all, file, indent=1)
        os.replace(RESULTS + '.new', RESULTS)


def look_once(name, look, result):
    """The result after one look more."""
    started = time.monotonic()
    state, said = take(name, look)
    seconds = result.seconds + time.monotonic() - started
    if state == NOT_FOUND:
        return result._replace(seconds=seconds, looked=[*result.looked, look])
    return Result(state, LOOKS[look].by + (', large' if look in LARGE else ''), seconds, said, result.looked)


def show(fault, result):
    by = {FOUND: f'found by {result.by}', NOT_FOUND: f'{NOT_FOUND} by {len(result.looked)} looks'}.get(
        result.state, f'{BROKEN} ({result.by})')
    print(f'{fault.name:<46} {by:<28} {result.seconds:6.0f} s', flush=True)


class Round:
    """One look at each of some faults, some at a time; built in between, once a run."""

    def __init__(self, results, jobs):
        self.results, self.jobs, self.built, self.waited_for = results, jobs, set(), {}

    def gather(self, when):
        for future in concurrent.futures.wait(self.waited_for, return_when=when).done:
            fault = self.waited_for.pop(future)
            self.results.keep(fault, future.result())
            show(fault, future.result())

    def play(self, turns):
        """turns: (fault, look)."""
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for fault, look in turns:
                said = '' if fault.name in self.built else build_planted(fault)
                if said:
                    self.results.keep(fault, Result(BROKEN, 'the compiler', 0, said))
                    show(fault, self.results.of(fault))
                    continue
                self.built.add(fault.name)
                self.waited_for[pool.submit(look_once, fault.name, look, self.results.of(fault))] = fault
                if len(self.waited_for) > self.jobs:    # one waits, built
                    self.gather(concurrent.futures.FIRST_COMPLETED)
            self.gather(concurrent.futures.ALL_COMPLETED)


def nothing_is_found(looks, results, jobs):
    """Without a fault; once for a state of the source. The large looks are the suite's own."""
    digest = hashlib.sha256(repr(looks).encode())
    for name in sorted(name for name in files_of(COPY) if name.startswith(('engine/', 'tests/', 'fixtures/'))):
        digest.update(name.encode() + content(os.path.join(COPY, name)))
    if results.all.get('none', {}).get('key') == digest.hexdigest():
        return
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for look, (state, said) in zip(looks, pool.map(lambda look: take('none', look), looks)):
            if state != NOT_FOUND:
                sys.exit(f'plant: without a fault, {look}: {state}\n{said}')
    results.save('none', digest.hexdigest(), Result(NOT_FOUND))


def plant_all(chosen, looks, results, jobs):
    """looks: only these; empty: all that it takes."""
    a_round = Round(results, jobs)
    for n in range(len(looks or LOOKS)):
        turns = [(fault, (looks or looks_at(fault))[n]) for fault in chosen if results.of(fault).state == NOT_FOUND]
        a_round.play([(fault, look) for fault, look in turns if look not in results.of(fault).looked])


def table(chosen, results):
    """The table; whether that is enough."""
    print()
    out = [results.of(fault) for fault in chosen]
    for fault, result in zip(chosen, out):
        show(fault, result)
    states = collections.Counter(result.state for result in out)
    by = collections.Counter(result.by for result in out if result.state == FOUND)
    print(f'\n{states[FOUND]} of {len(chosen)} found on {time.strftime("%Y-%m-%d")}: '
          + ', '.join(f'{n} by {what}' for what, n in by.most_common())
          + f'; {states[NOT_FOUND]} not found, {states[BROKEN]} broken')
    return states[FOUND] >= len(chosen) - 1 and not states[BROKEN]


def arguments_of(words):
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--again', action='store_true', help='what was looked at before, too')
    parser.add_argument('--jobs', type=int, default=os.cpu_count() or 1, help='programs looked at at a time')
    parser.add_argument('--looks', type=lambda text: text.split(','), help=f'of {", ".join(LOOKS)}')
    parser.add_argument('names', nargs='*')
    arguments = parser.parse_args(words)
    for what, given, known in (('fault', arguments.names, [fault.name for fault in faults.TABLE]),
                               ('look', arguments.looks or (), LOOKS)):
        unknown = sorted(set(given) - set(known))
        if unknown:
            sys.exit(f'plant: no {what} is called {", ".join(unknown)}')
    return arguments


def main():
    arguments = arguments_of(sys.argv[1:])
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, end_all)
    chosen = [fault for fault in faults.TABLE if not arguments.names or fault.name in arguments.names]
    os.makedirs(LOGS, exist_ok=True)
    synchronise()
    missing = [said for said in (planted(fault)[1] for fault in chosen) if said]
    if missing:
        sys.exit('plant: ' + '\nplant: '.join(missing))
    message = configure() or build('none')
    if message:
        sys.exit(f'plant: without a fault it does not build:\n{message}')
    results = Results([fault.name for fault in chosen] if arguments.again else ())
    if not all(results.of(fault).state == FOUND for fault in chosen):
        nothing_is_found(arguments.looks or [look for look in LOOKS if look not in LARGE], results, arguments.jobs)
    plant_all(chosen, arguments.looks, results, arguments.jobs)
    return 0 if table(chosen, results) else 1


if __name__ == '__main__':
    sys.exit(main())
