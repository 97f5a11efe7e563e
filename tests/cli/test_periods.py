#!/usr/bin/env python3
"""Closing a period says what is left open, and opening it again leaves a trace (docs/semantics.md 3, 14.22)."""
import csv
import io
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

RULES = ('- upfront: u\n  pay: 60.00\n- deferred: d\n  instalments:\n'
         '  - {after: 1 month, day: 10, pay: 10.00, if: [{month: 0, all: [{minutes: 1..}]}]}\n')


class Periods(small.Case):
    def close(self, period, *options, code=0):
        return self.settle('period', 'close', period, *options, user='settle_finance', code=code)

    def test_says_what_is_left_open(self):
        self.prepare(RULES, invoice='cycle: weekly, cut-off-day: 7')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', contract='K'))
        self.send('orders', '2026-01-11', small.order('B', '2026-01-11', distributor='D9'))
        self.send('bills', '2026-01-12', small.bill('unknown', '2026-01', '2026-01-12'))
        self.run_to('2026-02-28')
        out = self.close('2026-01', code=1)
        self.assertIn('rejected rows that were neither released nor dismissed', out)
        self.assertIn('invoice batches that were not issued', out)
        self.assertIn('bills and events that wait for their order', out)
        self.assertNotIn('instalments', out)
        self.assertIn('--accept REASON', out)
        # where to look shows the very things that are left open, and nothing else
        left = list(csv.DictReader(io.StringIO(self.settle('--format', 'csv', 'period', 'close', '2026-01', user='settle_finance',
                                                           code=1).partition('settle: ')[0])))
        self.assertEqual([r['look'] for r in left], [
            'settle quarantine list --until 2026-01-31', 'settle invoice batches --status open --until 2026-01-31',
            'settle facts waiting --until 2026-01-31'])
        for row in left:
            self.assertEqual(len(self.rows(*row['look'].split()[1:])), int(row['how_many']), row)
        self.assertEqual(self.rows('period', 'list')[0]['state'], 'open')
        self.assertIn('wants a reason', self.close('2026-01', '--accept', ' ', code=2))
        # what is accepted is said
        self.assertEqual(self.close('2026-01', '--accept', 'agreed with C1').splitlines(),
                         ['period 2026-01 is closed', 'left open: 1 rejected rows that were neither released nor dismissed',
                          'left open: 1 invoice batches that were not issued',
                          'left open: 1 bills and events that wait for their order', 'accepted: agreed with C1'])
        said = self.close('2026-02', code=1)
        self.assertRegex(said, r'instalments due in or before it that wait for a bill +1 +settle facts waiting --until 2026-02-28')
        self.assertEqual([(r['what'], r['carrier'], r['distributor'], r['fact'], r['order'], r['rule'], r['month'], r['day'],
                           r['waits_for'], os.path.basename(r['source']), r['line']) for r in self.rows('facts', 'waiting', '--until', '2026-02-28')], [
            ('bill', 'C1', '', 'unknown', '', '', '2026-01', '2026-01-12', 'its order', 'bills.csv', '2'),
            ('instalment', 'C1', 'D1', '', 'A', 'd', '', '2026-02-10', 'the bill of 2026-01', 'orders.csv', '2')])
        self.assertEqual(self.rows('facts', 'waiting', '--until', '2026-01-11'), [])
        self.assertEqual([r['order'] for r in self.rows('facts', 'waiting', '--distributor', 'D1')], ['A'])
        self.assertEqual(self.rows('facts', 'waiting', '--carrier', 'C2'), [])
        self.assertEqual([r['what'] for r in self.rows('facts', 'waiting', '--limit', '1')], ['bill'])
        self.assertIn('there are more: only the first 1 rows', self.settle('facts', 'waiting', '--limit', '1'))
        row = self.rows('period', 'list')[0]
        self.assertEqual((row['state'], row['closed_by']), ('closed', 'settle_finance'))
        self.assertIn('1 rejected rows', row['left_open'])
        self.assertEqual((row['closed_because'], row['reopened_because']), ('agreed with C1', ''))
        self.assertRegex(self.settle('status'), r'(?m)^2026-01 +closed +settle_finance .* agreed with C1 ')
        # each decision keeps its own reason
        self.settle('period', 'reopen', '2026-01', '--reason', 'C1 sent more', user='settle_finance')
        row = self.rows('period', 'list')[0]
        self.assertEqual((row['state'], row['closed_because'], row['reopened_because']), ('open', '', 'C1 sent more'))
        self.close('2026-01', '--accept', 'agreed again')
        row = self.rows('period', 'list')[0]
        self.assertEqual((row['state'], row['closed_because'], row['reopened_because']),
                         ('closed', 'agreed again', 'C1 sent more'))
        self.assertEqual(self.database.sql("SELECT reason FROM settle.control_log WHERE action = 'period-close' "
                                           'ORDER BY position'), [['agreed with C1'], ['agreed again']])

    def test_decisions(self):
        """Who decided what, when and why, also what a later decision replaced."""
        self.prepare('- upfront: u\n  pay: 60.00\n')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))
        self.run_to('2026-01-31')
        self.close('2026-01', '--accept', 'told by mail')
        self.settle('period', 'reopen', '2026-01', '--reason', 'C1 sent more', user='settle_finance')
        self.settle('setting', 'set', 'rounded-ids', 'yes', '--reason', 'so it is', user='settle_finance')
        found = [(r['who'], r['what'], r['of'], r['reason']) for r in self.rows('report', 'decisions')
                 if r['what'] != 'carrier-key']
        self.assertEqual(found, [('settle_sales', 'policy-submit', 'C1/v1', ''), ('settle_finance', 'policy-activate', 'C1/v1', ''),
                                 ('settle_finance', 'period-close', '2026-01', 'told by mail'),
                                 ('settle_finance', 'period-reopen', '2026-01', 'C1 sent more'),
                                 ('settle_finance', 'setting', 'rounded-ids', 'so it is')])

    def test_reason_without_need(self):
        """A reason that is given is kept, also where nothing was left open."""
        self.prepare('- upfront: u\n  pay: 60.00\n')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))
        self.run_to('2026-01-31')
        self.assertEqual(self.close('2026-01', '--accept', 'told by mail'), 'period 2026-01 is closed\naccepted: told by mail\n')
        self.assertEqual([(r['closed_because'], r['left_open']) for r in self.rows('period', 'list')], [('told by mail', '')])

    def test_reopened(self):
        self.prepare('- upfront: u\n  pay: 60.00\n')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10'))
        self.send('orders', '2026-02-10', small.order('B', '2026-02-10'))
        self.run_to('2026-03-31')
        for period in ('2026-01', '2026-02', '2026-03'):
            self.close(period)
        self.assertIn('--reason', self.settle('period', 'reopen', '2026-02', user='settle_finance', code=2))
        self.assertIn('is not closed', self.settle('period', 'reopen', '2026-04', '--reason', 'x', user='settle_finance',
                                                   code=3))
        self.settle('period', 'reopen', '2026-02', '--reason', 'x', user='settle_night', code=4)
        self.send('orders', '2026-04-01', small.order('C', '2026-02-11'))
        self.run_to('2026-04-01')
        self.settle('period', 'reopen', '2026-02', '--reason', 'C1 "forgot" a file', user='settle_finance')
        self.send('orders', '2026-04-02', small.order('D', '2026-02-12'), small.order('E', '2026-01-12'))
        self.run_to('2026-04-02')
        self.assertEqual(sorted(self.posted('subject', 'period', 'origin')), [
            ('A', '2026-01', '2026-01'), ('B', '2026-02', '2026-02'), ('C', '2026-04', '2026-02'),
            ('D', '2026-02', '2026-02'), ('E', '2026-02', '2026-01')])
        rows = {r['period']: r for r in self.rows('period', 'list')}
        self.assertEqual([(p, rows[p]['state']) for p in ('2026-01', '2026-02', '2026-04')],
                         [('2026-01', 'closed'), ('2026-02', 'open'), ('2026-04', 'open')])
        self.assertEqual((rows['2026-02']['reopened_by'], rows['2026-02']['reopened_because']),
                         ('settle_finance', 'C1 "forgot" a file'))
        self.assertEqual(rows['2026-01']['reopened_because'], '')
        self.close('2026-02')
        self.assertEqual(self.rows('period', 'list')[1]['state'], 'closed')
        # what a run saw is what its replay sees, whatever was decided since
        self.ok('verify')
        self.ok('replay', '--run', '1..')


if __name__ == '__main__':
    settle_test.main()
