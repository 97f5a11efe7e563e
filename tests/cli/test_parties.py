#!/usr/bin/env python3
"""Parties that apply, work with the platform and end, and products that are sold for a while, through the real
program (docs/semantics.md 1, 2, 13.13)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

RULES = ('- upfront: u\n  pay: 60.00\n- deferred: d\n  instalments:\n'
         '  - {after: 1 month, day: 10, pay: 10.00}\n  - {after: 2 months, day: 10, pay: 10.00}\n'
         '- revenue-share: s\n  base: billed\n  months: 0..12\n  rate: 10%\n')


class Parties(small.Case):
    def reasons(self):
        return sorted((r['reason'], r['column'], r['value']) for r in self.rows('quarantine', 'list'))

    def party(self, kind, text, date):
        return self.ok('import', kind, self.file(kind + '.csv', text), '--date', date)

    def test_only_active_ones_sell(self):
        self.prepare(RULES)
        self.party('distributors', 'distributor,name,valid_from,status\nD3,Drei,2026-01-05,applied\n'
                   'D3,Drei,2026-01-10,active\nD3,Drei,2026-01-20,ended\n', '2026-01-05')
        self.party('carriers', 'carrier,name,valid_from,status\nC2,Two,2026-01-10,ended\n', '2026-01-05')
        for day in ('07', '10', '19', '20'):
            self.send('orders', f'2026-01-{day}', small.order(f'A{day}', f'2026-01-{day}', distributor='D3'))
        out = self.send('orders', '2026-01-21', small.order('B', '2026-01-21', carrier='C2'))
        self.assertIn('had ended by the closing day 2026-01-21', out)
        self.assertEqual(self.reasons(), [
            ('carrier-not-active', 'carrier', 'C2'), ('distributor-not-active', 'distributor', 'D3'),
            ('distributor-not-active', 'distributor', 'D3')])
        self.run_to('2026-01-21')
        self.assertEqual(self.posted('subject'), [('A10',), ('A19',)])
        # a mistake that is mended: the row is taken in after all
        self.party('distributors', 'distributor,name,valid_from,status\nD3,Drei,2026-01-20,active\n', '2026-01-22')
        self.ok('quarantine', 'release', '--all', '--date', '2026-01-22')
        self.run_to('2026-01-22')
        self.assertEqual(sorted(self.posted('subject')), [('A10',), ('A19',), ('A20',)])
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_products_are_sold_for_a_while(self):
        self.prepare(RULES)
        self.party('products', 'carrier,product,name,class,valid_from,sales_from,sales_to\n'
                   'C1,P-new,New,plan,2026-01-01,2026-01-10,2026-01-12\n', '2026-01-01')
        for day in ('09', '10', '12', '13'):
            self.send('orders', f'2026-01-{day}', small.order(f'A{day}', f'2026-01-{day}', product='P-new'))
        self.assertEqual(self.reasons(), [('product-not-sold', 'product', 'P-new')] * 2)
        messages = [r['message'] for r in self.rows('quarantine', 'list')]
        self.assertEqual(messages, ['is sold from 2026-01-10 on, after the closing day 2026-01-09',
                                    'was sold until 2026-01-12, before the closing day 2026-01-13'])
        self.run_to('2026-01-13')
        self.assertEqual(self.posted('subject'), [('A10',), ('A12',)])

    def test_bad_values(self):
        self.prepare(RULES)
        code, out, err = self.database.settle('import', 'distributors', self.file(
            'd.csv', 'distributor,name,valid_from,status\nD7,Sieben,2026-01-01,gone\n'), '--date', '2026-01-01')
        self.assertIn('unknown-status', out + err)
        code, out, err = self.database.settle('import', 'products', self.file(
            'p.csv', 'carrier,product,name,class,valid_from,sales_from,sales_to\n'
            'C1,P,N,plan,2026-01-01,2026-02-01,2026-01-01\n'), '--date', '2026-01-01')
        self.assertIn('is before the first day of sale', out + err)

    def settle_ended(self, more):
        """Ended on 2026-02-15: the last day it was active is the 14th."""
        self.prepare(RULES, top=more)
        self.send('orders', '2026-01-12', small.order('A', '2026-01-12', contract='K'))
        self.party('distributors', 'distributor,name,tier,valid_from,status\nD1,Eins,3,2026-02-15,ended\n', '2026-02-15')
        for month in ('2026-01', '2026-02', '2026-03'):
            self.send('bills', f'{month}-28', small.bill('K', month, f'{month}-28', billed='30.00'))
        self.run_to('2026-04-01')
        return [(t[0], t[1]) for t in self.posted('business_date', 'rule')]

    def test_after_the_distributor_ended(self):
        went_on = [('2026-01-12', 'u'), ('2026-01-28', 's'), ('2026-02-10', 'd'), ('2026-02-28', 's'),
                   ('2026-03-10', 'd'), ('2026-03-28', 's')]
        self.assertEqual(self.settle_ended(''), went_on)
        self.assertEqual(self.settle_ended('after-distributor-ended: stop\n'), went_on[:4])
        self.ok('verify')
        self.ok('replay', '--run', '1..')


if __name__ == '__main__':
    settle_test.main()
