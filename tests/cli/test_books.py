#!/usr/bin/env python3
"""Does everything add up: what became of every order, where all that was earned stands, and the reports over the
same figures (docs/semantics.md 10); and that a row that was tampered with shows."""
import os
import sys
from collections import defaultdict
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event
from world import tamper

RULES = ('- upfront: u\n  group: a\n  for: {product: [P-plan]}\n  pay: 60.01\n  holdback: {share: 10%, days: 400}\n'
         '- upfront: w\n  group: b\n  for: {product: [P-sim]}\n  withheld: true\n  pay: 2.5%\n'
         '- deferred: d\n  for: {product: [P-plan]}\n  instalments: [{after: 1 month, day: 10, pay: 5.00}]\n'
         '- volume-bonus: v\n  for: {product: [P-plan, P-sim]}\n  window: month\n  mode: whole\n  tiers: {1..: 1.07}\n')
MOVES = ('earned', 'taken_back', 'on_drafts', 'on_approved', 'on_issued', 'withheld', 'carried_forward', 'held', 'not_drawn', 'difference')


class Books(small.Case):
    def books(self):
        self.prepare(RULES, invoice='cycle: weekly, cut-off-day: 7, minimum: 50.00')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'), small.order('B', '2026-01-10'),
                  small.order('S', '2026-01-10', product='P-sim', paid='80.20'),
                  small.order('Z', '2026-01-10', product='P-phone', distributor='D2', paid='7.00'),
                  small.order('N', '2026-01-10', carrier='C2', paid='9.00'),
                  small.order('T', '2026-01-09', distributor='D2', product='P-sim', paid='10.00'),
                  small.order('X', '2026-01-10', product='P-none'))
        self.run_to('2026-01-12')
        for batch in sorted({row['batch'] for row in self.rows('invoice', 'list') if row['status'] == 'draft'}):
            self.settle('invoice', 'approve', batch, user='settle_finance')
            self.settle('invoice', 'issue', batch, user='settle_night')
        self.settle('deposit', 'post')
        self.send('events', '2026-01-20', event('e', 'fraud', '2026-01-20', order_id='B'))
        self.send('orders', '2026-01-22', small.order('L', '2026-01-30', paid='3.00'))    # for a day to come
        self.run_to('2026-01-28')
        self.send('orders', '2026-01-29', small.order('M', '2026-01-29', paid='4.00'))    # not settled yet

    def of(self, *words, code=0):
        return self.rows_of(self.settle('--format', 'csv', *words, code=code))

    def rows_of(self, text):
        import csv
        import io
        return list(csv.DictReader(io.StringIO('\n'.join(
            line for line in text.splitlines() if not line.startswith(('settle:', 'hint:'))))))

    def test_orders(self):
        self.books()
        rows = self.of('reconcile', 'orders', '--period', '2026-01')
        self.assertEqual([(r['carrier'], r['state'], r['because'], r['orders'], r['paid']) for r in rows], [
            ('C1', 'settled', 'posted', '4', '290.20'), ('C1', 'waiting', 'dated after the night, for a day to come', '1', '3.00'),
            ('C1', 'waiting', 'its night is not settled yet', '1', '4.00'),
            ('C1', 'zero', 'no rule matches', '1', '7.00'), ('C2', 'zero', 'no policy holds', '1', '9.00')])
        self.assertIn('8 orders of 2026-01; besides, 1 rows', self.settle('reconcile', 'orders', '--period', '2026-01'))
        self.assertEqual(self.of('reconcile', 'orders', '--period', '2026-02'), [])
        self.assertIn('facts and nights are of 2026-01 to 2026-01, settled up to 2026-01-28',
                      self.settle('reconcile', 'orders', '--period', '2026-07', code=3))
        self.settle('reconcile', 'orders', code=2)
        # an order that is gone, and a reason that says another amount
        tamper(self.database, "UPDATE settle.order_outcome SET paid_minor = paid_minor + 1 WHERE carrier_id = 1")
        self.assertIn('do not add up', self.settle('reconcile', 'orders', '--period', '2026-01', code=1))
        tamper(self.database, "UPDATE settle.order_outcome SET paid_minor = paid_minor - 1 WHERE carrier_id = 1; "
               "DELETE FROM settle.closed_order WHERE upstream_id = 'A'")
        self.assertIn('1 batches hold not what they took in',
                      self.settle('reconcile', 'orders', '--period', '2026-01', code=1))

    def test_no_contract_is_no_other_order(self):
        """Only rules on bills match: one order names no contract, of two of one contract the later has no bills."""
        self.prepare('- revenue-share: r\n  base: billed\n  months: 0..12\n  rate: 10%\n')
        self.send('orders', '2026-01-10', small.order('N', '2026-01-08'), small.order('F', '2026-01-09', contract='K'),
                  small.order('L', '2026-01-10', contract='K'))
        self.run_to('2026-01-12')
        self.assertEqual(sorted((r['state'], r['because'], r['orders']) for r in self.of('reconcile', 'orders', '--period', '2026-01')),
                         [('settled', 'nothing is due yet', '1'), ('zero', 'it names no contract', '1'),
                          ('zero', 'its bills serve another order', '1')])

    def test_ledger(self):
        self.books()
        for words in ((), ('--period', '2026-01'), ('--by-distributor',), ('--distributor', 'D1')):
            rows = self.of('reconcile', 'ledger', *words)
            for row in rows:
                n = {k: Decimal(row[k]) for k in MOVES}
                self.assertEqual(n['earned'] - n['taken_back'], sum(n[k] for k in MOVES[2:-1]), row)
                self.assertEqual(n['difference'], 0)
        # by hand: A 60.01, B 60.01 and S 2.01, T 0.25; 6.00 each held; B taken back, and its 6.00
        rows = {r['distributor']: r for r in self.of('reconcile', 'ledger', '--by-distributor')}
        self.assertEqual([rows['D1'][k] for k in MOVES],
                         ['122.03', '60.01', '0.00', '0.00', '108.02', '2.01', '-54.01', '6.00', '0.00', '0.00'])
        self.assertEqual([rows['D2'][k] for k in MOVES], ['0.25', '0.00', '0.00', '0.00', '0.00', '0.00', '0.25', '0.00', '0.00', '0.00'])
        # an invoice that claims again what another one has
        tamper(self.database, "INSERT INTO settle.invoice SELECT distributor_id, run_id + 1, carrier_id, currency, tax_ppb, "
               "chunk, place, tax_rounding, tax_per, carried, lines, transfers, net_minor, tax_minor, gross_minor, withheld_minor, "
               "payable_minor, tax_added_minor FROM settle.invoice WHERE NOT carried; "
               "INSERT INTO settle.invoice_binding SELECT distributor_id, run_id + 1, carrier_id, currency, tax_ppb, 0, run_id + 1 "
               "FROM settle.invoice WHERE NOT carried")
        self.assertIn('not where it should be', self.settle('reconcile', 'ledger', code=1))

    def test_reports_say_the_same(self):
        self.books()
        balances = defaultdict(Decimal)
        for row in self.of('ledger', 'balances'):
            balances[row['account']] += Decimal(row['balance'])
        trial = self.of('report', 'trial-balance')
        self.assertEqual({r['account']: Decimal(r['balance']) for r in trial[:-1]}, dict(balances))
        self.assertEqual((trial[-1]['account'], trial[-1]['balance']), ('all accounts', '0.00'))
        self.assertEqual(trial[-1]['debit'], trial[-1]['credit'])
        roll = {r['account']: r for r in self.of('report', 'roll-forward', '--period', '2026-01')}
        self.assertEqual({k: Decimal(r['closing']) for k, r in roll.items()}, dict(balances))
        for row in roll.values():
            self.assertEqual(sum(Decimal(row[k]) for k in ('opening', 'upfront', 'deferred', 'revenue_share',
                                                           'volume_bonus', 'invoice', 'deposit')), Decimal(row['closing']))
        later = {r['account']: r for r in self.of('report', 'roll-forward', '--period', '2026-02')}
        self.assertEqual({k: r['opening'] for k, r in later.items()}, {k: r['closing'] for k, r in roll.items()})
        kinds = self.of('report', 'settlement-summary', '--carrier', 'C1')
        shops = self.of('report', 'distributor-summary')
        earned = sum(Decimal(r['net']) for r in kinds)
        self.assertEqual(earned, sum(Decimal(r['net']) for r in shops))
        self.assertEqual(earned, sum(Decimal(r['earned']) - Decimal(r['taken_back'])
                                     for r in self.of('reconcile', 'ledger')))
        runs = self.of('report', 'run-history', '--period', '2026-01')
        self.assertEqual(len(runs), int(self.database.value('SELECT count(*) FROM settle.run_publication')))
        self.assertEqual([(r['kind'], r['reason'], r['rows']) for r in self.of('report', 'quarantine')],
                         [('orders', 'unknown-product', '1')])
        # the other formats have the same figures
        for name in ('settlement-summary', 'trial-balance', 'distributor-summary'):
            as_json = self.json('report', name)
            self.assertEqual([{k: '' if v is None else str(v) for k, v in r.items()} for r in as_json],
                             self.of('report', name))
        self.settle('report', 'roll-forward', code=2)
        self.settle('report', 'nothing', code=3)
        self.settle('report', 'quarantine', '--carrier', 'C1', code=2)
        self.assertIn('trial-balance', self.settle('report', '--list'))


if __name__ == '__main__':
    settle_test.main()
