"""A plan says on which nights facts are told and what people do between them, and turns worlds into steps: imports, nights,
closed periods, invoices, withdrawn files. The reference is a plan of the same facts: told at once, on the first day or the last, or on the
same nights in another order."""
import collections
import copy
import datetime
import random

from random_facts import LOCAL
from worlds import policies
from worlds.generate import KINDS, MASTER, START, is_again

DAY = datetime.timedelta(days=1)
# Where a night dies; it is then said again.
CRASHES = ('run-manifest-committed', 'run-chunk-begun', 'run-chunk-transfers-copied', 'run-chunk-before-commit',
           'run-chunk-committed', 'run-publish-checked', 'run-publish-sealed', 'run-publish-committed')

Import = collections.namedtuple('Import', 'kind date rows')                    # rows: (world, fact)
Activate = collections.namedtuple('Activate', 'policies')                      # (world, policy)
Withdraw = collections.namedtuple('Withdraw', 'told')                            # an Import before it; carried out by the next Run
# closing: period after it, or None; cover: deposits pay for what distributors owe, before invoices are issued
Run = collections.namedtuple('Run', 'date workers chunk crash closing issue cover', defaults=[False])


# Kinds of files that are withdrawn now and then.
WITHDRAWN = ('bills', 'events', 'months', 'receipts')    # and of orders


def closing_day(row):
    """Of an order, in the settlement zone."""
    closed = datetime.datetime.fromisoformat(row['closed_at'].replace('Z', '+00:00'))
    return (closed if closed.tzinfo is None else closed.astimezone(LOCAL)).date()


class Plan:
    """nights: dates, the last is the end of the world. turns: nights after which `settle run` is called (the others are
    caught up). A world's `told` says for each fact on which nights it is told, and of which night's date: numbers of nights."""

    def __init__(self, seed, end):
        r = random.Random(f'plan {seed}')
        self.seed, self.end = seed, end
        first = START + DAY * r.randint(14, 44)
        self.nights = sorted({first + DAY * r.randint(0, (end - first).days - 1)
                              for _ in range(r.randint(1, 4))} | {first, end})
        last = len(self.nights) - 1
        self.turns = {n for n in range(last) if r.random() < 0.8} | {last}
        self.twin = seed % 4 == 1      # held against the same nights in another order
        # some nights have files of an earlier business date
        self.sealed_late = {n: r.randint(0, n - 1) for n in range(1, last + 1) if not self.twin and r.random() < 0.3}
        # files of which people say some nights later that they were wrong: (kind, night on which it was told, which)
        self.withdrawn = collections.defaultdict(list)
        w = random.Random(f'withdrawn {seed}')
        for _ in range(0 if self.twin else w.choice((0, 1, 2, 4))):
            n = w.randint(0, last)
            self.withdrawn[n].append((w.choice(WITHDRAWN), w.randint(0, n), w.randint(0, 1)))
        w = random.Random(f'withdrawn orders {seed}')
        for _ in range(0 if self.twin else w.choice((0, 1, 1, 2))):
            n = w.randint(0, last)
            self.withdrawn[n].append(('orders', w.randint(0, n), w.randint(0, 1)))
        self.runs, closed, deposits = {}, 0, random.Random(f'deposits {seed}')
        for n in sorted(self.turns):
            month = self.nights[n].month - 1
            closing = month if not self.twin and month > closed and n < last and r.random() < 0.7 else None
            closed = closing or closed
            self.runs[n] = Run(self.nights[n], r.randint(1, 3), r.choice((25, 200, 5000)),
                               r.choice(CRASHES) if r.random() < 0.3 else None,
                               closing and f'2026-{closing:02d}', not self.twin and r.random() < 0.35,
                               not self.twin and deposits.random() < 0.4)

    def assign(self, world):
        """Tells the world's facts on some of the nights. Where orders are told again in another order than that of the
        nights, what stands between may differ (docs/semantics.md 14.64): twins tell each once."""
        source = random.Random(f'plan {self.seed} {world.seed}')
        again = random.Random(f'plan {self.seed} {world.seed} again')
        world.told = {fact.number: self.nights_of(again if is_again(fact) else source, fact, 'twice' in world.simple)
                      for fact in world.facts if fact.day is not None and not (self.twin and is_again(fact))}
        world.activated = {} if self.twin else self.activations(world)
        for fact in world.facts:
            night = self.known_from(world, fact)
            if fact.number in world.told:
                world.told[fact.number] = [its if its[0] >= night else (night, night) for its in world.told[fact.number]]

    def activations(self, world):
        """Versions but the first are activated on some night up to the first one after they begin to hold, or later."""
        r, last, out = random.Random(f'versions {self.seed} {world.seed}'), len(self.nights) - 1, {}
        for carrier, versions in world.policies.items():
            for policy in versions[1:]:
                due = sum(night < policies.days(policy)[0] for night in self.nights)
                if r.random() < 0.7:
                    out[carrier, policy['version']] = r.randint(0, min(due + (r.random() < 0.3), last))
        return out

    @staticmethod
    def known_from(world, fact):
        """The night from which an order can be told: no version is activated for closing days that were settled. A revision
        may close on another day than the order did at first."""
        closed = closing_day(fact.row) if fact.kind == 'orders' else None
        for policy in world.policies.get(fact.row.get('carrier'), ()) if closed else ():
            first, last = policies.days(policy)
            if first <= closed and (last is None or closed <= last):
                return world.night_of(policy)
        return 0

    def nights_of(self, r, fact, simple):
        """The first night after its day, later, or before its day, for which it then waits; sealed late, and twice now and
        then."""
        last = len(self.nights) - 1
        due = next(n for n, night in enumerate(self.nights) if night >= fact.day)

        def told():
            chance = r.random()
            night = due if chance < 0.4 and not fact.late else r.randint(0 if chance > 0.65 or fact.late else due, last)
            dated = self.sealed_late.get(night, night) if r.random() < 0.2 else night
            return night, dated
        out = [told()]
        if r.random() < 0.08:
            out.append(out[0] if simple else told())
        return out

    def steps(self, worlds):
        """What is done, in order."""
        out, told = self.before(worlds, self.seed), collections.defaultdict(list)
        for n in range(len(self.nights)):
            out += self.activate([(world, policy) for world in worlds for policy in world.all_policies()
                                  if world.night_of(policy) == n])
            for step in self.batches(worlds, n, self.seed):
                out.append(step)
                told[step.kind, n].append(step)
            for kind, on, which in self.withdrawn[n]:
                if told[kind, on]:
                    out.append(Withdraw(told[kind, on].pop(which % len(told[kind, on]))))
            if n in self.turns:
                out.append(self.runs[n])
        return out

    @staticmethod
    def activate(pairs):
        return [Activate(pairs)] if pairs else []

    def up_to(self, n):
        """The plan until a turn, at which its night is the last."""
        out = copy.copy(self)
        out.nights, out.end, out.turns = self.nights[:n + 1], self.nights[n], {turn for turn in self.turns if turn <= n}
        return out

    def reference(self, worlds, how):
        """The same facts: `first`, `last` (at once, on that day), or `twin`."""
        seed = f'{self.seed} {how}'
        last = len(self.nights) - 1
        out = [*self.before(worlds, seed), *self.activate(
            [(world, policy) for world in worlds for policy in world.all_policies(last, how != 'twin')])]
        if how == 'twin':
            for n in sorted(range(len(self.nights)), key=lambda n: random.Random(f'{seed} {n}').random()):
                out += self.batches(worlds, n, seed)
        else:
            stands = self.standing(worlds)
            facts = [(w, f) for w in worlds for f in w.facts if (w.prefix, f.number) in stands]
            for kind in KINDS:
                out += self.batch(kind, START if how == 'first' else self.end,
                                  [pair for pair in facts if pair[1].kind == kind], seed)
        return [*out, Run(self.end, 2, 500, None, None, False)]

    def standing(self, worlds):
        """What some file told that nobody withdrew."""
        steps = self.steps(worlds)
        withdrawn = {id(step.told) for step in steps if isinstance(step, Withdraw)}
        return {(world.prefix, fact.number) for step in steps if isinstance(step, Import) and id(step) not in withdrawn
                for world, fact in step.rows if fact.day is not None}

    def before(self, worlds, seed):
        """What is known before the first night."""
        facts = [(w, f) for w in worlds for f in w.facts if f.day is None]
        return [step for kind in MASTER
                for step in self.batch(kind, START - DAY, [pair for pair in facts if pair[1].kind == kind], seed)]

    def batches(self, worlds, n, seed):
        """What is told on a night: by kind, business date and part, in any order."""
        files = collections.defaultdict(list)
        for world in worlds:
            for fact in world.facts:
                for place, (night, dated) in enumerate(world.told.get(fact.number, ())):
                    if night == n:
                        part = random.Random(f'{seed} {n} {fact.kind}').random() < 0.25 and random.Random(
                            f'{seed} {n} {world.seed} {fact.number} {place}').random() < 0.5
                        files[fact.kind, dated, part].append((world, fact))
        order = sorted(files, key=lambda key: random.Random(f'{seed} {n} {key}').random())
        return [step for key in order for step in self.batch(key[0], self.nights[key[1]], files[key], seed)]

    def batch(self, kind, date, pairs, seed):
        key = f'{seed} {kind} {date}'
        rows = sorted(pairs, key=lambda pair: random.Random(f'{key} {pair[0].seed} {pair[1].number}').random())
        return [Import(kind, date, rows)] if rows else []
