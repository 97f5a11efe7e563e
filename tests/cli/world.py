"""The sample quarter as a real quarter goes: facts arrive while nights are settled, periods are closed,
kept rows are released, invoices approved and issued, a further policy is activated, a run is given up.
For tests that look at what was published."""
import csv
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'lib'))
sys.path.insert(0, os.path.join(HERE, '..', 'oracle'))
import nights
import settle_test
from random_facts import read_manifest

ROOT = os.path.join(HERE, '..', '..')
QUARTER = os.path.join(ROOT, 'fixtures', 'quarter')
POLICIES = [os.path.join(ROOT, 'fixtures', 'policies', name)
            for name in ('p1-voice-quality.yaml', 'p2-activity-gated.yaml', 'p3-online-sim.yaml',
                         'p4-small-carrier.yaml')]
LATE_CARRIER = 'carrier,name,valid_from\nCMCC-HN,Hainan Mobile,2025-01-01\n'
LATE_POLICY = """policy: hn
carrier: CMCC-HN
version: v1
closing: 2026-03-01..
currency: CNY
tax: {rate: 6%, included: true}
invoice: {cycle: none}
rules:
- upfront: one
  pay: 1.00
"""
UNTIL = '2026-05-15'


def take_in(database, entries):
    nights.load(database, QUARTER, entries)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
    return path


def issue(database, carrier=''):
    """Approves and issues the invoice batches that are not yet; somebody else than the drafter."""
    for run, code in database.sql(
            'SELECT b.run_id, c.code FROM settle.invoice_batch b '
            'JOIN settle.code c ON c.dim = 1 AND c.id = b.carrier_id '
            'WHERE b.invoices > 0 AND NOT EXISTS (SELECT 1 FROM settle.invoice_issue i '
            'WHERE i.batch_run_id = b.run_id AND i.carrier_id = b.carrier_id) ORDER BY 1, 2'):
        if code.startswith(carrier):
            for command, user in (('approve', 'settle_finance'), ('issue', 'settle_night')):
                database.settle('invoice', command, f'{run}/{code}', user=user, check=True)


def events(folder, name, rows):
    """A file of events: (key, carrier, order, what, day, amount, the event that it undoes)."""
    lines = ['carrier,event_id,order_id,event,at,amount,reinstates,currency']
    for key, carrier, order, what, day, amount, undone in rows:
        lines.append(f'{carrier},{key},{order},{what},{day} 09:00:00,{amount},{undone},CNY')
    return write(folder, name, '\n'.join(lines) + '\n')


def some_orders(date, n):
    """(carrier, order id) of the first rows of a file."""
    with open(os.path.join(QUARTER, f'orders-{date}.csv'), newline='', encoding='utf-8') as file:
        return [(r['carrier'], r['order_id']) for r in csv.DictReader(file)][2:2 + n]


# What the carrier says of a month; one line cannot be read.
STATEMENT = 'order_id,kind,amount\nA,upfront,1.00\nB,upfront,2.00\nC,gift,3.00\nD,deferred,4.00\n'


def quarter(server, folder):
    """A database with all of it, settled up to UNTIL."""
    database = server.database(migrated=True)
    manifest = read_manifest(QUARTER)
    kinds = ('orders', 'bills', 'events', 'months', 'receipts')
    dates = sorted({e['business_date'] for e in manifest if e['kind'] in kinds})

    def run(date, *options):
        database.settle('run', '--date', date, *options, user='settle_night', check=True)

    take_in(database, [e for e in manifest if e['kind'] not in kinds])
    database.activate(*POLICIES)
    for date in dates:
        take_in(database, [e for e in manifest
                           if e['kind'] in kinds and e['business_date'] == date])
        if date == '2026-02-02':
            (a, b, c, d), (e, f) = some_orders('2026-01-12', 4), some_orders('2026-02-09', 2)
            path = events(folder, 'events.csv', [
                ('e1', *a, 'cancel', date, '', ''), ('e2', *b, 'full-refund', date, '', ''),
                ('e3', *c, 'fraud', date, '', ''), ('e4', *d, 'suspend', date, '', ''),
                # before their order; and one dated later than its batch
                ('e5', *e, 'refund', '2026-02-10', '0.01', ''), ('e6', *f, 'cancel', '2026-02-12', '', ''),
                ('e7', *c, 'reinstate', '2026-02-20', '', 'e3')])
            database.settle('import', 'events', path, '--date', date, check=True)
        run(date, '--workers', '2', '--chunk-facts', '40')
        if date == '2026-02-16':
            database.settle('period', 'close', '2026-01', '--accept', 'a test', user='settle_finance', check=True)
            issue(database)
        if date == '2026-03-16':
            # rejected for a carrier that nobody knew; and a policy of another carrier
            database.settle('import', 'carriers', write(folder, 'hn.csv', LATE_CARRIER),
                            '--date', date, check=True)
            database.activate(write(folder, 'hn.yaml', LATE_POLICY))
            database.settle('quarantine', 'release', '--all', '--date', '2026-03-17', check=True)
            run('2026-03-17')
            # a second run of the same date
            run('2026-03-17')
    whose = ('--carrier', 'CMCC-GD', '--period', '2026-02')
    database.settle('reconcile', 'statement', write(folder, 'theirs.csv', STATEMENT), *whose, user='settle_treasurer')
    database.settle('reconcile', 'dispute', '--all', 'unreadable', *whose, '--reason', 'a test', user='settle_finance',
                    check=True)
    for period in ('2026-02', '2026-03'):
        database.settle('period', 'close', period, '--accept', 'a test', user='settle_finance', check=True)
    issue(database)
    run(UNTIL)
    return database


def tamper(database, statement):
    """What a superuser can do: with the triggers out of the way."""
    database.sql("""DO $$ DECLARE t regclass; BEGIN
        FOR t IN SELECT DISTINCT tgrelid::regclass FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
                  WHERE NOT tgisinternal AND tgparentid = 0 AND relnamespace = 'settle'::regnamespace LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', t);
        END LOOP;
    END $$;
    """ + statement)
