#!/usr/bin/env python3
"""Months of worlds under random policies: facts late, early, twice, people's decisions, periods closing, crashes; after
every night the books are held against what must hold of them, and against those of the same facts told at once
(tests/worlds/README.md; docs/semantics.md 2, 6).

SETTLE_WORLDS=N says how many worlds, SETTLE_SEED=N takes that one flock, SETTLE_FLOCKS=N..M those; SETTLE_LONG=1 has 10,000.
SETTLE_SWITCHES=versions,late-tier (or all) turns on what is known to fail.
SETTLE_SHRINK=N says how many failing worlds of a flock are shrunk (1), SETTLE_KEEP is a folder for their scripts."""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE] + [os.path.join(HERE, '..', *folder) for folder in ((), ('lib',), ('oracle',))]
import settle_test
from worlds import flock, script, shrink, switches

LONG = os.environ.get('SETTLE_LONG') == '1'


def flocks():
    """(seed, worlds) of each: big ones are cheap; in small ones nothing but its own due days wakes an order."""
    if 'SETTLE_SEED' in os.environ:
        seed = int(os.environ['SETTLE_SEED'])
        return [(seed, int(os.environ.get('SETTLE_WORLDS', flock.size_of(seed))))]
    first, last = os.environ.get('SETTLE_FLOCKS', '1..100000').split('..')
    left, out = int(os.environ.get('SETTLE_WORLDS', '10000' if LONG else '66')), []
    while left > 0:
        out.append((len(out) + 1, min(left, flock.size_of(len(out) + 1))))
        left -= out[-1][1]
    return [(seed, size) for seed, size in out if int(first) <= seed <= int(last)]


class Case(settle_test.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix='settle-worlds-')
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name

    @staticmethod
    def say(text):
        for line in text.splitlines():
            print('#', line, flush=True)

    def smallest(self, its, failure):
        """The script of a failing world."""
        shrunk = shrink.Shrinker(self.server, self.folder, its, failure, self.say).shrink()
        if shrunk.failure is None:
            return f'no world of it fails alone: SETTLE_SEED={its.seed} SETTLE_WORLDS={len(its.worlds)}'
        text = script.write(shrunk)
        if 'SETTLE_KEEP' in os.environ:
            path = os.path.join(os.environ['SETTLE_KEEP'], f'{shrunk.world.prefix}{failure.what.replace(" ", "-")}.sh')
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text)
        return text

    def explain(self, its, failures):
        """Which worlds failed, and the smallest script of the first."""
        lines = [f'flock {its.seed}, {len({f.prefix for f in failures})} worlds fail']
        lines += [f'{failure.what} ({failure.how}), world {failure.prefix}, turn {failure.turn}: {text}'
                 for failure in failures for text in failure.texts[:3]]
        self.say('\n'.join(lines))
        small = sorted(failures, key=lambda failure: not failure.prefix)[:int(os.environ.get('SETTLE_SHRINK', '1'))]
        return '\n'.join(lines[:1] + [self.smallest(its, failure) for failure in small])


class Worlds(Case):
    """A test a flock."""

    def check(self, seed, size):
        its = flock.Flock(seed, size, switches.chosen(), LONG)
        failures = its.play(self.server, self.folder)
        if failures:
            self.fail(self.explain(its, failures))
        self.say(f'flock {seed}: {size} worlds, {sum(len(w.facts) for w in its.worlds)} facts, '
                 f'{len(its.plan.nights)} nights{", told twice" if its.plan.twin else ""}')


for _seed, _size in flocks():
    setattr(Worlds, f'test_flock_{_seed:03d}', lambda self, seed=_seed, size=_size: self.check(seed, size))


class Switches(Case):
    """What is off fails: who mends it turns it on."""

    def test_off_is_needed(self):
        off = [switch for switch in switches.TABLE if not switch.on and switch.seed]
        for number in sorted({switch.seed // 1000 for switch in off}):
            its = flock.Flock(number, 0, frozenset())
            names = {}
            for switch in off:
                if switch.seed // 1000 == number:
                    names[f'S{len(names)}-'] = switch
                    its.take(switch.seed, frozenset([switch.name]), f'S{len(names) - 1}-')
            failed = {failure.prefix for failure in its.play(self.server, self.folder, stop=False)}
            mended = [f'{switch.name} at {switch.seed}' for prefix, switch in names.items() if prefix not in failed]
            self.assertEqual(mended, [], 'does not fail any more: turn it on in tests/worlds/switches.py')


if __name__ == '__main__':
    settle_test.main()
