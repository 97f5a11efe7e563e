#!/usr/bin/env python3
"""The second implementation is told the same facts in other orders, on other nights, with some told wrongly between: in
the end every slot stands at the same under the same origin (docs/semantics.md 6, 13.2). No database, no engine; TAP.

SETTLE_SEED=N takes that one seed; SETTLE_LONG=1 takes 600 of them.
"""
import os
import random
import sys
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import settle_oracle as so
import told

LONG = os.environ.get('SETTLE_LONG') == '1'


def seeds():
    if 'SETTLE_SEED' in os.environ:
        return [int(os.environ['SETTLE_SEED'])]
    return range(1, 601 if LONG else 31)


def differences(one, other):
    one, other = told.no_zeros(one), told.no_zeros(other)
    return [f'{key}: {one.get(key)}, told at once {other.get(key)}'
            for key in sorted(one.keys() | other.keys(), key=str) if one.get(key) != other.get(key)]


def tellings(seed):
    """(life, its books told at once, nights of telling it) of a seed, some times."""
    life = told.Life(random.Random(seed))
    once = told.at_once(life)
    for n in range(3):
        source = random.Random(f'{seed} {n}')
        yield life, once, told.nights_of(source, life.facts)


def any_order_of_telling():
    slots = changes = held = below = 0
    for seed in seeds():
        for life, once, nights in tellings(seed):
            teller = told.books(life, nights)
            found = differences(teller.table, once.table)
            assert not found, f'seed {seed}: {len(found)} differ\n' + '\n'.join(found[:10])
            slots, changes = slots + len(told.no_zeros(once.table)), changes + teller.changes
            held += sum(1 for stands in once.table.values() if stands[1])
            below += sum(1 for stands in once.table.values() if stands[0] < 0)
    print(f'# {slots} slots, {held} of them held in part, {below} below zero, of {changes} postings')
    assert changes > 1.5 * slots > 0 and held


def a_take_back_in_the_month_of_the_night_is_found():
    """So that the comparison can fail: who posts what is taken back under another month than it was earned in."""
    def turned(stands, change, night):
        return so.month_of(night) if change < 0 else stands[0]

    assert any(differences(told.books(life, nights, turned).table, once.table)
               for seed in (1, 2) for life, once, nights in tellings(seed))


def prefixes():
    """What was told up to a night, of facts that contradict none, is the same as all of it told that night, in whatever
    order."""
    for seed in seeds():
        life = told.Life(random.Random(seed))
        source = random.Random(f'{seed} prefix')
        nights = told.nights_of(source, life.right())
        nights = nights[:source.randint(1, len(nights))]
        known = [telling for _, tellings_ in nights for telling in tellings_]
        once = told.Teller()
        once.settle(life.world(source.sample(known, len(known)), nights[-1][0]), nights[-1][0])
        found = differences(told.books(life, nights).table, once.table)
        assert not found, f'seed {seed}: {len(found)} differ\n' + '\n'.join(found[:10])


CASES = (any_order_of_telling, a_take_back_in_the_month_of_the_night_is_found, prefixes)


def main():
    print(f'1..{len(CASES)}')
    failed = 0
    for number, case in enumerate(CASES, 1):
        try:
            case()
            print(f'ok {number} - {case.__name__}', flush=True)
        except Exception as error:  # one broken case must not hide the others
            failed += 1
            text = str(error) if isinstance(error, AssertionError) else traceback.format_exc()
            print(f'not ok {number} - {case.__name__}\n' + ''.join(f'# {line}\n' for line in text.splitlines()), end='', flush=True)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
