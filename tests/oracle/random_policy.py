"""Seeded random policies that are valid: every kind and term of the language that is settled."""
import copy
import datetime

PRODUCTS = {f'P{n:02d}': product_class for n, product_class in enumerate(
    ('sim', 'sim', 'plan', 'plan', 'plan', 'broadband', 'phone', 'phone'), 1)}
CLASSES = ('sim', 'plan', 'broadband', 'phone')
REGIONS = ('GD', 'ZJ', 'SH')
CHANNELS = ('online', 'shop', 'field')
RATES = ('0.1%', '0.125%', '1%', '1.25%', '2.5%', '3.3333%', '5%', '7.5%', '8.1234567%', '12.5%',
         '33.333%', '50%', '100%')


def fen(minor):
    return f'{minor // 100}.{minor % 100:02d}'


class PolicyMaker:
    held = 0.25, ('5%', '12.5%', '33.333%', '100%'), (1, 8, 30, 45)     # how often, shares, days
    suspended = 0.3     # of the terms leave suspended days out

    def __init__(self, random, distributors, with_events=False, with_terms=False):
        self.random = random
        self.with_terms = with_terms
        self.capped = False     # nothing but ceilings ties orders: then the engine holds them against sums alone
        self.falling = False    # bonuses may fall: a month of one then stands below zero
        self.with_events = with_events
        self.distributors = distributors

    def chance(self, share):
        return self.random.random() < share

    def money(self, low, high):
        """Round sums and odd ones."""
        minor = self.random.randint(low, high)
        return minor // 100 * 100 if self.chance(0.5) and minor >= 100 else minor

    def pay(self, low=100, high=8000):
        return self.random.choice(RATES) if self.chance(0.5) else fen(self.money(low, high))

    def bands(self, starts, pay, top_open=True, gap=0.2):
        """Ascending bands from starts (minor units), some with a gap before the next one."""
        out = {}
        for n, start in enumerate(starts):
            if n + 1 < len(starts):
                end = starts[n + 1] - 1
                if self.chance(gap) and end > start:
                    end = self.random.randint(start, end)
                out[f'{fen(start)}..{fen(end)}'] = pay()
            else:
                out[f'{fen(start)}..' if top_open else f'{fen(start)}..{fen(start * 2)}'] = pay()
        return out

    def selector(self, group_names):
        r = self.random
        out = {}
        choices = {
            'product': lambda: sorted(r.sample(sorted(PRODUCTS), r.randint(1, 4))),
            'class': lambda: sorted(r.sample(CLASSES, r.randint(1, 3))),
            'region': lambda: sorted(r.sample(REGIONS, r.randint(1, 2))),
            'channel': lambda: sorted(r.sample(CHANNELS, r.randint(1, 2))),
            'distributor': lambda: sorted(r.sample(self.distributors,
                                                   max(1, len(self.distributors) // 3))),
            'distributor-group': lambda: [r.choice(group_names)],
            'amount': lambda: r.choice(('..99.99', '50.00..', '10.00..300.00', '0.01..')),
            'quantity': lambda: r.choice(('1..2', '2..', '1..1')),
            'tier': lambda: r.choice(('3..4', '..2', '1..', '0..0')),
            'first-order': lambda: r.choice(('true', 'false')),
        }
        for key in sorted(r.sample(sorted(choices), r.choice((1, 1, 2)))):
            out[key] = choices[key]()
        if 'product' in out:  # a product has one class: both would often match nothing
            out.pop('class', None)
        return out

    def bill_test(self):
        r = self.random
        return r.choice((
            lambda: {'minutes': r.choice(('1..', '10..', '50..200', '..100'))},
            lambda: {'megabytes': r.choice(('1..', '30..', '100..5000'))},
            lambda: {'bill': r.choice(('10.00..', '5.00..79.99', '..59.99')),
                     'base': r.choice(('billed', 'billed-less-arrears', 'cash'))},
            lambda: {'no-arrears': 'true'}))()

    def conditions(self, last_month, after=0):
        r = self.random
        out = []
        for _ in range(r.choice((1, 1, 2))):
            low = r.randint(0, last_month)
            high = r.randint(low, last_month)
            out.append({'month': str(low)} if low == high else {'each-month': f'{low}..{high}'})
            if self.chance(0.8):
                tests, kinds = [], set()
                for test in (self.bill_test() for _ in range(r.choice((1, 2)))):
                    if next(iter(test)) not in kinds:
                        kinds.add(next(iter(test)))
                        tests.append(test)
                out[-1][r.choice(('any', 'all'))] = tests
                if 'each-month' in out[-1] and self.chance(0.3):
                    out[-1]['months-together'] = out[-1].pop('each-month')
            for key in ('each-month', 'months-together'):
                if key in out[-1] and after > 0 and self.chance(0.4):
                    out[-1][key] = r.choice(('so-far', f'last {r.randint(1, after)}'))
        return out

    def clawback(self, rule):
        """Terms for what happens after the sale."""
        r, terms = self.random, []
        if not self.with_events or self.chance(0.4):
            return
        for _ in range(r.choice((1, 1, 2, 3))):
            on = r.choice(('cancel', 'suspend', 'port-out', 'refund', ['cancel', 'port-out'],
                           ['refund', 'cancel']))
            term = {'on': on}
            if self.chance(0.7):
                if self.chance(0.5):
                    term['within'] = r.choice(('30 days', '90 days', '1 month', '3 months', '0 days'))
                else:
                    term['days'] = r.choice(('0..30', '31..90', '91..', '..10'))
            term['take'] = r.choice(('all', '50%', '33.333%', '12.5%', 'pro-rata',
                                     'refunded-part' if on == 'refund' else '75%'))
            if self.chance(self.suspended):
                term['not-counted'] = 'suspended-days'
            terms.append(term)
        rule['clawback'] = terms

    def terms(self, rule):
        """Terms that any rule can carry."""
        r = self.random
        if not self.with_terms:
            return
        if self.chance(self.held[0]):
            rule['holdback'] = {'share': r.choice(self.held[1]), 'days': str(r.choice(self.held[2]))}
        if self.chance(0.15) and not self.capped:
            rule['pay-when-paid'] = r.choice(('true', 'true', 'false'))
        if self.chance(0.3 if self.capped else 0.15):
            rule['ceiling'] = self.ceiling(20000)
        if self.chance(0.3):  # for reports alone: it moves no amount
            rule['split'] = {'distributor': str(r.choice((0, 1, 70))), 'outlet': str(r.choice((1, 20))),
                             'manager': str(r.choice((1, 10)))}

    def ceiling(self, least):
        if self.capped:
            return {'window': self.random.choice(('month', 'quarter', 'year')), 'amount': fen(self.money(least // 2, 3 * least))}
        return {'window': self.random.choice(('month', 'month', 'quarter', 'year')),
                'amount': fen(self.money(least, 10 * least))}

    def tolerance(self):
        return {'share': self.random.choice(('0%', '5%', '10%')), 'count': str(self.random.choice((0, 1, 2, 5)))}

    def upfront(self, rule):
        if self.chance(0.3):
            starts = sorted(self.random.sample(range(100, 60000, 50), self.random.randint(1, 4)))
            rule['by-amount'] = self.bands(starts, self.pay)
        else:
            rule['pay'] = self.pay()
        floor = self.money(1, 500)
        if self.chance(0.3):
            rule['floor'] = fen(floor)
        if self.chance(0.4):
            rule['cap'] = fen(self.money(max(floor, 200), 9000))
        if self.chance(0.3):
            rule['withheld'] = 'true'
        if self.chance(0.3):
            rule['active-days'] = str(self.random.randint(1, 12))
        if self.chance(0.3):
            rule['if'] = self.conditions(2)
        if self.with_terms and self.chance(0.2):
            rule['if'] = rule.get('if', []) + self.random.choice((['active'], ['no-refund']))
        self.clawback(rule)

    def deferred(self, rule):
        months = sorted(self.random.sample(range(0, 5), self.random.randint(1, 3)))
        rule['instalments'] = []
        for n in months:
            terms = {'after': f'{n} month' + ('' if n == 1 else 's'),
                     'day': str(self.random.choice((1, 5, 10, 28, 30, 31)))}
            if n == 0:
                terms['day'] = '31'
            if self.chance(0.3) and n:
                starts = [1] + sorted(self.random.sample(range(500, 9000, 100), 2))
                terms['by-bill'] = {
                    'month': str(self.random.randint(0, n)),
                    'base': self.random.choice(('billed', 'billed-less-arrears', 'cash')),
                    'bands': self.bands(starts, lambda: fen(self.money(100, 3000)))}
            else:
                terms['pay'] = self.pay(100, 3000)
            if self.chance(0.5):
                terms['if'] = self.conditions(n, int(terms['after'].split()[0]))
            if self.with_events and self.chance(0.4):
                terms['if'] = terms.get('if', []) + self.random.choice(
                    (['active'], ['no-refund'], ['active', 'no-refund']))
            if self.with_terms and terms.get('if') and self.chance(0.5):
                terms['retry-until'] = f'{n + self.random.randint(1, 3)} months'
            rule['instalments'].append(terms)
        self.clawback(rule)

    def share(self, rule):
        r = self.random
        low = r.randint(0, 2)
        high = low + r.randint(1, 10)
        rule['base'] = r.choice(('billed', 'billed-less-arrears', 'cash'))
        if self.chance(0.5):
            rule['net-of-tax'] = r.choice(('6%', '9%', '13%'))
        rule['months'] = f'{low}..{high}'
        if self.chance(0.3):
            middle = r.randint(low, high - 1)
            rule['by-month'] = {f'{low}..{middle}': r.choice(RATES),
                                f'{middle + 1}..{high}': r.choice(RATES)}
        elif self.chance(0.4):
            starts = sorted(r.sample(range(500, 15000, 100), r.randint(1, 4)))
            bands = self.bands(starts, lambda: r.choice(RATES), gap=0)
            rule['by-size'] = {f'..{fen(starts[0] - 1)}': r.choice(RATES), **bands}
        else:
            rule['rate'] = r.choice(RATES)
        if self.chance(0.5):
            rule['cap'] = fen(self.money(50, 2000))
        if self.chance(0.5):
            rule['life-cap'] = fen(self.money(2000, 6000))
        self.clawback(rule)

    def volume(self, rule):
        r = self.random
        rule['window'] = r.choice(('month', 'month', 'quarter', 'year'))
        rule['scope'] = r.choice(('distributor', 'distributor', 'outlet', 'manager'))
        rule['measure'] = r.choice(('orders', 'units', 'amount'))
        rule['mode'] = r.choice(('marginal', 'whole', 'lump'))
        if rule['mode'] == 'lump' and self.chance(0.7):
            rule['higher-tiers'] = r.choice(('replace', 'add'))
        if rule['window'] != 'year' and self.chance(0.5) or rule['window'] == 'year':
            rule['paid'] = 'progressive'
        elif self.chance(0.5):
            rule['paid'] = 'at-end'
        if self.with_events and self.chance(0.5):
            rule['not-counted'] = r.choice((['cancel'], ['port-out'], ['cancel', 'port-out']))
        small = rule['scope'] != 'distributor'
        count = r.randint(1, 4)
        if rule['measure'] == 'amount':
            starts = sorted(r.sample(range(10000, 200000 if small else 2000000, 5000), count))
            text = fen
            smallest = sorted(r.sample(RATES[:8], count), key=lambda t: float(t[:-1]))
        else:
            starts = sorted(r.sample(range(1, 12 if small else 120), count))
            text, smallest = str, None
        sums = sorted(self.money(100, 2000) for _ in range(count))
        rule['tiers'] = {}
        for n, start in enumerate(starts):
            end = text(starts[n + 1] - 1) if n + 1 < count else ''
            pay = fen(sums[n] + n) if rule['mode'] == 'lump' or smallest is None else smallest[n]
            rule['tiers'][f'{text(start)}..{end}'] = pay
        if self.falling and self.chance(0.3):   # the checker warns, no more (P109)
            rule['tiers'] = dict(zip(rule['tiers'], reversed(rule['tiers'].values())))

    def rules(self, group_names):
        makers = {'upfront': self.upfront, 'deferred': self.deferred,
                  'revenue-share': self.share, 'volume-bonus': self.volume}
        out, number = [], 0
        for kind, make in makers.items():
            for group in self.random.choice(((None,), (None,), ('g1', 'g2'))):
                count, before = self.random.randint(1, 3), []
                while len(before) < count:
                    wanted = self.selector(group_names)
                    if len(before) == count - 1 and self.chance(0.6):
                        wanted = {}
                    if any(covers(other, wanted) for other in before):
                        continue
                    before.append(wanted)
                    number += 1
                    rule = {kind: f'r{number}'}
                    if group:
                        rule['group'] = group
                    if wanted:
                        rule['for'] = wanted
                    make(rule)
                    self.terms(rule)
                    out.append(rule)
        self.random.shuffle(out)
        # After the shuffle an unconditional rule may stand before others of its kind and group,
        # which could then never match: it goes to the end.
        out.sort(key=lambda rule: not rule.get('for'), reverse=False)
        return named_by_kind(without_unreachable(out))

    def policy(self, carrier, version, closing, currency='CNY'):
        r = self.random
        groups = {'north': sorted(r.sample(self.distributors, len(self.distributors) // 2)),
                  'south': sorted(r.sample(self.distributors, len(self.distributors) // 3))}
        cycle = r.choice(('monthly', 'monthly', 'weekly', 'daily', 'none'))
        invoice = {'cycle': cycle}
        if cycle == 'monthly':
            invoice['cut-off-day'] = str(r.choice((1, 10, 20, 28, 31)))
        elif cycle == 'weekly':
            invoice['cut-off-day'] = str(r.randint(1, 7))
        if cycle != 'none' and self.chance(0.7):
            invoice['minimum'] = fen(self.money(0, 30000))
        if cycle != 'none' and self.with_events and self.chance(0.4):
            invoice['negative'] = 'credit-note'
        more = {}
        if self.with_events:
            more = {'contract': r.choice(('6 months', '12 months')),
                    'on-port-out': r.choice(('continue', 'stop', 'as-cancel')),
                    'on-number-transfer': r.choice(('continue', 'stop', 'as-cancel'))}
        if self.with_terms:
            cycle, invoice = 'none', {'cycle': 'none'}
            if self.chance(0.3) and not self.capped:
                more['pay-when-paid'] = 'true'
            if self.chance(0.7 if self.capped else 0.3):
                more['ceiling'] = self.ceiling(60000)
            if self.chance(0.5) and not self.capped:
                more['fraud-tolerance'] = self.tolerance()
        return {**more, 'policy': f'random-{carrier.lower()}', 'carrier': carrier, 'version': version,
                'closing': closing, 'currency': currency,
                'rounding': r.choice(('half-up', 'half-even', 'down')),
                'tax': {'rate': r.choice(('0%', '3%', '6%', '13%')),
                        'included': r.choice(('true', 'false'))},
                'invoice': invoice, 'groups': groups, 'rules': self.rules(sorted(groups))}


def covers(one, other):
    """Whether a selector leaves nothing of another (roughly: equal or fewer demands)."""
    return all(key in other and (set(other[key]) <= set(value) if isinstance(value, list)
                                 else other[key] == value) for key, value in one.items())


def without_unreachable(rules):
    out = []
    for rule in rules:
        kind = next(iter(rule))
        same = [r for r in out if next(iter(r)) == kind and r.get('group') == rule.get('group')]
        if not any(covers(r.get('for', {}), rule.get('for', {})) for r in same):
            out.append(rule)
    return out


def named_by_kind(rules):
    """Names that come back in other versions: the first upfront rule is the same rule in each."""
    counts = {}
    for rule in rules:
        kind = next(iter(rule))
        counts[kind] = counts.get(kind, 0) + 1
        rule[kind] = f'{kind[0]}{counts[kind]}'
    return rules


def amended(maker, policy, version, closing):
    """The next version of a policy, as carriers make them: the same rules, but for limits, or some."""
    out = copy.deepcopy({**policy, 'version': version, 'closing': closing})
    if maker.with_terms:
        limits = [(out, 60000, 0.5)] + [(rule, 20000, 0.3) for rule in out['rules']]
        for owner, least, share in limits:
            if maker.chance(share):
                capped = owner.pop('ceiling', None) and maker.capped    # of versions with a limit and without
                if maker.chance(0.7) and not capped:
                    owner['ceiling'] = maker.ceiling(least)
        if maker.chance(0.5) and not maker.capped:
            out.pop('fraud-tolerance', None)
            if maker.chance(0.7):
                out['fraud-tolerance'] = maker.tolerance()
    if len(out['rules']) > 2 and maker.chance(0.4):
        out['rules'].pop(maker.random.randrange(len(out['rules'])))
    return out


def spans(maker, start, end):
    """The closing days of one to three versions that follow each other, most of them without a gap; some begin inside
    a month, and after the last one none may hold."""
    days = (end - start).days
    turns = sorted(maker.random.sample(range(20, days - 10, 11), maker.random.choice((0, 1, 1, 2))))
    firsts = [start] + [start + datetime.timedelta(days=turn) for turn in turns]
    lasts = [first - datetime.timedelta(days=maker.random.choice((1, 1, 1, 9))) for first in firsts[1:]]
    lasts.append(end - datetime.timedelta(days=maker.random.randint(0, 8)) if maker.chance(0.15) else '')
    return [f'{first}..{last}' for first, last in zip(firsts, lasts)]


def versions(random, carriers, distributors, start, end, with_events=False, with_terms=False, falling=False):
    """One to three versions a carrier: the later ones amend the one before, or are others. falling: bonuses may fall,
    holdbacks are many and long, and the orders of some carriers only ceilings tie."""
    maker = PolicyMaker(random, distributors, with_events, with_terms)
    maker.falling = falling
    if falling:
        maker.held, maker.suspended = (0.4, ('5%', '12.5%', '33.333%', '60%', '100%'), (1, 8, 30, 45, 75)), 0.4
    out = []
    for carrier in carriers:
        maker.capped = falling and with_terms and maker.chance(0.4)
        for number, closing in enumerate(spans(maker, start, end), 1):
            if number > 1 and maker.chance(0.6):
                out.append(amended(maker, out[-1], f'v{number}', closing))
            else:
                out.append(maker.policy(carrier, f'v{number}', closing))
    return out
