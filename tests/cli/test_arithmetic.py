#!/usr/bin/env python3
"""Two versions of the arithmetic in one database: each night keeps the one that it was begun with, through
a death and when it is computed again. The second one is there in builds with failpoints only: it takes what
is earned down to whole tens of fen."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small  # finds settle_test
import settle_test
import world

NOW, TENS = '3', '1000'
RULES = """- upfront: one
  pay: 3.17
- deferred: later
  instalments: [{after: 1 months, day: 15, pay: 2.25}]
- revenue-share: part
  base: billed
  months: 0..3
  rate: 10%
- volume-bonus: many
  window: month
  mode: whole
  tiers: {1..: 1.07}
"""


class Arithmetic(small.Case):
    def setUp(self):
        super().setUp()
        code, _, err = settle_test.settle('--failpoints')
        if code == 2 and 'without failpoints' in err:
            self.skipTest('built without -Dfailpoints=true')
        self.prepare(RULES)

    def said(self, *arguments, version=None, code=0, **env):
        if version is not None:
            env['SETTLE_ARITHMETIC'] = version
        got, out, err = self.database.settle(*arguments, env=env)
        self.assertEqual(got, code, out + err)
        return out + err

    def night(self, date, version=None, **more):
        return self.said('run', '--date', date, version=version, **more)

    def versions(self):
        """Of the runs, by date."""
        return dict(self.database.sql('SELECT business_date, calculation FROM settle.run'))

    def replay(self, version=None, code=0):
        """The runs that do not come out again. version: the current one of who asks."""
        lines = self.said('replay', '--run', '1..', version=version, code=code).splitlines()
        runs = [line for line in lines if line.startswith('run ')]
        self.assertEqual(len(runs), int(self.database.value('SELECT count(*) FROM settle.run_publication')), lines)
        return [line for line in runs if not line.endswith('equal')]

    def orders(self, date, *names):
        self.send('orders', date, *(small.order(name, date, contract='N-' + name) for name in names))

    def bill(self, date, name):
        self.send('bills', date, small.bill('N-' + name, '2026-01', date, billed='12.30'))

    def test_nights_of_two_versions(self):
        self.orders('2026-01-05', 'A')
        self.night('2026-01-05')
        self.orders('2026-01-06', 'B')
        self.night('2026-01-06', TENS)
        self.bill('2026-01-20', 'A')
        self.night('2026-01-19')
        self.night('2026-01-20', TENS)
        self.bill('2026-01-21', 'B')
        self.night('2026-01-21', NOW)
        earned = {('A', 'upfront'): 317, ('B', 'upfront'): 310,
                  ('A', 'revenue-share'): 120, ('B', 'revenue-share'): 123}
        self.assertEqual(self.nets('subject', 'kind'), earned)
        # what was posted by one version is corrected by the other where the order is computed again
        self.send('events', '2026-01-22', {'carrier': 'C1', 'event_id': 'e1', 'order_id': 'A', 'event': 'suspend',
                                           'at': '2026-01-22 09:00:00', 'amount': '', 'reinstates': '',
                                           'currency': 'CNY'})
        self.night('2026-01-22', TENS)
        earned['A', 'upfront'] = 310
        self.assertEqual(self.nets('subject', 'kind'), earned)
        # two orders in January's window
        self.night('2026-01-30')
        self.night('2026-01-31', TENS)
        self.orders('2026-02-01', 'C')
        self.night('2026-02-14')
        self.night('2026-02-15', TENS)
        self.night('2026-03-15')
        self.assertEqual(self.nets('kind'), {('upfront',): 310 + 310 + 317, ('revenue-share',): 120 + 123,
                                             ('deferred',): 220 + 220 + 225, ('volume-bonus',): 210 + 107})
        versions = self.versions()
        self.assertEqual([date for date, version in sorted(versions.items()) if version == TENS],
                         ['2026-01-06', '2026-01-20', '2026-01-22', '2026-01-31', '2026-02-15'])
        self.assertEqual(set(versions.values()), {NOW, TENS})
        self.said('verify')
        # each by its own version, whichever is the current one; of the other one they are not what was published
        for current in None, NOW, TENS:
            self.assertEqual(self.replay(current), [])
        world.tamper(self.database, f"UPDATE settle.run SET calculation = {NOW} WHERE business_date = '2026-01-31'")
        self.assertEqual(len(self.replay(code=1)), 1)

    def test_continued(self):
        """A night that died goes on by the version that it was begun with, and the next one has the current."""
        self.orders('2026-01-05', 'A')
        self.orders('2026-01-06', 'B')
        self.night('2026-01-05', TENS, code=-9, SETTLE_FAILPOINT='run-chunk-before-commit:die')
        self.night('2026-01-06')
        self.assertEqual(self.versions(), {'2026-01-05': TENS, '2026-01-06': NOW})
        self.assertEqual(self.nets('subject'), {('A',): 310, ('B',): 317})
        self.assertEqual(self.replay(), [])

    def test_unknown(self):
        """Asked for, in a published run, and in one that is to be continued."""
        for version in '4', '0', '-3', 'x', '':
            said = self.night('2026-01-05', version, code=2)
            self.assertIn(f'there is no version "{version}" of the arithmetic, this program has versions 3, 1000', said)
        self.orders('2026-01-05', 'A')
        self.night('2026-01-05')
        self.orders('2026-01-06', 'B')
        self.night('2026-01-06', code=-9, SETTLE_FAILPOINT='run-manifest-committed:die')
        world.tamper(self.database, 'UPDATE settle.run SET calculation = 7')
        sentence = 'was begun with version 7 of the arithmetic, this program has versions 3, 1000'
        self.assertIn('run 1 ' + sentence, self.said('replay', '--run', '1', code=3))
        self.assertIn('run 2 ' + sentence, self.night('2026-01-06', code=3))
        self.assertEqual(self.nets('subject'), {('A',): 317})


if __name__ == '__main__':
    settle_test.main()
