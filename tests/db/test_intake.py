#!/usr/bin/env python3
"""Files, staging rows and released rows into a real database: every reason for quarantine, control
totals, repeats and conflicts, bills before their order and moving to an earlier one."""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test

PROBE = os.environ.get('SETTLE_INTAKE_PROBE', '')

CARRIERS = 'carrier,name,valid_from\nC1,One,2026-01-01\nC2,Two,2026-01-01\nC9,Late,2026-06-01\n'
DISTRIBUTORS = ('distributor,name,tier,valid_from\nD1,Eins,3,2026-01-01\nD2,Zwei,,2026-01-01\n'
                'D9,Late,0,2026-03-15\n')
OUTLETS = ('outlet,name,distributor,parent,valid_from\nO2,below,D1,O1,2026-01-01\n'
           'O1,top,D1,,2026-01-01\nO3,other,D2,,2026-01-01\n')
MANAGERS = ('manager,name,outlet,valid_from\nM1,Li,O2,2026-01-01\nM2,Wu,O3,2026-01-01\n'
            'M9,Late,O1,2026-04-01\nM1,Li,O1,2026-05-01\n')
PRODUCTS = ('carrier,product,name,class,valid_from\nC1,P1,Plan,plan,2026-01-01\n'
            'C1,P9,Late,sim,2026-04-01\nC2,P1,Other,plan,2026-01-01\n')
ORDER_HEADER = ('carrier,order_id,distributor,manager,product,region,channel,contract,first_order,'
                'closed_at,paid,quantity,currency')
BILL_HEADER = ('carrier,contract,month,revision,issued,billed,tax,cash,arrears,minutes,megabytes,'
               'currency')
DATE = '2026-04-30'


def order(order_id='A1', **changes):
    row = {'carrier': 'C1', 'order_id': order_id, 'distributor': 'D1', 'manager': 'M1',
           'product': 'P1', 'region': 'GD', 'channel': 'online', 'contract': '', 'first_order': '',
           'closed_at': '2026-03-10 12:00:00', 'paid': '199.90', 'quantity': '1', 'currency': 'CNY'}
    assert not set(changes) - set(row), changes
    return ','.join({**row, **changes}.values())


def bill(contract='K1', month='2026-04', **changes):
    row = {'carrier': 'C1', 'contract': contract, 'month': month, 'revision': '', 'issued':
           '2026-04-28', 'billed': '39.00', 'tax': '2.21', 'cash': '39.00', 'arrears': '0',
           'minutes': '60', 'megabytes': '1000', 'currency': 'CNY'}
    assert not set(changes) - set(row), changes
    return ','.join({**row, **changes}.values())


class Answer:
    def __init__(self, result):
        self.text = result.stdout.decode()
        self.good = result.returncode == 0
        lines = self.text.rstrip('\n').split('\n')
        self.message = '' if self.good else '\n'.join(lines[1:])
        self.state = lines[0].split(' ')[0]
        self.figures = {k: int(v) for k, v in re.findall(r'(\w+)=(\d+)(?= )', lines[0])}
        self.sum = (re.search(r'sum=(\S*)', lines[0]) or [None, None])[1]
        self.reason = (re.search(r'reason=(.*)', lines[0]) or [None, None])[1]
        # (line, field_no, field, value, reason, message)
        self.rejections = re.findall(r"^(\d+):(\d+) (\S*) '(.*)' (\S+): (.*)$", self.text, re.M)


class Case(settle_test.TestCase):
    _made = None

    def fresh(self):
        """A database with master data: a copy of one that was filled once."""
        server = self.server
        if Case._made is None:
            Case._made = server.database()
            self.probe(Case._made, 'migrate')
            for kind, text in (('carriers', CARRIERS), ('distributors', DISTRIBUTORS),
                               ('outlets', OUTLETS), ('managers', MANAGERS), ('products', PRODUCTS)):
                answer = self.load(Case._made, kind, text)
                self.assertEqual(answer.figures['accepted'], answer.figures['rows'], answer.text)
        server.databases += 1
        name = f'settle_{server.databases}'
        server.sql(f'CREATE DATABASE {name} TEMPLATE {Case._made.name}', 'postgres')
        return settle_test.Database(server, name)

    def probe(self, database, *arguments, data=b''):
        answer = Answer(subprocess.run([PROBE, database.conninfo(), *map(str, arguments)], input=data,
                                       stdout=subprocess.PIPE, check=False, timeout=120))
        return answer

    def load(self, database, kind, text, *control, date=DATE):
        data = text if isinstance(text, bytes) else text.encode()
        with tempfile.NamedTemporaryFile(suffix='.csv') as file:
            file.write(data)
            file.flush()
            return self.probe(database, 'import', kind, date, file.name, *control)

    def orders(self, database, *rows, **options):
        return self.load(database, 'orders', '\n'.join([ORDER_HEADER, *rows, '']), **options)

    def bills(self, database, *rows, **options):
        return self.load(database, 'bills', '\n'.join([BILL_HEADER, *rows, '']), **options)

    def counts(self, answer, **expected):
        self.assertTrue(answer.good, answer.text)
        got = {key: answer.figures[key] for key in expected}
        self.assertEqual(got, expected, answer.text)


class Rejections(Case):
    def table(self, header, kind, make, cases):
        """One row a case between good ones; each must be rejected alone, in its place."""
        database = self.fresh()
        lines = [header]
        expected = []
        for number, (changes, field, reason) in enumerate(cases):
            lines.append(make(number, changes))
            names = header.split(',')
            place = names.index(field) + 1 if field else 0
            value = changes.get(field, '') if field else ''
            expected.append((str(len(lines)), str(place), field, value, reason))
        answer = self.load(database, kind, '\n'.join(lines) + '\n')
        rows = database.sql('SELECT line, field_no, field, value, reason, raw FROM settle.quarantine '
                            'WHERE batch_id = (SELECT max(batch_id) FROM settle.batch) ORDER BY line')
        for row, want in zip(rows, expected):
            with self.subTest(want=want):
                self.assertEqual(tuple(row[:5]), want)
                self.assertEqual(row[5], lines[int(want[0]) - 1])
        self.counts(answer, rows=len(cases), quarantined=len(cases), accepted=0)
        self.assertEqual([r[:5] for r in answer.rejections], expected[:20])

    def test_orders(self):
        self.table(ORDER_HEADER, 'orders', lambda n, c: order(**{'order_id': f'A{n}', **c}), [
            ({'carrier': ''}, 'carrier', 'missing-value'),
            ({'carrier': 'C7'}, 'carrier', 'unknown-carrier'),
            ({'carrier': 'C9'}, 'carrier', 'not-yet-valid'),
            ({'order_id': ''}, 'order_id', 'missing-value'),
            ({'order_id': 'x' * 201}, 'order_id', 'too-long'),
            ({'order_id': 'a\x07b'}, 'order_id', 'control-character'),
            ({'order_id': 'a\u200bb'}, 'order_id', 'unseen-character'),
            ({'region': 'G\xa0D'}, 'region', 'unseen-character'),
            ({'contract': '1\u202e39'}, 'contract', 'unseen-character'),
            ({'contract': '1.38E+10'}, 'contract', 'looks-rounded'),
            ({'order_id': '2.02601e+16'}, 'order_id', 'looks-rounded'),
            ({'distributor': 'D7'}, 'distributor', 'unknown-distributor'),
            ({'distributor': 'D9', 'manager': ''}, 'distributor', 'not-yet-valid'),
            ({'manager': 'M7'}, 'manager', 'unknown-manager'),
            ({'manager': 'M9'}, 'manager', 'not-yet-valid'),
            ({'manager': 'M2'}, 'manager', 'other-distributor'),
            ({'product': 'P7'}, 'product', 'unknown-product'),
            ({'product': 'P9'}, 'product', 'not-yet-valid'),
            ({'region': ''}, 'region', 'missing-value'),
            ({'channel': ''}, 'channel', 'missing-value'),
            ({'contract': 'y' * 201}, 'contract', 'too-long'),
            ({'first_order': 'maybe'}, 'first_order', 'bad-flag'),
            ({'closed_at': ''}, 'closed_at', 'missing-value'),
            ({'closed_at': '2026-02-30 10:00'}, 'closed_at', 'bad-time'),
            ({'closed_at': 'yesterday'}, 'closed_at', 'bad-time'),
            ({'closed_at': '1986-05-04 02:30'}, 'closed_at', 'nonexistent-time'),
            ({'closed_at': '1986-09-14 01:30'}, 'closed_at', 'ambiguous-time'),
            ({'closed_at': '1999-01-01 10:00'}, 'closed_at', 'implausible-date'),
            ({'closed_at': '2027-05-01 10:00'}, 'closed_at', 'implausible-date'),
            ({'quantity': '0'}, 'quantity', 'out-of-range'),
            ({'quantity': '1000001'}, 'quantity', 'out-of-range'),
            ({'quantity': '1.5'}, 'quantity', 'bad-number'),
            ({'quantity': '99999999999999999999'}, 'quantity', 'out-of-range'),
            ({'currency': 'XXY'}, 'currency', 'unknown-currency'),
            ({'currency': ''}, 'currency', 'missing-value'),
            ({'paid': ''}, 'paid', 'missing-value'),
            ({'paid': '1e3'}, 'paid', 'bad-amount'),
            ({'paid': '99999999999999999999'}, 'paid', 'bad-amount'),
            ({'paid': '1.999'}, 'paid', 'too-many-decimals'),
            ({'paid': '1.0', 'currency': 'JPY'}, 'paid', 'too-many-decimals'),
            ({'paid': '-0.01'}, 'paid', 'negative-amount'),
        ])

    def test_bills(self):
        self.table(BILL_HEADER, 'bills', lambda n, c: bill(**{'contract': f'K{n}', **c}), [
            ({'carrier': 'C7'}, 'carrier', 'unknown-carrier'),
            ({'contract': ''}, 'contract', 'missing-value'),
            ({'month': '2026-13'}, 'month', 'bad-month'),
            ({'month': '1990-01'}, 'month', 'implausible-date'),
            ({'revision': '0'}, 'revision', 'out-of-range'),
            ({'revision': '32768'}, 'revision', 'out-of-range'),
            ({'issued': '2026-04-31'}, 'issued', 'bad-date'),
            ({'billed': 'n/a'}, 'billed', 'bad-amount'),
            ({'tax': ''}, 'tax', 'missing-value'),
            ({'minutes': '-1'}, 'minutes', 'out-of-range'),
            ({'megabytes': 'many'}, 'megabytes', 'bad-number'),
            ({'currency': 'cny'}, 'currency', 'unknown-currency'),
        ])

    def test_records(self):
        database = self.fresh()
        rows = [order('B1'), order('B2') + ',more', 'C1,"B3', 'C1,B"4,x', '"C1"x,B5',
                order('B6\r'), order('B7').replace('GD', 'G\xff')]
        text = '\n'.join([ORDER_HEADER, *rows[:2], *rows[3:], order('B8'), ''])
        answer = self.load(database, 'orders', text.encode('latin-1').replace(b'B8', b'B\x008'))
        self.assertEqual([(r[0], r[1], r[2], r[4]) for r in answer.rejections], [
            ('3', '0', '', 'field-count'),
            ('4', '2', 'order_id', 'stray-quote'),
            ('5', '1', 'carrier', 'text-after-quote'),
            ('6', '2', 'order_id', 'stray-carriage-return'),
            ('7', '6', 'region', 'invalid-utf8'),
            ('8', '2', 'order_id', 'nul-byte'),
        ])
        self.counts(answer, rows=7, accepted=1, quarantined=6)
        self.assertEqual(database.value("SELECT value FROM settle.quarantine WHERE reason = "
                                        "'invalid-utf8'"), 'G\\xff')

    def test_master_data_of_a_later_night(self):
        """It holds since January, but was told by a batch dated after the orders': the message says so."""
        database = self.fresh()
        self.load(database, 'products', PRODUCTS.split('\n')[0] + '\nC1,PL,late,plan,2026-01-01\n',
                  date='2026-05-01')
        answer = self.orders(database, order(product='PL'))
        self.assertEqual([(r[2], r[4], r[5]) for r in answer.rejections],
                         [('product', 'not-yet-valid', f"is told only by batches dated after this one's {DATE}")])
        # on that night it enters by itself
        self.assertEqual(database.value('SELECT b.business_date FROM settle.closed_order JOIN settle.batch b USING (batch_id)'),
                         '2026-05-01')
        self.counts(self.orders(database, order(product='PL'), date='2026-05-01'), repeated=1)

    def test_parties(self):
        database = self.fresh()
        answer = self.load(database, 'outlets', OUTLETS.split('\n')[0] + '\n' + '\n'.join([
            'N1,a,D1,N2,2026-02-01', 'N2,b,D1,N1,2026-02-01', 'N3,c,D7,,2026-02-01',
            'N4,d,D1,N7,2026-02-01', 'N5,e,D1,O3,2026-02-01', 'N6,f,D1,N4,2026-02-01',
            'O1,top,D1,O2,2026-03-01', 'N8,g,D2,O3,2026-02-01', 'N8,h,D2,O3,2026-02-01',
            'N8,g,D2,O3,2026-02-01']) + '\n')
        self.assertEqual([(r[0], r[2], r[4]) for r in answer.rejections], [
            ('2', 'parent', 'not-yet-valid'), ('3', 'parent', 'cycle'),
            ('4', 'distributor', 'unknown-distributor'), ('5', 'parent', 'unknown-outlet'),
            ('6', 'parent', 'other-distributor'), ('7', 'parent', 'unknown-outlet'),
            ('8', 'parent', 'cycle'), ('10', '', 'conflict')])
        self.counts(answer, accepted=1, repeated=1, quarantined=8)
        # A code is known only if a version of it is there, and ids have no holes.
        self.assertEqual(database.sql('SELECT id, code FROM settle.code WHERE dim = 3 ORDER BY id'),
                         [['1', 'O2'], ['2', 'O1'], ['3', 'O3'], ['4', 'N8']])
        self.assertEqual(database.value("SELECT value FROM settle.counter WHERE name = "
                                        "'code-outlet'"), '4')
        answer = self.load(database, 'managers', 'manager,name,outlet,valid_from\n'
                           'M5,x,N1,2026-02-01\nM6,y,N8,2026-02-30\n')
        self.assertEqual([(r[2], r[4]) for r in answer.rejections],
                         [('outlet', 'unknown-outlet'), ('valid_from', 'bad-date')])
        answer = self.load(database, 'products', PRODUCTS + 'C7,P1,x,plan,2026-01-01\n')
        self.counts(answer, repeated=3, quarantined=1)
        answer = self.load(database, 'distributors', DISTRIBUTORS.split('\n')[0] +
                           '\nD1,Eins,100,2026-02-01\nD1,New name,3,2026-01-01\n')
        self.assertEqual(answer.rejections[0][2:5], ('tier', '100', 'out-of-range'))
        self.counts(answer, accepted=1) # a correction


class Formats(Case):
    def test_header_orders_line_ends_and_mark(self):
        database = self.fresh()
        names = ORDER_HEADER.split(',')
        row = order('A1', region='"G""D, x"').replace('"G""D, x"', '\x01').split(',')
        back = [','.join(reversed(names)), ','.join(reversed(row)).replace('\x01', '"G""D, x"'), '']
        answer = self.load(database, 'orders', '\r\n'.join(back))
        self.counts(answer, accepted=1)
        self.assertEqual(database.value('SELECT code FROM settle.code WHERE dim = 7'), 'G"D, x')
        text = '\ufeff' + '\n'.join([ORDER_HEADER, order('A1', region='"G""D, x"')])
        self.counts(self.load(database, 'orders', text), repeated=1)

    def test_standard_input(self):
        database = self.fresh()
        answer = self.probe(database, 'import', 'orders', DATE, '-',
                            data=f'{ORDER_HEADER}\n{order()}\n'.encode())
        self.counts(answer, accepted=1)

    def test_not_csv_at_all(self):
        database = self.fresh()
        batches = database.value('SELECT count(*) FROM settle.batch')
        for data, message in ((b'', 'is empty'), (b'\x7fELF\x01\x00\x00', 'is not a CSV file'),
                              (b'PK\x03\x04\xff\xfe', 'is not a CSV file'),
                              (b'hello\n', 'unknown column "hello"'),
                              (ORDER_HEADER.replace('paid', 'payed').encode(),
                               'did you mean "paid"'),
                              (ORDER_HEADER.replace(',paid', '').encode(),
                               'lacks the column "paid"'),
                              (f'{ORDER_HEADER}\n{order()}\nC1,"'.encode(), 'never closed')):
            answer = self.load(database, 'orders', data)
            self.assertFalse(answer.good)
            self.assertIn(message, answer.message)
        self.assertEqual(database.value('SELECT count(*) FROM settle.batch'), batches)
        self.assertEqual(database.value('SELECT count(*) FROM settle.closed_order'), '0')

    def test_what_is_stored(self):
        database = self.fresh()
        self.orders(database, order('A1', contract='K1', first_order='yes',
                                    closed_at='2026-03-31T16:00:00Z', quantity='3'))
        self.assertEqual(database.sql(
            "SELECT closing_month, closing_day, paid_minor, quantity, currency, flags, line, "
            "upstream_id, contract, closing_at AT TIME ZONE 'UTC' FROM settle.closed_order"),
            [['2026-04-01', '2026-04-01', '19990', '3', '156', '1', '2', 'A1', 'K1',
              '2026-03-31 16:00:00']])
        self.assertEqual(database.sql(
            'SELECT s.month, s.facts FROM settle.batch_slice s'), [['2026-04-01', '1']])


class Totals(Case):
    def one(self, rows, *control):
        database = self.fresh()
        answer = self.load(database, 'orders', '\n'.join([ORDER_HEADER, *rows, '']), *control)
        stored = database.value('SELECT count(*) FROM settle.closed_order')
        self.assertEqual(database.sql('SELECT state, reason FROM settle.batch ORDER BY batch_id DESC '
                                      'LIMIT 1'), [[answer.state, answer.reason]])
        return answer, int(stored)

    def test_agree(self):
        answer, stored = self.one([order('A1'), order('A2', paid='-5')], 2, '194.90')
        self.assertEqual((answer.state, answer.reason, stored), ('sealed', '', 1))
        self.assertEqual(answer.sum, '194.90')

    def test_none_given(self):
        answer, stored = self.one([order('A1')])
        self.assertEqual((answer.state, stored), ('sealed', 1))
        self.assertIn('no control totals', answer.reason)

    def test_wrong_count(self):
        answer, stored = self.one([order('A1')], 2, '199.90')
        self.assertEqual((answer.state, stored), ('refused', 0))
        self.assertIn('1 rows, the control count is 2', answer.reason)

    def test_wrong_sum(self):
        answer, stored = self.one([order('A1')], 1, '199.91')
        self.assertEqual((answer.state, stored), ('refused', 0))
        self.assertIn('199.90, the control sum is 199.91', answer.reason)

    def test_unreadable_amount(self):
        rows = [order('A1'), order('A2', paid='?')]
        answer, stored = self.one(rows, 2, '299.90')
        self.assertEqual((answer.state, stored), ('refused', 0))
        self.assertIn('1 rows without a readable amount would have to make up for 100.00',
                      answer.reason)
        answer, stored = self.one(rows, 2, '199.90')     # the sender could not add it up, either
        self.assertEqual((answer.state, answer.reason, stored), ('sealed', '', 1))
        answer, stored = self.one(rows, '-', '299.90')
        self.assertEqual((answer.state, stored), ('refused', 0))
        answer, stored = self.one(rows, 3, '299.90')
        self.assertEqual((answer.state, stored), ('refused', 0))

    def test_currencies_add_up(self):
        answer, _ = self.one([order('A1'), order('A2', paid='7', currency='JPY')], 2, '206.90')
        self.assertEqual(answer.state, 'sealed')


class Again(Case):
    def test_whole_file(self):
        database = self.fresh()
        rows = [order(f'A{i}', contract=f'K{i}') for i in range(50)]
        self.counts(self.orders(database, *rows), accepted=50)
        self.counts(self.orders(database, *rows), accepted=0, repeated=50, quarantined=0)
        self.assertEqual(database.value('SELECT count(*) FROM settle.closed_order'), '50')

    def test_in_one_file(self):
        database = self.fresh()
        answer = self.orders(database, order(), order(), order(paid='1.00'),
                             order(closed_at='2026-03-10T04:00:00Z'))
        self.counts(answer, accepted=1, repeated=2, quarantined=1)
        self.assertEqual(answer.rejections[0][:5], ('4', '11', 'paid', '1.00', 'conflict'))
        self.assertIn('stands in line 2 with another paid', answer.rejections[0][5])

    def test_conflicts_with_the_database(self):
        database = self.fresh()
        self.orders(database, order())
        for change, field in (({'distributor': 'D2', 'manager': ''}, 'distributor'),
                              ({'closed_at': '2026-04-10 12:00:00'}, 'closed_at'),
                              ({'closed_at': '2026-02-10 12:00:00'}, 'closed_at'),
                              ({'region': 'ZJ'}, 'region'), ({'contract': 'K'}, 'contract'),
                              ({'first_order': '1'}, 'first_order'), ({'quantity': '2'}, 'quantity')):
            answer = self.orders(database, order(**change))
            self.assertEqual([(r[2], r[4]) for r in answer.rejections], [(field, 'conflict')], change)
        self.counts(self.orders(database, order(carrier='C2')), accepted=1) # another key

    def test_bills(self):
        database = self.fresh()
        self.orders(database, order(contract='K1'))
        answer = self.bills(database, bill(), bill(), bill(billed='1.00'),
                            bill(revision='2', billed='29.00'), bill(currency='JPY', billed='39',
                            tax='2', cash='39', month='2026-05'))
        self.counts(answer, accepted=2, repeated=1, quarantined=1, waiting=1)
        self.assertEqual([(r[0], r[2], r[4]) for r in answer.rejections], [('4', 'billed', 'conflict')])
        answer = self.bills(database, bill(), bill(revision='2', billed='28.00'),
                            bill(revision='3', billed='27.00'))
        self.counts(answer, accepted=1, repeated=1, quarantined=1)
        self.assertEqual(database.sql('SELECT revision, follows, withdrawn, billed_minor FROM '
                                      'settle.bill ORDER BY revision'),
                         [['1', 'f', 'f', '3900'], ['2', 't', 'f', '2900'], ['3', 't', 'f', '2700']])


class Contracts(Case):
    BILLS = ('SELECT o.upstream_id, b.month, b.revision, b.withdrawn, b.follows, b.batch_id, '
             'b.source_batch_id, b.order_batch_id FROM settle.bill b JOIN settle.closed_order o USING '
             '(distributor_id, order_id) ORDER BY b.batch_id, o.upstream_id, b.month, b.revision')

    def test_bills_before_their_order(self):
        database = self.fresh()
        waiting = self.bills(database, bill(), bill(revision='2', billed='29.00'), bill('K2'),
                             bill(month='2026-05'))
        self.counts(waiting, waiting=4, accepted=0)
        self.counts(self.bills(database, bill(), bill(billed='1.00')), repeated=1, quarantined=1,
                    waiting=0)
        answer = self.orders(database, order(contract='K1'))
        self.counts(answer, accepted=1, found=3)
        new, old = str(answer.figures['batch']), str(waiting.figures['batch'])
        self.assertEqual(database.sql(self.BILLS), [
            ['A1', '2026-04-01', '1', 'f', 'f', new, old, new],
            ['A1', '2026-04-01', '2', 'f', 't', new, old, new],
            ['A1', '2026-05-01', '1', 'f', 'f', new, old, new]])
        self.assertEqual(database.sql(f'SELECT month, facts FROM settle.batch_slice WHERE batch_id = '
                                      f'{new} ORDER BY month'),
                         [['2026-03-01', '1'], ['2026-04-01', '2'], ['2026-05-01', '1']])
        self.counts(self.bills(database, bill(), bill('K2')), repeated=2)

    def test_waiting_in_another_currency(self):
        database = self.fresh()
        wrong = bill(currency='JPY', billed='39', tax='2', cash='39')
        self.counts(self.bills(database, wrong), waiting=1)
        self.counts(self.orders(database, order(contract='K1')), accepted=1, found=0)
        self.counts(self.bills(database, wrong, bill()), accepted=1, repeated=1)
        self.counts(self.bills(database, bill()), repeated=1)
        # the first order in yen has it, though one in yuan closed before
        self.counts(self.orders(database, order('A2', contract='K1', closed_at='2026-03-20 12:00:00', paid='70',
                                                currency='JPY')), accepted=1, found=1)
        self.assertEqual(database.sql("SELECT upstream_id, b.currency, billed_minor FROM settle.bill b "
                                      "JOIN settle.closed_order o USING (distributor_id, order_id) ORDER BY 1"),
                         [['A1', '156', '3900'], ['A2', '392', '39']])
        self.assertEqual(database.value('SELECT count(*) FROM settle.contract WHERE flags & 2 <> 0'), '0')

    def test_later_order_follows(self):
        database = self.fresh()
        self.orders(database, order('A2', contract='K1', closed_at='2026-03-12 12:00'),
                    order('A1', contract='K1'), order('B1', contract='K9'))
        self.orders(database, order('A3', contract='K1', closed_at='2026-03-13 12:00'))
        self.assertEqual(database.sql('SELECT upstream_id, flags FROM settle.closed_order ORDER BY 1'),
                         [['A1', '0'], ['A2', '2'], ['A3', '2'], ['B1', '0']])
        self.bills(database, bill())
        self.assertEqual([row[0] for row in database.sql(self.BILLS)], ['A1'])

    def test_bills_move_to_an_earlier_order(self):
        database = self.fresh()
        first = self.orders(database, order('A2', contract='K1'))
        bills = self.bills(database, bill(), bill(revision='2', billed='29.00'))
        answer = self.orders(database, order('A1', contract='K1', closed_at='2026-03-09 12:00',
                                             distributor='D2', manager=''))
        b1, b2, b3 = (str(a.figures['batch']) for a in (first, bills, answer))
        self.assertEqual(database.sql(self.BILLS), [
            ['A2', '2026-04-01', '1', 'f', 'f', b2, b2, b1],
            ['A2', '2026-04-01', '2', 'f', 't', b2, b2, b1],
            ['A1', '2026-04-01', '1', 'f', 'f', b3, b2, b3],
            ['A1', '2026-04-01', '2', 'f', 't', b3, b2, b3],
            ['A2', '2026-04-01', '1', 't', 't', b3, b2, b1],
            ['A2', '2026-04-01', '2', 't', 't', b3, b2, b1]])
        answer = self.bills(database, bill(), bill(revision='3', billed='28.00'))
        self.counts(answer, repeated=1, accepted=1)
        self.assertEqual(database.sql(self.BILLS)[-1][:5], ['A1', '2026-04-01', '3', 'f', 't'])


class OtherWaysIn(Case):
    def test_staging(self):
        database = self.fresh()
        fields = ('jsonb_build_object(\'carrier\', \'C1\', \'order_id\', \'S\' || n, \'distributor\', '
                  '\'D1\', \'product\', \'P1\', \'region\', \'GD\', \'channel\', \'x,"y\', '
                  '\'closed_at\', \'2026-03-10T12:00:00+08:00\', \'paid\', 199.90, \'quantity\', 1, '
                  '\'first_order\', true, \'manager\', null, \'currency\', \'CNY\')')
        database.sql(f"INSERT INTO settle.staging SELECT 'crm', 'orders', n, {fields} "
                     "FROM generate_series(1, 3) n;"
                     f"INSERT INTO settle.staging SELECT 'crm', 'orders', n, {fields} || "
                     "'{\"paid\": 1.999}' FROM generate_series(4, 4) n;"
                     "INSERT INTO settle.staging VALUES ('crm', 'orders', 5, '[1]'), "
                     "('crm', 'orders', 6, '{\"colour\": \"red\"}')")
        answer = self.probe(database, 'staging', 'orders', DATE, 'crm')
        self.counts(answer, rows=6, accepted=3, quarantined=3)
        self.assertEqual([(r[0], r[2], r[3], r[4]) for r in answer.rejections], [
            ('4', 'paid', '1.999', 'too-many-decimals'), ('5', '', '', 'staging-fields'),
            ('6', '', '', 'staging-fields')])
        self.assertEqual(database.value('SELECT sum(paid_minor) FROM settle.closed_order'), '59970')
        answer = self.probe(database, 'staging', 'orders', DATE, 'crm')
        self.counts(answer, batch=0, rows=0)
        database.sql(f"INSERT INTO settle.staging SELECT 'crm', 'orders', n, {fields} "
                     "FROM generate_series(7, 7) n")
        self.counts(self.probe(database, 'staging', 'orders', DATE, 'crm'), rows=1, accepted=1)
        self.assertEqual(database.sql('SELECT up_to FROM settle.staging_taken ORDER BY 1'),
                         [['6'], ['7']])

    def test_release_after_mending(self):
        database = self.fresh()
        rows = [order('A1'), order('A2', product='P5', region='"a,b"'), order('A3', product='P6'),
                order('A4', paid='x')]
        first = self.orders(database, *rows)
        self.counts(first, accepted=1, quarantined=3)
        batch = first.figures['batch']
        # what names a product is read again when that is told, and nothing else
        self.load(database, 'products', PRODUCTS.split('\n')[0] + '\nC1,P5,x,plan,2026-01-01\n')
        self.assertEqual(database.sql('SELECT line, into_batch FROM settle.quarantine_release'), [['3', str(batch + 2)]])
        self.assertEqual(database.value('SELECT count(*) FROM settle.closed_order'), '2')
        answer = self.probe(database, 'release', DATE, 0, 0, 'unknown-product')
        self.counts(answer, rows=1, quarantined=1)
        self.assertEqual(answer.rejections[0][:5], ('4', '5', 'product', 'P6', 'unknown-product'))
        into = answer.figures['batch']
        self.assertEqual(database.sql('SELECT batch_id, line, into_batch FROM '
                                      'settle.quarantine_release ORDER BY line'),
                         [[str(batch), '3', str(into - 1)], [str(batch), '4', str(into)]])
        self.assertEqual(database.sql("SELECT subject, detail ->> 'rows' FROM settle.control_log "
                                      "WHERE action <> 'carrier-key'"),
                         [[f'batch {batch}', '1'], [f'batch {batch}', '1']])
        self.assertEqual(database.value(f'SELECT source FROM settle.batch WHERE batch_id = {into}'),
                         f'release of batch {batch}')
        self.counts(self.probe(database, 'release', DATE, batch, 5, '-'), rows=1, quarantined=1)
        answer = self.probe(database, 'release', DATE, batch, 0, '-')
        self.assertTrue(answer.good)
        self.assertEqual(answer.text, '') # nothing of that batch is left
        self.load(database, 'products', PRODUCTS.split('\n')[0] + '\nC1,P6,x,plan,2026-01-01\n')
        self.assertEqual(database.value('SELECT count(*) FROM settle.closed_order'), '3')
        answer = self.probe(database, 'release', DATE, 0, 0, '-')
        self.assertEqual(answer.text.count('sealed'), 1)


if __name__ == '__main__':
    settle_test.main()
