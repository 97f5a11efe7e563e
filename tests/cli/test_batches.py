#!/usr/bin/env python3
"""Invoice batches: listed with their sums, and many approved and issued in one command, each a decision of its own."""
import os
import pty
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

RULES = '- upfront: a\n  pay: 10.00'
CYCLE = 'cycle: weekly, cut-off-day: 7'


class Batches(small.Case):
    """Three batches of C1 and one of C2: 4/C1 and 4/C2 (cut off 2026-03-08), 11/C1 (03-15), 18/C1 (03-22)."""

    def setUp(self):
        super().setUp()
        self.prepare(RULES, CYCLE)
        self.database.activate(self.file('c2.yaml', small.POLICY.format(
            rules=RULES, invoice=CYCLE, top='').replace('carrier: C1', 'carrier: C2').replace('CNY', 'USD')))
        self.send('orders', '2026-03-05', small.order('A1', '2026-03-05'), small.order('A2', '2026-03-05', distributor='D2'),
                  small.order('B1', '2026-03-05', carrier='C2', currency='USD'))
        self.run_as_night('2026-03-08')
        for day, name in (('2026-03-10', 'A3'), ('2026-03-17', 'A4')):
            self.send('orders', day, small.order(name, day, quantity='2'))
            self.run_as_night({'2026-03-10': '2026-03-15', '2026-03-17': '2026-03-22'}[day])

    def run_as_night(self, date):
        self.settle('run', '--date', date, user='settle_night')

    def states(self, *options):
        return [(r['batch'], r['status']) for r in self.rows('invoice', 'batches', *options)]

    def test_list(self):
        rows = self.rows('invoice', 'batches')
        self.assertEqual([[r[c] for c in ('batch', 'cut_off', 'carrier', 'status', 'invoices', 'currency', 'gross', 'payable',
                                          'drafted_by', 'approved_by', 'issued_by_run')] for r in rows], [
            ['4/C1', '2026-03-08', 'C1', 'draft', '2', 'CNY', '20.00', '20.00', 'settle_night', '', ''],
            ['4/C2', '2026-03-08', 'C2', 'draft', '1', 'USD', '10.00', '10.00', 'settle_night', '', ''],
            ['11/C1', '2026-03-15', 'C1', 'draft', '1', 'CNY', '20.00', '20.00', 'settle_night', '', ''],
            ['18/C1', '2026-03-22', 'C1', 'draft', '1', 'CNY', '20.00', '20.00', 'settle_night', '', '']])
        # what the invoices say, batch by batch
        for row in rows:
            invoices = self.rows('invoice', 'list', '--batch', row['batch'], '--status', 'draft')
            self.assertEqual(sum(int(i['gross'].replace('.', '')) for i in invoices), int(row['gross'].replace('.', '')))
        page = self.settle('invoice', 'batches')
        self.assertIn('CNY: 4 invoices, gross 60.00, withheld 0.00, brought forward 0.00, covered by deposits 0.00, '
                      'debt left 0.00, payable 60.00\n', page)
        self.assertIn('USD: 1 invoices, gross 10.00, withheld 0.00, brought forward 0.00, covered by deposits 0.00, '
                      'debt left 0.00, payable 10.00\n', page)
        for options, wanted in ((('--carrier', 'C2'), ['4/C2']), (('--until', '2026-03-15'), ['4/C1', '4/C2', '11/C1']),
                                (('--status', 'issued'), []), (('--until', '2026-03-07'), [])):
            self.assertEqual([batch for batch, _ in self.states(*options)], wanted, options)

    def test_many(self):
        finance, night = {'user': 'settle_finance'}, {'user': 'settle_night'}
        until = ('--until', '2026-03-15')
        # the sums first; off a terminal nothing happens without --yes
        said = self.settle('invoice', 'approve', '--all-drafted', *until, code=2, **finance)
        for text in ('4/C1 ', '4/C2 ', '11/C1 ', 'CNY: 3 invoices, gross 40.00', 'approve these 3 batches: nothing is approved '
                     'without --yes\nhint: look at the sums, then say --yes'):
            self.assertIn(text, said)
        self.assertEqual({state for _, state in self.states()}, {'draft'})
        # one of them alone needs no --yes
        self.assertEqual(self.settle('invoice', 'approve', '11/C1', **finance), 'invoice batch 11/C1 is approved\n')
        # one that fails hides none of the others, and the summary comes last
        said = self.settle('invoice', 'approve', '4/C1', '11/C1', '4/C2', '--yes', code=3, **finance)
        for text in ('invoice batch 4/C1 is approved\n', 'invoice batch 4/C2 is approved\n',
                     'invoice batch 11/C1 is approved already'):
            self.assertIn(text, said)
        self.assertTrue(said.endswith('settle: 2 of 3 invoice batches are approved, not: 11/C1\n'), said)
        # a name that there is not is a slip: nothing is done
        said = self.settle('invoice', 'approve', '18/C1', '19/C1', '--yes', code=3, **finance)
        self.assertIn('there is no invoice batch 19/C1', said)
        self.assertEqual(self.states(), [('4/C1', 'approved'), ('4/C2', 'approved'), ('11/C1', 'approved'), ('18/C1', 'draft')])
        self.assertEqual([r['approved_by'] for r in self.rows('invoice', 'batches', '--status', 'approved')],
                         ['settle_finance'] * 3)
        # each is a decision of its own
        self.assertEqual(self.database.sql("SELECT subject, actor FROM settle.control_log WHERE action = 'invoice-approve' "
                                           'ORDER BY position'),
                         [[batch, 'settle_finance'] for batch in ('11/C1', '4/C1', '4/C2')])
        said = self.settle('invoice', 'issue', '--all-approved', '--until', '2026-03-31', '--carrier', 'C1', '--yes', **night)
        self.assertIn('invoice batch 4/C1 is issued by run ', said)
        self.assertTrue(said.endswith('2 invoice batches are issued\n'), said)
        self.assertEqual(self.states(), [('4/C1', 'issued'), ('4/C2', 'approved'), ('11/C1', 'issued'), ('18/C1', 'draft')])
        self.assertIn('no batch that was cut off up to 2026-03-15 is to be approved',
                      self.settle('invoice', 'approve', '--all-drafted', *until, **finance))
        # not by who drafted them: each says so
        said = self.settle('invoice', 'approve', '--all-drafted', '--until', '2026-03-31', '--yes', code=4, **night)
        self.assertIn('settle_approver', said)
        self.ok('verify')

    def test_four_eyes(self):
        self.database.sql('GRANT settle_approver TO settle_night')
        try:
            said = self.settle('invoice', 'approve', '4/C1', '4/C2', '--yes', code=3, user='settle_night')
        finally:
            self.database.sql('REVOKE settle_approver FROM settle_night')
        self.assertEqual(said.count('was drafted by settle_night, who cannot approve it'), 2)
        self.assertIn('0 of 2 invoice batches are approved, not: 4/C1, 4/C2', said)

    def asked(self, answer):
        """On a terminal it asks."""
        ours, theirs = pty.openpty()
        with subprocess.Popen([settle_test.program(), '--db', self.database.conninfo('settle_finance'), 'invoice', 'approve',
                               '4/C1', '11/C1'], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True) as process:
            os.close(theirs)
            os.write(ours, answer.encode())
            out = process.communicate(timeout=60)[0]
        said = b''
        while True:
            try:
                more = os.read(ours, 4096)
            except OSError:     # the other end is gone
                break
            if not more:
                break
            said += more
        os.close(ours)
        self.assertIn('Approve these 2 batches? [y/N]', said.decode())
        return process.returncode, out

    def test_asked(self):
        code, out = self.asked('n\n')
        self.assertEqual(code, 3)
        self.assertIn('CNY: 3 invoices, gross 40.00', out)
        self.assertEqual({state for _, state in self.states()}, {'draft'})
        code, out = self.asked('y\n')
        self.assertEqual(code, 0)
        self.assertTrue(out.endswith('2 invoice batches are approved\n'), out)


if __name__ == '__main__':
    settle_test.main()
