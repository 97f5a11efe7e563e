"""Seeded random facts: parties, products, orders and bills as CSV files with a manifest.

What goes wrong in life is in them: orders and bills that come late, or before their day, twice, with
other content, bills before their order, corrected bills, contracts with several orders that come in
the wrong order, managers that move, distributors whose tier changes.
"""
import calendar
import csv
import datetime
import os
import re
from decimal import Decimal

from random_policy import CHANNELS, CLASSES, PRODUCTS, REGIONS, fen

COLUMNS = {
    'carriers': 'carrier,name,valid_from,status',
    'distributors': 'distributor,name,tier,valid_from,status',
    'outlets': 'outlet,name,distributor,parent,valid_from',
    'managers': 'manager,name,outlet,valid_from',
    'products': 'carrier,product,name,class,valid_from,sales_from,sales_to',
    'orders': 'carrier,order_id,distributor,manager,product,region,channel,contract,first_order,'
              'closed_at,paid,quantity,currency',
    'bills': 'carrier,contract,month,revision,issued,billed,tax,cash,arrears,minutes,megabytes,'
             'currency',
    'events': 'carrier,event_id,order_id,event,at,amount,reinstates,currency',
    'months': 'carrier,month',
    'receipts': 'carrier,receipt_id,distributor,month,amount,currency',
}
TOLD_AGAIN = ['revision', 'withdrawn']     # of orders, where some are told again
SUM_COLUMN = {'orders': 'paid', 'bills': 'billed', 'events': 'amount', 'receipts': 'amount'}
DAY = datetime.timedelta(days=1)
LOCAL = datetime.timezone(datetime.timedelta(hours=8))
SINCE = '2025-01-01'


def columns_of(kind, rows):
    """Of a file with these rows."""
    return COLUMNS[kind].split(',') + (TOLD_AGAIN if kind == 'orders' and any(row.get('revision') for row in rows) else [])


def write_batch(folder, name, kind, business_date, rows, manifest):
    """Writes rows (dicts, or lists as they are) and adds the file to the manifest."""
    columns = COLUMNS[kind].split(',')
    total = Decimal(0)
    with open(os.path.join(folder, name), 'w', encoding='utf-8', newline='') as file:
        out = csv.writer(file, lineterminator='\n')
        out.writerow(columns)
        for row in rows:
            out.writerow(row if isinstance(row, list) else [row.get(column, '') for column in columns])
            if kind in SUM_COLUMN and isinstance(row, dict):
                total += readable(row[SUM_COLUMN[kind]])
    manifest.append([name, kind, str(business_date), str(len(rows)),
                     decimal(total) if kind in SUM_COLUMN else ''])


def readable(text):
    """The amount as it stands there, whatever its currency; 0 if it is no number (docs/semantics.md 14.1)."""
    return Decimal(text) if re.fullmatch(r'-?[0-9]+([.][0-9]{1,4})?', text or '') else Decimal(0)


def decimal(total):
    return str(total if -total.as_tuple().exponent > 2 else total.quantize(Decimal('0.01')))


def write_manifest(folder, manifest):
    with open(os.path.join(folder, 'manifest.csv'), 'w', encoding='utf-8', newline='') as file:
        out = csv.writer(file, lineterminator='\n')
        out.writerow(['file', 'kind', 'business_date', 'count', 'sum'])
        out.writerows(manifest)


def read_manifest(folder):
    with open(os.path.join(folder, 'manifest.csv'), encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


class FactMaker:
    overlaps = False    # orders are suspended that are suspended already

    def __init__(self, random, carriers, start, end, distributors=12, nights=40, late_moves=False,
                 with_events=False, with_terms=False, shared_contracts=0.04):
        self.with_terms, self.shared_contracts = with_terms, shared_contracts
        self.random, self.carriers, self.start, self.end = random, carriers, start, end
        self.distributors = [f'D{n:03d}' for n in range(1, distributors + 1)]
        self.late_moves, self.with_events = late_moves, with_events
        self.managers = {}  # distributor -> codes
        days = (end - start).days + 1
        self.nights = sorted({start + DAY * n for n in random.sample(range(days), min(nights, days))}
                             | {end})
        self.parties = {kind: [] for kind in ('carriers', 'distributors', 'outlets', 'managers',
                                              'products')}
        self.moves = []  # (business date, row)
        self.make_parties()

    def chance(self, share):
        return self.random.random() < share

    def day(self):
        return self.start + DAY * self.random.randint(0, (self.end - self.start).days)

    def make_parties(self):
        r, parties = self.random, self.parties
        for carrier in self.carriers:
            parties['carriers'].append(dict(carrier=carrier, name='运营商' + carrier,
                                            valid_from=SINCE))
            for product, product_class in PRODUCTS.items():
                parties['products'].append({'carrier': carrier, 'product': product,
                                            'name': f'套餐{product}', 'class': product_class,
                                            'valid_from': SINCE})
        for code in self.distributors:
            parties['distributors'].append(dict(distributor=code, name='分销商' + code,
                                                tier=str(r.randint(0, 4)), valid_from=SINCE))
            if self.chance(0.2):
                parties['distributors'].append(dict(distributor=code, name='分销商' + code,
                                                    tier=str(r.randint(0, 4)),
                                                    valid_from=str(self.day())))
            outlets = [f'{code}-W{n}' for n in range(r.randint(1, 4))]
            for n, outlet in enumerate(outlets):
                parties['outlets'].append(dict(outlet=outlet, name='网点' + outlet,
                                               distributor=code,
                                               parent=r.choice(outlets[:n] + ['']),
                                               valid_from=SINCE))
            self.managers[code] = [f'{code}-M{n}' for n in range(r.randint(1, 5))]
            for manager in self.managers[code]:
                parties['managers'].append(dict(manager=manager, name='经理' + manager,
                                                outlet=r.choice(outlets), valid_from=SINCE))
                for since in sorted({self.day() for _ in range(r.choice((0, 0, 1, 2)))}):
                    row = dict(manager=manager, name='经理' + manager, outlet=r.choice(outlets),
                               valid_from=str(since))
                    known = self.night(since + DAY * r.randint(1, 60))
                    if self.late_moves and known and self.chance(0.6):
                        self.moves.append((known, row))
                    else:
                        parties['managers'].append(row)

    def night(self, day):
        """The first business date with a batch on a day or after it, or None."""
        return next((night for night in self.nights if night >= day), None)

    def arrival(self, day):
        if self.chance(0.005):
            early = [night for night in self.nights if night < day]
            return early[-1] if early else self.night(day)
        late = self.random.randint(1, 45) if self.chance(0.06) else 0
        return self.night(day + DAY * late)

    def order(self, number):
        r = self.random
        carrier, distributor = r.choice(self.carriers), r.choice(self.distributors)
        day = self.day()
        hour = r.choice((0, 0, 23, 23, r.randint(0, 23)))
        closed = f'{day}T{hour:02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}'
        if self.chance(0.3):
            instant = datetime.datetime.fromisoformat(closed) - datetime.timedelta(hours=8)
            closed = instant.isoformat() + 'Z'
        else:
            closed += r.choice(('+08:00', '', '.999999+08:00'))
        paid = r.choice((0, 1, r.randint(1, 100), r.randint(1, 60000), r.randint(1, 600) * 100,
                         r.choice((1900, 2900, 4900, 5900, 9999, 10000, 30000))))
        foreign = self.chance(0.004)
        return dict(carrier=carrier, order_id=f'{carrier}-{number:07d}', distributor=distributor,
                    manager=r.choice(self.managers[distributor] + ['']),
                    product=r.choice(sorted(PRODUCTS)), region=r.choice(REGIONS),
                    channel=r.choice(CHANNELS),
                    contract='' if foreign or self.chance(0.15) else f'K{number:07d}',
                    first_order=r.choice(('true', 'false', 'yes', 'no', '1', '0', '')),
                    closed_at=closed, paid=fen(paid),
                    quantity=str(r.choice((1, 1, 1, 2, 3, 7))),
                    currency='USD' if foreign else 'CNY'), day

    def revised(self, order, contracts, counts, source=None):
        """Further revisions of an order, each from the one before it. contracts: codes that one may move to; counts: how
        many there are, one of these."""
        r, closed = source or self.random, datetime.datetime.fromisoformat(order['closed_at'].replace('.999999', ''))
        closed = (closed if closed.tzinfo else closed.replace(tzinfo=LOCAL)).astimezone(LOCAL).date()
        for revision in range(2, 2 + r.choice(counts)):
            order = {**order, 'revision': str(revision), 'withdrawn': ''}
            what = r.choice(('paid', 'paid', 'quantity', 'distributor', 'distributor', 'manager', 'contract', 'closed',
                             'withdrawn', 'product', 'region'))
            if what == 'paid':
                order['paid'] = fen(r.choice((0, r.randint(0, 60000), int(order['paid'].replace('.', '')) // 2)))
            elif what == 'quantity':
                order['quantity'] = str(r.randint(1, 4))
            elif what == 'distributor':
                order['distributor'] = r.choice(self.distributors)
            elif what == 'contract':
                order['contract'] = r.choice([''] + contracts)
            elif what == 'closed':
                last = calendar.monthrange(closed.year, closed.month)[1]
                order['closed_at'] = f'{closed.replace(day=r.randint(1, last))}T12:{r.randint(0, 59):02d}:00+08:00'
            elif what == 'withdrawn':
                order['withdrawn'] = 'yes'
            elif what == 'product':
                order['product'] = r.choice(sorted(PRODUCTS))
            elif what == 'region':
                order['region'] = r.choice(REGIONS)
            if what in ('distributor', 'manager'):
                order['manager'] = r.choice(self.managers[order['distributor']] + [''])
            yield order

    def bills(self, carrier, contract, day):
        """(issue day, row) of a contract whose order closed on a day."""
        r = self.random
        first = day.year * 12 + day.month - 1
        usage = r.choice((0, 20, 200))
        for month in range(first - self.chance(0.01), self.end.year * 12 + self.end.month - 1):
            if self.chance(0.08):
                continue
            year, index = divmod(month + 1, 12)
            issued = datetime.date(year, index + 1, r.randint(1, 12))
            billed = r.choice((0, r.randint(0, 20000), r.randint(0, 200) * 100))
            revisions = 1 + self.chance(0.08) + self.chance(0.02)
            for revision in range(1, revisions + 1):
                arrears = billed if self.chance(0.05) else r.randint(0, billed) if self.chance(0.2) \
                    else billed + 500 if self.chance(0.01) else 0
                yield issued, dict(
                    carrier=carrier, contract=contract, month=f'{month // 12}-{month % 12 + 1:02d}',
                    revision=str(revision), issued=str(issued), billed=fen(billed),
                    tax=fen(billed * 6 // 106), cash=fen(max(0, billed - arrears)),
                    arrears=fen(arrears), minutes=str(r.randint(0, usage)),
                    megabytes=str(r.randint(0, usage * 5)), currency='CNY')
                issued += DAY * r.randint(1, 40)
                billed = r.randint(0, billed + 100)

    def events(self, order, closed):
        """(day, row) of what happens to an order: all acceptable in whatever order they come; some refunds are beyond
        what was paid, no two of one instant (of those the carrier's key decides)."""
        r = self.random
        number, paid, out = 0, int(order['paid'].replace('.', '')), []
        left = paid

        def add(what, day, amount='', undone=''):
            nonlocal number
            number += 1
            key = f'{order["order_id"]}-E{number}'
            out.append((day, dict(carrier=order['carrier'], event_id=key, order_id=order['order_id'],
                                  event=what, amount=amount,
                                  at=f'{day}T{r.randint(0, 23):02d}:{number if "refund" in what else 0:02d}:00+08:00',
                                  reinstates=undone, currency=order['currency'])))
            return key

        def day():
            return closed + DAY * r.choice((0, 1, r.randint(0, 20), r.randint(0, 150)))

        for _ in range(r.choice((1, 1, 1, 2, 3))):
            what = r.choice(('refund', 'refund', 'cancel', 'cancel', 'suspend', 'fraud', 'port-out',
                             'number-transfer'))
            when = day()
            if what == 'refund' and (paid == 0 or self.chance(0.3)):
                key, left = add('full-refund', when), 0
            elif what == 'refund':
                amount = left if left > 0 and self.chance(0.3) else r.randint(1, paid + paid // 4)
                left = max(left - amount, 0)
                key = add('refund', when, fen(amount))
            else:
                key = add(what, when)
            if what == 'suspend' and self.overlaps and self.chance(0.4):    # overlaps count once
                add('suspend', when + DAY * r.randint(1, 20))
                add(r.choice(('cancel', 'port-out')), when + DAY * r.randint(10, 80))
            if what == 'suspend' and self.chance(0.7):
                add('resume', when + DAY * r.choice((0, 0, r.randint(1, 40))))
            if self.chance(0.25):
                add('reinstate', when + DAY * r.randint(0, 40), undone=key)
        return out

    def late_parties(self):
        """(kind, row) of what is told of parties and products on any day: each of a code and day of its own, so that none
        contradicts another."""
        r, seen = self.random, set()
        for _ in range(3 * len(self.distributors)):
            since, code, product = str(self.day()), r.choice(self.distributors), r.choice(sorted(PRODUCTS))
            if self.chance(0.5):
                kind, carrier = 'products', r.choice(self.carriers)
                row = {'carrier': carrier, 'product': product, 'name': '套餐', 'class': r.choice(CLASSES),
                       'valid_from': since, 'sales_from': r.choice(('', '', since)),
                       'sales_to': r.choice(('', max(since, str(self.day()))))}
                key = carrier, product, since
            else:
                kind, key = 'distributors', (code, since)
                row = dict(distributor=code, name='分销商', tier=str(r.randint(0, 4)), valid_from=since,
                           status=r.choice(('active', 'active', 'ended')))
            if key not in seen and not any(row['valid_from'] == other['valid_from'] and row.get('distributor') ==
                                           other.get('distributor') for other in self.parties[kind]):
                seen.add(key)
                yield kind, row

    def carriers_words(self):
        """(day, kind, row): months that carriers declare complete, and what they pay."""
        r, first = self.random, self.start.year * 12 + self.start.month - 1
        for carrier in self.carriers:
            for month in range(first, self.end.year * 12 + self.end.month):
                text = f'{month // 12}-{month % 12 + 1:02d}'
                day = datetime.date((month + 1) // 12, (month + 1) % 12 + 1, r.randint(1, 28))
                if self.chance(0.9):
                    yield day + DAY * r.randint(0, 12), 'months', dict(carrier=carrier, month=text)
                for distributor in self.distributors:
                    for n in range(r.choice((0, 0, 1, 1, 2, 3))):
                        amount = r.randint(1, 200000) * (-1 if self.chance(0.15) else 1)
                        row = dict(carrier=carrier, receipt_id=f'R-{carrier}-{distributor}-{text}-{n}',
                                   distributor=distributor, month=text, amount=decimal(Decimal(amount) / 100),
                                   currency='CNY')
                        when = day + DAY * r.randint(-30, 60)
                        yield when, 'receipts', row
                        if self.chance(0.05):
                            yield when + DAY * r.randint(0, 20), 'receipts', dict(row)

    def make(self, orders):
        """(night, kind) -> rows of all that is told but the first master data."""
        r, batches = self.random, {}

        def send(kind, night, row):
            if night is not None:
                batches.setdefault((night, kind), []).append(row)

        for night, row in self.moves:
            send('managers', night, row)
        contracts, ended = [], []
        for number in range(orders):
            row, day = self.order(number)
            night = self.arrival(day)
            if night is None:
                continue
            if row['contract'] and self.chance(self.shared_contracts) and contracts:
                # Another order on a contract that has one: it may close earlier, and come later; that one may be over.
                carrier, contract, when = r.choice((ended if ended and self.chance(0.5) else contracts)[-200:])
                row.update(carrier=carrier, contract=contract,
                           order_id=f'{carrier}-{number:07d}')
            elif row['contract']:
                contracts.append((row['carrier'], row['contract'], day))
            send('orders', night, row)
            if self.with_events and self.chance(0.25):
                for happened, event in self.events(row, day):
                    if row['contract'] and event['event'] in ('cancel', 'port-out'):
                        ended.append((row['carrier'], row['contract'], day))
                    # some before their order
                    known = self.night(happened) if self.chance(0.1) else self.arrival(happened)
                    send('events', known, event)
                    if known and self.chance(0.02):
                        send('events', self.night(known + DAY * r.randint(0, 9)), dict(event))
            if self.chance(0.01):
                send('orders', self.night(night + DAY * r.randint(0, 20)), dict(row))
            if self.chance(0.004):
                other = self.night(night + DAY)
                send('orders', other, dict(row, paid=fen(r.randint(1, 9999)), quantity='9'))
        for carrier, contract, day in contracts:
            for issued, row in self.bills(carrier, contract, day):
                night = self.arrival(issued)
                send('bills', night, row)
                if night and self.chance(0.005):
                    send('bills', self.night(night + DAY * r.randint(0, 9)), dict(row))
        for day, kind, row in self.carriers_words() if self.with_terms else ():
            send(kind, self.night(day), row)
        return batches

    def write(self, folder, orders):
        manifest = []
        os.makedirs(folder, exist_ok=True)
        for kind, rows in self.parties.items():
            write_batch(folder, kind + '.csv', kind, self.start - DAY, rows, manifest)
        for number, ((night, kind), rows) in enumerate(sorted(
                self.make(orders).items(), key=lambda each: (each[0][0], list(COLUMNS).index(each[0][1])))):
            write_batch(folder, f'{number:03d}-{kind}.csv', kind, night, rows, manifest)
        write_manifest(folder, manifest)
        return manifest
