#!/usr/bin/env python3
"""`settle policy check` and `settle policy explain-code` as a user types them: several files, folders,
JSON, --strict, and --connect with a real database. What each finding is drawn by is tested in
tests/unit/test-policy-findings.c and test-policy-versions.c."""
import glob
import json
import os
import re
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test
import small

NOWHERE = "host='/nonexistent' dbname='none'"
POLICY = """policy: small
carrier: {carrier}
version: {version}
closing: {closing}
currency: CNY
rules:
{rules}
"""
RULES = '- {upfront: activation, pay: 40.00}'


def policy(version, closing, rules=RULES, carrier='C1'):
    return POLICY.format(carrier=carrier, version=version, closing=closing, rules=rules)


class Files(small.Case):
    """What needs no database."""

    def check(self, *arguments, code=0):
        got, out, err = settle_test.settle('policy', 'check', *arguments, db=NOWHERE, timeout=60)
        self.assertEqual(got, code, out + err)
        return out, err

    def found(self, *arguments, code=0):
        """(file, line, code) of each."""
        got, out, err = settle_test.settle('--format', 'json', 'policy', 'check', *arguments,
                                           db=NOWHERE, timeout=60)
        self.assertEqual(got, code, out + err)
        return [(os.path.basename(d['file']), d['line'], d['code']) for d in json.loads(out)]

    def test_shipped(self):
        for folder in ('rules', 'fixtures/policies'):
            files = glob.glob(os.path.join(small.ROOT, folder, '*.yaml'))
            self.assertTrue(files)
            for path in files:
                with self.subTest(path):
                    self.check('--strict', path)
        out, _ = self.check('--strict', os.path.join(small.ROOT, 'rules'))
        # all of their terms are settled: the pages about them do not say otherwise
        self.assertNotIn('not settled yet', out)
        for page in ('EXPLAINED.md', 'TUTORIAL.md', 'README.md'):
            with open(os.path.join(small.ROOT, 'rules', page), encoding='utf-8') as file:
                self.assertNotRegex(file.read(), r'(?i)not\s+settled\s+yet|refused\s+at\s+activation')

    def test_side_by_side(self):
        early = self.file('b-early.yaml', policy('1', '2026-01-01..2026-06-30'))
        late = self.file('a-late.yaml', policy('2', '2026-07-01..'))
        self.assertEqual(self.found(early, late), [])
        self.file('a-late.yaml', policy('2', '2026-06-30..'))
        self.assertEqual(self.found(early, late, code=3), [('b-early.yaml', 4, 'P064'),
                                                          ('a-late.yaml', 4, 'P064')])
        self.assertEqual(self.found(early), [])
        self.file('a-late.yaml', policy('1', '2026-08-01..'))
        self.assertEqual(self.found(early, late, code=3),
                         [('b-early.yaml', 3, 'P065'), ('a-late.yaml', 3, 'P065'),
                          ('a-late.yaml', 4, 'P120')])
        out, _ = self.check(early, late, code=3)
        self.assertIn(f'{late}:4:10: warning: orders of C1 that close on 2026-07-01..2026-07-31 have no '
                      f'version: {early} lies before, {late} after [P120]\n'
                      '    closing: 2026-08-01..\n             ^~~~~~~~~~~~\n', out)
        # one that has errors of its own is not compared, and the others are
        self.file('a-late.yaml', policy('1', '2026-08-01..', '- {upfront: a}'))
        self.assertEqual(self.found(early, late, code=3), [('a-late.yaml', 7, 'P034')])

    def test_folder(self):
        folder = os.path.join(self.folder, 'all')
        os.mkdir(folder)
        _, err = self.check(folder, code=3)
        self.assertIn('there is no .yaml or .yml file', err)
        os.mkdir(os.path.join(folder, 'below'))
        for name, text in (('all/b.yml', policy('2', '2026-07-01..')),
                           ('all/a.yaml', policy('1', '..2026-07-01')),
                           ('all/c.txt', 'no policy'), ('all/below/d.yaml', 'no policy')):
            self.file(name, text)
        self.assertEqual(self.found(folder, code=3), [('a.yaml', 4, 'P064'), ('b.yml', 4, 'P064')])
        # the same document twice is one version
        shutil.copy(os.path.join(folder, 'b.yml'), os.path.join(folder, 'e.yaml'))
        self.assertEqual([f[0] for f in self.found(folder, code=3)], ['a.yaml', 'b.yml'])

    def test_a_bill_that_is_there(self):
        """A condition without tests asks only whether the bill is there; an empty list of tests is a slip, and says so."""
        rule = '- {deferred: d, instalments: [{after: 1 month, day: 10, pay: 5.00, if: [{month: 1%s}]}]}'
        self.check('--strict', self.file('there.yaml', policy('1', '2026-01-01..', rule % '')))
        for word in ('all', 'any'):
            out, _ = self.check(self.file('empty.yaml', policy('1', '2026-01-01..', rule % f', {word}: []')), code=3)
            self.assertIn(f'{word} is empty [P022]', out)
            self.assertIn('hint: leave it out: {month: 1} alone is met when that bill is there', out)
        # the bill of T+1 is issued in T+2: what falls due on the 10th of T+1 waits for it
        _, out, _ = settle_test.settle('policy', 'try', os.path.join(self.folder, 'there.yaml'), '--order',
                                       'closed: 2026-03-20, paid: 59.00', db=NOWHERE)
        self.assertRegex(out, r'2026-04-10 +deferred +d +\d+ +waits ')

    def test_words_of_other_systems(self):
        for rule, key, ours in (('- {upfront: a, pay: 5%, max: 3.00}', 'max', 'cap'),
                                ('- {upfront: a, amount: 5.00}', 'amount', 'pay'),
                                ('- {upfront: a, pay: 5.00, where: {class: [plan]}}', 'where', 'for'),
                                ('- {upfront: a, pay: 5.00, if: [{month: 0, all: [{arrears: false}]}]}', 'arrears', 'no-arrears'),
                                ('- {revenue-share: a, base: cash, months: 0..3, percent: 5%}', 'percent', 'rate')):
            with self.subTest(key):
                out, _ = self.check(self.file('words.yaml', policy('1', '2026-01-01..', rule)), code=3)
                self.assertIn(f'has no "{key}" [P010]', out)
                self.assertIn(f'hint: did you mean "{ours}"', out)

    def test_many(self):
        """Errors before warnings, each said once, and a summary last; of many that overlap each is told once."""
        folder = os.path.join(self.folder, 'many')
        os.mkdir(folder)
        for i in range(12):
            self.file(f'many/v{i:02}.yaml', policy(str(i), '2026-01-01..'))
        self.assertEqual(self.found(folder, code=3), [(f'v{i:02}.yaml', 4, 'P064') for i in range(12)])
        out, _ = self.check(folder, code=3)
        self.assertEqual(out.count(', too, and 10 more [P064]'), 12)
        self.assertTrue(out.endswith(' and 7 more, 0 warnings, 0 notes\n'), out[-300:])
        self.assertIn('12 policies: 12 errors in ', out.splitlines()[-1])
        falls = '- {volume-bonus: v, window: month, mode: whole, tiers: {1..99: 5.00, 100..: 4.00}}'
        files = [self.file(f'{name}.yaml', policy('1', '2026-01-01..', rules, carrier))
                 for name, carrier, rules in (('a', 'C2', falls), ('b', 'C3', '- {upfront: a}'), ('c', 'C4', falls))]
        for command in (('check',), ('submit',)):
            code, out, _ = settle_test.settle('policy', *command, *files, db=NOWHERE)
            self.assertEqual(code, 3)
            kinds = [line.split(': ')[1] for line in out.splitlines() if ': error: ' in line or ': warning: ' in line]
            self.assertEqual(kinds, ['error', 'warning', 'warning'])
            self.assertEqual(out.splitlines()[-1], f'3 policies: 1 error in {files[1]}, 2 warnings, 0 notes')

    def test_severities(self):
        volume = '- {volume-bonus: v, window: month, mode: whole, tiers: {1..99: 5.00, 100..: %s}}'
        note = self.file('note.yaml', policy('1', '2026-01-01..', volume % '6.00'))
        warning = self.file('warning.yaml', policy('1', '2026-01-01..', volume % '4.00', 'C2'))
        out, _ = self.check('--strict', note)
        self.assertIn(': note: the 100th order is worth 105.00: 99 earn 495.00, 100 earn 600.00 [P202]',
                      out)
        out, _ = self.check(note, warning)
        self.assertIn(': warning: the 100th order makes "v" fall by 95.00: 99 earn 495.00, 100 earn '
                      '400.00 [P109]', out)
        self.check(note, warning, '--strict', code=3)
        _, out, _ = settle_test.settle('--format', 'json', 'policy', 'check', note, warning, db=NOWHERE)
        self.assertEqual([d['severity'] for d in json.loads(out)], ['note', 'warning'])

    def test_unreadable(self):
        good = self.file('good.yaml', policy('1', '2026-01-01..'))
        out, err = self.check('/nonexistent.yaml', good, code=3)
        self.assertIn('/nonexistent.yaml', err)
        self.assertIn('good.yaml: small version 1 of C1: 1 rule', out)

    def explain(self, *arguments, code=0):
        got, out, err = settle_test.settle('policy', 'explain-code', *arguments, db=NOWHERE)
        self.assertEqual(got, code, out + err)
        return out + err

    def test_explain(self):
        out = self.explain('P031')
        self.assertTrue(out.startswith('P031: a rule of two kinds (error)\n\n'), out)
        self.assertIn('draws it:\n    - {upfront: activation, deferred: quality', out)
        self.assertIn('(warning)', self.explain('p101'))
        self.assertIn('(note)', self.explain('P202'))
        self.assertIn('there is no code "P999"', self.explain('P999', code=2))
        self.explain('P031', 'P032', code=2)

    def test_every_code(self):
        """Whatever the sources draw is in the table, and nothing else is."""
        drawn = set()
        for path in glob.glob(os.path.join(small.ROOT, 'engine', '**', '*.c'), recursive=True):
            if os.path.basename(path) != 'codes.c':
                with open(path, encoding='utf-8') as file:
                    drawn |= set(re.findall(r'"(P[0-9]{3})"', file.read()))
        listed = set(re.findall(r'^(P[0-9]{3})  ', self.explain(), re.M))
        self.assertEqual(drawn - listed, set())
        self.assertEqual(listed - drawn, set())
        self.assertGreater(len(listed), 60)


class Connected(small.Case):
    """Against a database that has master data, one order and a version."""

    def setUp(self):
        super().setUp()
        self.prepare('- {upfront: activation, pay: 40.00, for: {class: [plan, sim, phone]}}')
        self.send('orders', '2026-03-05', small.order('A1', '2026-03-05'))

    def found(self, *arguments, code=0):
        out = self.settle('--format', 'json', 'policy', 'check', '--connect', *arguments, code=code)
        return [(d['line'], d['severity'], d['code'], d.get('hint')) for d in json.loads(out)]

    def test_the_active_document(self):
        path = os.path.join(self.folder, 'policy.yaml')
        self.assertEqual(self.found(path), [])
        with open(path, 'a', encoding='utf-8') as file:
            file.write('# edited\n')
        self.assertEqual([(line, code) for line, _, code, _ in self.found(path, code=3)],
                         [(3, 'P065'), (4, 'P064')])
        out = self.settle('policy', 'check', '--connect', path, code=3)
        self.assertIn('C1 has another document of the same version: policy 1 in the database', out)

    def test_a_gap_to_the_active_version(self):
        path = self.file('before.yaml', policy('v0', '2025-01-01..2025-12-30'))
        self.assertEqual([row[:3] for row in self.found(path)], [(4, 'warning', 'P120')])
        self.file('before.yaml', policy('v0', '2025-01-01..2025-12-31'))
        self.assertEqual(self.found(path), [])

    def test_codes(self):
        def one(selector, carrier='C1', closing='2025-01-01..2025-12-31'):
            path = self.file('one.yaml', policy('v0', closing,
                                                f'- {{upfront: a, pay: 1.00, for: {selector}}}',
                                                carrier))
            return [row[1:] for row in self.found(path, code=3 if carrier == 'C3' else 0)]
        self.assertEqual(one('{class: plan, product: P-sim, distributor: [D1, D2]}'), [])
        self.assertEqual(one('{class: plna}'), [('warning', 'P122', 'did you mean "plan"')])
        self.assertEqual(one('{class: paln8}'), [('warning', 'P122', None)])
        self.assertEqual(one('{class: plans}'), [('warning', 'P122', 'did you mean "plan"')])
        self.assertEqual(one('{product: P-pln}'), [('warning', 'P122', 'did you mean "P-plan"')])
        self.assertEqual(one('{distributor: X9}'), [('warning', 'P122', None)])
        self.assertEqual(one('{region: GX}'), [('warning', 'P124', 'did you mean "GD"')])
        self.assertEqual(one('{region: Hainan}'), [('note', 'P203', None)])
        self.assertEqual(one('{channel: onlin}'), [('warning', 'P124', 'did you mean "online"')])
        self.assertEqual(one('{class: plan}', carrier='C3'), [('error', 'P066', 'did you mean "C1"')])
        self.assertEqual(one('{class: plan}', closing='2024-01-01..2024-12-31'),
                         [('warning', 'P120', 'let the versions follow each other'),
                          ('warning', 'P123', None)])

    def test_room_beside_an_active_version(self):
        """What is active is not edited: the hint says what the new one can do about it; submitting and activating say the
        same, and what could not be activated is not submitted."""
        path = self.file('next.yaml', policy('v2', '2026-07-01..'))
        until = self.file('until.yaml', policy('v2', '2025-01-01..2026-01-31'))
        shut = self.file('shut.yaml', policy('1', '2026-01-01..2026-12-31', carrier='C2'))
        self.database.activate(shut)
        after = self.file('after.yaml', policy('2', '2026-12-01..', carrier='C2'))
        for file, carrier, number, room in ((path, 'C1', 1, 'it has no end, so nothing can follow it'),
                                            (until, 'C1', 1, 'let this one end on 2025-12-31 at the latest'),
                                            (after, 'C2', 2, 'let this one start on 2027-01-01 or later')):
            with self.subTest(file):
                self.assertEqual([row[2:] for row in self.found(file, code=3)],
                                 [('P064', f'policy {number} in the database is active and cannot be shortened: {room}')])
                said = self.settle('policy', 'submit', file, user='settle_sales', code=3)
                self.assertRegex(said, rf'{file}: version \S+ of {carrier} covers closing days that version \S+ has: ')
                self.assertIn(f'hint: policy {number} is active and cannot be shortened: {room}\n', said)
                self.assertIn(f'cannot be shortened: {room}\n', self.settle('policy', 'activate', file, user='settle_finance',
                                                                             code=3))
        self.assertIn('there is no carrier "C3"\nhint: settle import carriers', self.settle(
            'policy', 'submit', self.file('c3.yaml', policy('1', '2026-01-01..', carrier='C3')), user='settle_sales', code=3))
        self.assertIn('is active already with another text', self.settle(
            'policy', 'submit', self.file('same.yaml', policy('v1', '2025-01-01..2025-01-31')), user='settle_sales', code=3))
        self.assertIn('shut.yaml: small version 1 of C2 is active already as policy 2\n',
                      self.settle('policy', 'submit', shut, user='settle_sales'))
        self.assertEqual(self.database.sql('SELECT count(*) FROM settle_view.policy_waiting'), [['0']])

    def test_a_reader_may(self):
        self.settle('policy', 'check', '--connect', os.path.join(self.folder, 'policy.yaml'),
                    user='settle_audit')

    def test_nowhere(self):
        code, _, err = settle_test.settle('policy', 'check', '--connect',
                                          os.path.join(self.folder, 'policy.yaml'), db=NOWHERE)
        self.assertEqual(code, 4, err)


if __name__ == '__main__':
    settle_test.main()
