#!/usr/bin/env python3
"""Random facts and policies through the real program, every amount against the oracle's.

SETTLE_LONG=1 compares more than 100,000 orders; SETTLE_SEED=N takes that one seed instead; SETTLE_ORDERS
says how many orders a seed has. A difference is reported with its seed; the facts and policies stay in
the folder that SETTLE_KEEP names. Some managers' moves are reported late.
"""
import os
import random
import sys
from datetime import date, timedelta

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'oracle'))
import compare
import random_facts
import random_policy
import settle_oracle as so
from bench import tap

START = date(2026, 1, 1)
CARRIERS = ('CA', 'CB', 'CC')
# by the seed's rest of 4
LIVES = ('terms', 'plain', 'events', 'terms')


def plan():
    """(seed, orders, days, what of life is in it) of each case: plain, events, terms (and events)."""
    long = os.environ.get('SETTLE_LONG') == '1'
    size = int(os.environ.get('SETTLE_ORDERS', '26000' if long else '5000'))
    if 'SETTLE_SEED' in os.environ:
        return [(int(os.environ['SETTLE_SEED']), size, 165, os.environ.get('SETTLE_LIFE', 'terms'))]
    return [(seed, size, 165, LIVES[seed % 4]) for seed in (range(101, 117) if long else range(1, 5))]


def make(seed, orders, days, life):
    with_events, with_terms = life != 'plain', life == 'terms'

    def case(bench):
        source = random.Random(seed)
        end = START + timedelta(days=days)
        folder = os.path.join(os.environ.get('SETTLE_KEEP', bench.folder), f'seed-{seed}')
        facts = random_facts.FactMaker(source, CARRIERS, START, end, nights=24,
                                       late_moves=True, with_events=with_events,
                                       with_terms=with_terms)
        facts.overlaps = with_events
        policies = random_policy.versions(source, CARRIERS, facts.distributors, START, end, with_events,
                                          with_terms, falling=True)
        facts.write(folder, orders)
        settle = bench.fresh()
        # Half of the seeds know everything before the first night, and catch up; the other half take
        # each stretch of nights as it comes. What is held and awaited shows after each of them.
        stretches = [START + timedelta(days=days * n // 5) for n in (1, 2, 3, 4)] + [end]
        at_once = seed % 2 == 1
        compare.load(settle, folder, before=START - timedelta(days=1))
        compare.activate(settle, folder, policies)
        found, compared = {}, {}
        last, closings, closed = START - timedelta(days=1), [], so.month_of(START) - 1
        for turn in stretches if with_terms or not at_once else [end]:
            told = end if at_once else turn
            if told != last:
                compare.load(settle, folder, before=told, after=last)
            settle('run', '--date', str(turn))
            last = told
            if with_terms:
                standings, compared = compare.compare_standings(settle, folder, policies, turn)
                found[f'standings of {turn}'] = standings['standings']
            if turn != end:  # close what lies two months back, so that late facts go elsewhere
                months = list(range(closed + 1, so.month_of(turn) - 1))
                for month in months:
                    settle('period', 'close', so.show_month(month), '--accept', 'a test')
                closings.append((turn, months))
                closed += len(months)
        if not with_terms:
            found, compared = compare.compare(settle, folder, policies, end, closings)
        print(f'# seed {seed}: ' + ', '.join(f'{n} {what}' for what, n in compared.items()),
              flush=True)
        assert all(compared.values()), compared
        wrong = {what: texts for what, texts in found.items() if texts}
        assert not wrong, '\n'.join(
            f'seed {seed}, {what}: {len(texts)} differ\n' + '\n'.join(texts[:15])
            for what, texts in wrong.items())

    case.__name__ = f'seed_{seed}_{orders}_orders_{life}'
    return case


if __name__ == '__main__':
    sys.exit(tap([make(*each) for each in plan()]))
