#!/usr/bin/env python3
"""What happens to an order after it closed, through the real program: every amount by hand, whatever the order
of arrival."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

EVENT = {'carrier': 'C1', 'event_id': '', 'order_id': 'A', 'event': '', 'at': '', 'amount': '', 'reinstates': '',
         'currency': 'CNY'}
FIXED = '- upfront: u\n  pay: 60.00\n'
RATE = '- upfront: u\n  pay: 3%\n'


def event(event_id, what, day, **more):
    return {**EVENT, 'event_id': event_id, 'event': what, 'at': f'{day} 10:00:00', **more}


class Events(small.Case):
    def nets(self):
        """What each order stands at, by rule."""
        return {key: fen / 100 for key, fen in super().nets('subject', 'rule').items()}

    def settle_all(self, rules, orders, events, until, bills=(), proven=False, told=None):
        """With `told`, orders come on that day; without, when they closed: all nights from then on are settled."""
        self.prepare(rules)
        for row in orders:
            self.send('orders', told or row['closed_at'][:10], row)
        for row in bills:
            self.send('bills', row['issued'], row)
        for row in events:
            self.send('events', row['at'][:10], row)
        self.run_to(until)
        if proven:
            for command in (['verify'], ['replay', '--run', '1..']):
                code, out, _ = self.database.settle(*command)
                self.assertEqual(code, 0, out)

    def taken(self):
        return self.posted('business_date', 'rule', 'item', 'origin', 'debit', 'credit', 'amount')

    def test_E6_clawback(self):
        rules = '- upfront: u\n  pay: 60.00\n  contract: 12 months\n  clawback: [{on: cancel, take: pro-rata}]\n'
        self.settle_all(rules, [small.order('A', '2026-01-10')],
                        [event('e1', 'cancel', '2026-05-20'), event('e2', 'fraud', '2026-07-01'),
                         event('e3', 'reinstate', '2026-08-05', reinstates='e2')], '2026-08-10',
                        proven=True)
        self.assertEqual(self.taken(), [
            ('2026-01-10', 'u', '0', '2026-01', 'carrier', 'distributor', '60.00'),
            ('2026-05-20', 'u', '0', '2026-01', 'distributor', 'carrier', '40.00'),
            ('2026-07-01', 'u', '0', '2026-01', 'distributor', 'carrier', '20.00'),
            ('2026-08-05', 'u', '0', '2026-01', 'carrier', 'distributor', '20.00')])

    def test_posted_after_the_span(self):
        """What was taken back in a period long after the last month that the policy speaks of is found again."""
        self.settle_all(FIXED, [small.order('A', '2026-01-10')], [], '2026-06-30')
        for month in range(1, 7):
            self.settle('period', 'close', f'2026-{month:02}', user='settle_finance')
        self.send('events', '2026-07-01', event('e1', 'fraud', '2026-07-01'))
        self.run_to('2026-08-31')
        self.assertEqual(self.database.sql('SELECT what, look_day FROM settle.agenda'), [['6', '2026-07-01']])
        self.send('events', '2026-09-02', event('e2', 'reinstate', '2026-09-02', reinstates='e1'))
        self.run_to('2026-09-02')
        self.assertEqual(self.posted('business_date', 'period', 'origin', 'cause'), [
            ('2026-01-10', '2026-01', '2026-01', '2026-01'), ('2026-07-01', '2026-07', '2026-01', '2026-07'),
            ('2026-09-02', '2026-07', '2026-01', '2026-09')])
        self.assertEqual(self.nets(), {('A', 'u'): 60.0})

    def test_E7_partial_refunds(self):
        self.prepare(RATE)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', paid='200.00'))
        self.send('events', '2026-02-03', event('r1', 'refund', '2026-02-03', amount='50.00'))
        self.run_to('2026-02-10')
        self.send('events', '2026-03-04', event('r2', 'refund', '2026-03-04', amount='150.00'))
        self.send('events', '2026-03-05', event('r3', 'refund', '2026-03-05', amount='10.00'))
        self.run_to('2026-03-10')
        self.assertEqual([t[-1] for t in self.taken()], ['6.00', '1.50', '4.50'])
        self.assertEqual([t[3] for t in self.taken()], ['2026-01', '2026-01', '2026-01'])
        self.assertEqual([(r['event'], r['amount'], r['reason']) for r in self.rows('facts', 'list')],
                         [('r3', '10.00', 'refund-beyond-paid')])

    def test_E3_cancelled(self):
        rules = ('- deferred: d\n  instalments:\n'
                 '  - {after: 1 month, day: 30, pay: 20.00, if: [active]}\n'
                 '  - {after: 3 months, day: 30, pay: 20.00, if: [active]}\n'
                 '  - {after: 6 months, day: 30, pay: 2%, if: [active]}\n')
        self.settle_all(rules, [small.order('A', '2026-08-31', paid='300.00')],
                        [event('e1', 'cancel', '2026-11-15')], '2027-03-01')
        self.assertEqual(self.taken(), [('2026-09-30', 'd', '1', '2026-09', 'carrier', 'distributor', '20.00')])

    def test_E5_refunds(self):
        rules = ('- volume-bonus: v\n  window: month\n  mode: {mode}\n  tiers: {{2..4: 5.00, 5..: 8.00}}\n')
        for mode, first, back in (('marginal', '23.00', '13.00'), ('whole', '40.00', '25.00')):
            self.settle_all(rules.format(mode=mode),
                            [small.order(f'A{n}', '2026-01-10') for n in range(5)],
                            [event('e1', 'full-refund', '2026-02-03', order_id='A1'),
                             event('e2', 'full-refund', '2026-02-04', order_id='A2')], '2026-02-05')
            rows = [(t[0], t[3], t[4], t[-1]) for t in self.taken()]
            self.assertEqual(rows[0], ('2026-01-31', '2026-01', 'carrier', first))
            self.assertTrue(all(r[1:3] == ('2026-01', 'distributor') for r in rows[1:]), rows)
            self.assertAlmostEqual(sum(float(r[3]) for r in rows[1:]), float(back))

    DEFAULTS = (
        # rule, paid, event and its fields, what is left
        (FIXED, '100.00', ('refund', {'amount': '40.00'}), 60.0),
        (FIXED, '100.00', ('refund', {'amount': '100.00'}), 0.0),
        (FIXED, '0.00', ('full-refund', {}), 0.0),
        (RATE, '100.00', ('refund', {'amount': '40.00'}), 1.8),
        (RATE, '100.00', ('full-refund', {}), 0.0),
        (FIXED, '100.00', ('cancel', {}), 60.0),
        (FIXED, '100.00', ('suspend', {}), 60.0),
        (FIXED, '100.00', ('port-out', {}), 60.0),
        (FIXED, '100.00', ('number-transfer', {}), 60.0),
        (FIXED, '100.00', ('fraud', {}), 0.0),
        (FIXED + '  clawback: [{on: cancel, within: 90 days, take: all}]\n', '100.00', ('cancel', {}), 0.0),
        (FIXED + '  clawback: [{on: cancel, take: 25%}]\n', '100.00', ('cancel', {}), 45.0),
        (FIXED + '  clawback: [{on: refund, take: 50%}]\n', '100.00', ('full-refund', {}), 30.0),
        (FIXED + '  clawback: [{on: refund, take: 50%}]\n', '100.00', ('refund', {'amount': '40.00'}), 60.0),
        (RATE + '  clawback: [{on: refund, within: 10 days, take: refunded-part}]\n', '100.00',
         ('refund', {'amount': '40.00'}), 3.0),
        (RATE + '  clawback: [{on: refund, within: 60 days, take: refunded-part}]\n', '100.00',
         ('refund', {'amount': '40.00'}), 1.8),
        (RATE + '  floor: 2.50\n', '100.00', ('refund', {'amount': '40.00'}), 2.5),
        (RATE + '  floor: 2.50\n', '100.00', ('refund', {'amount': '100.00'}), 0.0),
    )

    def test_defaults(self):
        for rules, paid, (what, fields), left in self.DEFAULTS:
            with self.subTest(rules=rules, event=what, **fields):
                self.settle_all(rules, [small.order('A', '2026-01-10', paid=paid)],
                                [event('e1', what, '2026-02-10', **fields)], '2026-02-12', told='2026-02-09')
                self.assertEqual(sum(self.nets().values()), left)

    WINDOWS = (('2026-04-10', 0.0), ('2026-04-11', 30.0), ('2026-07-09', 30.0), ('2026-07-10', 60.0))

    def test_windows_of_days(self):
        """Day 0 is the closing day: 2026-01-10 plus 90 days is 2026-04-10."""
        rules = FIXED + ('  clawback:\n  - {on: cancel, within: 90 days, take: all}\n'
                         '  - {on: cancel, days: 91..180, take: 50%}\n')
        for day, left in self.WINDOWS:
            with self.subTest(day=day):
                told, until = ('2026-04-09', '2026-04-12') if day < '2026-05' else ('2026-07-08', '2026-07-12')
                self.settle_all(rules, [small.order('A', '2026-01-10')], [event('e1', 'cancel', day)], until, told=told)
                self.assertEqual(sum(self.nets().values()), left)

    def test_suspended_days_are_not_counted(self):
        rules = FIXED + '  clawback: [{on: cancel, within: 90 days, take: all, not-counted: suspended-days}]\n'
        events = [event('s', 'suspend', '2026-02-01'), event('r', 'resume', '2026-02-11'),
                  event('c', 'cancel', '2026-04-20')]
        self.settle_all(rules, [small.order('A', '2026-01-10')], events, '2026-04-21')
        self.assertEqual(sum(self.nets().values()), 0.0)
        self.settle_all(rules, [small.order('A', '2026-01-10')], events[2:], '2026-04-21')
        self.assertEqual(sum(self.nets().values()), 60.0)

    def test_the_clock_decides_within_a_day(self):
        """Suspended and resumed on one day: the later one holds, whatever their keys and their order in the file;
        of one instant it is the resumption."""
        rules = '- deferred: d\n  instalments: [{after: 1 months, day: 15, pay: 10.00, if: [active]}]\n'
        orders, events, expected = [], [], {}
        for number in range(8):  # keys are hashed: eight of each kind leave nothing to luck
            for name, suspended, resumed, paid in (('A', '10', '11', True), ('B', '11', '10', False),
                                                   ('C', '10', '10', True)):
                key = f'{name}{number}'
                orders.append(small.order(key, '2026-01-10'))
                pair = [event(f's-{key}', 'suspend', '2026-01-20', order_id=key),
                        event(f'r-{key}', 'resume', '2026-01-20', order_id=key)]
                pair[0]['at'], pair[1]['at'] = f'2026-01-20 {suspended}:00:00', f'2026-01-20 {resumed}:00:00'
                events += pair[::-1] if number % 2 else pair
                if paid:
                    expected[key, 'd'] = 10.0
        self.prepare(rules)
        self.send('orders', '2026-01-10', *orders)
        self.send('events', '2026-01-20', *events)
        self.run_to('2026-02-15')
        self.assertEqual(self.nets(), expected)

    def test_a_manager_moves_on_the_night_of_an_event(self):
        """What a night's event changes of a window counts at the outlet where the order is by then, and what is moved
        is what was counted before: nothing doubled, nothing below zero."""
        rules = ('- volume-bonus: v\n  window: month\n  scope: outlet\n  measure: amount\n  mode: whole\n'
                 '  tiers: {0.01..: 10%}\n')
        for first, later, before, after in (
                ([event('e1', 'full-refund', '2026-01-12')], event('e2', 'reinstate', '2026-02-03', reinstates='e1'),
                 {}, {('window 2026-01 outlet:W2', 'v'): 10.0}),
                ([], event('e2', 'full-refund', '2026-02-03'), {('window 2026-01 outlet:W1', 'v'): 10.0},
                 {('window 2026-01 outlet:W1', 'v'): 0.0}),
                ([], event('e2', 'refund', '2026-02-03', amount='30.00'),
                 {('window 2026-01 outlet:W1', 'v'): 10.0},
                 {('window 2026-01 outlet:W1', 'v'): 0.0, ('window 2026-01 outlet:W2', 'v'): 7.0})):
            with self.subTest(event=later['event'], amount=later['amount']):
                self.prepare(rules)
                self.send('outlets', small.SINCE, *[dict(outlet=w, name=w, distributor='D1', parent='',
                                                         valid_from=small.SINCE) for w in ('W1', 'W2')])
                manager = dict(manager='M', name='M', outlet='W1', valid_from=small.SINCE)
                self.send('managers', small.SINCE, manager)
                self.send('orders', '2026-01-10', small.order('A', '2026-01-10', manager='M'))
                for row in first:
                    self.send('events', row['at'][:10], row)
                self.run_to('2026-02-02')
                self.assertEqual(self.nets(), before)
                self.send('managers', '2026-02-03', {**manager, 'outlet': 'W2', 'valid_from': '2026-01-05'})
                self.send('events', '2026-02-03', later)
                self.run_to('2026-02-03')
                self.assertEqual(self.nets(), after)
                self.assertEqual(self.database.settle('replay', '--run', '1..')[0], 0)

    def test_order_of_arrival(self):
        """An event before its order, an event dated later than its batch, a night caught up: one result."""
        rules = (FIXED + '  clawback: [{on: cancel, take: 50%}]\n' + '- deferred: d\n  instalments:\n'
                 '  - {after: 1 month, day: 15, pay: 10%, if: [active]}\n'
                 '- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n  tiers: {1.00..: 1%}\n')
        orders = [small.order('A', '2026-01-10'), small.order('B', '2026-01-12', paid='300.00')]
        events = [event('e1', 'refund', '2026-02-01', amount='25.00'), event('e2', 'cancel', '2026-02-20'),
                  event('e3', 'fraud', '2026-02-03', order_id='B'),
                  event('e4', 'reinstate', '2026-03-01', order_id='B', reinstates='e3')]
        self.settle_all(rules, orders, events, '2026-03-10', proven=True)
        expected = self.nets()
        self.assertEqual(expected, {('A', 'u'): 30.0, ('A', 'd'): 7.5, ('B', 'u'): 60.0, ('B', 'd'): 30.0,
                                    ('window 2026-01', 'v'): 3.75})
        # events first, in one file of a day before them all, then the orders, settled in one go
        self.prepare(rules)
        out = self.send('events', '2026-01-05', *reversed(events))
        self.assertIn('waiting', out)
        self.send('orders', '2026-01-14', *orders)
        self.run_to('2026-03-10')
        self.assertEqual(self.nets(), expected)
        self.assertEqual(self.database.settle('verify')[0], 0)
        self.assertEqual(self.database.settle('replay', '--run', '1..', '--chunk-facts', '1')[0], 0)
        # and everything late
        self.prepare(rules)
        self.send('orders', '2026-03-09', *orders)
        self.send('events', '2026-03-10', *events)
        self.run_to('2026-03-10')
        self.assertEqual(self.nets(), expected)

    def test_reinstated_is_as_never(self):
        rules = FIXED + '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 2.00}\n'
        for what, fields in (('fraud', {}), ('full-refund', {}), ('cancel', {}), ('suspend', {})):
            self.settle_all(rules, [small.order('A', '2026-01-10')],
                            [event('e1', what, '2026-02-10', **fields),
                             event('e2', 'reinstate', '2026-02-15', reinstates='e1')], '2026-02-20',
                            told='2026-02-09')
            self.assertEqual(self.nets(), {('A', 'u'): 60.0, ('window 2026-01', 'v'): 2.0}, what)

    REJECTED = (
        ({'event': 'vanish'}, 'unknown-event', 'event'),
        ({'event': ''}, 'unknown-event', 'event'),
        ({'at': 'soon'}, 'bad-time', 'at'),
        ({'closed_month': '2026-03'}, 'bad-month', 'closed_month'),
        ({'event': 'refund'}, 'missing-value', 'amount'),
        ({'event': 'refund', 'amount': '0.00'}, 'negative-amount', 'amount'),
        ({'event': 'refund', 'amount': '-1.00'}, 'negative-amount', 'amount'),
        ({'event': 'refund', 'amount': '1.001'}, 'too-many-decimals', 'amount'),
        ({'event': 'refund', 'amount': '1.00', 'currency': ''}, 'missing-value', 'currency'),
        ({'event': 'cancel', 'amount': '1.00'}, 'unwanted-value', 'amount'),
        ({'event': 'reinstate'}, 'missing-value', 'reinstates'),
        ({'event': 'cancel', 'reinstates': 'x'}, 'unwanted-value', 'reinstates'),
        ({'carrier': 'C9'}, 'unknown-carrier', 'carrier'),
        ({'event_id': ''}, 'missing-value', 'event_id'),
        ({'order_id': ''}, 'missing-value', 'order_id'),
    )

    def test_rejected(self):
        self.prepare(FIXED)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))
        for number, (change, reason, field) in enumerate(self.REJECTED):
            row = {**event(f'e{number}', 'cancel', '2026-02-01'), **change}
            self.send('events', '2026-02-01', row)
            listed = self.rows('quarantine', 'list')
            self.assertEqual(len(listed), number + 1, change)
            self.assertEqual((listed[-1]['reason'], listed[-1]['column']), (reason, field), change)

    def test_repeated_and_in_conflict(self):
        self.prepare(FIXED)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))
        first = event('e1', 'refund', '2026-02-01', amount='10.00')
        self.send('events', '2026-02-01', first, first)
        self.send('events', '2026-02-02', first)
        self.send('events', '2026-02-02', {**first, 'event_id': 'e2'})  # another refund of the same amount
        self.send('events', '2026-02-03', {**first, 'amount': '11.00'})
        self.assertEqual(self.database.sql("SELECT sum(accepted), sum(repeated), sum(quarantined) "
                                           "FROM settle.batch WHERE kind = 'events'"), [['2', '2', '1']])
        self.assertEqual([(r['reason'], r['column']) for r in self.rows('quarantine', 'list')],
                         [('conflict', 'amount')])

    def test_orders_of_all_ages(self):
        """An event's order, what was refunded of it, and the event itself when it comes again are found however old the
        order is; of one that nobody knows, it waits."""
        days = [f'{2025 + month // 12}-{month % 12 + 1:02}-10' for month in range(19) if month not in (5, 6, 7)]
        self.prepare(FIXED)
        self.send('orders', days[-1], *(small.order(f'A{n}', day) for n, day in enumerate(days)))
        refunds = [{**event(f'r{n}', 'refund', '2026-08-01', amount='60.00'), 'order_id': f'A{n}'}
                   for n in range(len(days) + 1)]
        others = [{**row, 'order_id': refunds[n - 1]['order_id']} for n, row in enumerate(refunds)]
        more = [{**row, 'event_id': 's' + row['event_id'], 'at': '2026-08-01 13:00:00'} for row in refunds]
        rest = [{**row, 'event_id': 't' + row['event_id'], 'amount': '40.00'} for row in refunds[:-1]]
        for rows in (refunds, refunds, others, more, refunds + rest):
            self.send('events', '2026-08-01', *rows)
        told = self.database.sql("SELECT accepted, waiting, repeated, quarantined FROM settle.batch "
                                 "WHERE kind = 'events' ORDER BY batch_id")
        known = len(days)
        self.assertEqual([[int(value) for value in row] for row in told], [
            [known, 1, 0, 0], [0, 0, known + 1, 0], [0, 0, 0, known + 1], [known, 1, 0, 0],
            [known, 0, known + 1, 0]])
        reasons = {}
        for row in self.rows('quarantine', 'list'):
            reasons[row['reason'], row['column']] = reasons.get((row['reason'], row['column']), 0) + 1
        self.assertEqual(reasons, {('conflict', 'order_id'): known + 1})
        self.run_to('2026-08-01')
        self.assertEqual({row['event'] for row in self.rows('facts', 'list')}, {f'sr{n}' for n in range(known)})


if __name__ == '__main__':
    settle_test.main()
