#!/usr/bin/env python3
"""tools/settle-night: an inbox with a manifest, missed nights, a file that is refused, one that comes late."""
import csv
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, os.path.join(ROOT, 'tests', 'lib'))
import settle_test

QUARTER = os.path.join(ROOT, 'fixtures', 'quarter')
UNTIL = '2026-02-10'


class Night(settle_test.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='settle-inbox-')
        self.addCleanup(folder.cleanup)
        self.inbox = folder.name
        with open(os.path.join(QUARTER, 'manifest.csv'), encoding='utf-8', newline='') as file:
            self.manifest = [row for row in csv.DictReader(file) if row['business_date'] <= UNTIL]
        for row in self.manifest:
            shutil.copy(os.path.join(QUARTER, row['file']), self.inbox)
        self.write_manifest()

    def write_manifest(self):
        with open(os.path.join(self.inbox, 'manifest.csv'), 'w', encoding='utf-8', newline='') as file:
            out = csv.DictWriter(file, self.manifest[0].keys())
            out.writeheader()
            # the order of the lines does not matter
            out.writerows(sorted(self.manifest, key=lambda row: row['file'], reverse=True))

    def database(self):
        database = self.server.database(migrated=True)
        database.settle('import', 'carriers', os.path.join(QUARTER, 'carriers.csv'), '--date', '2025-12-31',
                        check=True)
        policies = os.path.join(ROOT, 'fixtures', 'policies')
        database.activate(*(os.path.join(policies, name) for name in sorted(os.listdir(policies))))
        return database

    def night(self, database, day, code=0, **environment):
        result = subprocess.run([os.path.join(ROOT, 'tools', 'settle-night'), self.inbox, day],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False,
                                env={**os.environ, 'SETTLE': settle_test.program(),
                                     'SETTLE_DB': database.conninfo('postgres'),
                                     'SETTLE_RUN_OPTIONS': '--yes',     # whatever day the test is run on
                                     **environment})
        self.assertEqual(result.returncode, code, result.stdout)
        return result.stdout

    def books(self, database):
        return database.settle('--format', 'csv', 'ledger', 'balances', check=True)[1]

    def test_nights(self):
        """Every night as it comes, and all of them missed: the same books."""
        by_night, at_once = self.database(), self.database()
        for day in ('2026-01-05', '2026-01-06', '2026-01-20', UNTIL):
            held = [row['file'] for row in self.manifest if row['business_date'] > day]
            for name in held:  # not there yet
                os.rename(os.path.join(self.inbox, name), os.path.join(self.inbox, 'later-' + name))
            self.night(by_night, day)
            for name in held:
                os.rename(os.path.join(self.inbox, 'later-' + name), os.path.join(self.inbox, name))
        self.assertEqual(sorted(os.listdir(os.path.join(self.inbox, 'done'))),
                         sorted(row['file'] for row in self.manifest))
        self.assertIn('nothing to do', self.night(by_night, UNTIL))
        self.assertIn('--workers', self.night(by_night, UNTIL, code=2, SETTLE_RUN_OPTIONS='--yes --chunk-facts 5 --workers 999'))
        self.assertIn('SETTLE_RUN_OPTIONS', self.night(by_night, UNTIL, code=2, SETTLE_RUN_OPTIONS='--workers 2 --dry-run'))
        for row in self.manifest:
            os.rename(os.path.join(self.inbox, 'done', row['file']), os.path.join(self.inbox, row['file']))
        self.night(at_once, UNTIL)
        self.assertNotEqual(self.books(at_once), '')
        self.assertEqual(self.books(at_once), self.books(by_night))

    def test_a_refused_file_does_not_stop_the_night(self):
        database = self.database()
        wrong = next(row for row in self.manifest if row['file'] == 'orders-2026-01-12.csv')
        right, wrong['count'] = wrong['count'], '1'
        self.write_manifest()
        self.night(database, UNTIL, code=3)
        self.assertEqual(os.listdir(os.path.join(self.inbox, 'refused')), [wrong['file']])
        self.assertNotEqual(self.books(database), '')
        # mended: it comes again
        wrong['count'] = right
        self.write_manifest()
        os.rename(os.path.join(self.inbox, 'refused', wrong['file']),
                  os.path.join(self.inbox, wrong['file']))
        before = self.books(database)
        self.night(database, UNTIL)
        self.assertNotEqual(self.books(database), before)

    def test_a_file_that_is_missing_is_told(self):
        database = self.database()
        os.unlink(os.path.join(self.inbox, 'orders-2026-01-12.csv'))
        self.assertIn('orders-2026-01-12.csv is named in the manifest but not there',
                      self.night(database, UNTIL, code=3))

    def test_a_name_that_comes_again_is_told(self):
        """A sender who writes orders.csv every night: the second one is not taken for the first."""
        database, row = self.database(), next(r for r in self.manifest if r['kind'] == 'orders')
        self.night(database, UNTIL)
        shutil.copy(os.path.join(QUARTER, 'orders-2026-02-16.csv'), os.path.join(self.inbox, row['file']))
        self.assertIn(f"{row['file']} was imported before: give the new one another name",
                      self.night(database, UNTIL, code=3))
        self.assertIn(row['file'], os.listdir(self.inbox))

    def test_manifests_that_are_wrong(self):
        """Nothing of the inbox is passed over in silence, and the night is settled."""
        database, path = self.database(), os.path.join(self.inbox, 'manifest.csv')
        head, line = 'file,kind,business_date,count,sum\n', 'carriers.csv,{},{},3,\n'
        for text, told in (
                (None, 'there is no '), ('', 'the first line of '),
                (line.format('carriers', '2025-12-31'), 'the first line of '),
                (head + line.format('carrier', '2025-12-31'), ':2: there is no kind "carrier"'),
                (head + line.format('carriers', '31.12.2025'), ':2: "31.12.2025" is no day like 2026-'),
                (head + 'carriers.csv\n', ':2: there is no kind ""'),
                (head + 'a.csv,carriers,,,\n', ':2: "" is no day')):
            with self.subTest(text):
                os.unlink(path)
                if text is not None:
                    with open(path, 'w', encoding='utf-8') as file:
                        file.write(text)
                said = self.night(database, '2026-01-05', code=3)
                self.assertIn(told, said)
                self.assertNotIn('carriers.csv: batch', said)
                self.assertTrue('nothing to do' in said or '2026-01-05' in said, said)
                with open(path, 'w', encoding='utf-8'):
                    pass

    def test_manifest_of_a_spreadsheet(self):
        """With a BOM and carriage returns; and an empty count does not become the sum."""
        database = self.database()
        for row in self.manifest:
            row['count'] = ''
        self.write_manifest()
        path = os.path.join(self.inbox, 'manifest.csv')
        with open(path, encoding='utf-8') as file:
            text = file.read()
        with open(path, 'w', encoding='utf-8-sig', newline='\r\n') as file:
            file.write(text)
        self.night(database, UNTIL)
        self.assertEqual(len(os.listdir(os.path.join(self.inbox, 'done'))), len(self.manifest))

    def test_no_inbox(self):
        result = subprocess.run([os.path.join(ROOT, 'tools', 'settle-night'), '/nonexistent/inbox'],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((result.returncode, 'is not there' in result.stderr), (3, True), result.stderr)

    def test_usage(self):
        for arguments, code in (((), 2), (('--help',), 0), (('a', 'b', 'c'), 2)):
            result = subprocess.run([os.path.join(ROOT, 'tools', 'settle-night'), *arguments],
                                    stdout=subprocess.PIPE, check=False)
            self.assertEqual(result.returncode, code, arguments)


settle_test.main()
