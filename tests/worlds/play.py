"""Plays steps through the program on a database of its own, and reads what came of them."""
import csv
import io
import os
import re
from collections import defaultdict

import policy_yaml
import random_facts
import settle_oracle as so
import settle_test
from worlds import plan


class Refused(AssertionError):
    """A command ended otherwise than it should."""


class Books:
    """A database, and what was read of it last. log: the commands as said."""

    def __init__(self, server, folder, worlds, name):
        self.database, self.worlds = server and server.database(migrated=True), worlds
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder, exist_ok=True)
        self.files, self.transfers, self.head, self.date = 0, [], None, None
        self.batches = {}     # id of an Import -> its batch
        self.closed = self.closed_before = ''   # up to this period: now, and when the last night ran

    def settle(self, *arguments, codes=(0,), user='postgres', env=None):
        code, out, err = self.database.settle(*arguments, user=user, env=env)
        if code not in codes:
            raise Refused(f'settle {" ".join(map(str, arguments))} ended with {code}: {out}{err}')
        return out

    def rows(self, *arguments, codes=(0,)):
        return list(csv.DictReader(io.StringIO(self.settle('--format', 'csv', *arguments, codes=codes))))

    def play(self, step):
        if isinstance(step, plan.Import):
            said = self.settle('import', step.kind, self.file(step), '--date', step.date, '--count', len(step.rows), codes=(0, 7))
            self.batches[id(step)] = re.search(r': batch (\d+) of ', said)[1]
        elif isinstance(step, plan.Withdraw):
            batch = self.batches[id(step.told)]
            self.settle('batch', 'withdraw', batch, '--reason', 'a test', user='settle_night')
            self.settle('batch', 'approve', batch, user='settle_finance')
        elif isinstance(step, plan.Activate):
            paths = policy_files(self.folder, step.policies)
            self.settle('policy', 'submit', *paths, user='settle_sales')
            self.settle('policy', 'activate', *paths, user='settle_finance')
        else:
            self.run(step)

    def run(self, step):
        # not many more chunks than one world would have
        chunk = step.chunk * max(1, len(self.worlds) // 4)
        command = ('run', '--date', step.date, '--workers', step.workers, '--chunk-facts', chunk)
        if step.crash:  # it may not come by there, and what it had published stays
            self.settle(*command, codes=range(-255, 256), env={'SETTLE_FAILPOINT': step.crash + ':die'})
        self.settle(*command)
        self.date, self.closed_before = step.date, self.closed
        if step.closing:  # may be refused: something of it is not settled
            code, _, _ = self.database.settle('period', 'close', step.closing, '--accept', 'a test', user='settle_finance')
            self.closed = step.closing if code == 0 else self.closed
        if step.cover:
            self.cover()
        if step.issue:
            for what, user in (('approve', 'settle_finance'), ('issue', 'settle_night')):
                self.settle('invoice', what, '--all-drafted' if what == 'approve' else '--all-approved', '--until',
                            step.date, '--yes', user=user, codes=(0, 1, 3))

    def cover(self):
        """Deposits pay for what distributors owe."""
        self.settle('deposit', 'post', user='settle_night')
        owing = {row['distributor'] for row in self.rows('ledger', 'balances') if row['account'] == 'distributor'
                 and row['currency'] == 'CNY' and so.money(row['balance']) > 0}
        for distributor in sorted(owing):
            self.settle('deposit', 'cover', '--distributor', distributor, '--reason', 'a test', user='settle_finance')
        self.settle('deposit', 'post', user='settle_night')

    def file(self, step):
        """What is told, as a file."""
        self.files += 1
        path = os.path.join(self.folder, f'{self.files:03d}-{step.kind}.csv')
        with open(path, 'w', encoding='utf-8', newline='') as file:
            file.write(csv_text(step))
        return path

    @staticmethod
    def command(*arguments):
        """One that wants no database."""
        return settle_test.settle(*arguments)

    def drop(self):
        self.database.server.sql(f'DROP DATABASE {self.database.name} WITH (FORCE)', 'postgres')

    def read(self):
        """What stands in the books now."""
        self.transfers = self.rows('ledger', 'transfers')
        return self.transfers


def policy_texts(pairs):
    """Documents of (world, policy)."""
    return [world.text(policy_yaml.write(policy)) for world, policy in pairs]


def policy_files(folder, pairs):
    """Their paths."""
    paths = []
    for text in policy_texts(pairs):
        paths.append(os.path.join(folder, f'policy-{len(paths) + 1}.yaml'))
        with open(paths[-1], 'w', encoding='utf-8') as file:
            file.write(text)
    return paths


def csv_text(step):
    text, columns = io.StringIO(), random_facts.columns_of(step.kind, [fact.row for _, fact in step.rows])
    out = csv.writer(text, lineterminator='\n')
    out.writerow(columns)
    for world, fact in step.rows:
        out.writerow([world.text(fact.row.get(column, '')) for column in columns])
    return text.getvalue()


def table(transfers, prefix):
    """What every slot stands at: (carrier, distributor, kind, rule, subject, item, origin) -> what the accounts distributor
    and withheld got of it, and what held has."""
    out = defaultdict(lambda: [0, 0])
    for row in transfers:
        if row['kind'] not in so.KINDS or not row['carrier'].startswith(prefix):
            continue
        minor = so.money(row['amount'])
        stands = out[row['carrier'], row['distributor'], row['kind'], row['rule'], row['subject'], int(row['item']),
                     row['origin']]
        for account, sign in ((row['credit'], 1), (row['debit'], -1)):
            if account in ('distributor', 'withheld'):
                stands[0] += sign * minor
            elif account == 'held':
                stands[1] += sign * minor
    return {key: tuple(stands) for key, stands in out.items() if any(stands)}
