#!/usr/bin/env python3
"""Reports in every format have the same figures, texts from outside stay texts, and the same books give the same bytes;
invoices as files (docs/semantics.md 10)."""
import csv
import hashlib
import html.parser
import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
import zipfile
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test
from test_events import event

RULES = ('- upfront: u\n  group: a\n  for: {product: [P-plan]}\n  pay: 60.01\n  holdback: {share: 10%, days: 400}\n'
         '- upfront: w\n  group: b\n  for: {product: [P-sim]}\n  withheld: true\n  pay: 2.5%\n'
         '- deferred: d\n  for: {product: [P-plan]}\n  instalments: [{after: 1 month, day: 10, pay: 5.00}, {after: 6 months, day: 10, pay: 7.00}]\n'
         '- volume-bonus: v\n  for: {product: [P-plan, P-sim]}\n  window: month\n  mode: marginal\n'
         '  tiers: {2..3: 1.07, 4..: 2.00}\n')
MARK = 'document.title="ran"'
HOSTILE = ('=1+1', '+cmd|calc', '-2+3', '@SUM(A1)', f'<script>{MARK}</script>', f'"><img src=x onerror=\'{MARK}\'>',
           '&lt;b&gt;', "'); DROP TABLE x; --", ']]>', '深圳市华强北' * 3, 'مرحبا', '🛒 shop', '</style></td><svg onload=' + MARK + '>',
           'javascript:' + MARK, '%s%n', '{{7*7}}', 'a,b;c d')
NS = {'x': 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'}


def book(path):
    """Tab -> rows of (text, is a number, is a formula)."""
    out = {}
    with zipfile.ZipFile(path) as file:
        strings = [''.join(t.text or '' for t in item.iter('{%s}t' % NS['x']))
                   for item in xml.fromstring(file.read('xl/sharedStrings.xml'))]
        tabs = [s.get('name') for s in xml.fromstring(file.read('xl/workbook.xml')).iter('{%s}sheet' % NS['x'])]
        for number, tab in enumerate(tabs, 1):
            rows = []
            sheet = xml.fromstring(file.read(f'xl/worksheets/sheet{number}.xml'))
            for row in sheet.iter('{%s}row' % NS['x']):
                cells = {}
                for cell in row:
                    column = 0
                    for letter in cell.get('r').rstrip('0123456789'):
                        column = column * 26 + ord(letter) - 64
                    value = cell.find('x:v', NS)
                    text = value.text if value is not None else ''
                    assert cell.find('x:f', NS) is None, 'a formula'
                    cells[column - 1] = strings[int(text)] if cell.get('t') == 's' else Decimal(text) if text else ''
                rows.append(cells)
            out[tab] = rows
    return out


class Page(html.parser.HTMLParser):
    """The tables of a page, and what else is in it."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.tables, self.cell, self.titles = set(), set(), {}, None, []
        self.at = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        attrs = dict(attrs)
        if tag == 'h2' and 'id' in attrs:
            self.at = self.tables.setdefault(attrs['id'], [])
        elif tag == 'tr' and self.at is not None:
            self.at.append([])
        elif tag in ('td', 'th'):
            self.cell = '' if attrs.get('class') != 'bar' else None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag):
        if tag in ('td', 'th') and self.cell is not None:
            self.at[-1].append(self.cell)
            self.cell = None


class Reports(small.Case):
    def books(self):
        self.prepare(RULES, invoice='cycle: weekly, cut-off-day: 7, minimum: 50.00')
        rows = io.StringIO()
        csv.writer(rows, lineterminator='\n').writerows([[code, code, '2026-01-01'] for code in HOSTILE])
        self.ok('import', 'distributors', self.file('h.csv', 'distributor,name,valid_from\n' + rows.getvalue()),
                '--date', '2026-01-01')
        orders = [small.order(f'A{n}', '2026-01-10', distributor=code, paid='123.45', product=('P-plan', 'P-sim')[n % 2])
                  for n, code in enumerate(HOSTILE)]
        orders += [small.order(code, '2026-01-10', paid='10.00', region='gd') for code in HOSTILE]
        self.send('orders', '2026-01-10', *orders, small.order('X', '2026-01-10', product='P-none'))
        self.run_to('2026-01-12')
        self.batches = sorted({row['batch'] for row in self.rows('invoice', 'list') if row['status'] == 'draft'})
        for batch in self.batches:
            self.settle('invoice', 'approve', batch, user='settle_finance')
            self.settle('invoice', 'issue', batch, user='settle_night')
        self.send('events', '2026-01-20', event('e', 'fraud', '2026-01-20', order_id='A0'),
                  event('f', 'fraud', '2026-01-20', order_id='=1+1'))
        self.run_to('2026-02-12')
        theirs = self.file('theirs.csv', 'order_id,kind,amount\nA2,upfront,1.00\n<b>,upfront,2.00\n')
        self.settle('reconcile', 'statement', theirs, '--carrier', 'C1', '--period', '2026-01', code=1)

    NAMES = ('settlement-summary', 'where-it-stands', 'orders', 'trial-balance', 'roll-forward', 'carrier-statement',
             'distributor-summary', 'volume-standing', 'schedule', 'negative-balances', 'differences', 'run-history', 'quarantine',
             'decisions', 'look-alikes')

    def test_every_format_says_the_same(self):
        self.books()
        listed = [line.split()[0] for line in self.settle('report', '--list').splitlines()]
        self.assertEqual(set(listed) - set(self.NAMES), {'distributor-statement', 'distributor-lines', 'pack'})
        for name in listed[:-1]:
            scope = ['--period', '2026-01' if name != 'schedule' else '2026-07'] if name not in ('look-alikes', 'decisions') else []
            if name.startswith('distributor-'):
                scope += ['--distributor', 'D1' if name != 'distributor-summary' else '=1+1']
            with self.subTest(report=name):
                said = self.json('report', name, *scope)
                self.assertTrue(said, name)
                columns = list(said[0])
                rows = [[str(v) for v in row.values()] for row in said]
                guarded = [["'" + v if v[:1] in ('=', '+', '-', '@', '\t') and not self.is_number(v) else v for v in row]
                           for row in rows]
                path = os.path.join(self.folder, name)
                for end in ('csv', 'json', 'xlsx', 'html'):
                    self.settle('report', name, *scope, '--output', f'{path}.{end}')
                with open(path + '.csv', encoding='utf-8', newline='') as file:
                    self.assertEqual(list(csv.reader(file)), [columns] + guarded)
                self.assertEqual(json.load(open(path + '.json', encoding='utf-8')), said)
                heads = [c.replace('_', ' ').capitalize() for c in columns]
                with open(path + '.html', encoding='utf-8') as file:
                    table = Page(file.read()).tables[name]
                self.assertEqual(table[0], heads)
                got = [[v.replace(',', '').replace('−', '-') if self.is_number(v) else v for v in row] for row in table[1:]]
                self.assertEqual(got[-len(rows):], rows)
                sheet = book(path + '.xlsx')[name]
                self.assertEqual([sheet[0][c] for c in range(len(columns))], heads)
                n = len(sheet) - 1 - len(rows)      # totals
                self.assertEqual(len(got) - len(rows), n)
                for want, cells in zip(rows, sheet[1 + n:]):
                    for column, text in enumerate(want):
                        value = cells.get(column, '')
                        if isinstance(value, Decimal):
                            self.assertEqual(Decimal(text), value)
                        else:
                            self.assertEqual(text, value)
                # what adds up does, on both
                for total, cells in zip(got[:n], sheet[1:1 + n]):
                    for column, text in enumerate(total):
                        if self.is_number(text) and columns[column] not in ('currency',):
                            self.assertEqual(Decimal(text), sum(Decimal(row[column]) for row in rows
                                                                if row[column] and self.is_number(row[column])), columns[column])
                            self.assertEqual(Decimal(text), cells[column])
        for name, what in (('roll-forward', []), ('distributor-lines', []), ('quarantine', ['--carrier', 'C1'])):
            self.settle('report', name, *what, code=2)
        self.settle('report', 'no', code=3)
        self.settle('report', 'trial-balance', '--output', os.path.join(self.folder, 'x.pdf'), code=2)
        self.settle('report', 'trial-balance', '--output', os.path.join(self.folder, 'no', 'x.csv'), code=3)

    def is_number(self, text):
        text = text.replace(',', '').replace('−', '-')
        return text.lstrip('-').replace('.', '', 1).isdigit() and text.isascii()

    def pack(self, *scope, folder='pack'):
        path = os.path.join(self.folder, folder)
        out = self.settle('report', 'pack', '--period', '2026-01', '--output', path, *scope)
        return out.split()

    def test_pack(self):
        self.books()
        xlsx, page = self.pack()
        self.assertEqual([os.path.basename(p) for p in (xlsx, page)], ['settle-2026-01.xlsx', 'settle-2026-01.html'])
        before = [open(p, 'rb').read() for p in (xlsx, page)]
        self.pack()
        self.assertEqual([open(p, 'rb').read() for p in (xlsx, page)], before, 'the same bytes')
        self.assertEqual(sorted(os.listdir(os.path.dirname(page))), ['settle-2026-01.html', 'settle-2026-01.xlsx'])
        tabs, read = book(xlsx), Page(before[1].decode())
        self.assertEqual(list(tabs), [*self.NAMES, 'contents'])
        said = {row[0]: row[2] for row in tabs['contents'][1:]}
        self.assertEqual(list(said), list(self.NAMES))
        self.assertEqual(list(read.tables), list(self.NAMES))
        # one set of figures: summary = distributors = what carriers owe = where it stands = the trial balance's carrier
        heads = {name: {v: k for k, v in rows[0].items()} for name, rows in tabs.items()}

        def total(name, column, row=1):
            return tabs[name][row][heads[name][column]]

        net = total('settlement-summary', 'Net')
        self.assertEqual(net, total('distributor-summary', 'Net'))
        self.assertEqual(net, total('carrier-statement', 'Earned') - total('carrier-statement', 'Taken back'))
        self.assertEqual(total('settlement-summary', 'Postings'), total('distributor-summary', 'Postings'))
        self.assertEqual(net, total('where-it-stands', 'Earned') - total('where-it-stands', 'Taken back'))
        self.assertEqual(net, sum(total('where-it-stands', c)
                                  for c in ('On drafts', 'On approved', 'On issued', 'Withheld', 'Carried forward', 'Held', 'Not drawn')))
        trial = {row[0]: row for row in tabs['trial-balance'][1:]}
        roll = {row[0]: row for row in tabs['roll-forward'][1:]}
        self.assertEqual(trial['all accounts'][heads['trial-balance']['Balance']], 0)
        for account, row in roll.items():
            self.assertEqual(row[heads['roll-forward']['Closing']], trial[account][heads['trial-balance']['Balance']])
        self.assertEqual(sum(trial['carrier'][heads['trial-balance'][c]] * s for c, s in (('Balance', 1),)),
                         net - total('where-it-stands', 'Withheld'))
        self.assertIn('adds up', before[1].decode())
        # one carrier's; a month with nothing; errors
        self.assertEqual(os.path.basename(self.pack('--carrier', 'C1')[0]), 'settle-2026-01-carrier-1.xlsx')
        empty = os.path.join(self.folder, 'empty')
        self.settle('report', 'pack', '--period', '2026-03', '--output', empty)
        self.assertIn('<p>Nothing.</p>', open(os.path.join(empty, 'settle-2026-03.html'), encoding='utf-8').read())
        self.settle('report', 'pack', '--period', '2026-01', code=2)
        self.settle('report', 'pack', '--output', empty, code=2)
        self.settle('report', 'pack', '--period', '2026-01', '--output', empty, '--carrier', 'C9', code=3)
        self.settle('report', 'pack', '--period', '2026-01', '--output', self.file('plain', 'x'), code=3)

    def test_no_text_does_anything_on_a_page(self):
        self.books()
        page = self.pack()[1]
        with open(page, encoding='utf-8') as file:
            text = file.read()
        read = Page(text)
        self.assertEqual(read.tags - {'html', 'head', 'meta', 'title', 'style', 'body', 'h1', 'h2', 'p', 'section', 'div',
                                      'span', 'b', 'nav', 'a', 'svg', 'rect', 'table', 'thead', 'tbody', 'tr', 'th', 'td'}, set())
        self.assertFalse({a for a in read.attributes if a.startswith('on')}, 'handlers')
        shown = {(row[1], row[2]) for row in read.tables['distributor-summary'][2:]}
        self.assertEqual(shown, {(code, code) for code in HOSTILE} | {('D1', 'Eins')})
        self.assertNotIn('http', text.replace('http-equiv', ''))
        browser = shutil.which('chromium') or shutil.which('chromium-browser')
        self.assertIsNotNone(browser, 'chromium is not installed: tools/install-packages')
        # without the page's own policy, which would stop scripts by itself
        open_page = self.file('open.html', text.replace('Content-Security-Policy', 'X-None'))
        # a page in which one would run, to know that this browser runs them
        proof = self.file('proof.html', f'<title>quiet</title><script>{MARK}</script>')
        for path, title in ((open_page, 'Settlement 2026-01'), (proof, 'ran')):
            got = subprocess.run(
                [browser, '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--dump-dom',
                 f'--user-data-dir={os.path.join(self.folder, "browser")}', '--virtual-time-budget=3000', 'file://' + path],
                capture_output=True, timeout=120, check=True, text=True)
            self.assertIn(f'<title>{title}</title>', got.stdout)

    def test_ageing_ahead_of_the_books(self):
        """A day that no night has reached makes debts older, not other ones: it says so."""
        self.books()
        last = self.rows('report', 'run-history')[-1]['date']
        note = f'the books go up to {last} only: what is owed is as of then, its age as of 2031-01-01\n'
        self.assertIn(note, self.settle('ledger', 'ageing', '--date', '2031-01-01'))
        self.assertNotIn('the books go up to', self.settle('ledger', 'ageing', '--date', last))
        self.assertNotIn('the books go up to', self.settle('ledger', 'ageing'))

    def test_invoices_as_files(self):
        self.books()
        folder = os.path.join(self.folder, 'invoices')
        paths = self.settle('invoice', 'export', self.batches[0], '--output', folder).split()
        run = self.batches[0].split('/')[0]
        self.assertEqual([os.path.basename(p) for p in paths], [f'invoices-{run}-C1.{end}' for end in ('csv', 'xlsx', 'sha256')])
        with open(paths[2], encoding='ascii') as file:
            hashes = dict(reversed(line.split()) for line in file)
        self.assertEqual(hashes, {os.path.basename(p): hashlib.sha256(open(p, 'rb').read()).hexdigest() for p in paths[:2]})
        with open(paths[0], encoding='utf-8', newline='') as file:
            rows = list(csv.DictReader(file))
        numbers = {r['number'] for r in self.rows('invoice', 'list', '--batch', self.batches[0]) if r['number']}
        self.assertEqual({r['number'] for r in rows}, numbers)
        lines = self.rows('invoice', 'lines', '--batch', self.batches[0])
        keys = ('number', 'line', 'kind', 'class', 'direction', 'settled', 'count', 'net', 'tax', 'gross')
        self.assertEqual([[r[k] for k in keys] for r in rows], [[r[k] for k in keys] for r in lines])
        self.assertEqual({(r['carrier_name'], r['tax_rate'], r['status']) for r in rows}, {('One', '6%', 'issued')})
        sheet = book(paths[1])['invoices']
        gross = next(k for k, v in sheet[0].items() if v == 'Gross')
        self.assertEqual(sum(row[gross] for row in sheet[1:]), sum(Decimal(r['gross']) for r in rows))
        again = [open(p, 'rb').read() for p in paths]
        self.run_to('2026-02-20')
        self.settle('invoice', 'export', self.batches[0], '--output', folder)
        self.assertEqual([open(p, 'rb').read() for p in paths], again)
        self.settle('invoice', 'export', '999/C1', '--output', folder, code=3)
        self.settle('invoice', 'export', 'x', code=2)

    def test_codes_pasted_back_from_csv(self):
        """In CSV an apostrophe keeps a text from being a formula: as it stands there it names the same thing."""
        codes = ('+8613800000001', '=1+1', '-A', '@B', "'+8613800000001", "''=C", "'plain", 'plain')
        self.prepare(RULES, invoice='cycle: weekly, cut-off-day: 7')
        self.ok('import', 'distributors', self.file('d.csv', 'distributor,name,valid_from\n' + ''.join(
            f'{code},shop,2026-01-01\n' for code in codes)), '--date', '2026-01-01')
        self.send('orders', '2026-01-10', *[small.order(code, '2026-01-10', distributor=code) for code in codes])
        self.run_to('2026-01-10')
        shown = {row['subject']: row for row in self.rows('ledger', 'transfers', '--kind', 'upfront')}
        self.assertEqual(len(shown), len(codes))
        self.assertIn("'+8613800000001", shown)
        for pasted, row in shown.items():
            found = self.json('ledger', 'transfers', '--order', pasted)
            self.assertEqual({r['subject'] for r in found}, {pasted[1:] if pasted.lstrip("'")[0] in '=+-@' else pasted})
            self.assertEqual(row['distributor'], pasted)
            self.assertTrue(self.rows('ledger', 'balances', '--distributor', pasted), pasted)
            self.assertTrue(self.rows('activity', 'list', '--distributor', pasted), pasted)
        self.assertEqual(self.rows('ledger', 'transfers', '--order', '+8613800000001'),
                         self.rows('ledger', 'transfers', '--order', "'+8613800000001"))

    def test_one_invoice(self):
        """An invoice and its lines, in every format."""
        self.books()
        number = self.rows('invoice', 'list', '--batch', self.batches[0])[0]['number']
        listed = {row['number']: row for row in self.json('invoice', 'list')}[number]
        lines = [row for row in self.json('invoice', 'lines') if row['number'] == number]
        said = self.json('invoice', 'show', number)
        self.assertEqual(said.pop('invoice_lines'), lines)
        self.assertEqual(said, listed)
        rows = self.rows('invoice', 'show', number)
        self.assertEqual([(r['line'], r['gross'], r['status'], r['invoice_gross']) for r in rows],
                         [(str(r['line']), r['gross'], listed['status'], listed['gross']) for r in lines])

    def test_a_cut_list_says_so(self):
        self.prepare(RULES)
        self.send('orders', '2026-01-10', *[small.order(f'A{n}', '2026-01-10') for n in range(3)],
                  *[small.order(f'X{n}', '2026-01-10', product='P-none') for n in range(3)])
        self.run_to('2026-01-10')
        for words in (('quarantine', 'list'), ('ledger', 'transfers')):
            n = len(self.rows(*words))
            self.assertNotIn('there are more', self.settle(*words, '--limit', str(n)))
            self.assertIn(f'there are more: only the first {n - 1} rows are shown', self.settle(*words, '--limit', str(n - 1)))
            self.assertEqual(len(self.json(*words, '--limit', '0')), n)

    def test_volume_standing(self):
        """By hand: three orders of two in the second tier."""
        self.prepare(RULES)
        self.send('orders', '2026-01-10', *[small.order(f'A{n}', '2026-01-10') for n in range(3)])
        self.run_to('2026-01-10')
        rows = self.rows('report', 'volume-standing')
        self.assertEqual([[r[k] for k in ('distributor', 'rule', 'window_ends', 'counted', 'tier', 'bonus', 'next_tier_from',
                                          'to_go', 'bonus_then', 'more_by')] for r in rows],
                         [['D1', 'v', '2026-01', '3', '1 of 2', '2.14', '4', '1', '4.14', '2.00']])
        self.assertEqual(self.rows('report', 'volume-standing', '--period', '2026-02'), [])

    def test_schedule(self):
        """By hand: what is still to come of three orders, one of them cancelled, one fully refunded."""
        self.prepare("""- deferred: d
  for: {product: [P-plan]}
  instalments:
  - {after: 1 month, day: 10, pay: 5.00, if: [active]}
  - {after: 2 months, day: 10, pay: 10%, if: [active]}
  - {after: 3 months, day: 10, by-bill: {month: 2, base: billed, bands: {0.01..: 3.00}}}
""")
        self.send('orders', '2026-01-10', *[small.order(name, '2026-01-10', paid='200.00') for name in ('A', 'B', 'C')],
                  small.order('S', '2026-01-10', product='P-sim'))
        self.send('events', '2026-01-15', event('e', 'cancel', '2026-01-15', order_id='B'),
                  event('f', 'full-refund', '2026-01-15', order_id='C'))
        self.run_to('2026-01-20')

        def rows(*scope):
            return [(r['carrier'], r['falls_due'], r['instalments'], r['by_a_bill'], r['amount'])
                    for r in self.rows('report', 'schedule', *scope)]

        # what falls due by a bill is told for the cancelled and the refunded one, too: it wants nobody active
        self.assertEqual(rows(), [('C1', '2026-02', '1', '0', '5.00'), ('C1', '2026-03', '1', '0', '20.00'),
                                  ('C1', '2026-04', '3', '3', '0.00')])
        self.assertEqual(rows('--distributor', 'D2'), [])
        self.assertEqual(rows('--carrier', 'C2'), [])
        self.run_to('2026-02-10')   # what was promised is posted, and promised no more
        self.assertEqual(sum(Decimal(r['amount']) for r in self.rows('ledger', 'transfers')), 5)
        self.assertEqual([row[1] for row in rows()], ['2026-03', '2026-04'])


if __name__ == '__main__':
    settle_test.main()
