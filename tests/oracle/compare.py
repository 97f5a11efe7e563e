"""Holds the engine's books against the oracle's. What runs the engine is given as a function:
settle(*arguments) returns the text it wrote, or raises."""
import csv
import io
import os
from collections import defaultdict
from datetime import date

import policy_yaml
import oracle_terms
import settle_oracle as so
from random_facts import read_manifest



def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def load(settle, folder, before=None, after=None):
    """Imports the batches of a manifest in its order, each with its control totals. before and after
    pick those up to, or behind, a business date."""
    for entry in read_manifest(folder):
        night = date.fromisoformat(entry['business_date'])
        if before and night > before or after and night <= after:
            continue
        totals = ['--count', entry['count']]
        if entry['sum']:
            totals += ['--sum', entry['sum']]
        settle('import', entry['kind'], os.path.join(folder, entry['file']),
               '--date', entry['business_date'], *totals)


def activate(settle, folder, policies):
    files = []
    if not policies:
        return
    for number, policy in enumerate(policies):
        files.append(os.path.join(folder, f'policy-{number}.yaml'))
        with open(files[-1], 'w', encoding='utf-8') as file:
            file.write(policy_yaml.write(policy))
    settle('policy', 'submit', *files, user='settle_sales')
    settle('policy', 'activate', *files, user='settle_finance')


def facts(folder):
    out = so.Facts()
    for entry in read_manifest(folder):
        out.load(os.path.join(folder, entry['file']), entry['kind'],
                 date.fromisoformat(entry['business_date']))
    return out


def first_night(folder):
    return min(date.fromisoformat(entry['business_date']) for entry in read_manifest(folder)
               if entry['kind'] in ('orders', 'bills'))


def signed(row):
    """A commission transfer as the amount it adds to what was earned."""
    minor = so.money(row['amount'])
    if row['debit'] == 'carrier':
        return minor
    if row['credit'] == 'carrier':
        return -minor
    if row['leg'] == 'released':
        return 0
    raise ValueError(f'no commission: {row}')


# What makes a leg stand higher.
UP = {'main': {('carrier', 'distributor'), ('carrier', 'withheld')}, 'held': {('carrier', 'held')},
      'released': {('held', 'distributor')}, 'taken-back': {('distributor', 'carrier')},
      'straight': {('carrier', 'distributor')}}


def slot_of(row):
    """Carrier, distributor, kind, rule, subject and item of a commission transfer, as the second implementation has
    them: the month of a progressive bonus and an instalment's attempt (64 more each, 14.30) show in the origin."""
    item = int(row['item'])
    if row['kind'] in ('volume-bonus', 'deferred'):
        item = 0 if row['kind'] == 'volume-bonus' else item % 64
    return row['carrier'], row['distributor'], row['kind'], row['rule'], row['subject'], item


def origin_of(row):
    return so.parse_month(row['origin'])


def engine_nets(transfers):
    """The same keys as so.nets(), what an item of a window or an attempt is said in the origin; the running target of
    each slot is checked on the way."""
    out, problems = defaultdict(int), []
    for row in transfers:
        if row['kind'] not in so.KINDS:
            continue
        out[slot_of(row)] += signed(row)
    # each leg stands at a target of its own; what leaves held goes back only where nothing more is owed
    legs, moved = defaultdict(int), defaultdict(set)
    for row in sorted(transfers, key=lambda r: int(r['run'])):
        if row['kind'] in so.KINDS:
            key = (row['carrier'], row['distributor'], row['kind'], row['rule'], row['subject'], int(row['item']), row['leg'])
            up = (row['debit'], row['credit']) in UP[row['leg']]
            legs[key] += so.money(row['amount']) * (1 if up else -1)
            if so.money(row['target']) != legs[key]:
                problems.append(f'{key}: posted {legs[key]} by run {row["run"]}, which says {row["target"]}')
            moved[(*key[:-1], row['run'])].add((row['debit'], row['credit']))
    problems += [f'{key}: back from held, and earned anew in one run' for key, sides in moved.items()
                 if {('held', 'carrier'), ('carrier', 'distributor')} <= sides]
    return {key: minor for key, minor in out.items() if minor}, problems


def engine_days(transfers):
    """Night, what for, origin and period of each commission transfer -> amount."""
    out = defaultdict(int)
    for row in transfers:
        if row['kind'] in so.KINDS:
            out[(row['business_date'], *slot_of(row), origin_of(row), row['period'])] += signed(row)
    return out


def oracle_days(transfers, closings):
    out = defaultdict(int)
    for t in transfers:
        out[(str(t.day), t.carrier, t.distributor, t.rule.kind, t.rule.id, t.subject, t.item, t.origin,
             so.show_month(so.period_of(t, closings)))] += t.amount
    return out


def differences(engine, oracle):
    """Texts, one a key whose values differ."""
    return [f'{key}: engine {engine.get(key, 0)}, oracle {oracle.get(key, 0)}'
            for key in sorted(set(engine) | set(oracle), key=str)
            if engine.get(key, 0) != oracle.get(key, 0)]


def rate_text(text):
    """6%, 6.0000000% and 0.06 are the same tax rate."""
    return so.rate(text) if text.endswith('%') else so.Fraction(text)


def sent(listed):
    """The invoices that are not carried forward."""
    return [row for row in listed if row['status'] != 'carried']


def engine_invoices(listed):
    return {(row['carrier'], row['distributor'], row['currency'], rate_text(row['tax_rate']),
             row['cut_off']): tuple(so.money(row[name]) for name in (
                 'net', 'tax', 'gross', 'payable', 'withheld')) for row in listed}


def oracle_invoices(drafted):
    return {(i.carrier, i.distributor, i.currency, i.tax_rate, str(i.cut_off)): (
        i.net, i.tax, i.gross, i.payable, i.withheld) for i in drafted}


def engine_lines(listed, lines):
    of = {row['number']: (row['carrier'], row['distributor'], row['currency'],
                          rate_text(row['tax_rate']), row['cut_off']) for row in listed}
    out = defaultdict(list)
    for row in lines:
        out[(*of[row['number']], row['kind'], row['class'], row['direction'],
             row['settled'])].append(tuple(so.money(row[n]) for n in ('net', 'tax', 'gross')))
    return {key: sorted(values) for key, values in out.items()}


def oracle_lines(drafted):
    out = defaultdict(list)
    for i in drafted:
        for line in i.lines:
            out[i.carrier, i.distributor, i.currency, i.tax_rate, str(i.cut_off), line.kind,
                line.product_class, 'taken-back' if line.taken_back else 'earned',
                'withheld' if line.withheld else 'payable'].append(
                    (line.net, line.tax, line.gross))
    return {key: sorted(values) for key, values in out.items()}


def quarantine_key(row):
    return os.path.basename(row['source']), int(row['line'])


def engine_standings(transfers):
    """The same as oracle_terms.standings(): what each slot stands at in all, and of it held."""
    out = defaultdict(lambda: [0, 0])
    for row in transfers:
        if row['kind'] not in so.KINDS:
            continue
        minor, stands = so.money(row['amount']), out[(*slot_of(row), origin_of(row))]
        stands[0] += minor * ((row['debit'] == 'carrier') - (row['credit'] == 'carrier'))
        stands[1] += minor * ((row['credit'] == 'held') - (row['debit'] == 'held'))
    return {key: tuple(stands) for key, stands in out.items() if any(stands)}


def compare_standings(settle, folder, policies, until):
    """What every order and window stands at in the end against the oracle: for policies whose orders depend on
    each other. As compare()."""
    expected = oracle_terms.standings(so.World(facts(folder), policies), until)
    posted = transfers_of(settle)
    return {'standings': differences(engine_standings(posted), expected) + engine_nets(posted)[1]}, {
        'standings': len(expected), 'held': sum(1 for _, held in expected.values() if held)}


def transfers_of(settle):
    return rows(settle('--format', 'csv', 'ledger', 'transfers'))


def compare(settle, folder, policies, until, closings=()):
    """Everything the engine posted and drafted up to a night against the oracle. Returns
    ({what: [differences]}, {what: number compared})."""
    world = so.World(facts(folder), policies)
    expected = world.transfers(until)
    posted = transfers_of(settle)
    nets, problems = engine_nets(posted)
    drafted, _ = so.invoices(world, expected, first_night(folder), until)
    listed = sent(rows(settle('--format', 'csv', 'invoice', 'list')))
    lines = rows(settle('--format', 'csv', 'invoice', 'lines'))
    pairs = {
        'amounts': (nets, so.nets(expected)),
        'amounts by night': (engine_days(posted), oracle_days(expected, closings)),
        'invoices': (engine_invoices(listed), oracle_invoices(drafted)),
        'invoice lines': (engine_lines(listed, lines), oracle_lines(drafted)),
        'balances': ({(r['carrier'], r['distributor'], r['currency'], r['account']):
                      so.money(r['balance']) for r in rows(
                          settle('--format', 'csv', 'ledger', 'balances'))}, so.balances(expected)),
    }
    found = {what: differences(*pair) for what, pair in pairs.items()}
    found['running targets'] = problems
    return found, {what: len(pair[1]) for what, pair in pairs.items()}
