#!/usr/bin/env python3
"""Every fen of a quarter walked back to its facts and forward to its invoice line, by the auditors' views."""
import csv
import io
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import small
import world
import settle_test


class Lineage(settle_test.TestCase):
    database = None

    def setUp(self):
        self.assertIsNot(Lineage.database, False, 'the world could not be made')
        if Lineage.database is None:
            Lineage.database = False
            with tempfile.TemporaryDirectory(prefix='settle-lineage-') as folder:
                Lineage.database = world.quarter(self.server, folder)

    def sql(self, text):
        return self.database.sql(text, user='settle_audit')

    def value(self, text):
        return self.database.value(text, user='settle_audit')

    def test_every_transfer_once(self):
        self.assertEqual(self.sql('SELECT count(*), sum(amount_minor) FROM settle_view.transfer_lineage'),
                         self.sql('SELECT count(*), sum(amount_minor) FROM settle.transfer'))

    def test_every_transfer_has_its_facts(self):
        missing = self.sql("""
            SELECT kind, count(*) FROM settle_view.transfer_lineage
             WHERE CASE kind WHEN 'volume-bonus' THEN window_end IS NULL OR window_measure IS NULL OR rule IS NULL
                             WHEN 'invoice' THEN invoice IS NULL
                             ELSE order_no IS NULL OR order_file_line IS NULL OR order_source IS NULL OR rule IS NULL END
                OR policy_hash IS NULL OR (kind = 'revenue-share' AND bill_file_line IS NULL)
             GROUP BY 1""")
        self.assertEqual(missing, [])
        self.assertEqual({k for k, in self.sql('SELECT DISTINCT kind FROM settle_view.transfer_lineage')},
                         {'upfront', 'deferred', 'revenue-share', 'volume-bonus', 'invoice'})

    def test_every_invoice_line_is_its_transfers(self):
        """Forward: what a line says is what is bound to it, to the fen, and nothing is bound twice."""
        different = self.sql("""
            SELECT l.number, l.line, l.transfers, l.gross_minor, t.n, t.amount
              FROM settle_view.invoice_line l
              LEFT JOIN (SELECT invoice, invoice_line, count(*) AS n,
                                sum(CASE WHEN taken_back THEN -amount_minor ELSE amount_minor END) AS amount
                           FROM settle_view.transfer_lineage WHERE kind <> 'invoice' GROUP BY 1, 2) t
                ON t.invoice = l.number AND t.invoice_line = l.line
             WHERE l.transfers IS DISTINCT FROM t.n
                OR CASE WHEN l.tax_included THEN l.gross_minor ELSE l.net_minor END IS DISTINCT FROM t.amount""")
        self.assertEqual(different, [])
        self.assertGreater(int(self.value('SELECT count(*) FROM settle_view.invoice_line')), 100)

    def test_a_hole_in_the_middle(self):
        """An invoice that binds a range on either side of a run: all who read it leave that run out."""
        copy = nights.copy_of(self.database)
        bound = "FROM settle_view.transfer_lineage t WHERE kind <> 'invoice' AND invoice"
        number, run, of_run, all_of_it = copy.sql(f"""
            WITH n AS (SELECT invoice, run_id, count(*) AS n {bound} IS NOT NULL GROUP BY 1, 2)
            SELECT n.invoice, n.run_id, n.n, (SELECT sum(n) FROM n m WHERE m.invoice = n.invoice)
              FROM n JOIN settle_view.invoice_binding b ON b.number = n.invoice
             WHERE n.run_id > b.after_run + 1 AND n.run_id < b.up_to_run
               AND (SELECT count(*) FROM n m WHERE m.invoice = n.invoice) > 2
             ORDER BY n.n DESC, 1, 2 LIMIT 1""")[0]

        def runs():
            out = copy.settle('--format', 'csv', 'ledger', 'transfers', '--limit', '0', '--invoice', number, check=True)[1]
            return [row['run'] for row in csv.DictReader(io.StringIO(out))]

        before = runs()
        self.assertEqual((len(before), before.count(run)), (int(all_of_it), int(of_run)))
        world.tamper(copy, f"""
            WITH b AS (DELETE FROM settle.invoice_binding b USING settle_view.invoice_binding v
                        WHERE v.number = '{number}' AND (b.distributor_id, b.run_id, b.carrier_id, b.currency, b.tax_ppb)
                              = (v.distributor_id, v.run_id, v.carrier_id, v.currency_no, v.tax_ppb) RETURNING b.*)
            INSERT INTO settle.invoice_binding
            SELECT distributor_id, run_id, carrier_id, currency, tax_ppb, after_run, {run} - 1 FROM b UNION ALL
            SELECT distributor_id, run_id, carrier_id, currency, tax_ppb, {run}, up_to_run FROM b""")
        self.assertEqual(runs(), [r for r in before if r != run])
        self.assertEqual(copy.sql(f"SELECT count(*), count(*) FILTER (WHERE run_id = {run}) {bound} = '{number}'"),
                         [[str(len(before) - int(of_run)), '0']])
        out = copy.settle('--format', 'csv', 'verify', user='settle_audit')[1]
        self.assertIn(f'it says transfers {all_of_it}, the ledger {int(all_of_it) - int(of_run)}; ', out)

    def test_every_order(self):
        self.assertEqual(
            self.sql('SELECT count(DISTINCT (distributor_id, order_id)), count(run_id), sum(amount_minor) '
                     'FROM settle_view.order_lineage'),
            self.sql('SELECT (SELECT count(*) FROM settle.closed_order), count(*), sum(amount_minor) '
                     'FROM settle.transfer WHERE subject_id < 4611686018427387904'))
        self.assertEqual(self.sql('SELECT zero_because, count(*) FROM settle_view.order_lineage '
                                  'WHERE zero_because IS NOT NULL GROUP BY 1 ORDER BY 1'),
                         self.sql('SELECT reason, count(*) FROM settle_view.zero GROUP BY 1 ORDER BY 1'))

    def test_the_line_of_the_file(self):
        """The file and line named hold that very order."""
        order, source, line = self.sql(
            "SELECT order_no, order_source, order_file_line FROM settle_view.transfer_lineage "
            "WHERE kind = 'upfront' ORDER BY run_id, order_no LIMIT 1")[0]
        path = os.path.join(world.QUARTER, os.path.basename(source))
        with open(path, encoding='utf-8') as file:
            self.assertIn(order, file.read().splitlines()[int(line) - 1])

    def test_one_order_is_looked_up_by_key(self):
        """Through the keys of one distributor: with sequential scans made dear no large table needs one."""
        distributor, order = self.sql('SELECT distributor, order_no FROM settle_view.transfer_lineage '
                                      "WHERE kind = 'upfront' LIMIT 1")[0]
        plan = '\n'.join(row[0] for row in self.sql(
            'SET enable_seqscan = off; EXPLAIN SELECT * FROM settle_view.order_lineage '
            f"WHERE distributor = '{distributor}' AND order_no = '{order}'"))
        for table in ('transfer', 'closed_order', 'bill', 'order_outcome', 'invoice_line', 'window_posting'):
            self.assertNotRegex(plan, rf'Seq Scan on {table}')


class TwoTaxRates(small.Case):
    def test_each_transfer_is_on_the_invoice_of_its_rate(self):
        rules = '- upfront: u\n  pay: 10%\n'
        second = small.POLICY.format(top='', rules=rules, invoice='cycle: weekly')
        for old, new in (('version: v1', 'version: v2'), ('2026-01-01..', '2026-01-08..'), ('6%', '9%')):
            second = second.replace(old, new)
        first = small.POLICY.format(top='', rules=rules, invoice='cycle: weekly')
        database = self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        database.activate(self.file('v1.yaml', first.replace('2026-01-01..', '2026-01-01..2026-01-07')),
                          self.file('v2.yaml', second))
        self.send('orders', '2026-01-09', small.order('A', '2026-01-06'),
                  small.order('B', '2026-01-09', paid='200.00'))
        self.run_to('2026-01-11')
        rows = database.sql('SELECT t.order_no, t.policy_version, i.tax_ppb, i.gross_minor, t.invoice_line '
                            'FROM settle_view.transfer_lineage t JOIN settle_view.invoice i ON i.number = t.invoice '
                            'ORDER BY 1')
        self.assertEqual(rows, [['A', 'v1', '60000000', '1000', '1'], ['B', 'v2', '90000000', '2000', '1']])
        self.assertEqual(database.settle('verify')[0], 0)


class Reasons(small.Case):
    def test_only_of_orders_without_postings(self):
        """An order that earned nothing at first, and does now, has no reason for zero beside its transfer."""
        self.prepare('- upfront: u\n  pay: 10%\n')
        refund = {'carrier': 'C1', 'event_id': 'r', 'order_id': 'A', 'event': 'full-refund', 'at': '2026-01-05 13:00:00',
                  'reinstates': ''}
        self.send('orders', '2026-01-05', small.order('A', '2026-01-05'))
        self.send('events', '2026-01-05', refund)
        lineage = 'SELECT zero_because, amount_minor FROM settle_view.order_lineage'
        self.run_to('2026-01-05')
        self.assertEqual([row[0] for row in self.database.sql(lineage)], ['zero'])
        self.send('events', '2026-01-06', {**refund, 'event_id': 'x', 'event': 'reinstate', 'reinstates': 'r'})
        self.run_to('2026-01-06')
        self.assertEqual([row[1] for row in self.database.sql(lineage + ' WHERE zero_because IS NULL')], ['1000'])
        self.assertEqual(self.database.sql(lineage + ' WHERE zero_because IS NOT NULL'), [])


if __name__ == '__main__':
    settle_test.main()
