"""Random policies for worlds of a dozen orders: few rules, low tiers and tight ceilings, so that orders meet in windows,
tolerances and money received."""
import copy
import datetime
import random

from random_policy import PolicyMaker, covers, fen, without_unreachable

DAY = datetime.timedelta(days=1)
JOINT = ('ceiling', 'pay-when-paid', 'fraud-tolerance')     # of a policy as a whole


class SmallPolicies(PolicyMaker):
    """distributors: codes with the placeholder of the world."""

    def __init__(self, random, distributors, switches):
        super().__init__(random, distributors, with_events=True, with_terms=True)
        ties = self.random.random()
        alone = 'ceilings' in switches
        self.joint = ties < (0.25 if alone else 0.45)   # orders meet: then everything is looked at again all the time
        self.capped = alone and 0.25 <= ties < 0.6      # ceilings alone: those are held against sums
        self.switches = switches

    def selector(self, group_names):
        r = self.random
        choices = {
            'product': lambda: sorted(r.sample([f'P0{n}' for n in range(1, 9)], r.randint(3, 6))),
            'class': lambda: sorted(r.sample(('sim', 'plan', 'broadband', 'phone'), r.randint(2, 3))),
            'region': lambda: sorted(r.sample(('GD', 'ZJ', 'SH'), 2)),
            'distributor': lambda: sorted(r.sample(self.distributors, 2)),
            'distributor-group': lambda: [r.choice(group_names)],
            'amount': lambda: r.choice(('..99.99', '20.00..', '0.01..')),
            'tier': lambda: r.choice(('2..4', '..2', '1..')),
        }
        more = [key for key in ('tier', 'class') if 'late-' + key in self.switches]
        key = r.choice((*sorted(choices), 'tier', 'tier', 'class', *6 * more))
        return {key: choices[key]()}

    def terms(self, rule):
        super().terms(rule)
        if not self.joint:
            rule.pop('pay-when-paid', None)
        if not self.joint and not self.capped:
            rule.pop('ceiling', None)

    def ceiling(self, least):
        windows = ('month', 'quarter', 'quarter', 'year') if self.capped else ('month', 'month', 'quarter', 'year')
        return {'window': self.random.choice(windows), 'amount': fen(self.money(least // 20, least // 2))}

    def share(self, rule):
        """As everywhere, but a lifetime cap is reached by a bill or two."""
        super().share(rule)
        if 'life-cap' in rule:
            rule.pop('cap', None)
            rule['life-cap'] = fen(int(rule['life-cap'].replace('.', '')) // 12)

    def volume(self, rule):
        r = self.random
        rule['window'] = r.choice(('month', 'month', 'quarter', 'year'))
        rule['scope'] = r.choice(('distributor', 'distributor', 'outlet', 'manager'))
        rule['measure'] = r.choice(('orders', 'units', 'amount'))
        rule['mode'] = r.choice(('marginal', 'whole', 'lump'))
        if rule['mode'] == 'lump':
            rule['higher-tiers'] = r.choice(('replace', 'add'))
        rule['paid'] = 'progressive' if rule['window'] == 'year' else r.choice(('progressive', 'at-end'))
        if self.chance(0.5):
            rule['not-counted'] = r.choice((['cancel'], ['port-out'], ['cancel', 'port-out']))
        count = r.randint(1, 3)
        amounts = rule['measure'] == 'amount'
        starts = sorted(r.sample(range(5000, 60000, 2500) if amounts else range(1, 6), count))
        text = fen if amounts else str
        rates = sorted(r.sample((1, 2, 5, 7, 10), count))
        rule['tiers'] = {}
        for n, start in enumerate(starts):
            end = text(starts[n + 1] - 1) if n + 1 < count else ''
            rule['tiers'][f'{text(start)}..{end}'] = (
                f'{rates[n]}%' if amounts and rule['mode'] != 'lump' else fen(100 * rates[n] + r.choice((0, 0, 33))))

    def rules(self, group_names):
        r, out, number = self.random, [], 0
        for kind, make, least in (('upfront', self.upfront, 1), ('deferred', self.deferred, 0),
                                  ('revenue-share', self.share, 0), ('volume-bonus', self.volume, 0)):
            for group in r.choice(((None,), (None,), (None,), ('g1', 'g2'))):
                before = []
                for _ in range(r.randint(least, 2)):
                    wanted = self.selector(group_names) if self.chance(0.5) else {}
                    if any(covers(other, wanted) for other in before):
                        continue
                    before.append(wanted)
                    number += 1
                    rule = {kind: f'r{number}', **({'group': group} if group else {}),
                            **({'for': wanted} if wanted else {})}
                    make(rule)
                    self.terms(rule)
                    out.append(rule)
        out.sort(key=lambda rule: not rule.get('for'))
        return without_unreachable(out)

    def policy(self, carrier, version, closing, currency='CNY'):
        r = self.random
        out = super().policy(carrier, version, closing, currency)
        if not self.joint:
            out = {key: value for key, value in out.items() if key not in JOINT or self.capped and key == 'ceiling'}
        if self.chance(0.5):
            out['after-distributor-ended'] = r.choice(('stop', 'continue'))
        self.tax(out)
        cycle = r.choice(('monthly', 'monthly', 'weekly', 'none'))
        out['invoice'] = {'cycle': cycle}
        if cycle != 'none':
            out['invoice']['cut-off-day'] = str(r.choice((10, 20, 28)) if cycle == 'monthly' else r.randint(1, 7))
            out['invoice']['minimum'] = r.choice(('0.00', '5.00', '50.00'))
            if self.chance(0.4):
                out['invoice']['negative'] = 'credit-note'
        return out

    @staticmethod
    def tax(policy):
        """Often one rate, inside or on top, so that invoices bind amounts of both; what is kept at source and taken back
        then, with tax on top, is more than what is paid out."""
        r = random.Random(str(policy))
        if r.random() < 0.7:
            policy['tax'] = {'rate': '13%', 'included': r.choice(('true', 'false', 'false'))}
            for rule in policy['rules']:
                if 'upfront' in rule and r.random() < 0.6:
                    rule['withheld'] = 'true'

    def amended(self, policy):
        """The same rules under other limits, and perhaps with the tax the other way."""
        r, out = random.Random(f'amended {policy}'), copy.deepcopy(policy)
        if self.capped:
            for owner, least in ((out, 60000), *((rule, 20000) for rule in out['rules'])):
                if owner.pop('ceiling', None) is None and r.random() < 0.5:
                    owner['ceiling'] = {'window': r.choice(('quarter', 'year')),
                                        'amount': fen(r.randint(least // 20, least // 2))}
        if 'tax' in out and (r.random() < 0.7 or not self.capped):
            out['tax']['included'] = 'false' if out['tax']['included'] == 'true' else 'true'
        return out

    def versions(self, carrier, start, end):
        """One to three; some of the later ones only go on with the one before, some amend it."""
        r = self.random
        turns = sorted({start + DAY * r.randint(15, (end - start).days - 30) for _ in range(r.choice((0, 1, 1, 2)))})
        out = []
        for number, first in enumerate([start, *turns]):
            last = turns[number] - DAY if number < len(turns) else ''
            version, closing = f'v{number + 1}', f'{first}..{last}'
            kind = r.random()
            if out and kind < 0.6:
                before = copy.deepcopy(out[-1]) if kind < 0.35 else self.amended(out[-1])
                out.append({**before, 'version': version, 'closing': closing})
            else:
                out.append(self.policy(carrier, version, closing))
        return out


def content(policy):
    return {key: value for key, value in policy.items() if key not in ('version', 'closing')}


def days(policy):
    """The first and the last closing day; None: it has no last one."""
    first, last = policy['closing'].split('..')
    return datetime.date.fromisoformat(first), datetime.date.fromisoformat(last) if last else None


def follows(before, after):
    return days(before)[1] is not None and days(before)[1] + DAY == days(after)[0]


def merged(policies):
    """The same policies, with versions that only go on with the one before as one."""
    out = []
    for policy in policies:
        if out and content(out[-1]) == content(policy) and follows(out[-1], policy):
            first, last = out[-1]['closing'].split('..')[0], policy['closing'].split('..')[1]
            out[-1] = {**out[-1], 'closing': f'{first}..{last}'}
        else:
            out.append(policy)
    return out
