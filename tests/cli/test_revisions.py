"""Orders that are told again (docs/semantics.md 2, 14.64): revisions of amount, distributor, contract, time; orders that
are withdrawn; orders of several lines. In whatever order and on whatever nights they are told, the books are those of the
highest revisions told at once."""
import itertools
import random
import unittest

import small
from small import bill, order, settle_test
from test_events import event

RULES = ('- upfront: u\n  pay: 10%\n'
         '- deferred: d\n  instalments:\n  - {after: 1 month, day: 5, pay: 5%, if: [{month: 0, all: [{minutes: 1..}]}]}\n'
         '- revenue-share: s\n  base: billed\n  months: 0..3\n  rate: 5%\n'
         '- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n  tiers: {1.00..: 1%}\n')


class Case(small.Case):
    def books(self, database=None):
        """What is posted by distributor, rule and origin, where it is something."""
        database, self.database = self.database, database or self.database
        try:
            return {key: fen for key, fen in self.nets('distributor', 'subject', 'rule', 'origin').items() if fen != 0}
        finally:
            self.database = database

    def prove(self):
        for command in (['verify'], ['replay', '--run', '1..'], ['reconcile', 'ledger']):
            self.ok(*command)

    def orders_of(self, period='2026-01'):
        return {(row['state'], row['because']): (int(row['orders']), row['paid'])
                for row in self.rows('reconcile', 'orders', '--period', period) if row['state']}


class Revisions(Case):
    def test_quantity_and_distributor(self):
        """What holds is what the highest revision says; the same one with other content is a conflict."""
        self.prepare('- upfront: u\n  pay: 40.00\n')
        self.send('orders', '2026-01-05', order('A', '2026-01-05'))
        self.run_to('2026-01-05')
        self.assertIn('conflict', self.send('orders', '2026-01-06', order('A', '2026-01-05', quantity='2')))
        self.send('orders', '2026-01-06', order('A', '2026-01-05', quantity='2', revision='2'))
        self.run_to('2026-01-06')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 8000})
        self.assertIn('conflict', self.send('orders', '2026-01-07', order('A', '2026-01-05', distributor='D2',
                                                                          revision='2')))
        self.assertIn('1 repeated', self.send('orders', '2026-01-07', order('A', '2026-01-05', quantity='2', revision='2')))
        self.send('orders', '2026-01-07', order('A', '2026-01-05', distributor='D2', revision='3'))
        self.send('events', '2026-01-07', event('f', 'full-refund', '2026-01-07'))
        self.run_to('2026-01-07')
        self.assertEqual(self.books(), {})
        self.assertEqual(self.nets('distributor', 'origin'), {('D1', '2026-01'): 0})
        self.prove()
        self.assertEqual(sum(n for n, _ in self.orders_of().values()), 1)

    def test_back_and_forth(self):
        self.prepare(RULES)
        self.send('orders', '2026-01-05', order('A', '2026-01-05', contract='K'), order('B', '2026-01-06', contract='K'))
        self.send('bills', '2026-01-31', bill('K', '2026-01', '2026-01-31', billed='20.00', minutes='5'))
        self.send('events', '2026-01-31', event('r', 'refund', '2026-01-20', amount='50.00'))
        self.run_to('2026-02-06')
        at_d1 = {('D1', 'A', 'u', '2026-01'): 500, ('D1', 'A', 's', '2026-01'): 100, ('D1', 'B', 'u', '2026-01'): 1000,
                 ('D1', 'A', 'd', '2026-02'): 250, ('D1', 'window 2026-01', 'v', '2026-01'): 150}
        at_d2 = {('D2', 'A', 'u', '2026-01'): 500, ('D2', 'A', 's', '2026-01'): 100, ('D1', 'B', 'u', '2026-01'): 1000,
                 ('D2', 'A', 'd', '2026-02'): 250, ('D1', 'window 2026-01', 'v', '2026-01'): 100, ('D2', 'window 2026-01', 'v', '2026-01'): 50}
        self.assertEqual(self.books(), at_d1)
        for night, (revision, distributor) in enumerate(((2, 'D2'), (3, 'D1'), (4, 'D2'))):
            self.send('orders', f'2026-02-{10 + night}', order('A', '2026-01-05', contract='K', distributor=distributor,
                                                               revision=str(revision)))
            self.run_to(f'2026-02-{10 + night}')
            self.assertEqual(self.books(), at_d2 if distributor == 'D2' else at_d1, revision)
        self.prove()

    def test_lower_one_comes_late(self):
        """It is taken in, and changes nothing; the same file in another order, too."""
        self.prepare(RULES)
        self.send('orders', '2026-01-05', order('A', '2026-01-05', paid='70.00', revision='3'),
                  order('A', '2026-01-05', distributor='D2', paid='60.00', revision='2'))
        self.run_to('2026-01-05')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 700})
        self.send('orders', '2026-01-06', order('A', '2026-01-05', distributor='D2', contract='K'))
        self.run_to('2026-02-01')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 700, ('D1', 'window 2026-01', 'v', '2026-01'): 70})
        self.prove()

    def test_an_event_that_knows_a_later_one(self):
        """An event that is told beside a revision of a later night waits for that night, also where the order is there
        before: then it leaves its windows, once."""
        self.prepare('- upfront: u\n  pay: 1.00\n- volume-bonus: v\n  window: quarter\n  paid: progressive\n  measure: orders\n'
                     '  mode: whole\n  tiers: {1..: 10.00}\n')
        self.send('orders', '2026-01-05', order('A', '2026-01-05'), order('B', '2026-01-05'))
        self.send('orders', '2026-02-10', order('A', '2026-01-05', region='ZJ', revision='2'))
        self.send('events', '2026-01-05', event('r', 'full-refund', '2026-01-20'))
        self.send('events', '2026-02-12', event('x', 'reinstate', '2026-02-01', reinstates='r'))
        for day, orders in (('2026-02-09', 2), ('2026-02-10', 1), ('2026-02-12', 2)):
            self.run_to(day)
            self.assertEqual(sum(self.nets('rule').values()), orders * 1100, day)
        self.prove()

    def test_withdrawn(self):
        """Nothing is left of it, its event and bill wait, and the id may be an order of another month."""
        self.prepare(RULES)
        self.send('orders', '2026-01-05', order('A', '2026-01-05', contract='K'))
        self.send('bills', '2026-01-31', bill('K', '2026-01', '2026-01-31', billed='20.00', minutes='5'))
        self.send('events', '2026-01-31', event('r', 'refund', '2026-03-20', amount='50.00'))
        self.run_to('2026-02-06')
        self.send('orders', '2026-02-07', order('A', '2026-01-05', contract='K', revision='2', withdrawn='yes'))
        self.run_to('2026-02-07')
        self.assertEqual(self.books(), {})
        self.assertEqual(self.orders_of(), {})
        self.assertEqual(sorted(row['what'] for row in self.rows('facts', 'waiting')), ['bill', 'event'])
        self.send('orders', '2026-02-08', order('A', '2026-02-05', contract='K'))
        self.send('bills', '2026-02-08', bill('K', '2026-02', '2026-02-08', billed='40.00', minutes='5'))
        self.run_to('2026-03-20')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-02'): 500, ('D1', 'A', 's', '2026-02'): 200,
                                        ('D1', 'A', 'd', '2026-03'): 500,
                                        ('D1', 'window 2026-02', 'v', '2026-02'): 50})
        self.prove()

    def told(self, order_id='A'):
        return [tuple(row[name] for name in ('revision', 'state', 'told', 'night', 'distributor', 'paid', 'changed'))
                for row in self.rows('facts', 'order', order_id)]

    def test_what_was_told_is_listed(self):
        """Which revision holds, when and by which batch it was told, what it changed; not the rows that follow from one."""
        self.prepare(RULES)
        self.send('orders', '2026-01-05', order('A', '2026-01-05', contract='K'), order('B', '2026-01-05'))
        self.run_to('2026-01-05')
        self.assertEqual(self.told('B'), [('1', 'holds', '2026-01-05', '2026-01-05', 'D1', '100.00', '')])
        self.send('orders', '2026-01-06', order('A', '2026-01-05', contract='L', distributor='D2', paid='70.00', revision='3'))
        first, third = (('1', 'holds', '2026-01-05', '2026-01-05', 'D1', '100.00', ''),
                        ('3', 'for the next night', '2026-01-06', '', 'D2', '70.00', 'distributor, contract, paid'))
        self.assertEqual(self.told(), [first, third])
        self.run_to('2026-01-06')
        self.send('orders', '2026-01-07', order('A', '2026-01-05', contract='K', paid='70.00', revision='2'))
        self.run_to('2026-01-07')
        first, third = (first[0], 'replaced', *first[2:]), (third[0], 'holds', third[2], '2026-01-06', *third[4:6],
                                                            'distributor, contract')
        second = ('2', 'replaced', '2026-01-07', '2026-01-07', 'D1', '70.00', 'paid')
        self.assertEqual(self.told(), [first, second, third])
        self.send('orders', '2026-01-08', order('A', '2026-01-05', revision='4', withdrawn='yes'))
        self.run_to('2026-01-08')
        self.send('orders', '2026-02-08', order('A', '2026-06-05'))     # another order of the id: nobody looks so far
        told = self.told()
        self.assertEqual([row[:2] + row[6:] for row in told],
                         [('1', 'replaced', ''), ('2', 'replaced', 'paid'), ('3', 'replaced', 'distributor, contract'),
                          ('4', 'withdrawn', 'withdrawn'), ('1', 'for the next night', '')])
        self.assertEqual([row['closed'] for row in self.rows('facts', 'order', 'A')], ['2026-01'] * 4 + ['2026-06'])
        self.assertIn('there is no order "Z"', self.settle('facts', 'order', 'Z', code=3))

    def test_what_a_distributor_sees(self):
        """What is withdrawn or another's counts for nobody else; what was posted stays to be seen."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', *[order(k, '2026-01-05') for k in 'ABC'])
        self.run_to('2026-01-05')
        self.send('orders', '2026-01-06', *[order(k, '2026-01-05', **{'revision': '2', 'withdrawn': '', **said}) for k, said in
                                            (('A', {'paid': '70.00'}), ('B', {'distributor': 'D2'}), ('C', {'withdrawn': 'yes'}))])
        self.run_to('2026-01-06')

        def seen(command, distributor, *columns):
            return [tuple(row[c] for c in columns) for row in self.rows('activity', command, '--distributor', distributor)]
        self.assertEqual(seen('list', 'D1', 'order', 'paid', 'total', 'taken_back', 'state'),
                         [('A', '70.00', '7.00', '3.00', 'settled'), ('B', '0.00', '0.00', '10.00', 'withdrawn'),
                          ('C', '0.00', '0.00', '10.00', 'withdrawn')])
        self.assertEqual(seen('list', 'D2', 'order', 'paid', 'total', 'state'), [('B', '100.00', '10.00', 'settled')])
        self.assertEqual(seen('summary', 'D1', 'orders', 'units', 'paid', 'total', 'taken_back'),
                         [('1', '1', '70.00', '7.00', '23.00')])
        self.assertEqual(seen('summary', 'D2', 'orders', 'units', 'paid', 'total'), [('1', '1', '100.00', '10.00')])

    def test_what_was_put_aside(self):
        """The id in another month is a conflict; it is read again when the order is withdrawn, whichever comes first."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', order('A', '2026-01-05'), order('B', '2026-01-05'))
        self.assertIn('conflict', self.send('orders', '2026-02-05', order('A', '2026-02-05', paid='40.00'),
                                            order('B', '2026-02-05', paid='50.00')))
        self.run_to('2026-02-05')
        said = self.send('orders', '2026-02-07', order('A', '2026-01-05', revision='2', withdrawn='yes'))
        self.assertRegex(said, r'release of batch \d+: batch \d+ of 2026-02-07 sealed: 1 rows, 1 accepted')
        self.run_to('2026-02-07')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-02'): 400, ('D1', 'B', 'u', '2026-01'): 1000})
        self.assertEqual([row['line'] for row in self.rows('quarantine', 'list')], ['3'])
        # in one file with what withdraws it, and where the order stays it is rejected again
        self.send('orders', '2026-02-08', order('C', '2026-01-05', revision='1', withdrawn=''), order('C', '2026-02-05', paid='60.00'),
                  order('C', '2026-01-05', revision='2', withdrawn='yes'), order('B', '2026-01-05', paid='20.00', revision='2'))
        self.run_to('2026-02-08')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-02'): 400, ('D1', 'B', 'u', '2026-01'): 200,
                                        ('D1', 'C', 'u', '2026-02'): 600})
        self.assertEqual([row['line'] for row in self.rows('quarantine', 'list')], ['3'])
        self.prove()

    def test_lower_ones_of_other_contracts(self):
        """Two come after a higher one, in one file: each leaves its contract as of every revision that says another."""
        self.prepare(RULES)
        self.send('orders', '2026-01-05', order('A', '2026-01-05', contract='M', revision='3'))
        self.send('orders', '2026-01-06', order('A', '2026-01-05', contract='K', revision='1'),
                  order('A', '2026-01-05', contract='L', revision='2'))
        self.send('bills', '2026-01-31', bill('K', '2026-01', '2026-01-31', billed='20.00', minutes='5'),
                  bill('M', '2026-01', '2026-01-31', billed='40.00', minutes='5'))
        self.run_to('2026-01-31')
        self.assertEqual(self.books()['D1', 'A', 's', '2026-01'], 200)
        self.prove()

    def test_another_contract(self):
        """The bills go to the first-closed order that there is now, of both contracts."""
        self.prepare(RULES)
        self.send('orders', '2026-01-05', order('A', '2026-01-05', contract='K'), order('B', '2026-01-06', contract='K'),
                  order('C', '2026-01-07', contract='L'))
        self.send('bills', '2026-01-31', bill('K', '2026-01', '2026-01-31', billed='20.00', minutes='5'),
                  bill('L', '2026-01', '2026-01-31', billed='60.00', minutes='5'))
        self.run_to('2026-02-01')
        shares = {key[1]: fen for key, fen in self.books().items() if key[2] == 's'}
        self.assertEqual(shares, {'A': 100, 'C': 300})
        self.send('orders', '2026-02-02', order('A', '2026-01-05', contract='L', revision='2'))
        self.run_to('2026-02-02')
        shares = {key[1]: fen for key, fen in self.books().items() if key[2] == 's'}
        self.assertEqual(shares, {'B': 100, 'A': 300})
        self.send('orders', '2026-02-03', order('A', '2026-01-08', contract='L', revision='3'))
        self.run_to('2026-02-03')
        shares = {key[1]: fen for key, fen in self.books().items() if key[2] == 's'}
        self.assertEqual(shares, {'B': 100, 'C': 300})
        self.prove()

    def test_waits_for_its_day(self):
        """Told to have closed later than the night: it is given back, and earned again on its day."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', order('A', '2026-01-05'))
        self.run_to('2026-01-05')
        self.send('orders', '2026-01-06', order('A', '2026-01-20', paid='50.00', revision='2'))
        self.run_to('2026-01-06')
        self.assertEqual(self.books(), {})
        self.assertIn('order', [row['what'] for row in self.rows('facts', 'waiting')])
        self.run_to('2026-01-20')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 500})
        self.prove()

    def test_told_again_on_its_day(self):
        """The row that waited and the one that comes are one order; each is counted once."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', order('A', '2026-01-10'))
        self.run_to('2026-01-09')
        self.send('orders', '2026-01-10', order('A', '2026-01-10', paid='50.00', revision='2'))
        self.run_to('2026-01-10')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 500})
        self.prove()

    def test_replay_of_its_day(self):
        """A night that settled an order which had waited is replayed without what was told of it later."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', order('A', '2026-01-10'), order('B', '2026-01-10', paid='0.00'))
        self.run_to('2026-01-10')
        self.send('orders', '2026-01-12', order('A', '2026-01-10', paid='50.00', revision='2'),
                  order('B', '2026-01-10', paid='50.00', revision='2'))
        self.run_to('2026-01-12')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 500, ('D1', 'B', 'u', '2026-01'): 500})
        self.prove()

    def test_event_of_a_row_that_comes_later(self):
        """An event that found a revision of a later night belongs to that of another one which is told for an earlier."""
        self.prepare(RULES)
        self.send('orders', '2026-02-20', order('A', '2026-01-05', paid='90.00', revision='3'))
        self.send('events', '2026-01-20', event('f', 'fraud', '2026-01-19'))
        self.send('orders', '2026-02-10', order('A', '2026-01-05', paid='80.00', revision='4'))
        self.run_to('2026-02-10')
        self.assertEqual(self.books(), {})
        self.assertEqual([r['origin'] for r in self.rows('ledger', 'transfers')], [])
        self.run_to('2026-02-20')
        self.assertEqual(self.books(), {})
        self.prove()

    def test_bill_of_a_row_that_comes_later(self):
        self.prepare(RULES)
        self.send('orders', '2026-02-20', order('A', '2026-01-05', paid='90.00', contract='K', revision='3'))
        self.send('bills', '2026-02-01', bill('K', '2026-01', '2026-01-31', billed='20.00', minutes='5'))
        self.send('orders', '2026-02-10', order('A', '2026-01-05', paid='80.00', contract='K', revision='4'))
        self.run_to('2026-02-10')
        told = {('D1', 'A', 'u', '2026-01'): 800, ('D1', 'A', 's', '2026-01'): 100, ('D1', 'A', 'd', '2026-02'): 400,
                ('D1', 'window 2026-01', 'v', '2026-01'): 80}
        self.assertEqual(self.books(), told)
        self.run_to('2026-02-20')
        self.assertEqual(self.books(), told)
        self.prove()

    def test_what_no_version_covers(self):
        """An order that goes to a day before the first version, or to another currency, takes back all; and comes again."""
        self.prepare(RULES, closing='2026-01-10..', top='ceiling: {amount: 100000.00, window: month}\n')
        self.send('orders', '2026-02-05', order('A', '2026-01-12'), order('B', '2026-01-12'))
        self.run_to('2026-02-05')
        told = self.books()
        self.assertEqual(told, {('D1', 'A', 'u', '2026-01'): 1000, ('D1', 'B', 'u', '2026-01'): 1000,
                                ('D1', 'window 2026-01', 'v', '2026-01'): 200})
        self.send('orders', '2026-02-06', order('A', '2026-01-08', revision='2'),
                  order('B', '2026-01-12', revision='2', currency='USD'))
        self.run_to('2026-02-06')
        self.assertEqual(self.books(), {})
        self.send('orders', '2026-02-07', order('A', '2026-01-12', revision='3'), order('B', '2026-01-12', revision='3'))
        self.run_to('2026-02-07')
        self.assertEqual(self.books(), told)
        self.prove()

    def test_beyond_the_largest_amount(self):
        """An order whose mistake is put right earns as if it had been told right; and the other way round."""
        rules = ('- upfront: u\n  pay: 100000000.00\n- volume-bonus: v\n  window: month\n  measure: units\n'
                 '  mode: whole\n  tiers: {1..: 1.00}\n')
        for top in ('', 'ceiling: {amount: 1000000000.00, window: month}\n', 'fraud-tolerance: {share: 50%}\n'):
            self.prepare(rules, top=top)
            self.send('orders', '2026-01-31', order('B', '2026-01-13'), order('C', '2026-01-14'))
            self.send('events', '2026-01-31', event('f', 'fraud', '2026-01-20', order_id='C'))
            self.run_to('2026-01-31')
            others = self.books()
            for night, quantity in enumerate((1, 1000000, 1, 999999, 999998, 1), 1):
                self.send('orders', f'2026-02-0{night}', order('A', '2026-01-12', quantity=str(quantity), revision=str(night)))
                self.run_to(f'2026-02-0{night}')
                stands = dict(others)
                if quantity == 1:
                    stands['D1', 'A', 'u', '2026-01'] = 10000000000
                    stands['D1', 'window 2026-01', 'v', '2026-01'] += 100
                self.assertEqual(self.books(), stands, (top, quantity))
            self.prove()

    def test_accounted_for(self):
        """What a batch holds is what it took in, also where it says only that an order is elsewhere."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        self.send('orders', '2026-01-05', *(order(name, '2026-01-05', revision='2', distributor=of)
                                            for name, of in (('B', 'D1'), ('C', 'D1'), ('A', 'D2'))))
        self.send('orders', '2026-01-06', order('A', '2026-01-05'))
        self.run_to('2026-01-06')
        self.ok('reconcile', 'orders', '--period', '2026-01')
        self.prove()

    def test_what_cannot_be(self):
        self.prepare('- upfront: u\n  pay: 10%\n')
        for column, value, reason in (('revision', '0', 'out-of-range'), ('revision', '101', 'out-of-range'),
                                      ('withdrawn', 'maybe', 'bad-flag')):
            self.assertIn(reason, self.send('orders', '2026-01-05', order('A', '2026-01-05', **{column: value})))


class Lines(Case):
    """Order and line together are the key."""

    def test_lines(self):
        self.prepare('- upfront: u\n  for: {class: [plan]}\n  pay: 10%\n- upfront: v\n  for: {class: [phone]}\n  pay: 5%\n')
        self.send('orders', '2026-01-05', order('A-1', '2026-01-05', line='1', paid='59.00'),
                  order('A-1', '2026-01-05', line='2', paid='999.00', product='P-phone'))
        self.run_to('2026-01-05')
        self.assertEqual(self.books(), {('D1', 'A-1/1', 'u', '2026-01'): 590, ('D1', 'A-1/2', 'v', '2026-01'): 4995})
        self.send('events', '2026-01-06', event('e', 'full-refund', '2026-01-06', order_id='A-1', line='2'),
                  event('w', 'full-refund', '2026-01-06', order_id='A-1', line=''))
        self.send('orders', '2026-01-06', order('A-1', '2026-01-05', line='1', paid='69.00', revision='2'))
        self.run_to('2026-01-06')
        self.assertEqual(self.books(), {('D1', 'A-1/1', 'u', '2026-01'): 690})
        self.assertEqual([row['fact'] for row in self.rows('facts', 'waiting')], ['w'])
        self.assertEqual({row['subject'] for row in self.rows('ledger', 'transfers', '--order', 'A-1')},
                         {'A-1/1', 'A-1/2'})
        self.assertEqual({row['subject'] for row in self.rows('ledger', 'transfers', '--order', 'A-1/2')}, {'A-1/2'})
        self.assertEqual([(row['order'], row['state']) for row in self.rows('activity', 'list', '--distributor', 'D1')],
                         [('A-1/1', 'settled'), ('A-1/2', 'refunded')])
        self.prove()

class Contracts(Case):
    """Whose the bills of a contract are, where orders of it were told again."""

    def test_end_of_an_order_that_moved(self):
        """The order that began the contract anew has the bills, wherever the one that ended is by now."""
        facts = (('orders', order('A', '2026-01-05', contract='K')),
                 ('orders', order('A', '2026-01-05', contract='K', distributor='D2', revision='2')),
                 ('orders', order('A', '2026-01-05', contract='K', distributor='D2', paid='7.00', revision='3')),
                 ('orders', order('B', '2026-01-20', contract='K')),
                 ('events', event('e', 'port-out', '2026-01-10')),
                 ('bills', bill('K', '2026-02', '2026-02-10', billed='20.00', minutes='5')))
        for told in itertools.permutations(range(6)):
            if told[:3] not in ((0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
                continue
            self.prepare(RULES)
            for n in told:
                self.send(facts[n][0], '2026-02-20', facts[n][1])
            self.run_to('2026-02-20')
            self.assertEqual(self.books().get(('D1', 'B', 's', '2026-02')), 100, told)
            self.prove()


def some_facts(dice):
    """(kind, row): of three orders up to three revisions each, bills of their contracts, events."""
    facts = []
    for name in 'ABC':
        day = dice.randrange(1, 28)
        for revision in range(1, dice.choice((1, 2, 3, 3)) + 1):
            row = order(name, f'2026-01-{day:02}', distributor=dice.choice(('D1', 'D2')), contract=dice.choice('KKL'),
                        paid=f'{dice.randrange(10, 200)}.00', revision=str(revision),
                        withdrawn='yes' if revision > 1 and dice.random() < 0.25 else '')
            facts.append(('orders', row))
            if dice.random() < 0.3:
                day = dice.randrange(1, 28)
        if dice.random() < 0.8:
            facts.append(('events', event('e' + name, dice.choice(('refund', 'fraud', 'cancel')), '2026-01-29',
                                          order_id=name)))
    for contract in 'KL':
        for month in ('2026-01', '2026-02'):
            facts.append(('bills', bill(contract, month, '2026-02-28', billed=f'{dice.randrange(5, 90)}.00', minutes='5')))
    for _, row in facts:
        if row.get('event') == 'refund':
            row['amount'] = '20.00'
    return facts


class AnyOrder(Case):
    """Facts of some orders told in any order, on any nights, against the same told at once."""
    N = 12

    def tell(self, dice, facts, nights):
        for night in nights:
            told = [fact for fact in facts if dice.random() < 0.35 or night == nights[-1]]
            facts = [fact for fact in facts if not any(fact is other for other in told)]
            dice.shuffle(told)
            for kind in dice.sample(('orders', 'events', 'bills'), 3):
                rows = [row for of, row in told if of == kind]
                if rows:
                    self.send(kind, night, *rows)
            self.run_to(night)

    def test_any_order(self):
        for seed in range(self.N):
            dice = random.Random(seed)
            facts = some_facts(dice)
            self.prepare(RULES)
            self.tell(dice, facts, ['2026-03-01', '2026-03-03', '2026-03-05', '2026-03-08', '2026-03-20'])
            books, told = self.books(), self.database
            self.prove()
            self.prepare(RULES)
            self.tell(dice, facts, ['2026-03-20'])
            self.assertEqual(books, self.books(), f'seed {seed}')
            del told


if __name__ == '__main__':
    settle_test.main()
