#!/usr/bin/env python3
"""What people type by mistake: each slip has its exit code, and a message that says what is wrong and what to do now.
None is answered with an empty table."""
import datetime
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test


class FarDates(small.Case):
    """A night that was published cannot be taken back: dates that look like a slip want --yes."""

    def setUp(self):
        super().setUp()
        self.prepare('- upfront: a\n  pay: 1.00')
        self.send('orders', '2026-03-05', small.order('A1', '2026-03-05'))

    def refused(self, date, *named):
        code, out, err = self.database.settle('run', '--date', date, yes=False)
        self.assertEqual((code, out), (3, ''), err)
        for text in (*named, f'hint: look at the date; if it is meant: settle run --date {date} --yes'):
            self.assertIn(text, err)
        self.assertEqual(self.nights(), 0)

    def nights(self):
        return int(self.database.value('SELECT count(*) FROM settle.run'))

    def test_many_nights(self):
        # 2026-03-05 to 2026-05-05 are 62 nights, counted from the oldest orders
        self.refused('2026-05-06', 'that would settle 63 nights, 2026-03-05 to 2026-05-06')
        # a dry run writes nothing
        self.assertEqual(self.database.settle('run', '--date', '2026-05-06', '--dry-run')[0], 0)
        self.assertEqual(self.nights(), 0)
        code, _, err = self.database.settle('run', '--date', '2026-05-05', yes=False)
        self.assertEqual((code, self.nights()), (0, 62), err)
        # and then from the last settled night
        code, _, err = self.database.settle('run', '--date', '2026-07-07', yes=False)
        self.assertEqual((code, self.nights()), (3, 62), err)
        self.assertIn('63 nights, 2026-05-06 to 2026-07-07', err)
        self.ok('run', '--date', '2026-07-07', '--yes')
        self.assertEqual(self.nights(), 62 + 63)

    def test_after_tomorrow(self):
        self.refused('2126-01-22', '2126-01-22 is after tomorrow, ', 'that would settle 36483 nights')
        # of the settlement zone
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        tomorrow = today + datetime.timedelta(days=1)
        self.refused(str(tomorrow + datetime.timedelta(days=2)), 'after tomorrow')
        self.database = self.server.database(migrated=True)
        code, _, err = self.database.settle('run', '--date', str(tomorrow), yes=False)
        self.assertEqual((code, self.nights()), (0, 1), err)
        code, _, err = self.database.settle('run', '--date', str(tomorrow + datetime.timedelta(days=2)), yes=False)
        self.assertEqual((code, self.nights()), (3, 1), err)
        self.assertIn('that would settle 2 nights, which cannot', err)


if __name__ == '__main__':
    settle_test.main()
