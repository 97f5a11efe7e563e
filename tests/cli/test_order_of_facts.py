#!/usr/bin/env python3
"""Nothing that other facts decide is decided when a row comes in: the order of rows, files and nights changes no sum by
origin month, and what counts for nothing is on a list until a person has seen it."""
import itertools
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

LONG = os.environ.get('SETTLE_LONG') == '1'
EVENT = {'carrier': 'C1', 'event_id': '', 'order_id': 'A', 'event': '', 'at': '', 'amount': '', 'reinstates': '',
         'currency': 'CNY'}
RATE = '- upfront: u\n  pay: 10%\n'


def event(event_id, what, day, **more):
    return {**EVENT, 'event_id': event_id, 'event': what, 'at': f'{day} 12:00:00', **more}


class Case(small.Case):
    def sums(self):
        return {key: fen / 100 for key, fen in self.nets('subject', 'rule').items() if fen != 0}

    def listed(self):
        return [(row['event'], row['reason']) for row in self.rows('facts', 'list')]

    def prove(self):
        for command in (['verify'], ['replay', '--run', '1..'], ['reconcile', 'ledger']):
            self.ok(*command)


class Refunds(Case):
    def test_order_of_rows(self):
        """A refund that is reinstated further down in the file leaves room for the next one."""
        rows = [event('r1', 'refund', '2026-02-05', amount='300.00'),
                event('r2', 'refund', '2026-02-20', amount='1000.00'),
                event('rr', 'reinstate', '2026-02-10', reinstates='r1')]
        for order in itertools.permutations(rows):
            self.prepare(RATE)
            self.send('orders', '2026-01-05', small.order('A', '2026-01-05', paid='1000.00'))
            self.send('events', '2026-02-20', *order)
            self.run_to('2026-02-20')
            self.assertEqual(self.sums(), {}, [row['event_id'] for row in order])
            self.assertEqual(self.listed(), [])
        self.prove()

    def test_order_of_files(self):
        """The earlier refund counts, whichever comes first, and also when it is told nights later."""
        early = event('r1', 'refund', '2026-02-05', amount='70.00')
        late = event('r2', 'refund', '2026-02-06', amount='40.00')
        orders = [small.order('A', '2026-01-05', paid='100.00')]
        for files in itertools.permutations([('orders', orders), ('events', [early]), ('events', [late])]):
            self.prepare(RATE)
            for kind, rows in files:
                self.send(kind, '2026-02-06', *rows)
            self.run_to('2026-02-06')
            self.assertEqual(self.sums(), {('A', 'u'): 3.0})
            self.assertEqual(self.listed(), [('r2', 'refund-beyond-paid')])
            self.prove()
        self.prepare(RATE)
        self.send('orders', '2026-01-05', *orders)
        self.send('events', '2026-02-06', late)
        self.run_to('2026-02-06')
        self.assertEqual((self.sums(), self.listed()), ({('A', 'u'): 6.0}, []))
        self.send('events', '2026-02-08', early)
        self.run_to('2026-02-08')
        self.assertEqual((self.sums(), self.listed()), ({('A', 'u'): 3.0}, [('r2', 'refund-beyond-paid')]))
        # without the early one the late one fits again
        self.send('events', '2026-02-09', event('x', 'reinstate', '2026-02-09', reinstates='r1'))
        self.run_to('2026-02-09')
        self.assertEqual((self.sums(), self.listed()), ({('A', 'u'): 6.0}, []))
        self.prove()

    def test_windows(self):
        """What counts for nothing changes no window; a refund that completes the whole takes the order out of it."""
        rules = RATE + '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 2.00}\n'
        self.prepare(rules)
        self.send('orders', '2026-01-05', small.order('A', '2026-01-05', paid='100.00'))
        self.send('events', '2026-01-06', event('r1', 'refund', '2026-01-06', amount='60.00'),
                  event('r2', 'refund', '2026-01-07', amount='40.01'))
        self.run_to('2026-02-01')
        self.assertEqual(self.sums(), {('A', 'u'): 4.0, ('window 2026-01', 'v'): 2.0})
        self.send('events', '2026-02-02', event('r3', 'refund', '2026-01-08', amount='40.00'))
        self.run_to('2026-02-02')
        self.assertEqual(self.sums(), {})
        self.assertEqual(self.listed(), [('r2', 'refund-beyond-paid')])
        # r1 never happened: both others fit, and leave 19.99
        self.send('events', '2026-02-03', event('x', 'reinstate', '2026-02-03', reinstates='r1'))
        self.run_to('2026-02-03')
        self.assertEqual(self.sums(), {('A', 'u'): 2.0, ('window 2026-01', 'v'): 2.0})
        self.assertEqual(self.listed(), [])
        self.prove()

    def parts(self):
        """Halves rounded up by the carrier: one fen more than was paid."""
        orders = [small.order(name, '2026-01-05', paid='179.25') for name in 'ABC']
        for day, rows in (('2026-01-20', [event('r1', 'refund', '2026-01-20', amount='89.63'),
                                          event('r2', 'refund', '2026-01-21', amount='89.63'),
                                          event('b1', 'refund', '2026-01-20', order_id='B', amount='179.26')]),
                          ('2026-01-22', [event('c1', 'refund', '2026-01-20', order_id='C', amount='89.63')]),
                          ('2026-01-24', [event('c2', 'full-refund', '2026-01-24', order_id='C')])):
            if orders:
                self.send('orders', '2026-01-05', *orders)
                orders = []
            self.send('events', day, *rows)

    def test_one_fen_beyond(self):
        self.prepare(RATE)
        self.parts()
        self.run_to('2026-01-25')
        # A keeps 10% of 89.62, B all of its 17.93 (10% of 179.25, rounded)
        self.assertEqual(self.sums(), {('A', 'u'): 8.96, ('B', 'u'): 17.93})
        self.assertEqual(self.listed(), [('r2', 'refund-beyond-paid'), ('b1', 'refund-beyond-paid')])
        self.send('events', '2026-01-26', event('a9', 'full-refund', '2026-01-26'))
        self.run_to('2026-01-26')
        self.assertEqual(self.sums(), {('B', 'u'): 17.93})
        self.prove()

    def test_one_fen_of_slack(self):
        self.prepare(RATE)
        self.ok('facts', 'refund-slack', 'C1', '1', '--from', '2026-01-01', '--reason', 'halves are rounded up',
                user='settle_finance')
        self.parts()
        self.run_to('2026-01-25')
        self.assertEqual((self.sums(), self.listed()), ({}, []))
        self.prove()
        code, _, err = self.database.settle('facts', 'refund-slack', 'C1', '2', '--from', '2026-01-25', '--reason', 'x',
                                            user='settle_finance')
        self.assertEqual(code, 3)
        self.assertIn('nights up to 2026-01-25 are settled', err)
        code, _, err = self.database.settle('facts', 'refund-slack', 'C7', '2', '--from', '2026-02-01', '--reason', 'x',
                                            user='settle_finance')
        self.assertEqual(code, 3)
        self.assertIn('no carrier "C7"', err)
        # of another day on it is another one
        self.ok('facts', 'refund-slack', 'C1', '0', '--from', '2026-02-01', '--reason', 'exact now',
                user='settle_finance')
        self.send('orders', '2026-02-03', small.order('E', '2026-02-03', paid='10.00'))
        self.send('events', '2026-02-03', event('e1', 'refund', '2026-02-03', order_id='E', amount='10.01'))
        self.run_to('2026-02-03')
        self.assertEqual(self.listed(), [('e1', 'refund-beyond-paid')])
        self.prove()

    def test_states(self):
        """What counts for nothing is no state of an order, whether a person has seen it or not."""
        self.prepare(RATE)
        self.send('orders', '2026-01-05', *(small.order(name, '2026-01-05', paid='100.00') for name in 'ABCD'))
        self.send('events', '2026-01-06',
                  event('a1', 'refund', '2026-01-06', amount='70.00'), event('a2', 'refund', '2026-01-06', amount='40.00'),
                  event('b1', 'refund', '2026-01-06', order_id='B', amount='100.01'),
                  event('c1', 'refund', '2026-01-06', order_id='C', amount='70.00'),
                  event('c2', 'full-refund', '2026-01-07', order_id='C'),
                  event('d1', 'refund', '2026-01-06', order_id='D', amount='70.00'),
                  event('d2', 'full-refund', '2026-01-07', order_id='D', amount='40.00'))
        self.run_to('2026-01-08')
        states = [('A', 'partly-refunded'), ('B', 'settled'), ('C', 'refunded'), ('D', 'partly-refunded')]
        for seen in (False, True):
            if seen:
                self.ok('facts', 'seen', '--all', '--reason', 'asked', user='settle_finance')
            self.assertEqual(sorted((row['order'], row['state'])
                                    for row in self.rows('activity', 'list', '--distributor', 'D1')), states)
        self.prove()

    def test_seen(self):
        self.prepare(RATE)
        self.parts()
        self.send('events', '2026-01-24', event('u1', 'reinstate', '2026-01-24', reinstates='c1'))  # of order A, not C
        self.run_to('2026-01-25')
        everything = [('r2', 'refund-beyond-paid'), ('u1', 'reinstates-nothing'), ('b1', 'refund-beyond-paid')]
        self.assertEqual(self.listed(), everything)
        self.assertIn('Events that count for nothing', self.ok('status'))
        self.run_to('2026-01-31')
        self.assertRegex(self.ok('period', 'close', '2026-01', user='settle_finance', code=1),
                         r'events that count for nothing, not seen yet +3 ')
        before = self.sums()
        code, _, err = self.database.settle('facts', 'seen', '--carrier', 'C1', '--event', 'c1', '--reason', 'x',
                                            user='settle_finance')
        self.assertEqual(code, 3, err)
        self.assertEqual(self.ok('facts', 'seen', '--carrier', 'C1', '--event', 'r2', '--reason', 'a "fen"',
                                 user='settle_finance'), '1 seen\n')
        self.assertEqual(self.listed(), everything[1:])
        self.assertEqual(self.ok('facts', 'seen', '--all', '--reason', 'asked the carrier', user='settle_finance'),
                         '2 seen\n')
        self.assertEqual(self.listed(), [])
        self.assertNotIn('count for nothing', self.ok('status'))
        self.assertEqual(self.database.sql("SELECT count(*), min(reason) FROM settle.control_log "
                                           "WHERE action = 'fact-seen'"), [['3', 'a "fen"']])
        self.run_to('2026-02-01')
        self.assertEqual(self.sums(), before)
        self.ok('period', 'close', '2026-01', user='settle_finance')
        self.prove()


class Waiting(Case):
    def test_of_no_order_known(self):
        """Before the order closed, or in another currency: the event waits, as if its order had not come; told again so
        that it fits, it counts."""
        self.prepare(RATE)
        early = event('e1', 'cancel', '2026-01-04')
        dollars = event('e2', 'refund', '2026-01-06', amount='10.00', currency='USD')
        for files in ([('orders', small.order('A', '2026-01-05')), ('events', early), ('events', dollars)],
                      [('events', early), ('events', dollars), ('orders', small.order('A', '2026-01-05'))]):
            self.prepare(RATE)
            for kind, row in files:
                self.send(kind, '2026-01-06', row)
            self.run_to('2026-01-06')
            self.assertEqual(self.sums(), {('A', 'u'): 10.0})
            self.assertEqual(self.rows('quarantine', 'list'), [])
            self.assertIn('event waits for its order', self.ok('status'))
            self.send('events', '2026-01-07', {**dollars, 'currency': 'CNY'})
            self.run_to('2026-01-07')
            self.assertEqual(self.sums(), {('A', 'u'): 9.0})
            self.prove()

    def test_of_another_month_than_thought(self):
        """An event that said no month went to the one order known. Told again with another month it is a conflict, and
        shown; with that order's month, or none, it is told again."""
        refund = event('r1', 'refund', '2026-07-06', amount='50.00')
        for dates in (('2026-07-06', '2026-08-20'), ('2026-08-20', '2026-08-20')):
            self.prepare(RATE)
            self.send('orders', '2026-01-05', small.order('A', '2026-01-05', distributor='D2'))
            self.send('events', dates[0], refund)
            self.run_to(dates[0])
            self.send('orders', dates[1], small.order('A', '2026-07-05'))
            for month in ('', '2026-01'):
                self.send('events', dates[1], {**refund, 'closed_month': month})
            self.assertEqual(self.rows('quarantine', 'list'), [])
            self.assertIn('with another closed_month', self.send('events', dates[1], {**refund, 'closed_month': '2026-07'}))
            self.assertEqual([row['reason'] for row in self.rows('quarantine', 'list')], ['conflict'])
            self.run_to('2026-08-21')
            self.prove()
        # in one file, too
        rows = [{**event('r2', 'refund', '2026-01-06', amount='1.00'), 'closed_month': month} for month in ('', '2026-01')]
        self.send('events', '2026-08-22', *rows)
        self.assertEqual(len(self.rows('quarantine', 'list')), 1)

    def test_reinstated_among_two_orders(self):
        """A reinstatement goes to the order of its event, wherever in a file or in which file either stands."""
        orders = [small.order('A', '2026-01-05'), small.order('A', '2026-06-10')]
        refund = event('r', 'full-refund', '2026-06-20', closed_month='2026-06')
        undone = event('x', 'reinstate', '2026-06-21', reinstates='r', closed_month='')
        silent = {**refund, 'closed_month': ''}
        for files in ([orders, [refund, undone]], [orders, [undone, refund]], [orders, [undone], [refund]],
                      [[undone, refund], orders], [orders[:1], [refund], [undone], orders[1:]],
                      [orders, [silent, undone], [refund, undone]]):
            self.prepare(RATE)
            for rows in files:
                self.send('orders' if 'paid' in rows[0] else 'events', '2026-06-21', *rows)
            self.run_to('2026-06-22')
            self.assertEqual(self.nets('subject', 'origin'), {('A', '2026-01'): 1000, ('A', '2026-06'): 1000}, files)
            self.assertEqual(self.listed(), [])
            self.assertNotIn('waits for its order', self.ok('status'))
        self.prove()

    def test_told_once_more_is_told_once(self):
        """What waits under a wrong currency is not taken to an order that comes later, once it was told right."""
        self.prepare(RATE)
        dollars = event('e', 'full-refund', '2026-06-20', currency='USD')
        self.send('orders', '2026-01-05', small.order('A', '2026-01-05'))
        self.send('events', '2026-06-20', dollars)
        self.send('events', '2026-06-20', {**dollars, 'currency': 'CNY'})
        self.send('orders', '2026-06-21', small.order('A', '2026-06-10', currency='USD'))
        self.assertEqual(self.database.sql('SELECT o.currency FROM settle.event e JOIN settle.closed_order o '
                                           'USING (distributor_id, closing_month, order_id)'), [['156']])
        self.run_to('2026-06-22')
        self.prove()

    def test_later_of_two_dates(self):
        """Whichever file comes first, an event of the 8th of an order of the 1st is settled by the night of the 8th: the
        invoice of the 5th has the order."""
        orders = [small.order('A', '2026-02-01', contract='K1')]
        cancel = event('e1', 'cancel', '2026-02-03')
        outcomes = []
        for first in ('orders', 'events'):
            self.prepare('- upfront: u\n  pay: 10.00\n  clawback: [{on: cancel, take: all}]\n',
                         invoice='cycle: monthly, cut-off-day: 5')
            files = [('orders', '2026-02-01', orders), ('events', '2026-02-08', [cancel])]
            for kind, date, rows in files if first == 'orders' else files[::-1]:
                self.send(kind, date, *rows)
            self.run_to('2026-02-10')
            outcomes.append((self.posted('business_date', 'origin', 'debit', 'credit', 'amount'),
                             [(row['distributor'], row['gross']) for row in self.rows('invoice', 'list')]))
            self.prove()
        self.assertEqual(outcomes[0], outcomes[1])
        self.assertEqual([row[0] for row in outcomes[0][0]], ['2026-02-01', '2026-02-08'])
        self.assertEqual(outcomes[0][1], [('D1', '10.00')])

    def test_each_day_of_an_event(self):
        """Its own day before, on and behind both batches' dates, the dates either way round, one night or many."""
        for day in ('2026-02-01', '2026-02-08', '2026-02-12'):
            told = set()
            for dates in (('2026-02-03', '2026-02-09'), ('2026-02-09', '2026-02-03')):
                for first in ('orders', 'events'):
                    self.prepare('- upfront: u\n  pay: 10.00\n  clawback: [{on: cancel, take: all}]\n'
                                 '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..: 2.00}\n'
                                 '  not-counted: [cancel]\n')
                    files = [('orders', dates[0], small.order('A', '2026-02-01')),
                             ('events', dates[1], event('e1', 'cancel', day))]
                    for kind, date, row in files if first == 'orders' else files[::-1]:
                        self.send(kind, date, row)
                    self.run_to('2026-02-13')
                    told.add((dates, tuple(self.posted('business_date', 'origin', 'debit', 'amount'))))
                    self.assertEqual(self.sums(), {})
                    if day == '2026-02-08':
                        self.prove()
            self.assertEqual(len(told), 2, told)  # one for each pair of dates

    def test_bills_later_than_their_order(self):
        rules = '- revenue-share: s\n  base: billed\n  months: 0..7\n  rate: 5%\n'
        rows = {'orders': ('2026-02-03', small.order('A', '2026-02-01', contract='K1')),
                'bills': ('2026-03-12', small.bill('K1', '2026-02', '2026-03-05', billed='100.00'))}
        outcomes = []
        for kinds in (('orders', 'bills'), ('bills', 'orders')):
            self.prepare(rules)
            for kind in kinds:
                self.send(kind, rows[kind][0], rows[kind][1])
            self.run_to('2026-03-15')
            outcomes.append(self.posted('business_date', 'origin', 'amount'))
            self.prove()
        self.assertEqual(outcomes, [[('2026-03-12', '2026-02', '5.00')]] * 2)

    def test_released_rows(self):
        """A row that was put aside is not released into a night before that of its own batch."""
        self.prepare(RATE)
        self.send('orders', '2026-02-08', small.order('A', '2026-02-01', distributor='D9'))
        self.send('distributors', '2026-02-01', {'distributor': 'D9', 'name': 'neun', 'tier': '',
                                                 'valid_from': '2026-01-01'})
        self.ok('quarantine', 'release', '--all', '--date', '2026-02-02')
        self.run_to('2026-02-10')
        self.assertEqual(self.posted('business_date', 'amount'), [('2026-02-08', '10.00')])


class Named(Case):
    """Rows that name somebody whom nobody knows yet are read again when that is told, whichever of the two is imported
    first, and enter on the later of the two business dates."""
    OUTLET = ('outlets', '2026-02-01', {'outlet': 'O7', 'name': 'x', 'distributor': 'D7', 'parent': '',
                                        'valid_from': small.SINCE})
    MANAGER = ('managers', '2026-02-12', {'manager': 'M7', 'name': 'x', 'outlet': 'O7', 'valid_from': small.SINCE})
    PRODUCT = ('products', '2026-02-09', {'carrier': 'C1', 'product': 'P-new', 'name': 'x', 'class': 'x',
                                          'valid_from': small.SINCE})
    DISTRIBUTOR = ('distributors', '2026-02-03', {'distributor': 'D7', 'name': 'x', 'tier': '', 'valid_from': small.SINCE})
    ORDER = ('orders', '2026-02-05', small.order('A', '2026-02-01', product='P-new', distributor='D7', manager='M7'))
    OTHER = ('orders', '2026-02-10', small.order('B', '2026-02-01', product='P-new', contract='K'))
    NEVER = ('orders', '2026-02-05', small.order('N', '2026-02-01', product='P-never', distributor='D7', manager='M7'))
    BILL = ('bills', '2026-02-08', small.bill('K', '2026-01', '2026-02-07', billed='100.00'))

    def told(self, files):
        self.prepare(RATE)
        for kind, date, row in files:
            self.send(kind, date, row)
        self.run_to('2026-02-28')
        self.assertEqual([(r['value'], r['reason']) for r in self.rows('quarantine', 'list')], [('P-never', 'unknown-product')])
        return self.posted('business_date', 'subject', 'amount')

    def test_orders_in_any_order(self):
        files = [self.OUTLET, self.MANAGER, self.PRODUCT, self.DISTRIBUTOR, self.ORDER, self.OTHER, self.NEVER, self.BILL]
        files += [(kind, f'2026-02-2{n}', row) for n, (kind, _, row) in enumerate(files[:4])]  # again, for later nights
        source = random.Random(0)
        for turn in range(6):
            with self.subTest(turn=turn):
                self.assertEqual(self.told(files), [('2026-02-10', 'B', '10.00'), ('2026-02-12', 'A', '10.00')])
            source.shuffle(files)
        self.prove()

    def test_all_kinds(self):
        """A carrier that is told last: everything of it waited."""
        self.prepare(RATE)
        self.send('bills', '2026-02-08', small.bill('K', '2026-01', '2026-02-07', carrier='C9'))
        self.send('events', '2026-02-09', event('e', 'cancel', '2026-02-09', carrier='C9', currency=''))
        self.send('months', '2026-02-09', {'carrier': 'C9', 'month': '2026-01'})
        self.send('receipts', '2026-02-10', {'carrier': 'C9', 'receipt_id': 'r', 'distributor': 'D1', 'month': '2026-01',
                                             'amount': '1.00', 'currency': 'CNY'})
        self.send('orders', '2026-02-04', small.order('A', '2026-02-01', carrier='C9', contract='K'))
        self.assertEqual(len(self.rows('quarantine', 'list')), 5)
        self.send('carriers', '2026-02-09', {'carrier': 'C9', 'name': 'x', 'valid_from': small.SINCE})
        self.assertEqual([r['value'] for r in self.rows('quarantine', 'list')], ['P-plan'])  # of C1 and C2
        self.send('products', '2026-02-02', {'carrier': 'C2', 'product': 'P-plan', 'name': 'y', 'class': 'x',
                                             'valid_from': small.SINCE})
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.quarantine'), '6')     # it was not asked
        self.send('products', '2026-02-02', {'carrier': 'C9', 'product': 'P-plan', 'name': 'x', 'class': 'x',
                                             'valid_from': small.SINCE})
        self.assertEqual(self.rows('quarantine', 'list'), [])
        dates = self.database.sql(
            'SELECT b.kind, b.business_date FROM settle.batch b JOIN settle.quarantine_release r ON r.into_batch = b.batch_id '
            'WHERE b.accepted + b.waiting = 1 ORDER BY b.batch_id')
        self.assertEqual(dates, [['bills', '2026-02-09'], ['events', '2026-02-09'], ['months', '2026-02-09'],
                                 ['receipts', '2026-02-10'], ['orders', '2026-02-09']])
        self.prove_after('2026-02-28')

    def prove_after(self, day):
        self.run_to(day)
        self.prove()

    def test_a_version_told_later(self):
        """Known from March on; that it was there in January is told afterwards."""
        self.prepare(RATE)
        self.send('products', '2026-02-02', {**self.PRODUCT[2], 'valid_from': '2026-03-01'})
        self.send('orders', '2026-02-05', small.order('A', '2026-02-01', product='P-new'))
        self.assertEqual([r['reason'] for r in self.rows('quarantine', 'list')], ['not-yet-valid'])
        self.send('products', '2026-02-07', {**self.PRODUCT[2], 'valid_from': '2026-01-15'})
        self.run_to('2026-02-28')
        self.assertEqual(self.posted('business_date', 'amount'), [('2026-02-07', '10.00')])

    def test_what_a_crash_left(self):
        """A program that dies between telling and looking leaves it to the next import."""
        self.prepare(RATE)
        self.send('orders', '2026-02-05', small.order('A', '2026-02-01', product='P-new'))
        path = self.file('p.csv', ','.join(self.PRODUCT[2]) + '\n' + ','.join(self.PRODUCT[2].values()) + '\n')
        self.database.settle('import', 'products', path, '--date', '2026-02-06',
                             env={'SETTLE_FAILPOINT': 'intake-seal-committed:die'})
        self.assertEqual(len(self.rows('quarantine', 'list')), 1)
        self.send('orders', '2026-02-07', small.order('B', '2026-02-01'))
        self.assertEqual(self.rows('quarantine', 'list'), [])
        self.run_to('2026-02-28')
        self.assertEqual(self.posted('business_date', 'subject'), [('2026-02-06', 'A'), ('2026-02-07', 'B')])

    def test_dismissed(self):
        self.prepare(RATE)
        self.send('orders', '2026-02-05', small.order('A', '2026-02-01', product='P-new'))
        self.settle('quarantine', 'dismiss', '--rejected', 'unknown-product', '--reason', 'a test', user='settle_finance')
        self.send(*self.PRODUCT)
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order'), '0')


class Contracts(Case):
    RULES = ('- revenue-share: share\n  for: {product: [P-plan]}\n  base: billed\n  months: 0..7\n  rate: 5%\n')

    def come(self, what, later):
        """The second order and a bill come first, the first order of the contract afterwards."""
        self.prepare(self.RULES) if what != 'nopolicy' else self.prepare_until('2026-04-30')
        self.send('orders', '2026-06-10', small.order(
            'O2', '2026-05-10', contract='K1', paid='60.00', currency='USD' if what == 'usd' else 'CNY',
            product='P-sim' if what == 'norule' else 'P-plan'))
        self.send('bills', '2026-06-10', small.bill('K1', '2026-05', '2026-06-07', billed='200.00'))
        if later:
            self.run_to('2026-06-12')
        self.send('orders', '2026-06-15', small.order('O1', '2026-02-28', contract='K1', paid='50.00'))
        self.send('bills', '2026-06-18', small.bill('K1', '2026-06', '2026-06-18', billed='300.00'))
        self.run_to('2026-06-19')

    def prepare_until(self, day):
        self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        self.database.activate(self.file('policy.yaml', small.POLICY.format(
            rules=self.RULES, invoice='cycle: none', top='').replace('2026-01-01..', '2026-01-01..' + day)))

    def test_by_currency(self):
        for what in ('usd', 'nopolicy', 'norule', 'plain'):
            for later in (False, True):
                self.come(what, later)
                self.assertEqual(self.sums(), {('O1', 'share'): 25.0}, (what, later))
                self.assertEqual(self.rows('quarantine', 'list'), [])
                self.prove()

    def test_both_currencies(self):
        """Each order has the bills of its currency; neither follows the other."""
        self.come('usd', True)
        self.send('bills', '2026-06-20', small.bill('K1', '2026-05', '2026-06-20', billed='7.00', currency='USD'))
        self.run_to('2026-06-20')
        self.assertEqual(self.sums(), {('O1', 'share'): 25.0})  # no policy in dollars
        self.assertEqual(self.database.sql('SELECT o.upstream_id, b.month FROM settle.bill b JOIN settle.closed_order o '
                                           'USING (distributor_id, order_id) WHERE NOT b.withdrawn ORDER BY 1, 2'),
                         [['O1', '2026-05-01'], ['O1', '2026-06-01'], ['O2', '2026-05-01']])
        self.assertNotIn('waits for its order', self.ok('status'))
        self.prove()


class Versions(Case):
    """A fact that is corrected, withdrawn or moved is a further row of its key. No command writes one yet: here it is
    put beside by SQL, before the night, and the night takes the last. (Reports know of none yet.)"""
    def further(self, table, key, batch, **changes):
        """A copy of the rows that a key selects, with some columns changed, in a batch that is not settled yet."""
        columns = [row[0] for row in self.database.sql(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'settle.%s'::regclass AND attnum > 0 ORDER BY attnum"
            % table)]
        values = ', '.join(str(changes.get(column, batch if column == 'batch_id' else column)) for column in columns)
        self.database.sql(f'INSERT INTO settle.{table} ({", ".join(columns)}) SELECT {values} FROM settle.{table} '
                          f'WHERE {key}')

    def told(self, facts):
        """What the last batch says that it brought."""
        self.database.sql('ALTER TABLE settle.batch_slice DISABLE TRIGGER ALL; UPDATE settle.batch_slice SET facts = '
                          f'{facts} WHERE batch_id = {self.batch()}')

    def batch(self):
        return self.database.value('SELECT max(batch_id) FROM settle.batch')

    def test_orders(self):
        self.prepare(RATE)
        self.send('orders', '2026-01-05', *(small.order(name, '2026-01-05', contract='K' + name) for name in 'ABC'))
        first = "upstream_id = '%s' AND revision = 1 AND NOT withdrawn"
        self.further('closed_order', first % 'B', self.batch(), revision=2, paid_minor=8000)
        self.further('closed_order', first % 'C', self.batch(), revision=2, paid_minor=8000)
        self.further('closed_order', first % 'C', self.batch(), revision=3, withdrawn='true')
        self.further('contract', 'true', self.batch(), revision=2)
        self.further('contract', 'revision = 2', self.batch(), withdrawn='true')
        for row, word in (('closed_order', first % 'A'), ('contract', 'revision = 1')):
            with self.assertRaises(settle_test.SqlError):
                self.further(row, word, self.batch())
        self.told(6)
        night = self.run_to('2026-01-06')[0]
        self.assertEqual((night['facts'], night['settled'], night['amount']), (6, 2, '18.00'))

    def test_orders_of_settled_nights(self):
        """One is revised, one withdrawn, one goes to another distributor, with its refund; one comes back later."""
        self.prepare(RATE + '- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n'
                            '  tiers: {1.00..: 1%}\n')
        self.send('orders', '2026-01-05', *(small.order(name, '2026-01-05') for name in 'ABCD'))
        self.send('events', '2026-01-06', event('r1', 'refund', '2026-01-06', order_id='C', amount='10.00'))
        self.run_to('2026-02-01')
        self.assertEqual(self.sums(), {('A', 'u'): 10.0, ('B', 'u'): 10.0, ('C', 'u'): 9.0, ('D', 'u'): 10.0,
                                       ('window 2026-01', 'v'): 3.9})
        self.send('orders', '2026-02-02', small.order('X', '2026-02-02', paid='1.00'))
        one = "upstream_id = '%s' AND revision = 1 AND NOT withdrawn"
        other = "(SELECT id FROM settle.code WHERE dim = 2 AND code = 'D2')"
        self.further('closed_order', one % 'A', self.batch(), revision=2, paid_minor=8000)
        self.further('closed_order', one % 'B', self.batch(), withdrawn='true')
        self.further('closed_order', one % 'C', self.batch(), revision=2, withdrawn='true')
        self.further('closed_order', one % 'C', self.batch(), revision=2, distributor_id=other)
        self.further('event', "upstream_id = 'r1'", self.batch(), withdrawn='true')
        self.further('event', "upstream_id = 'r1' AND NOT withdrawn", self.batch(), revision=2, distributor_id=other)
        self.database.sql('INSERT INTO settle.order_revised SELECT distributor_id, closing_month, order_id, batch_id '
                          f'FROM settle.closed_order WHERE batch_id = {self.batch()} GROUP BY 1, 2, 3, 4')
        self.database.sql('INSERT INTO settle.batch_slice (batch_id, distributor_id, month, facts) '
                          f"SELECT {self.batch()}, id, '2026-01-01', CASE code WHEN 'D1' THEN 4 ELSE 2 END "
                          "FROM settle.code WHERE dim = 2 AND code IN ('D1', 'D2')")
        self.run_to('2026-02-02')
        self.assertEqual(self.sums(), {('A', 'u'): 8.0, ('C', 'u'): 9.0, ('D', 'u'): 10.0, ('X', 'u'): 0.1,
                                       ('window 2026-01', 'v'): 2.7})
        self.assertEqual(self.database.sql(
            "SELECT d.code, sum(CASE WHEN t.debit = 1 THEN amount_minor ELSE -amount_minor END), min(origin), max(origin) "
            "FROM settle.transfer t JOIN settle.code d ON d.dim = 2 AND d.id = t.distributor_id "
            "WHERE origin = '2026-01-01' GROUP BY 1 ORDER BY 1"),
            [['D1', '1980', '2026-01-01', '2026-01-01'], ['D2', '990', '2026-01-01', '2026-01-01']])

    def test_events(self):
        self.prepare(RATE)
        self.send('orders', '2026-01-05', *(small.order(name, '2026-01-05') for name in 'AB'))
        self.send('events', '2026-01-06', event('r1', 'refund', '2026-01-06', amount='10.00'),
                  event('r2', 'refund', '2026-01-06', order_id='B', amount='10.00'))
        self.further('event', "upstream_id = 'r1'", self.batch(), revision=2, amount_minor=3000)
        self.further('event', "upstream_id = 'r2'", self.batch(), revision=2, withdrawn='true')
        self.told(4)
        self.run_to('2026-01-06')
        self.assertEqual(self.sums(), {('A', 'u'): 7.0, ('B', 'u'): 10.0})

    def test_events_of_settled_nights(self):
        """One that counted already is corrected, another one withdrawn: by the difference, in the window, too."""
        self.prepare(RATE + '- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n'
                            '  tiers: {1.00..: 1%}\n')
        self.send('orders', '2026-01-05', *(small.order(name, '2026-01-05') for name in 'AB'))
        self.send('events', '2026-01-06', event('r1', 'refund', '2026-01-06', amount='10.00'),
                  event('r2', 'refund', '2026-01-06', order_id='B', amount='10.00'))
        self.run_to('2026-02-01')
        self.assertEqual(self.sums(), {('A', 'u'): 9.0, ('B', 'u'): 9.0, ('window 2026-01', 'v'): 1.8})
        self.send('events', '2026-02-02', event('x', 'suspend', '2026-02-02'))
        self.further('event', "upstream_id = 'r1'", self.batch(), revision=2, amount_minor=3000)
        self.further('event', "upstream_id = 'r2'", self.batch(), revision=2, withdrawn='true')
        self.told(3)
        self.run_to('2026-02-02')
        self.assertEqual(self.sums(), {('A', 'u'): 7.0, ('B', 'u'): 10.0, ('window 2026-01', 'v'): 1.7})

    def test_bills(self):
        """One that moved away, and one that moved away and came back."""
        self.prepare('- revenue-share: s\n  base: billed\n  months: 0..7\n  rate: 5%\n')
        self.send('orders', '2026-01-05', *(small.order(name, '2026-01-05', contract='K' + name) for name in 'ABC'))
        self.send('bills', '2026-02-05', *(small.bill('K' + name, '2026-01', '2026-02-05', billed='100.00')
                                           for name in 'ABC'))
        of = "order_id = (SELECT order_id FROM settle.closed_order WHERE upstream_id = '%s') AND turn = 0"
        self.further('bill', of % 'B', self.batch(), withdrawn='true', follows='true')
        self.further('bill', of % 'C', self.batch(), withdrawn='true', follows='true')
        self.further('bill', of % 'C' + ' AND NOT withdrawn', self.batch(), turn=1, follows='true')
        self.told(6)
        self.run_to('2026-02-05')
        self.assertEqual(self.sums(), {('A', 's'): 5.0, ('C', 's'): 5.0})

    def test_receipts_and_months(self):
        self.prepare('- upfront: u\n  pay: 10%\n  pay-when-paid: true\n')
        self.send('orders', '2026-01-05', small.order('A', '2026-01-05'), small.order('B', '2026-01-05'))
        self.send('receipts', '2026-01-06', *({'carrier': 'C1', 'receipt_id': name, 'distributor': 'D1',
                                               'month': '2026-01', 'amount': '5.00', 'currency': 'CNY'} for name in 'xyz'))
        self.further('receipt', "upstream_id = 'x'", self.batch(), revision=2, amount_minor=600)
        self.further('receipt', "upstream_id = 'y'", self.batch(), withdrawn='true')
        self.told(5)
        self.run_to('2026-01-06')
        released = sum(float(row['amount']) for row in self.rows('ledger', 'transfers')
                       if (row['debit'], row['credit']) in (('held', 'distributor'), ('carrier', 'distributor')))
        self.assertAlmostEqual(released, 11.0)  # 6.00 and 5.00; nothing of y
        self.send('months', '2026-01-07', {'carrier': 'C1', 'month': '2026-01'})
        self.further('month_complete', 'true', self.batch(), withdrawn='true')
        self.further('month_complete', 'NOT withdrawn', self.batch(), revision=2)
        self.run_to('2026-01-07')

    def test_who_told_it_too(self):
        """A batch that only repeats a fact is written down beside it, once, of every kind."""
        self.prepare(RATE)
        files = [('orders', small.order('A', '2026-01-05', contract='K1')), ('orders', small.order('B', '2026-01-05')),
                 ('bills', small.bill('K1', '2026-01', '2026-02-05', billed='1.00')),
                 ('bills', small.bill('K9', '2026-01', '2026-02-05', billed='1.00')),
                 ('events', event('e1', 'cancel', '2026-02-05')),
                 ('receipts', {'carrier': 'C1', 'receipt_id': 'x', 'distributor': 'D1', 'month': '2026-01',
                               'amount': '5.00', 'currency': 'CNY'}),
                 ('months', {'carrier': 'C1', 'month': '2026-01'})]
        for kind, row in files:
            self.send(kind, '2026-02-05', row, row)
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.fact_repeat'), '0')
        for kind, row in files:
            self.send(kind, '2026-02-05', row, row)
        self.assertEqual(self.database.sql('SELECT kind, count(*), count(DISTINCT batch_id) FROM settle.fact_repeat '
                                           'GROUP BY 1 ORDER BY 1'),
                         [['1', '2', '2'], ['2', '2', '2'], ['3', '1', '1'], ['4', '1', '1'], ['5', '1', '1']])
        self.assertEqual(self.database.value(
            'SELECT count(*) FROM settle.fact_repeat r JOIN settle.closed_order o ON r.kind = 1 AND '
            'r.fact_id = o.order_id AND r.month = o.closing_month'), '2')
        self.run_to('2026-02-06')
        self.prove()


class Leaving(Case):
    """Where a carrier uses an id again, an event that does not say its closing month is of the one order of its id that
    closed not after it, or waits where two fit: whichever came first, the orders, the event, or a night. Each world has
    every set of facts under an id of its own for every order of telling; the nights between are the worlds. SETTLE_LONG=1
    takes all of them."""
    RULES = (RATE + '- deferred: d\n  instalments:\n  - {after: 1 month, day: 3, pay: 5.00, if: [active]}\n'
             '- revenue-share: s\n  base: billed\n  months: 0..9\n  rate: 5%\n'
             '- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n  tiers: {100.00..: 1%}\n')
    DATES = [f'2026-08-{day:02}' for day in range(10, 16)]

    @staticmethod
    def facts():
        """name: (facts, what each distributor earns by u, d and s in all, whose month each event is of)."""
        def of(what, key, day, **more):
            return 'events', event(key, what, day, **{'currency': '', 'closed_month': '', **more})

        def closed(day, **more):
            return 'orders', small.order('', day, **more)
        first, second = closed('2026-01-05', distributor='D2'), closed('2026-07-05')
        part = of('refund', 'r', '2026-07-06', amount='50.00', currency='CNY')
        whole = of('full-refund', 'r', '2026-07-06')
        undone = of('reinstate', 'x', '2026-07-07', reinstates='r')
        cancel = of('cancel', 'r', '2026-07-20')

        def says(fact, month, **more):
            return fact[0], {**fact[1], 'closed_month': month, **more}
        both = {'D1': 1500, 'D2': 1500}
        contract = {'contract': True}
        bill = ('bills', small.bill('', '2026-07', '2026-08-03', billed='100.00'))
        return {
            'part': ([first, second, part], both, {'r': 'waits'}),
            'same': ([closed('2026-01-05'), second, part], {'D1': 3000}, {'r': 'waits'}),
            'second': ([first, second, part, says(part, '2026-07')], {'D1': 1000, 'D2': 1500}, {'r': '2026-07'}),
            'first': ([first, second, part, says(part, '2026-01')], {'D1': 1500, 'D2': 1000}, {'r': '2026-01'}),
            'undone': ([first, second, whole, undone], both, {'r': 'waits', 'x': 'waits'}),
            'named': ([first, second, says(whole, '2026-07'), undone], both, {'r': '2026-07', 'x': '2026-07'}),
            'whole': ([first, second, whole, says(whole, '2026-01'), undone], both, {'r': '2026-01', 'x': '2026-01'}),
            'early': ([first, second, of('reinstate', 'x', '2026-06-30', reinstates='r'), says(whole, '2026-07')],
                      {'D2': 1500}, {'r': '2026-07', 'x': '2026-01'}),
            'chain': ([first, second, says(whole, '2026-01'), undone, of('reinstate', 'y', '2026-07-08', reinstates='x')],
                      both, {'r': '2026-01', 'x': '2026-01', 'y': 'waits'}),
            'dollars': ([first, closed('2026-07-05', currency='USD'), whole, says(whole, '', currency='CNY')], {},
                        {'r': '2026-01'}),
            'foreign': ([first, closed('2026-07-05', currency='USD'), whole], {'D2': 1500}, {'r': 'waits'}),
            'contract': ([closed('2026-01-05', distributor='D2', **contract), closed('2026-07-05', **contract), bill,
                          says(cancel, '2026-07'), cancel], {'D1': 1000, 'D2': 2000}, {'r': '2026-07'}),
            'later': ([first, second, of('cancel', 'r', '2026-08-14')], both, {'r': 'waits'}),
            'three': ([first, second, closed('2025-08-05'), part, says(part, '2026-01')], {'D1': 1500, 'D2': 1000},
                      {'r': '2026-01'}),
            'moved': ([closed('2026-01-05', distributor='D2', **contract), closed('2026-07-05', **contract), bill, cancel],
                      {'D1': 1500, 'D2': 2000}, {'r': 'waits'}),
        }

    def names(self, source):
        """(id, name of the set, its facts in an order of telling)"""
        out = []
        for name, (facts, _, _) in self.facts().items():
            orders = list(itertools.permutations(facts))
            for n, order in enumerate(orders if len(orders) <= 6 or LONG else source.sample(orders, 6)):
                out.append((f'{name}-{n}', name, order))
        return out

    @staticmethod
    def under(key, fact):
        kind, row = fact
        if kind == 'orders':
            return kind, {**row, 'order_id': key, 'contract': key if row['contract'] else ''}
        if kind == 'bills':
            return kind, {**row, 'contract': key}
        return kind, {**row, 'order_id': key, 'event_id': f'{key}-{row["event_id"]}',
                      'reinstates': row['reinstates'] and f'{key}-{row["reinstates"]}'}

    def tell(self, names, date, step):
        told = {}
        for key, _, facts in names:
            if step < len(facts):
                kind, row = self.under(key, facts[step])
                told.setdefault(kind, []).append(row)
        for kind, rows in told.items():
            self.assertNotIn('quarantine', self.send(kind, date, *rows))

    def places(self):
        """Where each event is by what is stored: a closing month, or it waits."""
        rows = self.database.sql("""
            SELECT upstream_id, CASE WHEN withdrawn THEN '' ELSE to_char(closing_month, 'YYYY-MM') END
              FROM (SELECT DISTINCT ON (event_id, order_id) upstream_id, withdrawn, closing_month FROM settle.event
                     ORDER BY event_id, order_id, revision DESC, withdrawn DESC) e
             UNION ALL
            SELECT upstream_id, 'waits' FROM settle.event_waiting w LEFT JOIN settle.event_found f
                   USING (key_id, event_id, revision) WHERE f.batch_id IS NULL""")
        return sorted((key, place) for key, place in rows if place)

    def stored(self):
        return self.database.sql('SELECT (SELECT count(*) FROM settle.event), (SELECT count(*) FROM settle.event_waiting),'
                                 ' (SELECT count(*) FROM settle.event_found), (SELECT count(*) FROM settle.closed_order)')

    def world(self, names, nights):
        """nights: after which of the steps; None: all is of one night."""
        self.prepare(self.RULES)
        for step, date in enumerate(self.DATES[:5]):
            self.tell(names, date if nights is not None else self.DATES[0], step)
            if nights is not None and nights & 1 << step:
                self.run_to(date)
                for month in range(1, 8 if nights == 15 and step == 1 else 1):
                    self.ok('period', 'close', f'2026-{month:02}', '--accept', 'a test', user='settle_finance')
        self.run_to('2026-08-15')
        return {by: {key: fen for key, fen in self.nets('distributor', 'subject', 'rule', *by).items() if fen != 0}
                for by in ((), ('origin',))}

    def test_any_order(self):
        source = random.Random(1)
        names = self.names(source)
        sets = self.facts()
        places = sorted((f'{key}-{name}', place) for key, of, _ in names for name, place in sets[of][2].items())
        once = None
        for nights in (None, *range(16)) if LONG else (None, 15, source.randint(0, 14)):
            nets = self.world(names, nights)
            self.assertEqual(self.places(), places, nights)
            for key, name, facts in names:
                got = {}
                for (distributor, subject, rule), fen in nets[()].items():
                    if subject == key:
                        got[distributor] = got.get(distributor, 0) + fen
                self.assertEqual(got, sets[name][1], (nights, key, [row for _, row in facts]))
            # the windows, too; and in one night each amount is of the same month
            if once is None:
                once = nets
            self.assertEqual(nets[()], once[()], nights)
            if nights is None:
                months = {}
                for (distributor, subject, rule, origin), fen in nets[('origin',)].items():
                    months.setdefault(subject, set()).add((distributor, rule, origin, fen))
                for key, name, _ in names:
                    self.assertEqual(months.get(key), months.get(name + '-0'), key)
            # told once more, all of it at once and the last first
            before = self.stored()
            for step in range(4, -1, -1):
                self.tell(names, '2026-08-16', step)
            self.assertEqual(self.stored(), before)
            self.assertEqual([night['transfers'] for night in self.run_to('2026-08-16')], [0])
            self.prove()

    def test_by_hand(self):
        """A refund of 50.00 and two orders of 100.00, in every order and with a night after each: told in time it waits,
        and nobody loses by it. What readers show is what holds."""
        orders = small.order('A', '2026-01-05', distributor='D2'), small.order('A', '2026-07-05')
        refund = event('r', 'refund', '2026-07-06', amount='50.00')
        for facts in itertools.permutations((*orders, refund)):
            self.prepare(RATE)
            for n, row in enumerate(facts):
                self.send('orders' if 'paid' in row else 'events', f'2026-08-1{n}', row)
                self.run_to(f'2026-08-1{n}')
            self.assertEqual({key: fen for key, fen in self.nets('distributor').items() if fen},
                             {('D1',): 1000, ('D2',): 1000})
            self.assertEqual([row['state'] for party in ('D1', 'D2')
                              for row in self.rows('activity', 'list', '--distributor', party)], ['settled'] * 2)
            self.assertIn('event fits several orders of its id: closed_month says which', self.ok('status'))
        self.prove()
        # the last order was refund, July, January: what the refund had taken is given back because of its month
        self.assertEqual(
            self.database.sql("SELECT business_date, distributor, to_char(origin, 'YYYY-MM'), to_char(cause, 'YYYY-MM'), "
                              "debit, amount_minor FROM settle_view.transfer ORDER BY 1, 2"),
            [['2026-08-11', 'D1', '2026-07', '2026-07', 'carrier', '500'],
             ['2026-08-12', 'D1', '2026-07', '2026-07', 'carrier', '500'],
             ['2026-08-12', 'D2', '2026-01', '2026-01', 'carrier', '1000']])

    def test_waits_no_more_for_its_day(self):
        """One that is to act on a later day, and leaves its order before that."""
        self.prepare(RATE)
        self.send('orders', '2026-07-05', small.order('A', '2026-07-05'))
        self.send('events', '2026-07-05', event('r', 'full-refund', '2026-07-20'))
        self.run_to('2026-07-06')
        self.assertIn('event waits for its day', self.ok('status'))
        self.send('orders', '2026-07-07', small.order('A', '2026-01-05'))
        self.assertNotIn('event waits for its day', self.ok('status'))
        # listed once, with the file of the event, not of the order for which it left its own
        self.assertEqual([(row['waits_for'], row['fact'], os.path.basename(row['source']), row['line'])
                          for row in self.rows('facts', 'waiting')],
                         [('closed_month: it fits several orders of its id', 'r', 'events.csv', '2')])
        self.run_to('2026-07-21')
        self.assertEqual(self.nets('origin'), {('2026-01',): 1000, ('2026-07',): 1000})
        self.send('events', '2026-07-22', event('r', 'full-refund', '2026-07-20', closed_month='2026-07'))
        self.run_to('2026-07-22')
        self.assertEqual(self.nets('origin'), {('2026-01',): 1000, ('2026-07',): 0})
        self.prove()


class Imports(Case):
    """Files are imported in any order before the nights, some of them for two nights: with contracts of their own, orders, bills
    and events give the same transfers night by night; where contracts are shared, or nights lie between, the same sums by
    origin. SETTLE_SEEDS=N takes more worlds."""
    RULES = ('- upfront: u\n  pay: 10%\n  clawback: [{on: cancel, take: 50%, within: 20 days}]\n'
             '- deferred: d\n  instalments:\n  - {after: 1 month, day: 3, pay: 5.00, if: [active]}\n'
             '- revenue-share: s\n  base: billed\n  months: 0..7\n  rate: 5%\n'
             '- volume-bonus: v\n  window: month\n  measure: amount\n  mode: whole\n  tiers: {100.00..: 1%}\n')

    def day(self, source, first, last):
        return f'2026-{source.randint(first, last) // 28 + 1:02}-{source.randint(1, 28):02}'

    def make(self, source, shared):
        """(kind, business date, rows): each file of one row, of a night not before what it says."""
        files = []

        def told(day):
            return min(max(day, self.day(source, 0, 83)), '2026-03-28')
        for n in range(8):
            closed = self.day(source, 0, 27)
            contract = f'K{source.randint(0, 2) if shared else n}'
            currency = source.choice(('CNY', 'CNY', 'USD')) if shared else 'CNY'
            files.append(('orders', told(closed), small.order(
                f'A{n}', closed, contract=contract, distributor=source.choice(('D1', 'D2')), currency=currency)))
            for k in range(source.randint(0, 3)):
                day = max(closed, self.day(source, 0, 83))
                what = source.choice(('refund', 'refund', 'full-refund', 'cancel', 'suspend', 'fraud'))
                amount = f'{source.randint(1, 12)}0.{k}{n}' if what == 'refund' else ''
                files.append(('events', told(day), event(f'e{n}-{k}', what, day, order_id=f'A{n}', amount=amount,
                                                         currency='')) if what != 'refund' else
                             ('events', told(day), event(f'e{n}-{k}', what, day, order_id=f'A{n}', amount=amount,
                                                         currency=currency)))
                if source.random() < 0.4:
                    files.append(('events', told(day), event(f'x{n}-{k}', 'reinstate', day, order_id=f'A{n}',
                                                             reinstates=f'e{n}-{k}')))
        for contract in sorted({row['contract'] for kind, _, row in files if kind == 'orders'}):
            for month in (1, 2):
                issued = f'2026-{month + 1:02}-{source.randint(1, 20):02}'
                files.append(('bills', told(issued), small.bill(
                    contract, f'2026-{month:02}', issued, billed=f'{source.randint(1, 99)}.00',
                    currency=source.choice(('CNY', 'USD')) if shared else 'CNY')))
        return files + [(kind, told(date), row) for kind, date, row in files if source.random() < 0.3]

    def outcome(self, files, between=()):
        self.prepare(self.RULES)
        for kind, date, row in files:
            self.send(kind, date, row)
            if (kind, date, row) in between:
                self.run_to('2026-02-14')
        self.run_to('2026-03-31')
        rows = self.posted('business_date', 'subject', 'rule', 'item', 'origin', 'period', 'debit', 'credit', 'amount')
        sums = {key: fen for key, fen in self.nets('distributor', 'subject', 'rule', 'item').items() if fen != 0}
        return sorted(rows), sums, sorted(self.listed())

    def test_months_and_receipts(self):
        """Likewise what is told of whole months; what is withdrawn stays where another file told it."""
        self.assertEqual(*[[self.of_months(dates, again) for again in (False, True)] for dates in (
            ('2026-02-10', '2026-02-20'), ('2026-02-20', '2026-02-10'))])

    def of_months(self, dates, withdrawn):
        self.prepare('- upfront: u\n  pay: 10%\n  pay-when-paid: true\n'
                     '- deferred: d\n  instalments: [{after: 1 month, day: 3, if: [{month: 0, all: [{minutes: 1..}]}], pay: 1.00}]\n')
        self.send('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K'))
        for date in dates:
            self.send('receipts', date, {'carrier': 'C1', 'receipt_id': 'x', 'distributor': 'D1', 'month': '2026-01',
                                         'amount': '4.00', 'currency': 'CNY'})
            self.send('months', date, {'carrier': 'C1', 'month': '2026-01'})
        if withdrawn:
            for batch, in self.database.sql(f"SELECT batch_id FROM settle.batch WHERE business_date = '{dates[0]}'"):
                self.ok('batch', 'withdraw', batch, '--reason', 'a test', user='settle_night')
                self.ok('batch', 'approve', batch, user='settle_finance')
        self.run_to('2026-03-01')
        self.prove()
        self.assertEqual([row for row in self.posted('business_date', 'credit', 'amount') if row[1] == 'distributor'],
                         [('2026-02-10', 'distributor', '4.00')])
        return self.posted('business_date', 'debit', 'credit', 'amount')

    def test_any_order(self):
        for seed in range(int(os.environ.get('SETTLE_SEEDS', '1'))):
            source = random.Random(seed)
            for shared in (False, True):
                files = self.make(source, shared)
                first = self.outcome(files)
                self.assertNotEqual(first[0], [])
                source.shuffle(files)
                again = self.outcome(files)
                self.assertEqual(again[1:], first[1:], (seed, shared))
                if not shared:
                    self.assertEqual(again[0], first[0], seed)
                source.shuffle(files)
                again = self.outcome(files, [files[len(files) // 2]])
                self.assertEqual(again[1:], first[1:], (seed, shared, 'a night between'))
                self.prove()


if __name__ == '__main__':
    settle_test.main()
