#!/usr/bin/env python3
"""Terms that any rule can carry, and what carriers say of whole months, through the real program: every amount by
hand (docs/semantics.md 5.2, 5.5, 5.6, 13.7, 13.10, 13.11, 14.30 to 14.36)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

UPFRONT = '- upfront: u\n  pay: 60.00\n'
HOLDBACK = UPFRONT + '  holdback: {share: 5%, days: 8}\n'


def receipt(receipt_id, month, amount, distributor='D1'):
    return {'carrier': 'C1', 'receipt_id': receipt_id, 'distributor': distributor, 'month': month, 'amount': amount,
            'currency': 'CNY'}


class Case(small.Case):
    def tearDown(self):
        """Whatever was settled can be replayed and verified."""
        if self.database is None:
            return
        for command in (['verify'], ['replay', '--run', '1..']):
            code, out, err = self.database.settle(*command)
            self.assertEqual(code, 0, out + err)

    def facts(self, kind, *rows):
        for row in rows:
            date = (row.get('closed_at') or row.get('at') or row.get('issued') or row['date'])[:10]
            self.send(kind, date, {k: v for k, v in row.items() if k != 'date'})

    def moves(self, *columns):
        return self.posted(*(columns or ('business_date', 'origin', 'debit', 'credit', 'amount')))

    def account(self, role, distributor='D1'):
        """What stands on an account: credits less debits."""
        total = 0
        for row in self.rows('ledger', 'transfers'):
            if row['distributor'] == distributor:
                total += (row['credit'] == role) * round(float(row['amount']) * 100)
                total -= (row['debit'] == role) * round(float(row['amount']) * 100)
        return total / 100


class Holdback(Case):
    def test_released_on_its_day(self):
        self.prepare(HOLDBACK)
        self.facts('orders', small.order('A', '2026-01-10'))
        self.run_to('2026-01-20')
        self.assertEqual(self.moves(), [
            ('2026-01-10', '2026-01', 'carrier', 'distributor', '57.00'),
            ('2026-01-10', '2026-01', 'carrier', 'held', '3.00'),
            ('2026-01-18', '2026-01', 'held', 'distributor', '3.00')])

    def test_clawback_takes_from_the_held_part_first(self):
        self.prepare(HOLDBACK + '  clawback: [{on: cancel, take: 2%}, {on: suspend, take: 20%}]\n')
        self.facts('orders', small.order('A', '2026-01-10'), small.order('B', '2026-01-10'))
        self.facts('events', event('e1', 'cancel', '2026-01-12'),
                   event('e2', 'suspend', '2026-01-13', order_id='B'))
        self.run_to('2026-01-20')
        self.assertEqual(sorted(self.posted('business_date', 'subject', 'debit', 'credit', 'amount')[4:]), [
            ('2026-01-12', 'A', 'held', 'carrier', '1.20'),
            ('2026-01-13', 'B', 'distributor', 'carrier', '9.00'),
            ('2026-01-13', 'B', 'held', 'carrier', '3.00'),
            ('2026-01-18', 'A', 'held', 'distributor', '1.80')])
        self.assertEqual(self.account('distributor'), 58.80 + 48.00)
        self.assertEqual(self.account('held'), 0)

    def test_clawback_after_the_release_and_reinstated(self):
        self.prepare(HOLDBACK)
        self.facts('orders', small.order('A', '2026-01-10'))
        self.facts('events', event('e1', 'fraud', '2026-02-03'),
                   event('e2', 'reinstate', '2026-03-03', reinstates='e1'))
        self.run_to('2026-02-10')
        self.assertEqual((self.account('distributor'), self.account('held')), (0, 0))
        self.run_to('2026-03-05')
        self.assertEqual((self.account('distributor'), self.account('held'), self.account('carrier')), (60, 0, -60))

    def test_of_what_is_kept_at_source(self):
        """The held share is not kept at source; it is released to be paid out."""
        self.prepare(HOLDBACK + '  withheld: true\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.run_to('2026-01-20')
        self.assertEqual(self.moves(), [
            ('2026-01-10', '2026-01', 'carrier', 'withheld', '57.00'),
            ('2026-01-10', '2026-01', 'carrier', 'held', '3.00'),
            ('2026-01-18', '2026-01', 'held', 'distributor', '3.00')])

    def test_earned_after_its_release_day(self):
        """Counted from closing: an instalment a month later is not held at all."""
        self.prepare('- deferred: d\n  holdback: {share: 5%, days: 8}\n  instalments:\n'
                     '  - {after: 1 month, day: 10, pay: 10.00}\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.run_to('2026-02-12')
        self.assertEqual(self.moves(), [('2026-02-10', '2026-02', 'carrier', 'distributor', '10.00')])

    def test_order_and_clawback_in_one_night(self):
        self.prepare(HOLDBACK + '  clawback: [{on: cancel, take: 2%}]\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.send('events', '2026-01-10', event('e1', 'cancel', '2026-01-10', at='2026-01-10 13:00:00'))
        self.run_to('2026-01-20')
        self.assertEqual([m[2:] for m in self.moves()], [
            ('carrier', 'distributor', '57.00'), ('carrier', 'held', '1.80'), ('held', 'distributor', '1.80')])

    def test_volume_bonus(self):
        """From the last day of its window."""
        self.prepare('- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 10.00}\n'
                     '  holdback: {share: 10%, days: 3}\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.run_to('2026-02-05')
        self.assertEqual(self.moves(), [
            ('2026-01-31', '2026-01', 'carrier', 'distributor', '9.00'),
            ('2026-01-31', '2026-01', 'carrier', 'held', '1.00'),
            ('2026-02-03', '2026-01', 'held', 'distributor', '1.00')])


class Invoices(Case):
    def test_what_is_held_is_on_none(self):
        """Its release is; and each transfer finds its line."""
        self.prepare(HOLDBACK + '  clawback: [{on: cancel, take: 2%}]\n', invoice='cycle: weekly, cut-off-day: 7')
        self.facts('orders', small.order('A', '2026-01-10'), small.order('B', '2026-01-10'))
        self.facts('events', event('e1', 'cancel', '2026-01-12', order_id='B'))
        self.run_to('2026-01-26')
        lines = self.rows('invoice', 'lines')
        self.assertEqual([(r['direction'], r['gross']) for r in lines], [('earned', '114.00'), ('earned', '4.80')])
        numbers = [r['number'] for r in lines]
        self.assertEqual([len(self.rows('ledger', 'transfers', '--invoice', n)) for n in numbers], [2, 2])
        found = self.database.sql('SELECT debit, credit, invoice IS NULL, count(*) FROM settle_view.transfer_lineage '
                                  'GROUP BY 1, 2, 3 ORDER BY 1, 2')
        self.assertEqual([tuple(f) for f in found], [('carrier', 'distributor', 'f', '2'), ('carrier', 'held', 't', '2'),
                                 ('held', 'carrier', 't', '1'), ('held', 'distributor', 'f', '2')])


class Withheld(Case):
    def test_reinstated(self):
        """Kept at source once: what was taken back is given back, not kept a second time."""
        self.prepare(UPFRONT + '  withheld: true\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.facts('events', event('e1', 'fraud', '2026-02-03'),
                   event('e2', 'reinstate', '2026-03-03', reinstates='e1'))
        self.run_to('2026-03-05')
        self.assertEqual([m[2:] for m in self.moves()], [
            ('carrier', 'withheld', '60.00'), ('distributor', 'carrier', '60.00'),
            ('carrier', 'distributor', '60.00')])


class PayWhenPaid(Case):
    def test_oldest_first(self):
        """Closing time, then the order's own id; the last one in part."""
        self.prepare(UPFRONT, top='pay-when-paid: true\n')
        self.send('orders', '2026-01-20', small.order('C', '2026-01-20'), small.order('B', '2026-01-20'),
                  small.order('A', '2026-01-21'), small.order('Z', '2026-01-20', distributor='D2'))
        self.run_to('2026-01-21')
        self.assertEqual((self.account('held'), self.account('distributor')), (180, 0))
        self.send('receipts', '2026-02-03', receipt('r1', '2026-01', '75.00'))
        self.run_to('2026-02-05')
        first, last = [row[0] for row in self.database.sql(
            "SELECT upstream_id FROM settle.closed_order WHERE upstream_id IN ('B', 'C') ORDER BY order_id")]
        self.assertEqual(sorted(self.posted('business_date', 'subject', 'debit', 'credit', 'amount')[4:]), sorted([
            ('2026-02-03', first, 'held', 'distributor', '60.00'),
            ('2026-02-03', last, 'held', 'distributor', '15.00')]))
        self.assertEqual(self.account('held', 'D2'), 60)

    def test_an_older_order_comes_late(self):
        self.prepare(UPFRONT + '  pay-when-paid: true\n')
        self.facts('orders', small.order('B', '2026-01-20'))
        self.send('receipts', '2026-02-03', receipt('r1', '2026-01', '60.00'))
        self.send('orders', '2026-02-04', small.order('A', '2026-01-10'))
        self.run_to('2026-02-05')
        rows = self.posted('business_date', 'subject', 'debit', 'credit', 'amount')
        self.assertEqual(sorted(rows[2:]), [
            ('2026-02-04', 'A', 'carrier', 'distributor', '60.00'),
            ('2026-02-04', 'B', 'carrier', 'held', '60.00'),
            ('2026-02-04', 'B', 'distributor', 'carrier', '60.00')])
        self.assertEqual((self.account('held'), self.account('distributor')), (60, 60))

    def test_money_taken_back_and_paid_again(self):
        self.prepare(UPFRONT, top='pay-when-paid: true\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        for day, key, amount, paid in (('2026-02-01', 'r1', '25.00', 25), ('2026-02-02', 'r2', '-25.00', 0),
                                       ('2026-02-03', 'r3', '-10.00', 0), ('2026-02-04', 'r4', '90.00', 60)):
            self.send('receipts', day, receipt(key, '2026-01', amount))
            self.run_to(day)
            self.assertEqual((self.account('distributor'), self.account('held')), (paid, 60 - paid), key)

    def test_before_the_order_and_for_another_month(self):
        self.prepare(UPFRONT + '- deferred: d\n  instalments: [{after: 1 month, day: 5, pay: 10.00}]\n',
                     top='pay-when-paid: true\n')
        self.send('receipts', '2026-01-05', receipt('r1', '2026-01', '50.00'), receipt('r2', '2026-02', '8.00'),
                  receipt('r3', '2026-03', '500.00'))
        self.facts('orders', small.order('A', '2026-01-10'))
        self.run_to('2026-02-06')
        self.assertEqual((self.account('distributor'), self.account('held')), (58, 12))

    def test_withheld_is_not_touched_but_its_held_part_is(self):
        self.prepare(HOLDBACK + '  withheld: true\n', top='pay-when-paid: true\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.send('receipts', '2026-01-15', receipt('r1', '2026-01', '2.00'))
        self.run_to('2026-01-16')
        self.assertEqual((self.account('withheld'), self.account('held'), self.account('distributor')), (57, 3, 0))
        self.run_to('2026-01-20')
        self.assertEqual((self.account('withheld'), self.account('held'), self.account('distributor')), (57, 1, 2))

    def test_volume_after_orders(self):
        self.prepare(UPFRONT + '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 10.00}\n',
                     top='pay-when-paid: true\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.send('receipts', '2026-01-15', receipt('r1', '2026-01', '64.00'))
        self.run_to('2026-02-01')
        self.assertEqual((self.account('distributor'), self.account('held')), (64, 6))
        self.send('receipts', '2026-02-02', receipt('r2', '2026-01', '6.00'))
        self.run_to('2026-02-02')
        self.assertEqual((self.account('distributor'), self.account('held')), (70, 0))

    def test_fraud_gives_the_money_to_the_next(self):
        self.prepare(UPFRONT, top='pay-when-paid: true\n')
        self.facts('orders', small.order('A', '2026-01-10'), small.order('B', '2026-01-11'))
        self.send('receipts', '2026-02-01', receipt('r1', '2026-01', '60.00'))
        self.facts('events', event('e1', 'fraud', '2026-02-03'))
        self.run_to('2026-02-04')
        self.assertEqual((self.account('distributor'), self.account('held'), self.account('carrier')), (60, 0, -60))

    def test_receipts_repeat_and_conflict(self):
        self.prepare(UPFRONT, top='pay-when-paid: true\n')
        self.facts('orders', small.order('A', '2026-01-10'))
        self.send('receipts', '2026-02-01', receipt('r1', '2026-01', '30.00'))
        out = self.send('receipts', '2026-02-02', receipt('r1', '2026-01', '30.00'),
                        receipt('r1', '2026-01', '31.00'), receipt('r2', '2026-01', '0.00'),
                        receipt('r3', '2026-01', '1.00', distributor='D9'), receipt('r4', '2026-13', '1.00'))
        for reason in ('conflict', 'bad-amount', 'unknown-distributor', 'bad-month'):
            self.assertIn(reason, out)
        self.run_to('2026-02-03')
        self.assertEqual(self.account('distributor'), 30)


class Ceilings(Case):
    def test_of_a_rule(self):
        """By origin, closing time, order; what a refund frees the next ones take."""
        self.prepare(UPFRONT + '  ceiling: {window: month, amount: 100.00}\n')
        self.send('orders', '2026-01-20', small.order('A', '2026-01-20'), small.order('B', '2026-01-19'),
                  small.order('C', '2026-01-21'), small.order('D', '2026-01-18', distributor='D2'))
        self.run_to('2026-01-21')
        self.assertEqual({m[0]: m[1] for m in self.posted('subject', 'amount')},
                         {'B': '60.00', 'A': '40.00', 'D': '60.00'})
        self.send('events', '2026-02-02', event('e1', 'fraud', '2026-02-02', order_id='B'))
        self.send('orders', '2026-02-02', small.order('E', '2026-02-02'))
        self.run_to('2026-02-02')
        self.assertEqual(sorted(self.posted('business_date', 'subject', 'debit', 'credit', 'amount')[3:]), [
            ('2026-02-02', 'A', 'carrier', 'distributor', '20.00'),
            ('2026-02-02', 'B', 'distributor', 'carrier', '60.00'),
            ('2026-02-02', 'C', 'carrier', 'distributor', '40.00'),
            ('2026-02-02', 'E', 'carrier', 'distributor', '60.00')])

    def test_of_the_policy_volume_last(self):
        self.prepare(UPFRONT + '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 10.00}\n',
                     top='ceiling: {window: quarter, amount: 130.00}\n')
        self.facts('orders', small.order('A', '2026-01-20'), small.order('B', '2026-02-19'))
        self.run_to('2026-03-01')
        self.assertEqual([(m[0], m[4]) for m in self.moves()], [
            ('2026-01-20', '60.00'), ('2026-01-31', '10.00'), ('2026-02-19', '60.00')])
        # B's upfront comes before January's bonus, which had taken room
        self.assertEqual(self.account('distributor'), 130)
        self.facts('orders', small.order('C', '2026-03-03'))
        self.run_to('2026-04-01')
        self.assertEqual(self.account('distributor'), 130)
        self.facts('orders', small.order('D', '2026-04-03'))
        self.run_to('2026-04-04')
        self.assertEqual(self.account('distributor'), 190)

    def test_a_late_older_order_takes_its_place(self):
        self.prepare(UPFRONT + '  ceiling: {window: month, amount: 60.00}\n')
        self.facts('orders', small.order('B', '2026-01-20'))
        self.send('orders', '2026-02-04', small.order('A', '2026-01-10'))
        self.run_to('2026-02-05')
        self.assertEqual(sorted(self.posted('subject', 'debit', 'amount')), [
            ('A', 'carrier', '60.00'), ('B', 'carrier', '60.00'), ('B', 'distributor', '60.00')])

    def test_with_holdback(self):
        """Both sides of the cut fall: of 40.00 left 2.00 are held."""
        self.prepare(HOLDBACK + '  ceiling: {window: month, amount: 100.00}\n')
        self.facts('orders', small.order('A', '2026-01-10'), small.order('B', '2026-01-11'))
        self.run_to('2026-01-12')
        self.assertEqual((self.account('distributor'), self.account('held')), (57 + 38, 3 + 2))


class Fraud(Case):
    TOP = 'fraud-tolerance: {share: 50%, count: 1}\n'

    def orders(self, n):
        self.prepare('- upfront: u\n  pay: 10%\n- volume-bonus: v\n  window: month\n  mode: whole\n'
                     '  tiers: {1..: 1.00}\n', top=self.TOP)
        self.facts('orders', *(small.order(f'A{i}', f'2026-01-1{i}', paid=f'{100 + i}.00') for i in range(n)))

    def findings(self, *orders, day='2026-02-02'):
        self.send('events', day, *(event(f'f{o}', 'fraud', day, order_id=o) for o in orders))

    def test_dearest_first(self):
        """Four orders, three found: two are tolerated (50% of 4), the dearest acts, for the window too."""
        self.orders(4)
        self.findings('A0', 'A1')
        self.run_to('2026-02-02')
        self.assertEqual(self.account('distributor'), 40.60 + 4)
        self.findings('A2', day='2026-02-03')
        self.run_to('2026-02-03')
        self.assertEqual(self.posted('subject', 'debit', 'amount', 'origin')[5:], [
            ('A2', 'distributor', '10.20', '2026-01'), ('window 2026-01', 'distributor', '1.00', '2026-01')])

    def test_one_more_order_is_one_more_tolerated(self):
        self.orders(3)
        self.findings('A0', 'A1')
        self.run_to('2026-02-02')
        self.assertEqual(self.account('distributor'), 10.00 + 10.20 + 2)
        self.facts('orders', {**small.order('A9', '2026-01-20', paid='50.00'), 'date': '2026-02-03'})
        self.run_to('2026-02-03')
        self.assertEqual(self.account('distributor'), 10.00 + 10.10 + 10.20 + 5.00 + 4)

    def test_equal_amounts(self):
        """Later closing first, then the higher id."""
        self.prepare('- upfront: u\n  pay: 10.00\n', top='fraud-tolerance: {share: 0%, count: 2}\n')
        self.send('orders', '2026-01-12', small.order('B', '2026-01-11'), small.order('A', '2026-01-11'),
                  small.order('C', '2026-01-10'))
        self.send('events', '2026-01-15', *(event(f'f{o}', 'fraud', '2026-01-15', order_id=o) for o in 'ABC'))
        self.run_to('2026-01-15')
        self.assertEqual(self.posted('subject', 'debit')[3:], [('B', 'distributor')])

    def test_reinstated(self):
        self.orders(2)
        self.findings('A0', 'A1')
        self.send('events', '2026-02-05', event('x', 'reinstate', '2026-02-05', order_id='A0', reinstates='fA0'))
        self.run_to('2026-02-04')
        self.assertEqual(self.account('distributor'), 10.00 + 1)
        self.run_to('2026-02-05')
        self.assertEqual(self.account('distributor'), 20.10 + 2)


class Retry(Case):
    RULES = ('- deferred: d\n  instalments:\n'
             '  - {after: 1 month, day: 10, pay: 10%%, retry-until: 3 months, if: [%s]}\n')

    def test_tried_again(self):
        self.prepare(self.RULES % 'active')
        self.send('orders', '2026-01-31', small.order('A', '2026-01-05'), small.order('B', '2026-01-06'))
        self.facts('events', event('e1', 'suspend', '2026-02-01'), event('e2', 'resume', '2026-03-01'),
                   event('e3', 'suspend', '2026-02-01', order_id='B'))
        self.run_to('2026-05-11')
        self.assertEqual(self.posted('business_date', 'subject', 'origin', 'amount'),
                         [('2026-03-10', 'A', '2026-03', '10.00')])

    def test_taken_back_before_the_next_try(self):
        """A late event undoes what the first try paid: that is of the month that it was paid in, not of the next try's,
        and each try has an item of its own."""
        self.prepare(self.RULES % 'active')
        self.send('orders', '2026-02-09', small.order('A', '2026-01-05'))
        self.run_to('2026-02-10')
        self.send('events', '2026-02-15', event('e1', 'suspend', '2026-02-01'))
        self.run_to('2026-03-01')
        self.send('events', '2026-03-02', event('e2', 'resume', '2026-03-01'))
        self.run_to('2026-04-11')
        self.assertEqual(self.posted('business_date', 'item', 'period', 'origin', 'debit', 'amount'), [
            ('2026-02-10', '1', '2026-02', '2026-02', 'carrier', '10.00'),
            ('2026-02-15', '1', '2026-02', '2026-02', 'distributor', '10.00'),
            ('2026-03-10', '65', '2026-03', '2026-03', 'carrier', '10.00')])

    def test_a_late_fact_moves_what_a_try_paid(self):
        """Paid in February, then by what came late in March; then reinstated: each month is left with what the facts say,
        as if they had all been told in time."""
        events = [('2026-02-15', event('e1', 'suspend', '2026-02-01')), ('2026-03-02', event('e2', 'resume', '2026-03-01')),
                  ('2026-04-02', event('e3', 'reinstate', '2026-04-01', reinstates='e1'))]
        for told, wanted in ((1, {}), (2, {'2026-03': 1000}), (3, {'2026-02': 1000})):
            for late in (True, False):
                with self.subTest(told=told, late=late):
                    self.prepare(self.RULES % 'active')
                    self.send('orders', '2026-02-09', small.order('A', '2026-01-05'))
                    for day, row in events[:told]:
                        self.send('events', day if late else row['at'][:10], row)
                    self.run_to('2026-04-11')
                    self.assertEqual({month: fen for (month,), fen in self.nets('origin').items() if fen}, wanted)

    def test_months_move_along(self):
        """last 1: of the second try it is the month after."""
        self.prepare(self.RULES % '{each-month: last 1, all: [{minutes: 10..}]}')
        self.send('orders', '2026-01-27', small.order('A', '2026-01-05', contract='K'))
        for month, minutes in (('2026-01', '9'), ('2026-02', '9'), ('2026-03', '10')):
            year, m = month.split('-')
            self.send('bills', f'{month}-28', small.bill('K', month, f'{month}-28', minutes=minutes))
        self.run_to('2026-05-11')
        self.assertEqual(self.posted('business_date', 'origin'), [('2026-04-10', '2026-04')])

    def test_a_late_bill_decides_for_its_try(self):
        """Missing for the first try, met at the second: when it comes, the first is met and pays, in its own month."""
        self.prepare(self.RULES % '{each-month: last 1, all: [{minutes: 10..}]}')
        self.facts('orders', small.order('A', '2026-01-05', contract='K'))
        self.send('bills', '2026-02-28', small.bill('K', '2026-02', '2026-02-28', minutes='10'))
        self.run_to('2026-03-12')
        self.assertEqual(self.posted('business_date', 'amount'), [('2026-03-10', '10.00')])
        self.send('bills', '2026-03-20', small.bill('K', '2026-01', '2026-03-20', minutes='10'))
        self.run_to('2026-03-21')
        self.assertEqual(self.nets('item', 'origin'), {('65', '2026-03'): 0, ('1', '2026-02'): 1000})


class Months(Case):
    RULES = '- deferred: d\n  instalments: [{after: 1 month, day: 10, pay: 10.00, if: [{month: 0, all: [{minutes: 1..}]}]}]\n'

    def test_no_bill_of_a_complete_month(self):
        self.prepare(self.RULES)
        self.facts('orders', small.order('A', '2026-01-05', contract='K'), small.order('B', '2026-01-05', contract='L'))
        self.run_to('2026-02-12')
        self.assertIn('instalment waits for the bill of 2026-01', self.settle('status'))
        out = self.send('months', '2026-02-13', {'carrier': 'C1', 'month': '2026-01'})
        self.assertIn('1', out)
        self.run_to('2026-02-13')
        self.assertNotIn('instalment waits', self.settle('status'))
        self.assertEqual(self.moves(), [])
        # it comes all the same, late: it decides
        self.send('bills', '2026-02-20', small.bill('K', '2026-01', '2026-02-01', minutes='5'))
        self.run_to('2026-02-20')
        self.assertEqual(self.posted('business_date', 'subject', 'amount'), [('2026-02-20', 'A', '10.00')])

    def test_declared_before_it_falls_due(self):
        self.prepare(self.RULES)
        self.facts('orders', small.order('A', '2026-01-05', contract='K'))
        self.send('months', '2026-02-01', {'carrier': 'C1', 'month': '2026-01'},
                  {'carrier': 'C1', 'month': '2026-01'})
        self.run_to('2026-02-12')
        self.assertNotIn('instalment waits', self.settle('status'))
        self.assertEqual(self.moves(), [])


class UpfrontWords(Case):
    def test_active_when_its_bill_comes(self):
        self.prepare('- upfront: u\n  pay: 20.00\n  if: [active, no-refund, {month: 0, all: [{minutes: 1..}]}]\n')
        self.facts('orders', *(small.order(o, '2026-01-05', contract=o) for o in 'ABC'))
        self.facts('events', event('e1', 'cancel', '2026-01-20'),
                   event('e2', 'cancel', '2026-02-20', order_id='B'),
                   event('e3', 'refund', '2026-01-20', order_id='C', amount='1.00'))
        self.send('bills', '2026-02-10', *(small.bill(o, '2026-01', '2026-02-10', minutes='5') for o in 'ABC'))
        self.run_to('2026-03-01')
        self.assertEqual(self.posted('business_date', 'subject', 'amount'), [('2026-02-10', 'B', '20.00')])


if __name__ == '__main__':
    settle_test.main()
