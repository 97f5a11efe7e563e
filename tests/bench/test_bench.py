#!/usr/bin/env python3
"""tools/bench, small, for what it says and not for how long it takes: every way settles the same night, and the engine's
rows are those of the SQL way to the fen."""
import json
import os
import subprocess
import sys
import tempfile

BENCH, BUILD = sys.argv[1:]
WAYS = ('floor of the night', 'SQL, two sessions', 'SQL, two sessions, joining bills', 'INSERT ... SELECT, keyed')
checks = []


def bench(folder, *arguments):
    figures = os.path.join(folder, 'figures.json')
    result = subprocess.run(
        [sys.executable, BENCH, '--orders', '6k', '--distributors', '40', '--carriers', '3', '--build', BUILD,
         '--folder', folder, '--json', figures, *arguments], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print('# ' + (result.stdout + result.stderr).replace('\n', '\n# '))
        return result.stdout, []
    with open(figures, encoding='utf-8') as file:
        return result.stdout, json.load(file)['results']


def check(good, text):
    checks.append(good)
    print(f'{"ok" if good else "not ok"} {len(checks)} - {text}', flush=True)


def main():
    with tempfile.TemporaryDirectory(prefix='settle-bench-') as folder:
        os.chmod(folder, 0o755)  # the server's user has to get in
        text, results = bench(folder, '--month', '--runs', '2')
        steps = [result['step'] for result in results]
        check(all(steps.count(way) == 2 for way in WAYS), 'the month: each way in each run')
        check(text.count('rows that differ') == 4, 'the month: rows are compared in each run')
        check([result['runs'] for result in results if result['step'] in [f'engine / {way}' for way in WAYS]]
              == [2] * len(WAYS), 'the month: ratios over the runs')
        facts = {result['rows'] for result in results if result['step'] in (*WAYS, 'run to 2026-02-08')}
        check(len(facts) == 1 and min(facts) > 10_000, 'the month: orders and bills in one night')
        text, results = bench(folder, 'engine', 'sql', 'later')
        steps = [result['step'] for result in results]
        check('run to 2026-02-10' in steps and 'engine / SQL, two sessions' in steps, 'orders, then bills and invoices')
        check(not os.path.exists(os.path.join(folder, 'pg')), 'nothing is left behind')
    print(f'1..{len(checks)}')
    return 0 if all(checks) else 1


sys.exit(main())
