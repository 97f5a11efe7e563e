#!/usr/bin/env python3
"""A carrier's own statement against ours (docs/semantics.md 10, 14.46): every kind of difference is found and nothing
else, the bridge adds up, decisions are somebody else's and hold while the amounts do."""
import csv
import io
import os
import random
import sys
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event
from world import tamper

RULES = ('- upfront: u\n  pay: 3%\n'
         '- deferred: d\n  instalments: [{after: 1 month, day: 10, pay: 5.00}]\n'
         '- volume-bonus: v\n  window: month\n  mode: whole\n  tiers: {1..2: 1.00, 3..: 2.00}\n')
HEAD = ['order_id', 'kind', 'period', 'amount', 'distributor', 'rule']
OF = ('--carrier', 'C1', '--period', '2026-01')


class Statement(small.Case):
    def books(self):
        """A and B of D1, E of D2 pay 3.00, 6.00 and 1.50 in January; windows 2.00 and 1.00."""
        self.prepare(RULES)
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'), small.order('B', '2026-01-11', paid='200.00'),
                  small.order('E', '2026-01-12', distributor='D2', paid='50.00'))
        self.run_to('2026-02-20')

    def statement(self, *lines, name='theirs.csv', head=HEAD):
        text = io.StringIO()
        csv.writer(text, lineterminator='\n').writerows([head, *lines])
        return self.file(name, text.getvalue())

    AGREED = (['A', 'upfront', '2026-01', '3.00'], ['B', 'upfront', '', '6.00'], ['E', 'upfront', '202601', '1.5'],
              ['', 'volume-bonus', '2026-01', '2.00', 'D1', 'v'], ['', 'volume-bonus', '', '1.00', 'D2', 'v'])

    def differences(self, *words, code):
        out = self.settle('--format', 'csv', 'reconcile', 'statement', *words, *OF, code=code)
        return list(csv.DictReader(io.StringIO(out)))

    def bridge(self, *words, code):
        out = self.settle('--format', 'csv', 'reconcile', 'statement', '--totals', *words, *OF, code=code)
        rows = [(r['step'], int(r['lines']), Decimal(r['amount'])) for r in csv.DictReader(io.StringIO(out))]
        self.assertEqual(rows[0][0], "the carrier's statement")
        ours = next(i for i, row in enumerate(rows) if row[0] == 'our ledger')
        self.assertEqual(sum(row[2] for row in rows[:ours]), rows[ours][2])
        return rows

    def test_it_agrees(self):
        self.books()
        path = self.statement(*self.AGREED)
        self.assertEqual(self.differences(path, code=0), [])
        self.assertEqual(self.bridge(code=0), [("the carrier's statement", 5, Decimal('13.50')),
                                               ('our ledger', 5, Decimal('13.50'))])
        self.assertIn('already', self.settle('reconcile', 'statement', path, *OF))
        self.assertEqual([(r['file'], r['lines'], r['total'], r['state'])
                          for r in self.rows('reconcile', 'statements')], [('theirs.csv', '5', '13.50', 'holds')])
        self.settle('reconcile', 'statement', '--carrier', 'C1', '--period', '2026-02', code=3)
        self.settle('reconcile', 'statement', path, '--carrier', 'C9', '--period', '2026-02', code=3)
        self.settle('reconcile', 'statement', path, code=2)

    def test_each_kind_of_difference(self):
        self.books()
        path = self.statement(
            ['A', 'upfront', '2026-01', '2.99'],                        # short
            ['B', 'upfront', '2026-01', '6.05'],                        # over
            ['A', 'deferred', '2026-01', '5.00'],                       # ours is of February
            ['', 'volume-bonus', '2026-01', '1.00', 'D1', 'v'],         # the wrong tier
            ['', 'volume-bonus', '2026-01', '1.00', 'D2', 'v'],
            ['', 'volume-bonus', '2026-01', '1.00', 'D2', 'v'],         # said twice
            ['Q', 'upfront', '2026-01', '7.00'],                        # nobody knows it
            ['A', 'gift', '2026-01', '7.00'],                           # unreadable, from here on
            ['A', 'upfront', '2026-13', '7.00'],
            ['A', 'upfront', '2026-01', '7.0000'],
            ['', 'upfront', '2026-01', '7.00'],
            ['', 'volume-bonus', '2026-01', '7.00', 'D1', ''])
        found = self.differences(path, code=1)
        self.assertEqual(
            [tuple(r[k] for k in ('match', 'difference', 'line', 'theirs', 'ours', 'ours_less_theirs', 'state')) for r in found[:7]],
            [('short', 'upfront/2026-01/A', '2', '2.99', '3.00', '0.01', 'open'),
             ('over', 'upfront/2026-01/B', '3', '6.05', '6.00', '-0.05', 'open'),
             ('other-period', 'deferred/2026-01/A', '4', '5.00', '0.00', '-5.00', 'open'),
             ('short', 'volume-bonus/2026-01/D1/v', '5', '1.00', '2.00', '1.00', 'open'),
             ('unknown', 'volume-bonus/2026-01/D2/v#7', '7', '1.00', '0.00', '-1.00', 'open'),
             ('unknown', 'upfront/2026-01/Q', '8', '7.00', '0.00', '-7.00', 'open'),
             ('unreadable', 'line/9', '9', '', '', '', 'open')])
        self.assertEqual([r['remark'] for r in found[2:]], [
            'ours is of 2026-02', '', 'said before, on line 6', '', 'column kind: "gift" is no known kind',
            'column period: "2026-13" is no month like 2026-03', 'column amount: "7.0000" is no amount',
            'column order_id: "" names no order', 'column rule: "" names none, of a volume bonus', ''])
        self.assertEqual(found[-1]['difference'], 'upfront/2026-01/E')  # missing at the carrier
        self.assertEqual((found[-1]['match'], found[-1]['ours'], found[-1]['age_days']), ('missing', '1.50', '20'))
        self.assertEqual(found[6]['subject'], 'A,gift,2026-01,7.00')     # kept as it came
        self.assertEqual(self.bridge(code=1), [
            ("the carrier's statement", 7, Decimal('24.04')), ('they say less than we', 2, Decimal('1.01')),
            ('they say more than we', 1, Decimal('-0.05')), ('they say it here, we in another month', 1, Decimal('-5.00')),
            ('we have it, they do not', 1, Decimal('1.50')),
            ('they have it, we do not, or they say it twice', 2, Decimal('-8.00')), ('our ledger', 5, Decimal('13.50')),
            ('lines that cannot be read, in neither', 5, 0)])
        # a tolerance is a match of its own, and a step of the bridge
        rows = self.bridge(path, '--tolerance', '0.05', code=1)
        self.assertIn(('differences within the tolerance', 3, Decimal('-0.04')), rows)
        self.assertEqual(len(self.rows('reconcile', 'statements')), 2)
        self.assertEqual(self.database.settle('verify')[0], 0)
        tamper(self.database, 'DELETE FROM settle.statement_line WHERE line = 3')
        code, out, _ = self.database.settle('verify')
        self.assertEqual(code, 1)
        self.assertIn('C1/2026-01', out)

    def test_decisions(self):
        self.books()
        path = self.statement(*self.AGREED[1:], ['A', 'upfront', '2026-01', '2.90'], ['Q', 'upfront', '', '7.00'])
        self.settle('reconcile', 'statement', path, *OF, code=1, user='settle_treasurer')
        short, unknown = 'upfront/2026-01/A', 'upfront/2026-01/Q'
        why = ('--reason', 'rounded by them')
        self.settle('reconcile', 'accept', short, *OF, *why, user='settle_treasurer', code=4)   # no approver
        self.settle('reconcile', 'accept', short, *OF, code=2)                       # no reason
        self.settle('reconcile', 'accept', *OF, *why, code=2)                        # of what
        self.settle('reconcile', 'accept', 'upfront/2026-01/B', *OF, *why, code=3)   # that one agrees
        self.settle('reconcile', 'accept', '--all', 'matched', *OF, *why, code=2)
        self.settle('reconcile', 'accept', short, *OF, *why, user='settle_finance')
        self.settle('reconcile', 'dispute', '--all', 'unknown', *OF, '--reason', 'asked on Monday', user='settle_finance')
        found = {r['difference']: r for r in self.differences(code=1)}
        self.assertEqual({k: (r['state'], r['by'], r['remark']) for k, r in found.items()},
                         {short: ('accepted', 'settle_finance', 'rounded by them'),
                          unknown: ('disputed', 'settle_finance', 'asked on Monday')})
        # what the carrier sends anew keeps what was decided on the same amounts
        again = self.statement(*self.AGREED[1:], ['A', 'upfront', '2026-01', '2.90'], name='again.csv')
        self.settle('reconcile', 'statement', again, *OF, code=0, user='settle_treasurer')
        # and is open again when an amount changes
        self.send('events', '2026-02-21', event('r', 'refund', '2026-02-21', amount='10.00'))
        self.run_to('2026-02-21')
        self.assertEqual([(r['difference'], r['state'], r['ours']) for r in self.differences(code=1)],
                         [(short, 'open', '2.70')])  # what is taken back is January's, as what it is taken of (13.2)
        self.assertEqual(self.database.settle('verify')[0], 0)
        self.settle('reconcile', 'statement', self.statement(*self.AGREED[1:], ['A', 'upfront', '2026-01', '2.80']),
                    *OF, code=1, user='settle_treasurer')
        self.assertEqual([(r['difference'], r['state']) for r in self.differences(code=1)], [(short, 'open')])

    def test_who_took_it_in_cannot_decide(self):
        self.books()
        path = self.statement(*self.AGREED[1:])
        self.settle('reconcile', 'statement', path, *OF, code=1)    # as postgres, who may do anything
        out = self.settle('reconcile', 'accept', 'upfront/2026-01/A', *OF, '--reason', 'x', code=4)
        self.assertIn('cannot decide on its differences', out)
        self.settle('reconcile', 'accept', 'upfront/2026-01/A', *OF, '--reason', 'x', user='settle_finance')

    def withdraw(self, *words, user, code=0, period='2026-01'):
        return self.settle('reconcile', 'withdraw', '--carrier', 'C1', '--period', period, *words, user=user, code=code)

    def states(self):
        return [(r['file'], r['period'], r['state'], r['withdrawal']) for r in self.rows('reconcile', 'statements')]

    def open_differences(self):
        return [(r['match'], r['open'], r['accepted']) for r in self.rows('report', 'differences')]

    def test_withdrawn_by_two(self):
        self.books()
        path = self.statement(*self.AGREED[1:], ['A', 'upfront', '2026-01', '2.90'], name='slip.csv')
        self.settle('reconcile', 'statement', path, *OF, code=1, user='settle_treasurer')
        self.settle('reconcile', 'accept', 'upfront/2026-01/A', *OF, '--reason', 'rounded', user='settle_finance')
        self.assertEqual(self.open_differences(), [('short', '0', '1')])
        books = self.rows('ledger', 'balances')
        why = ('--reason', "another carrier's")
        self.withdraw('--approve', user='settle_finance', code=3)           # nobody asks
        self.withdraw(*why, user='settle_audit', code=4)
        self.withdraw(*why, user='settle_treasurer', code=3, period='2026-02')  # none is there
        self.withdraw(*why, user='settle_treasurer')
        self.assertEqual(self.states(), [('slip.csv', '2026-01', 'holds', 'asked')])
        self.assertIn('slip.csv', self.settle('status').split('Statements to be withdrawn')[1])
        self.withdraw(*why, user='settle_finance', code=3)                  # asked for already
        self.withdraw('--approve', user='settle_treasurer', code=4)             # no approver
        self.withdraw('--refuse', '--reason', 'it is theirs', user='settle_finance')
        self.withdraw('--approve', user='settle_finance', code=3)           # refused
        self.assertEqual(self.states(), [('slip.csv', '2026-01', 'holds', 'refused')])
        self.assertEqual(self.open_differences(), [('short', '0', '1')])
        self.withdraw(*why, user='settle_finance')
        self.assertIn('cannot approve', self.withdraw('--approve', user='settle_finance', code=3))
        # nor does the database let one do it alone, or of a statement that does not hold
        position = self.database.value("SELECT max(position) FROM settle.control_log WHERE action = 'statement-import'")
        decide = ("SET ROLE settle_approver; SELECT settle.decide('statement-withdrawal-approve', 'C1/2026-01', "
                  "(SELECT digest FROM settle.control_log WHERE position = {}), '', '{{\"statement\": {}}}')")
        self.assert_sql_fails('42501', self.database, decide.format(position, position), 'settle_finance')
        self.assert_sql_fails('23001', self.database, decide.format(position, int(position) + 1), 'settle_finance')
        self.withdraw('--approve', user='postgres')
        self.assertEqual(self.states(), [('slip.csv', '2026-01', 'withdrawn', 'withdrawn')])
        self.assertNotIn('Statements to be withdrawn', self.settle('status'))
        self.assertEqual(self.open_differences(), [])
        self.settle('reconcile', 'statement', *OF, code=3)
        self.withdraw(*why, user='settle_treasurer', code=3)
        # the same file, taken in once more, is another statement: what was decided on its differences fell
        self.settle('reconcile', 'statement', path, *OF, code=1, user='settle_treasurer')
        self.assertEqual(self.open_differences(), [('short', '1', '0')])
        # the right one takes its place; if that is withdrawn, the one before holds again, with its decisions
        self.settle('reconcile', 'accept', 'upfront/2026-01/A', *OF, '--reason', 'after all', user='settle_finance')
        right = self.statement(*self.AGREED, name='right.csv')
        self.settle('reconcile', 'statement', right, *OF, code=0, user='settle_treasurer')
        self.withdraw('--reason', 'x', user='settle_treasurer')
        self.withdraw('--approve', user='settle_finance')
        self.assertEqual(self.states(), [('slip.csv', '2026-01', 'withdrawn', 'withdrawn'), ('slip.csv', '2026-01', 'holds', ''),
                                         ('right.csv', '2026-01', 'withdrawn', 'withdrawn')])
        self.assertEqual(self.open_differences(), [('short', '0', '1')])
        # money never hung on any of this
        self.assertEqual(self.rows('ledger', 'balances'), books)
        self.run_to('2026-02-25')
        self.assertEqual(self.database.settle('verify')[0], 0)
        self.assertEqual(self.database.settle('replay', '--period', '2026-02')[0], 0)
        tamper(self.database, "UPDATE settle.control_log SET reason = 'y' WHERE action = 'statement-withdrawal-ask'")
        self.assertEqual(self.database.settle('verify')[0], 1)

    def test_what_is_asked_for_is_of_one_statement(self):
        """Another one that comes meanwhile is not what somebody wanted withdrawn; its file may be of two months until one
        of them is taken back."""
        self.books()
        first, second = self.statement(*self.AGREED, name='a.csv'), self.statement(*self.AGREED[1:], name='b.csv')
        self.settle('reconcile', 'statement', first, '--carrier', 'C1', '--period', '2026-02', '--yes', code=1,
                    user='settle_treasurer')
        self.assertIn('is the statement of 2026-02 already', self.settle('reconcile', 'statement', first, *OF, code=3))
        self.withdraw('--reason', 'of January', user='settle_treasurer', period='2026-02')
        self.settle('reconcile', 'statement', second, '--carrier', 'C1', '--period', '2026-02', '--yes', code=1,
                    user='settle_treasurer')
        self.withdraw('--approve', user='settle_finance', period='2026-02', code=3)
        self.withdraw('--reason', 'of January, too', user='settle_treasurer', period='2026-02')
        self.withdraw('--approve', user='settle_finance', period='2026-02')
        # the first one holds again, and is still asked for
        self.withdraw('--approve', user='settle_finance', period='2026-02')
        self.settle('reconcile', 'statement', first, *OF, code=0)
        self.assertEqual([s[2:] for s in self.states()], [('holds', '')] + [('withdrawn', 'withdrawn')] * 2)

    def test_mapping(self):
        self.books()
        path = self.statement(['A', '首佣', '3.00'], ['B', '首佣', '600'], name='their.csv', head=['订单号', '类型', '金额'])
        self.assertIn('there is no column "order_id"', self.settle('reconcile', 'statement', path, *OF, code=3))
        mapping = self.file('c1.yaml', 'columns: {order: 订单号, kind: 类型, amount: 金额}\nkinds: {首佣: upfront}\n')
        self.assertEqual([(r['match'], r['difference']) for r in self.differences(path, '--mapping', mapping, code=1)],
                         [('over', 'upfront/2026-01/B'), ('missing', 'volume-bonus/2026-01/D1/v'),
                          ('missing', 'volume-bonus/2026-01/D2/v'), ('missing', 'upfront/2026-01/E')])
        fen = self.file('fen.yaml', 'columns:\n  order: 订单号\n  kind: 类型\n  amount: 金额\nkinds:\n  首佣: upfront\nunit: fen\n')
        self.assertEqual([r['match'] for r in self.differences(path, '--mapping', fen, code=1)],
                         ['unreadable', 'missing', 'missing', 'missing', 'missing'])
        for text, place, says in (('columns: {oder: X}\n', ':1:11', 'did you mean order'),
                                  ('kinds:\n  a: upfrnt\n', ':2:6', 'there is no kind "upfrnt"'),
                                  ('unit: pence\n', ':1:7', 'no unit'), ('units: fen\n', ':1:1', 'no "units"'),
                                  ('- a\n', ':1:1', 'keys with values'), ('columns: {order: [a]}\n', ':1:18', 'word'),
                                  ('', ':1:1', 'there is no mapping in this file'),
                                  ('unit: &u fen\n', ':1:7', 'not part of the mapping language')):
            bad = self.file('bad.yaml', text)
            out = self.settle('reconcile', 'statement', path, *OF, '--mapping', bad, code=3)
            self.assertIn(f'bad.yaml{place}', out)
            self.assertIn(says, out)
        for name, text in (('empty', ''), ('quote', 'order_id,kind,amount\n"A,upfront,1.00\n')):
            self.settle('reconcile', 'statement', self.file(name, text), *OF, code=3)
        self.settle('reconcile', 'statement', self.file('none', '') + 'x', *OF, code=3)
        self.settle('reconcile', 'statement', path, *OF, '--tolerance', '-1', code=2)

    def test_of_another_month(self):
        """What is taken in cannot be taken back: a file that seems to be another month's is refused, unless it is meant."""
        self.books()
        march = ('--carrier', 'C1', '--period', '2026-02')
        most = self.statement(['A', 'upfront', '2026-01', '3.00'], ['B', 'upfront', '2026-01', '6.00'],
                              ['E', 'upfront', '2025-12', '1.50'], ['A', 'deferred', '', '5.00'], ['A', 'gift', '', '1.00'],
                              name='most.csv')
        out = self.settle('reconcile', 'statement', most, *march, code=3)
        self.assertIn('most.csv: 2 of 5 lines are of 2026-01, not of 2026-02\nhint: did you mean --period 2026-01? ', out)
        self.assertEqual(self.rows('reconcile', 'statements'), [])
        # half of them may be corrections
        half = self.statement(['A', 'upfront', '2026-01', '3.00'], ['B', 'upfront', '2026-01', '6.00'],
                              ['A', 'deferred', '2026-02', '5.00'], ['B', 'deferred', '', '5.00'])
        self.settle('reconcile', 'statement', half, *march, code=1)
        self.settle('reconcile', 'statement', most, *march, '--yes', code=1)
        self.assertEqual([(r['period'], r['lines'], r['state']) for r in self.rows('reconcile', 'statements')],
                         [('2026-02', '4', 'replaced'), ('2026-02', '5', 'holds')])
        # what says no month tells by being another month's already
        path = self.statement(*[[order, 'upfront', '', amount] for order, _, _, amount in self.AGREED[:3]])
        self.settle('reconcile', 'statement', path, *OF, code=1)
        out = self.settle('reconcile', 'statement', path, *march, code=3)
        self.assertIn('theirs.csv: this file is the statement of 2026-01 already, since 20', out)
        self.assertIn('if it is the statement of 2026-02, too, say --yes', out)
        self.settle('reconcile', 'statement', path, *march, '--yes', code=1)
        # of a month that nobody knows there is none
        out = self.settle('reconcile', 'statement', path, '--carrier', 'C1', '--period', '2031-01', code=3)
        self.assertIn('nothing is known of period 2031-01', out)

    def test_generated(self):
        """Differences put into a statement that agrees: all are found, and nothing else."""
        seed = int(os.environ.get('SETTLE_SEED', '7'))
        r = random.Random(seed)
        print(f'# seed {seed}')
        self.prepare(RULES)
        self.send('orders', '2026-01-31', *[
            small.order(f'O{n:04d}', f'2026-01-{r.randint(1, 31):02d}', distributor=r.choice(('D1', 'D2')),
                        paid=f'{r.randint(0, 99999) / 100:.2f}') for n in range(600)])
        self.run_to('2026-02-28')
        ours = {}
        for row in self.rows('ledger', 'transfers'):
            if row['origin'] == '2026-01':
                key = (row['kind'], f'{row["distributor"]}/{row["rule"]}' if row['kind'] == 'volume-bonus' else row['subject'])
                ours[key] = ours.get(key, 0) + Decimal(row['amount'])
        self.assertGreater(len(ours), 550)
        lines, expected = [], []

        def say(kind, subject, amount, month='2026-01'):
            shop, rule = subject.split('/') if kind == 'volume-bonus' else ('', '')
            lines.append(['' if shop else subject, kind, month, f'{amount:.2f}', shop, rule])

        deferred = set()
        for (kind, subject), amount in ours.items():
            ref, what = f'{kind}/2026-01/{subject}', r.random()
            fen = Decimal(r.randint(1, 50)) / 100
            if what < 0.05:
                expected.append(('missing', ref))
            elif what < 0.1 or kind == 'volume-bonus' and subject.startswith('D1'):   # D1: the lower tier
                less = amount / 2 if kind == 'volume-bonus' else fen
                say(kind, subject, amount - less)
                expected.append(('short', ref))
            elif what < 0.15:
                say(kind, subject, amount + fen)
                expected.append(('over', ref))
            else:
                say(kind, subject, amount)
                if what < 0.2:
                    expected.append(('unknown', ref + '#'))
                    say(kind, subject, amount)
            if kind == 'upfront' and r.random() < 0.05:
                expected.append(('other-period', f'deferred/2026-01/{subject}'))
                deferred.add(subject)
        for subject in sorted(deferred):
            say('deferred', subject, Decimal('5.00'))
        for n in range(20):
            say('upfront', f'X{n}', Decimal('1.00'))
            expected.append(('unknown', f'upfront/2026-01/X{n}'))
        r.shuffle(lines)
        found = [(row['match'], row['difference'].split('#')[0] + ('#' if '#' in row['difference'] else ''))
                 for row in self.differences(self.statement(*lines), code=1)]
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual({what for what, _ in found}, {'missing', 'short', 'over', 'unknown', 'other-period'})
        self.bridge(code=1)


class TakeBacks(small.Case):
    """What a carrier takes back it says under the month of the event, or under the one in which it was earned."""

    statement = Statement.statement
    RULES = '- upfront: u\n  pay: 60.00\n  clawback: [{on: cancel, within: 180 days, take: all}]\n'

    def books(self):
        """A is cancelled in March and reinstated in April, B in March for good; C stays."""
        self.prepare(self.RULES)
        self.send('orders', '2026-01-10', *(small.order(name, '2026-01-10') for name in 'ABC'))
        self.send('events', '2026-03-10', event('e1', 'cancel', '2026-03-10', order_id='A'),
                  event('e2', 'cancel', '2026-03-11', order_id='B'))
        self.send('events', '2026-04-05', event('e3', 'reinstate', '2026-04-05', order_id='A', reinstates='e1'))
        self.run_to('2026-04-30')
        self.assertEqual({(r['subject'], r['origin'], r['cause'], r['debit'], r['amount'])
                          for r in self.rows('ledger', 'transfers') if r['subject'] != 'C'}, {
            ('A', '2026-01', '2026-01', 'carrier', '60.00'), ('A', '2026-01', '2026-03', 'distributor', '60.00'),
            ('A', '2026-01', '2026-04', 'carrier', '60.00'), ('B', '2026-01', '2026-01', 'carrier', '60.00'),
            ('B', '2026-01', '2026-03', 'distributor', '60.00')})

    def held(self, month, *lines, code=0, totals=None):
        """What differs of a statement of that month; its bridge ends with our figure."""
        of = ('--carrier', 'C1', '--period', f'2026-{month:02d}')
        path = self.statement(*([name, 'upfront', f'2026-{of_month:02d}', amount] for name, of_month, amount in lines),
                              name=f'{month}-{len(lines)}-{abs(hash(lines))}.csv')
        out = self.settle('--format', 'csv', 'reconcile', 'statement', path, *of, '--yes', code=code)
        rows = list(csv.DictReader(io.StringIO(self.settle('--format', 'csv', 'reconcile', 'statement', '--totals', *of, code=code))))
        ours = next(row for row in rows if row['step'].startswith('our ledger'))
        steps = rows[:rows.index(ours)]
        self.assertEqual(sum(Decimal(row['amount']) for row in steps), Decimal(ours['amount']))
        self.assertEqual(int(rows[0]['lines']), len(lines))
        if totals is not None:
            self.assertEqual((ours['step'].removeprefix('our ledger').removeprefix(', '), ours['amount']), totals)
        return [(r['match'], r['difference'], r['theirs'], r['ours'], r['remark']) for r in csv.DictReader(io.StringIO(out))]

    CAUSED = 'take-backs in the month that caused them'

    def test_by_event(self):
        """January stays as it was; March and April say what they changed, as of their own month."""
        self.books()
        self.assertEqual(self.held(1, ('A', 1, '60.00'), ('B', 1, '60.00'), ('C', 1, '60.00'), totals=(self.CAUSED, '180.00')), [])
        self.assertEqual(self.held(3, ('A', 3, '-60.00'), ('B', 3, '-60.00'), totals=(self.CAUSED, '-120.00')), [])
        self.assertEqual(self.held(4, ('A', 4, '60.00'), totals=(self.CAUSED, '60.00')), [])

    def test_by_original_month_when_it_happens(self):
        """As before, but the lines of March and April name the month in which it was earned."""
        self.books()
        self.assertEqual(self.held(3, ('A', 1, '-60.00'), ('B', 1, '-60.00'), totals=(self.CAUSED, '-120.00')), [])
        self.assertEqual(self.held(4, ('A', 1, '60.00'), totals=(self.CAUSED, '60.00')), [])
        # not to the fen: it is not that
        self.assertEqual(self.held(3, ('A', 1, '-60.00'), ('B', 1, '-59.99'), code=1, totals=(self.CAUSED, '-120.00')), [
            ('unknown', 'upfront/2026-01/B', '-59.99', '0.00', ''), ('missing', 'upfront/2026-03/B', '0.00', '-60.00', '')])

    def test_by_origin(self):
        """A statement of January that was sent anew says what is left of it; then March has nothing."""
        self.books()
        self.assertEqual(self.held(1, ('A', 1, '60.00'), ('C', 1, '60.00'), totals=('', '120.00')), [])
        self.assertEqual(self.held(3, totals=('', '0.00')), [])

    def test_what_is_missing(self):
        """One who speaks by the month of the event and leaves a take-back out: it is missing there."""
        self.books()
        self.assertEqual(self.held(3, ('A', 3, '-60.00'), code=1, totals=(self.CAUSED, '-120.00')),
                         [('missing', 'upfront/2026-03/B', '0.00', '-60.00', '')])
        self.assertEqual(self.held(1, ('B', 1, '60.00'), ('C', 1, '60.00'), code=1, totals=(self.CAUSED, '180.00')),
                         [('missing', 'upfront/2026-01/A', '0.00', '60.00', '')])
        # and one who says it wrong
        self.assertEqual(self.held(3, ('A', 3, '-60.00'), ('B', 3, '-50.00'), code=1),
                         [('over', 'upfront/2026-03/B', '-50.00', '-60.00', '')])

    def test_lines_add_up(self):
        """An amount and its take-back on lines of their own, two rules of a kind; what is said twice is not."""
        self.prepare('- upfront: u1\n  pay: 40.00\n  clawback: [{on: cancel, within: 90 days, take: 50%}]\n'
                     '- upfront: u2\n  group: g\n  pay: 5.00\n- upfront: u3\n  group: h\n  pay: 5.00\n')
        self.send('orders', '2026-01-05', small.order('A', '2026-01-05'), small.order('B', '2026-01-05'))
        self.send('events', '2026-01-20', event('c1', 'cancel', '2026-01-20', order_id='A'))
        self.run_to('2026-01-31')
        a, b = [('A', 1, x) for x in ('50.00', '-20.00')], [('B', 1, x) for x in ('40.00', '5.00', '5.00')]
        self.assertEqual(self.held(1, *a, *b, totals=('', '80.00')), [])
        found = self.held(1, *a[:1], ('A', 1, '-19.00'), *b, code=1)
        self.assertEqual(found, [('over', 'upfront/2026-01/A', '31.00', '30.00', '2 lines together')])
        # said once more: the two that make it up match, the repetition does not
        self.assertEqual(self.held(1, *a, ('A', 1, '50.00'), *b, code=1),
                         [('unknown', 'upfront/2026-01/A#4', '50.00', '0.00', 'said before, on line 2')])
        self.assertEqual(self.held(1, *a, ('B', 1, '50.00'), ('Q', 1, '7.00'), ('Q', 1, '8.00'), code=1), [
            ('unknown', 'upfront/2026-01/Q', '7.00', '0.00', ''), ('unknown', 'upfront/2026-01/Q#6', '8.00', '0.00', '')])


if __name__ == '__main__':
    settle_test.main()
