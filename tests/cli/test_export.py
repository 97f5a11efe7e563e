#!/usr/bin/env python3
"""The ledger as plain text: hledger, ledger and beancount accept it and find the balances that we say."""
import csv
import io
import os
import re
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

RULES = ('- upfront: u\n  group: a\n  for: {product: [P-plan]}\n  pay: 60.01\n  holdback: {share: 10%, days: 400}\n'
         '- upfront: w\n  group: b\n  for: {product: [P-sim]}\n  withheld: true\n  pay: 2.5%\n'
         '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 1.07}\n')
HOSTILE = ('=cmd()', 'D 1; x', 'Ä:b', 'zz', 'Zz', '深圳"', "a'b\\c", '<script>alert(1)</script>', '{}|~#')
ROOTS = {'carrier': 'Assets:Carrier', 'cash': 'Assets:Cash', 'deposit': 'Liabilities:Deposit', 'fee': 'Income:Fee',
         'distributor': 'Liabilities:Distributor', 'held': 'Liabilities:Held', 'withheld': 'Liabilities:Withheld',
         'invoiced': 'Liabilities:Invoiced'}


def part(code):
    """As engine/report/journal.h says."""
    first = '' if not code or re.match('[A-Y0-9]', code) else 'Z%02X' % code.encode()[0]
    rest = code.encode()[1:] if first else code.encode()
    return first + ''.join(chr(b) if chr(b).isalnum() and b < 128 else '-%02X' % b for b in rest)


class Export(small.Case):
    def books(self):
        self.prepare(RULES, invoice='cycle: weekly, cut-off-day: 7')
        rows = ''.join('"%s",Name,2026-01-01\n' % code.replace('"', '""') for code in HOSTILE)
        self.ok('import', 'distributors', self.file('h.csv', 'distributor,name,valid_from\n' + rows), '--date', '2026-01-01')
        orders = [small.order(f'A{n}', '2026-01-10', distributor=code, paid='123.45',
                              product=('P-plan', 'P-sim')[n % 2]) for n, code in enumerate(HOSTILE)]
        orders += [small.order('O"; =1+1 <b>', '2026-01-10'), small.order('B', '2026-01-10', product='P-sim', paid='80.20'),
                   small.order('J[2019-01-01]', '2026-01-10', distributor='D2')]
        self.send('orders', '2026-01-10', *orders)
        self.run_to('2026-01-12')
        for batch in sorted({row['batch'] for row in self.rows('invoice', 'list') if row['status'] == 'draft'}):
            self.settle('invoice', 'approve', batch, user='settle_finance')
            self.settle('invoice', 'issue', batch, user='settle_night')
        self.settle('deposit', 'post')
        self.send('events', '2026-02-01', event('e', 'fraud', '2026-02-01', order_id='B'))
        self.run_to('2026-02-02')
        self.settle('deposit', 'cover', '--distributor', 'D1', '--reason', 'a test')
        self.settle('deposit', 'forfeit', '--carrier', 'C1', '--amount', '12.34', '--reason', 'a test')
        self.settle('deposit', 'post')

    def ours(self, *filters):
        out = defaultdict(Decimal)
        for row in self.json('ledger', 'balances', *filters):    # CSV would make texts safe for spreadsheets
            name = ':'.join([ROOTS[row['account']], *(part(row[k]) for k in ('carrier', 'distributor') if row[k])])
            out[name] += Decimal(row['balance'])
        return {name: amount for name, amount in out.items() if amount}

    def journal(self, form, *filters):
        text = self.settle('export', 'journal', '--format', form, *filters)
        return self.file(f'journal.{form}', text), text

    def tool(self, *command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                              env={**os.environ, 'LC_ALL': 'C.UTF-8', 'HOME': self.folder})
        self.assertEqual(done.returncode, 0, f'{command}\n{done.stdout[-3000:]}')
        return done.stdout

    def test_others_read_it(self):
        self.books()
        ours = self.ours()
        self.assertGreater(len(ours), 30)
        self.assertEqual(sum(ours.values()), 0)
        self.assertEqual({name.split(':')[1] for name in ours},
                         {'Carrier', 'Held', 'Invoiced', 'Cash', 'Deposit', 'Fee'} | {'Distributor'} & {
                             name.split(':')[1] for name in ours})

        path, text = self.journal('hledger')
        self.tool('hledger', '-f', path, 'check', '-s')
        theirs = {row[0]: Decimal(row[1].split()[0]) for row in csv.reader(io.StringIO(
            self.tool('hledger', '-f', path, 'bal', '--flat', '-N', '-O', 'csv'))) if row[0] != 'account' and row[1] != '0'}
        self.assertEqual(theirs, ours)

        path, _ = self.journal('ledger')
        theirs = {}
        for line in self.tool('ledger', '--strict', '--pedantic', '-f', path, 'bal', '--flat', '--no-total').splitlines():
            amount, _, name = line.split()
            theirs[name] = Decimal(amount)
        self.assertEqual(theirs, ours)

        path, _ = self.journal('beancount')
        self.tool('bean-check', path)
        theirs = {}
        for row in csv.reader(io.StringIO(self.tool('bean-query', '-f', 'csv', path,
                                                    'SELECT account, sum(number) AS n GROUP BY account'))):
            if len(row) == 2 and row[0] != 'account' and Decimal(row[1].strip()) != 0:
                theirs[row[0].strip()] = Decimal(row[1].strip())
        self.assertEqual(theirs, ours)

        # a month of theirs by our tags is a month of ours; so is an order and a rule
        path, _ = self.journal('hledger')
        for period in ('2026-01', '2026-02'):
            theirs = {row[0]: Decimal(row[1].split()[0]) for row in csv.reader(io.StringIO(self.tool(
                'hledger', '-f', path, 'bal', '--flat', '-N', '-O', 'csv', f'tag:period=^{period}$')))
                if row[0] != 'account' and row[1] != '0'}
            self.assertEqual(theirs, self.ours('--period', period), period)
        self.assertIn('1.07', self.tool('hledger', '-f', path, 'reg', 'tag:rule=^v$', 'Carrier'))
        self.assertIn('2.01', self.tool('hledger', '-f', path, 'reg', 'tag:order=^B$', 'Carrier'))
        path, _ = self.journal('ledger')
        self.assertIn('2.01', self.tool('ledger', '-f', path, 'reg', 'Carrier', '--limit', "tag('order') =~ /^B$/"))

        # the same input, the same bytes; and a part of it balances, too
        self.assertEqual(self.journal('hledger')[1], text)
        path, _ = self.journal('hledger', '--period', '2026-02', '--carrier', 'C1')
        self.tool('hledger', '-f', path, 'check', '-s')
        self.settle('export', 'journal', '--format', 'excel', code=2)

    def test_a_date_in_an_order_id(self):
        """ledger would take a date in brackets in a comment for that of the posting."""
        self.books()
        for form in ('hledger', 'ledger', 'beancount'):
            _, text = self.journal(form)
            self.assertNotIn('[2019-01-01]', text)
        path, text = self.journal('ledger')
        self.assertIn('J_2019-01-01_', text)
        self.assertEqual(self.tool('ledger', '-f', path, 'reg', '--end', '2020-01-01'), '')

    def test_names_are_one_to_one(self):
        names = [part(code) for code in HOSTILE + ('D1', 'd1', 'D-1', 'D-2D1', 'Z', 'z', 'Z7A')]
        self.assertEqual(len(set(names)), len(names))


if __name__ == '__main__':
    settle_test.main()
