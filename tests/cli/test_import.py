#!/usr/bin/env python3
"""`settle import` and `settle quarantine` as a user types them: exit codes, standard input, several
files, what is said. What intake itself promises is tested in tests/db/test_intake.py."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
import settle_test

FILES = {
    'carriers': 'carrier,name,valid_from\nC1,One,2026-01-01\n',
    'distributors': 'distributor,name,tier,valid_from\nD1,Eins,3,2026-01-01\n',
    'products': 'carrier,product,name,class,valid_from\nC1,P1,Plan,plan,2026-01-01\n',
}
HEADER = ('carrier,order_id,distributor,manager,product,region,channel,contract,first_order,'
          'closed_at,paid,quantity,currency\n')
GOOD = 'C1,A1,D1,,P1,GD,online,,,2026-03-10 12:00:00,199.90,1,CNY\n'
BAD = 'C1,A2,D1,,P2,GD,online,,,2026-03-10 12:00:00,50.00,1,CNY\n'
DATE = ('--date', '2026-03-31')


class Import(settle_test.TestCase):
    def setUp(self):
        self.database = self.server.database(migrated=True)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for kind, text in FILES.items():
            self.settle('import', kind, self.file(kind, text), *DATE)

    def file(self, name, text):
        path = os.path.join(self.folder.name, name + '.csv')
        with open(path, 'w', encoding='utf-8', newline='') as file:
            file.write(text)
        return path

    def settle(self, *arguments, code=0):
        got, out, err = self.database.settle(*arguments)
        self.assertEqual(got, code, out + err)
        return out + err

    def orders(self):
        return self.database.value('SELECT count(*) FROM settle.closed_order')

    def test_control_totals(self):
        path = self.file('orders', HEADER + GOOD)
        self.settle('import', 'orders', path, *DATE, '--count', '2', code=3)
        self.settle('import', 'orders', path, *DATE, '--sum', '199.91', code=3)
        self.assertEqual(self.orders(), '0')
        self.assertIn('1 accepted', self.settle('import', 'orders', path, *DATE, '--count', '1',
                                                '--sum', '199.90'))
        self.assertIn('1 repeated', self.settle('import', 'orders', path, *DATE))
        self.assertEqual(self.orders(), '1')

    def test_standard_input(self):
        result = subprocess.run([settle_test.program(), '--db', self.database.conninfo(), 'import',
                                 'orders', '-', *DATE], input=(HEADER + GOOD).encode(),
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                                timeout=60)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertEqual(self.orders(), '1')

    def test_several_files(self):
        second = self.file('second', HEADER + GOOD.replace('A1', 'A3'))
        self.settle('import', 'orders', self.file('first', HEADER + GOOD), second, *DATE)
        self.assertEqual(self.orders(), '2')

    def test_refused_whole(self):
        for text, message in (('', 'empty'), ('\x00\x01\x02', 'not a CSV'),
                              (HEADER.replace('paid', 'payed'), 'did you mean "paid"')):
            self.assertIn(message, self.settle('import', 'orders', self.file('x', text), *DATE,
                                               code=3))
        self.settle('import', 'orders', '/nonexistent.csv', *DATE, code=3)

    def test_usage(self):
        path = self.file('orders', HEADER + GOOD)
        self.settle('import', 'order', path, *DATE, code=2)
        self.settle('import', 'orders', code=2)
        self.settle('import', 'orders', path, *DATE, '--sum', 'much', code=2)
        self.settle('import', 'carriers', self.file('c', FILES['carriers']), *DATE, '--sum', '1',
                    code=2)

    def test_quarantine(self):
        out = self.settle('import', 'orders', self.file('orders', HEADER + GOOD + BAD), *DATE)
        self.assertIn('unknown-product', out)
        self.assertIn('unknown-product', self.settle('quarantine', 'list'))
        said = self.settle('import', 'products', self.file('p2', FILES['products'].replace('P1', 'P2')), *DATE)
        self.assertIn(': 1 rows, 1 accepted, sum 50.00', said)  # by itself
        self.assertEqual(self.orders(), '2')
        self.assertIn('no row to release', self.settle('quarantine', 'release', '--reason', 'unknown-product', *DATE))
        self.assertNotIn('unknown-product', self.settle('quarantine', 'list'))

    def test_a_reader_may_not(self):
        path = self.file('orders', HEADER + GOOD)
        code, _, _ = self.database.settle('import', 'orders', path, *DATE, user='settle_audit')
        self.assertEqual(code, 4)
        self.assertEqual(self.orders(), '0')


if __name__ == '__main__':
    settle_test.main()
