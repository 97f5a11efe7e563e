#!/usr/bin/env python3
"""Summaries (汇总) and detail lists (清单) by distributor, outlet subtree and manager: each order once, where its
manager stood when it closed (docs/semantics.md 1, 5.7, 13.12)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

SPLIT = '  split: {distributor: 1, outlet: 1, manager: 1}\n'
AMOUNTS = ('paid', 'upfront', 'deferred', 'revenue_share', 'volume_bonus', 'total', 'held', 'taken_back',
           'share_distributor', 'share_outlet', 'share_manager')


def minor(text):
    return int(text.replace('.', '')) if text else 0


class Activity(small.Case):
    def organisation(self, rules, **more):
        """Top above Mid above Low, and Side; M1 at Low moves to Side; Mid moves below Side in March."""
        self.prepare(rules, **more)
        self.ok('import', 'outlets', self.file('outlets.csv', 'outlet,name,distributor,parent,valid_from\n'
                'Top,T,D1,,2025-01-01\nMid,M,D1,Top,2025-01-01\nLow,L,D1,Mid,2025-01-01\nSide,S,D1,,2025-01-01\n'
                'Mid,M,D1,Side,2026-03-01\nFar,F,D2,,2025-01-01\n'), '--date', small.SINCE)
        self.ok('import', 'managers', self.file('managers.csv', 'manager,name,outlet,valid_from\n'
                'M1,A,Low,2025-01-01\nM1,A,Side,2026-02-01\nM2,B,Mid,2025-01-01\nM9,Z,Far,2025-01-01\n'),
                '--date', small.SINCE)

    def orders(self, *rows):
        for name, day, manager in rows:
            self.send('orders', day, small.order(name, day, manager=manager,
                                                 distributor='D2' if manager == 'M9' else 'D1'))

    def names(self, *options):
        return [r['order'] for r in self.rows('activity', 'list', '--distributor', 'D1', *options)]

    ORDERS = (('A', '2026-01-10', 'M1'), ('B', '2026-01-11', 'M2'), ('C', '2026-02-10', 'M1'),
              ('D', '2026-02-11', ''), ('E', '2026-03-10', 'M2'), ('Z', '2026-03-10', 'M9'))

    def test_where_its_manager_stood(self):
        self.organisation('- upfront: u\n  pay: 10.00\n')
        self.orders(*self.ORDERS)
        self.run_to('2026-03-31')
        self.assertEqual(self.names(), ['A', 'B', 'C', 'D', 'E'])
        self.assertEqual(self.names('--outlet', 'Top'), ['A', 'B'])
        self.assertEqual(self.names('--outlet', 'Mid'), ['A', 'B', 'E'])
        self.assertEqual(self.names('--outlet', 'Low'), ['A'])
        self.assertEqual(self.names('--outlet', 'Side'), ['C', 'E'])
        self.assertEqual(self.names('--manager', 'M1'), ['A', 'C'])
        self.assertEqual(self.names('--from', '2026-02', '--to', '2026-02'), ['C', 'D'])
        self.assertEqual([(r['outlet'], r['manager']) for r in self.rows('activity', 'list', '--distributor', 'D1')],
                         [('Low', 'M1'), ('Mid', 'M2'), ('Side', 'M1'), ('', ''), ('Mid', 'M2')])
        for options in ([], ['--distributor', 'D1', '--outlet', 'Top', '--manager', 'M1']):
            self.settle('activity', 'list', *options, code=2)
        self.settle('activity', 'list', '--distributor', 'D7', code=3)
        # an empty list would not say that they are somebody else's
        for words in (('--manager', 'M9'), ('--outlet', 'Far')):
            for command in ('list', 'summary'):
                said = self.settle('activity', command, '--distributor', 'D1', *words, code=3)
                self.assertIn(f'{words[0][2:]} {words[1]} is of distributor D2, not of D1\nhint: --distributor D2', said)
        self.assertIn('there are no settled orders of distributor D2, period 2026-01',
                      self.settle('activity', 'list', '--distributor', 'D2', '--to', '2026-01'))

    def test_one_order(self):
        """An order's id is enough: whose it is is looked up; where it stands is there, and of one that earned nothing why."""
        self.organisation('- upfront: u\n  pay: 10%\n  for: {class: [plan]}\n- revenue-share: s\n  for: {class: [plan]}\n'
                          '  base: billed\n  months: 0..3\n  rate: 10%\n')
        self.orders(*self.ORDERS[:2], ('Z', '2026-01-12', 'M9'))
        self.send('orders', '2026-01-13', small.order('A', '2026-01-13', carrier='C2', distributor='D2'),
                  small.order('S', '2026-01-13', product='P-sim'), small.order('N', '2026-01-13', paid='0.01'),
                  small.order('L', '2026-01-20'))
        self.send('orders', '2026-01-13', small.order('K', '2026-01-13', contract='K', paid='200.00'))
        self.send('bills', '2026-01-14', small.bill('K', '2026-01', '2026-01-14', billed='80.00'))
        self.run_to('2026-01-14')
        self.send('bills', '2026-01-15', small.bill('K', '2026-01', '2026-01-15', billed='50.00', revision='2'))
        self.run_to('2026-01-15')

        def rows(*options):
            return [(r['carrier'], r['distributor'], r['outlet'], r['total'], r['state'], r['zero_because'])
                    for r in self.rows('activity', 'list', *options)]

        self.assertEqual(rows('--order', 'A'), [('C1', 'D1', 'Low', '10.00', 'settled', ''),
                                                ('C2', 'D2', '', '0.00', 'zero', 'no-policy')])
        self.assertEqual(rows('--order', 'A', '--distributor', 'D2'), [('C2', 'D2', '', '0.00', 'zero', 'no-policy')])
        self.assertEqual(rows('--order', 'Z'), [('C1', 'D2', 'Far', '10.00', 'settled', '')])
        # why the second posting: the corrected bill
        self.assertEqual(self.posted('kind', 'amount', 'cause', 'bill_month', 'bill_revision', filters=('--order', 'K')), [
            ('upfront', '20.00', '2026-01', '', ''), ('revenue-share', '8.00', '2026-01', '2026-01', '1'),
            ('revenue-share', '3.00', '2026-01', '2026-01', '2')])
        for command in ('ledger', 'transfers'), ('activity', 'list'):
            said = self.settle(*command, '--order', 'L')
            self.assertIn('order L of carrier C1 and distributor D1 closed on 2026-01-20 and waits for the night of its day', said)
        for order, text in (('S', 'was settled as zero on 2026-01-13: no rule of the policy matches [no-rule]'),
                            ('N', 'was settled as zero on 2026-01-13: the rules that match earn nothing [zero]')):
            self.assertIn(f'there are no transfers of order {order}\norder {order} of carrier C1 and distributor D1 closed on '
                          f'2026-01-13 and {text}\n', self.settle('ledger', 'transfers', '--order', order))
        # of another one it says whose
        self.assertIn('order Z of carrier C1 and distributor D2 closed on 2026-01-12 and has transfers',
                      self.settle('ledger', 'transfers', '--order', 'Z', '--distributor', 'D1'))
        self.assertNotIn('closed on', self.settle('--format', 'csv', 'ledger', 'transfers', '--order', 'S'))

    def test_one_order_cut(self):
        self.prepare('- upfront: u\n  pay: 60.00\n  ceiling: {window: month, amount: 60.00}\n')
        self.send('orders', '2026-01-20', small.order('A', '2026-01-20'), small.order('B', '2026-01-21'))
        self.run_to('2026-01-21')
        self.assertIn('order B of carrier C1 and distributor D1 closed on 2026-01-21 and earned, but ceiling took all of it',
                      self.settle('ledger', 'transfers', '--order', 'B'))

    def test_each_order_once(self):
        """However it is cut, the parts add up to the whole; the list adds up to the summary and the ledger."""
        self.organisation('- upfront: u\n  pay: 10.01\n' + SPLIT + '  holdback: {share: 10%, days: 400}\n'
                          '  clawback: [{on: cancel, take: 50%}]\n'
                          '- deferred: d\n  instalments: [{after: 1 month, day: 5, pay: 3%}]\n'
                          '- volume-bonus: v\n  window: month\n  scope: outlet\n  mode: whole\n  tiers: {1..: 1.00}\n')
        self.orders(*self.ORDERS)
        self.send('events', '2026-03-12', event('e1', 'cancel', '2026-03-12'))
        self.run_to('2026-04-30')
        every = self.rows('activity', 'list', '--distributor', 'D1')
        whole = {name: sum(minor(r[name]) for r in every) for name in AMOUNTS}
        for by in ([], ['--by', 'outlet'], ['--by', 'manager']):
            rows = self.rows('activity', 'summary', '--distributor', 'D1', *by)
            self.assertEqual({name: sum(minor(r[name]) for r in rows) for name in AMOUNTS}, whole, by)
            self.assertEqual(sum(int(r['orders']) for r in rows), 5)
        for row in every:
            self.assertEqual(minor(row['total']), sum(minor(row[n]) for n in AMOUNTS[8:]), row)
            self.assertEqual(minor(row['total']), sum(minor(row[n]) for n in AMOUNTS[1:5]), row)
        owed = sum(minor(r['balance']) for r in self.rows('ledger', 'balances', '--distributor', 'D1')
                   if r['account'] == 'carrier')
        self.assertEqual(whole['total'], owed)
        self.assertEqual(whole['taken_back'], 500)
        self.assertGreater(whole['held'], 0)
        # an outlet's windows are its own; the distributor sees them all
        self.assertEqual([r['order'] for r in every if r['order'].startswith('window')],
                         ['window 2026-01'] * 2 + ['window 2026-02', 'window 2026-03'])
        self.assertEqual(len(self.names('--outlet', 'Low')), 2)

    def test_states(self):
        """What happened to an order and is in force, else what came of it."""
        self.organisation('- upfront: u\n  for: {class: [plan]}\n  pay: 10%\n'
                          '- deferred: d\n  for: {class: [sim]}\n  instalments: [{after: 1 month, day: 5, pay: 5.00}]\n')
        names = 'fraud undone whole parts some cancelled out moved suspended resumed both nothing'.split()
        self.send('orders', '2026-01-10', *[small.order(n, '2026-01-10') for n in names],
                  small.order('later', '2026-01-10', product='P-sim'),
                  small.order('zero', '2026-01-10', product='P-phone'))

        def happens(name, kind, day='2026-01-12', order_id=None, **more):
            return event(name, kind, day, order_id=order_id or name, **more)
        self.send('events', '2026-01-12', happens('fraud', 'fraud'), happens('undone', 'fraud'),
                  happens('whole', 'refund', amount='100.00'), happens('parts', 'refund', amount='40.00'),
                  happens('some', 'refund', amount='40.00'), happens('cancelled', 'cancel'),
                  happens('out', 'port-out'), happens('moved', 'number-transfer'), happens('suspended', 'suspend'),
                  happens('resumed', 'suspend'), happens('both', 'cancel'))
        self.send('events', '2026-01-13', happens('u2', 'reinstate', '2026-01-13', 'undone', reinstates='undone'),
                  happens('p2', 'refund', '2026-01-13', 'parts', amount='60.00'),
                  happens('r2', 'resume', '2026-01-13', 'resumed'), happens('b2', 'fraud', '2026-01-13', 'both'))

        def states():
            return {r['order']: r['state'] for r in self.rows('activity', 'list', '--distributor', 'D1')}
        self.run_to('2026-01-12')
        before = {'fraud': 'fraud', 'undone': 'fraud', 'whole': 'refunded', 'parts': 'partly-refunded',
                  'some': 'partly-refunded', 'cancelled': 'cancelled', 'out': 'ported-out',
                  'moved': 'number-transferred', 'suspended': 'suspended', 'resumed': 'suspended',
                  'both': 'cancelled', 'nothing': 'settled', 'later': 'waiting', 'zero': 'zero'}
        self.assertEqual(states(), before)
        # what has come, but is not settled, is not seen yet
        self.send('events', '2026-01-14', happens('n2', 'cancel', '2026-01-14', 'nothing'))
        self.run_to('2026-01-13')
        self.assertEqual(states(), {**before, 'undone': 'settled', 'parts': 'refunded', 'resumed': 'settled',
                                    'both': 'fraud'})
        zero = [r for r in self.rows('activity', 'list', '--distributor', 'D1') if r['order'] == 'zero'][0]
        self.assertEqual(zero['zero_because'], 'no-rule')

    def test_told_late_and_told_again(self):
        """Two batches for one day: the later one holds. A day's move counts from its day on."""
        self.organisation('- upfront: u\n  pay: 10.00\n')
        head = 'manager,name,outlet,valid_from\n'
        self.ok('import', 'managers', self.file('again.csv', head + 'M2,B,Side,2025-01-01\n'), '--date', '2026-01-02')
        self.orders(('A', '2026-01-31', 'M1'), ('B', '2026-02-01', 'M1'), ('C', '2026-02-01', 'M2'))
        self.run_to('2026-02-01')
        self.assertEqual(self.names('--outlet', 'Low'), ['A'])
        self.assertEqual(self.names('--outlet', 'Side'), ['B', 'C'])
        self.assertEqual(self.names('--outlet', 'Mid'), ['A'])
        # a move that reaches back, as the next night knows it
        self.ok('import', 'managers', self.file('late.csv', head + 'M1,A,Mid,2026-01-15\n'), '--date', '2026-02-02')
        self.assertEqual(self.names('--outlet', 'Low'), ['A'])
        self.run_to('2026-02-02')
        self.assertEqual(self.names('--outlet', 'Low'), [])
        self.assertEqual(self.names('--outlet', 'Mid'), ['A'])
        self.settle('activity', 'summary', '--distributor', 'D1', '--from', '2026-03', '--to', '2026-02', code=2)

    def test_abandoned_and_unpublished(self):
        """Only published runs are seen: an order that is imported is not there before its night is."""
        self.organisation('- upfront: u\n  pay: 10.00\n  payee: distributor\n')
        self.orders(('A', '2026-01-10', 'M1'))
        self.run_to('2026-01-10')
        self.orders(('B', '2026-01-10', 'M1'))
        self.assertEqual(self.names(), ['A'])
        self.run_to('2026-01-11')
        self.assertEqual(self.names(), ['A', 'B'])
        # a run that cannot be published has written its postings, and is given up
        self.send('events', '2026-01-12', event('e1', 'fraud', '2026-01-12'))
        before = self.rows('activity', 'list', '--distributor', 'D1')
        last = self.database.value('SELECT max(run_id) FROM settle.run')
        self.database.sql(f'ALTER TABLE settle.run_publication ADD CONSTRAINT broken CHECK (run_id <= {last})')
        self.settle('run', '--date', '2026-01-12', code=4)
        self.assertEqual(self.database.value(f'SELECT count(*) FROM settle.transfer WHERE run_id > {last}'), '1')
        self.assertEqual(self.rows('activity', 'list', '--distributor', 'D1'), before)
        self.database.sql('ALTER TABLE settle.run_publication DROP CONSTRAINT broken')
        self.settle('run', '--abandon', '--reason', 'a try', user='settle_night')
        self.run_to('2026-01-12')
        self.assertEqual([(r['total'], r['taken_back'], r['state']) for r in
                          self.rows('activity', 'list', '--distributor', 'D1')],
                         [('0.00', '10.00', 'fraud'), ('10.00', '0.00', 'settled')])

    def test_E9_split(self):
        self.organisation('- upfront: u\n  pay: 10.00\n' + SPLIT)
        self.orders(('A', '2026-01-10', 'M1'), ('D', '2026-01-11', ''))
        self.run_to('2026-01-31')
        self.assertEqual([tuple(r[n] for n in AMOUNTS[8:])
                          for r in self.rows('activity', 'list', '--distributor', 'D1')],
                         [('3.34', '3.33', '3.33'), ('10.00', '0.00', '0.00')])

    def test_splits_targets_not_differences(self):
        """10.00, then 4.99 of it is kept: parts of 4.99, whatever was posted on the way."""
        self.organisation('- upfront: u\n  pay: 10%\n' + SPLIT)
        self.orders(('A', '2026-01-10', 'M1'))
        for n, amount in enumerate(('20.05', '30.05')):
            self.send('events', f'2026-01-1{n + 1}', event(f'r{n}', 'refund', f'2026-01-1{n + 1}', amount=amount))
        self.run_to('2026-01-31')
        row = self.rows('activity', 'list', '--distributor', 'D1')[0]
        self.assertEqual((row['total'], row['share_distributor'], row['share_outlet'], row['share_manager']),
                         ('4.99', '1.67', '1.66', '1.66'))


if __name__ == '__main__':
    settle_test.main()
