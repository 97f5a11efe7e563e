#!/usr/bin/env python3
"""The sample quarter through the real program, against fixtures/quarter/expected, which the oracle
worked out. Also: the committed files are those that fixtures/make-quarter writes."""
import csv
import filecmp
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..')
QUARTER = os.path.join(ROOT, 'fixtures', 'quarter')
sys.path.insert(0, os.path.join(HERE, '..', 'oracle'))
import compare
import settle_oracle as so
from bench import tap

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
         {(r['carrier'], r['distributor'], r['kind'], r['policy_version'], r['rule'], r['subject'],
           int(r['item'])): (so.money(r['amount']), so.money(r['held'])) for r in expected('targets.csv')})


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


if __name__ == '__main__':
    sys.exit(tap([files_are_what_the_script_writes, settles, targets, balances, invoices,
                  rejected]))
