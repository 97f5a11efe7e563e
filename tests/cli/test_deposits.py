#!/usr/bin/env python3
"""Deposits of carriers and distributors: frozen on entry, topped up, taken for debts, forfeited, given back
(docs/semantics.md 1, 7, 13.13, 14.44), and what a cover and a debt left behind do to invoices (14.45)."""
import csv
import json
import os
import sys
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

RULES = '- upfront: u\n  pay: 60.00\n'


class Deposits(small.Case):
    def party(self, kind, date, *rows):
        head = {'carriers': 'carrier,name,valid_from,status', 'distributors': 'distributor,name,valid_from,status'}[kind]
        return self.ok('import', kind, self.file(kind + '.csv', '\n'.join([head, *rows, ''])), '--date', date)

    def balances(self, *filters):
        return {(r['carrier'], r['distributor'], r['account']): r['balance']
                for r in self.rows('ledger', 'balances', *filters) if r['balance'] != '0.00'}

    def deposits(self):
        return {(r['party'], r['code']): (r['status'], r['frozen'], r['used'], r['left'], r['release_on'])
                for r in self.rows('deposit', 'list')}

    def moved(self):
        return self.posted('business_date', 'carrier', 'distributor', 'subject', 'debit', 'credit', 'amount', 'target',
                           filters=('--kind', 'deposit'))

    def proven(self):
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def night(self, date):
        """A fact a day keeps the nights going."""
        self.run_to(date)
        return self.settle('deposit', 'post')

    def start(self, invoice='cycle: none'):
        self.prepare(RULES, invoice=invoice)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))

    def explained(self, **wanted):
        """Wherever an invoice is shown what is to be paid follows from what stands beside it (14.45), line totals included.
        wanted: sums over all numbered invoices, above zero or below."""
        def money(row, *names, prefix=''):
            return [Decimal(row[prefix + name]) for name in names]

        names = ('gross', 'withheld', 'brought_forward', 'covered', 'debt_left', 'payable')
        listed = {r['number']: money(r, *names) for r in self.rows('invoice', 'list') if r['number']}
        for gross, withheld, brought, covered, left, payable in [
                *listed.values(), *(money(r, *names) for r in self.rows('invoice', 'list'))]:
            self.assertEqual(gross - withheld + brought + covered - left, payable)
        sums = [sum(column) for column in zip(*listed.values())]
        batches = self.rows('invoice', 'batches')
        self.assertEqual([sum(column) for column in zip(*(money(r, *names) for r in batches))], sums)
        page = self.settle('invoice', 'batches')
        self.assertIn(' invoices, gross {}, withheld {}, brought forward {}, covered by deposits {}, debt left {}, payable {}\n'.format(*sums), page)
        exported, shown = {}, {}
        for batch in {r['batch'] for r in batches}:
            path = self.settle('invoice', 'export', batch, '--output', os.path.join(self.folder, 'export')).split()[0]
            with open(path, encoding='utf-8', newline='') as file:
                for row in csv.DictReader(file):
                    # of the whole invoice on its first line, so that a column adds up
                    self.assertEqual([row['invoice_' + n] != '' for n in names[1:]], [row['line'] == '1'] * (len(names) - 1))
                    exported.setdefault(row['number'], [Decimal(0)] * len(names))
                    exported[row['number']] = [a + Decimal(row[n] or 0) for a, n in zip(
                        exported[row['number']], ('gross', *('invoice_' + n for n in names[1:])))]
        self.assertEqual(exported, listed)
        for number in listed:
            shown[number] = money(self.rows('invoice', 'show', number)[0], *names, prefix='invoice_')
            self.assertEqual(money(json.loads(self.settle('--format', 'json', 'invoice', 'show', number)), *names), shown[number])
        self.assertEqual(shown, listed)
        for name, value in wanted.items():
            self.assertEqual(sums[names.index(name)], Decimal(value), name)

    def issue(self):
        for batch in sorted({row['batch'] for row in self.rows('invoice', 'list') if row['status'] == 'draft'}):
            self.settle('invoice', 'approve', batch, user='settle_finance')
            self.settle('invoice', 'issue', batch, user='settle_night')

    def test_frozen_on_entry(self):
        self.start()
        self.assertIn('before the first night', self.settle('deposit', 'post'))
        self.party('distributors', '2026-01-09', 'D3,Drei,2026-01-09,applied', 'D3,Drei,2026-01-12,active')
        self.assertIn('4 transfers', self.night('2026-01-10'))
        self.assertEqual(self.moved(), [
            ('2026-01-10', c, d, f"the {w}'s deposit", 'cash', 'deposit', a, a) for c, d, w, a in (
                ('C1', '', 'carrier', '50000.00'), ('C2', '', 'carrier', '50000.00'),
                ('', 'D1', 'distributor', '10000.00'), ('', 'D2', 'distributor', '10000.00'))])
        self.assertIn('no deposit is to be moved', self.night('2026-01-11'))
        self.assertIn('1 transfers', self.night('2026-01-12'))
        self.assertEqual(self.deposits()['distributor', 'D3'], ('active', '10000.00', '0.00', '10000.00', ''))
        self.assertEqual({k: v for k, v in self.balances().items() if k[2] in ('cash', 'deposit')}, {
            ('C1', '', 'cash'): '50000.00', ('C1', '', 'deposit'): '-50000.00', ('C2', '', 'cash'): '50000.00',
            ('C2', '', 'deposit'): '-50000.00', ('', 'D1', 'cash'): '10000.00', ('', 'D1', 'deposit'): '-10000.00',
            ('', 'D2', 'cash'): '10000.00', ('', 'D2', 'deposit'): '-10000.00', ('', 'D3', 'cash'): '10000.00',
            ('', 'D3', 'deposit'): '-10000.00'})
        self.proven()

    def test_amounts(self):
        """The default counts for those who enter later; a decision on one party moves the difference, once."""
        self.start()
        self.settle('deposit', 'default', 'distributor', '8000.00', '--reason', 'r')
        self.night('2026-01-10')
        self.settle('deposit', 'default', 'distributor', '12000.00', '--reason', 'r')
        self.settle('deposit', 'default', 'carrier', '0', '--reason', 'r')
        self.party('distributors', '2026-01-11', 'D3,Drei,2026-01-11,active')
        self.party('carriers', '2026-01-11', 'C3,Three,2026-01-11,active')
        self.settle('deposit', 'amount', '--distributor', 'D1', '--amount', '9000.00', '--reason', 'larger shop')
        self.settle('deposit', 'amount', '--distributor', 'D2', '--amount', '500.5', '--reason', 'kiosk')
        self.settle('deposit', 'amount', '--distributor', 'D9', '--amount', '1', '--reason', 'x', code=3)
        self.settle('deposit', 'amount', '--distributor', 'D1', '--amount', '1.234', '--reason', 'x', code=2)
        self.settle('deposit', 'amount', '--distributor', 'D1', '--amount', '1', code=2)
        self.night('2026-01-11')
        self.assertEqual(self.moved()[4:], [
            ('2026-01-11', '', 'D1', "the distributor's deposit", 'cash', 'deposit', '1000.00', '9000.00'),
            ('2026-01-11', '', 'D2', "the distributor's deposit", 'deposit', 'cash', '7499.50', '500.50'),
            ('2026-01-11', '', 'D3', "the distributor's deposit", 'cash', 'deposit', '12000.00', '12000.00')])
        self.settle('deposit', 'forfeit', '--distributor', 'D1', '--amount', '400.00', '--reason', 'fine')
        self.settle('deposit', 'forfeit', '--distributor', 'D1', '--amount', '0', '--reason', 'fine', code=2)
        self.assertIn('1 transfers', self.night('2026-01-12'))
        self.assertIn('no deposit is to be moved', self.night('2026-01-12'))    # nothing is topped up by itself
        self.assertEqual(self.deposits()['distributor', 'D1'], ('active', '9000.00', '400.00', '8600.00', ''))
        self.settle('deposit', 'forfeit', '--distributor', 'D1', '--amount', '8600.01', '--reason', 'fine', code=3)
        self.settle('deposit', 'amount', '--distributor', 'D1', '--amount', '9000.00', '--reason', 'paid in again')
        self.night('2026-01-13')
        self.assertEqual(self.deposits()['distributor', 'D1'], ('active', '9400.00', '400.00', '9000.00', ''))
        self.assertEqual(self.balances()['', 'D1', 'fee'], '-400.00')
        self.proven()

    def test_released_in_the_second_month(self):
        """Ended on 2026-02-15: given back on 2026-04-30, less the 60.00 it owes."""
        self.start()
        self.night('2026-01-10')
        self.party('distributors', '2026-02-15', 'D1,Eins,2026-02-15,ended', 'D2,Zwei,2026-02-28,ended')
        self.run_to('2026-03-01')
        self.send('events', '2026-03-05', event('e1', 'fraud', '2026-03-05'))
        self.assertEqual(self.deposits()['distributor', 'D1'], ('ended', '10000.00', '0.00', '10000.00', '2026-04-30'))
        self.assertIn('no deposit is to be moved', self.night('2026-04-29'))
        # the upfront was paid out in between: the take-back is a debt
        self.assertEqual(self.balances().get(('C1', 'D1', 'distributor')), None)
        self.night('2026-04-30')
        self.assertEqual(self.moved()[4:], [
            ('2026-04-30', '', 'D1', "the distributor's deposit", 'deposit', 'cash', '10000.00', '0.00'),
            ('2026-04-30', '', 'D2', "the distributor's deposit", 'deposit', 'cash', '10000.00', '0.00')])
        self.assertIn('no deposit is to be moved', self.night('2026-05-30'))
        # back in business: a deposit again
        self.party('distributors', '2026-06-01', 'D1,Eins,2026-06-01,active')
        self.night('2026-06-01')
        self.assertEqual(self.deposits()['distributor', 'D1'], ('active', '10000.00', '0.00', '10000.00', ''))
        self.proven()

    def test_missed_nights(self):
        """What was due in between is made up for: frozen for one that has ended since, and given back less what it owed
        on the day; decisions can draw on what is frozen with them."""
        self.start('cycle: weekly, cut-off-day: 7')
        self.party('distributors', '2026-01-20', 'D1,Eins,2026-01-20,ended', 'D2,Zwei,2026-01-20,ended',
                   'D2,Zwei,2026-05-01,active')
        self.run_to('2026-01-20')
        self.issue()
        self.send('events', '2026-02-05', event('e1', 'fraud', '2026-02-05'))
        self.run_to('2026-04-02')
        # earned again after the day on which the deposit should have been given back
        self.send('events', '2026-04-03', event('e2', 'reinstate', '2026-04-03', reinstates='e1'))
        self.settle('deposit', 'forfeit', '--distributor', 'D2', '--amount', '100.00', '--reason', 'x', code=3)
        self.night('2026-05-10')
        self.assertEqual([m[2:] for m in self.moved() if m[2]], [
            ('D1', "the distributor's deposit", 'cash', 'deposit', '10000.00', '10000.00'),
            ('D1', "the distributor's deposit", 'deposit', 'cash', '9940.00', '0.00'),
            ('D1', "the distributor's deposit", 'deposit', 'distributor', '60.00', '9940.00'),
            ('D2', "the distributor's deposit", 'cash', 'deposit', '10000.00', '10000.00'),
            ('D2', "the distributor's deposit", 'deposit', 'cash', '10000.00', '0.00'),
            ('D2', "the distributor's deposit", 'cash', 'deposit', '10000.00', '10000.00')])
        self.assertEqual(self.balances('--distributor', 'D1')['C1', 'D1', 'distributor'], '-60.00')
        self.assertIn('no deposit is to be moved', self.settle('deposit', 'post'))
        self.proven()

    def owe(self, invoice='cycle: weekly, cut-off-day: 7', fraud=('A',)):
        """D1 was paid for A and B; what is found fraudulent is owed."""
        self.prepare(RULES, invoice=invoice)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'), small.order('B', '2026-01-10'))
        self.run_to('2026-01-13')
        self.issue()
        self.settle('deposit', 'post')
        self.send('events', '2026-01-15', *[event('e' + o, 'fraud', '2026-01-15', order_id=o) for o in fraud])
        self.run_to('2026-01-15')

    def test_release_less_what_is_owed(self):
        self.owe()
        self.party('distributors', '2026-01-20', 'D1,Eins,2026-01-20,ended')
        self.night('2026-03-31')
        self.assertEqual(self.moved()[4:], [
            ('2026-03-31', '', 'D1', "the distributor's deposit", 'deposit', 'cash', '9940.00', '0.00'),
            ('2026-03-31', 'C1', 'D1', "the distributor's deposit", 'deposit', 'distributor', '60.00', '9940.00')])
        self.assertEqual({k: v for k, v in self.balances('--distributor', 'D1').items()}, {
            ('', 'D1', 'cash'): '60.00', ('C1', 'D1', 'carrier'): '60.00', ('C1', 'D1', 'invoiced'): '-120.00'})
        self.assertEqual(self.rows('ledger', 'ageing'), [])
        # what the deposit paid for is done: the take-back goes out with nothing to pay
        self.run_to('2026-04-07')
        self.assertEqual([(r['document'], r['status'], r['gross'], r['payable']) for r in self.rows('invoice', 'list')
                          if r['number']],
                         [('invoice', 'issued', '120.00', '120.00'), ('credit-note', 'draft', '-60.00', '0.00')])
        self.explained(covered='60.00')
        self.issue()
        self.assertEqual(self.balances('--distributor', 'D1')['C1', 'D1', 'invoiced'], '-120.00')
        self.proven()

    def test_less_deposit_than_debt(self):
        self.prepare('- upfront: u\n  pay: 60%\n', invoice='cycle: weekly, cut-off-day: 7')
        self.settle('deposit', 'default', 'distributor', '100.00', '--reason', 'r')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', paid='1000.00'))
        self.run_to('2026-01-13')
        self.issue()
        self.settle('deposit', 'post')
        self.send('events', '2026-01-15', event('e1', 'refund', '2026-01-15', amount='500.00'))
        self.party('distributors', '2026-01-20', 'D1,Eins,2026-01-20,ended')
        self.night('2026-03-31')
        self.assertEqual(self.deposits()['distributor', 'D1'][:4], ('ended', '0.00', '0.00', '0.00'))
        self.assertEqual(self.balances()['C1', 'D1', 'distributor'], '200.00')
        self.assertEqual([(r['owes'], r['band']) for r in self.rows('ledger', 'ageing')], [('200.00', '61-90')])
        # what is only covered in part stays carried forward
        self.run_to('2026-04-07')
        self.assertEqual([(r['status'], r['gross'], r['payable']) for r in self.rows('invoice', 'list')][-1],
                         ('carried', '-300.00', '-200.00'))
        self.proven()

    def test_cover_by_command(self):
        """The debt is paid from the deposit; what is earned later is paid out in full."""
        self.owe()
        self.settle('deposit', 'cover', '--distributor', 'D2', '--reason', 'owes nothing', code=3)
        self.settle('deposit', 'cover', '--distributor', 'D1', '--carrier', 'C2', '--reason', 'not to C2', code=3)
        self.settle('deposit', 'cover', '--distributor', 'D1', code=2)
        self.settle('deposit', 'cover', '--distributor', 'D1', '--carrier', 'C1', '--reason', 'agreed')
        # asked for twice, covered once
        self.settle('deposit', 'cover', '--distributor', 'D1', '--reason', 'again')
        self.assertIn('1 transfers', self.settle('deposit', 'post'))
        self.settle('deposit', 'cover', '--distributor', 'D1', '--reason', 'nothing left to cover', code=3)
        self.assertEqual(self.deposits()['distributor', 'D1'][1:4], ('10000.00', '60.00', '9940.00'))
        self.send('orders', '2026-01-16', small.order('C', '2026-01-16'), small.order('D', '2026-01-16'))
        self.run_to('2026-01-20')
        self.assertEqual([(r['status'], r['gross'], r['payable']) for r in self.rows('invoice', 'list')][-1],
                         ('draft', '60.00', '120.00'))
        self.issue()
        self.explained(brought_forward='0.00', covered='60.00')
        self.assertEqual(self.balances('--distributor', 'D1'), {
            ('', 'D1', 'cash'): '10000.00', ('', 'D1', 'deposit'): '-9940.00', ('C1', 'D1', 'carrier'): '180.00',
            ('C1', 'D1', 'invoiced'): '-240.00'})
        number = self.rows('invoice', 'list')[-1]['number']
        self.assertEqual([t[0] for t in self.posted('kind', filters=('--invoice', number))],
                         ['upfront', 'deposit', 'upfront', 'upfront'])
        self.proven()

    def test_credit_note_is_a_debt_too(self):
        self.owe('cycle: weekly, cut-off-day: 7, negative: credit-note', fraud=('A', 'B'))
        self.run_to('2026-01-20')
        self.issue()
        self.send('events', '2026-01-21', event('eB2', 'reinstate', '2026-01-21', order_id='B', reinstates='eB'))
        self.run_to('2026-01-27')
        self.issue()
        self.send('events', '2026-01-28', event('eB3', 'fraud', '2026-01-28', order_id='B'))
        self.run_to('2026-02-03')
        self.issue()
        self.assertEqual(self.balances('--distributor', 'D1', '--carrier', 'C1'), {})
        self.proven()

    def test_credit_note_covered(self):
        """Issued credit notes above issued invoices are owed on `invoiced`."""
        self.prepare('- upfront: u\n  withheld: true\n  pay: 10%\n',
                     invoice='cycle: weekly, cut-off-day: 7, negative: credit-note')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', paid='1060.00'))
        self.run_to('2026-01-13')
        self.issue()
        self.settle('deposit', 'post')
        self.send('events', '2026-01-15', event('r1', 'refund', '2026-01-15', amount='530.00'))
        self.run_to('2026-01-20')
        self.issue()
        self.settle('deposit', 'cover', '--distributor', 'D1', '--reason', 'credit note')
        self.settle('deposit', 'post')
        self.assertEqual(self.moved()[-1][4:], ('deposit', 'invoiced', '53.00', '9947.00'))
        self.assertEqual(self.balances('--distributor', 'D1', '--carrier', 'C1'), {('C1', 'D1', 'carrier'): '-53.00'})
        self.proven()

    def test_carriers_debt(self):
        """A carrier that has ended owes what it has not paid: 120.00 for D1 less a receipt of 50.00, 60.00 for D2."""
        self.prepare(RULES)
        self.settle('deposit', 'default', 'carrier', '100.00', '--reason', 'r')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'), small.order('B', '2026-01-10'),
                  small.order('E', '2026-01-10', distributor='D2'))
        self.night('2026-01-10')
        self.send('receipts', '2026-01-20', {'carrier': 'C1', 'distributor': 'D1', 'receipt_id': 'r1', 'month': '2026-01',
                                             'amount': '50.00', 'currency': 'CNY'})
        self.party('carriers', '2026-02-01', 'C1,One,2026-02-01,ended')
        self.night('2026-04-30')
        self.assertEqual(self.moved()[4:], [
            ('2026-04-30', 'C1', 'D1', "the carrier's deposit", 'deposit', 'carrier', '70.00', '30.00'),
            ('2026-04-30', 'C1', 'D2', "the carrier's deposit", 'deposit', 'carrier', '30.00', '0.00')])
        self.assertEqual(self.balances('--carrier', 'C1'), {
            ('C1', '', 'cash'): '100.00', ('C1', 'D1', 'carrier'): '50.00', ('C1', 'D1', 'distributor'): '-120.00',
            ('C1', 'D2', 'carrier'): '30.00', ('C1', 'D2', 'distributor'): '-60.00'})
        self.assertEqual(self.deposits()['carrier', 'C1'][:4], ('ended', '0.00', '0.00', '0.00'))
        self.proven()

    def test_debt_an_invoice_left(self):
        """106.00 kept at source and 60.00 to pay out of which 53.00 is taken back beside: an invoice whose amount to
        pay is below zero goes out, and the next one pays less by what it left (8)."""
        self.prepare('- upfront: w\n  group: a\n  for: {product: [P-plan]}\n  withheld: true\n  pay: 10%\n'
                     '- upfront: p\n  group: b\n  for: {product: [P-sim]}\n  pay: 60.00\n',
                     invoice='cycle: weekly, cut-off-day: 7')
        self.send('orders', '2026-01-10', small.order('S', '2026-01-10', product='P-sim'))
        self.run_to('2026-01-13')
        self.issue()
        self.send('orders', '2026-01-14', small.order('W', '2026-01-14', paid='1060.00'))
        self.send('events', '2026-01-15', event('e1', 'fraud', '2026-01-15', order_id='S'))
        self.run_to('2026-01-20')
        self.issue()
        self.assertEqual([(r['gross'], r['payable'], r['withheld'], r['debt_left'])
                          for r in self.rows('invoice', 'list')][-1], ('46.00', '0.00', '106.00', '-60.00'))
        self.assertEqual(self.balances()['C1', 'D1', 'distributor'], '60.00')
        # a cycle without anything new keeps it in mind
        self.run_to('2026-01-27')
        self.assertEqual([(r['status'], r['gross'], r['payable']) for r in self.rows('invoice', 'list')][-1],
                         ('carried', '0.00', '-60.00'))
        self.send('orders', '2026-01-28', small.order('T', '2026-01-28', product='P-sim'),
                  small.order('U', '2026-01-28', product='P-sim'))
        self.run_to('2026-02-03')
        self.assertEqual([(r['status'], r['gross'], r['payable']) for r in self.rows('invoice', 'list')][-1],
                         ('draft', '120.00', '60.00'))
        self.issue()
        self.explained(brought_forward='-60.00', covered='0.00')
        self.assertNotIn(('C1', 'D1', 'distributor'), self.balances())
        self.assertEqual(self.balances()['C1', 'D1', 'invoiced'], '-120.00')
        self.proven()


if __name__ == '__main__':
    settle_test.main()
