"""A few facts by hand, for tests that say every amount themselves: one carrier C1 (and C2 without a
policy), distributors D1 and D2, products of three classes, all known since 2025."""
import csv
import io
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
SINCE = '2025-01-01'
FILES = {
    'carriers': f'carrier,name,valid_from\nC1,One,{SINCE}\nC2,Two,{SINCE}\n',
    'distributors': f'distributor,name,tier,valid_from\nD1,Eins,3,{SINCE}\nD2,Zwei,,{SINCE}\n',
    'products': 'carrier,product,name,class,valid_from\n'
                + ''.join(f'{c},P-{k},{k},{k},{SINCE}\n' for c in ('C1', 'C2')
                          for k in ('plan', 'sim', 'phone')),
}
ORDER = {'carrier': 'C1', 'order_id': '', 'distributor': 'D1', 'manager': '', 'product': 'P-plan',
         'region': 'GD', 'channel': 'online', 'contract': '', 'first_order': '', 'closed_at': '',
         'paid': '100.00', 'quantity': '1', 'currency': 'CNY'}
BILL = {'carrier': 'C1', 'contract': '', 'month': '', 'revision': '1', 'issued': '', 'billed': '0.00',
        'tax': '0.00', 'cash': '0.00', 'arrears': '0.00', 'minutes': '0', 'megabytes': '0',
        'currency': 'CNY'}
POLICY = """policy: small
carrier: C1
version: v1
closing: 2026-01-01..
currency: CNY
tax: {{rate: 6%, included: true}}
invoice: {{{invoice}}}
{top}rules:
{rules}
"""


def order(order_id, day, **more):
    return {**ORDER, 'order_id': order_id, 'closed_at': f'{day} 12:00:00', **more}


def bill(contract, month, issued, **more):
    return {**BILL, 'contract': contract, 'month': month, 'issued': issued, **more}


def text(rows, columns=None):
    """As a file of such rows has it; columns: for a file that may have none."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns or rows[0].keys(), lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Case(settle_test.TestCase):
    """A test with a folder, and short ways to say facts and to read what came of them."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='settle-small-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.database = None

    def prepare(self, rules, invoice='cycle: none', top='', closing='2026-01-01..'):
        self.database = self.server.like('small', self.take_in_parties)
        text = POLICY.format(rules=rules, invoice=invoice, top=top).replace('2026-01-01..', closing)
        self.database.activate(self.file('policy.yaml', text))

    def take_in_parties(self, database):
        """What all of these tests begin with; and the months that most of them settle."""
        for kind, text in FILES.items():
            database.settle('import', kind, self.file(kind + '.csv', text), '--date', SINCE, check=True)
        database.sql("SELECT settle.ensure_partitions('2026-01-01', '2026-04-01')")

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, 'w', encoding='utf-8', newline='') as file:
            file.write(text)
        return path

    def settle(self, *arguments, code=0, user='postgres'):
        """What it printed on both; it must end with that code."""
        got, out, err = self.database.settle(*arguments, user=user)
        self.assertEqual(got, code, f'{arguments}\n{out}{err}')
        return out + err

    def ok(self, *arguments, **more):
        return self.settle(*arguments, **more)

    def send(self, kind, date, *rows, code=None):
        """What it said. Without a code: 0, or 7 and its sentence where every row of the few was turned down."""
        got, out, err = self.database.settle('import', kind, self.file(kind + '.csv', text(rows)), '--date', date)
        if code is None:
            code = 7 if 'nothing of it could be used' in out else 0
        self.assertEqual(got, code, out + err)
        return out + err

    def run_to(self, date):
        """The reports of the runs, oldest first."""
        return self.json('run', '--date', date)

    def out(self, *arguments):
        """What it printed on stdout alone: a note on stderr is no part of a list."""
        got, out, err = self.database.settle(*arguments)
        self.assertEqual(got, 0, f'{arguments}\n{out}{err}')
        return out

    def json(self, *arguments):
        return json.loads(self.out('--format', 'json', *arguments))

    def rows(self, *arguments):
        return list(csv.DictReader(io.StringIO(self.out('--format', 'csv', *arguments))))

    def nets(self, *by):
        """What is earned by those columns, in fen; also where that is nothing by now."""
        out = {}
        for row in self.rows('ledger', 'transfers'):
            key = tuple(row[column] for column in by)
            fen = int(row['amount'].replace('.', ''))
            out[key] = out.get(key, 0) + (fen if row['debit'] == 'carrier' else -fen)
        return out

    def posted(self, *columns, filters=()):
        """The transfers, as tuples of the named columns."""
        return [tuple(row[c] for c in columns) for row in self.rows('ledger', 'transfers', *filters)]
