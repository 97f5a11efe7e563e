"""What happens to an order after it closed, as plainly as can be (docs/semantics.md 5.5, 13.4 to 13.9, 14.24 to
14.28)."""
import datetime
from fractions import Fraction

import settle_oracle as so

DAY = datetime.timedelta(days=1)


class Event:
    def __init__(self, row, business_date):
        self.carrier, self.id, self.order_id = row['carrier'], row['event_id'], row['order_id']
        self.line, self.currency = row.get('line', ''), row['currency']
        self.closed_month = so.parse_month(row['closed_month']) if row.get('closed_month') else None
        self.whole = row['event'] == 'full-refund'
        self.kind = 'refund' if self.whole else row['event']
        self.at = so.parse_instant(row['at'])
        self.day = self.at.astimezone(so.ZONE).date()
        self.amount = so.money(row['amount'], so.EXPONENT[row['currency']]) if row['amount'] else 0
        self.reinstates = row['reinstates']
        self.seen = max(business_date, self.day)

    def content(self):
        return self.order_id, self.line, self.kind, self.whole, self.at, self.amount, self.reinstates


def in_force(events):
    """Without what was undone, by day."""
    undone = {e.reinstates for e in events if e.kind == 'reinstate'}
    return sorted((e for e in events if e.kind != 'reinstate' and e.id not in undone),
                  key=lambda e: (e.day, e.at, e.kind == 'resume'))


def within_paid(order, events):
    """Without the refunds that do not fit into what is left of what was paid: those count for nothing as a whole."""
    left, closed, out = order.paid, False, []
    for event in events:
        if event.kind == 'refund':
            empty = event.whole and left == 0 and order.paid > 0
            if closed or empty or event.amount > left:
                continue
            closed = event.whole
            left = 0 if event.whole else left - event.amount
        out.append(event)
    return out


def parts(order, events):
    """(event, what it paid back) of the refunds: never more than was left."""
    left, out = order.paid, []
    for event in events:
        if event.kind == 'refund':
            part = left if event.whole else min(event.amount, left)
            left -= part
            out.append((event, part))
    return out


def full_refund(order, events):
    """The day on which everything was paid back, or None."""
    back = 0
    for event, part in parts(order, events):
        back += part
        if event.whole or back == order.paid > 0:
            return event.day
    return None


def gone(policy, event):
    """As what an event acts beside itself: a number that went elsewhere may be a cancellation."""
    names = {event.kind}
    if policy.data.get('on-' + event.kind) == 'as-cancel':
        names.add('cancel')
    return names


def active(policy, events, day):
    state = True
    for event in events:
        if event.day > day:
            break
        if gone(policy, event) & {'cancel', 'port-out'}:
            return False
        if event.kind in ('suspend', 'resume'):
            state = event.kind == 'resume'
    return state


def stopped(policy, events, day):
    """The policy ends what falls due after a number went elsewhere."""
    return any(event.day < day and policy.data.get('on-' + event.kind) == 'stop' for event in events)


def suspended_days(events, before):
    """Every day is looked at by itself."""
    days, start = 0, None
    for event in events:
        if event.day >= before:
            break
        if event.kind == 'suspend' and start is None:
            start = event.day
        elif event.kind == 'resume' and start is not None:
            days += (event.day - start).days
            start = None
    return days + ((before - start).days if start is not None else 0)


def add_months(day, months):
    return so.day_in_month(so.month_of(day) + months, day.day)


def served(closing, day):
    months = 0
    while add_months(closing, months + 1) <= day:
        months += 1
    return months


def names_of(value):
    return set(value) if isinstance(value, list) else {value}


def terms_of(rule):
    return rule.data.get('clawback', [])


def inside(term, closing, day):
    if 'within' in term:
        number, unit = term['within'].split()
        if unit.startswith('month'):
            return day <= add_months(closing, int(number))
        return (day - closing).days <= int(number)
    if 'days' in term:
        return so.holds(so.interval(term['days'], int), (day - closing).days)
    return True


def has_refund_term(rule):
    return any('refund' in names_of(term['on']) for term in terms_of(rule))


def day_that_counts(term, events, day):
    """The event's day, moved back by suspended days where the term leaves them out (13.6)."""
    return day - suspended_days(events, day) * DAY if term.get('not-counted') == 'suspended-days' else day


def kept(rule, order, events):
    """The share that is kept."""
    policy, shares = rule.policy, [Fraction(1)]
    full = full_refund(order, events)
    if any(event.kind == 'fraud' for event in events):
        shares.append(Fraction(0))
    if full is not None and not has_refund_term(rule) and rule.kind != 'revenue-share':
        shares.append(Fraction(0))
    for term in terms_of(rule):
        days = [event.day for event in events
                if event.kind != 'refund' and names_of(term['on']) & gone(policy, event)]
        if full is not None and 'refund' in names_of(term['on']):
            days.append(full)
        for day in days:
            counted = day_that_counts(term, events, day)
            if not inside(term, order.day, counted):
                continue
            take = term.get('take', 'all')
            if take == 'all':
                shares.append(Fraction(0))
            elif take == 'pro-rata':
                contract = int(rule.get('contract', policy.data.get('contract')).split()[0])
                shares.append(Fraction(min(served(order.day, counted), contract), contract))
            elif take != 'refunded-part':
                shares.append(1 - so.rate(take))
    return min(shares)


def lowered(rule, order, events, due=None):
    """By how much refunds lower the base. due: of an instalment."""
    amount = 0
    for event, part in parts(order, events):
        counts = (due is None or event.day <= due) and (not has_refund_term(rule) or due is not None)
        for term in terms_of(rule):
            if term.get('take') == 'refunded-part' and inside(term, order.day, day_that_counts(term, events, event.day)):
                counts = True
        if counts:
            amount += part
    return amount


def keep(rule, order, events, minor):
    """What is left of an amount earned."""
    share = kept(rule, order, events)
    return rule.policy.round(minor * share) if share < 1 else minor


def measure(rule, order, events):
    """What an order adds to a window."""
    if full_refund(order, events) is not None:
        return 0
    not_counted = names_of(rule.get('not-counted', []))
    for event in events:
        if event.kind == 'fraud' or not_counted & gone(rule.policy, event):
            return 0
    left = order.paid - sum(part for _, part in parts(order, events))
    return {'orders': 1, 'units': order.quantity, 'amount': left}[rule.get('measure', 'orders')]
