"""A small world in about thirty commands, for tests that let each of them die and say it again: master
data, policies, orders, bills that wait, a release, staging, nights, invoices, a closed period, late facts.

The last days of January 2026: the 25th and February 1st end a weekly cycle."""
import csv
import io
import os

import settle_test

SINCE = '2025-01-01'
RUN = ('--workers', 2, '--chunk-facts', 4)
POLICY = """policy: faulty
carrier: C1
version: {version}
closing: {closing}
currency: CNY
tax: {{rate: 6%, included: true}}
invoice: {{cycle: weekly, cut-off-day: 7, minimum: 3.00}}
rules:
- upfront: sale
  for: {{class: [sim, plan]}}
  pay: {pay}
  holdback: {{share: 10%, days: 3}}
- deferred: stays
  for: {{class: [plan]}}
  ceiling: {{window: month, amount: 3.00}}
  instalments:
  - {{after: 0 months, day: 24, pay: 1.00}}
  - {{after: 0 months, day: 28, pay: 2.00, if: [{{month: 0, any: [{{minutes: 10..}}]}}]}}
- revenue-share: share
  for: {{class: [sim, plan]}}
  base: billed-less-arrears
  months: 0..12
  rate: 3%
  life-cap: 5.00
  pay-when-paid: true
- volume-bonus: volume
  for: {{class: [sim, plan]}}
  window: month
  mode: marginal
  tiers: {{3..5: 1.00, 6..: 2.00}}
"""
DISTRIBUTORS = 8
BULK = 36_000  # rows: more than the memory of one sort


def table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def order(order_id, day, distributor, **more):
    return {'carrier': 'C1', 'order_id': order_id, 'distributor': distributor, 'manager': '',
            'product': 'P-plan', 'region': 'GD', 'channel': 'online', 'contract': '', 'first_order': '',
            'closed_at': f'{day} 12:00:00', 'paid': '100.00', 'quantity': '1', 'currency': 'CNY', **more}


def bill(contract, **more):
    return {'carrier': 'C1', 'contract': contract, 'month': '2026-01', 'revision': '1',
            'issued': '2026-01-23', 'billed': '40.00', 'tax': '0.00', 'cash': '0.00', 'arrears': '0.00',
            'minutes': '12', 'megabytes': '0', 'currency': 'CNY', **more}


def event(event_id, order_id, what, day, **more):
    return {'carrier': 'C1', 'event_id': event_id, 'order_id': order_id, 'event': what,
            'at': f'{day} 15:00:00', 'amount': '', 'reinstates': '', 'currency': 'CNY', **more}


def orders(prefix, day, per_distributor=2, distributors=DISTRIBUTORS):
    """Some with a contract: <prefix>K<number>."""
    return [order(f'{prefix}{d}-{n}', day, f'D{d}', product='P-sim' if n % 3 == 2 else 'P-plan',
                  contract=f'{prefix}K{d}' if n == 0 else '')
            for d in range(1, distributors + 1) for n in range(per_distributor)]


FILES = {
    'carriers': f'carrier,name,valid_from\nC1,One,{SINCE}\n',
    'distributors': 'distributor,name,tier,valid_from\n'
                    + ''.join(f'D{d},N{d},{d % 3},{SINCE}\n' for d in range(1, DISTRIBUTORS + 1)),
    'distributors-2': f'distributor,name,tier,valid_from\nD20,Zwanzig,1,{SINCE}\nD1,Neu,2,2026-01-22\n',
    'distributors-3': f'distributor,name,tier,valid_from\nD9,Neun,1,{SINCE}\n',
    'products': 'carrier,product,name,class,valid_from\n'
                + ''.join(f'C1,P-{k},{k},{k},{SINCE}\n' for k in ('plan', 'sim', 'phone')),
    'policy-1': POLICY.format(version='v1', closing='2026-01-01..2026-01-31', pay='10.00'),
    'policy-2': POLICY.format(version='v2', closing='2026-02-01..2026-02-28', pay='11.00'),
    'policy-3': POLICY.format(version='v3', closing='2026-03-01..', pay='12.00'),
    'orders-a': table(orders('A', '2026-01-20', 3)),
    'bills-a': table([bill(f'AK{d}') for d in (1, 2, 3, 5)]
                     + [bill(f'BK{d}') for d in (1, 4)]),        # their orders come with orders-b
    'orders-b': table(orders('B', '2026-01-24') + [
        order('Q-1', '2026-01-24', 'D9'), order('Q-2', '2026-01-24', 'D9', product='P-sim'),
        order('Q-3', '2026-01-24', 'D2', paid='1.234')]),
    'bills-b': table([bill('AK1', revision='2', billed='10.00'), bill('BK2'), bill('ZK1')]),
    # no rule pays for a phone
    'orders-c': table(orders('C', '2026-01-26') + [order('C-0', '2026-01-26', 'D3', product='P-phone')]),
    # B1-0 and C1-0 come later
    'events-a': table([event('E1', 'A1-0', 'cancel', '2026-01-23'),
                       event('E2', 'A2-0', 'refund', '2026-01-25', amount='10.00'),
                       event('E3', 'B1-0', 'full-refund', '2026-01-25'),
                       event('E4', 'C1-0', 'fraud', '2026-01-27')]),
    'months': 'carrier,month\nC1,2025-12\nC1,2026-01\n',
    'receipts': 'carrier,receipt_id,distributor,month,amount,currency\n'
                + ''.join(f'C1,R{d},D{d},2026-01,0.{d}0,CNY\n' for d in (1, 2, 4)),
    # the id of an order whose refund is settled already: it may be of this one, and waits
    'orders-late': table(orders('L', '2026-01-21', 1) + [order('A2-0', '2025-09-10', 'D3')]),
}


def write_files(folder):
    for name, text in FILES.items():
        suffix = '.yaml' if name.startswith('policy') else '.csv'
        with open(os.path.join(folder, name + suffix), 'w', encoding='utf-8') as file:
            file.write(text)
    # One order again and again: counted as repeats, but first all of it is sorted.
    one = order('X' * 190, '2026-01-24', 'D1', contract='Y' * 190)
    head, row = table([one]).splitlines(keepends=True)
    with open(os.path.join(folder, 'orders-bulk.csv'), 'w', encoding='utf-8') as file:
        file.write(head + row * BULK)


class Step:
    """A command as an operator types it; @NAME is a file of the world, a function asks the database.
    before: SQL, or (date, failpoint): the world has runs in it that died. If the command had been done
    before its reply was lost, saying it again may end with code 3 and one of `already`."""

    def __init__(self, name, *words, user='settle_night', code=0, already=(), before=None):
        self.name, self.words, self.user, self.code = name, words, user, code
        self.already, self.before = already, before

    def prepare(self, database):
        if isinstance(self.before, str):
            database.sql(self.before)
        elif self.before is not None:
            date, failpoint = self.before
            # One worker: which chunks were done is the same every time.
            code, out, err = database.settle('run', '--date', date, '--workers', 1, '--chunk-facts', 4,
                                             user='settle_night', env={'SETTLE_FAILPOINT': failpoint})
            assert code == -9, out + err

    def command(self, database, folder):
        return [word(database) if callable(word)
                else os.path.join(folder, word[1:]) if str(word).startswith('@') else str(word)
                for word in self.words]


def waiting(version):
    """The number under which a version waits; where it does not, the one under which it waited."""
    return lambda database: database.value(
        f"SELECT max(position) FROM settle.policy_submission WHERE version = '{version}'")


def batch(database):
    return database.value("SELECT min(run_id) || '/C1' FROM settle.invoice_batch WHERE invoices > 0")


def told(kind, file):
    """The batch with the facts of a file, however often it was said."""
    return lambda database: database.value(f"SELECT batch_id FROM settle.batch WHERE kind = '{kind}' AND file_name = '{file}' "
                                           "AND accepted + waiting > 0")


def imports(name, kind, date, *more, **how):
    return Step(name, 'import', kind, f'@{name}.csv', '--date', date, *more, **how)


STAGED = """INSERT INTO settle.staging (source, kind, row_no, fields) SELECT 'crm', 'orders', n,
    jsonb_build_object('carrier', 'C1', 'order_id', 'S' || n, 'distributor', 'D' || n, 'manager', '',
        'product', 'P-plan', 'region', 'GD', 'channel', 'shop', 'contract', '', 'first_order', '',
        'closed_at', '2026-01-24 09:00:00', 'paid', '50.00', 'quantity', '1', 'currency', 'CNY')
    FROM generate_series(1, 4) n"""

STEPS = [
    Step('migrate', 'migrate', user='postgres'),
    # ids are made under a key of the carrier: the same one in every world
    imports('carriers', 'carriers', SINCE, before=settle_test.KEYS),
    imports('distributors', 'distributors', SINCE),
    imports('products', 'products', SINCE),
    Step('submit-1', 'policy', 'submit', '@policy-1.yaml', user='settle_sales'),
    Step('activate-1', 'policy', 'activate', '@policy-1.yaml', user='settle_finance'),
    Step('refund-slack', 'facts', 'refund-slack', 'C1', '1', '--from', '2026-01-01', '--reason', 'a test',
         user='settle_finance', already=('was decided already',)),
    imports('orders-a', 'orders', '2026-01-20', '--count', 24, '--sum', '2400.00'),
    imports('bills-a', 'bills', '2026-01-23'),
    imports('events-a', 'events', '2026-01-23'),
    Step('run-23', 'run', '--date', '2026-01-23', *RUN),
    Step('run-25', 'run', '--date', '2026-01-25', *RUN, before=('2026-01-25', 'run-chunk-committed:die')),
    Step('approve', 'invoice', 'approve', batch, user='settle_finance', already=('is approved already',)),
    Step('issue', 'invoice', 'issue', batch, already=('was issued already',)),
    Step('setting', 'setting', 'set', 'rounded-ids', 'yes', '--reason', 'a test', user='settle_finance'),
    Step('deposit-freeze', 'deposit', 'post'),
    Step('deposit-forfeit', 'deposit', 'forfeit', '--distributor', 'D1', '--amount', '5.00', '--reason', 'a test',
         user='settle_finance', already=('was decided already',)),
    Step('deposit-post', 'deposit', 'post'),
    imports('orders-c', 'orders', '2026-01-26'),
    Step('abandon', 'run', '--abandon', '--reason', 'a try', already=('there is no unfinished run',),
         before=('2026-01-26', 'run-chunk-committed:die')),
    imports('distributors-2', 'distributors', '2026-01-27'),
    imports('orders-b', 'orders', '2026-01-27'),
    Step('again', 'import', 'orders', '@orders-c.csv', '--date', '2026-01-27'),
    imports('bills-b', 'bills', '2026-01-27'),
    Step('refused', 'import', 'orders', '@orders-c.csv', '--date', '2026-01-27', '--count', 3, code=3),
    Step('staging', 'import', 'orders', '--staging', 'crm', '--date', '2026-01-27', before=STAGED),
    imports('distributors-3', 'distributors', '2026-01-27'),
    Step('release', 'quarantine', 'release', '--reason', 'unknown-distributor', '--date', '2026-01-27'),
    Step('dismiss', 'quarantine', 'dismiss', '--rejected', 'too-many-decimals', '--reason', 'a test', user='settle_finance'),
    imports('months', 'months', '2026-01-28'),
    imports('receipts', 'receipts', '2026-01-28', user='settle_treasurer'),
    Step('run-31', 'run', '--date', '2026-01-31', *RUN),
    Step('close', 'period', 'close', '2026-01', '--accept', 'a test', user='settle_finance', already=('is closed already',)),
    Step('submit-2', 'policy', 'submit', '@policy-2.yaml', user='settle_sales'),
    Step('submit-3', 'policy', 'submit', '@policy-3.yaml', user='settle_sales'),
    Step('withdraw-3', 'policy', 'withdraw', waiting('v3'), '--reason', 'not so', user='settle_sales',
         already=('does not wait',)),
    Step('activate-2', 'policy', 'activate', '@policy-2.yaml', user='settle_finance'),
    imports('orders-late', 'orders', '2026-02-01'),
    Step('ask', 'batch', 'withdraw', told('bills', 'bills-b.csv'), '--reason', 'a test', already=('is asked for already',)),
    Step('agree', 'batch', 'approve', told('bills', 'bills-b.csv'), user='settle_finance', already=('is approved already',)),
    Step('carry-out', 'batch', 'carry-out'),
    Step('run-32', 'run', '--date', '2026-02-01', *RUN),
    Step('reopen', 'period', 'reopen', '2026-01', '--reason', 'a test', user='settle_finance',
         already=('is not closed',)),
    imports('orders-bulk', 'orders', '2026-02-02'),
]
