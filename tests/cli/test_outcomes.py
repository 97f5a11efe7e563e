#!/usr/bin/env python3
"""What becomes of facts that are late, early, odd or too large, run by run: periods, waiting, reasons
for zero, quarantine, overflow (docs/semantics.md 2, 3, 4, 13.1, 13.2, 13.8, 13.14, 14.10, 14.20)."""
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from small import bill, order

RULES = """- upfront: fixed
  for: {class: [sim]}
  pay: 30.00
- revenue-share: share
  for: {class: [plan]}
  base: billed
  months: 0..12
  rate: 10%"""
LATE = """- upfront: percent
  pay: 3%
- deferred: later
  instalments:
  - {after: 1 month, day: 10, pay: 7.00}
- volume-bonus: volume
  window: month
  scope: distributor
  measure: orders
  mode: whole
  tiers: {2..: 5.00}"""
MOST = '10000000000000.00'      # the largest amount that is taken in


def minor(text):
    return int(text.replace('.', ''))


class Periods(small.Case):
    def refused(self, period, message):
        self.assertIn(message, self.settle('period', 'close', period, code=3))

    def test_closing(self):
        self.prepare(RULES)
        self.send('orders', '2026-02-27', order('F1', '2026-02-27', product='P-sim'))
        self.refused('2026-02', 'period 2026-02 is not over')
        self.run_to('2026-02-27')
        self.refused('2026-02', 'settle run --date 2026-02-28 first')
        self.run_to('2026-03-30')
        self.refused('2026-03', 'settle run --date 2026-03-31 first')
        self.send('orders', '2026-03-31', order('M1', '2026-03-30', product='P-sim'))
        self.run_to('2026-03-31')
        self.refused('2026-03', 'the earlier period 2026-02 is still open')
        # sealed, dated inside the period, not settled yet
        self.send('orders', '2026-02-28', order('F2', '2026-02-28', product='P-sim'))
        self.refused('2026-02', '1 sealed batches dated in or before 2026-02 are not settled yet')
        self.run_to('2026-03-31')
        self.settle('period', 'close', '2026-02', code=4, user='settle_night')
        self.settle('period', 'close', '2026-02', code=4, user='settle_audit')
        self.settle('period', 'close', '2026-02', user='settle_finance')
        self.refused('2026-02', 'period 2026-02 is closed already')
        self.refused('2026-04', 'period 2026-04 is not over')
        self.settle('period', 'close', '2026-03')
        self.assertEqual([(r['period'], r['state'], r['closed_by'], r['transfers'])
                          for r in self.rows('period', 'list')],
                         [('2026-02', 'closed', 'settle_finance', '2'),
                          ('2026-03', 'closed', 'postgres', '1')])

    def test_what_is_before_a_closed_period_is_closed(self):
        """14.22: January had no postings and was never closed by name."""
        self.prepare(RULES)
        self.send('orders', '2026-02-27', order('F1', '2026-02-27', product='P-sim'))
        self.run_to('2026-02-28')
        self.settle('period', 'close', '2026-02')
        self.send('orders', '2026-03-01', order('J1', '2026-01-20', product='P-sim'))
        self.run_to('2026-03-01')
        self.assertEqual([(r['period'], r['origin']) for r in self.rows('ledger', 'transfers')],
                         [('2026-02', '2026-02'), ('2026-03', '2026-01')])
        self.assertEqual([(r['period'], r['state']) for r in self.rows('period', 'list')],
                         [('2026-01', 'closed'), ('2026-02', 'closed'), ('2026-03', 'open')])
        self.refused('2026-01', 'period 2026-01 is closed already')

    def test_late_facts(self):
        """As in E10: posted to the oldest open period, with the origin where it belongs."""
        self.prepare(LATE)
        self.send('orders', '2026-02-10', order('F1', '2026-02-10'))
        self.send('orders', '2026-03-10', order('M1', '2026-03-10'))
        self.run_to('2026-03-31')
        closed = self.rows('ledger', 'balances', '--period', '2026-02')
        self.settle('period', 'close', '2026-02')
        # March is open still, and older than the run's April
        self.send('orders', '2026-04-01', order('F2', '2026-02-28'))
        self.run_to('2026-04-01')
        line = ('subject', 'kind', 'period', 'origin', 'amount')
        self.assertEqual(sorted(self.posted(*line, filters=('--run', self.last()))), [
            ('F2', 'deferred', '2026-03', '2026-03', '7.00'),
            ('F2', 'upfront', '2026-03', '2026-02', '3.00'),
            ('window 2026-02', 'volume-bonus', '2026-03', '2026-02', '10.00')])
        self.settle('period', 'close', '2026-03')
        march = self.rows('ledger', 'balances', '--period', '2026-03')
        self.send('orders', '2026-04-03', order('M2', '2026-03-28'), order('F3', '2026-02-01'))
        self.run_to('2026-04-03')
        self.assertEqual(sorted(self.posted(*line, filters=('--run', self.last()))), [
            ('F3', 'deferred', '2026-04', '2026-03', '7.00'),
            ('F3', 'upfront', '2026-04', '2026-02', '3.00'),
            ('M2', 'upfront', '2026-04', '2026-03', '3.00'),
            ('window 2026-02', 'volume-bonus', '2026-04', '2026-02', '5.00'),
            ('window 2026-03', 'volume-bonus', '2026-04', '2026-03', '10.00')])
        # its instalment falls due as if it had come in time
        self.run_to('2026-04-10')
        self.assertEqual(sorted(self.posted(*line, filters=('--run', self.last()))), [
            ('M1', 'deferred', '2026-04', '2026-04', '7.00'),
            ('M2', 'deferred', '2026-04', '2026-04', '7.00')])
        self.assertEqual(self.rows('ledger', 'balances', '--period', '2026-02'), closed)
        self.assertEqual(self.rows('ledger', 'balances', '--period', '2026-03'), march)

    def last(self):
        return self.database.value('SELECT max(run_id) FROM settle.run_publication')

    def test_corrected_bill(self):
        self.prepare(RULES)
        self.send('orders', '2026-02-10', order('F1', '2026-02-10', contract='K1'))
        self.send('bills', '2026-03-05', bill('K1', '2026-02', '2026-03-05', billed='80.00'))
        self.run_to('2026-03-31')
        self.settle('period', 'close', '2026-02')
        self.send('bills', '2026-04-02',
                  bill('K1', '2026-02', '2026-04-02', billed='50.00', revision='2'))
        self.run_to('2026-04-02')
        self.assertEqual(self.posted('period', 'origin', 'debit', 'credit', 'amount', 'target'),
                         [('2026-02', '2026-02', 'carrier', 'distributor', '8.00', '8.00'),
                          ('2026-03', '2026-02', 'distributor', 'carrier', '3.00', '5.00')])


class Waiting(small.Case):
    def setUp(self):
        super().setUp()
        self.prepare(RULES)

    def waits(self):
        return {name.strip(): int(count) for name, count in re.findall(
            r'^(\w+ waits for its \w+) +C1 +(\d+)', self.settle('status'), re.M)}

    def amounts(self):
        return self.posted('business_date', 'subject', 'origin', 'amount')

    def test_bill_before_its_orders_batch(self):
        """The bill's night comes first, whichever file came first."""
        for first, contract, name in ((0, 'K1', 'A1'), (1, 'K2', 'A2')):
            files = [('bills', '2026-03-10', bill(contract, '2026-03', '2026-03-09', billed='90.00')),
                     ('orders', '2026-03-12', order(name, '2026-03-05', contract=contract))]
            for number in (first, 1 - first):
                self.send(*files[number])
        self.run_to('2026-03-11')
        self.assertEqual(self.amounts(), [])
        report = self.run_to('2026-03-12')[-1]
        self.assertEqual((report['settled'], report['zero'], report['transfers']), (2, 0, 2))
        self.assertEqual(sorted(self.amounts()), [('2026-03-12', 'A1', '2026-03', '9.00'),
                                                  ('2026-03-12', 'A2', '2026-03', '9.00')])
        self.assertEqual(self.waits(), {})

    def test_unknown_contract(self):
        self.assertIn('1 waiting for their order', self.send(
            'bills', '2026-03-10', bill('K1', '2026-03', '2026-03-10', billed='90.00')))
        self.run_to('2026-03-10')
        self.assertEqual((self.amounts(), self.waits()), ([], {'bill waits for its order': 1}))
        self.send('orders', '2026-03-20', order('A1', '2026-03-05', contract='K1'))
        self.run_to('2026-03-20')
        self.assertEqual(self.amounts(), [('2026-03-20', 'A1', '2026-03', '9.00')])
        self.assertEqual(self.waits(), {})

    def test_first_closed_order(self):
        self.send('orders', '2026-03-10', order('A2', '2026-03-08', contract='K1'),
                  order('A3', '2026-03-09', contract='K1'))
        self.send('bills', '2026-03-11', bill('K1', '2026-03', '2026-03-11', billed='90.00'))
        reports = self.run_to('2026-03-11')
        self.assertEqual((reports[0]['settled'], reports[0]['zero']), (1, 1))
        self.assertIn('\nno-bills       1  ', self.settle('status'))
        # one that closed earlier arrives: the bills are its own
        self.send('orders', '2026-03-12', order('A1', '2026-03-07', contract='K1', distributor='D2'))
        self.run_to('2026-03-12')
        self.assertEqual(sorted(self.posted('subject', 'distributor', 'debit', 'amount', 'target')),
                         [('A1', 'D2', 'carrier', '9.00', '9.00'), ('A2', 'D1', 'carrier', '9.00', '9.00'),
                          ('A2', 'D1', 'distributor', '9.00', '0.00')])

    def test_dated_after_the_night(self):
        self.send('orders', '2026-03-10', order('A1', '2026-03-10', product='P-sim'),
                  order('A2', '2026-03-12', product='P-sim'), order('A3', '2026-03-14', contract='K3'))
        self.send('bills', '2026-03-10', bill('K3', '2026-03', '2026-03-13', billed='90.00'))
        report = self.run_to('2026-03-10')[0]
        self.assertEqual((report['facts'], report['settled'], report['waiting']), (4, 1, 3))
        self.assertEqual(self.waits(), {'bill waits for its day': 1, 'order waits for its day': 2})
        # one by one, each with its name
        self.assertEqual([(r['what'], r['distributor'], r['order'], r['month'], r['day'], r['waits_for'])
                          for r in self.rows('facts', 'waiting')], [
            ('order', 'D1', 'A2', '', '2026-03-12', 'its day'), ('bill', 'D1', 'A3', '2026-03', '2026-03-14', 'its day'),
            ('order', 'D1', 'A3', '', '2026-03-14', 'its day')])
        self.run_to('2026-03-11')
        self.assertEqual([row[1] for row in self.amounts()], ['A1'])
        self.run_to('2026-03-20')
        self.assertEqual(sorted(self.amounts()), [
            ('2026-03-10', 'A1', '2026-03', '30.00'), ('2026-03-12', 'A2', '2026-03', '30.00'),
            ('2026-03-14', 'A3', '2026-03', '9.00')])
        self.assertEqual(self.waits(), {})

    def test_a_date_twice(self):
        self.send('orders', '2026-03-10', order('A1', '2026-03-10', product='P-sim'))
        self.assertEqual(len(self.run_to('2026-03-10')), 1)
        for _ in range(2):
            self.assertEqual(self.settle('run', '--date', '2026-03-10'),
                             'nothing to do: 2026-03-10 is settled\n')
            self.assertEqual(self.run_to('2026-03-10'), [])
        # the same rows once more are no news; a new one of the same date is settled alone
        self.assertIn('1 repeated', self.send('orders', '2026-03-10',
                                              order('A1', '2026-03-10', product='P-sim')))
        self.send('orders', '2026-03-10', order('A2', '2026-03-10', product='P-sim', quantity='2'))
        self.assertEqual([(r['facts'], minor(r['amount'])) for r in self.run_to('2026-03-10')],
                         [(1, 6000)])
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.run'), '2')
        self.assertIn('settled already', self.settle('run', '--date', '2026-03-09', code=3))


class Zero(small.Case):
    def zero(self):
        """Reasons and counts, as status shows them."""
        page = self.settle('status')
        part = page.split('Orders settled as zero\n')[1].split('\n\n')[0] if 'as zero' in page else ''
        return {row.split()[0]: int(row.split()[1]) for row in part.splitlines()[2:]}

    def test_reasons(self):
        self.prepare(RULES + """
- upfront: percent
  for: {class: [plan]}
  pay: 2%
- upfront: used
  for: {class: [phone], region: [GX]}
  pay: 8.00
  if: [{month: 0, all: [{minutes: 1..}]}]
- upfront: dear
  for: {class: [phone], quantity: 999999..}
  pay: 10000000.01""")
        cases = {
            'no-policy': [('N1', {'carrier': 'C2'}), ('N2', {'closed_at': '2025-12-31 23:59:59'})],
            'currency': [('U1', {'currency': 'USD'})],
            'no-rule': [('R1', {'product': 'P-phone'})],
            'zero': [('Z1', {'paid': '0.00'}), ('Z2', {'paid': '0.24'}),
                     # no bill can ever tell: it does not wait for one
                     ('Z3', {'product': 'P-phone', 'region': 'GX'})],
            # 10,000.00 above the largest amount
            'overflow': [('O1', {'product': 'P-phone', 'quantity': '1000000'})],
        }
        settled = [('S0', {'product': 'P-phone', 'quantity': '999999'}), ('S1', {'product': 'P-sim'}),
                   ('S2', {}), ('S3', {'paid': '0.00', 'contract': 'K3'}),
                   ('S4', {'product': 'P-phone', 'region': 'GX', 'contract': 'K4'})]
        self.send('orders', '2026-03-10', *(order(name, '2026-03-10', **more) for name, more in
                                            [c for group in cases.values() for c in group] + settled))
        report = self.run_to('2026-03-10')[-1]
        self.assertEqual((report['facts'], report['settled'], report['zero'], report['waiting']),
                         (13, 5, 8, 0))
        self.assertEqual((report['transfers'], report['amount']), (3, '9999990010031.99'))
        self.assertEqual(self.zero(), {reason: len(group) for reason, group in cases.items()})
        self.assertEqual(sorted(self.posted('subject', 'amount')),
                         [('S0', '9999990009999.99'), ('S1', '30.00'), ('S2', '2.00')])
        # zero is settled: nothing of it comes again
        self.assertEqual(self.run_to('2026-03-10'), [])
        self.assertEqual(self.zero(), {reason: len(group) for reason, group in cases.items()})

    def test_quarantined_rows(self):
        self.prepare(RULES)
        out = self.send('orders', '2026-03-10', *(order(name, '2026-03-10', **{'product': 'P-sim', **more})
                                                  for name, more in (
            ('G1', {}), ('B1', {'product': 'P-new'}), ('B2', {'distributor': 'D9'}),
            ('B3', {'paid': '-1.00'}), ('G2', {}), ('G1', {'paid': '7.00'}))))
        self.assertIn('6 rows, 2 accepted, 4 quarantined', out)
        self.assertEqual(self.run_to('2026-03-10')[0]['settled'], 2)
        kept = [(r['line'], r['reason']) for r in self.rows('quarantine', 'list')]
        self.assertEqual(kept, [('3', 'unknown-product'), ('4', 'unknown-distributor'),
                                ('5', 'negative-amount'), ('7', 'conflict')])
        # the row is read again by itself, and enters on the later of the two dates
        self.send('products', '2026-03-12', {'carrier': 'C1', 'product': 'P-new', 'name': 'n',
                                             'class': 'sim', 'valid_from': small.SINCE})
        self.assertEqual([r['reason'] for r in self.rows('quarantine', 'list')],
                         ['unknown-distributor', 'negative-amount', 'conflict'])
        self.assertEqual([r['settled'] for r in self.run_to('2026-03-12')], [0, 1])
        self.assertEqual(sorted(self.posted('subject', 'business_date', 'period', 'amount')),
                         [('B1', '2026-03-12', '2026-03', '30.00'), ('G1', '2026-03-10', '2026-03', '30.00'),
                          ('G2', '2026-03-10', '2026-03', '30.00')])

    def test_large_amounts(self):
        """A mistyped amount costs its own row, not the night; the largest one is still exact."""
        self.prepare("""- upfront: all
  for: {class: [plan]}
  pay: 100%
- revenue-share: share
  for: {class: [plan]}
  base: billed
  months: 0..12
  rate: 100%
- volume-bonus: volume
  window: month
  scope: distributor
  measure: amount
  mode: whole
  tiers: {0.01..: 100%}""")
        too_large = ('10000000000000.01', '92233720368547758.07', '92233720368547758.08',
                     '184467440737095516.17', '9' * 40)
        self.send('orders', '2026-03-10', order('A0', '2026-03-10'), *(
            order(f'A{i}', '2026-03-10', paid=MOST, contract=f'K{i}') for i in range(1, 4)), *(
            order(f'B{i}', '2026-03-10', paid=paid) for i, paid in enumerate(too_large)))
        self.send('bills', '2026-03-11', bill('K1', '2026-03', '2026-03-11', billed=MOST),
                  bill('K2', '2026-03', '2026-03-11', billed='-92233720368547758.08'))
        self.assertEqual([(r['kind'], r['column'], r['reason'], r['message'])
                          for r in self.rows('quarantine', 'list')],
                         [('orders', 'paid', 'bad-amount', 'is too large')] * 5
                         + [('bills', 'billed', 'bad-amount', 'is too large')])
        dry = self.json('run', '--date', '2026-03-10', '--dry-run')[0]['amount']
        reports = self.run_to('2026-03-31')
        self.assertEqual(dry, '30000000000100.00')
        self.assertEqual([r['amount'] for r in reports if r['transfers'] > 0],
                         [dry, '10000000000000.00', dry])
        self.assertEqual([(r['account'], r['balance']) for r in self.rows('ledger', 'balances')],
                         [('carrier', '70000000000200.00'), ('distributor', '-70000000000200.00')])

    def test_a_window_that_leaves_64_bits_costs_itself(self):
        """The window stands at nothing, the night goes on, and status names it (4, 14.20): told on two nights as in one."""
        rules = """- upfront: all
  pay: 1.00
- volume-bonus: absurd
  window: month
  measure: units
  mode: whole
  paid: progressive
  tiers: {1..: 900000000.00}"""
        bonus, upfront = 90000000000 * 1000000, 100000000
        for first, amounts, zero in (('2026-03-10', [bonus + upfront, bonus + upfront], [0, 1]),
                                     ('2026-03-11', [2 * upfront], [1])):
            self.prepare(rules)
            self.send('orders', first, order('A0', '2026-03-10', quantity='1000000'))
            self.send('orders', '2026-03-11', order('A1', '2026-03-11', quantity='1000000'))
            reports = [r for r in self.run_to('2026-03-12') if r['transfers'] > 0]
            self.assertEqual([minor(r['amount']) for r in reports], amounts)
            self.assertEqual([r['zero'] for r in reports], zero)
            self.assertEqual(self.nets('rule'), {('all',): 2 * upfront, **({('absurd',): 0} if len(zero) > 1 else {})})
            self.assertIn('overflow', self.settle('status'))
            self.ok('verify')
            self.ok('replay', '--run', '1..')


    def test_a_measure_that_leaves_64_bits(self):
        """On two nights or in one; the night that comes after it goes on, and orders earn what they do."""
        rules = '- upfront: all\n  pay: 1.00\n- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n' \
                '  paid: progressive\n  tiers: {0.01..: 1%}\n'
        for first in ('2026-03-10', '2026-03-11'):
            self.prepare(rules)
            for date, name in ((first, 'A'), ('2026-03-11', 'B')):
                self.send('orders', date, *(order(f'{name}{i}', '2026-03-10', paid=MOST) for i in range(5000)))
            self.run_to('2026-03-11')
            self.send('orders', '2026-03-12', order('C', '2026-03-12'))
            self.run_to('2026-03-12')
            self.assertEqual({key: net for key, net in self.nets('rule').items() if net}, {('all',): 10001 * 100})
            self.assertIn('overflow', self.settle('status'))
            self.ok('verify')
            self.ok('replay', '--run', '1..')


class OutOfOrder(small.Case):
    """What is taken in later may be of an earlier night: each night finds what the nights before it posted."""

    RULES = '- revenue-share: s\n  base: billed\n  months: 0..12\n  rate: 10%\n'

    def nets(self):
        return {key: fen / 100 for key, fen in super().nets('subject', 'item').items() if fen}

    def test_a_revision_taken_in_before_the_one_that_it_corrects(self):
        self.prepare(self.RULES)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', contract='K'))
        self.send('bills', '2026-02-20', small.bill('K', '2026-01', '2026-02-18', revision='2', billed='60.00'))
        self.send('bills', '2026-02-05', small.bill('K', '2026-01', '2026-02-03', billed='100.00'))
        self.run_to('2026-02-10')
        self.assertEqual(self.nets(), {('A', '0'): 10.0})
        self.run_to('2026-02-20')
        self.assertEqual(self.nets(), {('A', '0'): 6.0})
        self.assertEqual(self.database.settle('replay', '--run', '1..')[0], 0)

    def test_a_first_order_taken_in_last_and_settled_first(self):
        self.prepare(self.RULES)
        self.send('orders', '2026-01-10', small.order('B', '2026-01-10', contract='K'))
        self.send('bills', '2026-02-20', small.bill('K', '2026-02', '2026-02-18', billed='100.00'))
        self.send('orders', '2026-01-12', small.order('A', '2026-01-05', contract='K'))   # closed before B
        self.run_to('2026-02-20')
        self.assertEqual(self.nets(), {('A', '1'): 10.0})
        self.assertEqual(self.database.settle('replay', '--run', '1..')[0], 0)


class Long(small.Case):
    @unittest.skipUnless(os.environ.get('SETTLE_LONG') == '1', '90,000 orders and their bills of a year: SETTLE_LONG=1')
    def test_a_long_past_is_no_limit(self):
        """A distributor's instalment day reads twelve bills an order: more than the facts that a night may bring."""
        orders = range(90_000)
        self.prepare('- deferred: d\n  instalments:\n  - {after: 12 months, day: 28, pay: 10.00, if: [{each-month: 1..11}]}\n')
        self.send('orders', '2026-01-10', *(small.order(f'O{n}', '2026-01-10', contract=f'K{n}') for n in orders))
        for month in range(1, 13):
            day = f'2026-{month:02}-28'
            self.send('bills', day, *(small.bill(f'K{n}', day[:7], day, billed='50.00', cash='50.00') for n in orders))
        self.run_to('2027-01-27')
        self.assertEqual(self.run_to('2027-01-28')[0]['amount'], '900000.00')


if __name__ == '__main__':
    settle_test.main()
