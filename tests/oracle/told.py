"""Facts told to the second implementation night by night, and the books that come of it (docs/semantics.md 6): what the
nights post is the difference between what slots stand at and what was posted to them, under the origin that the slot
got when it was first posted to."""
import datetime
from collections import defaultdict

import oracle_terms
import random_facts
import random_policy
import settle_oracle as so

START, DAYS = datetime.date(2026, 1, 1), 150
END = START + datetime.timedelta(days=DAYS)
CARRIERS = ('CA', 'CB')
MASTER = ('carriers', 'products', 'distributors', 'outlets', 'managers')
ORDER_OF_KINDS = (*MASTER, 'orders', 'bills', 'events', 'months', 'receipts')   # within a night (13.1)


class Telling:
    """One row of one batch. withdrawn: the night from which on the batch never was, or None."""

    def __init__(self, kind, row, withdrawn=None):
        self.kind, self.row, self.withdrawn = kind, row, withdrawn


class Life:
    """What is told in a seed, and the policies."""

    def __init__(self, source, orders=50):
        self.source = source
        maker = random_facts.FactMaker(source, CARRIERS[:source.choice((1, 1, 2))], START, END, distributors=3, nights=12,
                                       late_moves=True, with_events=True, with_terms=True, shared_contracts=0.15)
        self.maker = maker
        self.policies = random_policy.versions(source, maker.carriers, maker.distributors, START, END, True, True, True)
        for policy in self.policies:
            self.tighten(policy)
        self.first = [(kind, row) for kind, rows in maker.parties.items() for row in rows]
        told = {}
        for (_, kind), rows in maker.make(orders).items():
            for row in rows:
                told.setdefault((kind, *self.key(kind, row)), Telling(kind, row))
        self.facts = list(told.values())
        self.facts += [Telling(kind, row) for kind, row in maker.late_parties()]
        self.facts += [Telling('orders', row) for telling in self.facts if telling.kind == 'orders'
                       for row in self.more_of_order(telling.row)]
        self.facts += [self.told_wrongly(telling) for telling in self.facts if source.random() < 0.1]
        # said again by another batch: what is withdrawn of one stays of the other
        self.facts += [Telling(telling.kind, telling.row, source.choice((None, self.night())))
                       for telling in self.facts if telling.withdrawn is None and source.random() < 0.05]

    def tighten(self, policy):
        """Limits that a dozen orders reach."""
        for owner in (policy, *policy['rules']):
            if 'ceiling' in owner:
                owner['ceiling']['amount'] = random_policy.fen(self.source.randint(500, 20000))
        for rule in policy['rules']:
            if 'volume-bonus' in rule and rule['measure'] != 'amount':
                starts = sorted(self.source.sample(range(1, 9), len(rule['tiers'])))
                ends = [start - 1 for start in starts[1:]] + ['']
                rule['tiers'] = {f'{start}..{end}': pay
                                 for start, end, pay in zip(starts, ends, rule['tiers'].values())}

    @staticmethod
    def key(kind, row):
        keys = {'orders': ('carrier', 'order_id'), 'bills': ('carrier', 'contract', 'month', 'revision'),
                'events': ('carrier', 'event_id'), 'months': ('carrier', 'month'), 'receipts': ('carrier', 'receipt_id'),
                'managers': ('manager', 'valid_from')}
        return tuple(row[name] for name in keys[kind])

    def night(self):
        return START + datetime.timedelta(days=self.source.randint(20, DAYS))

    def more_of_order(self, row):
        """Revisions of an order, and other sales under its id."""
        r, closed = self.source, so.parse_instant(row['closed_at'])
        for row in self.maker.revised(row, [f'K{r.randint(0, 60):07d}'], (0, 0, 0, 0, 1, 2)):
            yield row
        if r.random() < 0.05 and closed + datetime.timedelta(days=90) < so.parse_instant(str(END) + 'T00:00:00'):
            yield {**row, 'closed_at': (closed + datetime.timedelta(days=90)).isoformat(), 'revision': '', 'withdrawn': ''}

    def told_wrongly(self, telling):
        """A row of a batch that is withdrawn on some night: of the same key with other content, or of its own."""
        r, row = self.source, dict(telling.row)
        if telling.kind == 'orders':
            row.update(paid=random_policy.fen(r.randint(0, 60000)))
            if r.random() < 0.5:
                row.update(order_id=row['order_id'] + 'X')
        elif telling.kind == 'bills':
            row.update(billed=random_policy.fen(r.randint(0, 20000)), revision=str(r.randint(1, 4)))
        elif telling.kind == 'receipts':
            row.update(receipt_id=row['receipt_id'] + 'X')
        elif telling.kind == 'events' and r.random() < 0.5:
            row.update(event_id=row['event_id'] + 'X')
        elif telling.kind in ('distributors', 'products'):
            row.update(valid_from=str(START + datetime.timedelta(days=r.randint(0, DAYS))))
        return Telling(telling.kind, row, self.night())

    def right(self):
        """What remains when all is told and all that was told wrongly is withdrawn."""
        return [telling for telling in self.facts if telling.withdrawn is None]

    def world(self, tellings, night):
        """What is known on a night after some were told, in their order. Master data counts before orders, and what
        was put aside for want of it is looked at again when it is there."""
        facts = so.Facts(look_back=1)
        for kind, row in self.first:
            facts.take(kind, row, START)
        for kind in ORDER_OF_KINDS:
            for telling in tellings:
                if telling.kind == kind and (telling.withdrawn is None or telling.withdrawn > night):
                    facts.take(kind, telling.row, START)
        return so.World(facts, self.policies)


class Teller:
    """The books of nights. turned: the origin that a change gets instead of the slot's own, to see that it is found."""

    def __init__(self, turned=None):
        self.posted = {}      # identity of a slot -> [origin, amount, held]
        self.table = defaultdict(lambda: [0, 0])
        self.turned, self.changes = turned, 0

    def settle(self, world, night):
        now = {identity(slot): slot for slot in oracle_terms.slots_as_of(world, night)}
        for key in now.keys() | self.posted.keys():
            slot = now.get(key)
            stands = self.posted.setdefault(key, [slot and slot.origin, 0, 0])
            for place, target in ((1, slot.target if slot else 0), (2, slot.held if slot else 0)):
                change = target - stands[place]
                if change:
                    origin = stands[0] if self.turned is None else self.turned(stands, change, night)
                    self.table[(*public(key), origin)][place - 1] += change
                    stands[place] = target
                    self.changes += 1


def identity(slot):
    """Which slot it is, whatever version it is earned under; its origin is no part of it."""
    rule = slot.rule
    if slot.order:
        return rule.policy.carrier, slot.order.distributor, rule.kind, rule.id, slot.order.key, slot.item, slot.part
    return (rule.policy.carrier, slot.window[0], rule.kind, rule.id, so.window_subject(rule, *slot.window[1:]), 0,
            slot.part)


def public(key):
    """Carrier, distributor, kind, rule, subject and item."""
    return key[:6]


def nights_of(source, tellings):
    """A night for each, in any order; a night's tellings in theirs."""
    nights = sorted({START + datetime.timedelta(days=source.randint(0, DAYS)) for _ in range(source.randint(2, 8))} | {END})
    told = defaultdict(list)
    for telling in source.sample(tellings, len(tellings)):
        told[source.choice(nights)].append(telling)
    return [(night, told[night]) for night in nights]


def books(life, nights, turned=None):
    teller, told = Teller(turned), []
    for night, tellings in nights:
        told += tellings
        teller.settle(life.world(told, night), night)
    return teller


def at_once(life):
    teller = Teller()
    teller.settle(life.world(life.right(), END), END)
    return teller


def no_zeros(table):
    return {key: tuple(stands) for key, stands in table.items() if any(stands)}
