"""A second implementation of the arithmetic of docs/semantics.md, as plain as can be.

It reads the same CSV files as the engine and works out, with exact fractions and by brute force, what
each order's rules should have earned in all as of a day, what each volume window should, and which
invoices follow if every business date ran as its own night. There is no ledger here: an amount as of a
day is computed from the facts that are seen on that day, from nothing, every time.

Section numbers are those of docs/semantics.md.
"""
import bisect
import calendar
import copy
import csv
import datetime
from collections import defaultdict
from fractions import Fraction

import oracle_events
import oracle_terms
import order_ids

ZONE = datetime.timezone(datetime.timedelta(hours=8))  # Asia/Shanghai since 1991
EXPONENT = {'CNY': 2, 'USD': 2, 'EUR': 2, 'HKD': 2, 'JPY': 0}
KINDS = ('upfront', 'deferred', 'revenue-share', 'volume-bonus')
WINDOWS = {'month': 1, 'quarter': 3, 'year': 12}   # months
NO_GROUP = object()


# --- numbers (4) -----------------------------------------------------------------------------
def money(text, exponent=2):
    minor = Fraction(text) * 10 ** exponent
    if minor.denominator != 1:
        raise ValueError(f'{text!r} has a part of a minor unit')
    return int(minor)


def show(minor, exponent=2):
    sign, minor = ('-', -minor) if minor < 0 else ('', minor)
    if exponent == 0:
        return f'{sign}{minor}'
    return f'{sign}{minor // 10 ** exponent}.{minor % 10 ** exponent:0{exponent}d}'


def rate(text):
    if not text.endswith('%'):
        raise ValueError(f'{text!r} is no rate')
    return Fraction(text[:-1]) / 100


def rounded(exact, mode):
    """A fraction of minor units to a whole number of them."""
    exact = Fraction(exact)
    size = abs(exact)
    whole = size.numerator // size.denominator
    rest = size - whole
    if mode == 'half-up':
        up = rest >= Fraction(1, 2)
    elif mode == 'half-even':
        up = rest > Fraction(1, 2) or rest == Fraction(1, 2) and whole % 2 == 1
    elif mode == 'down':
        up = False
    else:
        raise ValueError(mode)
    return (whole + up) * (1 if exact >= 0 else -1)


def allocate(whole, weights):
    """Parts by weight that add up: largest remainder, ties to the first listed."""
    total = sum(weights)
    exact = [Fraction(whole) * weight / total for weight in weights]
    parts = [part.numerator // part.denominator for part in exact]
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in order[:whole - sum(parts)]:
        parts[n] += 1
    return parts


def interval(text, read):
    """'a..b', either end open; a single value stands for itself."""
    if '..' not in text:
        return read(text), read(text)
    low, high = text.split('..')
    return (read(low) if low else None), (read(high) if high else None)


def holds(bounds, value):
    low, high = bounds
    return (low is None or low <= value) and (high is None or value <= high)


# --- time (3, 13.6, 13.15) -------------------------------------------------------------------
def month_of(day):
    return day.year * 12 + day.month - 1


def parse_month(text):
    if len(text) != 7 or text[4] != '-':
        raise ValueError(text)
    year, month = int(text[:4]), int(text[5:])
    if not 1 <= month <= 12:
        raise ValueError(text)
    return year * 12 + month - 1


def show_month(month):
    return f'{month // 12:04d}-{month % 12 + 1:02d}'


def month_last(month):
    year, index = divmod(month, 12)
    return calendar.monthrange(year, index + 1)[1]


def day_in_month(month, day):
    """That day of the month, or the month's last."""
    year, index = divmod(month, 12)
    return datetime.date(year, index + 1, min(day, month_last(month)))


def parse_instant(text):
    instant = datetime.datetime.fromisoformat(text)
    if 'T' not in text and ' ' not in text:
        raise ValueError(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=ZONE)


# --- facts (2) -------------------------------------------------------------------------------
class Order:
    """A closed sale, in one of its revisions. seen: the first business date on which a run knows it (13.1)."""

    def __init__(self, row, business_date):
        self.carrier, self.id, self.line = row['carrier'], row['order_id'], row.get('line', '')
        self.distributor, self.manager = row['distributor'], row['manager']
        self.product, self.region, self.channel = row['product'], row['region'], row['channel']
        self.contract = row['contract']
        self.first = row['first_order'].lower() in ('true', 'yes', '1')
        self.closed = parse_instant(row['closed_at'])
        self.day = self.closed.astimezone(ZONE).date()
        self.month = month_of(self.day)
        self.number = order_ids.order_id(self.carrier, self.id, self.day, self.line)
        self.currency = row['currency']
        self.paid = money(row['paid'], EXPONENT[self.currency])
        self.quantity = int(row['quantity'])
        self.revision, self.withdrawn = int(row.get('revision') or 1), yes(row.get('withdrawn') or 'no')
        self.seen = max(business_date, self.day)
        self.business_date = business_date
        # an id that is used again after long is another order; its revisions are not (2)
        self.key = self.carrier, self.id, self.line, self.month

    def content(self):
        return (self.distributor, self.manager, self.product, self.region, self.channel, self.contract, self.first,
                self.closed, self.currency, self.paid, self.quantity, self.withdrawn)


class Bill:
    """One revision of one month of a contract."""

    def __init__(self, row, business_date):
        self.carrier, self.contract = row['carrier'], row['contract']
        self.month, self.revision = parse_month(row['month']), int(row['revision'])
        self.issued = datetime.date.fromisoformat(row['issued'])
        self.currency = row['currency']
        exponent = EXPONENT[self.currency]
        self.billed, self.tax = money(row['billed'], exponent), money(row['tax'], exponent)
        self.cash, self.arrears = money(row['cash'], exponent), money(row['arrears'], exponent)
        self.minutes, self.megabytes = int(row['minutes']), int(row['megabytes'])
        self.seen = max(business_date, self.issued)
        self.business_date = business_date

    def content(self):
        return (self.issued, self.billed, self.tax, self.cash, self.arrears, self.minutes,
                self.megabytes, self.currency)

    def base(self, name):
        return {'billed': self.billed, 'billed-less-arrears': self.billed - self.arrears,
                'cash': self.cash}[name]


MAY_BE_EMPTY = ('line', 'manager', 'contract', 'first_order', 'revision', 'withdrawn')    # of an order


class Facts:
    """Everything that was sent, by key; what could not be accepted is in rejected. look_back: the months around an
    order's closing month in which its id must be no other order's; None: in none at all."""

    def __init__(self, look_back=None):
        self.look_back = look_back
        self.carriers, self.rejected, self.repeats = set(), [], []
        self.status, self.sales = defaultdict(list), defaultdict(list)
        # code -> [(holds from, seen on, content)]
        self.products, self.distributors = defaultdict(list), defaultdict(list)
        self.outlets, self.managers = defaultdict(list), defaultdict(list)
        self.orders, self.bills = {}, {}           # orders: key -> revisions, by number
        self.by_id = defaultdict(list)             # (carrier, id, line) -> keys
        self.aside = []                            # orders that conflict with another of their id: (row, date)
        self.by_contract = defaultdict(list)       # (carrier, contract) -> revisions of orders
        self.contract_bills = defaultdict(list)    # (carrier, contract) -> bills
        self.events = {}                           # (carrier, event id) -> event
        self.order_events = defaultdict(list)      # (carrier, order id, line) -> events
        self.complete = {}                         # (carrier, month) -> seen on
        self.receipts = {}                         # (carrier, receipt id) -> oracle_terms.Receipt

    def load(self, path, kind, business_date):
        with open(path, encoding='utf-8', newline='') as file:
            reader = csv.reader(file)
            names = next(reader)
            for row in reader:
                # The reader counts physical lines; no field of ours spans two.
                reason = self.take(kind, dict(zip(names, row)) if len(row) == len(names) else None,
                                   business_date)
                if reason == 'duplicate':
                    self.repeats.append((path, reader.line_num))
                elif reason:
                    self.rejected.append((path, reader.line_num, reason))

    def take(self, kind, row, business_date):
        """None if accepted, else why not."""
        if row is None:
            return 'field-count'
        if kind in ('orders', 'bills', 'events'):
            return getattr(self, 'take_' + kind[:-1])(row, business_date)
        if kind == 'months':
            self.complete.setdefault((row['carrier'], parse_month(row['month'])), business_date)
            return None
        if kind == 'receipts':
            return oracle_terms.take_receipt(self, row, business_date)
        start = datetime.date.fromisoformat(row['valid_from'])
        if kind in ('carriers', 'distributors'):
            self.status[kind, row[kind[:-1]]].append((start, business_date, row.get('status') or 'active'))
        if kind == 'carriers':
            self.carriers.add(row['carrier'])
        elif kind == 'products':
            self.products[row['carrier'], row['product']].append((start, business_date, row['class']))
            self.sales[row['carrier'], row['product']].append((start, business_date, (
                row.get('sales_from') or '1900-01-01', row.get('sales_to') or '2399-12-31')))
        elif kind == 'distributors':
            self.distributors[row['distributor']].append(
                (start, business_date, int(row['tier'] or 0)))
        elif kind == 'outlets':
            self.outlets[row['outlet']].append((start, business_date, row['distributor']))
        elif kind == 'managers':
            self.managers[row['manager']].append((start, business_date, row['outlet']))
        else:
            raise ValueError(kind)
        return None

    def take_order(self, row, business_date):
        if any(not row[name] for name in row if name not in MAY_BE_EMPTY):
            return 'missing-value'
        for check in (lambda: self.values_of_order(row), lambda: self.parties_of_order(row)):
            reason = check()
            if reason:
                return reason
        order = Order(row, business_date)
        revisions = self.orders.get(order.key, {})
        if order.revision in revisions:
            return 'duplicate' if revisions[order.revision].content() == order.content() else 'conflict'
        name = order.key[:3]
        if not revisions and not order.withdrawn and any(self.in_the_way(order, key) for key in self.by_id[name]):
            self.aside.append((row, business_date))
            return 'conflict'
        if not revisions:
            self.by_id[name].append(order.key)
        self.orders.setdefault(order.key, {})[order.revision] = order
        if order.contract:
            self.by_contract[order.carrier, order.contract].append(order)
        if order.withdrawn:
            self.look_again(name)
        return None

    def in_the_way(self, order, key):
        """Another order of its id that is too near to be another sale."""
        near = self.look_back is None or abs(key[3] - order.month) <= self.look_back
        return key != order.key and near and not highest(self.orders[key].values()).withdrawn

    def look_again(self, name):
        """An order that was withdrawn is in nobody's way."""
        waiting, self.aside = self.aside, []
        for row, business_date in waiting:
            if (row['carrier'], row['order_id'], row.get('line', '')) == name:
                self.take_order(row, business_date)
            else:
                self.aside.append((row, business_date))

    @staticmethod
    def amount_wrong(text, currency):
        """Digits, at most as many decimals as the currency has, not negative."""
        whole, _, decimals = text.removeprefix('-').partition('.')
        if not whole.isdigit() or '.' in text and not decimals.isdigit():
            return 'bad-amount'
        if len(decimals) > EXPONENT[currency]:
            return 'too-many-decimals'
        return 'negative-amount' if text.startswith('-') else None

    @staticmethod
    def number_wrong(text, least):
        if not text.removeprefix('-').isdigit():
            return 'bad-number'
        return 'out-of-range' if int(text) < least else None

    def values_of_order(self, row):
        try:
            parse_instant(row['closed_at'])
        except ValueError:
            return 'bad-time'
        if row['first_order'].lower() not in ('', 'true', 'false', 'yes', 'no', '1', '0'):
            return 'bad-flag'
        wrong = self.number_wrong(row['quantity'], 1)
        if wrong:
            return wrong
        if row['currency'] not in EXPONENT:
            return 'unknown-currency'
        return self.amount_wrong(row['paid'], row['currency'])

    def parties_of_order(self, row):
        day = parse_instant(row['closed_at']).astimezone(ZONE).date()
        product = row['carrier'], row['product']
        if row['carrier'] not in self.carriers:
            return 'unknown-carrier'
        if row['distributor'] not in self.distributors:
            return 'unknown-distributor'
        if row['manager'] and row['manager'] not in self.managers:
            return 'unknown-manager'
        if product not in self.products:
            return 'unknown-product'
        for versions in (self.products[product], self.distributors[row['distributor']]):
            if held_on(versions, day) is None:
                return 'not-yet-valid'
        if row['manager']:
            outlet = held_on(self.managers[row['manager']], day)
            if held_on(self.outlets[outlet], day) != row['distributor']:
                return 'other-distributor'
        return None

    def take_bill(self, row, business_date):
        if any(not value for value in row.values()):
            return 'missing-value'
        try:
            datetime.date.fromisoformat(row['issued'])
        except ValueError:
            return 'bad-date'
        try:
            parse_month(row['month'])
        except ValueError:
            return 'bad-month'
        for name, least in (('revision', 1), ('minutes', 0), ('megabytes', 0)):
            wrong = self.number_wrong(row[name], least)
            if wrong:
                return wrong
        if row['currency'] not in EXPONENT:
            return 'unknown-currency'
        for name in ('billed', 'tax', 'cash', 'arrears'):
            wrong = self.amount_wrong(row[name], row['currency'])
            if wrong:
                return wrong
        if row['carrier'] not in self.carriers:
            return 'unknown-carrier'
        bill = Bill(row, business_date)
        key = bill.carrier, bill.contract, bill.month, bill.revision
        if key in self.bills:
            return 'duplicate' if self.bills[key].content() == bill.content() else 'conflict'
        self.bills[key] = bill
        self.contract_bills[bill.carrier, bill.contract].append(bill)
        return None

    def take_event(self, row, business_date):
        """Generated ones are right by themselves, but for what is told twice."""
        event = oracle_events.Event(row, business_date)
        key = event.carrier, event.id
        if key in self.events:
            return 'duplicate' if self.events[key].content() == event.content() else 'conflict'
        self.events[key] = event
        self.order_events[event.carrier, event.order_id, event.line].append(event)
        return None


def highest(revisions):
    return max(revisions, key=lambda order: order.revision)


def yes(value):
    return value in (True, 'true', 'yes', '1')


def held_on(versions, day, seen_by=None):
    """What a party's versions say for a day: the last one that holds from it or before."""
    known = [v for v in versions if v[0] <= day and (seen_by is None or v[1] <= seen_by)]
    return max(known, key=lambda v: (v[0], v[1]))[2] if known else None


# --- policies (5) ----------------------------------------------------------------------------
class Policy:
    def __init__(self, data):
        self.data = data
        self.carrier, self.version = data['carrier'], data['version']
        self.currency = data.get('currency', 'CNY')
        self.exponent = EXPONENT[self.currency]
        self.rounding = data.get('rounding', 'half-up')
        self.closing = interval(data['closing'], datetime.date.fromisoformat)
        tax = data.get('tax', {'rate': '0%', 'included': True})
        self.tax = rate(tax['rate'])
        self.tax_included = tax['included'] in (True, 'true')
        self.invoice = data.get('invoice', {'cycle': 'none'})
        self.groups = data.get('groups', {})
        self.rules = [Rule(self, place, each) for place, each in enumerate(data['rules'])]

    def money(self, text):
        return money(text, self.exponent)

    def pay(self, text, base):
        """What a pay term gives of a base, exact: a rate of it, or the fixed amount."""
        return rate(text) * base if text.endswith('%') else Fraction(self.money(text))

    def round(self, exact):
        return rounded(exact, self.rounding)


class Rule:
    def __init__(self, policy, place, data):
        self.policy, self.place, self.data = policy, place, data
        self.kind = next(kind for kind in KINDS if kind in data)
        self.id = data[self.kind]
        self.group = data.get('group', NO_GROUP)
        wanted = data.get('for', {})
        self.wanted = {key: wanted.get(key) for key in (
            'product', 'class', 'region', 'channel', 'distributor', 'distributor-group')}
        self.amount = interval(wanted['amount'], policy.money) if 'amount' in wanted else None
        self.quantity = interval(wanted['quantity'], int) if 'quantity' in wanted else None
        self.tier = interval(wanted['tier'], int) if 'tier' in wanted else None
        first = wanted.get('first-order')
        self.first = None if first is None else first in (True, 'true')

    def get(self, key, default=None):
        return self.data.get(key, default)

    def matches(self, order, product_class, tier):
        wanted = self.wanted
        for key, value in (('product', order.product), ('class', product_class),
                           ('region', order.region), ('channel', order.channel),
                           ('distributor', order.distributor)):
            if wanted[key] is not None and value not in wanted[key]:
                return False
        if wanted['distributor-group'] is not None and not any(
                order.distributor in self.policy.groups[name]
                for name in wanted['distributor-group']):
            return False
        for bounds, value in ((self.amount, order.paid), (self.quantity, order.quantity),
                              (self.tier, tier)):
            if bounds is not None and not holds(bounds, value):
                return False
        return self.first is None or self.first == order.first


def band(bands, value, read):
    """The pay term whose interval holds the value, or None."""
    for text, pay in bands.items():
        if holds(interval(text, read), value):
            return pay
    return None


# --- the world: facts and policies, as of a day ----------------------------------------------
class World:
    def __init__(self, facts, policies):
        self.facts = facts
        self.policies = [Policy(data) for data in policies]
        self.matched, self.spans, self.now = {}, {}, {}
        self.ticks = sorted({version[1] for table in (
            facts.products, facts.sales, facts.distributors, facts.status, facts.managers, facts.outlets)
            for versions in table.values() for version in versions})

    def policy_of(self, carrier, day):
        found = [p for p in self.policies if p.carrier == carrier and holds(p.closing, day)]
        if len(found) > 1:
            raise ValueError(f'two versions of {carrier} hold on {day}')
        return found[0] if found else None

    def terms_on(self, carrier, day):
        """The version that holds on a day, or else the last one that did (13.9)."""
        begun = [p for p in self.policies if p.carrier == carrier and (p.closing[0] or datetime.date.min) <= day]
        return max(begun, key=lambda p: p.closing[0] or datetime.date.min) if begun else None

    # what is known on a day
    def orders(self, day):
        """The revisions that hold of all orders."""
        if day not in self.now:
            self.now = {day: [order for revisions in self.facts.orders.values() for order in revisions.values()
                              if self.known(order, day)]}
        return self.now[day]

    def known(self, order, day):
        """Whether this revision is the one that holds, and was not withdrawn."""
        if order.seen > day or order.withdrawn:
            return False
        revisions = self.facts.orders[order.key]
        return len(revisions) == 1 or order is highest(r for r in revisions.values() if r.seen <= day)

    def product_class(self, order, day=None):
        return held_on(self.facts.products[order.carrier, order.product], order.day, day) or ''

    def settled_under(self, order, day):
        """(its policy, None), or (None, why nothing is earned): 13.13, 14.10."""
        policy = self.policy_of(order.carrier, order.day)
        if policy is None:
            return None, 'no-policy'
        if policy.currency != order.currency:
            return None, 'currency'
        status = self.facts.status
        if (held_on(status['carriers', order.carrier], order.day, day) != 'active'
                or held_on(status['distributors', order.distributor], order.day, day) not in (None, 'active')):
            return None, 'not-active'
        first, last = held_on(self.facts.sales[order.carrier, order.product], order.day, day) or ('', '9')
        return (policy, None) if first <= str(order.day) <= last else (None, 'not-sold')

    def rules(self, order, day):
        """The first rule of its version that matches per kind and group (5), as known on a day; None: it is settled
        under none."""
        policy, _ = self.settled_under(order, day)
        return policy and self.matching(policy, order, day)

    def matching(self, policy, order, day):
        """The first rule per kind and group of any version."""
        key = order, policy, bisect.bisect_right(self.ticks, day)
        if key not in self.matched:
            tier = held_on(self.facts.distributors[order.distributor], order.day, day) or 0
            product_class = self.product_class(order, day)
            found, taken = [], set()
            for rule in policy.rules:
                if (rule.kind, rule.group) not in taken and rule.matches(order, product_class, tier):
                    taken.add((rule.kind, rule.group))
                    found.append(rule)
            self.matched[key] = found
        return self.matched[key]

    def own_months(self, order, day):
        """The months whose bills of the contract are this order's, (first or None, last or None); None: no month. The
        first-closed of its currency has them, until an order that closed after a cancellation begins it anew (13.8)."""
        if not order.contract:
            return None
        known = sorted((o for o in self.facts.by_contract[order.carrier, order.contract]
                        if o.currency == order.currency and self.known(o, day)), key=lambda o: (o.closed, o.number))
        spans = [[known[0], None, None]]
        for other in known[1:]:
            if self.left(spans[-1][0], other.day, day):
                spans[-1][2] = other.month - 1
                spans.append([other, other.month, None])
        return next(((first, last) for holder, first, last in spans if holder is order), None)

    def left(self, order, before, day):
        """Whether the contract's order was cancelled or ported out before a day, whatever a policy makes of it."""
        return any(e.kind in ('cancel', 'port-out') and e.day < before for e in self.events(order, day))

    def bills(self, order, day):
        """Month -> the revisions known on a day that serve the order, ascending."""
        out, months = defaultdict(list), self.own_months(order, day)
        if months:
            for bill in self.facts.contract_bills.get((order.carrier, order.contract), ()):
                if bill.seen <= day and bill.currency == order.currency and holds(months, bill.month):
                    out[bill.month].append(bill)
        for revisions in out.values():
            revisions.sort(key=lambda b: b.revision)
        return out

    def ended(self, order, day):
        """From which day on the order's distributor has ended, as known on a day; None: it has not."""
        known = sorted(v for v in self.facts.status['distributors', order.distributor] if v[1] <= day)
        from_day = None
        for start, _, status in known:
            from_day = (from_day or start) if status == 'ended' else None
        return from_day

    def events(self, order, day):
        """What counts of what happened to it."""
        mine = [e for e in self.facts.order_events.get(order.key[:3], ())
                if e.seen <= day and (e.kind == 'reinstate' or self.order_of(e, day) is order)]
        return oracle_events.within_paid(order, oracle_events.in_force(mine))

    def order_of(self, event, day):
        """The one order that it can mean: closed not after it, paid in its currency; None: it waits (2)."""
        found = [order for key in self.facts.by_id[event.carrier, event.order_id, event.line]
                 for order in self.facts.orders[key].values()
                 if self.known(order, day) and order.day <= event.day and event.closed_month in (None, order.month)
                 and event.currency in ('', order.currency)]
        return found[0] if len(found) == 1 else None

    def targets(self, order, day):
        """(rule id, item) -> minor units that an order should have earned in all as of a day, by itself."""
        if not self.known(order, day):
            return {}
        return {(slot.rule.id, slot.item): slot.target
                for slot in oracle_terms.order_slots(self, order, day, self.events(order, day))}

    def days_to_look(self, order, until):
        """The days on which a target of the order can change, or what it adds to a window."""
        facts = self.facts
        days = {order.seen} | {e.seen for e in facts.order_events.get(order.key[:3], ())}
        for table, code in ((facts.products, (order.carrier, order.product)), (facts.distributors, order.distributor),
                            (facts.sales, (order.carrier, order.product)), (facts.managers, order.manager),
                            (facts.status, ('distributors', order.distributor))):
            days |= {version[1] for version in table.get(code, ())}
        if order.contract:
            for other in facts.by_contract[order.carrier, order.contract]:
                days |= {other.seen} | {e.seen for e in facts.order_events.get(other.key[:3], ())}
            days |= {b.seen for b in facts.contract_bills.get((order.carrier, order.contract), ())}
        for rule in self.rules(order, until) or ():
            if rule.kind == 'upfront':
                days.add(upfront_day(rule, order))
            elif rule.kind == 'deferred':
                days |= {due_day(terms, order, later) for terms in rule.data['instalments']
                         for later in range(attempts(terms))}
        return sorted({max(day, order.seen) for day in days if max(day, order.seen) <= until})

    def counted(self, order, day, events):
        """(rule, scope code, last month of the window, measure) of each window that the order counts in (13.9)."""
        policy, _ = self.settled_under(order, day)
        for size in WINDOWS if policy else ():
            end = window_end(size, order.month)
            terms = self.terms_on(order.carrier, day_in_month(end, 31))
            if terms.currency != order.currency:
                continue
            for rule in self.matching(terms, order, day):
                if rule.kind == 'volume-bonus' and rule.data['window'] == size:
                    code = self.scope_code(rule, order, day)
                    if code is not None:
                        yield rule, code, end, oracle_events.measure(rule, order, events)

    def windows(self, until):
        """(rule, distributor, scope code, last month) -> [(day, closing month, change of the measure)]."""
        out = defaultdict(list)
        for order in self.orders(until):
            before = {}
            for day in self.days_to_look(order, until):
                now = {each[:3]: each[3] for each in self.counted(order, day, self.events(order, day))}
                for key in before.keys() | now.keys():
                    change = now.get(key, 0) - before.get(key, 0)
                    if change:
                        rule, code, end = key
                        out[rule, order.distributor, code, end].append((day, order.month, change))
                before = now
        return out

    def scope_code(self, rule, order, day):
        """'' for the distributor, or the outlet or manager, as known on a day; None: in none."""
        scope = rule.get('scope', 'distributor')
        if scope == 'distributor':
            return ''
        if not order.manager:
            return None
        if scope == 'manager':
            return order.manager
        return held_on(self.facts.managers[order.manager], order.day, day)

    def transfers(self, until):
        """What each night up to a day posts, if every business date ran: of orders that do not depend on each other,
        without revisions."""
        out = []
        for order in self.orders(until):
            slots, kept = {}, defaultdict(int)
            for day in self.days_to_look(order, until):
                now = {(slot.rule, slot.item): slot for slot in oracle_terms.order_slots(
                    self, order, day, self.events(order, day))}
                for key in sorted(now.keys() | slots.keys(), key=lambda key: (key[0].place, key[1])):
                    slot = now.get(key) or slots[key]
                    stands = now[key].target if key in now else 0
                    change, at_source = stands - (slots[key].target if key in slots else 0), 0
                    if change > 0 and yes(slot.rule.get('withheld')):
                        # kept at source once; what is earned again beyond it is given back (14.32)
                        at_source = max(0, stands - kept[key])
                        kept[key] += at_source
                    for part, withheld in ((at_source, True), (change - at_source, False)):
                        if part:
                            out.append(Transfer(day, order.carrier, order.distributor, slot.rule,
                                                self.product_class(order, day), order.id, slot.item, part,
                                                slot.origin, withheld))
                slots = now
        for (rule, distributor, code, end), changes in self.windows(until).items():
            last = day_in_month(end, 31)
            days = {day for day, _, _ in changes} | {last}
            if rule.get('paid', 'at-end') == 'at-end':
                days = {max(day, last) for day in days}
            posted = {}
            for day in sorted(d for d in days if d <= until):
                months = defaultdict(int)
                for seen, month, change in changes:
                    months[month] += change if seen <= day else 0
                now = dict(window_parts(rule, end, months))
                for month in sorted(now.keys() | posted.keys()):
                    change = now.get(month, 0) - posted.get(month, 0)
                    if change:
                        out.append(Transfer(day, rule.policy.carrier, distributor, rule, '',
                                            window_subject(rule, code, end), 0, change, month))
                posted = now
        out.sort(key=lambda t: t.day)
        return out


def window_parts(rule, end, months):
    """(origin, what it earns) of a window, given what was measured of each of its closing months: as a whole in its
    last month, or, paid progressively, month by month what they add to those before (13.2)."""
    if rule.get('paid', 'at-end') == 'at-end':
        yield end, volume(rule, sum(months.values()))
        return
    before = measure = 0
    for month in sorted(months):
        measure += months[month]
        earned = volume(rule, measure)
        yield month, earned - before
        before = earned


def window_subject(rule, code, end):
    return f'window {show_month(end)}' + (f' {rule.get("scope")}:{code}' if code else '')


class Transfer:
    def __init__(self, day, carrier, distributor, rule, product_class, subject, item, amount, origin,
                 withheld=False):
        self.day, self.carrier, self.distributor, self.rule = day, carrier, distributor, rule
        self.product_class, self.subject, self.item, self.amount = product_class, subject, item, amount
        self.origin, self.withheld = origin, withheld


def period_of(transfer, closings):
    """The origin while it is open, else the oldest open period after it. closings: (day, months
    closed behind that day's night)."""
    closed = [month for day, months in closings if day < transfer.day for month in months]
    return max(transfer.origin, max(closed) + 1) if closed else transfer.origin


# --- the four kinds (5.1 to 5.4) -------------------------------------------------------------
def test_holds(policy, test, bill):
    if 'minutes' in test:
        return holds(interval(test['minutes'], int), bill.minutes)
    if 'megabytes' in test:
        return holds(interval(test['megabytes'], int), bill.megabytes)
    if 'bill' in test:
        return holds(interval(test['bill'], policy.money), bill.base(test.get('base', 'billed')))
    if 'no-arrears' in test:
        return (bill.arrears == 0) == (test['no-arrears'] in (True, 'true'))
    raise ValueError(test)


def deciding_bill(revisions, due):
    """13.7: the last issued up to the due day, else the first issued after it; without a due day
    the highest."""
    if not revisions:
        return None
    if due is None:
        return revisions[-1]
    in_time = [bill for bill in revisions if bill.issued <= due]
    return in_time[-1] if in_time else min(revisions, key=lambda b: (b.issued, b.revision))


def months_together(bills):
    """The bills of several months added up, as one."""
    together = copy.copy(bills[0])
    for name in ('billed', 'cash', 'arrears', 'minutes', 'megabytes'):
        setattr(together, name, sum(getattr(bill, name) for bill in bills))
    return together


def condition_months(condition, after, later=0):
    """The contract months a condition names; after: N of T+N; those that follow the instalment move with
    a later attempt."""
    if 'month' in condition:
        return [int(condition['month'])]
    text = condition.get('each-month', condition.get('months-together'))
    if text == 'so-far':
        return list(range(0, after + later))
    if text.startswith('last '):
        return list(range(after + later - int(text.split()[1]), after + later))
    first, last = interval(text, int)
    return list(range(first, last + 1))


def conditions_met(rule, conditions, order, bills, due, after=None, later=0, seen=None):
    """later: months that this attempt is after the instalment's first; seen, if given, takes the issue
    days of the bills that decide."""
    for condition in conditions:
        if isinstance(condition, str):  # looks at events
            continue
        found = [deciding_bill(bills.get(order.month + number), due)
                 for number in condition_months(condition, after, later)]
        if None in found:
            return False
        if seen is not None:
            seen += [bill.issued for bill in found]
        if 'months-together' in condition:
            found = [months_together(found)]
        for bill in found:
            if 'any' in condition:
                if not any(test_holds(rule.policy, test, bill) for test in condition['any']):
                    return False
            elif not all(test_holds(rule.policy, test, bill) for test in condition.get('all', ())):
                return False
    return True


def upfront_day(rule, order):
    return order.day + datetime.timedelta(days=int(rule.get('active-days', 0)))


def upfront_amount(rule, pay, order, left):
    policy = rule.policy
    if pay.endswith('%'):
        base = left
        exact = rate(pay) * base
    else:
        base, exact = order.quantity, Fraction(policy.money(pay)) * order.quantity
    minor = policy.round(exact)
    if base != 0 and 'floor' in rule.data:
        minor = max(minor, policy.money(rule.data['floor']))
    if 'cap' in rule.data:
        minor = min(minor, policy.money(rule.data['cap']))
    return minor


def upfront(rule, order, bills, day, events):
    """(earned, left of it)."""
    policy, look = rule.policy, upfront_day(rule, order)
    if day < look:
        return 0, 0
    if look > order.day and (not oracle_events.active(policy, events, look)
                             or oracle_events.stopped(policy, events, look)):
        return 0, 0
    seen, wanted = [look], rule.get('if', ())
    if not conditions_met(rule, wanted, order, bills, None, seen=seen):
        return 0, 0
    if ('active' in wanted and not oracle_events.active(policy, events, max(seen))
            or 'no-refund' in wanted
            and any(e.kind == 'refund' and e.day <= max(seen) for e in events)):
        return 0, 0
    pay = rule.get('pay')
    if 'by-amount' in rule.data:
        pay = band(rule.data['by-amount'], order.paid, policy.money)
        if pay is None:
            return 0, 0
    left = order.paid - oracle_events.lowered(rule, order, events)
    return upfront_amount(rule, pay, order, order.paid), oracle_events.keep(
        rule, order, events, upfront_amount(rule, pay, order, left))


def due_day(terms, order, later=0):
    months = int(terms['after'].split()[0]) + later
    return day_in_month(order.month + months, int(terms['day']))


def attempts(terms):
    """How often an instalment is tried."""
    first = int(terms['after'].split()[0])
    return int(terms.get('retry-until', terms['after']).split()[0]) - first + 1


def instalment(rule, terms, order, bills, day, events, end):
    """The first attempt that is met pays (14.30): (how many months after the first one, (earned, left of it)), or
    None. end: the day on which the distributor ended."""
    for later in range(attempts(terms)):
        pays = attempt(rule, terms, later, order, bills, day, events, end)
        if pays is not None:
            return later, pays
    return None


def attempt(rule, terms, later, order, bills, day, events, end):
    """What it pays, or None if it is not met."""
    policy, due = rule.policy, due_day(terms, order, later)
    after, wanted = int(terms['after'].split()[0]), terms.get('if', ())
    if ('active' in wanted and not oracle_events.active(policy, events, due)
            or 'no-refund' in wanted and any(e.kind == 'refund' and e.day <= due for e in events)
            or oracle_events.stopped(policy, events, due) or ended(policy, end, due)):
        return None
    if day < due or not conditions_met(rule, wanted, order, bills, due, after, later):
        return None
    pay = terms.get('pay')
    if 'by-bill' in terms:
        by_bill = terms['by-bill']
        bill = deciding_bill(bills.get(order.month + int(by_bill['month'])), due)
        if bill is None:
            return None
        pay = band(by_bill['bands'], bill.base(by_bill.get('base', 'billed')), policy.money)
        if pay is None:
            return 0, 0
    back = oracle_events.lowered(rule, order, events, due) if pay.endswith('%') else 0
    minor = policy.round(policy.pay(pay, order.paid - back))
    in_time = sum(part for event, part in oracle_events.parts(order, events) if event.day <= due)
    earned = max(minor, policy.round(policy.pay(pay, order.paid - in_time)))
    return earned, oracle_events.keep(rule, order, events, minor)


def ended(policy, end, day):
    """The distributor had ended by then, and the policy stops what falls due (14.38)."""
    return policy.data.get('after-distributor-ended') == 'stop' and end is not None and day >= end


def left_of_share(rule, order, events, number, minor, end):
    """(earned, left of it) of what the bill of a contract month gives."""
    year, index = divmod(order.month + number, 12)
    first = datetime.date(year, index + 1, 1)
    if oracle_events.stopped(rule.policy, events, first) or ended(rule.policy, end, first):
        minor = 0
    return minor, oracle_events.keep(rule, order, events, minor)


def revenue_share(rule, order, bills):
    """Contract month -> minor units. Caps in the order of contract months (13.8)."""
    policy, out = rule.policy, {}
    low, high = interval(rule.data['months'], int)
    left = policy.money(rule.data['life-cap']) if 'life-cap' in rule.data else None
    for month in sorted(bills):
        number = month - order.month
        if number < 0 or not holds((low, high), number):
            continue
        base = max(0, bills[month][-1].base(rule.data['base']))
        if 'by-month' in rule.data:
            pay = band(rule.data['by-month'], number, int)
        elif 'by-size' in rule.data:
            pay = band(rule.data['by-size'], base, policy.money)
        else:
            pay = rule.data['rate']
        exact = Fraction(base)
        if 'net-of-tax' in rule.data:
            exact = exact / (1 + rate(rule.data['net-of-tax']))
        minor = policy.round(rate(pay) * exact) if pay is not None else 0
        if 'cap' in rule.data:
            minor = min(minor, policy.money(rule.data['cap']))
        if left is not None:
            minor = min(minor, left)
            left -= minor
        out[number] = minor
    return out


def window_end(window, month):
    size = WINDOWS[window]
    return month // size * size + size - 1


def volume(rule, measure):
    """What a measure earns (13.9)."""
    policy, data = rule.policy, rule.data
    on_amount = rule.get('measure') == 'amount'
    read = policy.money if on_amount else int
    tiers = sorted((interval(text, read)[0], pay) for text, pay in data['tiers'].items())
    reached = [(start, pay) for start, pay in tiers if measure >= start]
    if not reached:
        return 0
    if data['mode'] == 'lump':
        sums = [policy.money(pay) for _, pay in reached]
        return sum(sums) if data.get('higher-tiers') == 'add' else sums[-1]
    each = (lambda pay: rate(pay)) if on_amount else (lambda pay: Fraction(policy.money(pay)))
    if data['mode'] == 'whole':
        return policy.round(each(reached[-1][1]) * measure)
    exact = Fraction(0)
    for place, (start, pay) in enumerate(reached):
        top = reached[place + 1][0] if place + 1 < len(reached) else None
        if on_amount:
            part = (measure if top is None else top) - start
        else:
            part = (measure if top is None else top - 1) - (start - 1)
        exact += each(pay) * part
    return policy.round(exact)


# --- totals and invoices (8) -----------------------------------------------------------------
def nets(transfers):
    """(carrier, distributor, kind, rule, subject, item) -> minor units, no zeros."""
    out = defaultdict(int)
    for t in transfers:
        out[t.carrier, t.distributor, t.rule.kind, t.rule.id, t.subject, t.item] += t.amount
    return {key: minor for key, minor in out.items() if minor}


def balances(transfers):
    """(carrier, distributor, currency, account) -> minor units, debit positive, before any invoice is
    issued (7)."""
    out = defaultdict(int)
    for t in transfers:
        key = t.carrier, t.distributor, t.rule.policy.currency
        out[(*key, 'carrier')] += t.amount
        out[(*key, 'withheld' if t.withheld else 'distributor')] -= t.amount
    return {key: minor for key, minor in out.items() if minor}


def cycle_ends(terms, day):
    cycle = terms.get('cycle', 'none')
    if cycle == 'daily':
        return True
    if cycle == 'weekly':
        return day.isoweekday() == int(terms['cut-off-day'])
    return cycle == 'monthly' and day == day_in_month(month_of(day), int(terms['cut-off-day']))


class Line:
    def __init__(self, kind, product_class, taken_back, withheld, included):
        self.kind, self.product_class, self.taken_back = kind, product_class, taken_back
        self.withheld, self.included = withheld, included
        self.amount = self.count = 0

    def finish(self, tax_rate):
        if self.included:
            self.gross = self.amount
            self.tax = rounded(Fraction(self.gross) * tax_rate / (1 + tax_rate), 'half-up')
            self.net = self.gross - self.tax
        else:
            self.net = self.amount
            self.tax = rounded(Fraction(self.net) * tax_rate, 'half-up')
            self.gross = self.net + self.tax


class Invoice:
    def __init__(self, carrier, distributor, currency, tax_rate, cut_off, transfers, brought=0):
        self.carrier, self.distributor, self.currency = carrier, distributor, currency
        self.tax_rate, self.cut_off, self.transfers = tax_rate, cut_off, transfers
        lines = {}
        for t in transfers:
            product_class = '' if t.rule.kind == 'volume-bonus' else t.product_class
            key = (KINDS.index(t.rule.kind), product_class, t.amount < 0, t.withheld,
                   t.rule.policy.tax_included)
            if key not in lines:
                lines[key] = Line(t.rule.kind, *key[1:])
            lines[key].amount += t.amount
            lines[key].count += 1
        self.lines = [lines[key] for key in sorted(lines)]
        for line in self.lines:
            line.finish(tax_rate)
        self.net, self.tax, self.gross = (
            sum(getattr(line, part) for line in self.lines) for part in ('net', 'tax', 'gross'))
        # What was kept at source is the policy's amount; tax on top of it is still to be paid (14.18).
        self.withheld = sum(line.amount for line in self.lines if line.withheld)
        # A debt that the invoice before left on the account comes off what is to be paid (14.45).
        # Where that makes it negative the tax alone is paid, or nothing; a credit note takes all of it back.
        owed = sum(line.amount for line in self.lines if not line.withheld) + brought
        added = sum(line.tax for line in self.lines if not line.included)
        self.payable = owed + added if self.gross < 0 else max(max(owed, 0) + added, 0)
        self.leaves = self.gross - self.withheld + brought - self.payable


def invoices(world, transfers, first, until):
    """The invoices drafted and the transfers that are on none, if every date from first ran."""
    waiting, left, out = defaultdict(list), defaultdict(int), []
    by_day = defaultdict(list)
    for t in transfers:
        by_day[t.day].append(t)
    carriers = sorted({p.carrier for p in world.policies})
    day = first
    while day <= until:
        for t in by_day[day]:
            policy = t.rule.policy
            waiting[t.carrier, t.distributor, policy.currency, policy.tax].append(t)
        for carrier in carriers:
            policy = invoicing_policy(world, carrier, day)
            if policy is None or not cycle_ends(policy.invoice, day):
                continue
            minimum = policy.money(policy.invoice.get('minimum', '0'))
            for key in sorted(key for key in waiting if key[0] == carrier and waiting[key]):
                invoice = Invoice(*key, day, waiting[key], left[key])
                note = policy.invoice.get('negative') == 'credit-note' and invoice.gross < 0
                if note or invoice.gross > 0 and invoice.gross >= minimum:
                    out.append(invoice)
                    waiting[key], left[key] = [], invoice.leaves
        day += datetime.timedelta(days=1)
    return out, [t for left in waiting.values() for t in left]


def invoicing_policy(world, carrier, day):
    """14.2: the version that holds on the day, else the latest before."""
    mine = [p for p in world.policies if p.carrier == carrier
            and (p.closing[0] is None or p.closing[0] <= day)]
    return max(mine, key=lambda p: p.closing[0] or datetime.date.min) if mine else None
