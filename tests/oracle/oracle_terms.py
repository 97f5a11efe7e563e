"""Terms by which an amount depends on other orders, or waits: what every slot stands at as of a day, as plainly as
can be (docs/semantics.md 5.5, 5.6, 13.10, 13.11, 14.33 to 14.36). Everything is worked out from nothing for all orders of
a distributor; nothing is remembered from night to night."""
import datetime
from collections import defaultdict, namedtuple

import oracle_events
import settle_oracle as so

DAY = datetime.timedelta(days=1)


class Receipt:
    def __init__(self, row, business_date):
        self.carrier, self.id, self.distributor = row['carrier'], row['receipt_id'], row['distributor']
        self.month, self.currency = so.parse_month(row['month']), row['currency']
        self.amount = so.money(row['amount'], so.EXPONENT[row['currency']])
        self.seen = business_date

    def content(self):
        return self.distributor, self.month, self.currency, self.amount


def take_receipt(facts, row, business_date):
    receipt = Receipt(row, business_date)
    key = receipt.carrier, receipt.id
    if key in facts.receipts:
        return 'duplicate' if facts.receipts[key].content() == receipt.content() else 'conflict'
    facts.receipts[key] = receipt
    return None


class Slot:
    """What one rule gives for an order or a window. item: instalment, contract month; part: the instalment's attempt,
    the month of a bonus that is paid progressively. start: from which a holdback counts."""

    def __init__(self, rule, amounts, origin, start, order=None, window=None, item=0, part=0):
        self.rule, self.origin, self.start = rule, origin, start
        self.earned, self.target = amounts
        self.order, self.window, self.item, self.part = order, window, item, part


# A slot has one origin, whatever happens (13.2): so that stands for its part.
Key = namedtuple('Key', 'carrier distributor kind rule subject item origin')


def key_of(slot):
    subject = slot.order.id if slot.order else so.window_subject(slot.rule, *slot.window[1:])
    if slot.order and slot.order.line:
        subject += ' ' + slot.order.line
    return Key(slot.rule.policy.carrier, slot.order.distributor if slot.order else slot.window[0], slot.rule.kind,
               slot.rule.id, subject, slot.item, slot.origin)


def awaits(rule):
    """Pay-when-paid, by the rule or else the policy."""
    return so.yes(rule.get('pay-when-paid', rule.policy.data.get('pay-when-paid', 'false')))


def order_slots(world, order, day, events):
    """All slots of an order, given the events that count."""
    out, bills, end = [], None, world.ended(order, day)

    def add(rule, item, amounts, origin, part=0):
        if amounts[1]:
            out.append(Slot(rule, amounts, origin, order.day, order=order, item=item, part=part))

    for rule in world.rules(order, day) or ():
        bills = world.bills(order, day) if bills is None else bills
        if rule.kind == 'upfront':
            add(rule, 0, so.upfront(rule, order, bills, day, events), order.month)
        elif rule.kind == 'deferred':
            for number, terms in enumerate(rule.data['instalments'], 1):
                pays = so.instalment(rule, terms, order, bills, day, events, end)
                if pays:
                    add(rule, number, pays[1], so.month_of(so.due_day(terms, order, pays[0])), pays[0])
        elif rule.kind == 'revenue-share':
            for number, minor in so.revenue_share(rule, order, bills).items():
                add(rule, number, so.left_of_share(rule, order, events, number, minor, end), order.month + number)
    return out


def tolerated(world, day):
    """Orders whose findings act as none: beyond what is allowed the dearest act, of equals the one that closed
    later, then that of the higher id."""
    lines, found = defaultdict(int), defaultdict(list)
    for order in world.orders(day):
        if world.settled_under(order, day)[0] is None:
            continue
        policy = world.terms_on(order.carrier, so.day_in_month(order.month, 31))
        if 'fraud-tolerance' not in policy.data:
            continue
        key = order.distributor, policy, order.month
        lines[key] += 1
        events = world.events(order, day)
        if any(e.kind == 'fraud' for e in events):
            innocent = [e for e in events if e.kind != 'fraud']
            total = sum(slot.target for slot in order_slots(world, order, day, innocent))
            found[key].append((total, order.closed, order.number, order))
    out = set()
    for key, findings in found.items():
        terms = key[1].data['fraud-tolerance']
        share = so.rate(terms['share']) * lines[key]
        allowed = max(share.numerator // share.denominator, int(terms.get('count', 0)))
        findings.sort(key=lambda f: f[:3], reverse=True)
        acting = max(0, len(findings) - allowed)
        out |= {f[3] for f in findings[acting:]}
    return out


def events_that_act(world, order, day, innocent):
    events = world.events(order, day)
    return [e for e in events if e.kind != 'fraud'] if order in innocent else events


def windows(world, day, innocent):
    """The slots of all volume windows that are over, or paid each night."""
    measures, out = defaultdict(lambda: defaultdict(int)), []
    for order in world.orders(day):
        for rule, code, end, measure in world.counted(order, day, events_that_act(world, order, day, innocent)):
            measures[rule, order.distributor, code, end][order.month] += measure
    for (rule, distributor, code, end), months in measures.items():
        last = so.day_in_month(end, 31)
        if rule.get('paid', 'at-end') == 'at-end' and last > day:
            continue
        for month, minor in so.window_parts(rule, end, months):
            if minor:
                out.append(Slot(rule, (minor, minor), month, last, window=(distributor, code, end), part=end - month))
    return out


def turn(slot):
    """Orders by origin, closing time, id, rule and item; windows behind them, by origin, rule (its place in its
    version, then its name), party and end (14.35)."""
    rule = slot.rule
    if slot.window:
        scope = ('distributor', 'outlet', 'manager').index(rule.get('scope', 'distributor'))
        party = scope, slot.window[1].encode()
        return 1, slot.origin, rule.place, rule.id.encode(), *party, slot.window[2]
    return 0, slot.origin, slot.order.closed, slot.order.number, rule.place, slot.item


def cut(slots):
    """Ceilings: the rule's, then the policy's over what that left. Each amount is held against the limit of its own
    version, over all of the carrier's that came before it in the limit's window (13.11)."""
    used = defaultdict(lambda: defaultdict(int))
    for slot in slots:
        policy = slot.rule.policy
        for data, rule in ((slot.rule.data, (slot.rule.kind, slot.rule.id)), (policy.data, None)):
            months = used[policy.carrier, policy.currency, rule]
            if 'ceiling' in data:
                window, limit = data['ceiling']['window'], policy.money(data['ceiling']['amount'])
                end = so.window_end(window, slot.origin)
                before = sum(months[month] for month in range(end - so.WINDOWS[window] + 1, end + 1))
                kept = min(slot.target, max(0, limit - before))
                slot.earned -= slot.target - kept
                slot.target = kept
            months[slot.origin] += slot.target


def divide(slots, money, day):
    """Sets what of each slot was kept at source and what is held. money: (carrier, currency, month) -> minor units
    received."""
    for slot in slots:
        policy, back = slot.rule.policy, 0
        if 'holdback' in slot.rule.data:
            terms = slot.rule.data['holdback']
            back = policy.round(so.rate(terms['share']) * slot.earned)
            back = max(0, back - (slot.earned - slot.target))
            released = day >= slot.start + int(terms['days']) * DAY
        else:
            released = True
        slot.at_source = slot.target - back if so.yes(slot.rule.get('withheld', 'false')) else 0
        slot.held = 0 if released else back
        if awaits(slot.rule):
            payable = slot.target - slot.at_source - slot.held
            key = policy.carrier, policy.currency, slot.origin
            freed = min(payable, max(0, money.get(key, 0)))
            money[key] = money.get(key, 0) - freed
            slot.held += payable - freed


def slots_as_of(world, day):
    """All slots that stand at something."""
    innocent = tolerated(world, day)
    slots = defaultdict(list)  # distributor ->
    for order in world.orders(day):
        slots[order.distributor] += order_slots(world, order, day, events_that_act(world, order, day, innocent))
    for slot in windows(world, day, innocent):
        slots[slot.window[0]].append(slot)
    money = defaultdict(lambda: defaultdict(int))
    for receipt in world.facts.receipts.values():
        if receipt.seen <= day:
            money[receipt.distributor][receipt.carrier, receipt.currency, receipt.month] += receipt.amount
    for distributor, mine in slots.items():
        mine.sort(key=lambda slot: (slot.rule.policy.carrier, turn(slot)))
        cut(mine)
        divide(mine, money[distributor], day)
    return [slot for mine in slots.values() for slot in mine if slot.target]


def by_key(world, day):
    """Key -> Slot."""
    slots = slots_as_of(world, day)
    out = {key_of(slot): slot for slot in slots}
    if len(out) < len(slots):
        raise ValueError('two slots have one key')
    return out


def standings(world, day):
    """Key -> (stands at in all, of it held)."""
    out = defaultdict(lambda: (0, 0))
    for slot in slots_as_of(world, day):
        key = key_of(slot)
        out[key] = out[key][0] + slot.target, out[key][1] + slot.held
    return dict(out)


# --- night by night (7, 14.31 to 14.34) --------------------------------------------------------
def moves_of(withheld, wanted, legs):
    """What a night posts of a slot, as (debit, credit, amount), given what it is to stand at (at source, payable,
    held) and what its legs stand at; legs are brought up to date."""
    at_source, payable, held = wanted
    out = []

    def move(leg, now, up):
        change = now - legs.get(leg, 0)
        if change:
            out.append((*(up if change > 0 else up[::-1]), abs(change)))
        legs[leg] = now

    kept = max(legs.get('main', 0), at_source) if withheld else 0
    straight = legs.get('straight' if withheld else 'main', 0)
    there = legs.get('held', 0) - legs.get('released', 0)
    went, released = legs.get('held', 0), legs.get('released', 0)
    if held >= there:
        went += held - there
    else:
        owed = at_source + payable - (kept + straight + released - legs.get('taken', 0))
        goes = min(there - held, max(0, owed))
        released += goes
        went -= there - held - goes
    rest = at_source + payable - kept - released
    move('main', kept if withheld else max(rest, 0), ('carrier', 'withheld' if withheld else 'distributor'))
    move('held', went, ('carrier', 'held'))
    move('released', released, ('held', 'distributor'))
    move('taken', max(-rest, 0), ('distributor', 'carrier'))
    move('straight', max(rest, 0) if withheld else 0, ('carrier', 'distributor'))
    return out


def nights(world, first, until):
    """What each night posts, if every business date ran: so.Transfer for what concerns invoices, and the balances
    (carrier, distributor, currency, account) -> minor units, debit positive."""
    transfers, balances = [], defaultdict(int)
    legs, rules, day = defaultdict(dict), {}, first
    while day <= until:
        now = by_key(world, day)
        for key in sorted(set(now) | set(legs)):
            slot = now.get(key)
            if slot:
                rules[key] = slot.rule, world.product_class(slot.order) if slot.order else ''
            rule, product_class = rules[key]
            wanted = (slot.at_source, slot.target - slot.at_source - slot.held, slot.held) if slot else (0, 0, 0)
            for debit, credit, amount in moves_of(so.yes(rule.get('withheld', 'false')), wanted, legs[key]):
                at = key.carrier, key.distributor, rule.policy.currency
                balances[(*at, debit)] += amount
                balances[(*at, credit)] -= amount
                if credit in ('distributor', 'withheld') or debit == 'distributor':
                    transfers.append(so.Transfer(day, key.carrier, key.distributor, rule, product_class, key.subject,
                                                 key.item, -amount if debit == 'distributor' else amount,
                                                 key.origin, credit == 'withheld'))
        day += DAY
    return transfers, {key: minor for key, minor in balances.items() if minor}
