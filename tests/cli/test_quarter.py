#!/usr/bin/env python3
"""The sample quarter through the real program, against fixtures/quarter/expected, which the oracle
worked out. Also: the committed files are those that fixtures/make-quarter writes; and every report, the
invoices and the journal say the same of it (docs/semantics.md 10)."""
import csv
import filecmp
import io
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from decimal import Decimal

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..')
QUARTER = os.path.join(ROOT, 'fixtures', 'quarter')
sys.path.insert(0, os.path.join(HERE, '..', 'oracle'))
import compare
import settle_oracle as so
from bench import tap
from test_export import ROOTS

UNTIL = '2026-05-15'
POLICIES = ('p1-voice-quality.yaml', 'p2-activity-gated.yaml', 'p3-online-sim.yaml', 'p4-small-carrier.yaml')
state = {}


def expected(name):
    with open(os.path.join(QUARTER, 'expected', name), encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def same(engine, wanted):
    found = compare.differences(engine, wanted)
    assert not found, f'{len(found)} of {len(wanted)} differ\n' + '\n'.join(found[:20])


def files_are_what_the_script_writes(bench):
    folder = tempfile.mkdtemp(prefix='quarter-', dir=bench.folder)
    subprocess.run([sys.executable, os.path.join(ROOT, 'fixtures', 'make-quarter'), folder],
                   check=True)
    for where in ('', 'expected'):
        names = sorted(n for n in os.listdir(os.path.join(folder, where)) if n.endswith('.csv'))
        committed = sorted(n for n in os.listdir(os.path.join(QUARTER, where))
                           if n.endswith('.csv'))
        assert names == committed, (names, committed)
        _, other, errors = filecmp.cmpfiles(os.path.join(folder, where),
                                            os.path.join(QUARTER, where), names, shallow=False)
        assert not other + errors, f'differ: {other + errors}'


def settles(bench):
    settle = state['settle'] = bench.fresh()
    compare.load(settle, QUARTER)
    files = [os.path.join(ROOT, 'fixtures', 'policies', name) for name in POLICIES]
    settle('policy', 'submit', *files, user='settle_sales')
    settle('policy', 'activate', *files, user='settle_finance')
    settle('run', '--date', UNTIL)


def targets(bench):
    transfers = compare.transfers_of(state['settle'])
    _, problems = compare.engine_nets(transfers)
    assert not problems, problems[:10]
    same(compare.engine_standings(transfers),
         {(*compare.slot_of(r), compare.origin_of(r)): (so.money(r['amount']), so.money(r['held']))
          for r in expected('targets.csv')})


def balances(bench):
    def key(rows):
        return {(r['carrier'], r['distributor'], r['currency'], r['account']):
                so.money(r['balance']) for r in rows}
    same(key(compare.rows(state['settle']('--format', 'csv', 'ledger', 'balances'))),
         key(expected('balances.csv')))


def invoices(bench):
    def key(rows):
        return {(r['carrier'], r['distributor'], r['currency'], r['cut_off']): (
            int(r['lines']), *(so.money(r[n]) for n in ('net', 'tax', 'gross', 'payable',
                                                        'withheld'))) for r in rows}
    same(key(compare.sent(compare.rows(state['settle']('--format', 'csv', 'invoice', 'list')))),
         key(expected('invoices.csv')))


def rejected(bench):
    """Each rejected row by file and line. Batches are in the manifest's order."""
    listed = compare.rows(state['settle']('--format', 'csv', 'quarantine', 'list'))
    same({compare.quarantine_key(row): row['reason'] for row in listed},
         {(r['file'], int(r['line'])): r['reason'] for r in expected('rejected.csv')})


def total(listed, column, *by):
    """The sums of a column by others, without zeros."""
    out = defaultdict(Decimal)
    for row in listed:
        out[tuple(row[name] for name in by)] += Decimal(row[column] or 0)
    return {key: amount for key, amount in out.items() if amount}


def equal(got, wanted):
    assert got == wanted, f'{got}\n{wanted}'
    assert got, 'nothing to compare'


def of(*words):
    return compare.rows(state['settle']('--format', 'csv', *words))


def issue_all():
    settle = state['settle']
    for batch in sorted({row['batch'] for row in of('invoice', 'list') if row['status'] == 'draft'}):
        settle('invoice', 'approve', batch, user='settle_finance')
        settle('invoice', 'issue', batch, user='settle_night')
    settle('deposit', 'post')


def earned_is_one_figure(months):
    """In the summary, by distributor, as the carriers owe it, in both statements, and by month."""
    earned = total(of('report', 'settlement-summary'), 'net', 'carrier')
    shops = total(of('report', 'distributor-summary'), 'net', 'carrier', 'distributor')
    equal(total(of('report', 'distributor-summary'), 'net', 'carrier'), earned)
    owed = of('report', 'carrier-statement')
    equal({key: amount for key, amount in total(
        [{**row, 'net': Decimal(row['earned']) - Decimal(row['taken_back'])} for row in owed],
        'net', 'carrier', 'distributor').items() if key in shops}, shops)
    equal(total(owed, 'owes', 'carrier', 'distributor'), total(
        [row for row in of('ledger', 'balances') if row['account'] == 'carrier'], 'balance', 'carrier', 'distributor'))
    counted = total(of('report', 'settlement-summary'), 'postings', 'carrier')
    equal(total(of('report', 'distributor-summary'), 'postings', 'carrier'), counted)
    books = of('reconcile', 'ledger', '--by-distributor')
    equal({key: amount - total(books, 'taken_back', 'carrier', 'distributor').get(key, 0)
           for key, amount in total(books, 'earned', 'carrier', 'distributor').items()
           if key in shops}, shops)
    for name, column in (('distributor-statement', 'net'), ('distributor-lines', 'net')):
        listed = [{**row, 'distributor': shop} for shop in sorted({key[1] for key in shops})
                  for row in of('report', name, '--distributor', shop)]
        equal(total(listed, column, 'carrier', 'distributor'), shops)
    equal(total([row for month in months
                 for row in of('report', 'settlement-summary', '--period', month)], 'net', 'carrier'), earned)
    return sum(earned.values())


def rolled_forward(months):
    """Each month opens with what the one before closed with, and closes with the trial balance. All movements by
    account and kind, and the last balances."""
    closed, moved = {}, defaultdict(Decimal)
    for month in months:
        roll = of('report', 'roll-forward', '--period', month)
        equal(total(roll, 'opening', 'account') or {'none': 0}, closed or {'none': 0})
        closed = total(roll, 'closing', 'account')
        equal(closed, {key: amount for key, amount in total(
            of('report', 'trial-balance', '--period', month), 'balance', 'account').items()
            if key != ('all accounts',)})
        for row in roll:
            moves = {k: Decimal(row[k]) for k in row if k not in ('account', 'currency', 'opening', 'closing')}
            assert Decimal(row['opening']) + sum(moves.values()) == Decimal(row['closing']), row
            for kind, amount in moves.items():
                moved[row['account'], kind] += amount
    return closed, moved


def journal_balances(bench, form):
    """What another program makes of the books: balances by account, without parties."""
    path = os.path.join(bench.folder, f'quarter.{form}')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(state['settle']('export', 'journal', '--format', form))

    def tool(*command):
        return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True,
                              env={**os.environ, 'LC_ALL': 'C.UTF-8', 'HOME': bench.folder}).stdout
    found = []
    if form == 'hledger':
        tool('hledger', '-f', path, 'check', '-s')
        found = [(row[0], row[1].split()[0]) for row in csv.reader(io.StringIO(
            tool('hledger', '-f', path, 'bal', '--flat', '-N', '-O', 'csv'))) if row[0] != 'account']
    elif form == 'ledger':
        found = [(name, amount) for amount, _, name in (line.split() for line in tool(
            'ledger', '--strict', '--pedantic', '-f', path, 'bal', '--flat', '--no-total').splitlines())]
    else:
        tool('bean-check', path)
        found = [row for row in csv.reader(io.StringIO(tool(
            'bean-query', '-f', 'csv', path, 'SELECT account, sum(number) AS n GROUP BY account')))
            if len(row) == 2 and row[0] != 'account']
    names = {root: account for account, root in ROOTS.items()}
    return total([{'account': names[':'.join(name.strip().split(':')[:2])], 'balance': amount.strip()}
                  for name, amount in found], 'balance', 'account')


def exported_invoices(bench, batches):
    """The lines of the files that a tax portal takes."""
    out = []
    for batch in batches:
        path = state['settle']('invoice', 'export', batch, '--output',
                               os.path.join(bench.folder, 'invoices')).split()[0]
        with open(path, encoding='utf-8', newline='') as file:
            out += csv.DictReader(file)
    return out


def everything_adds_up(bench):
    """Trial balance, roll-forward, statements, invoices and journal over the quarter: one set of figures."""
    issue_all()
    months = sorted({row['period'] for row in of('ledger', 'transfers')})
    net = earned_is_one_figure(months)
    closed, moved = rolled_forward(months)
    kinds = ('upfront', 'deferred', 'revenue_share', 'volume_bonus')
    assert sum(moved['carrier', kind] for kind in kinds) == net
    trial = of('report', 'trial-balance')
    assert (trial[-1]['account'], Decimal(trial[-1]['balance'])) == ('all accounts', 0)
    equal(total(trial[:-1], 'balance', 'account'), closed)
    equal(total(of('ledger', 'balances'), 'balance', 'account'), closed)
    for form in ('hledger', 'ledger', 'beancount'):
        equal(journal_balances(bench, form), closed)

    sent = compare.sent(of('invoice', 'list'))
    lines = exported_invoices(bench, sorted({row['batch'] for row in sent}))
    for column in ('net', 'tax', 'gross'):
        equal(total(lines, column, 'number'), total(sent, column, 'number'))
    for row in sent:
        assert Decimal(row['gross']) - Decimal(row['withheld']) + Decimal(row['brought_forward']) + Decimal(row['covered']) \
            - Decimal(row['debt_left']) == Decimal(row['payable']), row
        assert row['document'] == 'credit-note' or Decimal(row['payable']) >= 0, row
    for column in ('payable', 'withheld', 'brought_forward', 'covered', 'debt_left'):
        filled = [row for row in lines if row['invoice_' + column] != '']
        assert len(filled) == len(sent), column
        assert total(filled, 'invoice_' + column, 'number') == total(sent, column, 'number'), column
    assert any(Decimal(row['brought_forward']) for row in sent)
    # what an invoice leaves on the account is not paid out, and the next one brings it forward (14.45)
    left = {row['number']: Decimal(row['debt_left']) for row in sent}
    last = {(row['carrier'], row['distributor']): left[row['number']]
            for row in sorted(sent, key=lambda row: (row['cut_off'], row['number']))}
    assert any(left.values()) and any(last.values()), 'no invoice leaves a debt'
    paid = sum(total(sent, 'payable', 'number').values())
    withheld = sum(total(sent, 'withheld', 'number').values())
    assert paid == -moved['invoiced', 'invoice'], (paid, moved['invoiced', 'invoice'])
    assert withheld == moved['withheld', 'invoice'], (withheld, moved['withheld', 'invoice'])
    # tax on top of what policies pay is the carrier's
    assert moved['carrier', 'invoice'] == paid - moved['distributor', 'invoice'] - withheld
    stands = of('report', 'where-it-stands')
    assert not any(Decimal(row['on_drafts']) or Decimal(row['on_approved']) for row in stands)
    equal(sum(total(stands, 'on_issued', 'carrier').values()), moved['distributor', 'invoice'] + sum(last.values()))
    equal(sum(total(stands, 'withheld', 'carrier').values()), moved['withheld', 'invoice'])


if __name__ == '__main__':
    sys.exit(tap([files_are_what_the_script_writes, settles, targets, balances, invoices,
                  rejected, everything_adds_up]))
