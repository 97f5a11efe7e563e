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
        """What it printed; also of a file of which no row could be used."""
        code, out, err = self.database.settle('import', kind, self.file(kind + '.csv', text), '--date', date)
        self.assertIn(code, (0, 7), out + err)
        return out + err

    def zero(self):
        """Orders that are settled as zero by now: (order, reason)."""
        return [tuple(row) for row in self.database.sql(
            'SELECT o.upstream_id, z.reason FROM settle_view.zero z '
            'JOIN settle_view.closed_order o USING (distributor_id, closing_month, order_id) WHERE z.run_id = (SELECT '
            'max(run_id) FROM settle_view.zero y WHERE y.order_id = z.order_id) AND z.reason IS NOT NULL ORDER BY 1')]

    def test_only_active_ones_sell(self):
        self.prepare(RULES)
        self.party('distributors', 'distributor,name,valid_from,status\nD3,Drei,2026-01-05,applied\n'
                   'D3,Drei,2026-01-10,active\nD3,Drei,2026-01-20,ended\n', '2026-01-05')
        self.party('carriers', 'carrier,name,valid_from,status\nC2,Two,2026-01-10,ended\n', '2026-01-05')
        for day in ('07', '10', '19', '20'):
            self.send('orders', f'2026-01-{day}', small.order(f'A{day}', f'2026-01-{day}', distributor='D3'))
        self.send('orders', '2026-01-21', small.order('B', '2026-01-21', carrier='C2'))
        self.assertEqual(self.reasons(), [])    # all are taken in
        self.run_to('2026-01-21')
        self.assertEqual(self.posted('subject'), [('A10',), ('A19',)])
        self.assertEqual(self.zero(), [('A07', 'not-active'), ('A20', 'not-active'), ('B', 'not-active')])
        self.assertIn('not-active', self.ok('status'))
        self.assertEqual({(r['because'], r['orders']) for r in self.rows('reconcile', 'orders', '--period', '2026-01')},
                         {('carrier or distributor were not active', '2'), ('carrier or distributor were not active', '1'),
                          ('posted', '2')})
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_products_are_sold_for_a_while(self):
        self.prepare(RULES)
        self.party('products', 'carrier,product,name,class,valid_from,sales_from,sales_to\n'
                   'C1,P-new,New,plan,2026-01-01,2026-01-10,2026-01-12\n', '2026-01-01')
        for day in ('09', '10', '12', '13'):
            self.send('orders', f'2026-01-{day}', small.order(f'A{day}', f'2026-01-{day}', product='P-new'))
        self.assertEqual(self.reasons(), [])
        self.run_to('2026-01-13')
        self.assertEqual(self.posted('subject'), [('A10',), ('A12',)])
        self.assertEqual(self.zero(), [('A09', 'not-sold'), ('A13', 'not-sold')])

    def test_who_was_not_active_keeps_the_bills_and_counts_nowhere(self):
        """The first order of the contract is of a distributor that had only applied: its bills serve no other order.
        Nor does it count in a window or among the orders that findings are a share of."""
        self.prepare(RULES + '- volume-bonus: v\n  window: month\n  measure: orders\n  mode: lump\n'
                     '  tiers: {2..: 7.00}\n')
        self.party('distributors', 'distributor,name,valid_from,status\nD3,Drei,2026-01-05,applied\n'
                   'D3,Drei,2026-01-10,active\n', '2026-01-05')
        self.send('orders', '2026-01-12', small.order('A', '2026-01-07', distributor='D3', contract='K'),
                  small.order('B', '2026-01-12', distributor='D3', contract='K'))
        self.send('bills', '2026-02-03', small.bill('K', '2026-01', '2026-02-03', billed='30.00'))
        self.run_to('2026-02-05')
        self.assertEqual(self.posted('subject', 'rule'), [('B', 'u')])
        self.ok('verify')

    def outlets(self, *rows, date='2026-01-01'):
        return self.party('outlets', 'outlet,name,distributor,parent,valid_from\n'
                          + ''.join(f'{o},{o},{d},{p},{day}\n' for o, d, p, day in rows), date)

    def managers(self, *rows, date='2026-01-01'):
        return self.party('managers', 'manager,name,outlet,valid_from\n'
                          + ''.join(f'{m},{m},{o},{day}\n' for m, o, day in rows), date)

    def tree(self):
        """O1 with O2 below is D1's, O3 with O4 below D2's; M1 is in O2, M4 in O4."""
        self.prepare(RULES)
        self.outlets(('O1', 'D1', '', '2026-01-01'), ('O2', 'D1', 'O1', '2026-01-01'),
                     ('O3', 'D2', '', '2026-01-01'), ('O4', 'D2', 'O3', '2026-01-01'))
        self.managers(('M1', 'O2', '2026-01-01'), ('M4', 'O4', '2026-01-01'))

    def refused(self, out, *rows):
        """Exactly those (column, value, reason) were turned down by the last import."""
        batch = max((int(r['batch']) for r in self.rows('quarantine', 'list')), default=0)
        last = [(r['column'], r['value'], r['reason']) for r in self.rows('quarantine', 'list')
                if int(r['batch']) == batch and f'batch {batch} of' in out]
        self.assertEqual(sorted(last), sorted(rows), out)

    def test_a_manager_stays_with_the_distributor(self):
        self.tree()
        leaves = 'manager-leaves-distributor'
        # forward, in the past, and before the first day that is known, of the outlet as of the manager
        self.send('orders', '2026-01-20', small.order('A', '2026-01-20', manager='M1'))
        for day in ('2026-02-01', '2026-01-01', '2025-06-01'):
            out = self.managers(('M1', 'O3', day), date='2026-02-01')
            self.refused(out, ('outlet', 'O3', leaves))
            self.assertIn('D1', out)
            self.assertIn('D2', out)
        # within the distributor as often as one likes
        self.refused(self.managers(('M1', 'O1', '2026-02-01'), ('M1', 'O2', '2026-02-10'), date='2026-02-01'))
        # two rows of a new one: the later day is what does not fit, in whatever order the rows come
        for rows in ((('M7', 'O1', '2026-01-01'), ('M7', 'O3', '2026-02-01')),
                     (('M8', 'O3', '2026-02-01'), ('M8', 'O1', '2026-01-01'))):
            self.refused(self.managers(*rows, date='2026-02-01'), ('outlet', 'O3', leaves))
        self.ok('verify')

    def test_a_slip_of_a_manager_is_corrected_until_an_order_came(self):
        self.tree()
        self.managers(('M5', 'O1', '2026-01-01'), ('M6', 'O1', '2026-01-01'))
        self.send('orders', '2026-01-20', small.order('A', '2026-01-20', manager='M6'))
        self.refused(self.managers(('M5', 'O3', '2026-01-01'), date='2026-02-01'))
        self.send('orders', '2026-02-02', small.order('B', '2026-01-20', manager='M5', distributor='D2'))
        out = self.managers(('M6', 'O3', '2026-01-01'), date='2026-02-03')
        self.refused(out, ('outlet', 'O3', 'manager-leaves-distributor'))
        self.assertIn('orders of manager M6 were taken in under distributor D1, and outlet O3 is one of D2', out)

    def test_an_outlet_takes_nobody_along(self):
        self.tree()
        other = 'other-distributor'
        # the parent is another's from a day within the row's time; the row itself is told late
        self.refused(self.outlets(('O2', 'D1', 'O3', '2026-01-15'), date='2026-02-01'), ('parent', 'O3', other))
        # an outlet with another below it, and one with a manager in it
        out = self.outlets(('O1', 'D2', '', '2026-02-01'), date='2026-02-01')
        self.refused(out, ('distributor', 'D2', other))
        self.assertIn('on 2026-02-01 outlet O2, below it, is one of D1', out)
        self.outlets(('O5', 'D1', '', '2026-01-01'), date='2026-02-01')
        self.managers(('M5', 'O5', '2026-01-01'), date='2026-02-01')
        self.send('orders', '2026-02-01', small.order('A', '2026-01-20', manager='M5'))
        out = self.outlets(('O5', 'D2', '', '2026-02-01'), date='2026-02-02')
        self.refused(out, ('distributor', 'D2', 'manager-leaves-distributor'))
        self.assertIn('manager M5 is one of distributor D1, and on 2026-02-01 outlet O5 is one of D2', out)
        # for ever: there is an order of it
        self.refused(self.outlets(('O5', 'D2', '', '2026-01-01'), date='2026-02-02'),
                     ('distributor', 'D2', 'manager-leaves-distributor'))
        # who has moved out before is not asked
        self.managers(('M5', 'O1', '2026-01-25'), date='2026-02-03')
        self.refused(self.outlets(('O5', 'D2', '', '2026-02-01'), date='2026-02-03'))
        # and now a manager of D1 does not come back to it, nor below it
        self.refused(self.managers(('M5', 'O5', '2026-02-05'), date='2026-02-05'),
                     ('outlet', 'O5', 'manager-leaves-distributor'))
        self.ok('verify')

    def test_the_order_of_files_decides_nothing(self):
        """Managers before their outlets, outlets before their parents: they are looked at again by themselves, and
        enter on the later of the two dates; what fails again is not tried for ever."""
        self.prepare(RULES)
        self.refused(self.managers(('M1', 'O2', '2026-01-01'), ('M2', 'O9', '2026-01-01'), date='2026-01-03'),
                     ('outlet', 'O2', 'unknown-outlet'), ('outlet', 'O9', 'unknown-outlet'))
        self.refused(self.outlets(('O2', 'D1', 'O1', '2026-01-01'), date='2026-01-02'),
                     ('parent', 'O1', 'unknown-outlet'))
        self.assertNotIn('release', self.outlets(('O7', 'D1', '', '2026-01-01'), date='2026-01-02'))
        out = self.outlets(('O1', 'D1', '', '2026-01-01'), date='2026-01-02')
        self.assertIn('of 2026-01-03', out)
        self.assertEqual([r['value'] for r in self.rows('quarantine', 'list')], ['O9'])
        self.send('orders', '2026-01-20', small.order('A', '2026-01-20', manager='M1'))
        self.assertEqual(len(self.rows('quarantine', 'list')), 1)
        self.ok('verify')

    def test_a_tree_moves_as_a_whole(self):
        """Parent and child in one file, in either order; with a manager in it neither does."""
        for turn in (1, -1):
            with self.subTest(turn=turn):
                self.tree()
                self.outlets(('O8', 'D1', '', '2026-01-01'), ('O9', 'D1', 'O8', '2026-01-01'), date='2026-02-01')
                rows = (('O8', 'D2', '', '2026-02-01'), ('O9', 'D2', 'O8', '2026-02-01'))[::turn]
                self.refused(self.outlets(*rows, date='2026-02-01'))
                rows = (('O1', 'D2', '', '2026-02-01'), ('O2', 'D2', 'O1', '2026-02-01'))[::turn]
                self.send('orders', '2026-02-01', small.order('A', '2026-01-20', manager='M1'))
                self.refused(self.outlets(*rows, date='2026-02-01'), ('distributor', 'D2', 'other-distributor'),
                             ('distributor', 'D2', 'manager-leaves-distributor'))
                # one row that does not fit takes no other down that does
                rows = (('O8', 'D1', '', '2026-03-01'), ('O9', 'D2', 'O8', '2026-03-01'))[::turn]
                self.refused(self.outlets(*rows, date='2026-03-01'), ('parent', 'O8', 'other-distributor'),
                             ('distributor', 'D1', 'other-distributor'))

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

    def ended(self, when, corrected):
        """D1 ends on 2025-03-01 under `stop`; told on that day's eve or six weeks late."""
        self.prepare('- deferred: de\n  instalments: [{after: 1 month, day: 10, pay: 18.00}, '
                     '{after: 2 months, day: 10, pay: 20.00}, {after: 3 months, day: 10, pay: 30.00}]\n'
                     '- revenue-share: rs\n  base: billed\n  months: 0..9\n  rate: 5%\n',
                     top='after-distributor-ended: stop\n')
        self.send('orders', '2026-01-20', small.order('O1', '2026-01-20', contract='K1'))
        self.party('distributors', 'distributor,name,tier,valid_from,status\nD1,Eins,3,2026-03-01,ended\n', when)
        self.send('bills', '2026-04-05', small.bill('K1', '2026-02', '2026-03-03', billed='100.00'),
                  small.bill('K1', '2026-03', '2026-04-03', billed='100.00'))
        if corrected:
            self.send('bills', '2026-05-05', small.bill('K1', '2026-03', '2026-05-03', billed='120.00', revision='2'))
        self.run_to('2026-05-30')
        nets = {key: fen for key, fen in self.nets('rule', 'origin').items() if fen}
        self.ok('verify')
        self.ok('replay', '--run', '1..')
        return nets

    def test_an_end_told_late(self):
        """23.00 and nothing more, whenever the end is told, and whether or not a bill is corrected afterwards."""
        for corrected in (False, True):
            for when in ('2026-02-28', '2026-04-15'):
                self.assertEqual(self.ended(when, corrected), {('de', '2026-02'): 1800, ('rs', '2026-02'): 500})

    def test_active_after_all(self):
        """What fell due between an end and a new beginning is paid when that is told."""
        self.prepare(RULES, top='after-distributor-ended: stop\n')
        self.send('orders', '2026-01-12', small.order('A', '2026-01-12'))
        self.party('distributors', 'distributor,name,tier,valid_from,status\nD1,Eins,3,2026-02-01,ended\n', '2026-02-01')
        self.send('orders', '2026-02-20', small.order('B', '2026-02-15'))
        self.run_to('2026-03-20')
        self.assertEqual(self.posted('subject', 'rule'), [('A', 'u')])
        self.assertEqual(self.zero(), [('B', 'not-active')])
        self.party('distributors', 'distributor,name,tier,valid_from,status\nD1,Eins,3,2026-02-11,active\n', '2026-03-25')
        self.run_to('2026-03-25')
        self.assertEqual(sorted(self.posted('subject', 'rule', 'amount')), [
            ('A', 'd', '10.00'), ('A', 'd', '10.00'), ('A', 'u', '60.00'), ('B', 'd', '10.00'), ('B', 'u', '60.00')])
        self.assertEqual(self.zero(), [])
        self.assertEqual([r['because'] for r in self.rows('reconcile', 'orders', '--period', '2026-02')], ['posted'])
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_told_late_is_as_told_in_time(self):
        """The status of a carrier, a product's last day of sale and its class, told after the orders were settled: they
        are taken back or paid otherwise, and leave their windows; what nobody asks for makes no night look."""
        self.prepare('- upfront: plan\n  for: {class: [plan]}\n  pay: 60.00\n- upfront: other\n  pay: 20.00\n'
                     '- volume-bonus: v\n  for: {class: [plan]}\n  window: month\n  measure: orders\n  mode: whole\n'
                     '  tiers: {1..: 1.00}\n')
        self.send('orders', '2026-02-01', *(small.order(f'A{n}', f'2026-01-{n:02d}') for n in (5, 10, 15, 20)))
        self.run_to('2026-02-01')
        self.assertEqual(self.nets('rule'), {('plan',): 24000, ('v',): 400})
        product = 'carrier,product,name,class,valid_from,sales_from,sales_to\nC1,P-plan,plan,'
        self.party('products', product + 'sim,2026-01-08,,\n' + product.splitlines()[1] + 'plan,2026-01-12,,2026-01-16\n',
                   '2026-02-02')
        self.run_to('2026-02-02')
        self.assertEqual(self.nets('rule'), {('plan',): 12000, ('other',): 2000, ('v',): 200})
        self.assertEqual(self.zero(), [('A20', 'not-sold')])
        self.party('carriers', 'carrier,name,valid_from,status\nC1,One,2026-01-12,ended\n', '2026-02-03')
        self.run_to('2026-02-03')
        self.assertEqual(self.nets('rule'), {('plan',): 6000, ('other',): 2000, ('v',): 100})
        self.assertEqual(self.zero(), [('A15', 'not-active'), ('A20', 'not-active')])
        self.assertEqual({(r['because'], r['orders']) for r in self.rows('reconcile', 'orders', '--period', '2026-01')},
                         {('carrier or distributor were not active', '2'), ('posted', '2')})
        before = len(self.posted('subject'))
        self.party('distributors', 'distributor,name,tier,valid_from\nD1,Eins,1,2026-01-01\n', '2026-02-04')
        self.run_to('2026-02-04')
        self.assertEqual(len(self.posted('subject')), before)   # no rule asks for the tier
        self.ok('verify')
        self.ok('replay', '--run', '1..')

    def test_concerned_twice(self):
        """A tier and a class told late on one night concern one order: it is looked at once, also where another order of
        the chunk was told again."""
        self.prepare('- upfront: u\n  for: {class: [phone], tier: 3..}\n  pay: 60.00\n')
        self.send('orders', '2026-01-12', small.order('A', '2026-01-12', revision='1'),
                  small.order('B', '2026-01-12', product='P-sim', revision='1'),
                  small.order('B', '2026-01-12', product='P-sim', revision='2', paid='1.00'))
        self.run_to('2026-01-12')
        self.assertEqual(self.posted('subject'), [])
        self.party('products', 'carrier,product,name,class,valid_from\nC1,P-plan,plan,phone,2026-01-08\n', '2026-01-13')
        self.party('distributors', 'distributor,name,tier,valid_from\nD1,Eins,4,2026-01-09\n', '2026-01-13')
        self.run_to('2026-01-13')
        self.assertEqual(self.posted('subject', 'amount'), [('A', '60.00')])
        self.ok('verify')
        self.ok('replay', '--run', '1..')


if __name__ == '__main__':
    settle_test.main()
