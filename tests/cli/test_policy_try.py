#!/usr/bin/env python3
"""Imagined orders on the command line: policy test and policy try. No database."""
import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, os.path.join(ROOT, 'tests', 'lib'))
import settle_test
from settle_test import settle

POLICY = '''policy: p
carrier: C
version: 1
closing: 2026-01-01..2026-12-31
currency: CNY
rules:
- upfront: u
  for: {class: [plan]}
  pay: 2.5%
  cap: 4.99
- revenue-share: s
  base: billed
  months: 1..12
  by-month: {1..6: 5%, 7..12: 3%}
  cap: 2.00
  life-cap: 20.00
- volume-bonus: v
  window: month
  mode: whole
  tiers: {100..499: 5.00, 500..: 8.00}
'''
EXAMPLES = '''examples:
- example: capped
  order: {closed: 2026-03-15, paid: 199.90, class: plan}
  bills: [{month: 1..12, billed: 59.00}]
  window: {v: 500}
  earns: {u: 4.99, s: {1..6: 2.00, 7..10: 1.77, 11: 0.92, 12: 0.00}, v: 4000.00}
'''
WRONG = '''- example: wrong
  order: {closed: 2026-03-15, paid: 199.90, class: plan}
  earns: {u: 5.00}
'''
LATER = '''- example: cancelled
  order: {closed: 2026-03-15, paid: 199.90, class: plan}
  events: [{event: cancel, on: 2026-04-01}]
  earns: {u: 4.99}
'''


class PolicyTry(settle_test.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='settle-try-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, text, name='p.yaml'):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8') as out:
            out.write(text)
        return path

    def rows(self, *arguments, code=0):
        got, out, err = settle('--format', 'csv', 'policy', *arguments)
        self.assertEqual((got, err), (code, ''))
        return list(csv.DictReader(io.StringIO(out)))

    def test_examples(self):
        rows = self.rows('test', self.file(POLICY + EXAMPLES))
        self.assertEqual([(r['line'], r['example'], r['result'], r['earned'], r['finding'])
                          for r in rows], [('22', 'capped', 'passed', '4024.99', '')])

    def test_a_wrong_example_is_found(self):
        path = self.file(POLICY + EXAMPLES + WRONG + LATER)
        rows = self.rows('test', path, code=1)
        self.assertEqual([r['result'] for r in rows], ['passed', 'failed', 'passed'])
        self.assertIn('u earns 4.99, not 5.00', rows[1]['finding'])
        self.assertIn('2.5% of 199.90 = 4.9975, rounded half up to 5.00, at most 4.99',
                      rows[1]['finding'])

    def test_check_runs_the_examples(self):
        code, out, _ = settle('policy', 'check', self.file(POLICY + EXAMPLES))
        self.assertEqual(code, 0, out)
        code, out, _ = settle('policy', 'check', self.file(POLICY + EXAMPLES + WRONG))
        self.assertEqual(code, 3)
        self.assertIn('p.yaml:29:14: error: example "wrong": u earns 4.99, not 5.00 [P060]', out)

    def test_errors_come_first(self):
        code, out, err = settle('policy', 'test', self.file(POLICY.replace('2.5%', '2.5')
                                                            + 'rulez: []\n'))
        self.assertEqual(code, 3)
        self.assertIn('has 1 error\nhint: settle policy check shows', err)
        self.assertNotIn('capped', out)

    def test_life_of_an_order(self):
        rows = self.rows('try', self.file(POLICY), '--order',
                         'closed: 2026-03-15, paid: 199.90, class: plan', '--bill',
                         'month: 1..12, billed: 39.00', '--bill',
                         'month: 2, billed: 29.00, issued: 2026-09-03', '--window', 'v: 499')
        self.assertEqual([(r['day'], r['rule'], r['item'], r['amount']) for r in rows][:4],
                         [('2026-03-15', 'u', '', '4.99'), ('2026-03-31', 'v', '', '2495.00'),
                          ('2026-05-01', 's', '1', '1.95'), ('2026-07-01', 's', '3', '1.95')])
        self.assertIn(('2026-09-03', '2', '1.45'),
                      [(r['day'], r['item'], r['amount']) for r in rows])

    def test_what_does_not_apply(self):
        rows = self.rows('try', self.file(POLICY), '--order', 'closed: 2026-03-15, paid: 1.00')
        self.assertEqual([(r['rule'], r['state'], r['why']) for r in rows if r['rule'] == 'u'],
                         [('u', 'does not apply', 'it is for class plan, and the order names none')])

    def test_as_of(self):
        order = 'closed: 2026-03-15, paid: 199.90, class: plan'
        rows = self.rows('try', self.file(POLICY), '--order', order, '--bill',
                         'month: 1..12, billed: 39.00', '--as-of', '2026-03-30')
        self.assertEqual([(r['rule'], r['state'], r['amount']) for r in rows],
                         [('u', 'earned', '4.99'), ('v', 'not due', '0.00')])

    def test_formats(self):
        arguments = ('policy', 'try', self.file(POLICY), '--order',
                     'closed: 2026-03-15, paid: 199.90, class: plan')
        code, out, _ = settle(*arguments)
        self.assertEqual(code, 0)
        self.assertTrue(out.endswith('\nCNY 4.99 in all\n'), out)
        _, out, _ = settle('--format', 'json', *arguments)
        self.assertEqual(json.loads(out)[0]['amount'], '4.99')

    def test_a_bad_order_is_told_like_a_bad_policy(self):
        for order, message in (
                ('closed: 2026-03-15, paid: 1.00, clas: plan', 'did you mean "class"'),
                ('closed: 2026-03-15', 'needs "paid"'),
                ('closed: 2025-03-15, paid: 1.00', 'does not hold for orders that close on 2025-03-15'),
                ('closed: 2026-03-15, paid: 1.005', 'more decimals than the currency'),
                ('closed: 2026-03-15, paid: 1.00}\nx: {', 'has no "x"'),
                ('"', 'P001')):
            code, out, _ = settle('policy', 'try', self.file(POLICY), '--order', order)
            self.assertEqual(code, 3, order)
            self.assertIn(message, out)
        for window in ('u: 3', 'w: 3', 'v: many'):
            code, out, _ = settle('policy', 'try', self.file(POLICY), '--order',
                                  'closed: 2026-03-15, paid: 1.00', '--window', window)
            self.assertEqual(code, 3, window)

    def test_usage(self):
        for arguments in (('test',), ('try',), ('try', 'x'), ('try', 'x', 'y', '--order', 'z')):
            self.assertEqual(settle('policy', *arguments)[0], 2, arguments)
        for arguments in (('test', '/nonexistent'), ('try', '/nonexistent', '--order', 'z')):
            code, _, err = settle('policy', *arguments)
            self.assertEqual(code, 3)
            self.assertIn('"/nonexistent"', err)

    def test_tutorial(self):
        """rules/TUTORIAL.md as a newcomer types it; the last step is P2."""
        with open(os.path.join(ROOT, 'rules', 'TUTORIAL.md'), encoding='utf-8') as file:
            page = file.read()
        document, n = '', 0
        for kind, text in re.findall(r'```(yaml step|console)\n(.*?)```', page, re.S):
            if kind == 'yaml step':
                document = text
                self.file(document, 'my.yaml')
                continue
            for command, shown in re.findall(r'^\$ ((?:[^\n]*\\\n)*[^\n]*)\n(.*?)(?=^\$ |\Z)', text, re.S | re.M):
                arguments = shlex.split(command.replace('\\\n', ' '))
                self.assertEqual(arguments.pop(0), 'settle')
                result = subprocess.run([settle_test.program(), *arguments], cwd=self.folder,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        check=False)
                self.assertEqual(result.returncode, 0, command)
                self.assertEqual([line.rstrip() for line in result.stdout.rstrip().splitlines()],
                                 shown.rstrip().splitlines(), command)
                n += 1
        self.assertGreaterEqual(n, 12)
        with open(os.path.join(ROOT, 'rules', 'p2-activity-gated.yaml'), encoding='utf-8') as file:
            lines = file.read().partition('\nexamples:\n')[0].splitlines()
        self.assertEqual(document.partition('\nexamples:\n')[0].splitlines(),
                         [line for line in lines if line and line[0] != '#'])

    def test_shipped_policies_pass_their_examples(self):
        rules = os.path.join(ROOT, 'rules')
        paths = sorted(os.path.join(rules, name) for name in os.listdir(rules)
                       if name.endswith('.yaml'))
        rows = self.rows('test', *paths)
        self.assertGreaterEqual(len(rows), 7)
        self.assertEqual({r['result'] for r in rows}, {'passed'})


settle_test.main()
