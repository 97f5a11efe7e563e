#!/usr/bin/env python3
"""What an order costs in instructions of the pure layers, counted by callgrind: it does not grow with the
number of rules, and it stays below a ceiling. Orders and rules are spread over 500 products, 31 regions,
7 amounts and 20,000 distributors, so that nearly every order is a new combination."""
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, '..', '..')
LAYERS = ('base', 'money', 'calendar', 'model', 'document', 'policy', 'calc', 'ledger')
# per order, with one rule: matching, calculating, one target; and per bill, matching its order, its share
CEILING, BILL_CEILING = 650, 750


def build(folder):
    program = os.path.join(folder, 'count-calc')
    libraries = subprocess.run(['pkg-config', '--cflags', '--libs', 'glib-2.0', 'yaml-0.1', 'libcrypto',
                                'jansson'], check=True, capture_output=True, text=True).stdout.split()
    sources = [file for layer in LAYERS for file in sorted(glob.glob(f'{ROOT}/engine/{layer}/*.c'))]
    subprocess.run(['cc', '-O2', '-std=gnu11', '-D_GNU_SOURCE', '-DG_LOG_DOMAIN="settle"',
                    f'-I{ROOT}/engine', os.path.join(HERE, 'count-calc.c'), *sources, *libraries,
                    '-o', program], check=True)
    return program


def count(program, rules, what):
    """Instructions an order."""
    result = subprocess.run(
        ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', '--toggle-collect=measured',
         program, str(rules), what], check=True, capture_output=True, text=True)
    collected = int(re.search(r'Collected : (\d+)', result.stderr)[1])
    return collected / int(re.match(r'orders (\d+)', result.stdout)[1])


def main():
    checks = []
    with tempfile.TemporaryDirectory(prefix='settle-count-') as folder:
        program = build(folder)
        costs = {rules: count(program, rules, 'settle') for rules in (1, 10, 100, 1000, 4000)}
        match = {rules: count(program, rules, 'match') for rules in costs}
        bill = {rules: count(program, rules, 'bill') for rules in (1, 1000)}
    for rules, cost in costs.items():
        print(f'# {rules} rules: {match[rules]:.0f} to match, {cost:.0f} to settle an order, '
              f'{cost / costs[1]:.2f} of one rule' + (f'; {bill[rules]:.0f} a bill' if rules in bill else ''))
    checks.append((costs[1000] <= 1.5 * costs[1], 'a thousand rules cost at most 1.5 times one'))
    checks.append((costs[1000] <= 1.2 * costs[10], 'nor do they cost more than ten, but for a fifth'))
    checks.append((costs[1] <= CEILING, f'one rule costs at most {CEILING} instructions'))
    checks.append((bill[1] <= BILL_CEILING, f'a bill costs at most {BILL_CEILING} instructions'))
    checks.append((bill[1000] <= 1.5 * bill[1], 'a thousand rules cost a bill at most 1.5 times one'))
    for number, (good, text) in enumerate(checks, 1):
        print(f'{"ok" if good else "not ok"} {number} - {text}')
    print(f'1..{len(checks)}')
    return 0 if all(good for good, _ in checks) else 1


sys.exit(main())
