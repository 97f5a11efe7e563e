#!/usr/bin/env python3
"""Properties that hold for every life of an order, on generated ones: the end depends only on the facts; what is
undone never was; fraud takes everything; nothing falls below zero; parts add up; closing a period moves postings and
changes no total; every life is replayed and verified (docs/semantics.md 3, 5.5, 6).

SETTLE_SEED=N takes that one seed instead, SETTLE_LIVES says how many orders it has; SETTLE_LONG=1 lives 100,000.
"""
import os
import random
import sys
from collections import defaultdict
from datetime import timedelta

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lives
from lives import compare
from bench import tap

DAY = timedelta(days=1)


def plan():
    """(seed, orders)"""
    long = os.environ.get('SETTLE_LONG') == '1'
    size = int(os.environ.get('SETTLE_LIVES', '10000' if long else '2060'))
    if 'SETTLE_SEED' in os.environ:
        return [(int(os.environ['SETTLE_SEED']), size)]
    if long:
        return [(seed, size) for seed in range(201, 212)]
    return [(2026, size)]  # the same lives for everybody: who looks for new ones says SETTLE_SEED


def standings(settle):
    """What every slot stands at, and of it held; no order and no leg of it was below zero in any run, and the parts
    add up to what is said of them."""
    transfers = compare.transfers_of(settle)
    _, problems = compare.engine_nets(transfers)
    assert not problems, problems[:5]
    sums = defaultdict(int)
    for row in transfers:
        key = row['carrier'], row['distributor'], row['subject'], row['policy_version']
        minor = compare.so.money(row['amount'])
        sums[key] += minor * ((row['debit'] == 'carrier') - (row['credit'] == 'carrier'))
        sums['held', *key] += minor * ((row['credit'] == 'held') - (row['debit'] == 'held'))
        assert compare.so.money(row['target']) >= 0, row
        last = row['run'], key
        if sums.get('run') != last and sums.get('run') is not None:
            _, before = sums['run']
            assert sums[before] >= 0 and sums['held', *before] >= 0, (before, sums[before])
        sums['run'] = last
    return compare.engine_standings(transfers)


def proven(settle):
    settle('verify')
    settle('replay', '--run', '1..')


def same(seed, what, one, other):
    found = compare.differences(one, other)
    assert not found, f'seed {seed}, {what}: {len(found)} of {len(one)} differ\n' + '\n'.join(found[:15])


def run_all(settle, dates, source):
    """All nights: at once or in turns, by some workers, in chunks of some size."""
    turns = sorted(source.sample(dates[:-1], min(source.randint(0, 3), len(dates) - 1))) + [lives.END]
    for turn in turns:
        settle('run', '--date', str(turn), '--workers', str(source.randint(1, 4)),
               '--chunk-facts', str(source.choice((40, 300, 5000))))


def make(seed, orders):
    def case(bench):
        source = random.Random(seed)
        folder = os.path.join(os.environ.get('SETTLE_KEEP', bench.folder), f'life-{seed}')
        print(f'# seed {seed}', flush=True)
        life = lives.Life(source, folder, orders)
        base = bench.fresh()
        dates = lives.hand_over(base, os.path.join(folder, 'base'), life, life.facts, source)
        run_all(base, dates, source)
        end = standings(base)
        assert len(end) > orders / 2 and any(held for _, held in end.values()), len(end)
        same(seed, 'the second implementation', end, compare.oracle_terms.standings(
            compare.so.World(facts_of(life), life.policies), lives.END))
        proven(base)

        # the same facts in any order, on any days, in any batches
        other = bench.fresh()
        facts = life.shuffled()
        run_all(other, lives.hand_over(other, os.path.join(folder, 'shuffled'), life, facts, source), source)
        same(seed, 'another order of arrival', standings(other), end)
        proven(other)

        # what happened and was undone; and periods that are closed while it happens
        undone = bench.fresh()
        facts = life.facts + undone_events(life, source)
        dates = lives.hand_over(undone, os.path.join(folder, 'undone'), life, facts, source)
        closed = compare.so.month_of(lives.START) - 1
        for turn in sorted(source.sample(dates[:-1], 4)) + [lives.END]:
            undone('run', '--date', str(turn))
            while turn != lives.END and compare.so.month_of(turn) - 1 > closed:
                closed += 1
                undone('period', 'close', compare.so.show_month(closed), '--accept', 'a test')
        same(seed, 'events and their reinstatements, periods closed', standings(undone), end)
        proven(undone)

        # fraud on every order, without tolerance
        found = bench.fresh()
        life.policies = [{k: v for k, v in p.items() if k != 'fraud-tolerance'} for p in life.policies]
        facts = life.facts + [(source.choice((closing, lives.END)), 'events', lives.event(
            row, 'F', 'fraud', min(lives.END, closing + DAY * source.randint(0, 60))))
            for row in life.orders() for closing in [lives.closing_day(row)]]
        run_all(found, lives.hand_over(found, os.path.join(folder, 'fraud'), life, facts, source), source)
        same(seed, 'fraud on every order', standings(found), {})
        proven(found)
        print(f'# seed {seed}: {len(life.orders())} lives, {len(end)} slots, '
              f'{sum(1 for _, held in end.values() if held)} held', flush=True)

    case.__name__ = f'seed_{seed}_{orders}_lives'
    return case


def facts_of(life):
    """The facts as the second implementation takes them."""
    facts = compare.so.Facts()
    before = lives.START - DAY
    for kind, rows in life.master:
        for row in rows:
            facts.take(kind, row, before)
    for kind in lives.KEYS:
        for night, its, row in life.facts:
            if its == kind:
                facts.take(kind, row, night)
    return facts


def undone_events(life, source):
    """For some orders something that happens, and that it did not: told on any days, either one first."""
    refunded = {row['order_id'] for _, kind, row in life.facts if kind == 'events' and 'refund' in row['event']}
    out = []
    for row in source.sample(life.orders(), len(life.orders()) // 3):
        what = source.choice(('cancel', 'suspend', 'fraud', 'port-out', 'number-transfer', 'full-refund'))
        if what == 'full-refund' and row['order_id'] in refunded:
            continue
        day = min(lives.END, lives.closing_day(row) + DAY * source.randint(0, 60))
        told = lives.event(row, 'U', what, day)
        undone = lives.event(row, 'V', 'reinstate', min(lives.END, day + DAY * source.randint(0, 30)),
                             told['event_id'])
        for fact in (told, undone):
            out.append((max(day, lives.START + DAY * source.randint(0, lives.DAYS)), 'events', fact))
    return out


if __name__ == '__main__':
    sys.exit(tap([make(*each) for each in plan()]))
