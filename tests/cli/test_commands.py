#!/usr/bin/env python3
"""Every command as a user types it: help, what is refused before a database is asked, the formats, and
what the commands that list, decide and filter say."""
import csv
import io
import json
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

NOWHERE = "host='/nonexistent' dbname='none'"
COMMANDS = {
    'migrate': (), 'import': (), 'night': (), 'run': (), 'status': (),
    'feed': ('expect', 'stop', 'waive', 'list', 'missing'),
    'quarantine': ('list', 'release'), 'period': ('list', 'close'),
    'policy': ('check', 'submit', 'activate', 'withdraw', 'test', 'try', 'list', 'show', 'schema',
               'reference', 'explain-code'),
    'invoice': ('list', 'lines', 'show', 'batches', 'approve', 'issue'), 'ledger': ('balances', 'transfers'),
}
OPTIONS = {
    'import': ('--date', '--count', '--sum', '--carrier', '--source', '--staging'),
    'night': ('--state', '--until', '--quiet', '--restored', '--workers', '--chunk-facts'),
    'feed expect': ('--since', '--monthly', '--deadline', '--reason'), 'feed stop': ('--from', '--reason'),
    'feed waive': ('--reason',), 'feed missing': ('--until',),
    'run': ('--date', '--yes', '--expect', '--workers', '--chunk-facts', '--dry-run', '--abandon', '--reason'),
    'worker': ('--run', '--workers', '--chunk-facts', '--wait'),
    'quarantine list': ('--batch', '--reason', '--limit'),
    'quarantine release': ('--batch', '--line', '--reason', '--all', '--date'),
    'policy show': ('--document',), 'policy try': ('--order', '--bill', '--window', '--as-of'),
    'invoice list': ('--carrier', '--distributor', '--batch', '--status'),
    'invoice batches': ('--carrier', '--status', '--until'), 'invoice approve': ('--all-drafted', '--until', '--carrier', '--yes'),
    'invoice issue': ('--all-approved', '--until', '--carrier', '--yes'),
    'ledger balances': ('--carrier', '--distributor', '--period'),
    'ledger transfers': ('--carrier', '--distributor', '--period', '--kind', '--order', '--run',
                         '--limit', '--invoice'),
}
# A command line, and what the line on stderr must name.
REFUSED = [
    ('', 'which command'), ('nope', '"nope"'), ('migrat', '"migrat"'), ('--nope', '--nope'),
    ('--format xml status', '"xml"'), ('--format=xml status', '"xml"'), ('status --format', '--format'),
    ('status --db', '--db'), ('status x', '"x"'), ('status --bogus', '--bogus'),
    ('status --format csv', 'no other format'), ('migrate x', 'migrate'), ('migrate --force', '--force'),
    ('import', 'import what'), ('import orders', 'orders'), ('import order FILE', '"order"'),
    ('import orders FILE --date', '--date'), ('import orders FILE --date 2026-02-30', '"2026-02-30"'),
    ('import orders FILE --date 31.3.2026', '"31.3.2026"'), ('import orders FILE --dat x', '--dat'),
    ('import orders FILE --count many', '--count'), ('import orders FILE --count -1', '--count'),
    ('import orders FILE --count 99999999999999999999', '--count'),
    ('import orders FILE --sum much', '"much"'), ('import carriers FILE --sum 1.00', 'carriers'),
    ('import orders FILE FILE --count 1', 'single file'),
    ('import orders FILE --staging crm', '--staging'),
    ('night', 'which drop folder'), ('night a b', 'takes no "b"'), ('night a --until x', '"x"'),
    ('feed', 'feed what'), ('feed expect C1', 'of whom'), ('feed expect C1 outlets --reason r', '"outlets"'),
    ('feed expect C1 orders', '--reason'), ('feed expect C1 orders --reason r --monthly 32', '--monthly'),
    ('feed expect C1 orders --reason r --deadline -1', '--deadline'), ('feed waive C1 orders', 'will not come'),
    ('feed waive C1 orders yesterday --reason r', '"yesterday"'), ('feed missing --until x', '"x"'),
    ('quarantine', 'quarantine what'), ('quarantine lst', '"lst"'), ('quarantine list x', '"x"'),
    ('quarantine list --batch x', '--batch'), ('quarantine list --batch -1', '--batch'),
    ('quarantine list --limit -1', '--limit'), ('quarantine release', 'release which'),
    ('quarantine release x', '"x"'), ('quarantine release --line 3 --reason r', '--batch'),
    ('quarantine release --batch -1', '--batch'), ('quarantine release --all --batch 1', '--all'),
    ('quarantine release --all --date 2026-13-01', '"2026-13-01"'),
    ('policy', 'policy what'), ('policy x', '"x"'), ('policy check', 'check which'),
    ('policy check --stric x', '--stric'), ('policy explain-code P999', '"P999"'),
    ('policy explain-code P001 x', '"x"'),
    ('policy activate', 'activate which'), ('policy list x', '"x"'), ('policy show', 'show which'),
    ('policy test', 'test which'), ('policy try', 'try which'), ('policy try FILE --paid x', '--paid'),
    ('policy show a b', 'show which'), ('policy schema x', '"x"'), ('policy reference x', '"x"'),
    ('run', 'which day'), ('run x --date 2026-01-01', '"x"'), ('run --date x', '"x"'),
    ('run --date 2026-02-29', '"2026-02-29"'), ('run --date 2026-1-1', '"2026-1-1"'),
    ('run --date 2026-01-01 --workers x', '--workers'),
    ('run --date 2026-01-01 --workers -1', '--workers'),
    ('run --date 2026-01-01 --workers 257', '--workers'),
    ('run --date 2026-01-01 --chunk-facts -1', '--chunk-facts'),
    ('run --date 2026-01-01 --chunk-facts 1x', '--chunk-facts'), ('worker --chunk-facts -1', '--chunk-facts'),
    ('run --date 2026-01-01 --reason r', '--abandon'), ('run --abandon', 'abandon why'),
    ('run --abandon --reason r --date 2026-01-01', '--date'),
    ('run --abandon --reason r --dry-run', '--dry-run'),
    ('period', 'period what'), ('period shut', '"shut"'), ('period list x', '"x"'),
    ('period close', 'close which'), ('period close 2026', '"2026"'),
    ('period close 2026-13', '"2026-13"'), ('period close 2026-01 2026-02', 'close which'),
    ('invoice', 'invoice what'), ('invoice x', '"x"'), ('invoice list x', '"x"'),
    ('invoice lines x', '"x"'), ('invoice list --batch 3', '"3"'), ('invoice lines --batch x/C', '"x/C"'),
    ('invoice list --batch 3/A --carrier B', '"B"'), ('invoice show', 'show which'),
    ('invoice approve', 'approve which'), ('invoice approve 0/C1', 'approve which'),
    ('invoice approve 99999999999/C1', 'approve which'), ('invoice approve --until 2026-03-31', 'which'),
    ('invoice issue 3/A --carrier A', '--all-approved'), ('invoice issue 3', 'issue which'),
    ('ledger', 'ledger what'), ('ledger x', '"x"'), ('ledger balances x', '"x"'),
    ('ledger balances --period 2026', '"2026"'), ('ledger balances --kind upfront', '--kind'),
    ('ledger transfers --period x', '"x"'),
    ('ledger transfers --run x', '--run'), ('ledger transfers --run -1', '--run'),
    ('ledger transfers --limit -1', '--limit'), ('ledger transfers x', '"x"'),
]
ASK_THE_DATABASE = (
    'migrate', 'import orders FILE', 'import orders FILE --date 2026-01-01', 'quarantine list',
    'quarantine release --all', 'policy list', 'policy show x', 'policy activate POLICY',
    'run --date 2026-01-01', 'run --date 2026-01-01 --dry-run', 'run --abandon --reason r', 'period list',
    'period close 2026-01', 'invoice list', 'invoice lines', 'invoice show x', 'invoice approve 1/C',
    'invoice issue 1/C', 'ledger balances', 'ledger transfers', 'status')
RULES = """- upfront: =fixed
  for: {class: [sim]}
  pay: 30.00
- upfront: kept
  for: {class: [phone]}
  pay: 10.00
  withheld: true
- revenue-share: share
  for: {class: [plan]}
  base: billed
  months: 0..12
  rate: 10%"""


class Line(unittest.TestCase):
    """What needs no database."""

    def settle(self, text):
        words = [{'FILE': '/dev/null', 'POLICY': os.path.join(small.ROOT, 'rules/minimal.yaml')}
                 .get(word, word) for word in text.split()]
        return settle_test.settle(*words, db=NOWHERE, timeout=20)

    def test_help(self):
        code, out, err = self.settle('--help')
        self.assertEqual((code, err), (0, ''))
        self.assertTrue(out.startswith('Usage: settle '), out)
        for text in ('0 done', '1 found', '2 usage', '3 bad input', '4 database', '5 another', '70 '):
            self.assertIn(text, out.split('Exit codes:')[1])
        for command, subs in COMMANDS.items():
            self.assertIn(f'\n  {command} ', out)
            for line in (command, *(f'{command} {sub}' for sub in subs)):
                with self.subTest(line):
                    code, text, err = self.settle(line + ' --help')
                    self.assertEqual((code, err), (0, ''))
                    self.assertTrue(text.startswith(f'Usage: settle {line}'), text)
                    for option in OPTIONS.get(line, ()):
                        self.assertIn(f'  {option}', text)
                    for sub in subs if line == command else ():
                        self.assertIn(f'\n  {sub} ', text)

    def test_columns_of_files(self):
        """The help says what a file of each kind holds: a header made of it is taken."""
        text = self.settle('import --help')[1].split('Columns')[1].split('Options:')[0]
        kinds = {}
        for line in text.splitlines()[1:]:
            words = line.split()
            if line.startswith('    '):
                kinds[kind].append(words[0].strip('[]'))
                self.assertGreater(len(words), 1, line)
            elif words:
                kind = words[0]
                kinds[kind] = []
        self.assertEqual(kinds['products'], ['carrier', 'product', 'name', 'class', 'valid_from',
                                             'sales_from', 'sales_to'])
        for kind, text in small.FILES.items():
            header = text.split('\n')[0].split(',')
            self.assertEqual([c for c in kinds[kind] if c in header], header)
        # what only some orders have is left out of the tests' own files
        self.assertEqual([c for c in kinds['orders'] if c not in ('line', 'revision', 'withdrawn')], list(small.ORDER))
        self.assertEqual(kinds['bills'], list(small.BILL))
        self.assertEqual(len(kinds), 10)

    def test_refused(self):
        for line, named in REFUSED:
            with self.subTest(line):
                code, out, err = self.settle(line)
                self.assertEqual((code, out), (2, ''), err)
                message, *hints = err.splitlines()
                self.assertTrue(message.startswith('settle: '), err)
                self.assertIn(named, message)
                self.assertTrue(len(hints) <= 1 and all(h.startswith('hint: ') for h in hints), err)

    def test_hints(self):
        for line, hint in (('migrat', '"migrate"'), ('--formt csv', '--format'),
                           ('run --dat 2026-01-01', '--date'), ('period lst', '"list"'),
                           ('import order FILE', '"orders"?')):
            self.assertIn(hint, self.settle(line)[2].split('hint: ')[1])

    def test_no_database(self):
        for line in ASK_THE_DATABASE:
            with self.subTest(line):
                code, out, err = self.settle(line)
                self.assertEqual((code, out), (4, ''), err)
                self.assertIn('/nonexistent/', err)

    def test_needs_no_database(self):
        code, out, _ = self.settle('policy check POLICY --format json')
        self.assertEqual((code, json.loads(out)), (0, []))
        self.assertEqual(self.settle('policy check /nonexistent')[0], 3)
        self.assertEqual(self.settle('policy submit /nonexistent')[0], 3)
        self.assertEqual(self.settle('--version')[0], 0)
        self.assertIn('$schema', json.loads(self.settle('policy schema')[1]))


class Formats(small.Case):
    """One small night, drafted: D1 has two carriers' worth of kinds, D2 one order."""

    def setUp(self):
        super().setUp()
        self.prepare(RULES, 'cycle: weekly, cut-off-day: 7')
        self.send('orders', '2026-03-05', *(
            small.order(name, '2026-03-05', **more) for name, more in (
                ('=1+1', {'product': 'P-sim'}), ('@A2', {'product': 'P-sim', 'distributor': 'D2'}),
                ('-A3', {'product': 'P-phone'}), ('+A4', {'contract': 'K4'}), ('A,"5', {}),
                ('A6', {'product': 'P-no'}), ('=A7', {'paid': '-2.00'}))))
        self.send('bills', '2026-03-06', small.bill('K4', '2026-03', '2026-03-06', billed='50.00'))
        self.run_to('2026-03-08')
        # A corrected bill after the cut-off: a negative amount, which stays a number.
        self.send('bills', '2026-03-09', small.bill('K4', '2026-03', '2026-03-09', billed='20.00',
                                                    revision='2'))
        self.run_to('2026-03-15')

    def test_same_rows(self):
        lists = {'period list': 1, 'quarantine list': 2, 'policy list': 1, 'invoice list': 3,
                 'invoice lines': 4, 'ledger balances': 5,
                 'ledger transfers': 5}
        for line, count in lists.items():
            with self.subTest(line):
                rows, objects = self.rows(*line.split()), self.json(*line.split())
                self.assertEqual(len(rows), count)
                self.assertEqual([list(row) for row in rows], [list(o) for o in objects])
                safe = [{k: "'" + v if isinstance(v, str) and v[:1] in '=+-@' and v[:1] and k not in
                         ('net', 'tax', 'gross', 'payable', 'withheld', 'brought_forward', 'balance', 'amount',
                          'target')
                         else str(v) for k, v in o.items()} for o in objects]
                self.assertEqual(rows, safe)
                table = self.settle(*line.split())
                for value in objects[0].values():
                    self.assertIn(str(value), table)

    def test_spreadsheet_safe(self):
        subjects = [row['subject'] for row in self.rows('ledger', 'transfers')]
        self.assertEqual(sorted(subjects), ["'+A4", "'+A4", "'-A3", "'=1+1", "'@A2"])
        self.assertEqual(sorted(o['subject'] for o in self.json('ledger', 'transfers')),
                         ['+A4', '+A4', '-A3', '=1+1', '@A2'])
        self.assertEqual({row['rule'] for row in self.rows('ledger', 'transfers')},
                         {"'=fixed", 'kept', 'share'})
        kept = {row['reason']: row for row in self.rows('quarantine', 'list')}
        self.assertEqual({reason: (row['line'], row['column'], row['value'])
                          for reason, row in kept.items()},
                         {'unknown-product': ('7', 'product', 'P-no'),
                          'negative-amount': ('8', 'paid', "'-2.00")})
        # numbers are never touched
        self.assertEqual([row['gross'] for row in self.rows('invoice', 'list')],
                         ['45.00', '30.00', '-3.00'])
        self.assertIn('D1,CNY,distributor,-32.00,credit\n', self.settle('--format', 'csv', 'ledger', 'balances'))

    def test_terminal_safe(self):
        """What is drawn as nothing or turns a line round is written out, whosever text it is."""
        name = os.path.join(self.folder, '\x1b[1m\u202e.csv')
        with open(name, 'w', encoding='utf-8') as file:
            file.write('order_id,kind,period,amount\nNOBODYS,upfront,2026-03,1.00\n')
        outs = [self.settle('reconcile', 'statement', name, '--carrier', 'C1', '--period', '2026-03', code=1),
                self.ok('reconcile', 'statements'), self.settle('policy', 'submit', name + 'x', code=3)]
        for out in outs:
            self.assertIn('\\u202e', out)
            self.assertNotIn('\u202e', out)
            self.assertNotIn('\x1b', out)

    def test_terminal_safe_csv(self):
        """So is CSV, which people look at on a terminal, too."""
        self.send('orders', '2026-03-16', small.order('B-1\x1b[2J\u202eX', '2026-03-15'))
        out = self.ok('--format', 'csv', 'quarantine', 'list')
        self.assertIn('\\x1b[2J\\u202e', out)
        self.assertNotIn('\x1b', out)
        self.assertNotIn('\u202e', out)

    def test_files_are_for_who_wrote_them(self):
        folder = os.path.join(self.folder, 'pack')
        self.ok('report', 'pack', '--period', '2026-03', '--output', folder)
        for form in ('csv', 'xlsx', 'html', 'json'):
            self.ok('report', 'trial-balance', '--output', os.path.join(folder, 'a.' + form))
        for path in [folder, *(os.path.join(folder, name) for name in os.listdir(folder))]:
            self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)

    def test_ledger_filters(self):
        everything = [("'=1+1", '30.00'), ("'-A3", '10.00'), ("'@A2", '30.00'), ("'+A4", '5.00'),
                      ("'+A4", '3.00')]
        for options, wanted in (
                ((), everything), (('--carrier', 'C1'), everything), (('--carrier', 'C2'), []),
                (('--distributor', 'D2'), [everything[2]]),
                (('--kind', 'upfront'), everything[:3]), (('--kind', 'revenue-share'), everything[3:]),
                (('--kind', 'volume-bonus'), []), (('--period', '2026-03'), everything),
                (('--order', '+A4'), everything[3:]), (('--order', 'A,"5'), []),
                (('--run', '1'), everything[:3]), (('--run', '2'), [everything[3]]), (('--run', '3'), []),
                (('--limit', '0'), everything),
                (('--distributor', 'D1', '--kind', 'upfront', '--order', '-A3'), [everything[1]])):
            self.assertEqual(sorted(self.posted('subject', 'amount', filters=options)), sorted(wanted),
                             options)
        self.assertEqual(len(self.posted('run', filters=('--limit', '2'))), 2)
        self.assertEqual(self.posted('debit', 'credit', 'amount', 'target',
                                     filters=('--kind', 'revenue-share')),
                         [('carrier', 'distributor', '5.00', '5.00'),
                          ('distributor', 'carrier', '3.00', '2.00')])
        balances = [('D1', 'carrier', '42.00'), ('D1', 'distributor', '-32.00'),
                    ('D1', 'withheld', '-10.00'), ('D2', 'carrier', '30.00'),
                    ('D2', 'distributor', '-30.00')]
        for options, wanted in (((), balances), (('--distributor', 'D2'), balances[3:]),
                                (('--period', '2026-03'), balances), (('--carrier', 'C2'), [])):
            self.assertEqual([(r['distributor'], r['account'], r['balance'])
                              for r in self.rows('ledger', 'balances', *options)], wanted, options)

    def test_status(self):
        page = self.settle('status')
        for text in ('Settled up to 2026-03-15', '\nunknown-product', '\nnegative-amount',
                     'invoices are drafted', '\n2026-03  open'):
            self.assertIn(text, page)
        self.assertNotIn('Waiting', page)
        # A,"5 has no contract: no bill can ever serve it
        self.assertIn('\nno-bills       1  ', page)
        database = self.server.database(migrated=True)
        database.settle('migrate', check=True)  # the logins, which are newer than what it is a copy of, get their limits
        empty = database.settle('status', check=True)[1]
        self.assertEqual(empty, 'No night has been settled yet\n')

    def test_quarantine(self):
        names = [(row['batch'], row['line']) for row in self.rows('quarantine', 'list')]
        self.assertEqual(names, [('4', '7'), ('4', '8')])
        for options, count in ((('--batch', '4'), 2), (('--batch', '5'), 0), (('--limit', '1'), 1),
                               (('--limit', '0'), 2), (('--reason', 'unknown-product'), 1)):
            self.assertEqual(len(self.rows('quarantine', 'list', *options)), count, options)
        release = ('quarantine', 'release', '--date', '2026-03-16')
        self.assertIn('there is no batch 77', self.settle(*release, '--batch', '77', code=3))
        self.assertIn('no row to release', self.settle(*release, '--batch', '4', '--line', '6'))
        # not mended: it comes back, in its new batch
        self.settle(*release, '--batch', '4', '--line', '7')
        self.assertEqual([(r['reason'], r['batch'] == '4') for r in self.rows('quarantine', 'list')],
                         [('negative-amount', True), ('unknown-product', False)])
        self.send('products', '2026-03-16', {'carrier': 'C1', 'product': 'P-no', 'name': 'n',
                                             'class': 'sim', 'valid_from': small.SINCE})
        self.assertEqual(len(self.rows('quarantine', 'list')), 1)
        self.run_to('2026-03-16')
        self.assertEqual(self.posted('business_date', 'amount', filters=('--order', 'A6')),
                         [('2026-03-16', '30.00')])

    def test_invoices(self):
        self.assertEqual([(r['number'], r['batch'], r['distributor'], r['status'], r['payable'],
                           r['withheld']) for r in self.rows('invoice', 'list')],
                         [('C1-2026-000001', '4/C1', 'D1', 'draft', '35.00', '10.00'),
                          ('C1-2026-000002', '4/C1', 'D2', 'draft', '30.00', '0.00'),
                          ('', '11/C1', 'D1', 'carried', '-3.00', '0.00')])
        for options, count in ((('--distributor', 'D1'), 2), (('--batch', '4/C1'), 2),
                               (('--carrier', 'C2'), 0),
                               (('--batch', '4/C1', '--carrier', 'C1', '--distributor', 'D2'), 1)):
            self.assertEqual(len(self.rows('invoice', 'list', *options)), count, options)
        for command, batch, message in (('show', 'C1-2026-000009', 'there is no invoice "C1-2026-000009"'),
                                        ('approve', '9/C1', 'there is no invoice batch 9/C1'),
                                        ('issue', '4/C2', 'there is no invoice batch 4/C2'),
                                        ('issue', '4/C1', 'is not approved')):
            self.assertIn(message, self.settle('invoice', command, batch, code=3))
        # who drafted it cannot; nor can who has not the role
        self.assertIn('postgres, who cannot approve it', self.settle('invoice', 'approve', '4/C1', code=3))
        self.settle('invoice', 'approve', '4/C1', code=4, user='settle_audit')
        self.settle('invoice', 'approve', '4/C1', code=4, user='settle_night')
        self.assertEqual({r['status'] for r in self.rows('invoice', 'list', '--batch', '4/C1')}, {'draft'})
        self.settle('invoice', 'approve', '4/C1', user='settle_finance')
        self.assertEqual({r['status'] for r in self.rows('invoice', 'list', '--batch', '4/C1')},
                         {'approved'})
        self.assertIn('approved already', self.settle('invoice', 'approve', '4/C1', code=3,
                                                      user='settle_finance'))
        self.settle('invoice', 'issue', '4/C1', code=4, user='settle_finance')
        self.assertIn('3 transfers', self.settle('invoice', 'issue', '4/C1', user='settle_night'))
        self.assertIn('issued already', self.settle('invoice', 'issue', '4/C1', code=3))
        self.assertEqual(sorted(self.posted('subject', 'debit', 'credit', 'amount',
                                            filters=('--kind', 'invoice'))),
                         [('invoice C1-2026-000001', 'distributor', 'invoiced', '35.00'),
                          ('invoice C1-2026-000001', 'withheld', 'carrier', '10.00'),
                          ('invoice C1-2026-000002', 'distributor', 'invoiced', '30.00')])

    def test_from_an_invoice_to_its_orders(self):
        """What --invoice shows adds up to the invoice; what came after its cut-off is not on it, and what
        the issue posts is not either. Two tax rates are two invoices of the same runs."""
        def of(number, *more):
            return sorted(self.posted('subject', 'rule', 'debit', 'amount',
                                      filters=('--invoice', number, *more)))
        first = [("'+A4", 'share', 'carrier', '5.00'), ("'-A3", 'kept', 'carrier', '10.00'),
                 ("'=1+1", "'=fixed", 'carrier', '30.00')]
        self.assertEqual(of('C1-2026-000001'), first)
        self.assertEqual(of('C1-2026-000002'), [("'@A2", "'=fixed", 'carrier', '30.00')])
        self.settle('invoice', 'approve', '4/C1', user='settle_finance')
        self.settle('invoice', 'issue', '4/C1', user='settle_night')
        self.assertEqual(of('C1-2026-000001'), first)
        self.assertEqual(of('C1-2026-000001', '--order', '+A4'), first[:1])
        self.assertEqual(len(of('C1-2026-000001', '--limit', '2')), 2)
        self.assertEqual(of('C1-2026-000001', '--carrier', 'C1', '--distributor', 'D1'), first)
        self.assertIn('is of C1 and D1', self.settle(
            'ledger', 'transfers', '--invoice', 'C1-2026-000001', '--distributor', 'D2', code=3))
        self.assertIn('there is no invoice "C1-2026-000009"', self.settle(
            'ledger', 'transfers', '--invoice', 'C1-2026-000009', code=3))

    def test_invoices_of_two_tax_rates(self):
        self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        for version, days, rate in (('v1', '..2026-03-04', 6), ('v2', '2026-03-05..', 9)):
            self.database.activate(self.file(version + '.yaml', small.POLICY.format(
                top='', rules='- upfront: a\n  pay: 10%', invoice='cycle: weekly, cut-off-day: 7')
                .replace('version: v1', 'version: ' + version).replace('2026-01-01..', days)
                .replace('rate: 6%', f'rate: {rate}%')))
        self.send('orders', '2026-03-05', small.order('O4', '2026-03-04'),
                  small.order('O5', '2026-03-05', paid='200.00'))
        self.run_to('2026-03-08')
        self.assertEqual({(r['tax_rate'], *self.posted('subject', 'amount', filters=(
            '--invoice', r['number']))) for r in self.rows('invoice', 'list')},
                         {('6%', ('O4', '10.00')), ('9%', ('O5', '20.00'))})

    def test_rejected_again(self):
        """The same file once more repeats what was accepted; what was rejected of it is no more than it was, either."""
        def counted():
            self.run_to('2026-03-31')
            said = self.settle('period', 'close', '2026-03', code=1)
            return [int(re.search(pattern, text)[1]) for pattern, text in (
                (r'(?m)^unknown-product +(\d+)', self.settle('status')),
                (r'(?m)^rejected rows that were neither released nor dismissed +(\d+)', said),
                (r'(?m)^orders +unknown-product +product +(\d+)', self.settle('report', 'quarantine')))]

        before = counted()
        rows = [small.order(f'X{n}', '2026-03-20', product='P-new') for n in (1, 2)]
        self.send('orders', '2026-03-21', *rows)
        once = counted()
        self.assertEqual(once, [n + 2 for n in before])
        first = self.rows('quarantine', 'list')
        self.send('orders', '2026-03-20', *rows)
        self.send('orders', '2026-03-22', *rows[:1])
        self.assertEqual(counted(), once)
        listed = self.rows('quarantine', 'list')
        self.assertEqual(len(listed), len(first))
        self.assertEqual([(r['date'], r['line'], r['times']) for r in listed[-2:]], [('2026-03-20', '2', '3'), ('2026-03-20', '3', '2')])
        # of one batch all are shown; another reason is another row
        self.assertEqual(len(self.rows('quarantine', 'list', '--batch', first[-1]['batch'])), 2)
        # equal rows of one file are several, and repeat as many
        for n in range(2):
            self.send('orders', f'2026-03-2{n + 6}', *[small.order('2.02601E+16', '2026-03-20')] * 2)
            self.assertEqual([r['times'] for r in self.rows('quarantine', 'list', '--reason', 'looks-rounded')], [str(n + 1)] * 2)
        first = self.rows('quarantine', 'list')
        self.send('orders', '2026-03-23', {**rows[0], 'distributor': 'D9'})
        self.assertEqual(len(self.rows('quarantine', 'list')), len(first) + 1)
        said = self.settle('import', 'products', self.file(
            'new.csv', 'carrier,product,name,class,valid_from\nC1,P-new,New,plan,2025-01-01\n'), '--date', '2026-03-31')
        self.assertEqual(re.findall(r'(\d) accepted(?:, (\d) repeated)?', said)[1:], [('2', ''), ('0', '2'), ('0', '1')])
        self.assertEqual([r for r in self.rows('quarantine', 'list') if r['value'] == 'P-new'], [])

    def test_refused_until_the_right_one_came(self):
        """A refused file stays on the page until another one of the carrier's for that kind and day, or of that name, came."""
        def refused():
            return re.findall(r'(?m)^ *\d+ +(\w+) +(\S+) .* refused ', self.settle('status'))

        row = small.order('N1', '2026-03-16', product='P-sim')
        text = ','.join(row) + '\n' + ','.join(row.values()) + '\n'
        for name in ('a', 'b'):
            self.settle('import', 'orders', self.file(f'{name}.csv', text), '--date', '2026-03-16', '--count', '2', code=3)
        self.assertEqual([os.path.basename(source) for _, source in refused()], ['a.csv', 'b.csv'])
        # another day's, kind's or carrier's is not it
        self.send('orders', '2026-03-17', small.order('N2', '2026-03-17', carrier='C2'))
        self.send('bills', '2026-03-16', small.bill('K4', '2026-04', '2026-03-16'))
        self.assertEqual(len(refused()), 2)
        self.settle('import', 'orders', self.file('b.csv', text), '--date', '2026-03-17', '--count', '1')
        self.assertEqual([os.path.basename(source) for _, source in refused()], ['a.csv'])
        self.settle('import', 'orders', self.file('a-corrected.csv', text), '--date', '2026-03-16', '--count', '1')
        self.assertEqual(refused(), [])

    def test_dry_run(self):
        def everything():
            return [self.database.sql(f'SELECT count(*) FROM settle.{table}') for table in (
                'run', 'run_chunk', 'transfer', 'order_outcome', 'ledger_total', 'batch_consumption',
            'agenda')] + [self.database.sql('SELECT * FROM settle.counter ORDER BY 1')]
        self.send('orders', '2026-03-16', small.order('N1', '2026-03-16', product='P-sim', quantity='3'))
        before = everything()
        report = self.json('run', '--date', '2026-03-16', '--dry-run')[0]
        self.assertEqual((report['run'], report['facts'], report['transfers'], report['amount'],
                          report['digest']), (0, 1, 1, '90.00', ''))
        self.assertEqual(everything(), before)
        self.assertEqual(self.posted('amount', filters=('--order', 'N1')), [])
        self.assertEqual(self.run_to('2026-03-16')[0]['amount'], '90.00')

    def test_abandon(self):
        abandon = ('run', '--abandon', '--reason', 'a faulty program')
        self.assertIn('there is no unfinished run', self.settle(*abandon, code=3))
        self.send('orders', '2026-03-16', small.order('N1', '2026-03-16', product='P-sim'),
                  small.order('N0', '2026-02-16', product='P-sim'))
        # A run that cannot write its postings stays unfinished.
        self.database.sql('ALTER TABLE settle.run_publication ADD CONSTRAINT broken CHECK (run_id < 12)')
        self.settle('run', '--date', '2026-03-16', code=4)
        self.assertIn('Run 12 is unfinished', self.settle('status'))
        self.assertIn('unfinished', self.settle('run', '--date', '2026-03-16', '--dry-run', code=3))
        self.assertIn('unfinished', self.settle('period', 'close', '2026-02', code=3))
        self.assertEqual(self.posted('amount', filters=('--order', 'N1')), [])
        self.database.sql('ALTER TABLE settle.run_publication DROP CONSTRAINT broken')
        self.settle(*abandon, code=4, user='settle_audit')
        self.assertIn('run 12 is abandoned', self.settle(*abandon, user='settle_night'))
        self.assertEqual(self.database.sql('SELECT run_id, reason FROM settle.run_abandonment'),
                         [['12', 'a faulty program']])
        self.assertEqual([r['run'] for r in self.run_to('2026-03-16')], [13])
        self.assertEqual(self.posted('run', 'amount', filters=('--order', 'N1')), [('13', '30.00')])


if __name__ == '__main__':
    settle_test.main()
