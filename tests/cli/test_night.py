#!/usr/bin/env python3
"""settle night: a drop folder with a manifest, missed nights, a file that is refused, one that comes late."""
import csv
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
import dropfolder
import settle_test

ROOT = os.path.join(HERE, '..', '..')
QUARTER = os.path.join(ROOT, 'fixtures', 'quarter')
UNTIL = '2026-02-10'


class Night(dropfolder.Case):
    def setUp(self):
        super().setUp()
        with open(os.path.join(QUARTER, 'manifest.csv'), encoding='utf-8', newline='') as file:
            self.manifest = [row for row in csv.DictReader(file) if row['business_date'] <= UNTIL]
        for row in self.manifest:
            shutil.copy(os.path.join(QUARTER, row['file']), self.inbox)
        self.write_manifest()

    def write_manifest(self):
        # the order of the lines does not matter
        self.name(*(tuple(row.values()) for row in sorted(self.manifest, key=lambda row: row['file'], reverse=True)))

    def settled(self):
        self.database = self.server.database(migrated=True)
        self.database.settle('import', 'carriers', os.path.join(QUARTER, 'carriers.csv'), '--date', '2025-12-31',
                             check=True)
        policies = os.path.join(ROOT, 'fixtures', 'policies')
        self.database.activate(*(os.path.join(policies, name) for name in sorted(os.listdir(policies))))
        return self.database

    def books(self):
        return self.database.settle('--format', 'csv', 'ledger', 'balances', check=True)[1]

    def test_nights(self):
        """Every night as it comes, and all of them missed: the same books."""
        self.settled()
        for day in ('2026-01-05', '2026-01-06', '2026-01-20', UNTIL):
            held = [row['file'] for row in self.manifest if row['business_date'] > day]
            for name in held:  # not there yet
                os.rename(self.path(name), self.path(name + '.part'))
            self.night(day)
            for name in held:
                os.rename(self.path(name + '.part'), self.path(name))
        self.assertEqual(self.done(), sorted(row['file'] for row in self.manifest))
        self.assertEqual(self.lying(), ['manifest.csv'])
        self.assertIn('nothing to do', self.night(UNTIL))
        by_night = self.books()
        self.assertNotEqual(by_night, '')
        for row in self.manifest:
            os.rename(os.path.join(self.state, 'done', row['file']), self.path(row['file']))
        shutil.rmtree(self.state)
        self.settled()
        self.night(UNTIL)
        self.assertEqual(self.books(), by_night)

    def test_a_refused_file_is_refused_once(self):
        """Also where an amount has more decimals than its currency."""
        self.settled()
        name = 'receipts-2026-01-12.csv'
        self.manifest = [{'file': name, 'kind': 'receipts', 'business_date': '2026-01-12', 'count': '1', 'sum': '2.00'}]
        for amount in ('1', '1.5', '1.25', '1.125', '1.2345'):
            with open(self.path(name), 'w', encoding='utf-8') as file:
                file.write('carrier,receipt_id,distributor,month,amount,currency\n'
                           f'CMCC-GD,R1,D00001,2026-01,{amount},XXX\n')
            self.write_manifest()
            self.assertIn('it stays', self.night('2026-01-12', code=3))
            batches = self.database.value('SELECT count(*) FROM settle.batch')
            self.assertIn('was refused as batch', self.night('2026-01-12', code=3))
            self.assertEqual(self.database.value('SELECT count(*) FROM settle.batch'), batches, amount)

    def test_a_refused_file_does_not_stop_the_night(self):
        self.settled()
        wrong = next(row for row in self.manifest if row['file'] == 'orders-2026-01-12.csv')
        right, wrong['count'] = wrong['count'], '1'
        self.write_manifest()
        self.assertIn('it stays', self.night(UNTIL, code=3))
        self.assertEqual(self.lying(), ['manifest.csv', wrong['file']])
        self.assertNotEqual(self.books(), '')
        # the same once more: said, and no second batch of it
        batches = self.database.value('SELECT count(*) FROM settle.batch')
        self.assertIn('was refused as batch', self.night(UNTIL, code=3))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.batch'), batches)
        wrong['count'] = right
        self.write_manifest()
        before = self.books()
        self.night(UNTIL)
        self.assertNotEqual(self.books(), before)
        self.assertEqual(self.lying(), ['manifest.csv'])

    def test_manifest_of_a_spreadsheet(self):
        """With a BOM, carriage returns and empty fields behind the end; and an empty count does not become the sum."""
        self.settled()
        lines = ['file,kind,business_date,count,sum',
                 *(','.join([row['file'], row['kind'], row['business_date'], '', row['sum']]) for row in self.manifest),
                 f'end,{len(self.manifest)},,,']
        self.write('manifest.csv', ('\ufeff' + '\r\n'.join(lines)).encode())
        self.night(UNTIL)
        self.assertEqual(len(self.done()), len(self.manifest))

    def test_usage(self):
        self.settled()
        for arguments, code in (((), 2), (('--help',), 0), (('a', 'b'), 2), ((self.inbox, '--until', 'x'), 2),
                                ((self.inbox, '--quiet', '-1'), 2), ((self.inbox, '--workers', '999'), 2),
                                ((self.inbox, '--chunk-facts', '-1'), 2), ((self.inbox, '--yes'), 2),
                                ((self.inbox, '--state', os.path.join(self.inbox, 'state')), 2)):
            with self.subTest(arguments):
                self.assertEqual(self.database.settle('night', *arguments)[0], code)


settle_test.main()
