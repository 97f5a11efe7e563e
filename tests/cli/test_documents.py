#!/usr/bin/env python3
"""Documents are the ledger: what an invoice says is to be paid is what its issue posts, tax on what is taken back
included (docs/semantics.md 8, 14.45)."""
import csv
import io
import os
import sys
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import small
import settle_test
import world
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


class Planted(Case):
    """A difference in each place, between a document and the ledger, is found by `reconcile ledger` and by what `verify` says
    of that document (its row sums would tell that the row was changed, not that the amounts are wrong)."""

    def make(self):
        """Of D1 three documents: 106.00; 94.00 with 200.00 kept at source; 194.00 in two lines of 300.00 and a draft of
        50.00; of D2 one of 318.00, and one that is carried forward."""
        self.versions(version('v1', '2026-01-01..2026-02-28', 'false', kept() + paid(), ', minimum: 20.00'),
                      version('v2', '2026-03-01..', 'true', kept() + paid(), ', minimum: 20.00'))
        self.send('orders', '2026-02-20', small.order('O1', '2026-02-20'),
                  small.order('X1', '2026-02-20', distributor='D2', product='P-phone', paid='300.00'))
        self.run_to('2026-02-28')
        self.send('orders', '2026-03-05', small.order('O2', '2026-03-05', product='P-sim', paid='200.00'),
                  small.order('X2', '2026-03-05', distributor='D2', paid='10.00'))
        self.send('events', '2026-03-06', event('e1', 'cancel', '2026-03-06', order_id='O1'))
        self.run_to('2026-03-28')
        self.send('orders', '2026-04-01', small.order('O3', '2026-04-01', paid='210.00'),
                  small.order('O4', '2026-04-01', paid='90.00', product='P-phone'))
        self.run_to('2026-04-28')
        self.issue()
        self.send('orders', '2026-05-02', small.order('O5', '2026-05-01', paid='50.00'))
        self.run_to('2026-05-28')
        self.proven()

    def look(self, statement):
        """What reconcile says, its exit code, and what verify says of documents and their issues."""
        copy = nights.copy_of(self.database)
        world.tamper(copy, """DO $$ DECLARE c record; BEGIN
            FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                      WHERE contype = 'c' AND connamespace = 'settle'::regnamespace AND coninhcount = 0 LOOP
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
            END LOOP;
        END $$; """ + statement)
        code, out, _ = copy.settle('--format', 'csv', 'reconcile', 'ledger', '--by-distributor')
        rows = {row['distributor']: (Decimal(row['difference']), Decimal(row['documents_differ']))
                for row in csv.DictReader(io.StringIO(out))}
        got, out, _ = copy.settle('--format', 'csv', 'verify')
        self.server.sql(f'DROP DATABASE {copy.name}', 'postgres')
        self.assertEqual(got, 1, statement)
        found = [row['finding'] for row in csv.DictReader(io.StringIO(out))
                 if row['place'].startswith(('invoice of', 'issued invoices'))]
        return code, rows, found

    def test_planted(self):
        self.make()
        invoice = "(SELECT distributor_id, run_id, carrier_id, currency_no, tax_ppb FROM settle_view.invoice WHERE number = 'C1-2026-00000{}')"
        key = '(distributor_id, run_id, carrier_id, currency, tax_ppb) = ' + invoice
        posted = ("subject_id & 1048575 = 1 AND (subject_id >> 20) & 2147483647 = (SELECT run_id FROM settle_view.invoice "
                  "WHERE number = 'C1-2026-00000{}') AND kind = 5 AND distributor_id = (SELECT distributor_id FROM "
                  "settle_view.invoice WHERE number = 'C1-2026-00000{}')")
        at = [None, *(f'WHERE {key.format(n)}' for n in range(1, 6))]
        leg = [None, *(f'WHERE {posted.format(n, n)}' for n in range(1, 6))]
        head, line, moved = 'UPDATE settle.invoice SET', 'UPDATE settle.invoice_line SET', 'UPDATE settle.transfer SET'
        plants = [
            # a figure of a document, alone
            *((f'{head} {c}_minor = {c}_minor + 1 {at[3]}', f'{word} ') for c, word in (
                ('net', 'net'), ('tax', 'tax'), ('gross', 'gross'), ('withheld', 'withheld'), ('payable', 'payable'),
                ('tax_added', 'tax added'), ('brought', 'brought forward'), ('covered', 'covered'), ('left', 'debt left'))),
            (f'{head} payable_minor = -payable_minor {at[1]}', 'payable -'),
            (f'{head} left_minor = 0, payable_minor = payable_minor + left_minor {at[3]}', 'payable '),
            # a fen of tax that document and lines agree on
            (f'{head} tax_minor = tax_minor + 1, gross_minor = gross_minor + 1, tax_added_minor = tax_added_minor + 1 {at[1]}; '
             f'{line} tax_minor = tax_minor + 1, gross_minor = gross_minor + 1 {at[1]}', 'tax added 601, the ledger 600'),
            (f'{head} tax_minor = tax_minor + 1, net_minor = net_minor - 1 {at[5]}; '
             f'{line} tax_minor = tax_minor + 1, net_minor = net_minor - 1 {at[5]}', 'net '),
            # lines
            (f'{line} tax_minor = tax_minor + 1, net_minor = net_minor - 1 {at[3]} AND line = 1', '1 of its lines'),
            (f'{line} net_minor = net_minor + CASE line WHEN 1 THEN 1 ELSE -1 END, '
             f'gross_minor = gross_minor + CASE line WHEN 1 THEN 1 ELSE -1 END {at[4]}', '2 of its lines'),
            *((f'{line} {flag} = NOT {flag} {at[3]} AND line = 1', '2 of its lines') for flag in (
                'taken_back', 'withheld', 'tax_included')),
            (f'{line} kind = 2 {at[3]} AND line = 1', '2 of its lines'),
            (f'{line} class_id = 0 {at[3]} AND line = 1', '2 of its lines'),
            (f'DELETE FROM settle.invoice_line {at[3]} AND line = 2', '1 of its lines'),
            (f'INSERT INTO settle.invoice_line SELECT distributor_id, run_id, carrier_id, currency, tax_ppb, 9, 3, class_id, '
             f'taken_back, withheld, tax_included, transfers, net_minor, tax_minor, gross_minor FROM settle.invoice_line {at[1]}',
             '1 of its lines'),
            # what its issue posted
            (f'{moved} amount_minor = amount_minor + 1 {leg[1]} AND debit = 2', 'its issue posted 10001, 0, 600, and 0'),
            (f'{moved} debit = credit, credit = debit {leg[3]} AND debit = 5', 'its issue posted 600, 20000, 600, and 0'),
            (f'DELETE FROM settle.transfer {leg[3]} AND debit = 5', 'its issue posted 600, 20000, 0, and 0'),
            (f'DELETE FROM settle.transfer {leg[3]} AND debit = 4', 'its issue posted 600, 0, -600, and 0'),
            (f'DELETE FROM settle.transfer {leg[1]}', 'its issue posted 0, 0, 0, and 0'),
            (f'{moved} credit = 2 {leg[1]} AND debit = 1', 'and 600 elsewhere'),
            # what was earned, and which of it is bound
            ('UPDATE settle.ledger_total SET amount_minor = amount_minor + 1 WHERE kind = 1 AND debit = 1 AND credit = 2', 'net '),
            ("UPDATE settle.ledger_total SET debit = credit, credit = debit WHERE kind = 1 AND debit = 2", 'net '),
            (f'UPDATE settle.invoice_binding SET up_to_run = after_run + 1 {at[3]}', 'transfers '),
            (f'DELETE FROM settle.invoice_binding {at[3]}', 'transfers '),
            # what is carried forward has no lines, and comes to what the ledger says
            (f'{head} gross_minor = gross_minor + 1, net_minor = net_minor + 1 WHERE carried', 'net '),
        ]
        missed = []
        for statement, finding in plants:
            code, rows, found = self.look(statement)
            whole = [amount for pair in rows.values() for amount in pair]
            if code != 1 or not any(whole) or not any(finding in text for text in found):
                missed.append((statement, finding, code, rows, found))
        self.assertEqual(missed, [], '\n'.join(map(str, missed)))


class Class(Case):
    """Lines by product class, where the class of a product is told late."""

    def lines(self):
        return [(row['number'][-2:], row['class'], row['direction'], row['count'], row['gross'])
                for row in self.rows('invoice', 'lines')]

    def test_a_take_back_has_the_class_of_what_it_takes_back(self):
        self.versions(version('v', '2026-01-01..', 'true', paid(), ', negative: credit-note'))
        self.send('orders', '2026-01-05', *[small.order(k, '2026-01-05') for k in 'ABC'])
        self.run_to('2026-01-28')
        told = dict(carrier='C1', product='P-plan', name='plan', valid_from='2026-01-01')
        self.send('products', '2026-02-01', {**told, 'class': 'phone'})
        self.send('events', '2026-02-02', event('a', 'cancel', '2026-02-02', order_id='A'))
        self.run_to('2026-02-28')
        self.send('events', '2026-03-01', event('b', 'reinstate', '2026-03-01', order_id='A', reinstates='a'),
                  event('c', 'refund', '2026-03-01', order_id='B', amount='40.00'))
        self.send('orders', '2026-03-01', small.order('D', '2026-03-01'), small.order('E', '2026-01-06'))
        self.run_to('2026-03-28')
        # what is earned anew where nothing stands any more has the class of today
        self.assertEqual(self.lines(), [('01', 'plan', 'earned', '3', '300.00'), ('02', 'plan', 'taken-back', '1', '-100.00'),
                                        ('03', 'plan', 'taken-back', '1', '-40.00'), ('03', 'phone', 'earned', '3', '300.00')])
        self.settle('verify')
        self.settle('replay', '--run', '1..')
        self.settle('reconcile', 'ledger')


if __name__ == '__main__':
    settle_test.main()
