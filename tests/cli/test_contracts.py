#!/usr/bin/env python3
"""Whose the bills of a contract are (docs/semantics.md 13.8): of its first-closed order, until an order that closed on a day
after that one was cancelled or ported out begins it anew. In whatever order and on whatever nights that is told, and also
where it is undone or withdrawn, the books by origin month are the same."""
import os
import random
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from small import bill, order
from test_events import event

# 10.00 at closing; 7.00 in the month after it where its bill has minutes; 10% of each bill of months 0 to 6
RULES = ('- upfront: u\n  pay: 10.00\n'
         '- deferred: d\n  instalments:\n  - {after: 2 months, day: 5, pay: 7.00, if: [{month: 1, all: [{minutes: 1..}]}]}\n'
         '- revenue-share: s\n  base: billed\n  months: 0..6\n  rate: 10%\n')
END = '2026-06-12'
A = order('A', '2026-01-10', contract='K')
B = order('B', '2026-03-20', contract='K', distributor='D2')
CANCEL = event('c', 'cancel', '2026-02-15')
UNDO = event('r', 'reinstate', '2026-04-02', reinstates='c')
BILLS = [bill('K', f'2026-{month:02}', f'2026-{month + 1:02}-03', billed=f'{month}00.00', minutes='5') for month in range(1, 6)]
# A has the bills of January and February; B those from its own closing month on
ANEW = {('D1', 'A', 'u', '2026-01'): 1000, ('D1', 'A', 'd', '2026-03'): 700, ('D1', 'A', 's', '2026-01'): 1000,
        ('D1', 'A', 's', '2026-02'): 2000, ('D2', 'B', 'u', '2026-03'): 1000, ('D2', 'B', 'd', '2026-05'): 700,
        ('D2', 'B', 's', '2026-03'): 3000, ('D2', 'B', 's', '2026-04'): 4000, ('D2', 'B', 's', '2026-05'): 5000}
# A has them all
FIRST = {('D1', 'A', 'u', '2026-01'): 1000, ('D1', 'A', 'd', '2026-03'): 700, ('D1', 'A', 's', '2026-01'): 1000,
         ('D1', 'A', 's', '2026-02'): 2000, ('D1', 'A', 's', '2026-03'): 3000, ('D1', 'A', 's', '2026-04'): 4000,
         ('D1', 'A', 's', '2026-05'): 5000, ('D2', 'B', 'u', '2026-03'): 1000}


class Case(small.Case):
    def books(self):
        """What is posted by distributor, order, rule and origin, where it is something."""
        return {key: fen for key, fen in self.nets('distributor', 'subject', 'rule', 'origin').items() if fen != 0}

    def prove(self):
        for command in (['verify'], ['replay', '--run', '1..'], ['reconcile', 'ledger']):
            self.ok(*command)


class Anew(Case):
    def tell(self, *files):
        """(kind, business date, rows) in turn; a date alone: the nights up to it."""
        self.prepare(RULES)
        for file in files:
            if isinstance(file, str):
                self.run_to(file)
            else:
                self.send(file[0], file[1], *file[2:])
        self.run_to(END)

    def test_in_turn(self):
        """Told as it happens, month by month."""
        self.tell(('orders', '2026-01-10', A), ('bills', '2026-02-03', BILLS[0]), '2026-02-10',
                  ('events', '2026-02-15', CANCEL), ('bills', '2026-03-03', BILLS[1]), '2026-03-10',
                  ('orders', '2026-03-20', B), '2026-03-31', ('bills', '2026-04-03', BILLS[2]), '2026-04-10',
                  ('bills', '2026-05-03', BILLS[3]), ('bills', '2026-06-03', BILLS[4]))
        self.assertEqual(self.books(), ANEW)
        self.prove()

    def test_cancelled_told_late(self):
        """The new order and its bills are there already: what the first one got of them goes back, in its own months."""
        self.tell(('orders', '2026-06-01', A, B), ('bills', '2026-06-01', *BILLS[:4]), '2026-06-01',
                  ('events', '2026-06-02', CANCEL), ('bills', '2026-06-03', BILLS[4]))
        self.assertEqual(self.books(), ANEW)
        self.assertEqual({row for row in self.posted('subject', 'rule', 'origin', 'debit', 'credit', 'amount',
                                                     'business_date') if row[-1] == '2026-06-02'},
                         {('A', 's', '2026-03', 'distributor', 'carrier', '30.00', '2026-06-02'),
                          ('A', 's', '2026-04', 'distributor', 'carrier', '40.00', '2026-06-02'),
                          ('B', 's', '2026-03', 'carrier', 'distributor', '30.00', '2026-06-02'),
                          ('B', 's', '2026-04', 'carrier', 'distributor', '40.00', '2026-06-02'),
                          ('B', 'd', '2026-05', 'carrier', 'distributor', '7.00', '2026-06-02')})
        self.prove()

    def test_undone(self):
        """Reinstated, and cancelled once more: the bills go to and fro."""
        self.tell(('orders', '2026-06-01', A, B), ('events', '2026-06-01', CANCEL), ('bills', '2026-06-03', *BILLS),
                  '2026-06-04', ('events', '2026-06-10', UNDO))
        self.assertEqual(self.books(), FIRST)
        self.send('events', '2026-06-13', event('p', 'port-out', '2026-03-19'))
        self.run_to('2026-06-13')
        self.assertEqual(self.books(), ANEW)
        self.send('events', '2026-06-14', event('q', 'reinstate', '2026-06-14', reinstates='p'))
        self.run_to('2026-06-14')
        self.assertEqual(self.books(), FIRST)
        self.prove()

    def test_withdrawn(self):
        """The batch that told of the cancellation falls, and comes again."""
        self.tell(('orders', '2026-06-01', A, B), ('bills', '2026-06-03', *BILLS), '2026-06-04',
                  ('events', '2026-06-05', CANCEL))
        self.assertEqual(self.books(), ANEW)
        batch = self.database.value("SELECT max(batch_id) FROM settle.batch WHERE kind = 'events'")
        self.ok('batch', 'withdraw', batch, '--reason', 'the wrong file', user='settle_night')
        self.ok('batch', 'approve', batch, user='settle_finance')
        self.run_to('2026-06-13')
        self.assertEqual(self.books(), FIRST)
        self.send('events', '2026-06-14', CANCEL)
        self.run_to('2026-06-14')
        self.assertEqual(self.books(), ANEW)
        self.prove()

    def test_closed_not_after(self):
        """The order must have closed on a day after that of the end: not on the same one."""
        for ended, books in (('2026-03-19', ANEW), ('2026-03-20', FIRST), ('2026-04-01', FIRST)):
            for what in ('cancel', 'port-out'):
                self.tell(('orders', '2026-06-01', A, B), ('bills', '2026-06-03', *BILLS),
                          ('events', '2026-06-03', event('c', what, ended)))
                self.assertEqual(self.books(), books, (what, ended))

    def test_what_ends_no_contract(self):
        for what in ('fraud', 'full-refund', 'suspend', 'number-transfer'):
            self.tell(('orders', '2026-06-01', A, B), ('bills', '2026-06-03', *BILLS),
                      ('events', '2026-06-03', event('c', what, '2026-02-15')))
            self.assertNotIn(('D2', 'B', 's', '2026-03'), self.books(), what)

    def test_in_between(self):
        """An order told late that closed before the end follows the first one; one that closed after it begins the
        contract anew in place of the later one, until it is cancelled, too."""
        told = (('orders', '2026-06-01', A, B), ('events', '2026-06-01', CANCEL), ('bills', '2026-06-03', *BILLS), '2026-06-10')
        self.tell(*told, ('orders', '2026-06-11', order('C', '2026-02-15', contract='K')))
        self.assertEqual(self.books(), {**ANEW, ('D1', 'C', 'u', '2026-02'): 1000})
        self.tell(*told, ('orders', '2026-06-11', order('C', '2026-02-20', contract='K')))
        # the bill of February, which A's instalment looks at, is C's
        c_and_first = {('D1', 'A', 'u', '2026-01'): 1000, ('D1', 'A', 's', '2026-01'): 1000, ('D1', 'C', 'u', '2026-02'): 1000,
                       ('D1', 'C', 's', '2026-02'): 2000}
        self.assertEqual(self.books(), {
            **c_and_first, ('D1', 'C', 'd', '2026-04'): 700, ('D1', 'C', 's', '2026-03'): 3000,
            ('D1', 'C', 's', '2026-04'): 4000, ('D1', 'C', 's', '2026-05'): 5000, ('D2', 'B', 'u', '2026-03'): 1000})
        self.send('events', '2026-06-13', event('c2', 'cancel', '2026-03-01', order_id='C'))
        self.run_to('2026-06-13')
        self.assertEqual(self.books(), {**c_and_first, **{key: fen for key, fen in ANEW.items() if key[1] == 'B'}})
        self.prove()

    def test_any_order(self):
        """Files in any order, with nights between them."""
        files = [('orders', A), ('orders', B), ('events', CANCEL), *(('bills', row) for row in BILLS)]
        undone = [*files, ('events', UNDO)]
        dice = random.Random(13)
        for what, books in ((files, ANEW), (undone, FIRST)) * 4:
            dice.shuffle(what)
            nights = sorted(dice.sample(range(1, len(what)), 2))
            self.prepare(RULES)
            for n, (kind, row) in enumerate(what):
                self.send(kind, '2026-06-10' if n < nights[0] else '2026-06-11' if n < nights[1] else '2026-06-12', row)
                if n + 1 in nights:
                    self.run_to('2026-06-10' if n + 1 == nights[0] else '2026-06-11')
            self.run_to(END)
            self.assertEqual(self.books(), books, [row for _, row in what])
        self.prove()

    def test_told_again(self):
        """The cancelled order is another distributor's, of another contract, withdrawn: its contract goes on as if it had
        always been so."""
        self.tell(('orders', '2026-06-01', A, B), ('events', '2026-06-01', CANCEL), ('bills', '2026-06-03', *BILLS),
                  '2026-06-10', ('orders', '2026-06-11', {**A, 'distributor': 'D2', 'revision': '2'}))
        self.assertEqual(self.books(), {('D2', *key[1:]): fen for key, fen in ANEW.items()})
        self.send('orders', '2026-06-13', {**A, 'contract': 'L', 'revision': '3'})
        self.run_to('2026-06-13')
        moved = {('D2', 'B', 's', '2026-03'): 3000, ('D2', 'B', 's', '2026-04'): 4000, ('D2', 'B', 's', '2026-05'): 5000,
                 ('D2', 'B', 'd', '2026-05'): 700, ('D2', 'B', 'u', '2026-03'): 1000, ('D1', 'A', 'u', '2026-01'): 1000}
        self.assertEqual(self.books(), moved)
        self.prove()


if __name__ == '__main__':
    settle_test.main()
