#!/usr/bin/env python3
"""What the ledger's keys and the tables beside it hold, whatever the amounts are: numbers of rules, causes
(docs/architecture.md "Subject and slot", docs/semantics.md 7)."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
import world
from small import bill, order

EVENT = {'carrier': 'C1', 'event_id': '', 'order_id': '', 'event': '', 'at': '', 'amount': '', 'reinstates': '',
         'currency': 'CNY'}
UPFRONT = '- upfront: first\n  pay: 10.00\n  clawback: [{on: cancel, within: 900 days, take: all}]\n'
VOLUME = '- volume-bonus: volume\n  window: month\n  scope: distributor\n  mode: whole\n  tiers: {1..: 5.00}\n'
RULES = UPFRONT + """- deferred: later
  instalments:
  - {after: 1 month, day: 10, pay: 7.00}
- revenue-share: share
  base: billed
  months: 0..12
  rate: 10%
""" + VOLUME
# Rules of the first version in another order, one under another kind, one more.
NEXT = VOLUME + '- upfront: later\n  group: b\n  pay: 1.00\n- upfront: new\n  group: c\n  pay: 2.00\n' + UPFRONT


def event(event_id, order_id, what, day, **more):
    return {**EVENT, 'event_id': event_id, 'order_id': order_id, 'event': what, 'at': f'{day} 09:00:00', **more}


class Case(small.Case):
    def proven(self):
        for command in (['verify'], ['replay', '--run', '1..']):
            self.settle(*command)

    def versions(self, *rules):
        """One carrier's versions, a month each from January on."""
        self.prepare_parties()
        for i, text in enumerate(rules, 1):
            policy = small.POLICY.format(rules=text, invoice='cycle: none', top='').replace(
                'version: v1', f'version: v{i}').replace('2026-01-01..', f'2026-{i:02}-01..2026-{i:02}-28')
            self.database.activate(self.file(f'v{i}.yaml', policy))

    def prepare_parties(self):
        self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)


class RuleNumbers(Case):
    def test_over_versions(self):
        """A rule keeps its number whatever version has it and where; another kind or name has one of its own."""
        self.versions(RULES, NEXT, RULES)
        self.assertEqual(self.database.sql('SELECT number, kind, rule FROM settle.rule ORDER BY 1'),
                         [['1', '1', 'first'], ['2', '2', 'later'], ['3', '3', 'share'], ['4', '4', 'volume'],
                          ['5', '1', 'later'], ['6', '1', 'new']])
        self.assertEqual(self.database.sql('SELECT policy_id, string_agg(number::text, \' \' ORDER BY ordinal) '
                                           'FROM settle.policy_rule GROUP BY 1 ORDER BY 1'),
                         [['1', '1 2 3 4'], ['2', '4 5 6 1'], ['3', '1 2 3 4']])
        for month in (1, 2, 3):
            self.send('orders', f'2026-0{month}-10', order(f'A{month}', f'2026-0{month}-10'))
        self.send('events', '2026-03-20', event('e1', 'A2', 'cancel', '2026-03-19'))
        self.run_to('2026-04-10')
        self.assertEqual(
            self.database.sql("SELECT slot >> 16, rule, count(DISTINCT policy_version), sum(amount_minor * "
                              "CASE credit WHEN 'carrier' THEN -1 ELSE 1 END) FROM settle_view.transfer "
                              "GROUP BY 1, 2, kind ORDER BY 1"),
            [['1', 'first', '3', '2000'], ['2', 'later', '2', '1400'], ['4', 'volume', '3', '1500'],
             ['5', 'later', '1', '100'], ['6', 'new', '1', '200']])
        self.proven()

    def test_given_by_activation_alone(self):
        """Nobody adds a rule to a version that runs name, and a number is what the carrier's rule has."""
        self.versions(RULES)
        self.send('orders', '2026-01-10', order('A', '2026-01-10'))
        self.run_to('2026-01-10')
        call = "SET ROLE settle_approver; SELECT settle.add_policy_rule(1, 9, 1::smallint, 'more')"
        self.assertEqual(self.database.states([call], 'settle_finance'), ['42501'])
        self.assertEqual(self.database.states([call.replace('approver', 'runner')], 'settle_night'), ['42501'])
        for table in ('rule', 'policy_rule'):
            self.assertEqual(self.database.states([f'SET ROLE settle_approver; INSERT INTO settle.{table} '
                                                   f'SELECT * FROM settle.{table}'], 'settle_finance'), ['42501'])
        self.database.sql('ALTER TABLE settle.rule DISABLE TRIGGER USER; UPDATE settle.rule SET number = 77 '
                          "WHERE rule = 'share'")
        self.assertIn('has the number 77, a version names it 3', self.settle('verify', code=1))


class Causes(Case):
    def causes(self, subject):
        return self.database.sql(
            "SELECT t.rule, to_char(t.origin, 'YYYY-MM'), to_char(t.cause, 'YYYY-MM'), "
            "t.amount_minor * CASE t.credit WHEN 'carrier' THEN -1 ELSE 1 END FROM settle_view.transfer t "
            "LEFT JOIN settle.closed_order o ON o.order_id = t.subject_id "
            f"WHERE coalesce(o.upstream_id, 'window') = '{subject}' ORDER BY t.run_id, t.slot")

    def test_events_and_bills(self):
        """First postings are their origin's own; what changes is of the event or the bill that changed it."""
        self.prepare(RULES)
        self.send('orders', '2026-01-10', order('A', '2026-01-10', contract='A'))
        self.run_to('2026-02-10')
        self.send('bills', '2026-03-05', bill('A', '2026-01', '2026-03-05', billed='50.00'))
        self.run_to('2026-03-05')
        self.send('bills', '2026-04-05', bill('A', '2026-01', '2026-04-05', billed='40.00', revision='2'),
                  bill('A', '2026-02', '2026-04-05', billed='70.00'))
        self.send('events', '2026-05-20', event('e1', 'A', 'cancel', '2026-05-19'))
        self.send('events', '2026-06-02', event('e2', 'A', 'reinstate', '2026-06-01', reinstates='e1'))
        self.send('events', '2026-07-02', event('e3', 'A', 'full-refund', '2026-06-30'))
        self.run_to('2026-07-02')
        self.assertEqual(self.causes('A'), [
            ['first', '2026-01', '2026-01', '1000'], ['later', '2026-02', '2026-02', '700'],
            ['share', '2026-01', '2026-01', '500'],
            ['share', '2026-01', '2026-01', '-100'], ['share', '2026-02', '2026-02', '700'],
            ['first', '2026-01', '2026-05', '-1000'],
            ['first', '2026-01', '2026-06', '1000'],
            ['first', '2026-01', '2026-06', '-1000'], ['later', '2026-02', '2026-06', '-700']])
        self.assertEqual(self.causes('window'), [['volume', '2026-01', '2026-01', '500'],
                                                 ['volume', '2026-01', '2026-06', '-500']])
        self.proven()


class Balances(Case):
    def test_after_each_run(self):
        """The row of the last run that touched an account is what its postings add up to, however long ago that is."""
        self.prepare(RULES)
        for i, day in enumerate(('2026-01-10', '2026-01-11', '2026-02-20')):
            self.send('orders', day, order(f'A{i}', day), order(f'B{i}', day, distributor='D2'))
        # D2 is touched again after sixty nights in which only D1's account was
        for i in range(1, 28):
            self.send('orders', f'2026-03-{i:02}', order(f'C{i}', f'2026-03-{i:02}'))
        self.send('events', '2026-04-20', event('e1', 'B1', 'full-refund', '2026-04-19'))
        self.run_to('2026-04-20')
        self.assertEqual(self.database.sql("""
            SELECT distributor_id, carrier_id, currency, role, balance_minor FROM (
                SELECT DISTINCT ON (distributor_id, carrier_id, currency, role) * FROM settle.account_balance
                 ORDER BY distributor_id, carrier_id, currency, role, run_id DESC) b ORDER BY 1, 2, 3, 4"""),
                         self.database.sql("""
            SELECT t.distributor_id, t.carrier_id, 156, x.role, sum(x.amount) FROM settle.ledger_total t
             CROSS JOIN LATERAL (VALUES (debit, amount_minor), (credit, -amount_minor)) x (role, amount)
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""))
        runs = self.database.sql('SELECT distributor_id, count(*), count(DISTINCT run_id) FROM settle.account_balance '
                                 'GROUP BY 1 ORDER BY 1')
        touched = self.database.sql('SELECT distributor_id, 2 * count(DISTINCT run_id), count(DISTINCT run_id) '
                                    'FROM settle.transfer GROUP BY 1 ORDER BY 1')
        self.assertEqual(runs, touched)
        self.assertGreater(int(runs[0][2]), 25)
        self.assertEqual([(r['distributor'], r['account'], r['balance']) for r in self.rows('ledger', 'balances')],
                         [('D1', 'carrier', '660.00'), ('D1', 'distributor', '-660.00'),
                          ('D2', 'carrier', '44.00'), ('D2', 'distributor', '-44.00')])
        self.proven()
        world.tamper(self.database, 'UPDATE settle.account_balance SET balance_minor = balance_minor + 1 WHERE role = 2 AND '
                     "run_id = (SELECT run_id FROM settle.run WHERE business_date = '2026-03-05')")
        self.assertIn('account distributor of carrier id 1 has', self.settle('verify', code=1))


class Cuts(Case):
    def cuts(self, column='cut_minor'):
        """Of what stands by now: order (or window), rule, item, by what."""
        return {(subject or 'window', rule or '', int(item), by): int(cut) for subject, rule, item, by, cut in
                self.database.sql(f'SELECT o.upstream_id, c.rule, c.item, c.cut_by, c.{column} FROM settle_view.cut c '
                                  'LEFT JOIN settle.closed_order o ON o.order_id = c.subject_id')}

    def rows_of(self, table):
        return int(self.database.value(f'SELECT count(*) FROM settle.{table}'))

    def used(self):
        """What ceilings let through of orders, by rule number (0: the policy's) and month; of windows their postings say it."""
        return {(int(rule), end): int(used) for rule, end, used in self.database.sql(
            "SELECT rule, to_char(window_end, 'YYYY-MM'), sum(delta) FROM settle.window_change WHERE what = 2 "
            'GROUP BY 1, 2 HAVING sum(delta) <> 0')}

    def test_ceilings(self):
        """A row for what each ceiling takes, none where nothing changes, one of nothing when room is free again."""
        self.prepare('- upfront: first\n  pay: 40.00\n  ceiling: {window: month, amount: 100.00}\n' + VOLUME,
                     top='ceiling: {window: month, amount: 110.00}\n')
        self.send('orders', '2026-01-10', *[order(k, f'2026-01-0{i}') for i, k in enumerate('ABCD', 1)])
        self.run_to('2026-01-10')
        self.assertEqual(self.cuts(), {('C', 'first', 0, 'ceiling'): 2000, ('D', 'first', 0, 'ceiling'): 4000})
        self.assertEqual(self.used(), {(1, '2026-01'): 10000, (0, '2026-01'): 10000})
        self.run_to('2026-01-31')
        # four orders at 5.00, of which 10.00 are left under the policy's ceiling
        self.assertEqual(self.cuts(), {('C', 'first', 0, 'ceiling'): 2000, ('D', 'first', 0, 'ceiling'): 4000,
                                       ('window', 'volume', 0, 'policy-ceiling'): 1000})
        self.assertEqual(self.used(), {(1, '2026-01'): 10000, (0, '2026-01'): 10000})
        before = self.rows_of('cut')
        self.send('orders', '2026-02-03', order('E', '2026-02-03'))
        self.run_to('2026-02-03')
        self.assertEqual(self.rows_of('cut'), before)
        self.assertEqual(self.used(), {(1, '2026-01'): 10000, (0, '2026-01'): 10000, (1, '2026-02'): 4000,
                                       (0, '2026-02'): 4000})
        self.send('events', '2026-02-04', event('e1', 'A', 'full-refund', '2026-02-04'),
                  event('e2', 'B', 'full-refund', '2026-02-04'))
        self.run_to('2026-02-04')
        self.assertEqual(self.cuts(), {})
        self.assertEqual(self.used(), {(1, '2026-01'): 8000, (0, '2026-01'): 8000, (1, '2026-02'): 4000,
                                       (0, '2026-02'): 4000})
        self.assertEqual(self.rows_of('cut'), before + 3)
        self.proven()
        world.tamper(self.database, 'UPDATE settle.cut SET cut_minor = cut_minor - 1 WHERE cut_minor > 1')
        self.settle('verify', code=1)
        self.assertIn('cut', self.settle('replay', '--run', '1..', code=1))

    def test_lifetime_cap(self):
        """In the order of contract months: a bill that comes late frees what another had taken."""
        self.prepare('- revenue-share: share\n  base: billed\n  months: 0..12\n  rate: 10%\n  life-cap: 10.00\n')
        self.send('orders', '2026-01-10', order('A', '2026-01-10', contract='A'))
        bills = [('2026-02', '2026-03-05', '80.00', 1), ('2026-03', '2026-04-05', '50.00', 1),
                 ('2026-01', '2026-04-06', '30.00', 1), ('2026-02', '2026-05-05', '10.00', 2)]
        seen = []
        for month, issued, billed, revision in bills:
            self.send('bills', issued, bill('A', month, issued, billed=billed, revision=str(revision)))
            self.run_to(issued)
            seen.append({item: cut for (_, _, item, by), cut in self.cuts().items() if by == 'life-cap'})
        self.assertEqual(seen, [{}, {2: 300}, {1: 100, 2: 500}, {}])
        self.assertEqual(self.rows_of('cut'), 1 + 2 + 2)
        self.proven()

    def test_findings(self):
        """Where some findings are tolerated each has a row: what it takes, or that it takes nothing."""
        self.prepare('- upfront: first\n  pay: 10.00\n- upfront: percent\n  group: b\n  pay: 3%\n',
                     top='fraud-tolerance: {share: 0%, count: 1}\n')
        self.send('orders', '2026-01-10', order('A', '2026-01-09'), order('B', '2026-01-10', paid='200.00'),
                  order('C', '2026-01-10'))
        self.run_to('2026-01-10')
        self.assertEqual(self.rows_of('cut'), 0)
        self.send('events', '2026-01-12', event('e1', 'A', 'fraud', '2026-01-12'))
        self.run_to('2026-01-12')
        self.assertEqual((self.cuts(), self.cuts('earned_minor')),
                         ({('A', '', 0, 'finding'): 0}, {('A', '', 0, 'finding'): 1300}))
        self.send('events', '2026-01-13', event('e2', 'B', 'fraud', '2026-01-13'))
        self.run_to('2026-01-13')
        self.assertEqual(self.cuts(), {('A', '', 0, 'finding'): 0, ('B', '', 0, 'finding'): 1600})
        self.send('events', '2026-01-14', event('e3', 'B', 'reinstate', '2026-01-14', reinstates='e2'))
        self.run_to('2026-01-14')
        self.assertEqual(self.cuts(), {('A', '', 0, 'finding'): 0})
        self.proven()


if __name__ == '__main__':
    settle_test.main()
