#!/usr/bin/env python3
"""Texts stand apart: erased by the owner, everything still verifies, replays, reports and repeats; changed, it is found."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import small
import settle_test
import world

ERASE = 'SET ROLE settle_owner; SELECT * FROM settle.erase_text('
# Tables with texts apart, and what each says of the texts
TEXTS = {
    'closed_order': ('salt', 'upstream_id', 'order_line', 'contract'),
}
PHONE = '13800138000'


class Erasure(small.Case):
    """One world, settled up to a night; each test has a copy."""
    made = None

    def setUp(self):
        super().setUp()
        if Erasure.made is None:
            Erasure.made = False
            self.world()
            Erasure.made = self.database
        self.assertTrue(Erasure.made, 'the world could not be made')
        self.database = nights.copy_of(Erasure.made)

    def world(self):
        self.prepare('- upfront: u\n  pay: 10.00')
        self.orders = [small.order('A-1', '2026-01-10', contract=PHONE, line='1'),
                       small.order('A-1', '2026-01-10', contract='', line='2'),
                       small.order('B', '2026-01-10', contract='13900139000', line='')]
        Erasure.files = self.orders
        self.send('orders', '2026-01-10', *self.orders)
        self.run_to('2026-01-12')

    def erase(self, arguments, **counts):
        self.assertEqual(dict(self.database.sql(f"{ERASE}'asked for', {arguments})")),
                         {table: str(n) for table, n in counts.items()})

    def test_everything_goes_on(self):
        before = [self.out('ledger', 'balances'), self.out('report', 'trial-balance')]
        self.erase("carrier => 'C1', order_no => 'A-1', order_line => '1'", closed_order=1)
        self.assertIn('the texts of 1 rows were erased', self.ok('verify', user='settle_audit'))
        self.assertEqual([self.out('ledger', 'balances'), self.out('report', 'trial-balance')], before)
        self.ok('replay', '--period', '2026-01')
        self.assertEqual(sorted(row['subject'][:9] for row in self.rows('ledger', 'transfers')), ['(erased) ', 'A-1/2', 'B'])
        self.assertIn('(erased)', self.out('activity', 'list', '--distributor', 'D1', '--from', '2026-01'))
        self.assertNotIn('A-1/1', self.out('report', 'pack', '--period', '2026-01', '--output',
                                           os.path.join(self.folder, 'pack')))
        self.assertIn('(erased)', self.out('export', 'journal'))
        # known by its key alone: a repeat is a repeat, another content another content
        said = self.send('orders', '2026-01-13', *Erasure.files)
        self.assertIn('3 repeated', said)
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.fact_repeat'), '3')
        self.send('orders', '2026-01-13', {**Erasure.files[0], 'paid': '7.00'})
        self.assertIn('another paid', self.out('quarantine', 'list'))
        self.run_to('2026-01-14')
        self.assertIn('as published', self.ok('verify'))

    def test_by_contract_and_by_batch(self):
        self.erase(f"carrier => 'C1', contract => '{PHONE}'", closed_order=1)
        self.erase(f"carrier => 'C1', contract => '{PHONE}'")  # nothing is left of it
        self.erase("batch => (SELECT batch_id FROM settle.closed_order LIMIT 1)", closed_order=2)
        self.assertEqual(self.database.sql('SELECT DISTINCT salt, upstream_id, order_line, contract FROM settle.closed_order'),
                         [['', '', '', '']])
        self.assertIn('the texts of 3 rows were erased', self.ok('verify'))
        self.assertEqual(self.database.sql("SELECT count(*), min(reason), min(actor) FROM settle.control_log "
                                           "WHERE action = 'text-erase'"), [['3', 'asked for', 'postgres']])
        self.assertNotIn(PHONE, str(self.database.sql('SELECT * FROM settle.control_log')))
        for arguments in ("'x'", "'', batch => 1", "'x', carrier => 'C1'", "'x', carrier => 'C1', batch => 1", "'x', order_no => 'B'",
                          "'x', carrier => 'C1', order_no => 'B', contract => '1'"):
            self.assert_sql_fails('22023', self.database, f'{ERASE}{arguments})')
        self.assert_sql_fails('P0002', self.database, f"{ERASE}'x', carrier => 'C9', order_no => 'B')")

    def test_changed_texts_are_found(self):
        for table, columns in TEXTS.items():
            for column in columns[1:]:
                world.tamper(self.database, f"UPDATE settle.{table} SET {column} = {column} || 'x' "
                             f"WHERE ctid = (SELECT min(ctid) FROM settle.{table})")
                self.assertIn(f'the text does not match its commitment in 1 rows of {table}', self.settle('verify', code=1))
                self.database = nights.copy_of(Erasure.made)
            for column in columns:
                world.tamper(self.database, f"UPDATE settle.{table} SET {column} = NULL "
                             f"WHERE ctid = (SELECT min(ctid) FROM settle.{table})")
                self.assertIn(f'1 rows of {table} are half erased', self.settle('verify', code=1))
                self.database = nights.copy_of(Erasure.made)

    def test_same_lines_of_two_databases_have_the_same_salts(self):
        """A repetition: under the same key, batch and line."""
        key = self.ok('carrier-key', 'export', 'C1')
        wanted = self.database.sql('SELECT commitment, salt FROM settle.closed_order ORDER BY 1')
        self.assertEqual(len({tuple(row) for row in wanted}), 3)
        self.database = self.server.database(migrated=True)
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        self.ok('carrier-key', 'set', 'C1', self.file('key', key))
        self.send('orders', '2026-01-10', *Erasure.files)
        self.assertEqual(self.database.sql('SELECT commitment, salt FROM settle.closed_order ORDER BY 1'), wanted)

    def test_nobody_else_and_nothing_else(self):
        for user, role in (('settle_night', 'settle_runner'), ('settle_finance', 'settle_approver'),
                           ('settle_audit', 'settle_reader'), ('settle_sales', 'settle_author')):
            self.assert_sql_fails('42501', self.database, f"SET ROLE {role}; SELECT settle.erase_text('x', batch => 1)", user)
        for table, columns in TEXTS.items():
            empty = ', '.join(f'{column} = NULL' for column in columns)
            parts = [table] + [row[0] for row in self.database.sql(
                f"SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid WHERE inhparent = 'settle.{table}'::regclass "
                f"AND relname LIKE '%2026_01'")]
            for part in parts:
                changes = [f'UPDATE settle.{part} SET {columns[-1]} = NULL', f'UPDATE settle.{part} SET salt = NULL',
                           f"UPDATE settle.{part} SET {empty[:-4]}'x'",
                           f'UPDATE settle.{part} SET {empty}, batch_id = batch_id', f'UPDATE settle.{part} SET {empty}, line = line + 1',
                           f'UPDATE settle.{part} SET {columns[1]} = {columns[1]}', f'DELETE FROM settle.{part}', f'TRUNCATE settle.{part}']
                for before in ('SET ROLE settle_owner', 'SET session_replication_role = replica'):
                    states = self.database.states([before, *changes])
                    self.assertEqual([pair for pair in zip(changes, states[1:]) if pair[1] != '23001'], [], before)
                self.assert_sql_fails('42501', self.database, f'SET ROLE settle_runner; UPDATE settle.{part} SET {empty}',
                                      'settle_night')


if __name__ == '__main__':
    settle_test.main()
