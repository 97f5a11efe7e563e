#!/usr/bin/env python3
"""What was told wrongly: rejected rows that a person dismisses (docs/semantics.md 2, 14.61)."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test


class Dismissed(small.Case):
    def setUp(self):
        super().setUp()
        self.prepare('- upfront: u\n  pay: 10.00')
        self.rows_of = [small.order(f'X{n}', '2026-01-10', product=product)
                        for n, product in ((1, 'P-one'), (2, 'P-one'), (3, 'P-two'), (4, 'P-plan'))]
        self.send('orders', '2026-01-10', *self.rows_of)
        self.send('orders', '2026-01-11', small.order('X5', '2026-01-10', product='P-one'))
        self.batch = int(self.database.value('SELECT min(batch_id) FROM settle.quarantine'))
        self.run_to('2026-01-31')

    def dismiss(self, *arguments, code=0, user='settle_finance', reason='a test order'):
        return self.settle('quarantine', 'dismiss', *arguments, '--reason', reason, code=code, user=user)

    def open_rows(self, *more):
        return [(int(r['batch']) - self.batch, int(r['line'])) for r in self.rows('quarantine', 'list', *more)]

    def dismissed(self):
        return [(int(r['batch']) - self.batch, int(r['line']), r['dismissed_by'], r['because'])
                for r in self.rows('quarantine', 'list', '--dismissed')]

    def test_one_row_a_batch_a_reason(self):
        self.assertEqual(self.open_rows(), [(0, 2), (0, 3), (0, 4), (1, 2)])
        self.assertIn('1 rows of 1 batches dismissed', self.dismiss('--batch', self.batch, '--line', 3))
        self.assertEqual(self.open_rows(), [(0, 2), (0, 4), (1, 2)])
        self.assertEqual(self.open_rows('--batch', self.batch), [(0, 2), (0, 4)])
        self.assertEqual(self.dismissed(), [(0, 3, 'settle_finance', 'a test order')])
        self.assertRegex(self.rows('quarantine', 'list', '--dismissed')[0]['dismissed_at'], r'^20\d\d-\d\d-\d\dT.*Z$')
        self.assertIn('2 rows of 1 batches dismissed', self.dismiss('--batch', self.batch))
        self.assertIn('1 rows of 1 batches dismissed', self.dismiss('--rejected', 'unknown-product', reason='agreed'))
        self.assertEqual(self.open_rows(), [])
        self.assertEqual([row[3] for row in self.dismissed()], ['a test order'] * 3 + ['agreed'])
        # said again, nothing is decided twice
        self.assertIn('no open row', self.dismiss('--batch', self.batch))
        decided = self.database.sql("SELECT subject, reason, detail->>'rows', actor FROM settle.control_log "
                                    "WHERE action = 'quarantine-dismiss' ORDER BY position")
        self.assertEqual(decided, [[f'batch {self.batch}', 'a test order', '1', 'settle_finance'],
                                   [f'batch {self.batch}', 'a test order', '2', 'settle_finance'],
                                   [f'batch {self.batch + 1}', 'agreed', '1', 'settle_finance']])
        # the rows themselves are kept, and so is what was said of them
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.quarantine'), '4')
        self.run_to('2026-02-01')
        self.ok('verify')
        self.ok('replay', '--period', '2026-01')

    def test_a_month_needs_no_accept(self):
        said = self.settle('period', 'close', '2026-01', code=1, user='settle_finance')
        self.assertRegex(said, r'rejected rows that were neither released nor dismissed +4 ')
        self.assertRegex(self.settle('status'), r'(?m)^unknown-product +4 ')
        self.dismiss('--rejected', 'unknown-product')
        self.assertNotIn('unknown-product', self.settle('status'))
        self.assertNotIn('unknown-product', self.settle('report', 'quarantine'))
        self.assertIn('besides, 0 rows', self.settle('reconcile', 'orders', '--period', '2026-01'))
        self.assertIn('period 2026-01 is closed', self.settle('period', 'close', '2026-01', user='settle_finance'))
        self.assertIn('quarantine-dismiss', self.settle('report', 'decisions'))

    def test_the_same_words_again(self):
        """What equals a dismissed row needs nothing either, come before or after; and a release undoes it."""
        self.send('orders', '2026-01-12', *self.rows_of)
        self.dismiss('--batch', self.batch, '--line', 2)
        self.assertEqual(self.open_rows(), [(0, 3), (0, 4), (1, 2)])
        self.send('orders', '2026-02-01', *self.rows_of)
        self.assertEqual(self.open_rows(), [(0, 3), (0, 4), (1, 2)])
        self.assertEqual(self.open_rows('--batch', self.batch + 3), [(3, 3), (3, 4)])
        self.assertEqual(len(self.dismissed()), 1)
        # another reason is another row
        self.send('orders', '2026-02-01', {**self.rows_of[0], 'distributor': 'D9'})
        self.assertEqual(self.open_rows()[-1], (4, 2))
        # who releases all means what is open
        said = self.settle('quarantine', 'release', '--reason', 'unknown-product', '--date', '2026-02-02')
        self.assertEqual(sum(map(int, re.findall(r'(\d+) rows?,', said))), 7, said)
        self.assertEqual(len(self.dismissed()), 1)
        # by its line it is read again, and is open where it fails again
        before = self.open_rows()
        said = self.settle('quarantine', 'release', '--batch', self.batch, '--line', 2, '--date', '2026-02-02')
        again = int(re.search(r'batch (\d+) of 2026-02-02', said)[1]) - self.batch
        self.assertEqual(self.dismissed(), [])
        # the words are open again, each once: where they came first of what was not released
        self.assertEqual(set(self.open_rows()) - set(before), {(2, 2)})
        self.assertIn((again, 2), self.open_rows('--batch', self.batch + again))

    def test_what_is_told_later_by_itself(self):
        """A row of master data that waits for a party is left alone once it was dismissed."""
        self.send('outlets', '2026-02-01', {'outlet': 'O1', 'name': 'x', 'distributor': 'D7', 'parent': '',
                                            'valid_from': '2026-01-01'})
        self.dismiss('--rejected', 'unknown-distributor')
        self.send('distributors', '2026-02-01', {'distributor': 'D7', 'name': 'x', 'tier': '', 'valid_from': '2026-01-01'})
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.outlet_version'), '0')
        self.assertEqual(len(self.dismissed()), 1)
        self.settle('quarantine', 'release', '--all', '--dismissed', '--date', '2026-02-01', code=0)
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.outlet_version'), '1')
        self.assertEqual(self.dismissed(), [])

    def test_who_and_how(self):
        self.assertIn('dismiss which rows', self.dismiss(code=2))
        self.assertIn('--line needs its --batch', self.dismiss('--rejected', 'conflict', '--line', 2, code=2))
        self.assertIn('why do they need nothing more',
                      self.settle('quarantine', 'dismiss', '--batch', self.batch, user='settle_finance', code=2))
        self.assertIn('no batch', self.dismiss('--batch', 77, code=3))
        self.assertIn('unknown-product', self.dismiss('--rejected', 'unknown-prodct', code=3))
        self.assertIn('settle_approver', self.dismiss('--batch', self.batch, user='settle_night', code=4))
        # the database holds it, whatever program asks
        for login, call, says in (
                ('settle_night', f"settle.dismiss_rows({self.batch}, '{{2}}', 'x')", 'permission denied'),
                ('settle_finance', f"settle.dismiss_rows({self.batch}, '{{9}}', 'x')", 'is not in quarantine'),
                ('settle_finance', f"settle.dismiss_rows({self.batch}, '{{2}}', '')", 'with a reason'),
                ('settle_finance', f"settle.decide('quarantine-dismiss', 'batch {self.batch}', NULL, 'x', NULL)",
                 'is not decided like this')):
            with self.subTest(call=call), self.assertRaisesRegex(Exception, says):
                self.database.sql(f'SELECT {call}', user=login)
        self.assertEqual(self.open_rows(), [(0, 2), (0, 3), (0, 4), (1, 2)])

    def test_changed_dismissals_are_found(self):
        self.dismiss('--batch', self.batch, '--line', 2)
        self.run_to('2026-02-01')
        self.ok('verify')
        self.database.sql(f'ALTER TABLE settle.quarantine_dismissal DISABLE TRIGGER ALL; '
                          f'UPDATE settle.quarantine_dismissal SET line = 3')
        self.assertIn('rows dismissed from it', self.settle('verify', code=1))


if __name__ == '__main__':
    settle_test.main()
