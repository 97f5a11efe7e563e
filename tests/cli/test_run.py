#!/usr/bin/env python3
"""The same facts in other ways: nights repeated, split, caught up, shuffled, by other chunks and workers.
Balances and invoices are the same; where the nights are, so are the digests. SETTLE_LONG=1 also settles more
than memory is meant for."""
import json
import os
import random
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import settle_test

QUARTER = ('--orders', 3000, '--seed', 11, '--months', '2026-01..2026-02', '--distributors', 40,
           '--carriers', 4, '--by-day')


class Run(nights.NightCase):
    def facts(self, cycle='none'):
        return nights.prepared(self.server, self.folder, *QUARTER, cycle=cycle)

    def run_to(self, database, date, *options):
        return database.settle('run', '--date', date, *options, check=True)[1]

    def test_again_does_nothing(self):
        database, manifest = self.facts(cycle='weekly, cut-off-day: 7')
        nights.load(database, self.folder, manifest)
        self.run_to(database, '2026-02-20')
        books, digests = nights.books(database), nights.digests(database)
        self.assertGreater(books[1].count('\n'), 10)
        for _ in range(9):
            self.assertIn('nothing to do', self.run_to(database, '2026-02-20'))
        self.assertEqual(nights.books(database), books)
        self.assertEqual(nights.digests(database), digests)
        code, _, err = database.settle('run', '--date', '2026-02-10')
        self.assertEqual(code, 3)
        self.assertIn('hint: ', err)

    def test_a_night_in_two_runs(self):
        one, manifest = self.facts()
        two, before = nights.copy_of(one), [e for e in manifest if e['business_date'] < '2026-02-10']
        night = [e for e in manifest if e['business_date'] == '2026-02-10']
        self.assertGreaterEqual(len(night), 1)
        after = [e for e in manifest if '2026-02-10' < e['business_date'] <= '2026-02-20']
        nights.load(one, self.folder, before + night + after)
        self.run_to(one, '2026-02-20')
        nights.load(two, self.folder, before)
        self.run_to(two, '2026-02-10')
        nights.load(two, self.folder, night)
        self.assertNotIn('nothing to do', self.run_to(two, '2026-02-10'))
        nights.load(two, self.folder, after)
        self.run_to(two, '2026-02-20')
        self.assertEqual(nights.books(two), nights.books(one))
        self.assertEqual(nights.nets(two), nights.nets(one))
        self.assertEqual(len(nights.digests(two)), len(nights.digests(one)) + 1)

    def test_missed_nights(self):
        caught_up, manifest = self.facts(cycle='weekly, cut-off-day: 7')
        nights.load(caught_up, self.folder, [e for e in manifest if e['business_date'] <= '2026-02-08'])
        self.run_to(caught_up, '2026-02-05')
        single = nights.copy_of(caught_up)
        self.run_to(caught_up, '2026-02-08')
        for day in ('2026-02-06', '2026-02-07', '2026-02-08'):
            self.run_to(single, day)
        self.assertEqual(nights.digests(caught_up), nights.digests(single))
        self.assertEqual(nights.books(caught_up), nights.books(single))

    def test_rows_in_another_order(self):
        plain, manifest = self.facts(cycle='weekly, cut-off-day: 7')
        shuffled = nights.copy_of(plain)
        # Of a key that is there twice with other content the first counts: those rows stay in order.
        clean = [e for e in manifest if e['business_date'] <= '2026-02-20']
        nights.load(plain, self.folder, clean)
        dice = random.Random(5)
        for entry in clean:
            path = os.path.join(self.folder, entry['file'])
            with open(path, encoding='utf-8', errors='surrogateescape') as file:
                header, *rows = file.read().splitlines(keepends=True)
            names = header.strip().split(',')
            width = [names.index(n) for n in (('carrier', 'order_id') if entry['kind'] == 'orders'
                                              else ('carrier', 'contract', 'month', 'revision'))]
            groups = {}
            for row in rows:
                cells = row.split(',')
                groups.setdefault(tuple(cells[i] for i in width if i < len(cells)), []).append(row)
            groups = list(groups.values())
            dice.shuffle(groups)
            with open(path, 'w', encoding='utf-8', errors='surrogateescape') as file:
                file.write(header + ''.join(row for group in groups for row in group))
        nights.load(shuffled, self.folder, clean)
        for database in (plain, shuffled):
            self.run_to(database, '2026-02-20')
        self.assertEqual(nights.books(shuffled), nights.books(plain))
        self.assertEqual([d[1:] for d in nights.digests(shuffled)],
                         [d[1:] for d in nights.digests(plain)])

    def test_chunks_and_workers(self):
        first, manifest = self.facts(cycle='weekly, cut-off-day: 7')
        nights.load(first, self.folder, manifest)
        ways = (('--workers', 1, '--chunk-facts', 10), ('--workers', 2, '--chunk-facts', 40),
                ('--workers', 3, '--chunk-facts', 1000), ('--workers', 7, '--chunk-facts', 7))
        databases = [nights.copy_of(first) for _ in ways]
        self.run_to(first, '2026-02-20')
        for database, options in zip(databases, ways):
            self.run_to(database, '2026-02-20', *options)
            self.assertEqual(nights.digests(database), nights.digests(first), options)
            self.assertEqual(nights.books(database), nights.books(first), options)

    @unittest.skipUnless(os.environ.get('SETTLE_LONG') == '1', 'a million orders: SETTLE_LONG=1')
    def test_a_distributor_too_large_for_memory(self):
        database, manifest = nights.prepared(self.server, self.folder, '--orders', 1_000_100, '--distributors', 1,
                                             '--carriers', 1, '--bills', 'no', '--months', '2026-01..2026-01',
                                             '--by-month')
        nights.load(database, self.folder, manifest)
        code, _, err = database.settle('run', '--date', '2026-01-31')
        self.assertEqual(code, 3)
        self.assertIn('distributor D00001 brings more than 1000000 orders', err)
        self.assertIn('hint: --chunk-facts', err)
        self.assertEqual(database.value('SELECT count(*) FROM settle.transfer'), '0')
        report = json.loads(self.run_to(database, '2026-01-31', '--chunk-facts', '1100000', '--format', 'json'))
        self.assertEqual(report[0]['settled'], 1_000_100)

    def test_of_several_nights_the_second_fails(self):
        """What was published before it is told."""
        database, manifest = self.facts()
        nights.load(database, self.folder, [e for e in manifest if e['business_date'] <= '2026-01-20'])
        self.run_to(database, '2026-01-10')
        database.sql("""CREATE FUNCTION public.not_today() RETURNS trigger LANGUAGE plpgsql AS
                        $$BEGIN RAISE 'the disk is full' USING ERRCODE = '53100'; END$$;
                        CREATE TRIGGER not_today BEFORE INSERT ON settle.run_publication FOR EACH ROW
                        WHEN (NEW.business_date = '2026-01-12') EXECUTE FUNCTION public.not_today()""")
        code, out, err = database.settle('--format', 'json', 'run', '--date', '2026-01-20')
        self.assertEqual(([row['date'] for row in json.loads(out)], 'the disk is full' in err), (['2026-01-11'], True))
        self.assertNotEqual(code, 0)
        code, out, err = database.settle('--format', 'json', 'run', '--date', '2026-01-20')
        self.assertEqual((out, 'the disk is full' in err), ('', True))
        database.sql('DROP TRIGGER not_today ON settle.run_publication')
        told = json.loads(self.run_to(database, '2026-01-20', '--format', 'json'))
        self.assertEqual([row['date'] for row in told], [f'2026-01-{day}' for day in range(12, 21)])

    def test_dry_run_writes_nothing(self):
        database, manifest = self.facts()
        nights.load(database, self.folder, [e for e in manifest if e['business_date'] <= '2026-01-20'])
        self.run_to(database, '2026-01-19')

        def counts():
            return database.sql(
                "SELECT relname, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM "
                "settle.%I', relname), true, true, '')))[1]::text FROM pg_class WHERE relkind IN ('r', 'p') "
                "AND relnamespace = 'settle'::regnamespace AND NOT relispartition ORDER BY 1")
        before, head = counts(), database.sql('SELECT * FROM settle.counter ORDER BY 1')
        dry = database.settle('run', '--date', '2026-01-20', '--dry-run', '--format', 'json',
                              check=True)[1]
        self.assertEqual(counts(), before)
        self.assertEqual(database.sql('SELECT * FROM settle.counter ORDER BY 1'), head)
        real = database.settle('run', '--date', '2026-01-20', '--format', 'json', check=True)[1]
        dry, real = json.loads(dry)[0], json.loads(real)[0]
        for name in ('facts', 'settled', 'zero', 'waiting', 'due', 'transfers', 'amount', 'invoices'):
            self.assertEqual(dry[name], real[name], name)
        self.assertGreater(real['transfers'], 0)

    def test_only_one_runner(self):
        database, manifest = self.facts()
        nights.load(database, self.folder, manifest[:3])
        # A runner that has the lock and is stopped in the middle: the next one waits, then gives up.
        blocker = subprocess.Popen(['psql', '-X', '-q', '-d', database.conninfo(), '-c',
                                    'BEGIN; LOCK TABLE settle.transfer IN ACCESS EXCLUSIVE MODE; '
                                    'SELECT pg_sleep(60)'], stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        first = subprocess.Popen([settle_test.program(), '--db', database.conninfo(), 'run', '--date',
                                  '2026-01-05', '--yes'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            deadline = time.monotonic() + 30
            while database.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == '0':
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)
            code, _, err = database.settle('run', '--date', '2026-01-05')
            self.assertEqual(code, 5, err)
        finally:
            blocker.terminate()
            blocker.wait()
            self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE "
                            "'%pg_sleep(60)%' AND pid <> pg_backend_pid()", 'postgres')
        out, err = first.communicate()
        self.assertEqual(first.returncode, 0, err)


class Invoices(nights.NightCase):
    def test_from_draft_to_issue(self):
        database, manifest = nights.prepared(self.server, self.folder, *QUARTER,
                                             cycle='weekly, cut-off-day: 7, minimum: 50.00')
        nights.load(database, self.folder, manifest)
        database.settle('run', '--date', '2026-02-20', user='settle_night', check=True)
        # numbers without gaps, per carrier and year
        rows = database.sql("SELECT carrier, right(number, 6)::int FROM settle_view.invoice "
                            "WHERE status <> 'carried' ORDER BY 1, 2")
        self.assertGreater(len(rows), 50)
        for carrier in {row[0] for row in rows}:
            numbers = [int(n) for c, n in rows if c == carrier]
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        # every transfer up to the last cut-off is on one invoice or carried, to the fen
        wrong = database.sql("""
            SELECT i.number, i.payable_minor + i.withheld_minor, sum(
                CASE WHEN t.credit IN (2, 4) THEN t.amount_minor ELSE -t.amount_minor END)
              FROM settle_view.invoice i
              JOIN settle_view.invoice_binding b ON b.distributor_id = i.distributor_id AND b.run_id = i.run_id
               AND b.carrier_id = i.carrier_id AND b.currency_no = i.currency_no AND b.tax_ppb = i.tax_ppb
              JOIN settle.policy p ON p.carrier_id = i.carrier_id
              JOIN settle.transfer t ON t.distributor_id = i.distributor_id AND t.policy_id = p.policy_id
               AND t.run_id > b.after_run AND t.run_id <= b.up_to_run AND t.kind <= 4
             GROUP BY 1, 2, i.run_id, i.distributor_id, i.carrier_id
            HAVING i.payable_minor + i.withheld_minor <> sum(
                CASE WHEN t.credit IN (2, 4) THEN t.amount_minor ELSE -t.amount_minor END)""")
        self.assertEqual(wrong, [])
        self.assertEqual(database.value(
            "SELECT count(*) FROM settle.invoice WHERE NOT carried AND gross_minor < 5000"), '0')
        self.assertNotEqual(database.value("SELECT count(*) FROM settle.invoice WHERE carried"), '0')
        # control totals of the batch
        self.assertEqual(database.sql("""
            SELECT b.run_id FROM settle.invoice_batch b LEFT JOIN settle.invoice i
                ON i.run_id = b.run_id AND i.carrier_id = b.carrier_id AND NOT i.carried
             GROUP BY b.run_id, b.carrier_id HAVING b.gross_minor <> coalesce(sum(i.gross_minor), 0)
                OR b.invoices <> count(i.run_id)"""), [])

        batch = database.value("SELECT batch FROM settle_view.invoice WHERE status = 'draft' LIMIT 1")
        self.assertEqual(database.settle('invoice', 'issue', batch, user='settle_night')[0], 3)
        # the drafter cannot approve, whatever roles he has
        self.server.sql('GRANT settle_approver TO settle_night', 'postgres')
        try:
            code, _, err = database.settle('invoice', 'approve', batch, user='settle_night')
        finally:
            self.server.sql('REVOKE settle_approver FROM settle_night', 'postgres')
        self.assertEqual(code, 3)
        self.assertIn('cannot approve', err)
        database.settle('invoice', 'approve', batch, user='settle_finance', check=True)
        self.assertEqual(database.settle('invoice', 'approve', batch, user='settle_finance')[0], 3)
        before = database.sql('SELECT sum(payable_minor), sum(withheld_minor) FROM settle_view.invoice '
                              f"WHERE batch = '{batch}' AND status <> 'carried'")
        database.settle('invoice', 'issue', batch, user='settle_night', check=True)
        self.assertEqual(database.settle('invoice', 'issue', batch, user='settle_night')[0], 3)
        self.assertEqual(database.sql(
            'SELECT coalesce(sum(amount_minor) FILTER (WHERE credit = 5), 0), '
            'coalesce(sum(amount_minor) FILTER (WHERE debit = 4), 0) FROM settle.transfer WHERE kind = 5'),
            before)
        self.assertEqual(database.sql(
            'SELECT sum(CASE WHEN d.previous = p.digest THEN 0 ELSE 1 END) FROM settle.run_publication d '
            'JOIN LATERAL (SELECT digest FROM settle.run_publication x WHERE x.run_id < d.run_id '
            'ORDER BY run_id DESC LIMIT 1) p ON true'), [['0']])


if __name__ == '__main__':
    settle_test.main()
