#!/usr/bin/env python3
"""Nothing that other facts decide is decided when a row comes in: the order of rows, files and nights changes no sum by
origin month, and what counts for nothing is on a list until a person has seen it."""
import itertools
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

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

    def test_seen(self):
        self.prepare(RATE)
        self.parts()
        self.send('events', '2026-01-24', event('u1', 'reinstate', '2026-01-24', reinstates='c1'))  # of order A, not C
        self.run_to('2026-01-25')
        everything = [('r2', 'refund-beyond-paid'), ('u1', 'reinstates-nothing'), ('b1', 'refund-beyond-paid')]
        self.assertEqual(self.listed(), everything)
        self.assertIn('Events that count for nothing', self.ok('status'))
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
        self.assertEqual(self.database.sql("SELECT count(*), min(detail ->> 'reason') FROM settle.control_log "
                                           "WHERE action = 'fact-seen'"), [['3', 'a "fen"']])
        self.run_to('2026-01-26')
        self.assertEqual(self.sums(), before)
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


if __name__ == '__main__':
    settle_test.main()
