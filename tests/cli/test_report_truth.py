#!/usr/bin/env python3
"""Is each figure of a report what its label says? A small world with drafts, approved and issued invoices, with what is
held, withheld, taken back, received and owed; its reports are held against each other, and against the ledger."""
import html.parser
import os
import re
import sys
from collections import defaultdict
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event
from test_reports import book
from test_terms import receipt

RULES = ('- upfront: u\n  group: a\n  for: {product: [P-plan]}\n  pay: 60.01\n  holdback: {share: 10%, days: 30}\n'
         '- upfront: w\n  group: b\n  for: {product: [P-sim]}\n  withheld: true\n  pay: 25%\n'
         '- deferred: d\n  for: {product: [P-plan]}\n  instalments: [{after: 1 month, day: 10, pay: 5.00}, {after: 4 months, day: 10, pay: 7.00}]\n'
         '- volume-bonus: v\n  group: c\n  for: {product: [P-plan, P-sim]}\n  window: month\n  mode: marginal\n  tiers: {2..3: 1.07, 4..: 2.00}\n'
         '- volume-bonus: q\n  group: d\n  for: {product: [P-plan, P-sim]}\n  window: quarter\n  mode: marginal\n  tiers: {100..: 1.00}\n')
COMMISSION = ('upfront', 'deferred', 'revenue-share', 'volume-bonus')
PERIODS = ('2026-01', '2026-02', '2026-03')
SUMMED = ('settlement-summary', 'distributor-summary', 'carrier-statement', 'where-it-stands')
ROLE = {'debit': 1, 'credit': -1}


class Bridge(html.parser.HTMLParser):
    """The figures of the page's picture by their names, and those in large on top."""

    def __init__(self, text):
        super().__init__()
        self.inside, self.texts, self.figures = None, [], []
        self.feed(text)
        self.steps = dict(zip(self.texts[::2], self.texts[1::2]))

    def handle_starttag(self, tag, attrs):
        if tag == 'div' and ('class', 'bridge') in attrs:
            self.inside = self.texts
        elif tag == 'section':
            self.inside = self.figures

    def handle_endtag(self, tag):
        if tag in ('div', 'section') and (tag == 'section' or self.inside is self.texts):
            self.inside = None

    def handle_data(self, data):
        if self.inside is not None and data.strip():
            self.inside.append(data.strip().replace(',', '').replace('\u2212', '-'))


class Truth(small.Case):
    def prepare(self, rules, invoice='cycle: none', top=''):
        """Amounts without tax: it comes on top on invoices."""
        policy, small.POLICY = small.POLICY, small.POLICY.replace('included: true', 'included: false')
        try:
            super().prepare(rules, invoice, top)
        finally:
            small.POLICY = policy

    def world(self):
        self.prepare(RULES, invoice='cycle: weekly, cut-off-day: 7, minimum: 1.00')
        self.send('orders', '2026-01-09', *[small.order(f'A{n}', '2026-01-09') for n in range(3)],
                  small.order('S', '2026-01-09', product='P-sim', paid='80.20'),
                  small.order('E', '2026-01-09', distributor='D2'))
        self.run_to('2026-01-17')
        self.send('orders', '2026-01-19', small.order('B', '2026-01-19'), small.order('T', '2026-01-19', product='P-sim', paid='10.00'),
                  small.order('Z', '2026-01-19', product='P-phone', distributor='D2'))
        self.run_to('2026-01-31')
        batches = sorted({row['batch'] for row in self.rows('invoice', 'list') if row['status'] == 'draft'},
                         key=lambda batch: int(batch.split('/')[0]))
        self.assertEqual(len(batches), 2)
        for batch in batches[:2]:
            self.settle('invoice', 'approve', batch, user='settle_finance')
        self.send('receipts', '2026-02-02', receipt('r1', '2026-01', '75.00'))
        self.send('events', '2026-02-03', event('e', 'fraud', '2026-02-03', order_id='E'), event('f', 'fraud', '2026-02-03', order_id='A0'),
                  event('g', 'fraud', '2026-02-03', order_id='T'))
        self.run_to('2026-02-05')
        self.before = [self.rows('report', name, '--period', '2026-01') for name in ('trial-balance', 'roll-forward', 'carrier-statement')]
        self.settle('invoice', 'issue', batches[0], user='settle_night')
        self.settle('deposit', 'post')
        self.after = [self.rows('report', name, '--period', '2026-01') for name in ('trial-balance', 'roll-forward', 'carrier-statement')]
        self.send('orders', '2026-02-06', *[small.order(f'C{n}', '2026-02-06') for n in range(2)])
        self.run_to('2026-02-12')
        self.batches = batches

    def transfers(self):
        if not hasattr(self, 'posted_rows'):
            self.posted_rows = self.rows('ledger', 'transfers')
        return self.posted_rows

    def balances(self, account, up_to='9999-99', of='0000-00'):
        """By carrier and distributor, from the postings themselves; debit is positive."""
        out = defaultdict(Decimal)
        for row in self.transfers():
            if of <= row['period'] <= up_to:
                for side, sign in ROLE.items():
                    if row[side] == account:
                        out[row['carrier'], row['distributor']] += sign * Decimal(row['amount'])
        return {key: amount for key, amount in out.items() if amount}

    def by_party(self, rows, column):
        return {(r['carrier'], r['distributor']): Decimal(r[column]) for r in rows if Decimal(r[column])}

    def test_what_the_carriers_owe_is_the_account(self):
        self.world()
        told = {(r['carrier'], r['distributor']): Decimal(r['balance']) for r in self.rows('ledger', 'balances') if r['account'] == 'carrier'}
        owed = self.rows('report', 'carrier-statement')
        self.assertEqual(self.by_party(owed, 'owes'), told)
        self.assertEqual(self.by_party(owed, 'owes'), self.balances('carrier'))
        # something is in each column that this world has
        for column in ('earned', 'taken_back', 'kept_at_source', 'tax', 'received'):
            self.assertTrue(self.by_party(owed, column), column)
        before = {}
        for period in PERIODS:
            rows = self.rows('report', 'carrier-statement', '--period', period)
            self.assertEqual(self.by_party(rows, 'opening'), before, period)
            before = self.by_party(rows, 'owes')
            self.assertEqual(before, self.balances('carrier', period), period)
            for r in rows:
                n = {k: Decimal(v) for k, v in r.items() if k not in ('carrier', 'distributor', 'currency')}
                self.assertEqual(n['opening'] + n['earned'] - n['taken_back'] - n['kept_at_source'] + n['tax'] + n['other'], n['owes'])
                self.assertEqual(n['owes'] - n['received'], n['open'])
        self.assertEqual(sum(self.by_party(self.rows('report', 'carrier-statement', '--period', '2026-01'), 'received').values()), 0)
        self.assertEqual(self.by_party(self.rows('report', 'carrier-statement', '--period', '2026-02'), 'received'), {('C1', 'D1'): 75})
        self.assertEqual(self.by_party(owed, 'received'), {('C1', 'D1'): 75})

    def test_earned_is_one_figure(self):
        self.world()
        for scope in ((), *[('--period', period) for period in PERIODS], ('--distributor', 'D2'), ('--period', '2026-01', '--distributor', 'D1')):
            words = dict(zip(scope[::2], scope[1::2]))
            posted = [r for r in self.transfers() if r['kind'] in COMMISSION and r['period'] == words.get('--period', r['period'])
                      and r['distributor'] == words.get('--distributor', r['distributor'])]
            earned = sum(Decimal(r['amount']) for r in posted if r['debit'] == 'carrier')
            taken = sum(Decimal(r['amount']) for r in posted if r['credit'] == 'carrier')
            held = sum(Decimal(r['amount']) * ((r['credit'] == 'held') - (r['debit'] == 'held')) for r in posted)
            for name in SUMMED:
                rows = self.rows('report', name, *scope)
                self.assertEqual([sum(Decimal(r[c]) for r in rows) for c in ('earned', 'taken_back')], [earned, taken], (name, scope))
            for name in ('settlement-summary', 'distributor-summary'):
                rows = self.rows('report', name, *scope)
                self.assertEqual(sum(int(r['postings']) for r in rows), sum('carrier' in (r['debit'], r['credit']) for r in posted), name)
                self.assertEqual(sum(Decimal(r['net']) for r in rows), earned - taken)
                self.assertEqual(sum(Decimal(r['held_change']) for r in rows), held)
            stands = self.rows('report', 'where-it-stands', *scope)
            self.assertEqual(sum(Decimal(r['held']) for r in stands), held)
            shops = [words['--distributor']] if '--distributor' in words else ['D1', 'D2']
            period = ('--period', words['--period']) if '--period' in words else ()
            for name, column in (('distributor-statement', 'net'), ('distributor-lines', 'net')):
                rows = [r for shop in shops for r in self.rows('report', name, '--distributor', shop, *period)]
                self.assertEqual(sum(Decimal(r[column]) for r in rows), earned - taken, name)
        self.assertNotEqual(sum(Decimal(r['held_change']) for r in self.rows('report', 'settlement-summary')), 0)

    def test_invoiced_says_how_far(self):
        self.world()
        status = {r['number']: r['status'] for r in self.rows('invoice', 'list') if r['number']}
        self.assertEqual(set(status.values()), {'draft', 'approved', 'issued'})
        on = defaultdict(Decimal)
        for line in self.rows('invoice', 'lines'):
            on[line['settled'], status[line['number']]] += Decimal(line['net'])    # policies pay without tax
        stands = self.rows('report', 'where-it-stands')
        total = {c: sum(Decimal(r[c]) for r in stands) for c in stands[0] if c not in ('carrier', 'distributors', 'currency')}
        self.assertEqual([total[c] for c in ('on_drafts', 'on_approved', 'on_issued')],
                         [on['payable', s] for s in ('draft', 'approved', 'issued')])
        self.assertTrue(all(on['payable', s] for s in ('draft', 'approved', 'issued')), on)
        self.assertEqual(total['withheld'], sum(on['withheld', s] for s in ('draft', 'approved', 'issued')))
        self.assertEqual(self.rows('reconcile', 'ledger')[0], {k: v for k, v in stands[0].items()})
        # with the tax on top, it is what the documents say, less what was kept at source
        sent = [r for r in self.rows('invoice', 'list') if r['number']]
        self.assertEqual(total['tax_on_top'], sum(Decimal(r['tax']) for r in sent))
        self.assertEqual(total['on_drafts'] + total['on_approved'] + total['on_issued'] + total['tax_on_top'],
                         sum(Decimal(r['gross']) - Decimal(r['withheld']) for r in sent))
        self.assertEqual((total['difference'], total['documents_differ']), (0, 0))
        # what is on issued invoices is what issuing posted
        issued = [r for r in self.transfers() if r['kind'] == 'invoice']
        self.assertEqual(total['on_issued'], sum(Decimal(r['amount']) for r in issued if (r['debit'], r['credit']) == ('distributor', 'invoiced')))
        self.assertEqual(sum(Decimal(r['kept_at_source']) for r in self.rows('report', 'carrier-statement')), on['withheld', 'issued'])

    def test_issuing_leaves_an_earlier_month_alone(self):
        """An issue is posted in the month in which it happens: January's books are what they were."""
        self.world()
        issued = [r for r in self.transfers() if r['kind'] == 'invoice']
        self.assertEqual({(r['period'], r['origin']) for r in issued}, {('2026-02', '2026-01')})
        self.assertEqual(self.after, self.before)
        # what nights after its last day posted to it (take-backs, releases) is marked
        later = sum(r['period'] == '2026-01' and r['business_date'] > '2026-01-31' for r in self.transfers())
        self.assertGreater(later, 0)
        for name in ('trial-balance', 'roll-forward'):
            self.assertIn(f', {later} transfers of 2026-01 by runs after its last day, as of the night of 2026-02-12',
                          self.settle('report', name, '--period', '2026-01').splitlines()[0])
            self.assertNotIn('after its last day', self.settle('report', name, '--period', '2026-02').splitlines()[0])
            # of one distributor: its own
            for shop in ('D1', 'D2'):
                own = sum(r['period'] == '2026-01' and r['business_date'] > '2026-01-31' and r['distributor'] == shop
                          for r in self.transfers())
                head = self.settle('report', name, '--period', '2026-01', '--distributor', shop).splitlines()[0]
                self.assertIn(f', {own} transfers of' if own > 0 else '(', head)
                self.assertEqual('after its last day' in head, own > 0)
        self.assertTrue(self.settle('replay', '--period', '2026-02'))
        self.settle('verify')

    def test_a_closed_month_is_issued_later(self):
        """Not even in a closed month: two months closed, the invoice goes to the next."""
        self.world()
        self.run_to('2026-02-28')
        for period in ('2026-01', '2026-02'):
            self.settle('period', 'close', period, '--accept', 'a test', user='settle_finance')
        self.settle('invoice', 'issue', self.batches[1], user='settle_night')
        self.assertEqual({r['period'] for r in self.transfers() if r['kind'] == 'invoice' and r['business_date'] > '2026-02-12'}, {'2026-03'})
        said = self.settle('report', 'trial-balance', '--period', '2026-02').splitlines()[0]
        self.assertIn('postings up to period 2026-02 (closed), as of the night of 2026-02-28', said)

    def test_who_owes_at_the_end_of_a_month(self):
        self.world()
        for scope, up_to in (((), '9999-99'), *[(('--period', p), p) for p in PERIODS]):
            owes = {k: v for k, v in self.balances('distributor', up_to).items() if v > 0}
            rows = self.rows('report', 'negative-balances', *scope)
            self.assertEqual(self.by_party(rows, 'owes'), owes, scope)
        # its sale was taken back while the invoice of it was a draft, and then the invoice was issued
        self.assertEqual([(r['distributor'], r['since'], r['days']) for r in self.rows('report', 'negative-balances')],
                         [('D2', '2026-02-05', '7')])
        self.assertEqual(self.rows('report', 'negative-balances', '--period', '2026-01'), [])

    def test_a_window_that_is_over_wants_nothing_more(self):
        self.world()
        rows = self.rows('report', 'volume-standing')
        self.assertEqual({(r['rule'], r['window_ends'], r['over']) for r in rows}, {('v', '2026-02', 'open'), ('q', '2026-03', 'open')})
        self.assertTrue(all(r['to_go'] for r in rows))
        rows = self.rows('report', 'volume-standing', '--period', '2026-01')
        self.assertEqual({(r['rule'], r['window_ends'], r['over'], bool(r['to_go'])) for r in rows},
                         {('v', '2026-01', 'over', False), ('q', '2026-03', 'open', True)})
        self.assertEqual({(r['rule'], r['window_ends']) for r in self.rows('report', 'volume-standing', '--period', '2026-03')}, {('q', '2026-03')})

    def test_what_falls_due_in_a_month(self):
        self.world()
        rows = self.rows('report', 'schedule')
        months = sorted({r['falls_due'] for r in rows})
        self.assertEqual(months, ['2026-03', '2026-05', '2026-06'])
        for month in months:
            self.assertEqual(self.rows('report', 'schedule', '--period', month), [r for r in rows if r['falls_due'] == month])
        self.assertEqual(self.rows('report', 'schedule', '--period', '2026-01'), [])

    def test_a_report_is_of_what_it_says(self):
        self.world()
        first = {name: self.settle('report', name, '--period', '2026-01').splitlines()[0].split(': ', 1)[1]
                 for name in (line.split()[0] for line in self.settle('report', '--list').splitlines())
                 if name not in ('pack', 'distributor-statement', 'distributor-lines', 'look-alikes', 'decisions')}
        at = ', as of the night of 2026-02-12 and run '
        open_ = ' (open: more may be posted to it)'
        self.assertEqual({name: re.sub(', [0-9]+ transfers of 2026-01 by runs after its last day', '', text.split(at)[0]) for name, text in first.items()}, {
            'settlement-summary': 'postings of period 2026-01' + open_,
            'where-it-stands': f'postings of period 2026-01{open_}, and where they stand now',
            'orders': 'orders that closed in 2026-01',
            'trial-balance': 'postings up to period 2026-01' + open_,
            'roll-forward': 'postings of period 2026-01' + open_,
            'carrier-statement': 'postings of period 2026-01' + open_,
            'distributor-summary': 'postings of period 2026-01' + open_,
            'volume-standing': 'windows that 2026-01 is part of',
            'schedule': 'falling due in 2026-01 after the last night',
            'negative-balances': f'postings up to period 2026-01{open_}, age at its end',
            'differences': 'statements of 2026-01',
            'run-history': 'runs dated in 2026-01',
            'quarantine': 'batches dated in 2026-01'})
        self.assertTrue(all(at in text for text in first.values()))
        # a part that a report cannot be of is refused, and what it prints it heeds
        self.settle('report', 'differences', '--distributor', 'D1', code=2)
        self.settle('report', 'run-history', '--distributor', 'D1', code=2)
        self.settle('report', 'look-alikes', '--period', '2026-01', code=2)
        self.assertIn('leave --period out', self.settle('report', 'decisions', '--period', '2026-01', code=2))
        self.assertIn('codes known by now' + at, self.settle('report', 'look-alikes').splitlines()[0])
        self.assertEqual([(r['because'], r['orders']) for r in self.rows('report', 'orders', '--period', '2026-01', '--distributor', 'D2')],
                         [('posted', '1'), ('no rule matches', '1')])

    def test_what_counts_twice_is_not_added_up(self):
        """An order of two rules is a subject of each, a file with two kinds of faults a batch of each: no total of them."""
        self.world()
        self.send('orders', '2026-02-13', small.order('X1', '2026-02-06', product='P-none'), small.order('X2', '2026-02-06', paid='x'))
        path = os.path.join(self.folder, 'x.xlsx')
        for name, scope, column, added in (('distributor-statement', ('--distributor', 'D1'), 'Subjects', 'Net'),
                                           ('quarantine', (), 'Batches', 'Rows')):
            self.settle('report', name, *scope, '--output', path)
            rows = book(path)[name]
            at = {text: column for column, text in rows[0].items()}
            self.assertEqual((rows[1].get(0), rows[1].get(at[column])), ('total', None), name)
            self.assertEqual(rows[1][at[added]], sum(row[at[added]] for row in rows[2:]))

    def test_what_a_ceiling_takes_is_told(self):
        """A ceiling of 70.00 a month: the first order fits, of the second 10.00, the third earns nothing."""
        self.prepare('- upfront: u\n  pay: 60.00\n  ceiling: {window: month, amount: 70.00}\n')
        self.send('orders', '2026-01-10', *[small.order(f'A{n}', f'2026-01-0{n}') for n in (1, 2, 3)])
        self.run_to('2026-01-10')
        self.assertEqual([[r[k] for k in ('order', 'upfront', 'state', 'zero_because', 'cut', 'cut_by')] for r in
                          self.rows('activity', 'list', '--distributor', 'D1')],
                         [['A1', '60.00', 'settled', '', '0.00', ''], ['A2', '10.00', 'settled', '', '50.00', 'ceiling'],
                          ['A3', '0.00', 'zero', 'ceiling', '60.00', 'ceiling']])
        self.assertEqual([(r['state'], r['because'], r['orders']) for r in self.rows('report', 'orders', '--period', '2026-01')],
                         [('settled', 'posted', '2'), ('zero', 'a ceiling or cap takes it', '1')])

    def test_the_picture_says_what_the_table_says(self):
        self.world()
        folder = os.path.join(self.folder, 'pack')
        xlsx, page = self.settle('report', 'pack', '--period', '2026-01', '--output', folder).split()
        with open(page, encoding='utf-8') as file:
            read = Bridge(file.read())
        stands = self.rows('report', 'where-it-stands', '--period', '2026-01')
        total = {c: sum(Decimal(r[c]) for r in stands) for c in stands[0] if c not in ('carrier', 'distributors', 'currency')}
        self.assertEqual({name: Decimal(text) for name, text in read.steps.items()}, {
            'Earned': total['earned'], 'Taken back': total['taken_back'], 'Net': total['earned'] - total['taken_back'],
            'On drafts': total['on_drafts'], 'On approved invoices': total['on_approved'], 'On issued invoices': total['on_issued'],
            'Withheld': total['withheld'], 'Carried forward': total['carried_forward'], 'Held': total['held'],
            'Not yet drawn': total['not_drawn']})
        figures = dict(zip(read.figures[::2], read.figures[1::2]))
        self.assertEqual(figures['Payable on issued invoices'], f'{total["on_issued"]} CNY')
        self.assertEqual(figures['Payable on drafts'], f'{total["on_drafts"]} CNY')
        owed = self.rows('report', 'carrier-statement', '--period', '2026-01')
        self.assertEqual(figures['Carriers owe at its end'], f'{sum(Decimal(r["open"]) for r in owed)} CNY')
        # what is to come is all of it, also in an earlier month's pack, and says so
        tabs = book(xlsx)
        self.assertEqual(len(tabs['schedule']) - 2, len(self.rows('report', 'schedule')))
        said = {row[0]: row[2] for row in tabs['contents'][1:]}
        self.assertTrue(said['schedule'].startswith('falling due after the last night, as of the night of 2026-02-12'), said['schedule'])


if __name__ == '__main__':
    settle_test.main()
