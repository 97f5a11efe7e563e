#!/usr/bin/env python3
"""Windows, tolerances and ceilings go on over a carrier's versions (docs/semantics.md 13.9, 13.11): every amount by hand."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from small import order

UPFRONT = '- upfront: first\n  pay: 50.00\n'
ONE = '- upfront: first\n  pay: 1.00\n'


def volume(tiers, name='v', window='month', scope='distributor', paid='at-end'):
    return (f'- volume-bonus: {name}\n  window: {window}\n  scope: {scope}\n  mode: whole\n  paid: {paid}\n'
            f'  tiers: {{{tiers}}}\n')


def event(order_id, what):
    return {'carrier': 'C1', 'event_id': f'e-{order_id}', 'order_id': order_id, 'event': what, 'at': '2026-01-12 09:00:00',
            'amount': '', 'reinstates': '', 'currency': 'CNY'}


class Case(small.Case):
    def prepare_versions(self, *versions):
        """(closing, rules, top) of each."""
        self.database = self.server.like('small', self.take_in_parties)
        for i, version in enumerate(versions, 1):
            self.activate(i, *version)

    def activate(self, number, closing, rules, top='', carrier='C1', currency='CNY'):
        text = small.POLICY.format(rules=rules, invoice='cycle: none', top=top)
        text = text.replace('carrier: C1', f'carrier: {carrier}').replace('currency: CNY', f'currency: {currency}')
        text = text.replace('version: v1', f'version: v{number}').replace('2026-01-01..', closing)
        self.database.activate(self.file(f'v{number}.yaml', text))

    def orders(self, date, *days, name='A', **more):
        self.send('orders', date, *[order(f'{name}{i}', day, **more) for i, day in enumerate(days, 1)])

    def nets(self, *columns):
        """What was earned less taken back, by columns of the transfers."""
        sums = {}
        for row in self.rows('ledger', 'transfers'):
            key = ' '.join(row[column] for column in columns)
            sign = -1 if row['credit'] == 'carrier' else 1 if row['debit'] == 'carrier' else 0
            sums[key] = sums.get(key, 0) + sign * int(row['amount'].replace('.', '').replace(',', ''))
        return {key: sum for key, sum in sums.items() if sum}

    def tearDown(self):
        if self.database is not None:
            self.ok('verify')
            self.ok('replay', '--run', '1..')
            self.ok('reconcile', 'ledger')


class Windows(Case):
    def test_all_orders_by_the_last_version(self):
        """Two orders under each version: neither reaches the tier of three alone; the second's amount is paid."""
        self.prepare_versions(('2026-01-01..2026-01-15', ONE + volume('3..: 2.00')),
                              ('2026-01-16..', ONE + volume('3..: 5.00')))
        self.orders('2026-01-20', '2026-01-10', '2026-01-12', '2026-01-18', '2026-01-19')
        self.run_to('2026-02-01')
        self.assertEqual(self.nets('subject', 'rule', 'policy_version'),
                         {**{f'A{i} first v{1 if i < 3 else 2}': 100 for i in (1, 2, 3, 4)},
                          'window 2026-01 v v2': 2000})

    def test_a_rule_that_is_given_up(self):
        """The quarter's last day is of a version without the bonus; months before it have theirs."""
        self.prepare_versions(('2026-01-01..2026-02-15', volume('1..: 5.00', 'q', 'quarter')
                               + volume('1..: 1.00', 'm\n  group: b')),
                              ('2026-02-16..', ONE))
        self.orders('2026-02-20', '2026-01-10', '2026-02-12', '2026-02-18')
        self.run_to('2026-04-01')
        self.assertEqual(self.nets('subject', 'rule'), {'window 2026-01 m': 100, 'A3 first': 100})

    def test_the_last_one_that_did(self):
        """No version holds on the last day: the one before does. Who closed without a version does not count."""
        self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 5.00')))
        self.orders('2026-01-20', '2026-01-10', '2026-01-12', '2026-01-18')
        self.run_to('2026-02-01')
        self.assertEqual(self.nets('subject'), {'window 2026-01': 1000})

    def test_each_length_by_its_own_day(self):
        """January by the first version, the quarter by the second, whose selector takes January's orders, too."""
        self.prepare_versions(('2026-01-01..2026-02-15', volume('1..: 1.00', 'm')),
                              ('2026-02-16..', volume('1..: 5.00', 'q', 'quarter').replace(
                                  '  window', '  for: {region: [GD]}\n  window')))
        self.send('orders', '2026-02-20', order('A', '2026-01-10'), order('B', '2026-01-11', region='ZJ'),
                  order('C', '2026-02-18'))
        self.run_to('2026-04-01')
        self.assertEqual(self.nets('subject', 'rule'), {'window 2026-01 m': 200, 'window 2026-03 q': 1000})

    def test_refund_after_the_change(self):
        self.prepare_versions(('2026-01-01..2026-01-15', volume('2..: 2.00')),
                              ('2026-01-16..', volume('2..: 5.00')))
        self.orders('2026-01-20', '2026-01-10', '2026-01-18')
        self.run_to('2026-02-01')
        self.assertEqual(self.nets('subject'), {'window 2026-01': 1000})
        self.send('events', '2026-02-02', {'carrier': 'C1', 'event_id': 'e', 'order_id': 'A1', 'event': 'full-refund',
                                           'at': '2026-02-02 09:00:00', 'amount': '', 'reinstates': '', 'currency': 'CNY'})
        self.run_to('2026-02-02')
        self.assertEqual(self.nets('subject'), {})


class ActivatedLater(Case):
    """The version that holds on a window's last day is activated when orders of the window are settled: they are measured
    again by its terms, in that night, whatever else happens."""

    def test_paid_progressively(self):
        self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 1.00', paid='progressive')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-01-12')
        self.assertEqual(self.nets('subject'), {'window 2026-01': 200})
        self.activate(2, '2026-01-16..', volume('2..: 5.00', paid='progressive'))
        self.run_to('2026-01-14')
        self.assertEqual(self.nets('subject'), {'window 2026-01': 1000})
        self.orders('2026-01-20', '2026-01-18', name='B')
        self.run_to('2026-01-20')
        self.assertEqual(self.nets('subject'), {'window 2026-01': 1500})

    def test_paid_at_the_end(self):
        self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 1.00')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-01-12')
        self.activate(2, '2026-01-16..', volume('3..: 5.00', 'w'))
        self.orders('2026-01-20', '2026-01-18', name='B')
        self.run_to('2026-02-01')
        self.assertEqual(self.nets('subject', 'rule'), {'window 2026-01 w': 1500})

    def test_a_rule_that_is_given_up(self):
        """What was paid progressively is taken back."""
        self.prepare_versions(('2026-01-01..2026-02-15', volume('1..: 1.00', 'q', 'quarter', paid='progressive')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-02-12')
        self.activate(2, '2026-02-16..', ONE)
        self.run_to('2026-02-13')
        self.assertEqual(self.nets('subject'), {})

    def test_another_scope(self):
        """A rule of the same name that counts for the manager: orders without one count in none."""
        self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 1.00', paid='progressive')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-01-12')
        self.activate(2, '2026-01-16..', volume('1..: 5.00', scope='manager', paid='progressive'))
        self.run_to('2026-01-14')
        self.assertEqual(self.nets('subject'), {})

    def test_months_of_a_quarter(self):
        """Each month has its own part: two of January, three up to February. Then paid at the end, as a whole."""
        for paid, wanted in (('progressive', {'2026-01': 1000, '2026-02': 500}), ('at-end', {})):
            self.prepare_versions(('2026-01-01..2026-02-15', volume('1..: 1.00', window='quarter', paid='progressive')))
            self.orders('2026-02-12', '2026-01-10', '2026-01-11', '2026-02-12')
            self.run_to('2026-02-12')
            self.assertEqual(self.nets('origin'), {'2026-01': 200, '2026-02': 100})
            self.activate(2, '2026-02-16..', volume('2..: 5.00', window='quarter', paid=paid))
            self.run_to('2026-02-13')
            self.assertEqual(self.nets('origin'), wanted)
            self.run_to('2026-04-01')
            self.assertEqual(self.nets('origin'), wanted or {'2026-03': 1500})

    def test_a_window_that_is_over(self):
        """No order of the new version's days was told."""
        self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 1.00')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-02-02')
        self.assertEqual(self.nets('origin'), {'2026-01': 200})
        self.activate(2, '2026-01-16..2026-01-31', volume('1..: 5.00'))
        self.run_to('2026-02-03')
        self.assertEqual(self.nets('origin'), {'2026-01': 1000})

    def test_another_currency(self):
        """Orders in yuan count in no window in dollars: what was posted is taken back in yuan."""
        self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 1.00', paid='progressive')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-01-12')
        self.activate(2, '2026-01-16..', volume('1..: 5.00', paid='progressive'), currency='USD')
        self.orders('2026-01-20', '2026-01-18', name='B', currency='USD')
        self.run_to('2026-01-20')
        self.assertEqual(self.nets('subject', 'policy_version'), {'window 2026-01 v2': 500})
        self.assertEqual({(row['account'], row['currency']): row['balance'] for row in self.rows('ledger', 'balances')},
                         {('carrier', 'CNY'): '0.00', ('distributor', 'CNY'): '0.00',
                          ('carrier', 'USD'): '5.00', ('distributor', 'USD'): '-5.00'})

    def test_not_of_what_a_night_is_at(self):
        """A night that died has orders of these days in hand, and does not know the version."""
        self.prepare_versions(('2026-01-01..2026-01-09', ONE))
        self.orders('2026-01-12', '2026-01-08', '2026-01-11')
        code, _, _ = self.database.settle('run', '--date', '2026-01-12', env={'SETTLE_FAILPOINT': 'run-chunk-begun:die'})
        self.assertEqual(code, -9)
        with self.assertRaisesRegex(AssertionError, 'closed on 2026-01-11 are settled already, or by a night that is not'):
            self.activate(2, '2026-01-10..', ONE)
        self.run_to('2026-01-12')
        self.assertEqual(self.nets('subject'), {'A1': 100})

    def test_for_days_that_only_wait(self):
        """Orders that were taken in before their day are of the version that holds when it comes."""
        self.prepare_versions(('2026-01-01..2026-01-15', ONE))
        self.orders('2026-01-12', '2026-01-08', '2026-01-20')
        self.run_to('2026-01-12')
        self.activate(2, '2026-01-16..2026-01-31', ONE)
        self.run_to('2026-01-20')
        self.assertEqual(self.nets('subject', 'policy_version'), {'A1 v1': 100, 'A2 v2': 100})
        with self.assertRaisesRegex(AssertionError, 'covers closing days that version v2 has'):
            self.activate(3, '2026-01-20..', ONE)
        self.settle('replay', '--run', '1..')

    def test_several_carriers(self):
        self.prepare_versions()
        for carrier in ('C1', 'C2'):
            self.activate(1, '2026-01-01..2026-01-15', volume('1..: 1.00', paid='progressive'), carrier=carrier)
            self.orders('2026-01-12', '2026-01-10', '2026-01-11', carrier=carrier)
        self.run_to('2026-01-12')
        self.activate(2, '2026-01-16..', volume('1..: 5.00', paid='progressive'))
        self.run_to('2026-01-14')
        self.assertEqual(self.nets('carrier'), {'C1': 1000, 'C2': 200})
        self.activate(2, '2026-01-16..', volume('1..: 7.00', paid='progressive'), carrier='C2')
        self.run_to('2026-01-15')
        self.assertEqual(self.nets('carrier'), {'C1': 1000, 'C2': 1400})

    def test_it_goes_on(self):
        """Nothing is posted, and nothing else is noted."""
        tables = ('transfer', 'window_change', 'window_posting', 'order_outcome', 'agenda', 'cut')
        rules = ONE + volume('1..: 1.00', paid='progressive') + volume('1..: 2.00', 'q\n  group: b', 'quarter')
        for top in ('', 'fraud-tolerance: {share: 0%, count: 1}\nceiling: {window: month, amount: 5.00}\n'):
            self.prepare_versions(('2026-01-01..2026-01-15', rules, top))
            self.orders('2026-01-12', '2026-01-10', '2026-01-11')
            self.send('events', '2026-01-12', event('A1', 'fraud'))
            self.run_to('2026-01-12')
            before = [self.database.sql(f'SELECT count(*) FROM settle.{table}') for table in tables]
            self.activate(2, '2026-01-16..', rules, top)
            self.run_to('2026-01-13')
            self.assertEqual([self.database.sql(f'SELECT count(*) FROM settle.{table}') for table in tables], before)

    def test_with_other_news_of_the_order(self):
        """One is refunded, one told again as another distributor's, one that closed before is told late."""
        self.prepare_versions(('2026-01-01..2026-01-15', ONE + volume('1..: 1.00', paid='progressive')))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11', '2026-01-11')
        self.run_to('2026-01-12')
        self.activate(2, '2026-01-16..', ONE + volume('1..: 5.00', paid='progressive'))
        self.send('events', '2026-01-13', event('A1', 'full-refund'))
        self.send('orders', '2026-01-13', order('A2', '2026-01-11', revision='2', distributor='D2'))
        self.orders('2026-01-13', '2026-01-05', name='B')
        self.run_to('2026-01-13')
        self.assertEqual(self.nets('distributor', 'rule'), {'D1 first': 200, 'D1 v': 1000, 'D2 first': 100, 'D2 v': 500})

    def test_ceilings(self):
        """What a window earns is held against the ceiling of the version that measures it: one that is new, or gone."""
        limit = 'ceiling: {window: month, amount: 15.00}\n'
        for tops, wanted in ((('', limit), (2000, 1500)), ((limit, ''), (1500, 2000))):
            self.prepare_versions(('2026-01-01..2026-01-15', volume('1..: 10.00', paid='progressive'), tops[0]))
            self.orders('2026-01-12', '2026-01-10', '2026-01-11')
            self.run_to('2026-01-12')
            self.assertEqual(self.nets('origin'), {'2026-01': wanted[0]})
            self.activate(2, '2026-01-16..', volume('1..: 10.00', paid='progressive'), tops[1])
            self.run_to('2026-01-13')
            self.assertEqual(self.nets('origin'), {'2026-01': wanted[1]})

    def test_tolerance(self):
        self.prepare_versions(('2026-01-01..2026-01-15', ONE))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.send('events', '2026-01-12', event('A1', 'fraud'))
        self.run_to('2026-01-12')
        self.assertEqual(self.nets('subject'), {'A2': 100})
        self.activate(2, '2026-01-16..', ONE, 'fraud-tolerance: {share: 0%, count: 1}\n')
        self.run_to('2026-01-13')
        self.assertEqual(self.nets('subject'), {'A1': 100, 'A2': 100})


class Ceilings(Case):
    def test_each_against_its_own_limit(self):
        """70.00 a month, then 120.00 a quarter, over what was used before; then no limit, which uses room of nothing."""
        self.prepare_versions(
            ('2026-01-01..2026-01-31', UPFRONT + '  ceiling: {window: month, amount: 70.00}\n'),
            ('2026-02-01..2026-02-28', UPFRONT + '  ceiling: {window: quarter, amount: 150.00}\n'),
            ('2026-03-01..', UPFRONT))
        self.orders('2026-02-20', '2026-01-10', '2026-01-11', '2026-02-12', '2026-02-13')
        self.orders('2026-03-20', '2026-03-10', name='B')
        self.run_to('2026-03-20')
        # January 50.00 and 20.00; of the quarter's 150.00 are 80.00 left
        self.assertEqual(self.nets('subject'), {'A1': 5000, 'A2': 2000, 'A3': 5000, 'A4': 3000, 'B1': 5000})

    def test_without_a_limit_uses_room(self):
        """What a version without a limit earned before is used for the one that has one."""
        self.prepare_versions(('2026-01-01..2026-01-15', UPFRONT),
                              ('2026-01-16..', UPFRONT, 'ceiling: {window: month, amount: 120.00}\n'))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-01-14')
        self.orders('2026-01-20', '2026-01-18', '2026-01-19', name='B')
        self.run_to('2026-01-20')
        self.assertEqual(self.nets('subject'), {'A1': 5000, 'A2': 5000, 'B1': 2000})

    def test_a_limit_that_is_new(self):
        """The version with the limit is activated when the other's orders are settled."""
        self.prepare_versions(('2026-01-01..2026-01-15', UPFRONT))
        self.orders('2026-01-12', '2026-01-10', '2026-01-11')
        self.run_to('2026-01-14')
        self.activate(2, '2026-01-16..', UPFRONT + '  ceiling: {window: month, amount: 120.00}\n')
        self.orders('2026-01-20', '2026-01-18', '2026-01-19', name='B')
        self.run_to('2026-01-20')
        self.assertEqual(self.nets('subject'), {'A1': 5000, 'A2': 5000, 'B1': 2000})

    def test_another_rule_is_another_ceiling(self):
        self.prepare_versions(('2026-01-01..2026-01-15', UPFRONT + '  ceiling: {window: month, amount: 70.00}\n'),
                              ('2026-01-16..', UPFRONT.replace('first', 'other')
                               + '  ceiling: {window: month, amount: 70.00}\n'))
        self.orders('2026-01-20', '2026-01-10', '2026-01-11', '2026-01-18')
        self.run_to('2026-01-20')
        self.assertEqual(self.nets('subject'), {'A1': 5000, 'A2': 2000, 'A3': 5000})


class Tolerance(Case):
    def test_the_month_by_its_last_version(self):
        """Four orders of January, three found: the second version tolerates a half of them, the first nothing."""
        for turn in (1, 2):
            tops = ('', 'fraud-tolerance: {share: 50%, count: 0}\n')[::1 if turn == 1 else -1]
            self.prepare_versions(('2026-01-01..2026-01-15', ONE, tops[0]), ('2026-01-16..', UPFRONT, tops[1]))
            self.orders('2026-01-20', '2026-01-10', '2026-01-11', '2026-01-18', '2026-01-19')
            self.send('events', '2026-01-22', *[
                {'carrier': 'C1', 'event_id': f'e{k}', 'order_id': k, 'event': 'fraud', 'at': '2026-01-22 09:00:00',
                 'amount': '', 'reinstates': '', 'currency': 'CNY'} for k in ('A1', 'A3', 'A4')])
            self.run_to('2026-01-22')
            # two of three are tolerated, the most expensive acts, of equal ones the later; or all act
            self.assertEqual(self.nets('subject'), {'A1': 100, 'A2': 100, 'A3': 5000} if turn == 1 else {'A2': 100})


if __name__ == '__main__':
    settle_test.main()
