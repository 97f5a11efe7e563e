#!/usr/bin/env python3
"""Texts stand apart: erased by the owner, everything still verifies, replays, reports and repeats; changed, it is found."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import nights
import small
import settle_test
import world
from test_events import event
from test_terms import receipt

ERASE = 'SET ROLE settle_owner; SELECT * FROM settle.erase_text('
# Tables with texts apart, and what each says of the texts
TEXTS = {
    'closed_order': ('salt', 'upstream_id', 'order_line', 'contract'),
    'bill_waiting': ('salt', 'contract'),
    'event': ('salt', 'upstream_id'),
    'event_waiting': ('salt', 'upstream_id', 'order_upstream_id', 'order_line'),
    'receipt': ('salt', 'upstream_id'),
    'quarantine': ('salt', 'value', 'message', 'raw'),
    'statement_line': ('salt', 'subject', 'fault'),
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
        """Something in each of the tables; A-1/1 with its phone in most."""
        self.prepare('- upfront: u\n  pay: 10.00')
        Erasure.files = [small.order('A-1', '2026-01-10', contract=PHONE, line='1'),
                         small.order('A-1', '2026-01-10', contract='', line='2'),
                         small.order('B', '2026-01-10', contract='13900139000', line='')]
        self.send('orders', '2026-01-10', *Erasure.files)
        Erasure.wrong = [small.order('A-1', '2026-01-11', contract=PHONE, line='1', product='none'),
                         small.order('B', '2026-01-11', contract='13900139000', line='', product='none'),
                         small.order('C', '2026-01-11', contract='', line='', product='A-1')]
        self.send('orders', '2026-01-11', *Erasure.wrong, code=7)
        Erasure.rejected = self.database.value('SELECT max(batch_id) FROM settle.batch')
        Erasure.events = [event('e-1', 'refund', '2026-01-11', order_id='A-1', line='1', amount='5.00'),
                          event('e-2', 'cancel', '2026-01-11', order_id='LATER', line='')]
        self.send('events', '2026-01-11', *Erasure.events)
        Erasure.bills = [small.bill('13700137000', '2026-01', '2026-02-01', billed='30.00')]
        self.send('bills', '2026-01-11', *Erasure.bills)
        self.send('receipts', '2026-01-11', receipt('r-1', '2026-01', '75.00'))
        self.run_to('2026-01-12')
        theirs = self.file('theirs.csv', 'order_id,line,kind,period,amount\nA-1,1,upfront,,9.00\nA-1,1,gift,,1.00\n'
                                          'B,,upfront,,10.00\n')
        self.ok('reconcile', 'statement', theirs, '--carrier', 'C1', '--period', '2026-01', code=1)

    def erase(self, arguments, **counts):
        self.assertEqual(dict(self.database.sql(f"{ERASE}'asked for', {arguments})")),
                         {table: str(n) for table, n in counts.items()})

    def test_everything_goes_on(self):
        before = [self.out('ledger', 'balances'), self.out('report', 'trial-balance')]
        self.assertIn(PHONE, str(self.everything()))
        self.erase("carrier => 'C1', order_no => 'A-1', order_line => '1'", closed_order=1, event=1, quarantine=1,
                   statement_line=2)
        self.assertIn('the texts of 5 rows were erased', self.ok('verify', user='settle_audit'))
        self.assertNotIn(PHONE, str(self.everything()))
        self.assertEqual([self.out('ledger', 'balances'), self.out('report', 'trial-balance')], before)
        self.ok('replay', '--period', '2026-01')
        self.assertEqual(sorted(row['subject'][:9] for row in self.rows('ledger', 'transfers')), ['(erased) ', 'A-1/2', 'B'])
        self.assertIn('(erased) #', self.out('activity', 'list', '--distributor', 'D1', '--from', '2026-01'))
        self.ok('report', 'pack', '--period', '2026-01', '--output', os.path.join(self.folder, 'pack'))
        self.assertIn('(erased) #', self.out('export', 'journal'))
        self.assertIn('(erased) #', self.settle('reconcile', 'statement', '--carrier', 'C1', '--period', '2026-01', code=1))
        self.assertEqual([row['value'] for row in self.rows('quarantine', 'list')], ['(erased)', 'none', 'A-1'])
        self.ok('status')
        self.ok('facts', 'list')
        # known by its key alone: a repeat is a repeat, another content another content
        self.assertIn('3 repeated', self.send('orders', '2026-01-13', *Erasure.files))
        self.send('orders', '2026-01-13', {**Erasure.files[0], 'paid': '7.00'})
        self.assertIn('another paid', self.out('quarantine', 'list'))
        # what was erased is not released; the others are
        self.assertIn('2 rows', self.settle('quarantine', 'release', '--batch', Erasure.rejected))
        self.run_to('2026-01-14')
        self.assertIn('as published', self.ok('verify'))

    def everything(self):
        """All that is stored, but the control log's own detail."""
        return [self.database.sql(f'SELECT t::text FROM settle.{table} t') for table in TEXTS]

    def test_what_waits_is_found_and_told_again(self):
        self.erase("carrier => 'C1', order_no => 'LATER'", event_waiting=1)
        self.erase("carrier => 'C1', contract => '13700137000'", bill_waiting=1)
        self.assertIn('the texts of 2 rows were erased', self.ok('verify'))
        self.assertIn('1 repeated', self.send('bills', '2026-01-12', *Erasure.bills))
        self.assertIn('1 repeated', self.send('events', '2026-01-12', *Erasure.events[1:]))
        self.send('orders', '2026-01-13', small.order('LATER', '2026-01-10', contract='13700137000'))
        self.run_to('2026-01-14')
        self.assertEqual(self.database.sql('SELECT upstream_id, salt, commitment FROM settle.event ORDER BY batch_id')[-1],
                         ['', '', '00000000-0000-0000-0000-000000000000'])
        self.assertIn('the texts of 3 rows were erased', self.ok('verify'))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.bill'), '1')

    def test_by_contract_and_by_batch(self):
        self.erase(f"carrier => 'C1', contract => '{PHONE}'", closed_order=1, quarantine=1)
        self.erase(f"carrier => 'C1', contract => '{PHONE}'")  # nothing is left of it
        for table, kind in (('closed_order', 'orders'), ('event', 'events'), ('bill_waiting', 'bills'), ('receipt', 'receipts')):
            wanted = {'orders': {'closed_order': 2}, 'events': {'event': 1, 'event_waiting': 1}, 'bills': {'bill_waiting': 1},
                      'receipts': {'receipt': 1}}[kind]
            self.erase(f"batch => (SELECT min(batch_id) FROM settle.batch WHERE kind = '{kind}')", **wanted)
        self.erase(f'batch => {Erasure.rejected}', quarantine=2)
        self.assertIn('the texts of 10 rows were erased', self.ok('verify'))
        self.assertEqual(self.database.sql('SELECT DISTINCT salt, upstream_id, order_line, contract FROM settle.closed_order'),
                         [['', '', '', '']])
        self.assertEqual(self.database.sql("SELECT count(*), min(reason), min(actor) FROM settle.control_log "
                                           "WHERE action = 'text-erase'"), [['7', 'asked for', 'postgres']])
        self.assertNotIn(PHONE, str(self.database.sql('SELECT * FROM settle.control_log')))
        # what is named, by which key
        self.assertEqual([row[0].split('/')[:-1] for row in self.database.sql(
            "SELECT subject FROM settle.control_log WHERE action = 'text-erase' ORDER BY position LIMIT 3")],
            [['contract', 'C1'], ['contract', 'C1'], ['batch']])
        for arguments in ("'x'", "'', batch => 1", "'x', carrier => 'C1', order_no => ''", "'x', carrier => 'C1', contract => ''",
                          "'x', carrier => 'C1', order_no => 'B', order_line => NULL", "'x', carrier => 'C1'", "'x', carrier => 'C1', batch => 1", "'x', order_no => 'B'",
                          "'x', carrier => 'C1', order_no => 'B', contract => '1'"):
            self.assert_sql_fails('22023', self.database, f'{ERASE}{arguments})')
        self.assert_sql_fails('P0002', self.database, f"{ERASE}'x', carrier => 'C9', order_no => 'B')")
        self.run_to('2026-01-14')
        self.assertIn('as published', self.ok('verify'))

    def test_waits_for_what_is_just_taken_in(self):
        """An import has read what it writes: it is erased after that. Here it waits for a table, with its lock taken."""
        holder = self.session('BEGIN; LOCK TABLE settle.event_found IN SHARE MODE;')
        self.await_true("EXISTS (SELECT 1 FROM pg_locks WHERE granted AND mode = 'ShareLock' AND locktype = 'relation')")
        order = self.file('late.csv', ','.join(small.ORDER) + '\n' + ','.join(small.order('LATER', '2026-01-10').values()) + '\n')
        importing = subprocess.Popen([settle_test.program(), '--db', self.database.conninfo(), 'import', 'orders', order, '--date',
                                      '2026-01-13'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.await_lock('relation')
        erasing = self.session(f"{ERASE}'x', carrier => 'C1', order_no => 'LATER');")
        self.await_lock('advisory')
        for session in (holder, importing, erasing):
            if session.stdin is not None:
                session.stdin.close()
            self.assertEqual(session.wait(60), 0)
        self.assertNotIn('LATER', str(self.everything()))
        self.assertNotIn('e-2', str(self.everything()))
        self.ok('verify')

    def session(self, text):
        out = subprocess.Popen([settle_test.psql_program(), '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', self.database.conninfo()],
                               stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        out.stdin.write(text + '\n')
        out.stdin.flush()
        return out

    def await_true(self, condition):
        for _ in range(600):
            if self.database.value(f'SELECT {condition}') == 't':
                return
            time.sleep(0.05)
        self.fail(f'never: {condition}')

    def await_lock(self, kind):
        self.await_true(f"EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = '{kind}')")

    def test_which_rejected_rows_are_about_what(self):
        header = 'carrier,order_id,line,contract'
        for header, raw, what, about in (
                (header, 'C1,A,1,138', "'C1', 'order_id', 'A', '1'", 't'), (header, 'C1,A,2,138', "'C1', 'order_id', 'A', '1'", 'f'),
                (header, 'C2,A,1,138', "'C1', 'order_id', 'A', '1'", 'f'), (header, ' C1 , A ,1,', "'C1', 'order_id', 'A', '1'", 't'),
                (header, 'C1,B,1,A', "'C1', 'order_id', 'A', '1'", 'f'), (header, 'C1,B,1,138', "'C1', 'contract', '138', ''", 't'),
                (header, 'C1,"A",1,138', "'C1', 'order_id', 'A', '1'", 't'), (header, 'C1,x,A', "'C1', 'order_id', 'A', '1'", 't'),
                (header, 'C1,x,BA', "'C1', 'order_id', 'A', '1'", 'f'), ('carrier,contract', 'C1,A', "'C1', 'order_id', 'A', ''", 'f'),
                ('carrier,order_id', 'C1,A', "'C1', 'order_id', 'A', ''", 't')):
            self.assertEqual(self.database.value(f"SELECT settle.is_about('{header}', '{raw}', {what})"), about, (raw, what))

    def test_changed_texts_are_found(self):
        for table, columns in TEXTS.items():
            for column in columns[1:]:
                world.tamper(self.database, f"UPDATE settle.{table} SET {column} = {column} || 'x' WHERE ctid = "
                             f"(SELECT min(ctid) FROM settle.{table} WHERE '{column}' <> 'fault' OR {column} <> '')")
                self.assertIn(f'the text does not match its commitment in 1 rows of {table}', self.settle('verify', code=1))
                self.database = nights.copy_of(Erasure.made)
            for column in columns:
                world.tamper(self.database, f"UPDATE settle.{table} SET {column} = NULL "
                             f"WHERE ctid = (SELECT min(ctid) FROM settle.{table})")
                self.assertIn(f'1 rows of {table} are half erased', self.settle('verify', code=1))
                self.database = nights.copy_of(Erasure.made)

    def test_erased_without_a_decision(self):
        """What an owner empties by hand, or a decision that never came to pass."""
        self.database.sql('SET ROLE settle_owner; UPDATE settle.event SET salt = NULL, upstream_id = NULL')
        self.assertIn('the texts of 1 rows of event are erased, by decisions 0', self.settle('verify', code=1))
        self.database = nights.copy_of(Erasure.made)
        self.erase("carrier => 'C1', order_no => 'B'", closed_order=1, quarantine=1, statement_line=1)
        world.tamper(self.database, 'UPDATE settle.closed_order o SET salt = w.salt, upstream_id = w.upstream_id, order_line '
                     "= w.order_line, contract = w.contract FROM (SELECT * FROM settle.closed_order WHERE order_line = '2') w "
                     "WHERE o.upstream_id IS NULL")
        said = self.settle('verify', code=1)
        self.assertIn('the texts of 0 rows of closed_order are erased, by decisions 1', said)
        self.assertIn('the text does not match its commitment in 1 rows of closed_order', said)

    def test_changed_keys_are_found(self):
        for change, said in (("UPDATE settle.carrier_key SET key = sha256('x') WHERE carrier_id = 1", 'is another one than was made'),
                             ('DELETE FROM settle.carrier_key WHERE carrier_id = 0', 'is not there'),
                             ("INSERT INTO settle.carrier_key VALUES (2, 2, sha256('x'))", 'is none that the control log was told of')):
            self.database = nights.copy_of(Erasure.made)
            world.tamper(self.database, change)
            self.assertIn(said, self.settle('verify', code=1))

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
                           f'UPDATE settle.{part} SET {empty}, line = line', f'UPDATE settle.{part} SET {empty}, line = line + 1',
                           f'UPDATE settle.{part} SET {columns[1]} = {columns[1]}', f'DELETE FROM settle.{part}', f'TRUNCATE settle.{part}']
                for before in ('SET ROLE settle_owner', 'SET session_replication_role = replica'):
                    states = self.database.states([before, *changes])
                    self.assertEqual([pair for pair in zip(changes, states[1:]) if pair[1] != '23001'], [], before)
                self.assert_sql_fails('42501', self.database, f'SET ROLE settle_runner; UPDATE settle.{part} SET {empty}',
                                      'settle_night')


if __name__ == '__main__':
    settle_test.main()
