#!/usr/bin/env python3
"""The worked examples of docs/semantics.md 11, by number, through the real program on a real server.

Each example has its own small facts and policy and its own database. E3's cancellation, E6 and E7 are in
test_events, E9 in test_activity.
"""
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'oracle'))
import compare
import policy_yaml
import settle_oracle as so
from bench import tap
from random_facts import write_batch

SINCE = '2020-01-01'


class Example:
    """A database with the parties the examples need, and short ways to say facts."""

    def __init__(self, bench):
        self.settle = bench.fresh()
        self.folder = tempfile.mkdtemp(prefix='example-', dir=bench.folder)
        self.files = 0

    def send(self, kind, night, rows):
        self.files += 1
        manifest = []
        name = f'{self.files}-{kind}.csv'
        write_batch(self.folder, name, kind, night, rows, manifest)
        _, _, _, count, total = manifest[0]
        self.settle('import', kind, os.path.join(self.folder, name), '--date', night, '--count',
                    count, *(['--sum', total] if total else []))

    def parties(self, carriers=('C',), distributors=('D',), classes=('plan',)):
        self.send('carriers', SINCE, [dict(carrier=c, name=c, valid_from=SINCE) for c in carriers])
        self.send('products', SINCE, [
            {'carrier': c, 'product': 'P-' + k, 'name': k, 'class': k, 'valid_from': SINCE}
            for c in carriers for k in classes])
        self.send('distributors', SINCE, [
            dict(distributor=d, name=d, tier='', valid_from=SINCE) for d in distributors])

    def policy(self, rules, carrier='C', **terms):
        document = {'policy': 'example-' + carrier.lower(), 'carrier': carrier, 'version': 'v1',
                    'closing': '2026-01-01..', 'currency': 'CNY', 'rounding': 'half-up',
                    'tax': {'rate': '6%', 'included': 'true'}, 'invoice': {'cycle': 'none'}}
        document.update(terms)
        path = os.path.join(self.folder, f'{carrier}.yaml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(policy_yaml.write({**document, 'rules': rules}))
        self.settle('policy', 'submit', path, user='settle_sales')
        self.settle('policy', 'activate', path, user='settle_finance')

    def run(self, night):
        self.settle('run', '--date', night)

    def posted(self):
        return compare.transfers_of(self.settle)

    def nets(self):
        nets, problems = compare.engine_nets(self.posted())
        assert not problems, problems
        return {(key[0], key[1], key[4], key[5]): so.show(minor) for key, minor in nets.items()}


def order(order_id, closed_at, paid, **more):
    return {**dict(carrier='C', order_id=order_id, distributor='D', manager='', product='P-plan',
                   region='GD', channel='online', contract='', first_order='true',
                   closed_at=closed_at, paid=paid, quantity='1', currency='CNY'), **more}


def bill(contract, month, issued, billed, **more):
    return {**dict(carrier='C', contract=contract, month=month, revision='1', issued=issued,
                   billed=billed, tax='0.00', cash='0.00', arrears='0.00', minutes='0',
                   megabytes='0', currency='CNY'), **more}


def same(what, got, wanted):
    assert got == wanted, f'{what}: got {got!r}, wanted {wanted!r}'


def e1_upfront(bench):
    cases = [('CAP', '199.90', 'half-up', {'cap': '4.99'}, '4.99'),
             ('NOCAP', '199.90', 'half-up', {}, '5.00'),
             ('EVENA', '199.80', 'half-even', {}, '5.00'),
             ('EVENB', '200.20', 'half-even', {}, '5.00'),
             ('AWAY', '200.20', 'half-up', {}, '5.01')]
    x = Example(bench)
    x.parties(carriers=[case[0] for case in cases])
    for carrier, _, rounding, terms, _ in cases:
        x.policy([{'upfront': 'u', 'pay': '2.5%', **terms}], carrier, rounding=rounding)
    x.send('orders', '2026-03-05', [order('O1', '2026-03-05T10:00:00+08:00', paid, carrier=carrier)
                                    for carrier, paid, _, _, _ in cases])
    x.run('2026-03-05')
    same('E1', x.nets(), {(carrier, 'D', 'O1', 0): wanted for carrier, _, _, _, wanted in cases})


def e2_day_boundary(bench):
    x = Example(bench)
    x.parties()
    x.policy([{'upfront': 'u', 'pay': '1.00'}])
    x.send('orders', '2026-03-31', [order('O1', '2026-03-31T16:00:00Z', '1.00'),
                                    order('O2', '2026-03-31T15:59:59.999999Z', '1.00')])
    x.run('2026-03-31')
    # The first closed on the next local day, and waits for its night.
    same('E2 on 31 March', [(r['subject'], r['origin']) for r in x.posted()], [('O2', '2026-03')])
    x.run('2026-04-01')
    same('E2', sorted((r['subject'], r['origin'], r['period'], r['business_date'])
                      for r in x.posted()),
         [('O1', '2026-04', '2026-04', '2026-04-01'), ('O2', '2026-03', '2026-03', '2026-03-31')])


def e3_deferred(bench):
    x = Example(bench)
    x.parties()
    x.policy([{'deferred': 'd', 'instalments': [
        {'after': '1 month', 'day': '30', 'pay': '20.00'},
        {'after': '3 months', 'day': '30', 'pay': '20.00'},
        {'after': '6 months', 'day': '30', 'pay': '2%'}]}])
    x.send('orders', '2026-08-31', [order('O1', '2026-08-31T12:00:00+08:00', '300.00')])
    x.run('2026-09-29')
    same('E3 the day before', x.posted(), [])
    x.run('2027-03-31')
    same('E3', [(r['business_date'], r['period'], r['origin'], r['item'], r['amount'])
                for r in sorted(x.posted(), key=lambda r: r['business_date'])],
         [('2026-09-30', '2026-09', '2026-09', '1', '20.00'),
          ('2026-11-30', '2026-11', '2026-11', '2', '20.00'),
          ('2027-02-28', '2027-02', '2027-02', '3', '6.00')])


def e4_revenue_share(bench):
    x = Example(bench)
    x.parties()
    x.policy([{'revenue-share': 's', 'base': 'billed', 'months': '1..12',
               'by-month': {'1..6': '5%', '7..12': '3%'}, 'cap': '2.00', 'life-cap': '20.00'}])
    closed = '2026-01-15T12:00:00+08:00'
    x.send('orders', '2026-01-15', [order('O39', closed, '0.00', contract='K39'),
                                    order('O59', closed, '0.00', contract='K59')])
    for n in range(1, 13):
        month = so.show_month(so.parse_month('2026-01') + n)
        issued = so.show_month(so.parse_month('2026-01') + n + 1) + '-05'
        x.send('bills', issued, [bill('K39', month, issued, '39.00'),
                                 bill('K59', month, issued, '59.00')])
    x.run('2027-02-05')

    def by_item(subject):
        nets = x.nets()
        return [nets.get(('C', 'D', subject, n), '0.00') for n in range(1, 13)]

    same('E4 39.00', by_item('O39'), ['1.95'] * 6 + ['1.17'] * 6)
    same('E4 59.00', by_item('O59'), ['2.00'] * 6 + ['1.77'] * 4 + ['0.92', '0.00'])
    x.send('bills', '2027-02-10', [bill('K39', '2026-03', '2027-02-10', '29.00', revision='2')])
    x.run('2027-02-10')
    same('E4 corrected', [(r['subject'], r['item'], r['debit'], r['credit'], r['amount'],
                           r['origin']) for r in x.posted() if r['business_date'] == '2027-02-10'],
         [('O39', '2', 'distributor', 'carrier', '0.50', '2026-03')])


def e4_order_of_arrival(bench):
    """The lifetime cap goes by contract month, whatever comes first (13.8)."""
    x = Example(bench)
    x.parties()
    x.policy([{'revenue-share': 's', 'base': 'billed', 'months': '1..12',
               'by-month': {'1..6': '5%', '7..12': '3%'}, 'cap': '2.00', 'life-cap': '5.00'}])
    x.send('orders', '2026-01-15', [order('O1', '2026-01-15T12:00:00+08:00', '0.00', contract='K')])
    x.send('bills', '2026-05-05', [bill('K', '2026-04', '2026-05-05', '59.00'),
                                   bill('K', '2026-03', '2026-05-04', '59.00')])
    x.run('2026-05-05')
    x.send('bills', '2026-05-06', [bill('K', '2026-02', '2026-05-06', '59.00')])
    x.run('2026-05-06')
    same('lifetime cap', x.nets(), {('C', 'D', 'O1', 1): '2.00', ('C', 'D', 'O1', 2): '2.00',
                                    ('C', 'D', 'O1', 3): '1.00'})


def e5_volume(bench):
    counts = {'D099': 99, 'D499': 499, 'D500': 500}
    x = Example(bench)
    x.parties(carriers=('MARGINAL', 'WHOLE'), distributors=sorted(counts))
    for mode in ('marginal', 'whole'):
        x.policy([{'volume-bonus': 'v', 'window': 'month', 'scope': 'distributor',
                   'measure': 'orders', 'mode': mode,
                   'tiers': {'100..499': '5.00', '500..': '8.00'}}], mode.upper())
    x.send('orders', '2026-03-20', [
        order(f'{d}-{n}', '2026-03-20T10:00:00+08:00', '1.00', carrier=carrier, distributor=d)
        for carrier in ('MARGINAL', 'WHOLE') for d, count in counts.items() for n in range(count)])
    x.run('2026-03-30')
    same('E5 before the end of the window', x.posted(), [])
    x.run('2026-03-31')
    same('E5', x.nets(), {('MARGINAL', 'D499', 'window 2026-03', 0): '2000.00',
                          ('MARGINAL', 'D500', 'window 2026-03', 0): '2008.00',
                          ('WHOLE', 'D499', 'window 2026-03', 0): '2495.00',
                          ('WHOLE', 'D500', 'window 2026-03', 0): '4000.00'})
    x.settle('period', 'close', '2026-03')
    x.send('events', '2026-04-20', [
        dict(carrier=carrier, event_id=f'R{n}', order_id=f'D500-{n}', event='full-refund',
             at='2026-04-20T10:00:00+08:00', amount='', currency='', reinstates='')
        for carrier in ('MARGINAL', 'WHOLE') for n in range(2)])
    x.run('2026-04-20')
    same('E5 after two refunds', sorted(
        (r['carrier'], r['distributor'], r['period'], r['origin'], r['debit'], r['amount'])
        for r in x.posted() if r['business_date'] == '2026-04-20'),
         [('MARGINAL', 'D500', '2026-04', '2026-03', 'distributor', '13.00'),
          ('WHOLE', 'D500', '2026-04', '2026-03', 'distributor', '1510.00')])


def e8_invoice(bench):
    x = Example(bench)
    x.parties(distributors=('ONE', 'THREE'), classes=('phone', 'plan', 'sim'))
    x.policy([{'upfront': 'u', 'pay': '100%'}], invoice={'cycle': 'daily', 'minimum': '0.00'})
    closed = '2026-03-05T10:00:00+08:00'
    x.send('orders', '2026-03-05', [
        order('O1', closed, '106.00', distributor='ONE'),
        order('O2', closed, '33.33', distributor='THREE', product='P-phone'),
        order('O3', closed, '33.33', distributor='THREE', product='P-plan'),
        order('O4', closed, '33.34', distributor='THREE', product='P-sim')])
    x.run('2026-03-05')
    listed = compare.rows(x.settle('--format', 'csv', 'invoice', 'list'))
    same('E8 totals', sorted((r['distributor'], r['net'], r['tax'], r['gross']) for r in listed),
         [('ONE', '100.00', '6.00', '106.00'), ('THREE', '94.33', '5.67', '100.00')])
    numbers = {r['distributor']: r['number'] for r in listed}
    lines = compare.rows(x.settle('--format', 'csv', 'invoice', 'lines'))
    same('E8 lines', sorted((r['class'], r['net'], r['tax'], r['gross'], r['settled'])
                            for r in lines if r['number'] == numbers['THREE']),
         [('phone', '31.44', '1.89', '33.33', 'payable'),
          ('plan', '31.44', '1.89', '33.33', 'payable'),
          ('sim', '31.45', '1.89', '33.34', 'payable')])


def e10_late_fact(bench):
    x = Example(bench)
    x.parties()
    x.policy([{'upfront': 'u', 'pay': '10.00'},
              {'deferred': 'd', 'instalments': [{'after': '1 month', 'day': '28', 'pay': '5.00'}]},
              {'volume-bonus': 'v', 'window': 'month', 'scope': 'distributor', 'measure': 'orders',
               'mode': 'whole', 'tiers': {'1..': '1.00'}}])
    x.send('orders', '2026-03-10', [order('O1', '2026-03-10T10:00:00+08:00', '1.00')])
    x.run('2026-04-02')
    x.settle('period', 'close', '2026-03')
    x.send('orders', '2026-04-03', [order('O2', '2026-03-28T10:00:00+08:00', '1.00')])
    x.run('2026-04-30')
    same('E10', sorted((r['business_date'], r['rule'], r['subject'], r['period'], r['origin'],
                        r['amount']) for r in x.posted()),
         [('2026-03-10', 'u', 'O1', '2026-03', '2026-03', '10.00'),
          ('2026-03-31', 'v', 'window 2026-03', '2026-03', '2026-03', '1.00'),
          ('2026-04-03', 'u', 'O2', '2026-04', '2026-03', '10.00'),
          ('2026-04-03', 'v', 'window 2026-03', '2026-04', '2026-03', '1.00'),
          ('2026-04-28', 'd', 'O1', '2026-04', '2026-04', '5.00'),
          ('2026-04-28', 'd', 'O2', '2026-04', '2026-04', '5.00')])


def issued_invoice(bench):
    """The three postings of an issued invoice, tax on top of the amounts (7)."""
    x = Example(bench)
    x.parties()
    x.policy([{'upfront': 'paid', 'group': 'a', 'pay': '100.00'},
              {'upfront': 'kept', 'group': 'b', 'pay': '50.00', 'withheld': 'true'}],
             tax={'rate': '6%', 'included': 'false'}, invoice={'cycle': 'daily'})
    x.send('orders', '2026-03-05', [order('O1', '2026-03-05T10:00:00+08:00', '1.00')])
    x.settle('run', '--date', '2026-03-05', user='settle_night')
    batch = compare.rows(x.settle('--format', 'csv', 'invoice', 'list'))[0]['batch']
    x.settle('invoice', 'approve', batch, user='settle_finance')
    x.settle('invoice', 'issue', batch, user='settle_night')
    same('issued', [(r['net'], r['tax'], r['gross'], r['payable'], r['withheld'], r['status'])
                    for r in compare.rows(x.settle('--format', 'csv', 'invoice', 'list'))],
         [('150.00', '9.00', '159.00', '109.00', '50.00', 'issued')])
    same('postings', sorted((r['debit'], r['credit'], r['amount']) for r in x.posted()
                            if r['kind'] == 'invoice'),
         [('carrier', 'invoiced', '9.00'), ('distributor', 'invoiced', '100.00'),
          ('withheld', 'carrier', '50.00')])
    same('balances', sorted((r['account'], r['balance']) for r in compare.rows(
        x.settle('--format', 'csv', 'ledger', 'balances')) if so.money(r['balance'])),
         [('carrier', '109.00'), ('invoiced', '-109.00')])


def all_conditions_hold(bench):
    """Each key of a selector is a condition of its own (14.19)."""
    x = Example(bench)
    x.parties(distributors=('D1', 'D2', 'D3'))
    x.policy([{'upfront': 'u', 'for': {'distributor': ['D1', 'D2'],
                                       'distributor-group': ['south']}, 'pay': '1.00'}],
             groups={'south': ['D2', 'D3']})
    x.send('orders', '2026-03-05', [order(f'O{d}', '2026-03-05T10:00:00+08:00', '1.00',
                                          distributor=d) for d in ('D1', 'D2', 'D3')])
    x.run('2026-03-05')
    same('both lists', x.nets(), {('C', 'D2', 'OD2', 0): '1.00'})


def late_move(bench):
    """A manager's move that is reported late re-measures the windows of both outlets (13.9)."""
    x = Example(bench)
    x.parties()
    x.send('outlets', SINCE, [dict(outlet=o, name=o, distributor='D', parent='', valid_from=SINCE)
                              for o in ('W1', 'W2')])
    x.send('managers', SINCE, [dict(manager='M', name='M', outlet='W1', valid_from=SINCE)])
    x.policy([{'volume-bonus': 'v', 'window': 'month', 'scope': 'outlet', 'measure': 'orders',
               'mode': 'whole', 'tiers': {'1..': '1.00'}}])
    x.send('orders', '2026-03-10', [order('O1', '2026-03-10T10:00:00+08:00', '1.00', manager='M')])
    x.run('2026-04-01')
    x.send('managers', '2026-04-02', [dict(manager='M', name='M', outlet='W2',
                                           valid_from='2026-03-05')])
    x.run('2026-04-02')
    same('late move', x.nets(), {('C', 'D', 'window 2026-03 outlet:W2', 0): '1.00'})


def late_over_months_without_orders(bench):
    """A late order's instalments go to the periods they fell due in, also where no order closed."""
    x = Example(bench)
    x.parties()
    x.policy([{'deferred': 'd', 'instalments': [
        {'after': f'{n} months', 'day': '15', 'pay': '1.00'} for n in (1, 2, 3, 4)]}],
             closing='2025-01-01..')
    x.send('orders', '2026-03-05', [order('O1', '2025-06-05T10:00:00+08:00', '1.00')])
    x.run('2026-03-05')
    same('periods', [r['period'] for r in x.posted()],
         ['2025-07', '2025-08', '2025-09', '2025-10'])


if __name__ == '__main__':
    sys.exit(tap([e1_upfront, e2_day_boundary, e3_deferred, e4_revenue_share, e4_order_of_arrival,
                  e5_volume, e8_invoice, e10_late_fact, issued_invoice, all_conditions_hold, late_move,
                  late_over_months_without_orders]))
