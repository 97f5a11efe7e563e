"""Generated lives of orders that are all acceptable, whatever order they come in: what facts there are, and ways to
hand them over (docs/semantics.md 2, 6)."""
import copy
import csv
import os
import sys
from collections import defaultdict
from datetime import date, timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import compare
import random_facts
import random_policy

START, DAYS = date(2026, 1, 1), 120
END = START + timedelta(days=DAYS)
CARRIERS = ('CA', 'CB')
# what lives have besides; SETTLE_LATE=revisions or SETTLE_LATE= leaves some of it out
LATE = os.environ.get('SETTLE_LATE', 'parties,revisions').split(',')
KEYS = {'managers': ('manager', 'valid_from'), 'products': ('carrier', 'product', 'valid_from'),
        'distributors': ('distributor', 'valid_from'), 'orders': ('carrier', 'order_id', 'revision'),
        'bills': ('carrier', 'contract', 'month', 'revision'), 'events': ('carrier', 'event_id'),
        'months': ('carrier', 'month'), 'receipts': ('carrier', 'receipt_id')}


class Life:
    """The facts of a seed, each once, master data apart, and the policies."""

    def __init__(self, source, folder, orders):
        self.source = source
        maker = random_facts.FactMaker(source, CARRIERS, START, END, distributors=8, nights=12, late_moves=True,
                                       with_events=True, with_terms=True)
        self.policies = [self.without_invoices(policy) for policy in random_policy.versions(
            source, CARRIERS, maker.distributors, START, END, True, True)]
        self.master, self.facts, seen = [], [], {}
        for entry in maker.write(folder, orders):
            with open(os.path.join(folder, entry[0]), encoding='utf-8', newline='') as file:
                rows = list(csv.DictReader(file))
            if entry[2] < str(START):
                self.master.append((entry[1], rows))
                continue
            for row in rows:
                key = entry[1], *(row.get(name) for name in KEYS[entry[1]])
                if key not in seen:  # what is said again, or otherwise, would depend on who comes first
                    seen[key] = row
                    self.facts.append((date.fromisoformat(entry[2]), entry[1], row))
        # files come on these nights: one a day would take more time than all nights
        self.nights = sorted({night for night, _, _ in self.facts} | {START + timedelta(days=source.randint(0, DAYS))
                                                                      for _ in range(8)} | {END})
        self.facts += list(self.told_again(maker)) if 'revisions' in LATE else []
        for kind, row in maker.late_parties() if 'parties' in LATE else ():
            self.facts.append((max(START, date.fromisoformat(row['valid_from'])), kind, row))

    @staticmethod
    def without_invoices(policy):
        return {**policy, 'invoice': {'cycle': 'none'}}

    def told_again(self, maker):
        """Revisions of some orders, each on any night: the highest one holds, whatever comes first."""
        contracts = defaultdict(list)
        for row in self.orders():
            if row['contract']:
                contracts[row['carrier']].append(row['contract'])
        for row in self.orders():
            if self.source.random() < 0.12:
                for again in maker.revised(row, self.source.sample(contracts[row['carrier']], 1), (1, 1, 2, 3)):
                    yield self.source.choice(self.nights), 'orders', again

    def night_from(self, source, day, latest=END):
        """Some night on which files come, not before the day, and if there is one not after the latest."""
        nights = [night for night in self.nights if night >= day]
        return source.choice([night for night in nights if night <= latest] or nights[:1])

    def orders(self):
        """As they were told first."""
        return [row for _, kind, row in self.facts if kind == 'orders' and not row.get('revision')]

    def last_closings(self):
        """The latest day of each order on which some revision says that it closed."""
        out = {}
        for row in (row for _, kind, row in self.facts if kind == 'orders'):
            key = row['carrier'], row['order_id']
            out[key] = max(out.get(key, START), closing_day(row))
        return out

    def shuffled(self, source):
        """The same facts on other days, in other batches; some are told twice."""
        nights = sorted({START + timedelta(days=source.randint(0, DAYS)) for _ in range(10)} | {END})
        told = self.facts + source.sample(self.facts, len(self.facts) // 20)
        facts = [(source.choice(nights), kind, row) for _, kind, row in told]
        source.shuffle(facts)
        return facts


def strict(life):
    """The same life under policies that tolerate no fraud."""
    other = copy.copy(life)
    other.policies = [{k: v for k, v in p.items() if k != 'fraud-tolerance'} for p in life.policies]
    return other


def hand_over(settle, folder, life, facts, source, policies=None):
    """Master data first, then the facts in files by business date and kind, some in two; the policies (of the life, if
    not said) are active before the first night. Returns the dates."""
    os.makedirs(folder, exist_ok=True)
    before = str(START - timedelta(days=1))
    for number, (kind, rows) in enumerate(life.master):
        send(settle, folder, f'master-{number}', kind, before, rows)
    compare.activate(settle, folder, life.policies if policies is None else policies)
    batches = defaultdict(lambda: ([], []))
    for night, kind, row in facts:
        batches[night, kind][source.random() < 0.5].append(row)
    order = list(batches)
    source.shuffle(order)
    for number, (night, kind) in enumerate(order):
        send(settle, folder, f'batch-{number}', kind, str(night), *filter(None, batches[night, kind]))
    return sorted({night for night, _, _ in facts})


def needed(policy, facts):
    """The night by which a version must be active: of its first closing day, or of a batch that has an order of its
    days before they come."""
    begins = date.fromisoformat(policy['closing'].split('..')[0])
    return min([begins] + [night for night, kind, row in facts if kind == 'orders' and row['carrier'] == policy['carrier']
                           and closing_day(row) >= begins])


def send(settle, folder, name, kind, night, *files):
    """files: the rows of each."""
    paths = [os.path.join(folder, f'{name}-{number}.csv') for number in range(len(files))]
    for path, rows in zip(paths, files):
        with open(path, 'w', encoding='utf-8', newline='') as file:
            out = csv.DictWriter(file, random_facts.columns_of(kind, rows), lineterminator='\n')
            out.writeheader()
            out.writerows(rows)
    settle('import', kind, *paths, '--date', night, *(('--count', str(len(files[0]))) if len(files) == 1 else ()))


def event(order, key, what, day, undone=''):
    return {'carrier': order['carrier'], 'event_id': f'{order["order_id"]}-{key}', 'order_id': order['order_id'],
            'event': what, 'at': f'{day}T12:00:00+08:00', 'amount': '', 'reinstates': undone, 'currency': ''}


def closing_day(order):
    from settle_oracle import ZONE, parse_instant
    return parse_instant(order['closed_at']).astimezone(ZONE).date()
