"""Terms by which an amount depends on other orders, or waits: what every slot stands at as of a day, as plainly as
can be (docs/semantics.md 5.5, 5.6, 13.10, 13.11, 14.33 to 14.36). Everything is worked out from nothing for all orders of
a distributor; nothing is remembered from night to night."""
import datetime
from collections import defaultdict

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
    """What one rule gives for an order (item: instalment, contract month) or a window."""

    def __init__(self, rule, place, earned, target, origin, start):
        self.rule, self.place = rule, place
        self.earned, self.target, self.origin, self.start = earned, target, origin, start
        self.order, self.window, self.item = None, None, 0


def yes(value):
    return value in (True, 'true')


def awaits(rule):
    """Pay-when-paid, by the rule or else the policy."""
    return yes(rule.get('pay-when-paid', rule.policy.data.get('pay-when-paid', 'false')))


def order_slots(world, order, day, events):
    """All slots of an order, given the events that count."""
    bills, out = world.bills(order, day), []
    for rule in world.rules(order):
        place, notes, amounts = rule.policy.rules.index(rule), {'ended': world.ended(order, day)}, {}
        if rule.kind == 'upfront':
            amounts[0] = so.upfront(rule, order, bills, day, events, notes)
        elif rule.kind == 'deferred':
            for number, terms in enumerate(rule.data['instalments'], 1):
                item, minor = so.instalment(rule, terms, number, order, bills, day, events, notes)
                amounts[item] = minor
        elif rule.kind == 'revenue-share':
            for number, minor in so.revenue_share(rule, order, bills).items():
                amounts[number] = so.left_of_share(rule, order, events, number, minor, notes)
        for item, minor in amounts.items():
            if minor == 0:
                continue
            slot = Slot(rule, place, notes['earned', rule.id, item], minor, so.origin(rule, order, item), order.day)
            slot.order, slot.item = order, item
            out.append(slot)
    return out


def tolerated(world, day):
    """Orders whose findings act as none: beyond what is allowed the dearest act, of equals the one that closed
    later, then that of the higher id."""
    lines, found = defaultdict(int), defaultdict(list)
    for order in world.facts.orders.values():
        if order.seen > day or world.rules(order) is None:
            continue
        policy = world.policy_of(order.carrier, order.day)
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
        out |= {(f[3].carrier, f[3].id) for f in findings[acting:]}
    return out


def windows(world, day, innocent):
    """The slots of all volume windows that are over, or paid each night."""
    measures, out = defaultdict(int), []
    for order in world.facts.orders.values():
        if order.seen > day:
            continue
        for rule in world.rules(order) or ():
            if rule.kind != 'volume-bonus':
                continue
            code = world.scope_code(rule, order, day)
            if code is None:
                continue
            end = so.window_end(rule.data['window'], order.month)
            events = world.events(order, day)
            if (order.carrier, order.id) in innocent:
                events = [e for e in events if e.kind != 'fraud']
            measures[rule, order.distributor, code, end] += oracle_events.measure(rule, order, events)
    for (rule, distributor, code, end), measure in measures.items():
        last = so.day_in_month(end, 31)
        if rule.get('paid', 'at-end') == 'at-end' and last > day:
            continue
        minor = so.volume(rule, measure)
        if minor:
            slot = Slot(rule, rule.policy.rules.index(rule), minor, minor, end, last)
            slot.window = distributor, code, end
            out.append(slot)
    return out


def turn(slot):
    """Orders by origin, closing time, id, rule and item; windows behind them, by end, scope and rule."""
    if slot.window:
        scope = ('distributor', 'outlet', 'manager').index(slot.rule.get('scope', 'distributor'))
        return (1, slot.origin, slot.rule.policy.closing[0] or datetime.date.min, slot.rule.policy.carrier, scope,
                slot.window[1].encode(), slot.place)
    return 0, slot.origin, slot.order.closed, slot.order.number, slot.place, slot.item


def cut(slots):
    """Ceilings: the rule's, then the policy's over what that left."""
    room = {}
    for slot in slots:
        for owner, data in ((slot.rule, slot.rule.data), (slot.rule.policy, slot.rule.policy.data)):
            if 'ceiling' not in data:
                continue
            key = owner, so.window_end(data['ceiling']['window'], slot.origin)
            left = room.setdefault(key, slot.rule.policy.money(data['ceiling']['amount']))
            kept = min(slot.target, left)
            room[key] -= kept
            slot.earned -= slot.target - kept
            slot.target = kept


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
        slot.at_source = slot.target - back if yes(slot.rule.get('withheld', 'false')) else 0
        slot.held = 0 if released else back
        if awaits(slot.rule):
            payable = slot.target - slot.at_source - slot.held
            key = policy.carrier, policy.currency, slot.origin
            freed = min(payable, max(0, money.get(key, 0)))
            money[key] = money.get(key, 0) - freed
            slot.held += payable - freed


def slots_as_of(world, day):
    """(carrier, distributor, kind, version, rule, subject, item) -> Slot, of all that stand at something."""
    innocent = tolerated(world, day)
    slots = defaultdict(list)  # distributor ->
    for order in world.facts.orders.values():
        if order.seen > day or world.rules(order) is None:
            continue
        events = world.events(order, day)
        if (order.carrier, order.id) in innocent:
            events = [e for e in events if e.kind != 'fraud']
        slots[order.distributor] += order_slots(world, order, day, events)
    for slot in windows(world, day, innocent):
        slots[slot.window[0]].append(slot)
    money = defaultdict(lambda: defaultdict(int))
    for receipt in world.facts.receipts.values():
        if receipt.seen <= day:
            money[receipt.distributor][receipt.carrier, receipt.currency, receipt.month] += receipt.amount
    out = {}
    for distributor, mine in slots.items():
        mine.sort(key=turn)
        cut(mine)
        divide(mine, money[distributor], day)
        for slot in mine:
            if slot.target == 0:
                continue
            policy = slot.rule.policy
            subject = slot.order.id if slot.order else f'window {so.show_month(slot.window[2])}' + (
                f' {slot.rule.get("scope")}:{slot.window[1]}' if slot.window[1] else '')
            out[policy.carrier, distributor, slot.rule.kind, policy.version, slot.rule.id, subject,
                slot.item] = slot
    return out


def standings(world, day):
    """The same keys -> (stands at in all, of it held)."""
    return {key: (slot.target, slot.held) for key, slot in slots_as_of(world, day).items()}


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
        now = slots_as_of(world, day)
        for key in sorted(set(now) | set(legs), key=str):
            slot = now.get(key)
            if slot:
                rules[key] = slot.rule, world.product_class(slot.order) if slot.order else ''
            rule, product_class = rules[key]
            wanted = (slot.at_source, slot.target - slot.at_source - slot.held, slot.held) if slot else (0, 0, 0)
            for debit, credit, amount in moves_of(yes(rule.get('withheld', 'false')), wanted, legs[key]):
                at = key[0], key[1], rule.policy.currency
                balances[(*at, debit)] += amount
                balances[(*at, credit)] -= amount
                if credit in ('distributor', 'withheld') or debit == 'distributor':
                    transfers.append(so.Transfer(day, key[0], key[1], rule, product_class, key[5], key[6],
                                                 -amount if debit == 'distributor' else amount,
                                                 credit == 'withheld'))
        day += DAY
    return transfers, {key: minor for key, minor in balances.items() if minor}
