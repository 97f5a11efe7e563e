#!/usr/bin/env python3
"""A total below zero: carried forward and reported as what is owed, or a credit note, as the policy says
(docs/semantics.md 8)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

RULES = '- upfront: u\n  pay: 60.00\n'


class CreditNotes(small.Case):
    def settle_refund(self, invoice, tax='rate: 6%, included: true'):
        self.prepare(RULES, invoice=invoice)
        if tax != 'rate: 6%, included: true':
            text = small.POLICY.format(rules=RULES, invoice=invoice, top='').replace('rate: 6%, included: true', tax)
            self.database = self.server.database(migrated=True)
            for kind, file in small.FILES.items():
                self.ok('import', kind, self.file(kind + '.csv', file), '--date', small.SINCE)
            self.database.activate(self.file('p.yaml', text))
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'), small.order('B', '2026-01-10'))
        self.run_to('2026-01-13')
        self.issue()
        self.send('events', '2026-01-15', event('e1', 'fraud', '2026-01-15'))
        self.run_to('2026-01-19')

    def issue(self):
        for row in self.rows('invoice', 'list'):
            if row['status'] == 'draft':
                self.settle('invoice', 'approve', row['batch'], user='settle_finance')
                self.settle('invoice', 'issue', row['batch'], user='settle_night')

    def balances(self):
        return {r['account']: r['balance'] for r in self.rows('ledger', 'balances') if r['balance'] != '0.00'}

    def test_carried_forward(self):
        self.settle_refund('cycle: weekly, cut-off-day: 7, minimum: 100.00')
        self.assertEqual([(r['status'], r['gross'], r['document']) for r in self.rows('invoice', 'list')],
                         [('issued', '120.00', 'invoice'), ('carried', '-60.00', 'invoice')])

    def test_credit_note(self):
        self.settle_refund('cycle: weekly, cut-off-day: 7, minimum: 100.00, negative: credit-note')
        self.assertEqual([(r['status'], r['gross'], r['payable'], r['document'], r['number'][-6:])
                          for r in self.rows('invoice', 'list')],
                         [('issued', '120.00', '120.00', 'invoice', '000001'),
                          ('draft', '-60.00', '-60.00', 'credit-note', '000002')])
        self.assertEqual(self.balances(), {'carrier': '60.00', 'distributor': '60.00', 'invoiced': '-120.00'})
        self.issue()
        self.assertEqual(self.balances(), {'carrier': '60.00', 'invoiced': '-60.00'})
        self.assertEqual(self.posted('kind', 'debit', 'credit', 'amount')[-1],
                         ('invoice', 'invoiced', 'distributor', '60.00'))
        # what is below the minimum, but above zero, is carried all the same
        self.send('orders', '2026-01-20', small.order('C', '2026-01-20'))
        self.run_to('2026-01-26')
        self.assertEqual(self.rows('invoice', 'list')[-1]['status'], 'carried')
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_tax_on_top(self):
        self.settle_refund('cycle: weekly, cut-off-day: 7, negative: credit-note', 'rate: 6%, included: false')
        self.issue()
        self.assertEqual([(r['net'], r['tax'], r['gross'], r['payable']) for r in self.rows('invoice', 'list')],
                         [('120.00', '7.20', '127.20', '127.20'), ('-60.00', '-3.60', '-63.60', '-63.60')])
        self.assertEqual(self.balances(), {'carrier': '63.60', 'invoiced': '-63.60'})
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_ageing(self):
        """Who owes what, since when: counted from the night that made it so."""
        self.settle_refund('cycle: weekly, cut-off-day: 7')
        self.send('orders', '2026-01-20', small.order('C', '2026-01-20', distributor='D2'))
        self.send('events', '2026-01-21', event('e2', 'fraud', '2026-01-21', order_id='B'))
        self.run_to('2026-03-01')
        rows = self.rows('ledger', 'ageing', '--date', '2026-03-01')
        self.assertEqual([(r['distributor'], r['owes'], r['since'], r['days'], r['band']) for r in rows],
                         [('D1', '120.00', '2026-01-15', '45', '31-60')])
        self.assertIn('Distributors that owe', self.settle('status'))
        # earned again, it is settled
        self.send('events', '2026-03-02', event('e3', 'reinstate', '2026-03-02', reinstates='e1'),
                  event('e4', 'reinstate', '2026-03-02', order_id='B', reinstates='e2'))
        self.run_to('2026-03-02')
        self.assertEqual(self.rows('ledger', 'ageing'), [])


if __name__ == '__main__':
    settle_test.main()
