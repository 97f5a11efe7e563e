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


def same(seed, what, one, other):
    found = compare.differences(one, other)
    assert not found, f'seed {seed}, {what}: {len(found)} of {len(one)} differ\n' + '\n'.join(found[:15])


def run_all(settle, dates, source, activate=lambda turn: None):
    """All nights: at once or in turns, by some workers, in chunks of some size. activate: called before each turn."""
    turns = sorted(source.sample(dates[:-1], min(source.randint(0, 3), len(dates) - 1))) + [lives.END]
    for turn in turns:
        activate(turn)
        settle('run', '--date', str(turn), '--workers', str(source.randint(1, 4)),
               '--chunk-facts', str(source.choice((120, 400, 5000))))


class World:
    """The books of a database after all nights of a life."""

    def __init__(self, settle):
        self.settle = settle
        self.transfers = compare.transfers_of(settle)
        self.standings = compare.engine_standings(self.transfers)

    def balances(self):
        """By account. What is taken back is the distributor's, of what was kept at source too, so that only the two
        together depend on the facts alone (docs/semantics.md 7)."""
        out = defaultdict(int)
        for row in compare.rows(self.settle('--format', 'csv', 'ledger', 'balances')):
            account = 'distributor' if row['account'] == 'withheld' else row['account']
            out[row['carrier'], row['distributor'], row['currency'], account] += compare.so.money(row['balance'])
        return {key: minor for key, minor in out.items() if minor}

    def earned(self):
        """What was ever posted as earned."""
        return sum(compare.so.money(r['amount']) for r in self.transfers if r['debit'] == 'carrier')


class Lives:
    """The databases of one seed, each made when a property first asks for it."""

    def __init__(self, seed, orders):
        self.seed, self.n_orders, self.worlds, self.life = seed, orders, {}, None

    def world(self, bench, name):
        if self.life is None:
            print(f'# seed {self.seed}', flush=True)
            self.folder = os.path.join(os.environ.get('SETTLE_KEEP', bench.folder), f'life-{self.seed}')
            self.life = lives.Life(random.Random(self.seed), self.folder, self.n_orders)
        if name not in self.worlds:
            # one that could not be made stays missing: every property that needs it fails, and says the same
            source = random.Random(f'{self.seed} {name}')
            settle = bench.fresh()
            getattr(self, 'make_' + name)(settle, source, os.path.join(self.folder, name))
            self.worlds[name] = World(settle)
        return self.worlds[name]

    def make_base(self, settle, source, folder):
        run_all(settle, lives.hand_over(settle, folder, self.life, self.life.facts, source), source)

    def make_shuffled(self, settle, source, folder):
        """The same facts in any order, on any days, in any batches, and versions activated as late as they may be."""
        facts, later = self.life.shuffled(source), list(self.life.policies)

        def activate(turn):
            now = [policy for policy in later if lives.needed(policy, facts) <= turn]
            if now:
                compare.activate(settle, folder, now)
            later[:] = [policy for policy in later if policy not in now]

        run_all(settle, lives.hand_over(settle, folder, self.life, facts, source, []), source, activate)

    def make_undone(self, settle, source, folder):
        """For a third of the orders something that happened and was undone."""
        facts = self.life.facts + undone_events(self.life, source)
        run_all(settle, lives.hand_over(settle, folder, self.life, facts, source), source)

    def make_closed(self, settle, source, folder):
        """Each period is closed in the month after it, while its facts still come in."""
        facts = self.life.shuffled(source)
        dates = lives.hand_over(settle, folder, self.life, facts, source)
        closed = compare.so.month_of(lives.START) - 1
        for turn in dates[:-1] + [lives.END]:
            settle('run', '--date', str(turn))
            while turn != lives.END and compare.so.month_of(turn) - 1 > closed:
                closed += 1
                settle('period', 'close', compare.so.show_month(closed), '--accept', 'a test')

    def make_fraud(self, settle, source, folder):
        """A finding on every order, and no policy that tolerates any."""
        strict, closings = lives.strict(self.life), self.life.last_closings()
        facts = self.life.facts + [(source.choice((self.life.night_from(source, closing, closing + DAY * 14), lives.END)),
                                    'events', lives.event(
            row, 'F', 'fraud', min(lives.END, closing + DAY * source.randint(0, 60))))
            for row in self.life.orders() for closing in [closings[row['carrier'], row['order_id']]]]
        run_all(settle, lives.hand_over(settle, folder, strict, facts, source), source)


WORLDS = ('base', 'shuffled', 'undone', 'closed', 'fraud')


def the_second_implementation_agrees(all_lives, bench):
    base = all_lives.world(bench, 'base')
    life = all_lives.life
    assert len(base.standings) > all_lives.n_orders / 2, len(base.standings)
    # a seed's policies may hold nothing; those that everybody plays do
    assert any(held for _, held in base.standings.values()) or 'SETTLE_SEED' in os.environ
    same(all_lives.seed, 'the second implementation', base.standings, compare.oracle_terms.standings(
        compare.so.World(facts_of(life), life.policies), lives.END))
    print(f'# {len(life.orders())} lives, {len(base.standings)} slots, '
          f'{sum(1 for _, held in base.standings.values() if held)} held, '
          f'{sum(1 for _, kind, _ in life.facts if kind == "months")} months complete, '
          f'{sum(1 for _, kind, row in life.facts if kind == "orders" and row.get("revision"))} revisions', flush=True)


def the_end_depends_only_on_the_facts(all_lives, bench):
    base, shuffled = all_lives.world(bench, 'base'), all_lives.world(bench, 'shuffled')
    same(all_lives.seed, 'another order of arrival', shuffled.standings, base.standings)
    same(all_lives.seed, 'another order of arrival', shuffled.balances(), base.balances())
    # it did come otherwise
    assert {r['business_date'] for r in base.transfers} != {r['business_date'] for r in shuffled.transfers}


def what_was_undone_never_was(all_lives, bench):
    base, undone = all_lives.world(bench, 'base'), all_lives.world(bench, 'undone')
    same(all_lives.seed, 'events and their reinstatements', undone.standings, base.standings)
    same(all_lives.seed, 'events and their reinstatements', undone.balances(), base.balances())
    # and it was posted in between
    assert undone.earned() > base.earned(), (undone.earned(), base.earned())


def closing_periods_changes_no_total(all_lives, bench):
    base, closed = all_lives.world(bench, 'base'), all_lives.world(bench, 'closed')
    same(all_lives.seed, 'periods closed', closed.standings, base.standings)
    same(all_lives.seed, 'periods closed', closed.balances(), base.balances())
    periods = compare.rows(closed.settle('--format', 'csv', 'period', 'list'))
    assert sum(1 for row in periods if row['state'] == 'closed') >= 2, periods
    # postings went elsewhere, and none went back
    assert any(r['period'] > r['origin'] for r in closed.transfers)
    assert not any(r['period'] > r['origin'] for r in base.transfers)
    assert not any(r['period'] < r['origin'] for r in closed.transfers)


def fraud_on_every_order_takes_everything(all_lives, bench):
    fraud = all_lives.world(bench, 'fraud')
    assert fraud.earned() > 0 and sum(1 for r in fraud.transfers if r['debit'] == 'carrier') > all_lives.n_orders / 10
    # of every order, bill and window, and so of every account
    same(all_lives.seed, 'fraud on every order', fraud.standings, {})
    same(all_lives.seed, 'fraud on every order', {k: v for k, v in fraud.balances().items()
                                                  if k[3] in ('carrier', 'held', 'distributor')}, {})


def nothing_is_ever_below_zero(all_lives, bench):
    """No order, bill or window, and nothing of it that is held, after any run of any of these lives; and every
    transfer says what stands after it."""
    for name in WORLDS:
        transfers = all_lives.world(bench, name).transfers
        _, problems = compare.engine_nets(transfers)
        assert not problems, (name, problems[:5])
        stands, by_run = defaultdict(int), defaultdict(list)
        for row in transfers:
            by_run[int(row['run'])].append(row)
        for run in sorted(by_run):
            touched = set()
            for row in by_run[run]:
                # no version: an order that went from one to another gives back by the other what the one earned
                key = row['carrier'], row['distributor'], row['subject']
                slot = *key, row['rule'], row['item']
                minor = compare.so.money(row['amount'])
                for each in (key, slot):
                    stands['all', *each] += minor * ((row['debit'] == 'carrier') - (row['credit'] == 'carrier'))
                    stands['held', *each] += minor * ((row['credit'] == 'held') - (row['debit'] == 'held'))
                    touched |= {('all', *each), ('held', *each)}
                assert compare.so.money(row['target']) >= 0, row
            below = [(key, stands[key]) for key in touched if stands[key] < 0]
            assert not below, (name, run, below[:5])


def parts_add_up_to_the_whole(all_lives, bench):
    """What a distributor's orders and windows earned, cut by outlet and by manager, month by month, is what the
    ledger holds of it."""
    base = all_lives.world(bench, 'base')
    parts = ('share_distributor', 'share_outlet', 'share_manager')
    wholes = defaultdict(int)
    for row in base.transfers:
        wholes[row['distributor']] += compare.signed(row)
    assert len(wholes) > 3
    shared = 0
    for distributor, whole in sorted(wholes.items()):
        for by in ((), ('--by', 'outlet'), ('--by', 'manager')):
            rows = compare.rows(base.settle('--format', 'csv', 'activity', 'summary', '--distributor', distributor, *by))
            assert sum(compare.so.money(r['total']) for r in rows) == whole, (distributor, by, whole)
            for row in rows:
                assert sum(compare.so.money(row[n]) for n in parts) == compare.so.money(row['total']), row
                shared += compare.so.money(row['share_manager'])
    assert shared > 0


def every_life_is_replayed_and_verified(all_lives, bench):
    for name in WORLDS:
        settle = all_lives.world(bench, name).settle
        settle('verify')
        settle('replay', '--run', '1..')


PROPERTIES = (the_second_implementation_agrees, the_end_depends_only_on_the_facts, what_was_undone_never_was,
              closing_periods_changes_no_total, fraud_on_every_order_takes_everything, nothing_is_ever_below_zero,
              parts_add_up_to_the_whole, every_life_is_replayed_and_verified)


def cases():
    for seed, orders in plan():
        all_lives = Lives(seed, orders)
        for check in PROPERTIES:
            def case(bench, check=check, all_lives=all_lives):
                check(all_lives, bench)

            case.__name__ = f'seed_{seed}_{check.__name__}'
            yield case


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
            out.append((life.night_from(source, day), 'events', fact))
    return out


if __name__ == '__main__':
    sys.exit(tap(list(cases())))
