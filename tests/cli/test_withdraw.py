#!/usr/bin/env python3
"""What was told wrongly: rejected rows that a person dismisses, and batches that two people withdraw (docs/semantics.md 2,
14.61, 14.62)."""
import os
import random
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
import test_revisions
from test_events import event
from test_terms import receipt


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


class Withdrawn(small.Case):
    def tearDown(self):
        """Whatever was settled can be replayed and verified."""
        if self.database is not None and self.database.value('SELECT count(*) FROM settle.run') != '0':
            for command in (['verify'], ['replay', '--run', '1..']):
                code, out, err = self.database.settle(*command)
                self.assertEqual(code, 0, out + err)

    def tell(self, kind, date, *rows):
        """Its batch."""
        return int(re.search(r'batch (\d+) of', self.send(kind, date, *rows))[1])

    def ask(self, batch, code=0, user='settle_night', reason='the wrong file'):
        return self.settle('batch', 'withdraw', batch, '--reason', reason, code=code, user=user)

    def approve(self, batch, code=0, user='settle_finance'):
        return self.settle('batch', 'approve', batch, code=code, user=user)

    def withdraw(self, *batches):
        for batch in batches:
            self.ask(batch)
            self.approve(batch)

    def sums(self):
        """What is earned by order or window, rule and origin, where that is not nothing; and what is held."""
        held = {}
        for row in self.rows('ledger', 'transfers'):
            fen = int(row['amount'].replace('.', ''))
            key = row['subject'], row['rule']
            held[key] = held.get(key, 0) + fen * ((row['credit'] == 'held') - (row['debit'] == 'held'))
        return ({key: fen for key, fen in self.nets('subject', 'rule', 'origin').items() if fen},
                {key: fen for key, fen in held.items() if fen})

    def books(self):
        return {key: fen for key, fen in self.nets('distributor', 'subject', 'rule', 'origin').items() if fen}

    def state(self, batch):
        return {r['what']: r['value'] for r in self.rows('batch', 'show', str(batch))}


class Decisions(Withdrawn):
    def setUp(self):
        super().setUp()
        self.prepare('- upfront: u\n  pay: 10.00')
        self.batch = self.tell('months', '2026-01-10', {'carrier': 'C1', 'month': '2025-12'})

    def test_it_takes_two(self):
        self.assertIn('nobody asks for the withdrawal', self.approve(self.batch, code=3))
        self.assertIn('is asked for', self.ask(self.batch))
        self.assertIn('is asked for already, by settle_night', self.ask(self.batch, code=3, user='settle_finance'))
        self.assertIn('settle_approver', self.approve(self.batch, code=4, user='settle_night'))
        self.assertEqual(self.state(self.batch)['withdrawal'], 'asked')
        self.assertRegex(self.settle('status'), r'(?s)Batches to be withdrawn.*asked +settle_night +the wrong file')
        self.assertIn('is withdrawn with the next night', self.approve(self.batch))
        self.assertIn('is approved already', self.approve(self.batch, code=3))
        said = self.settle('run', '--date', '2026-01-10')
        self.assertIn(f'batch {self.batch} is withdrawn by batch {self.batch + 1} of 2026-01-10: 1 facts fall', said)
        state = self.state(self.batch)
        self.assertEqual([state[key] for key in ('withdrawal', 'asked for by', 'because', 'decided by', 'withdrawn by batch')],
                         ['withdrawn', 'settle_night', 'the wrong file', 'settle_finance', str(self.batch + 1)])
        self.assertEqual(self.state(self.batch + 1)['withdraws batch'], str(self.batch))
        self.assertEqual([r['withdrawal'] for r in self.rows('batch', 'list', '--kind', 'months')],
                         [f'withdraws {self.batch}', 'withdrawn'])
        self.assertEqual([r['batch'] for r in self.rows('batch', 'list', '--withdrawals')], [str(self.batch)])
        self.assertNotIn('to be withdrawn', self.settle('status'))
        # done once
        self.assertNotIn('is withdrawn by', self.settle('run', '--date', '2026-01-11'))
        self.assertIn('is withdrawn already, by batch', self.ask(self.batch, code=3))
        self.assertIn('is itself the withdrawal', self.ask(self.batch + 1, code=3))
        self.assertEqual([r['what'] for r in self.rows('report', 'decisions') if 'withdrawal' in r['what']],
                         ['withdrawal-ask', 'withdrawal-approve'])

    def test_the_one_who_asks_does_not_approve(self):
        self.ask(self.batch, user='settle_finance')
        self.assertIn('was asked for by settle_finance, who cannot approve it', self.approve(self.batch, code=3))
        self.settle('run', '--date', '2026-01-10')
        self.assertEqual(self.state(self.batch)['withdrawal'], 'asked')

    def test_refused(self):
        self.ask(self.batch)
        self.settle('batch', 'refuse', self.batch, '--reason', 'it is right', user='settle_finance')
        self.assertIn('nobody asks', self.approve(self.batch, code=3))
        self.assertEqual(self.state(self.batch)['decided because'], 'it is right')
        self.withdraw(self.batch)
        self.settle('batch', 'refuse', self.batch, '--reason', 'a slip', user='settle_night')   # who asked
        self.settle('run', '--date', '2026-01-10')
        self.assertEqual(self.state(self.batch)['withdrawal'], 'refused')

    def test_what_is_not_withdrawn(self):
        first = int(self.database.value("SELECT min(batch_id) FROM settle.batch WHERE kind = 'products'"))
        said = self.ask(first, code=3)
        self.assertIn('holds products: such a batch cannot be withdrawn', said)
        self.assertIn('import a later file with the same codes and valid_from and what is right', said)
        digest = f"SELECT settle.decide('withdrawal-ask', 'batch {first}', settle.batch_digest({first}), 'x', NULL)"
        with self.assertRaisesRegex(Exception, 'holds master data'):
            self.database.sql(digest, user='settle_finance')
        self.assertIn('no batch', self.ask(77, code=3))
        self.assertIn('which batch', self.settle('batch', 'withdraw', '--reason', 'x', code=2))
        self.assertIn('what is wrong', self.settle('batch', 'withdraw', self.batch, code=2))
        code, _, _ = self.database.settle('import', 'receipts', self.file('r.csv', 'carrier,receipt_id,distributor,month,'
                                          'amount,currency\nC1,R,D1,2026-01,1.00,CNY\n'), '--date', '2026-01-10', '--count', 9)
        self.assertEqual(code, 3)
        self.assertIn('nothing of it was taken in', self.ask(self.batch + 1, code=3))

    def test_the_database_holds_it(self):
        digest = f'settle.batch_digest({self.batch})'
        def decide(what):
            return f"SELECT settle.decide('withdrawal-{what}', 'batch {self.batch}', {digest}, 'x', NULL)"
        for login, call, says in (
                ('settle_audit', decide('ask'), 'permission denied'),
                ('settle_night', decide('approve'), 'It takes settle_approver'),
                ('settle_finance', decide('approve'), 'nobody asks'),
                ('settle_night', f'SELECT settle.withdraw_batch({self.batch}, 99)', 'is not approved as it stands')):
            with self.subTest(call=call, login=login), self.assertRaisesRegex(Exception, says):
                self.database.sql(call, user=login)
        self.database.sql(decide('ask'), user='settle_finance')
        for login, call, says in (
                ('settle_finance', decide('approve'), 'cannot approve it'),
                ('settle_finance', decide('ask'), 'asked for already'),
                ('settle_night', decide('refuse'), 'by somebody else'),
                ('settle_night', f'SELECT settle.withdraw_batch({self.batch}, 99)', 'is not approved as it stands'),
                ('settle_night', f'INSERT INTO settle.batch_withdrawal VALUES ({self.batch}, 99, 1)', 'permission denied'),
                ('settle_night', "SELECT settle.wake_rows(1, '{1}', '{2}')", 'withdraws nothing')):
            with self.subTest(call=call, login=login), self.assertRaisesRegex(Exception, says):
                self.database.sql(call, user=login)


class Receipts(Withdrawn):
    """A carrier's receipt that is withdrawn is not there: what it freed goes back to held."""
    def setUp(self):
        super().setUp()
        self.prepare('- upfront: u\n  pay: 60.00\n  pay-when-paid: true\n')
        self.tell('orders', '2026-01-10', small.order('A', '2026-01-10'))

    def test_back_to_held(self):
        self.tell('receipts', '2026-01-11', receipt('R1', '2026-01', '10.00'))
        wrong = self.tell('receipts', '2026-01-12', receipt('R2', '2026-01', '40.00'))
        self.run_to('2026-01-20')
        self.assertEqual(self.sums()[1], {('A', 'u'): 1000})
        self.withdraw(wrong)
        self.run_to('2026-01-21')
        self.assertEqual(self.sums()[1], {('A', 'u'): 5000})
        # and told again it is there again
        self.tell('receipts', '2026-01-22', receipt('R2', '2026-01', '30.00'))
        self.run_to('2026-01-22')
        self.assertEqual(self.sums()[1], {('A', 'u'): 2000})

    def test_what_was_released_of_it(self):
        """A row that named a distributor whom nobody knew yet, and was read again when he was told, falls with its file."""
        wrong = self.tell('receipts', '2026-01-11', {**receipt('R1', '2026-01', '60.00'), 'distributor': 'D3'})
        self.tell('distributors', '2026-01-12', {'distributor': 'D3', 'name': 'Drei', 'tier': '', 'valid_from': '2025-01-01'})
        self.tell('orders', '2026-01-12', small.order('B', '2026-01-12', distributor='D3'))
        self.run_to('2026-01-20')
        self.assertEqual(self.sums()[1], {('A', 'u'): 6000})
        self.withdraw(wrong)
        self.run_to('2026-01-21')
        self.assertEqual(self.sums()[1], {('A', 'u'): 6000, ('B', 'u'): 6000})
        self.assertEqual(self.rows('quarantine', 'list'), [])

    def test_the_only_one(self):
        wrong = self.tell('receipts', '2026-01-11', receipt('R1', '2026-01', '60.00'))
        self.run_to('2026-01-20')
        self.assertEqual(self.sums()[1], {})
        self.withdraw(wrong)
        self.run_to('2026-01-21')
        self.assertEqual(self.sums()[1], {('A', 'u'): 6000})
        self.assertEqual(self.rows('ledger', 'transfers')[-1]['business_date'], '2026-01-21')

    def test_told_by_others_too(self):
        """The fact falls with its last supporter, whichever told it first."""
        batches = [self.tell('receipts', f'2026-01-1{n}', receipt('R1', '2026-01', '60.00')) for n in (1, 2, 3)]
        self.run_to('2026-01-20')
        for n, batch in enumerate((batches[0], batches[2], batches[1])):
            self.assertEqual(self.sums()[1], {})
            self.withdraw(batch)
            said = self.settle('run', '--date', f'2026-01-{21 + n}')
            self.assertIn('1 facts fall, 0 were' if n == 2 else '0 facts fall, 1 were', said)
        self.assertEqual(self.sums()[1], {('A', 'u'): 6000})

    def test_before_its_night(self):
        wrong = self.tell('receipts', '2026-01-15', receipt('R1', '2026-01', '60.00'))
        self.withdraw(wrong)
        self.run_to('2026-01-20')
        self.assertEqual(self.sums()[1], {('A', 'u'): 6000})
        self.assertEqual(len(self.rows('ledger', 'transfers')), 1)

    def test_what_contradicted_it(self):
        wrong = self.tell('receipts', '2026-01-11', receipt('R1', '2026-01', '60.00'))
        self.tell('receipts', '2026-01-12', receipt('R1', '2026-01', '20.00'))
        self.assertEqual([r['reason'] for r in self.rows('quarantine', 'list')], ['conflict'])
        self.run_to('2026-01-20')
        self.withdraw(wrong)
        self.assertIn('1 rows that contradicted what fell were read again, 0 are', self.settle('run', '--date', '2026-01-21'))
        self.assertEqual(self.rows('quarantine', 'list'), [])
        self.assertEqual(self.sums()[1], {('A', 'u'): 4000})


class Months(Withdrawn):
    def test_back_to_waiting(self):
        """Without the month the instalment waits again; what the month decided is undone."""
        self.prepare("""- deferred: d
  instalments:
  - {after: 1 months, day: 10, pay: 5.00, if: [{months-together: so-far, all: [{minutes: 30..}]}]}
""")
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K', distributor='D1'))
        wrong = self.tell('months', '2026-02-02', {'carrier': 'C1', 'month': '2026-01'})
        self.run_to('2026-02-10')
        self.assertEqual(self.rows('facts', 'waiting'), [])
        self.withdraw(wrong)
        self.run_to('2026-02-11')
        self.assertEqual([(r['what'], r['waits_for']) for r in self.rows('facts', 'waiting')],
                         [('instalment', 'the bill of 2026-01')])
        self.tell('bills', '2026-02-12', small.bill('K', '2026-01', '2026-02-08', minutes='40'))
        self.run_to('2026-02-12')
        self.assertEqual(self.sums()[0], {('A', 'd', '2026-02'): 500})
        self.tell('months', '2026-02-13', {'carrier': 'C1', 'month': '2026-01'})
        self.run_to('2026-02-13')

    def test_each_once(self):
        """However many nights looked at it, and whatever became of it since."""
        self.prepare("""- deferred: d
  instalments:
  - {after: 1 months, day: 10, pay: 5.00, if: [{month: 1, all: [{minutes: 30..}]}], retry-until: 3 months}
  - {after: 1 months, day: 12, pay: 6.00, if: [{month: 0, all: [{minutes: 30..}]}]}
""")
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K', distributor='D1'))
        self.run_to('2026-02-12')
        both = [('2026-02-10', 'the bill of 2026-02'), ('2026-02-12', 'the bill of 2026-01')]
        listed = lambda: [(r['day'], r['waits_for']) for r in self.rows('facts', 'waiting')]
        self.assertEqual(listed(), both)
        self.assertIn('\ninstalment waits for the bill of 2026-02  C1           1  ', self.settle('status'))
        # a bill that does not come up to it: the month after decides, and nothing waits until then
        self.tell('bills', '2026-02-20', small.bill('K', '2026-02', '2026-02-19', minutes='4'))
        self.run_to('2026-02-20')
        self.assertEqual(listed(), both[1:])
        # a bill of a day to come, and its file that falls
        wrong = self.tell('bills', '2026-02-21', small.bill('K', '2026-01', '2026-03-02', minutes='40'))
        self.run_to('2026-02-21')
        self.assertEqual(listed(), [*both[1:], ('2026-03-02', 'its day')])
        self.withdraw(wrong)
        self.run_to('2026-02-22')
        self.assertEqual(listed(), both[1:])

    def test_waits_for_another_month(self):
        """What it waits for is said anew by each night that looks: a bill that came was one of two, an event that had
        decided was undone."""
        self.prepare("""- deferred: d
  instalments:
  - {after: 1 months, day: 10, pay: 5.00, if: [{any: [{minutes: 30..}], months-together: 0..1}]}
  - {after: 1 months, day: 12, pay: 6.00, if: [{each-month: 0..1}, no-refund]}
""")
        listed = lambda: [(r['day'], r['waits_for']) for r in self.rows('facts', 'waiting')]
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K', distributor='D1'))
        self.tell('events', '2026-02-01', event('e', 'full-refund', '2026-02-01', order_id='A'))
        self.run_to('2026-02-12')
        self.assertEqual(listed(), [('2026-02-10', 'the bill of 2026-01')])
        self.tell('bills', '2026-02-13', small.bill('K', '2026-01', '2026-02-13', minutes='4'))
        self.run_to('2026-02-13')
        self.assertEqual(listed(), [('2026-02-10', 'the bill of 2026-02')])
        self.tell('events', '2026-02-14', event('f', 'reinstate', '2026-02-14', order_id='A', reinstates='e'))
        self.run_to('2026-02-14')
        self.assertEqual(listed(), [('2026-02-10', 'the bill of 2026-02'), ('2026-02-12', 'the bill of 2026-02')])

    def test_waits_for_a_further_attempt(self):
        """A month that is complete without a bill ends the first one's waiting."""
        self.prepare("""- deferred: d
  instalments:
  - {after: 1 months, day: 10, pay: 5.00, if: [{each-month: last 1}], retry-until: 2 months}
""")
        listed = lambda: [(r['day'], r['waits_for']) for r in self.rows('facts', 'waiting')]
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K', distributor='D1'))
        self.run_to('2026-03-10')
        self.assertEqual(listed(), [('2026-02-10', 'the bill of 2026-01')])
        self.tell('months', '2026-03-11', {'carrier': 'C1', 'month': '2026-01'})
        self.run_to('2026-03-11')
        self.assertEqual(listed(), [('2026-02-10', 'the bill of 2026-02')])

    def test_the_same_as_never_declared(self):
        rules = """- deferred: d
  instalments:
  - {after: 1 months, day: 10, pay: 5.00, retry-until: 3 months, if: [{month: 0, any: [{minutes: 10..}]}]}
"""
        self.prepare(rules)
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K'))
        once = self.tell('months', '2026-02-02', {'carrier': 'C1', 'month': '2026-01'})
        again = self.tell('months', '2026-02-03', {'carrier': 'C1', 'month': '2026-01'})
        self.run_to('2026-02-20')
        self.withdraw(once)
        self.run_to('2026-02-21')
        self.assertEqual(self.rows('facts', 'waiting'), [])
        self.withdraw(again)
        self.run_to('2026-02-22')
        self.assertEqual(len(self.rows('facts', 'waiting')), 1)


SHARE = """- revenue-share: s
  base: billed
  months: 0..12
  rate: 10%
- upfront: u
  pay: 60.00
"""


class Bills(Withdrawn):
    def setUp(self):
        super().setUp()
        self.prepare(SHARE)
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', contract='K'))

    def bill(self, date, billed, revision='1', contract='K', month='2026-01'):
        return self.tell('bills', date, small.bill(contract, month, '2026-02-01', billed=billed, revision=revision))

    def test_the_revision_before_holds(self):
        self.bill('2026-02-02', '100.00')
        wrong = self.bill('2026-02-03', '70.00', revision='2')
        self.run_to('2026-02-05')
        self.assertEqual(self.sums()[0][('A', 's', '2026-01')], 700)
        self.withdraw(wrong)
        self.run_to('2026-02-06')
        self.assertEqual(self.sums()[0][('A', 's', '2026-01')], 1000)

    def test_the_only_one_and_again(self):
        wrong = self.bill('2026-02-02', '100.00')
        self.run_to('2026-02-05')
        self.withdraw(wrong)
        self.run_to('2026-02-06')
        self.assertNotIn(('A', 's', '2026-01'), self.sums()[0])
        for n, billed in enumerate(('30.00', '20.00')):
            wrong = self.bill(f'2026-02-0{7 + n}', billed)
            self.run_to(f'2026-02-0{7 + n}')
            self.assertEqual(self.sums()[0][('A', 's', '2026-01')], 300 - 100 * n)
            if n == 0:
                self.withdraw(wrong)

    def test_supported_and_contradicted(self):
        wrong = self.bill('2026-02-02', '100.00')
        self.bill('2026-02-03', '80.00')                 # a conflict
        too = self.bill('2026-02-04', '100.00')
        self.run_to('2026-02-05')
        self.withdraw(wrong)
        self.run_to('2026-02-06')
        self.assertEqual(self.sums()[0][('A', 's', '2026-01')], 1000)
        self.withdraw(too)
        self.run_to('2026-02-07')
        self.assertEqual(self.sums()[0][('A', 's', '2026-01')], 800)
        self.assertEqual(self.rows('quarantine', 'list'), [])

    def test_while_it_waits(self):
        wrong = self.bill('2026-02-02', '100.00', contract='L')
        self.run_to('2026-02-03')
        self.withdraw(wrong)
        self.run_to('2026-02-04')
        self.assertEqual(self.rows('facts', 'waiting'), [])
        self.bill('2026-02-05', '50.00', contract='L')
        self.assertEqual(len(self.rows('facts', 'waiting')), 1)
        self.tell('orders', '2026-02-06', small.order('B', '2026-01-06', contract='L'))
        self.run_to('2026-02-06')
        self.assertEqual(self.sums()[0][('B', 's', '2026-01')], 500)

    def test_after_it_waited(self):
        wrong = self.bill('2026-02-02', '100.00', contract='L')
        self.tell('orders', '2026-02-06', small.order('B', '2026-01-06', contract='L'))
        self.run_to('2026-02-06')
        self.assertEqual(self.sums()[0][('B', 's', '2026-01')], 1000)
        self.withdraw(wrong)
        self.run_to('2026-02-07')
        self.assertNotIn(('B', 's', '2026-01'), self.sums()[0])

    def test_before_its_night(self):
        wrong = self.bill('2026-02-10', '100.00')
        self.withdraw(wrong)
        self.run_to('2026-02-12')
        self.assertEqual(self.sums()[0], {('A', 'u', '2026-01'): 6000})
        self.assertEqual(len(self.rows('ledger', 'transfers')), 1)


class Events(Withdrawn):
    def setUp(self):
        super().setUp()
        self.prepare('- upfront: u\n  pay: 60.00\n  clawback: [{on: cancel, take: all}]\n')
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05'))

    def test_as_if_it_never_happened(self):
        wrong = self.tell('events', '2026-01-10', event('E1', 'cancel', '2026-01-09', order_id='A'))
        self.run_to('2026-01-11')
        self.assertEqual(self.sums()[0], {})
        self.withdraw(wrong)
        self.run_to('2026-01-12')
        self.assertEqual(self.sums()[0], {('A', 'u', '2026-01'): 6000})
        self.tell('events', '2026-01-13', event('E1', 'cancel', '2026-01-13', order_id='A'))
        self.run_to('2026-01-13')
        self.assertEqual(self.sums()[0], {})

    def test_a_reinstatement(self):
        self.tell('events', '2026-01-10', event('E1', 'fraud', '2026-01-09', order_id='A'))
        wrong = self.tell('events', '2026-01-11', event('E2', 'reinstate', '2026-01-10', order_id='A', reinstates='E1'))
        self.run_to('2026-01-11')
        self.assertEqual(self.sums()[0], {('A', 'u', '2026-01'): 6000})
        self.withdraw(wrong)
        self.run_to('2026-01-12')
        self.assertEqual(self.sums()[0], {})

    def test_while_it_waits(self):
        wrong = self.tell('events', '2026-01-10', event('E1', 'cancel', '2026-01-09', order_id='B'))
        self.run_to('2026-01-11')
        self.assertEqual(len(self.rows('facts', 'waiting')), 1)
        self.withdraw(wrong)
        self.run_to('2026-01-12')
        self.assertEqual(self.rows('facts', 'waiting'), [])
        self.tell('orders', '2026-01-13', small.order('B', '2026-01-05'))
        self.run_to('2026-01-13')
        self.assertEqual(self.sums()[0][('B', 'u', '2026-01')], 6000)

    def test_told_again_with_more(self):
        """What the later batch alone said (the month) goes with it; what the earlier one said stays."""
        first = self.tell('events', '2026-01-10', event('E1', 'cancel', '2026-01-09', order_id='A'))
        more = self.tell('events', '2026-01-11', {**event('E1', 'cancel', '2026-01-09', order_id='A'), 'closed_month': '2026-01'})
        self.run_to('2026-01-11')
        self.assertEqual(self.sums()[0], {})
        self.withdraw(more)
        self.run_to('2026-01-12')
        self.assertEqual(self.sums()[0], {})
        self.assertEqual(self.database.value("SELECT closed_month IS NULL FROM settle.event ORDER BY revision DESC LIMIT 1"), 't')
        self.withdraw(first)
        self.run_to('2026-01-13')
        self.assertEqual(self.sums()[0], {('A', 'u', '2026-01'): 6000})

    def test_contradicted(self):
        wrong = self.tell('events', '2026-01-10', event('E1', 'cancel', '2026-01-09', order_id='A'))
        self.tell('events', '2026-01-10', event('E1', 'suspend', '2026-01-09', order_id='A'))
        self.run_to('2026-01-11')
        self.withdraw(wrong)
        self.run_to('2026-01-12')
        self.assertEqual(self.sums()[0], {('A', 'u', '2026-01'): 6000})
        self.assertEqual(self.rows('quarantine', 'list'), [])
        self.assertEqual(self.database.value("SELECT count(*) FROM settle.event WHERE kind = 3"), '1')


RULES = ('- upfront: u\n  pay: 10%\n'
         '- revenue-share: s\n  base: billed\n  months: 0..3\n  rate: 5%\n')


class Orders(Withdrawn):
    """A batch of orders: what it alone told falls, and what held before holds again."""
    def setUp(self):
        super().setUp()
        self.prepare(RULES)
        self.tell('distributors', '2026-01-01', {'distributor': 'D3', 'name': 'Drei', 'tier': '', 'valid_from': '2025-01-01'})

    def order(self, date, order_id='A', day='2026-01-05', **values):
        return self.tell('orders', date, small.order(order_id, day, **values))

    def test_after_its_night(self):
        """Nothing is left of it: its bill and event wait, and go to the order when it is told again."""
        self.tell('orders', '2026-01-05', small.order('B', '2026-01-05'))
        wrong = self.order('2026-01-05', contract='K')
        self.tell('bills', '2026-01-31', small.bill('K', '2026-01', '2026-01-31', billed='20.00'))
        self.tell('events', '2026-01-31', event('r', 'refund', '2026-01-20', amount='50.00'))
        self.run_to('2026-02-06')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 500, ('D1', 'A', 's', '2026-01'): 100,
                                        ('D1', 'B', 'u', '2026-01'): 1000})
        self.withdraw(wrong)
        self.assertIn('1 facts fall, 0 were', self.settle('run', '--date', '2026-02-07'))
        self.assertEqual(self.books(), {('D1', 'B', 'u', '2026-01'): 1000})
        self.assertEqual(sorted(row['what'] for row in self.rows('facts', 'waiting')), ['bill', 'event'])
        self.order('2026-02-08', contract='K', paid='200.00', distributor='D2')
        self.run_to('2026-02-08')
        self.assertEqual(self.books(), {('D2', 'A', 'u', '2026-01'): 1500, ('D2', 'A', 's', '2026-01'): 100,
                                        ('D1', 'B', 'u', '2026-01'): 1000})
        self.ok('reconcile', 'orders', '--period', '2026-01')

    def test_before_its_night(self):
        wrong = self.order('2026-01-10', contract='K')
        self.withdraw(wrong)
        self.run_to('2026-01-12')
        self.assertEqual(self.rows('ledger', 'transfers'), [])
        self.ok('reconcile', 'orders', '--period', '2026-01')

    def test_told_by_others_too(self):
        batches = [self.order(f'2026-01-1{n}') for n in (0, 1, 2)]
        self.run_to('2026-01-15')
        for n, batch in enumerate((batches[1], batches[0], batches[2])):
            self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 1000})
            self.withdraw(batch)
            said = self.settle('run', '--date', f'2026-01-{16 + n}')
            self.assertIn('1 facts fall, 0 were' if n == 2 else '0 facts fall, 1 were', said)
        self.assertEqual(self.books(), {})

    def test_the_next_lower_revision_holds(self):
        """Also where it is of another distributor and contract, and where it came after what fell."""
        self.order('2026-01-05', contract='K')
        self.tell('bills', '2026-01-31', small.bill('K', '2026-01', '2026-01-31', billed='20.00'),
                  small.bill('L', '2026-01', '2026-01-31', billed='40.00'))
        third = self.order('2026-02-01', contract='L', distributor='D2', paid='300.00', revision='3')
        self.run_to('2026-02-01')
        self.assertEqual(self.books(), {('D2', 'A', 'u', '2026-01'): 3000, ('D2', 'A', 's', '2026-01'): 200})
        second = self.order('2026-02-02', contract='K', distributor='D3', paid='200.00', revision='2')
        self.withdraw(third)
        self.run_to('2026-02-02')
        self.assertEqual(self.books(), {('D3', 'A', 'u', '2026-01'): 2000, ('D3', 'A', 's', '2026-01'): 100})
        self.assertEqual([(r['what'], r['fact']) for r in self.rows('facts', 'waiting')], [('bill', 'L')])
        self.withdraw(second)
        self.run_to('2026-02-03')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 1000, ('D1', 'A', 's', '2026-01'): 100})
        # told anew with other content, each holds as far as it is the highest
        self.order('2026-02-04', contract='K', distributor='D2', paid='20.00', revision='3')
        self.order('2026-02-04', contract='L', distributor='D3', paid='400.00', revision='2')
        self.run_to('2026-02-04')
        self.assertEqual(self.books(), {('D2', 'A', 'u', '2026-01'): 200, ('D2', 'A', 's', '2026-01'): 100})
        self.ok('reconcile', 'orders', '--period', '2026-01')

    def test_a_lower_one_falls(self):
        """What does not hold falls without a posting, and can be told otherwise then."""
        wrong = self.order('2026-01-05')
        self.order('2026-01-06', paid='200.00', distributor='D2', revision='2')
        self.run_to('2026-01-06')
        self.withdraw(wrong)
        self.run_to('2026-01-07')
        self.assertEqual(self.books(), {('D2', 'A', 'u', '2026-01'): 2000})
        self.assertEqual({r['business_date'] for r in self.rows('ledger', 'transfers')}, {'2026-01-05', '2026-01-06'})
        self.order('2026-01-08', paid='70.00')
        self.assertEqual(self.rows('quarantine', 'list'), [])

    def test_a_withdrawal_falls(self):
        """A revision that withdraws the order falls: the order is there again, with its bill and event."""
        self.order('2026-01-05', contract='K')
        self.tell('bills', '2026-01-31', small.bill('K', '2026-01', '2026-01-31', billed='20.00'))
        self.tell('events', '2026-01-31', event('r', 'refund', '2026-01-20', amount='50.00'))
        wrong = self.order('2026-02-01', contract='K', revision='2', withdrawn='yes')
        again = self.order('2026-02-02', contract='', revision='2', withdrawn='yes')
        self.run_to('2026-02-02')
        self.assertEqual(self.books(), {})
        for batch, books in ((wrong, {}), (again, {('D1', 'A', 'u', '2026-01'): 500, ('D1', 'A', 's', '2026-01'): 100})):
            self.withdraw(batch)
            self.run_to(f'2026-02-{3 if batch == wrong else 4:02}')
            self.assertEqual(self.books(), books)
        self.assertEqual(self.rows('facts', 'waiting'), [])

    def test_what_contradicted_it(self):
        """Of the same month, and of another one; a repeat of it is no supporter of what is told then."""
        wrong = self.tell('orders', '2026-01-05', small.order('A', '2026-01-05'), small.order('B', '2026-01-05'),
                          small.order('C', '2026-01-05', product='P-none'))
        self.order('2026-01-06', paid='70.00')
        self.order('2026-02-06', 'B', '2026-02-06', paid='30.00')
        self.assertEqual(sorted(r['reason'] for r in self.rows('quarantine', 'list')),
                         ['conflict', 'conflict', 'unknown-product'])
        self.run_to('2026-02-06')
        self.withdraw(wrong)
        said = self.settle('run', '--date', '2026-02-07')
        self.assertIn('2 facts fall, 0 were', said)
        self.assertEqual(self.rows('quarantine', 'list'), [])
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 700, ('D1', 'B', 'u', '2026-02'): 300})

    def test_bills_go_to_the_next_order(self):
        wrong = self.order('2026-01-05', contract='K')
        self.order('2026-01-06', 'B', '2026-01-06', contract='K')
        self.tell('bills', '2026-01-31', small.bill('K', '2026-01', '2026-01-31', billed='20.00'))
        self.run_to('2026-01-31')
        self.assertEqual(self.books()[('D1', 'A', 's', '2026-01')], 100)
        self.withdraw(wrong)
        self.run_to('2026-02-01')
        self.assertEqual(self.books(), {('D1', 'B', 'u', '2026-01'): 1000, ('D1', 'B', 's', '2026-01'): 100})

    def test_a_withdrawn_release(self):
        """Rows of a withdrawn release are open again where they were; what they told falls."""
        self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', product='P-late'))
        self.tell('products', '2026-01-06', {'carrier': 'C1', 'product': 'P-late', 'name': 'x', 'class': 'plan',
                                             'valid_from': '2026-01-01'})
        self.run_to('2026-01-06')
        self.assertEqual(self.books(), {('D1', 'A', 'u', '2026-01'): 1000})
        again = int(self.database.value("SELECT max(batch_id) FROM settle.batch WHERE kind = 'orders'"))
        self.withdraw(again)
        self.run_to('2026-01-07')
        self.assertEqual(self.books(), {})
        self.assertEqual([r['reason'] for r in self.rows('quarantine', 'list')], ['unknown-product'])

    def late_product(self, date='2026-01-06', since='2026-01-01'):
        self.tell('products', date, {'carrier': 'C1', 'product': 'P-late', 'name': 'x', 'class': 'plan', 'valid_from': since})

    def test_what_was_released_of_it(self):
        """What came of a file falls with it, whichever batch carried it: read again by itself, released by a person, and what
        that put aside again."""
        self.tell('orders', '2026-01-01', small.order('Z', '2026-01-01'))
        wrong = self.tell('orders', '2026-01-05', small.order('A', '2026-01-05', product='P-late'), small.order('B', '2026-01-05'),
                          small.order('C', '2026-01-05', manager='M-late'), small.order('Z', '2026-01-01'))
        self.late_product()
        self.settle('quarantine', 'release', '--all', '--date', '2026-01-06')
        self.tell('outlets', '2026-01-07', {'outlet': 'O-late', 'name': 'x', 'distributor': 'D1', 'parent': '',
                                            'valid_from': '2025-01-01'})
        self.tell('managers', '2026-01-07', {'manager': 'M-late', 'name': 'x', 'outlet': 'O-late', 'valid_from': '2025-01-01'})
        self.run_to('2026-01-07')
        self.assertEqual({key[1] for key in self.books()}, {'A', 'B', 'C', 'Z'})
        released = [int(r[0]) for r in self.database.sql('SELECT DISTINCT into_batch FROM settle.quarantine_release ORDER BY 1')]
        self.assertEqual(len(released), 3)
        self.withdraw(wrong)
        with self.assertRaisesRegex(Exception, 'is not approved as it stands'):
            self.database.sql(f'SELECT settle.withdraw_batch({wrong - 1}, 99)', user='settle_night')
        self.run_to('2026-01-08')
        self.assertEqual(self.books(), {('D1', 'Z', 'u', '2026-01'): 1000})
        self.assertEqual(self.rows('quarantine', 'list'), [])
        for batch in released:
            self.assertEqual([self.state(batch)[key] for key in ('withdrawal', 'asked for by', 'because')],
                             ['withdrawn', 'settle_night', 'the wrong file'])
            self.assertIn('is withdrawn already', self.ask(batch, code=3))
        self.assertEqual([r['withdrawal'] for r in self.rows('batch', 'list', '--withdrawals')], ['withdrawn'] * 4)
        # told again it is there again
        self.tell('orders', '2026-01-08', small.order('A', '2026-01-05', product='P-late'))
        self.run_to('2026-01-09')
        self.assertEqual({key[1] for key in self.books()}, {'A', 'Z'})

    def test_a_release_that_others_support(self):
        """Of what was released only falls what nobody else told; and a release that was withdrawn before stays so."""
        late = small.order('A', '2026-01-05', product='P-late')
        wrong = self.tell('orders', '2026-01-05', late, small.order('B', '2026-01-05', product='P-late'))
        self.late_product()
        self.tell('orders', '2026-01-06', late)
        self.run_to('2026-01-06')
        self.withdraw(wrong)
        self.run_to('2026-01-07')
        self.assertEqual({key[1] for key in self.books()}, {'A'})

    def test_erased_before(self):
        """What fell says no more of people than what was erased."""
        wrong = self.order('2026-01-05', contract='K')
        self.tell('bills', '2026-01-31', small.bill('K', '2026-01', '2026-01-31', billed='20.00'))
        self.run_to('2026-01-31')
        request = self.database.value("SELECT settle.ask_erasure('asked for', 'C1', 'A')", 'settle_night')
        self.database.sql(f"SELECT settle.erase_text({request}, 'C1', 'A')", 'settle_finance')
        self.withdraw(wrong)
        self.run_to('2026-02-01')
        self.assertEqual(self.books(), {})
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order WHERE upstream_id IS NOT NULL'), '0')


class MasterData(Withdrawn):
    """Batches of master data are not withdrawn: a row is put right by telling it again, for the same code and day. The books
    are then those of who was told right at once."""
    RULES = ('- upfront: plan\n  for: {class: [plan], tier: 3..4}\n  pay: 60.00\n- upfront: other\n  pay: 20.00\n  holdback: {share: 10%, days: 90}\n'
             '- deferred: d\n  instalments: [{after: 1 month, day: 1, pay: 5.00}]\n'
             '- volume-bonus: v\n  window: month\n  scope: outlet\n  measure: amount\n  mode: whole\n  tiers: {0.01..: 1%}\n')
    PRODUCT = {'carrier': 'C1', 'product': 'P-plan', 'name': 'plan', 'class': 'plan', 'sales_from': '', 'sales_to': ''}
    D1 = {'distributor': 'D1', 'name': 'Eins', 'tier': '3', 'status': ''}
    MANAGER = {'manager': 'M1', 'name': 'm', 'outlet': 'O1'}
    OUTLET = {'outlet': 'O2', 'name': 'o', 'distributor': 'D1', 'parent': ''}
    # what was told wrongly of whom: (kind, what holds, what is wrong with it)
    WRONG = {
        'class': ('products', PRODUCT, {'class': 'sim'}), 'last day of sale': ('products', PRODUCT, {'sales_to': '2026-01-26'}),
        'tier': ('distributors', D1, {'tier': '1'}), 'end': ('distributors', D1, {'status': 'ended'}),
        'carrier': ('carriers', {'carrier': 'C1', 'name': 'One', 'status': ''}, {'status': 'ended'}),
        'outlet': ('managers', MANAGER, {'outlet': 'O2'}), 'parent': ('outlets', OUTLET, {'parent': 'O1'}),
    }

    def told(self, *files):
        """The books of some months. files: (business date, kind, row) of master data."""
        self.prepare(self.RULES, top='after-distributor-ended: stop\n')
        for outlet in ('O1', 'O2'):
            self.tell('outlets', '2025-01-02', {**self.OUTLET, 'outlet': outlet, 'valid_from': '2025-01-01'})
        self.tell('managers', '2025-01-02', {**self.MANAGER, 'valid_from': '2025-01-01'})
        for n in range(25, 29):
            self.tell('orders', f'2026-01-{n:02}', small.order(f'A{n}', f'2026-01-{n:02}', manager='M1'))
        for date, kind, row in sorted(files, key=lambda file: file[0]):
            self.tell(kind, date, row)
            self.run_to(date)
        self.run_to('2026-02-05')
        self.assertEqual(self.rows('quarantine', 'list'), [])
        for command in (['verify'], ['replay', '--run', '1..']):
            self.settle(*command)
        return self.books(), self.sums()[1], [{key: row[key] for key in ('carrier', 'state', 'because', 'orders', 'paid')}
                                              for row in self.rows('reconcile', 'orders', '--period', '2026-01')]

    def test_told_again(self):
        """A change that never was, and one that came on another day; each told wrongly first, and on the day that was told
        before."""
        never = self.told()
        for what, (kind, holds, wrong) in self.WRONG.items():
            with self.subTest(what):
                slip = {**holds, **wrong, 'valid_from': '2026-01-26'}
                self.assertEqual(self.told(('2026-01-27', kind, slip),
                                           ('2026-02-02', kind, {**holds, 'valid_from': '2026-01-26'})), never)
                since = {**holds, **wrong, 'valid_from': '2026-01-28'}
                changed = self.told(('2026-01-27', kind, since))
                if what != 'parent':    # no amount hangs on it
                    self.assertNotEqual(changed, never)
                self.assertEqual(self.told(('2026-01-27', kind, slip), ('2026-02-02', kind, {**holds, 'valid_from': '2026-01-26'}),
                                           ('2026-02-03', kind, since)), changed)
                first = {**holds, 'valid_from': '2025-01-01'}
                self.assertEqual(self.told(('2026-01-27', kind, {**first, **wrong}), ('2026-02-02', kind, first)), never)


class AnyOrder(Withdrawn):
    """Orders of up to three revisions, bills, events in files of any order, of which some are withdrawn: the books are those
    of what the others told, told at once."""
    N = 12

    def tell_some(self, dice, facts, nights):
        """What stands of the facts: told by a file that was not withdrawn."""
        told, files, left = [], [], list(facts)
        for night in nights:
            now = [fact for fact in left if dice.random() < 0.4 or night == nights[-1]]
            left = [fact for fact in left if not any(fact is other for other in now)]
            now += [fact for fact in told if dice.random() < 0.15]
            told += now
            dice.shuffle(now)
            for part in (now[::2], now[1::2]):
                for kind in dice.sample(('orders', 'events', 'bills'), 3):
                    rows = [fact for fact in part if fact[0] == kind]
                    if rows:
                        files.append((self.tell(kind, night, *(row for _, row in rows)), rows))
            for file in dice.sample(files, dice.choice((0, 0, 1, 2))):
                files.remove(file)
                self.withdraw(file[0])
            self.run_to(night)
        self.run_to('2026-03-21')
        stands = [fact for _, rows in files for fact in rows]
        return [fact for fact in facts if any(fact is other for other in stands)]

    def test_any_order(self):
        for seed in range(int(os.environ.get('SETTLE_SEED', 0)), int(os.environ.get('SETTLE_SEED', 0)) + self.N):
            with self.subTest(seed=seed):
                dice = random.Random(seed)
                facts = test_revisions.some_facts(dice)
                self.prepare(test_revisions.RULES)
                stand = self.tell_some(dice, facts, ['2026-03-01', '2026-03-03', '2026-03-05', '2026-03-08', '2026-03-20'])
                books, waiting = self.books(), self.waiting()
                for command in (['verify'], ['replay', '--run', '1..'], ['reconcile', 'ledger'],
                                ['reconcile', 'orders', '--period', '2026-01']):
                    self.ok(*command)
                self.prepare(test_revisions.RULES)
                for kind in ('orders', 'events', 'bills'):
                    rows = [row for of, row in stand if of == kind]
                    if rows:
                        self.send(kind, '2026-03-20', *rows)
                self.run_to('2026-03-21')
                self.assertEqual(books, self.books())
                self.assertEqual(waiting, self.waiting())

    def waiting(self):
        """Bills and events that wait for their order."""
        return sorted((r['what'], r['fact'], r['order'], r['month'], r['waits_for']) for r in self.rows('facts', 'waiting')
                      if r['what'] != 'instalment')


if __name__ == '__main__':
    settle_test.main()
