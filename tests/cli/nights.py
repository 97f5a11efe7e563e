"""Generated months on a private server, for tests that run them in different ways."""
import csv
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
import settle_test

ROOT = os.path.join(HERE, '..', '..')
PARTIES = ('carriers', 'products', 'distributors', 'outlets', 'managers')

# One policy a carrier, all four kinds; no invoices unless a test wants them.
POLICY = """policy: night
carrier: {carrier}
version: v1
closing: 2026-01-01..
currency: CNY
tax: {{rate: 6%, included: true}}
invoice: {{cycle: {cycle}}}
rules:
- upfront: fixed
  for: {{class: [sim, broadband]}}
  pay: 30.00
- upfront: percent
  for: {{class: [plan, phone]}}
  pay: 2.5%
  cap: 4.99
- deferred: instalments
  for: {{class: [plan, phone]}}
  instalments:
  - {{after: 0 months, day: 28, pay: 1.00}}
  - {{after: 1 month, day: 6, pay: 1%, if: [{{month: 0, any: [{{minutes: 10..}}, {{megabytes: 100..}}]}}]}}
- revenue-share: share
  base: billed-less-arrears
  months: 0..12
  rate: 3%
  life-cap: 2.00
- volume-bonus: volume
  window: month
  scope: outlet
  mode: marginal
  tiers: {{3..9: 1.00, 10..: 2.00}}
"""


def generate(folder, *options):
    """Runs the data generator; the manifest's rows."""
    program = os.environ['SETTLE_GENERATE']
    subprocess.run([program, '--out', folder, *map(str, options)], check=True,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(folder, 'manifest.csv'), newline='', encoding='utf-8') as file:
        return list(csv.DictReader(file))


def policies(folder, cycle='none'):
    """A policy file for each carrier of the generated data."""
    paths = []
    with open(os.path.join(folder, 'carriers.csv'), newline='', encoding='utf-8') as file:
        for row in csv.DictReader(file):
            paths.append(os.path.join(folder, row['carrier'] + '.yaml'))
            with open(paths[-1], 'w', encoding='utf-8') as policy:
                policy.write(POLICY.format(carrier=row['carrier'], cycle=cycle))
    return paths


def load(database, folder, entries, date=None):
    """Imports the entries with their control totals (their own business date, or one for all)."""
    for entry in entries:
        options = ['--date', date or entry['business_date'], '--count', entry['count']]
        if entry['sum']:
            options += ['--sum', entry['sum']]
        database.settle('import', entry['kind'], os.path.join(folder, entry['file']), *options,
                        check=True)


def copy_of(database):
    """Another database with the same content."""
    return database.server.copy(database)


def digests(database):
    return database.sql("SELECT run_id, business_date, encode(digest, 'hex') "
                        'FROM settle.run_publication ORDER BY run_id')


def books(database):
    """What finance sees: balances, and invoices with their lines."""
    return [database.settle('--format', 'csv', *command, check=True)[1] for command in (
        ('ledger', 'balances'), ('invoice', 'list'), ('invoice', 'lines'))]


def nets(database):
    """What every order and window stands at, whatever the runs and their order."""
    return database.sql(
        'SELECT distributor_id, subject_id, slot, policy_id, sum(CASE WHEN debit = 1 THEN amount_minor '
        'ELSE -amount_minor END) FROM settle.transfer WHERE kind <= 4 GROUP BY 1, 2, 3, 4 '
        'HAVING sum(CASE WHEN debit = 1 THEN amount_minor ELSE -amount_minor END) <> 0 '
        'ORDER BY 1, 2, 3, 4')


def prepared(server, folder, *options, cycle='none'):
    """A database with parties and policies, and the manifest of what else there is."""
    manifest = generate(folder, *options)
    database = server.database(migrated=True)
    load(database, folder, [entry for kind in PARTIES for entry in manifest if entry['kind'] == kind])
    database.activate(*policies(folder, cycle))
    return database, [entry for entry in manifest if entry['kind'] in ('orders', 'bills')]


class NightCase(settle_test.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='settle-night-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
