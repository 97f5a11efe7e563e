#!/usr/bin/env python3
"""Choices of docs/semantics.md 13 that no neighbour shows, through the real program: every amount by hand."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event


class FinePrint(small.Case):
    def nets(self):
        """What each order or window stands at, in fen; nothing where it is zero."""
        return {key: fen for key, fen in super().nets('subject', 'rule').items() if fen}

    def test_refunds_of_what_was_paid_over_time(self):
        """A partial refund after the due day takes nothing from an instalment, before it lowers the base, a full one
        takes all; from revenue share neither takes anything (13.4, 13.7)."""
        self.prepare('- deferred: d\n  instalments: [{after: 1 month, day: 10, pay: 10%}]\n'
                     '- revenue-share: s\n  base: billed\n  months: 0..12\n  rate: 10%\n')
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10', contract='K' + k) for k in 'ABC'])
        self.send('bills', '2026-02-05', *[small.bill('K' + k, '2026-01', '2026-02-05', billed='30.00') for k in 'ABC'])
        self.send('events', '2026-02-01', event('e1', 'refund', '2026-02-01', order_id='A', amount='40.00'))
        self.send('events', '2026-02-20', event('e2', 'refund', '2026-02-20', order_id='B', amount='40.00'),
                  event('e3', 'full-refund', '2026-02-20', order_id='C'))
        self.run_to('2026-02-21')
        self.assertEqual(self.nets(), {('A', 'd'): 600, ('B', 'd'): 1000, ('A', 's'): 300, ('B', 's'): 300,
                                       ('C', 's'): 300})

    def test_several_events(self):
        """The base falls first, then the lowest share is kept; both are rounded: 3% of 59.70 is 1.791, 1.79; half of
        that 0.895, 0.90 (13.3, 13.5)."""
        self.prepare('- upfront: u\n  pay: 3%\n  clawback:\n  - {on: refund, take: refunded-part}\n'
                     '  - {on: cancel, take: 50%}\n  - {on: suspend, take: 25%}\n')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))
        self.send('events', '2026-02-01', event('e1', 'refund', '2026-02-01', amount='40.30'),
                  event('e2', 'cancel', '2026-02-01'), event('e3', 'suspend', '2026-02-01'))
        self.run_to('2026-02-01')
        self.assertEqual(self.nets(), {('A', 'u'): 90})

    def test_months_are_clipped(self):
        """2026-01-31 and one month is 2026-02-28; on that day one full month is served (13.6)."""
        self.prepare('- upfront: u\n  for: {class: [plan]}\n  pay: 60.00\n'
                     '  clawback: [{on: cancel, within: 1 month, take: all}]\n'
                     '- upfront: p\n  for: {class: [sim]}\n  pay: 60.00\n  contract: 12 months\n'
                     '  clawback: [{on: cancel, take: pro-rata}]\n')
        events = []
        for product in ('plan', 'sim'):
            self.send('orders', '2026-01-31', *[small.order(product + d, '2026-01-31', product='P-' + product)
                                                for d in ('02-27', '02-28', '03-01')])
            events += [event(product + d, 'cancel', '2026-' + d, order_id=product + d)
                       for d in ('02-27', '02-28', '03-01')]
        self.send('events', '2026-03-01', *events)
        self.run_to('2026-03-01')
        self.assertEqual(self.nets(), {('plan03-01', 'u'): 6000, ('sim02-28', 'p'): 500, ('sim03-01', 'p'): 500})

    def test_a_clawback_frees_no_cap(self):
        """Caps first, then the kept share, on later bills too: 5.00, 3.00 and nothing, each halved; a negative base
        is zero (13.8)."""
        self.prepare('- revenue-share: s\n  base: billed\n  months: 0..12\n  rate: 10%\n  life-cap: 8.00\n'
                     '  clawback: [{on: cancel, take: 50%}]\n')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', contract='K'))
        self.send('bills', '2026-02-05', small.bill('K', '2026-01', '2026-02-05', billed='50.00'))
        self.send('events', '2026-02-10', event('e1', 'cancel', '2026-02-10'))
        self.send('bills', '2026-05-05', small.bill('K', '2026-02', '2026-05-05', billed='-50.00'),
                  small.bill('K', '2026-03', '2026-05-05', billed='50.00'),
                  small.bill('K', '2026-04', '2026-05-05', billed='50.00'))
        self.run_to('2026-05-05')
        self.assertEqual(self.posted('origin', 'debit', 'amount'), [
            ('2026-01', 'carrier', '5.00'), ('2026-01', 'distributor', '2.50'), ('2026-03', 'carrier', '1.50')])

    def test_what_counts_in_a_window(self):
        """Cancelled orders count, fully refunded and fraudulent ones do not; a partial refund lowers the amount and
        leaves the count; marginal pays the part of an amount above its tier (13.9)."""
        self.prepare('- volume-bonus: n\n  group: a\n  window: month\n  mode: whole\n  tiers: {1..: 1.00}\n'
                     '- volume-bonus: m\n  group: b\n  window: month\n  measure: amount\n  mode: marginal\n'
                     '  tiers: {200.00..: 10%}\n'
                     '- volume-bonus: p\n  group: c\n  window: month\n  scope: manager\n  mode: whole\n'
                     '  tiers: {1..: 1.00}\n')
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10') for k in 'ABCDE'])
        self.send('events', '2026-01-20', event('e1', 'cancel', '2026-01-20', order_id='A'),
                  event('e2', 'full-refund', '2026-01-20', order_id='B'),
                  event('e3', 'fraud', '2026-01-20', order_id='C'),
                  event('e4', 'refund', '2026-01-20', order_id='D', amount='30.00'))
        self.run_to('2026-01-31')
        # A, D and E: 3 orders, 100.00 + 70.00 + 100.00; no manager, no window of one
        self.assertEqual(self.nets(), {('window 2026-01', 'n'): 300, ('window 2026-01', 'm'): 700})

    def test_origin_of_a_progressive_bonus(self):
        """Each month has an item: the bonus of what closed up to it less that up to the month before, whenever it is
        told; here a quarter, orders late by a month and by two, and a refund (13.2)."""
        rule = '- volume-bonus: q\n  window: quarter\n  paid: progressive\n  mode: whole\n  tiers: {1..3: 1.00, 4..: 3.00}\n'
        late = [('orders', '2026-01-10', small.order('A', '2026-01-10')), ('orders', '2026-02-10', small.order('B', '2026-02-10')),
                ('orders', '2026-03-10', small.order('C', '2026-03-10')), ('orders', '2026-03-20', small.order('D', '2026-02-11')),
                ('orders', '2026-05-02', small.order('E', '2026-01-11')),
                ('events', '2026-06-03', event('r', 'full-refund', '2026-06-03', order_id='A'))]
        self.prepare(rule)
        for kind, day, row in late:
            self.send(kind, day, row)
            self.run_to(day)
        self.assertEqual(self.posted('business_date', 'item', 'origin', 'debit', 'amount', 'target'), [
            ('2026-01-10', '1', '2026-01', 'carrier', '1.00', '1.00'),
            ('2026-02-10', '2', '2026-02', 'carrier', '1.00', '1.00'),
            ('2026-03-10', '3', '2026-03', 'carrier', '1.00', '1.00'),
            # B and D are February's; with C there are four, and all of them at 3.00
            ('2026-03-20', '2', '2026-02', 'carrier', '1.00', '2.00'),
            ('2026-03-20', '3', '2026-03', 'carrier', '8.00', '9.00'),
            # A and E, then four up to February, then the fifth
            ('2026-05-02', '1', '2026-01', 'carrier', '1.00', '2.00'),
            ('2026-05-02', '2', '2026-02', 'carrier', '8.00', '10.00'),
            ('2026-05-02', '3', '2026-03', 'distributor', '6.00', '3.00'),
            # without A one, three, four
            ('2026-06-03', '1', '2026-01', 'distributor', '1.00', '1.00'),
            ('2026-06-03', '2', '2026-02', 'distributor', '8.00', '2.00'),
            ('2026-06-03', '3', '2026-03', 'carrier', '6.00', '9.00')])
        told_late = small.Case.nets(self, 'item', 'origin')
        for command in (['verify'], ['replay', '--run', '1..']):
            self.settle(*command)
        self.prepare(rule)
        for kind, _, row in late:
            self.send(kind, (row.get('closed_at') or row['at'])[:10], row)
        self.run_to('2026-06-03')
        self.assertEqual(small.Case.nets(self, 'item', 'origin'), told_late)

    def test_a_month_that_takes_back(self):
        """Where a tier pays less than the one before it, the month with which it comes takes from the distributor, and
        what is taken makes room under a ceiling (13.2, 14.35)."""
        rule = ('- volume-bonus: q\n  window: quarter\n  paid: progressive\n  mode: lump\n  higher-tiers: replace\n'
                '  tiers: {1..1: 5.00, 2..2: 3.00, 3..: 9.00}\n')
        for more, wanted in (('', [('1', 500), ('2', -200), ('3', 600)]),
                             ('  ceiling: {window: quarter, amount: 7.00}\n', [('1', 500), ('2', -200), ('3', 400)])):
            with self.subTest(more=more):
                self.prepare(rule + more)
                for month in (1, 2, 3):
                    self.send('orders', f'2026-0{month}-10', small.order(f'A{month}', f'2026-0{month}-10'))
                self.run_to('2026-03-10')
                self.assertEqual(sorted((item, fen) for (item,), fen in small.Case.nets(self, 'item').items()), wanted)
                for command in (['verify'], ['replay', '--run', '1..']):
                    self.settle(*command)

    def test_overlapping_suspensions(self):
        """Suspended twice and resumed once is one stretch, from the first to the day before the resumption: 20 days.
        Counted twice they would be 30, and the last order would be inside its 90 days (13.6)."""
        self.prepare('- upfront: u\n  pay: 60.00\n'
                     '  clawback: [{on: cancel, within: 90 days, take: all, not-counted: suspended-days}]\n')
        cancels = {'A': '2026-04-30', 'B': '2026-05-01', 'C': '2026-05-10'}     # 110, 111 and 120 days after closing
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10') for k in cancels])
        self.send('events', '2026-05-10', *[row for k, day in cancels.items() for row in (
            event('s' + k, 'suspend', '2026-02-01', order_id=k), event('t' + k, 'suspend', '2026-02-11', order_id=k),
            event('r' + k, 'resume', '2026-02-21', order_id=k), event('c' + k, 'cancel', day, order_id=k))])
        self.run_to('2026-05-10')
        self.assertEqual(self.nets(), {('B', 'u'): 6000, ('C', 'u'): 6000})

    def test_suspended_days_of_a_part_that_is_refunded(self):
        """Suspended for ten days: what is refunded on day 100 is inside 90 days, on day 101 it is not (13.6)."""
        self.prepare('- upfront: u\n  pay: 10%\n'
                     '  clawback: [{on: refund, within: 90 days, take: refunded-part, not-counted: suspended-days}]\n')
        refunds = {'A': '2026-04-20', 'B': '2026-04-21'}
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10') for k in refunds])
        self.send('events', '2026-04-21', *[row for k, day in refunds.items() for row in (
            event('s' + k, 'suspend', '2026-02-01', order_id=k), event('r' + k, 'resume', '2026-02-11', order_id=k),
            event('f' + k, 'refund', day, order_id=k, amount='50.00'))])
        self.run_to('2026-04-21')
        self.assertEqual(self.nets(), {('A', 'u'): 500, ('B', 'u'): 1000})

    def test_which_revision_an_instalment_looks_at(self):
        """The last that was issued up to the due day (D) or, without one, the first after it (A), never a later one
        (13.7): what is issued after the due day changes nothing of D."""
        self.prepare('- deferred: d\n  instalments:\n  - {after: 1 month, day: 10, pay: 10.00,\n'
                     '     if: [{month: 0, all: [{minutes: 10..}]}]}\n')
        minutes = {'A': ((1, '2026-02-11', 10), (2, '2026-02-12', 9)),
                   'B': ((1, '2026-02-11', 9), (2, '2026-02-12', 10)),
                   'C': ((1, '2026-02-01', 10), (2, '2026-02-10', 9), (3, '2026-02-11', 10)),
                   'D': ((1, '2026-02-01', 9), (2, '2026-02-10', 10), (3, '2026-02-11', 9))}
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10', contract=k) for k in minutes])
        for day in sorted({issued for rows in minutes.values() for _, issued, _ in rows}):
            self.send('bills', day, *[small.bill(k, '2026-01', issued, revision=str(n), minutes=str(used))
                                      for k, rows in minutes.items() for n, issued, used in rows if issued == day])
        self.run_to('2026-03-01')
        self.assertEqual(self.nets(), {('A', 'd'): 1000, ('D', 'd'): 1000})

    def test_base_without_tax(self):
        """59.00 x 100/106 is 55.660377..., and the base is exact until the rate is taken (13.8)."""
        self.prepare('- revenue-share: s\n  group: a\n  base: billed\n  net-of-tax: 6%\n  months: 0..12\n  rate: 10%\n'
                     '- revenue-share: t\n  group: b\n  base: billed\n  net-of-tax: 6%\n  months: 0..12\n  rate: 90%\n')
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10', contract=k) for k in 'AB'])
        self.send('bills', '2026-02-05', small.bill('A', '2026-01', '2026-02-05', billed='59.00'),
                  small.bill('B', '2026-01', '2026-02-05', billed='0.59'))
        self.run_to('2026-02-05')
        # 0.59 x 100/106 = 0.556603...: a tenth is 0.06; nine tenths 0.500943... (of 0.56 they would be 0.504, 0.50)
        self.assertEqual(self.nets(), {('A', 's'): 557, ('A', 't'): 5009, ('B', 's'): 6, ('B', 't'): 50})

    def test_versions_measure_together(self):
        """Two versions inside one month: all five orders, by the terms of the last day; the checker says so (13.9)."""
        volume = '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..3: 1.00, 4..: 9.00}\n'
        self.prepare(volume)
        second = small.POLICY.format(rules=volume, invoice='cycle: none', top='').replace(
            'version: v1', 'version: v2').replace('closing: 2026-01-01..', 'closing: 2026-01-20..')
        first = second.replace('version: v2', 'version: v1').replace('2026-01-20..', '2026-01-01..2026-01-19')
        path = self.file('second.yaml', second)
        self.assertIn('window', self.settle('policy', 'check', path, self.file('first.yaml', first), code=0))
        self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        for text in (first, second):
            self.database.activate(self.file('policy.yaml', text))
        self.send('orders', '2026-01-25', *[small.order(f'{k}', f'2026-01-{k}') for k in (10, 19, 20, 21, 22)])
        self.run_to('2026-01-31')
        self.assertEqual(sorted(self.posted('policy_version', 'amount')), [('v2', '45.00')])

    def test_an_outlet_without_those_below(self):
        """An order counts for its manager's own outlet, not for the one above; without a manager for none (13.9)."""
        self.prepare('- volume-bonus: v\n  window: month\n  scope: outlet\n  mode: whole\n  tiers: {1..: 1.00}\n')
        self.ok('import', 'outlets', self.file('outlets.csv', 'outlet,name,distributor,parent,valid_from\n'
                f'Top,Top,D1,,{small.SINCE}\nLow,Low,D1,Top,{small.SINCE}\n'), '--date', small.SINCE)
        self.ok('import', 'managers', self.file('managers.csv', 'manager,name,outlet,valid_from\n'
                f'M1,One,Top,{small.SINCE}\nM2,Two,Low,{small.SINCE}\n'), '--date', small.SINCE)
        self.send('orders', '2026-01-10', *[small.order(f'{n}', '2026-01-10', manager=manager)
                                            for n, manager in enumerate(('M1', 'M2', 'M2', ''))])
        self.run_to('2026-01-31')
        self.assertEqual(self.nets(), {('window 2026-01 outlet:Top', 'v'): 100,
                                       ('window 2026-01 outlet:Low', 'v'): 200})

    def test_a_rule_that_leaves_cancelled_out(self):
        """What was counted is taken back by the difference when an order is cancelled after the window (13.9)."""
        self.prepare('- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 1.00}\n  not-counted: cancel\n')
        self.send('orders', '2026-01-10', *[small.order(k, '2026-01-10') for k in 'ABC'])
        self.send('events', '2026-01-20', event('e1', 'cancel', '2026-01-20', order_id='A'))
        self.send('events', '2026-03-20', event('e2', 'cancel', '2026-03-20', order_id='B'))
        self.run_to('2026-03-20')
        self.assertEqual(self.posted('business_date', 'origin', 'debit', 'amount'), [
            ('2026-01-31', '2026-01', 'carrier', '2.00'), ('2026-03-20', '2026-01', 'distributor', '1.00')])

    def test_instants(self):
        """The summer time of 1991: an hour that did not exist and one that was twice are quarantined, however old; with
        an offset the second is an instant (far too old a one); without an offset a time is local (13.15)."""
        self.prepare('- upfront: u\n  pay: 1.00\n')
        rows = [{**small.order(key, '2026-01-10'), 'closed_at': at} for key, at in (
            ('gap', '1991-04-14 02:30:00'), ('twice', '1991-09-15 01:30:00'),
            ('offset', '1991-09-15T01:30:00+08:00'), ('today', '2026-01-10T15:59:59Z'),
            ('tomorrow', '2026-01-10T16:00:00Z'), ('local', '2026-01-10 23:59:59'))]
        self.send('orders', '2026-01-10', *rows)
        self.assertEqual([row['reason'] for row in self.rows('quarantine', 'list')],
                         ['nonexistent-time', 'ambiguous-time', 'implausible-date'])
        self.run_to('2026-01-10')
        self.assertEqual(self.posted('business_date', 'subject'), [('2026-01-10', 'today'), ('2026-01-10', 'local')])
        self.run_to('2026-01-11')
        self.assertEqual(self.posted('business_date', 'subject')[2:], [('2026-01-11', 'tomorrow')])

if __name__ == '__main__':
    settle_test.main()
