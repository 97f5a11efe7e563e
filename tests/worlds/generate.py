"""A world: one or two carriers with their policies, three distributors with outlets and managers, and some dozens of facts
from January to April 2026. Codes have a placeholder, which is replaced when files are written, so that worlds can share a
database."""
import collections
import copy
import datetime
import random

import random_facts
from random_policy import PRODUCTS
from worlds import policies

START, LAST_CLOSING = datetime.date(2026, 1, 1), datetime.date(2026, 3, 15)
DAY = datetime.timedelta(days=1)
SINCE = random_facts.SINCE
MARK = '~'
MASTER = ('carriers', 'products', 'distributors', 'outlets', 'managers')
KINDS = (*MASTER, 'orders', 'bills', 'events', 'months', 'receipts')

# number: its own for as long as the world is shrunk; day: from which it is told, None: before the first night; late: told
# on any night, whatever its day
Fact = collections.namedtuple('Fact', 'number kind day row late', defaults=[False])


def is_again(fact):
    """Of an order that was told before, or is later."""
    return fact.kind == 'orders' and 'revision' in fact.row


class Facts(random_facts.FactMaker):
    """Orders, bills, events and carriers' words of one carrier."""

    def __init__(self, source, again, carrier, distributors, managers, end):
        self.random, self.carriers, self.distributors, self.managers = source, [carrier], distributors, managers
        self.again, self.start, self.end, self.sold = again, START, end, []

    def day(self):
        """Closing days, and days on which master data begins to hold."""
        return START + DAY * self.random.randint(0, (LAST_CLOSING - START).days)

    def all(self, size, simple):
        """(kind, day, row); simple: a contract for each order."""
        r, contracts, instants = self.random, [], []
        for number in range(size):
            row, day = self.order(number)
            if instants and self.chance(0.15):  # of one instant the carrier's keyed id decides
                row['closed_at'], day = r.choice(instants)
            instants.append((row['closed_at'], day))
            if self.chance(0.5):    # no bill makes the engine look at it again
                row['contract'] = ''
            elif row['contract'] and contracts and not simple and self.chance(0.15):
                row['contract'] = r.choice(contracts)[0]
            elif row['contract']:
                contracts.append((row['contract'], day))
            yield 'orders', day, row
            for revision in self.revised(row, [contract for contract, _ in contracts], (0, 0, 0, 0, 1, 2), self.again):
                yield 'orders', day, revision
            if self.chance(0.35):
                for happened, event in self.events(row, day):
                    yield 'events', happened, event
            if row['contract'] and not simple:
                self.sold.append((row, day))
        for contract, day in contracts:
            for issued, row in self.bills(self.carriers[0], contract, day):
                yield 'bills', issued, row
        for day, kind, row in self.carriers_words():
            if kind == 'months' or self.chance(0.5):
                yield kind, max(day, START), row

    def anew(self, source, sold):
        """(kind, day, row): orders of which some were cancelled or ported out, and others on the same contracts, which
        closed about then."""
        self.random = source
        for number, (old, closed) in enumerate(sold):
            if not self.chance(0.3):
                continue
            ended = closed + DAY * source.choice((0, 1, source.randint(0, 25)))
            row, _ = self.order(900 + number)
            again = min(ended + DAY * source.choice((0, 1, source.randint(-5, 40))), LAST_CLOSING)
            key = f'{old["order_id"]}-N'
            yield 'events', ended, dict(
                carrier=old['carrier'], event_id=key, order_id=old['order_id'], event=source.choice(('cancel', 'port-out')),
                amount='', at=f'{ended}T{source.randint(0, 23):02d}:59:00+08:00', reinstates='', currency=old['currency'])
            yield 'orders', again, dict(row, contract=old['contract'], currency=old['currency'],
                                        closed_at=f'{again}T{source.randint(0, 23):02d}:30:00+08:00')
            if self.chance(0.3):
                day = ended + DAY * source.randint(0, 50)
                yield 'events', day, dict(carrier=old['carrier'], event_id=key + 'R', order_id=old['order_id'],
                                          event='reinstate', amount='', at=f'{day}T12:58:00+08:00', reinstates=key,
                                          currency=old['currency'])


class World:
    """seed and prefix decide everything; `switches` says what may be in it. policies: the versions of each carrier. In a
    simple world, each unless its switch is on: contracts have one order (`contracts`), what is told twice is told in one night
    (`twice`), and of a manager or product that is told late one thing is (`parties`)."""

    def __init__(self, seed, switches, end, prefix=None, simple=False):
        self.seed, self.prefix, self.end = seed, prefix or f'W{seed}-', end
        self.switches = switches
        self.simple = {name for name in ('contracts', 'twice', 'parties') if simple and name not in switches}
        r = self.random = random.Random(f'world {seed}')
        self.carriers = [f'{MARK}A'] + [f'{MARK}B'] * (r.random() < 0.2)
        self.distributors = [f'{MARK}D{n}' for n in (1, 2, 3)]
        self.facts, self.managers, self.told, self.activated = [], {}, {}, {}
        self.make_parties(r)
        self.policies = {carrier: policies.SmallPolicies(r, self.distributors, switches).versions(carrier, START, end)
                         for carrier in self.carriers}
        makers = [Facts(r, random.Random(f'again {seed} {carrier}'), carrier, self.distributors, self.managers, end)
                  for carrier in self.carriers]
        for maker in makers:
            for kind, day, row in maker.all(r.randint(14, 22) // len(self.carriers), 'contracts' in self.simple):
                if day <= end:
                    self.add(kind, day, row, kind == 'orders' and 'revision' in row)
        for maker in makers:
            for kind, day, row in maker.anew(random.Random(f'anew {seed} {maker.carriers[0]}'), maker.sold):
                if day <= end:
                    self.add(kind, day, row)

    def but(self, prefix=None, **changes):
        """The same world under another prefix, with other `facts`, `policies`, `told` or `activated`."""
        out = copy.copy(self)
        out.prefix = prefix or self.prefix
        out.__dict__.update(changes)
        return out

    def add(self, kind, day, row, late=False):
        self.facts.append(Fact(len(self.facts), kind, day, row, late))

    def change(self, kind, row, switch, day):
        """Master data that holds from a day on; with its switch it is told on any night."""
        late = switch is None or switch in self.switches
        self.add(kind, (day if late else None), {**row, 'valid_from': str(day)}, late)

    def make_parties(self, r):
        def day():
            return START + DAY * r.randint(5, 80)
        for carrier in self.carriers:
            self.add('carriers', None, {'carrier': carrier, 'name': '运营商', 'valid_from': SINCE})
            for product, its in PRODUCTS.items():
                row = {'carrier': carrier, 'product': product, 'name': '套餐' + product, 'class': its}
                late = 'late-parties' in self.switches and r.random() < 0.2
                self.add('products', START if late else None, {**row, 'valid_from': SINCE}, late)
                if r.random() < 0.15:
                    changed, since = {**row, 'class': r.choice(('sim', 'plan', 'broadband', 'phone'))}, day()
                    if not (late and 'parties' in self.simple):
                        self.change('products', changed, 'late-class', since)
                elif r.random() < 0.05:
                    until = day()
                    self.change('products', {**row, 'sales_to': str(until)}, 'late-sales', until)
        for number, code in enumerate(self.distributors):
            row = {'distributor': code, 'name': '分销商', 'tier': str(r.randint(0, 4)), 'status': ''}
            self.add('distributors', None, {**row, 'valid_from': SINCE})
            if r.random() < (0.9 if 'late-tier' in self.switches else 0.4):
                self.change('distributors', {**row, 'tier': str(r.randint(0, 4))}, 'late-tier', day())
            elif number == 0 and r.random() < (0.9 if 'late-status' in self.switches else 0.3):
                self.change('distributors', {**row, 'status': 'ended'}, 'late-status', day())
            outlets = [f'{code}W{n}' for n in (1, 2)]
            for outlet in outlets:
                self.add('outlets', None, {'outlet': outlet, 'name': '网点', 'distributor': code, 'parent': '',
                                           'valid_from': SINCE})
            self.managers[code] = [f'{code}M{n}' for n in (1, 2)]
            for manager in self.managers[code]:
                row = {'manager': manager, 'name': '经理'}
                late = 'late-parties' in self.switches and r.random() < 0.1
                self.add('managers', START if late else None,
                         {**row, 'outlet': r.choice(outlets), 'valid_from': SINCE}, late)
                if r.random() < 0.4:
                    outlet, since = r.choice(outlets), day()
                    if not (late and 'parties' in self.simple):
                        self.change('managers', {**row, 'outlet': outlet}, None, since)

    def night_of(self, policy):
        """On which a version is activated; 0: before the first."""
        return self.activated.get((policy['carrier'], policy['version']), 0)

    def all_policies(self, night=None, merge=False):
        """Those activated up to a night. merge: with the switch `versions` one that only goes on with the one before is no
        version of its own."""
        merge = merge and 'versions' in self.switches
        active = [[policy for policy in versions if night is None or self.night_of(policy) <= night]
                  for versions in self.policies.values()]
        return [policy for versions in active for policy in (policies.merged(versions) if merge else versions)]

    def text(self, value):
        return value.replace(MARK, self.prefix)
