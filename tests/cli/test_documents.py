#!/usr/bin/env python3
"""Documents are the ledger: what an invoice says is to be paid is what its issue posts, tax on what is taken back
included (docs/semantics.md 8, 14.45)."""
import os
import sys
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

CLAWBACK = '  clawback: [{on: cancel, take: all}]\n'


def version(name, closing, included, rules, more='', rate='6%'):
    return (f'policy: p{name}\ncarrier: C1\nversion: {name}\nclosing: {closing}\ncurrency: CNY\n'
            f'tax: {{rate: {rate}, included: {included}}}\n'
            f'invoice: {{cycle: monthly, cut-off-day: 28{more}}}\nrules:\n{rules}')


def kept(product='P-sim', more=''):
    return f'- upfront: kept\n  for: {{product: [{product}]}}\n  pay: 100%\n  withheld: true\n{more}'


def paid(more=CLAWBACK):
    return f'- upfront: paid\n  pay: 100%\n{more}'


class Case(small.Case):
    def versions(self, *texts):
        self.database = self.server.like('small', self.take_in_parties)
        self.database.activate(*(self.file(f'p{n}.yaml', text) for n, text in enumerate(texts)))

    def issue(self):
        self.settle('invoice', 'approve', '--all-drafted', '--until', '2026-12-31', '--yes', user='settle_finance')
        self.settle('invoice', 'issue', '--all-approved', '--until', '2026-12-31', '--yes', user='settle_night')

    def balance(self, account):
        return sum((Decimal(r['balance']) for r in self.rows('ledger', 'balances') if r['account'] == account), Decimal(0))

    def documents(self, *columns):
        return [tuple(row[c] for c in columns) for row in self.rows('invoice', 'list')]

    def legs(self):
        """Of each issued document: (debit, credit) -> amount."""
        out = {}
        for row in self.rows('ledger', 'transfers'):
            if row['kind'] == 'invoice':
                out.setdefault(row['subject'].removeprefix('invoice '), {})[row['debit'], row['credit']] = row['amount']
        return out

    def proven(self):
        """Each document is what its issue posted, and hands its debt to the next one of its kind."""
        legs, before = self.legs(), {}
        for row in self.rows('invoice', 'list'):
            money = {name: Decimal(row[name]) for name in
                     ('gross', 'payable', 'withheld', 'brought_forward', 'covered', 'debt_left')}
            self.assertEqual(money['gross'] - money['withheld'] + money['brought_forward'] + money['covered']
                             - money['debt_left'], money['payable'], row)
            key = row['carrier'], row['distributor'], row['currency'], row['tax_rate']
            self.assertEqual(money['brought_forward'], before.get(key, 0), row)
            before[key] = money['brought_forward'] if row['status'] == 'carried' else money['debt_left']
            if row['status'] == 'carried':
                continue
            self.assertTrue(money['payable'] >= 0 or row['document'] == 'credit-note', row)
            posted = legs.get(row['number'], {}).items() if row['status'] == 'issued' else ()
            if row['status'] == 'issued':
                self.assertEqual(sum((Decimal(a) * ((c == 'invoiced') - (d == 'invoiced')) for (d, c), a in posted),
                                     Decimal(0)), money['payable'], row)
                self.assertEqual(sum((Decimal(a) for (d, c), a in posted if d == 'withheld'), Decimal(0)),
                                 money['withheld'], row)
        self.ok('reconcile', 'ledger')
        self.ok('verify')
        self.ok('replay', '--run', '1..')


class Payable(Case):
    def test_tax_on_what_was_withheld(self):
        """1,010.00 kept at source, tax on top, 10.00 of it taken back: 60.00 of tax are paid and the debt of 10.00 stays,
        because whether what is to be paid is negative is asked before tax. Then 100.00: 96.00."""
        self.versions(version('v1', '2026-01-01..', 'false', kept(more=CLAWBACK) + paid('')))
        self.send('orders', '2026-02-02', small.order('O1', '2026-02-01', product='P-sim', paid='1000.00'),
                  small.order('O2', '2026-02-01', product='P-sim', paid='10.00'))
        self.send('events', '2026-02-03', event('e1', 'cancel', '2026-02-03', order_id='O2'))
        self.run_to('2026-02-28')
        self.send('orders', '2026-03-01', small.order('O3', '2026-03-01'))
        self.run_to('2026-03-29')
        self.issue()
        self.assertEqual(self.documents('gross', 'withheld', 'brought_forward', 'debt_left', 'payable'),
                         [('1060.00', '1010.00', '0.00', '-10.00', '60.00'), ('106.00', '0.00', '-10.00', '0.00', '96.00')])
        self.assertEqual(list(self.legs().values()), [
            {('withheld', 'carrier'): '1010.00', ('carrier', 'invoiced'): '60.00'},
            {('distributor', 'invoiced'): '90.00', ('carrier', 'invoiced'): '6.00'}])
        self.assertEqual((self.balance('distributor'), self.balance('invoiced')), (0, -156))
        self.proven()

    def lost_tax(self, first='false', second='true'):
        """100.00 invoiced with tax on top, then cancelled beside 200.00 kept at source of a version that includes tax."""
        self.versions(version('v1', '2026-01-01..2026-02-28', first, kept() + paid()),
                      version('v2', '2026-03-01..', second, kept() + paid()))
        self.send('orders', '2026-02-20', small.order('O1', '2026-02-20'))
        self.run_to('2026-02-28')
        self.send('orders', '2026-03-05', small.order('O2', '2026-03-05', product='P-sim', paid='200.00'))
        self.send('events', '2026-03-06', event('e1', 'cancel', '2026-03-06', order_id='O1'))
        self.run_to('2026-03-28')

    def test_tax_on_what_is_taken_back(self):
        """Nothing is to be paid; the tax joins the debt on the account, and all invoices together pay 300.00."""
        self.lost_tax()
        self.issue()
        self.assertEqual(self.balance('distributor'), 106)
        # nothing new in a cycle: the debt is kept in mind
        self.run_to('2026-04-28')
        self.send('orders', '2026-05-02', small.order('O3', '2026-05-01', paid='300.00'))
        self.run_to('2026-05-29')
        self.issue()
        self.assertEqual(self.documents('status', 'gross', 'withheld', 'brought_forward', 'debt_left', 'payable'), [
            ('issued', '106.00', '0.00', '0.00', '0.00', '106.00'), ('issued', '94.00', '200.00', '0.00', '-106.00', '0.00'),
            ('carried', '0.00', '0.00', '-106.00', '0.00', '-106.00'),
            ('issued', '300.00', '0.00', '-106.00', '0.00', '194.00')])
        self.assertEqual(list(self.legs().values()), [
            {('distributor', 'invoiced'): '100.00', ('carrier', 'invoiced'): '6.00'},
            {('distributor', 'invoiced'): '6.00', ('withheld', 'carrier'): '200.00', ('invoiced', 'carrier'): '6.00'},
            {('distributor', 'invoiced'): '194.00'}])
        self.assertEqual((self.balance('distributor'), self.balance('invoiced')), (0, -300))
        self.proven()

    def test_tax_goes_off_what_is_paid(self):
        """Beside 300.00 that include tax the tax taken back lowers what is paid at once."""
        self.lost_tax()
        self.send('orders', '2026-04-01', small.order('O3', '2026-04-01', paid='300.00'))
        self.send('orders', '2026-04-02', small.order('O4', '2026-04-02', product='P-sim', paid='1.00'))
        self.run_to('2026-04-28')
        self.issue()
        self.assertEqual(self.documents('payable', 'debt_left'), [('106.00', '0.00'), ('0.00', '-106.00'), ('194.00', '0.00')])
        self.proven()

    def test_a_debt_of_tax_is_covered(self):
        """The deposit pays for the tax as well."""
        self.lost_tax()
        self.issue()
        self.settle('deposit', 'post', user='settle_night')
        self.settle('deposit', 'cover', '--distributor', 'D1', '--reason', 'ended', user='settle_finance')
        self.settle('deposit', 'post', user='settle_night')
        covered = [row['amount'] for row in self.rows('ledger', 'transfers') if row['debit'] == 'deposit']
        self.assertEqual((covered, self.balance('distributor')), (['106.00'], 0))
        self.run_to('2026-04-28')
        self.proven()

    def test_credit_note(self):
        """A credit note takes its tax back whole, whatever a version does with it."""
        self.versions(version('v1', '2026-01-01..2026-02-28', 'false', paid(), ', negative: credit-note'),
                      version('v2', '2026-03-01..', 'true', paid(), ', negative: credit-note'))
        self.send('orders', '2026-02-20', small.order('O1', '2026-02-20'))
        self.run_to('2026-02-28')
        self.send('orders', '2026-03-05', small.order('O2', '2026-03-05', paid='50.00'))
        self.send('events', '2026-03-06', event('e1', 'cancel', '2026-03-06', order_id='O1'))
        self.run_to('2026-03-28')
        self.issue()
        self.assertEqual(self.documents('document', 'gross', 'payable'),
                         [('invoice', '106.00', '106.00'), ('credit-note', '-56.00', '-56.00')])
        self.assertEqual((self.balance('distributor'), self.balance('invoiced')), (0, -50))
        self.proven()

    def test_version_of_the_rate(self):
        """An issue names a version of the invoice's own rate, and of its time, however late it was activated."""
        self.versions(version('v2', '2026-02-01..2026-02-28', 'true', paid(), rate='3%'),
                      version('v3', '2026-03-01..', 'true', paid()), version('v1', '2026-01-01..2026-01-31', 'true', paid()))
        self.send('orders', '2026-01-20', small.order('O1', '2026-01-20'))
        self.send('orders', '2026-02-02', small.order('O2', '2026-02-01'))
        self.run_to('2026-02-28')
        self.issue()
        self.assertEqual(self.database.sql(
            'SELECT DISTINCT t.period, p.version, p.tax_ppb FROM settle.transfer t JOIN settle.policy p USING (policy_id) '
            "WHERE t.kind = 5 ORDER BY 1, 2"), [['2026-02-01', 'v1', '60000000'], ['2026-02-01', 'v2', '30000000']])
        self.assertEqual(len(self.legs()), 2)
        self.proven()


if __name__ == '__main__':
    settle_test.main()
