#!/usr/bin/env python3
"""A total below zero: carried forward and reported as what is owed, or a credit note, as the policy says
(docs/semantics.md 8)."""
import json
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
        for batch in sorted({row['batch'] for row in self.rows('invoice', 'list') if row['status'] == 'draft'}):
            self.settle('invoice', 'approve', batch, user='settle_finance')
            self.settle('invoice', 'issue', batch, user='settle_night')

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

    def test_refund_of_what_was_withheld(self):
        """Kept at source and refunded after its invoice: the distributor owes it, by a credit note that says so in
        list and show; the lines are those of any invoice."""
        self.prepare('- upfront: u\n  withheld: true\n  pay: 10%\n',
                     invoice='cycle: weekly, cut-off-day: 7, negative: credit-note')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', paid='1060.00'))
        self.run_to('2026-01-13')
        self.issue()
        self.send('events', '2026-01-15', event('r1', 'refund', '2026-01-15', amount='530.00'))
        self.run_to('2026-01-19')
        first, note = self.rows('invoice', 'list')
        self.assertEqual([(r['document'], r['gross'], r['payable'], r['withheld']) for r in (first, note)],
                         [('invoice', '106.00', '0.00', '106.00'), ('credit-note', '-53.00', '-53.00', '0.00')])
        self.assertEqual([int(r['number'][-6:]) for r in (first, note)], [1, 2])
        self.assertRegex(self.settle('invoice', 'show', note['number']), r'(?m)^' + note['number'] + r'\b.* credit-note *$')
        self.assertEqual([(r['direction'], r['net'], r['tax'], r['gross']) for r in
                          self.rows('invoice', 'show', note['number'])], [('taken-back', '-50.00', '-3.00', '-53.00')])
        self.issue()
        # debits above zero: the carrier is owed 53.00, and the distributor owes it
        self.assertEqual(self.balances(), {'carrier': '-53.00', 'invoiced': '53.00'})
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_bands_and_totals(self):
        """The day the 31st, 61st and 91st begins another band; totals add up the distributors of a carrier."""
        self.prepare(RULES, invoice='cycle: daily')
        for d in ('D1', 'D2'):
            self.send('orders', '2026-01-01', small.order(d, '2026-01-01', distributor=d))
        self.run_to('2026-01-02')
        self.issue()
        self.send('events', '2026-01-10', event('e1', 'fraud', '2026-01-10', order_id='D1'))
        self.send('events', '2026-02-10', event('e2', 'fraud', '2026-02-10', order_id='D2'))
        self.run_to('2026-02-10')
        for date, bands in (('2026-01-09', []), ('2026-02-09', ['0-30']), ('2026-02-10', ['31-60', '0-30']),
                            ('2026-03-11', ['31-60', '0-30']), ('2026-03-12', ['61-90', '0-30']),
                            ('2026-04-10', ['61-90', '31-60']), ('2026-04-11', ['over 90', '31-60'])):
            self.assertEqual([r['band'] for r in self.rows('ledger', 'ageing', '--date', date)], bands, date)
        self.assertEqual(self.rows('ledger', 'ageing', '--date', '2026-04-11', '--totals'),
                         [{'carrier': 'C1', 'currency': 'CNY', 'distributors': '2', '0-30': '0.00', '31-60': '60.00',
                           '61-90': '0.00', 'over 90': '60.00', 'owe': '120.00'}])
        self.assertEqual([(r['over 90'], r['owe']) for r in
                          self.rows('ledger', 'ageing', '--date', '2026-06-01', '--totals')], [('120.00', '120.00')])
        self.assertEqual(self.rows('ledger', 'ageing', '--totals', '--distributor', 'D2')[0]['owe'], '60.00')
        self.assertEqual(self.rows('ledger', 'ageing', '--totals', '--carrier', 'C2'), [])
        self.assertRegex(self.settle('ledger', 'ageing'), r'(?s)D1.*D2.*distributors.*120\.00')
        self.assertEqual(self.json_lines('ledger', 'ageing')[0]['days'], 31)
        self.settle('ledger', 'ageing', '--date', '2026-02-30', code=2)
        # part of it is earned again: it is owed since the same night; when nothing is, the count starts anew
        self.send('orders', '2026-02-12', small.order('F', '2026-02-12'))
        self.run_to('2026-02-12')
        self.assertEqual([r['distributor'] for r in self.rows('ledger', 'ageing')], ['D2'])
        self.send('events', '2026-02-20', event('e3', 'fraud', '2026-02-20', order_id='F'))
        self.run_to('2026-02-20')
        self.assertEqual([(r['distributor'], r['since']) for r in self.rows('ledger', 'ageing')],
                         [('D1', '2026-02-20'), ('D2', '2026-02-10')])

    def json_lines(self, *arguments):
        return json.loads(self.settle('--format', 'json', *arguments))

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
