#!/usr/bin/env python3
"""Files that their sender signed (Ed25519, made with openssl as a carrier makes it), and an archive of files against the
batches."""
import base64
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

RULES = '- upfront: u\n  pay: 50%\n'
REASON = ('--reason', 'a test')


def openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@unittest.skipUnless(shutil.which('openssl'), 'openssl is not installed')
class Senders(small.Case):
    def setUp(self):
        super().setUp()
        self.prepare(RULES)
        self.keys = {}
        for name in ('one', 'other'):
            pem = os.path.join(self.folder, name + '.pem')
            openssl('genpkey', '-algorithm', 'ed25519', '-out', pem)
            openssl('pkey', '-in', pem, '-pubout', '-out', os.path.join(self.folder, name + '.pub'))
            self.keys[name] = pem

    def public(self, name='one'):
        return os.path.join(self.folder, name + '.pub')

    def sign(self, path, name='one', form='raw'):
        """As docs/operations.md tells senders to."""
        openssl('dgst', '-sha256', '-binary', '-out', path + '.sha256', path)
        openssl('pkeyutl', '-sign', '-rawin', '-inkey', self.keys[name], '-in', path + '.sha256', '-out', path + '.sig')
        os.remove(path + '.sha256')
        if form == 'base64':
            with open(path + '.sig', 'rb') as file:
                text = base64.encodebytes(file.read())
            with open(path + '.sig', 'wb') as file:
                file.write(text)
        return path

    def orders(self, name, *ids, carrier='C1'):
        rows = [small.order(i, '2026-01-04', carrier=carrier) for i in ids]
        return self.file(name, ','.join(rows[0]) + '\n' + ''.join(','.join(row.values()) + '\n' for row in rows))

    def take_in(self, path, code=0, user='settle_night', kind='orders'):
        return self.settle('import', kind, path, '--date', '2026-01-05', code=code, user=user)

    def key(self, *words, code=0, user='settle_finance'):
        return self.settle('sender-key', *words, *REASON, code=code, user=user)

    def found(self, *words, files=()):
        said = self.settle('verify', *files, code=1, user='settle_audit')
        for word in words:
            self.assertIn(word, said)

    def test_signed(self):
        self.key('set', 'C1', self.public())
        self.take_in(self.sign(self.orders('a.csv', 'A-1')))
        self.take_in(self.sign(self.orders('b.csv', 'A-2'), form='base64'))
        self.assertEqual(self.database.sql("SELECT length(file_signature), carriers FROM settle.batch WHERE kind = 'orders'"),
                         2 * [['64', '{1}']])
        # another carrier signs nothing, and master data is our own
        self.take_in(self.orders('c.csv', 'A-3', carrier='C2'))
        self.take_in(self.file('p.csv', 'carrier,product,name,class,valid_from\nC1,P-x,x,plan,2025-01-01\n'), kind='products')
        self.run_to('2026-01-06')
        self.settle('verify', user='settle_audit')
        self.assertIn('a test', self.settle('sender-key', 'list', user='settle_audit'))

    def test_not_signed(self):
        self.key('set', 'C1', self.public())
        path = self.orders('a.csv', 'A-1')
        self.assertIn('it is not signed: C1 signs what it sends, and there is no a.csv.sig', self.take_in(path, code=3))
        for text, says in (('x', 'holds no signature'), ('x' * 64, 'is not the signature of C1'), ('A' * 86 + '==', 'is not the signature'),
                           ('A' * 2000, 'holds no signature')):
            self.file('a.csv.sig', text)
            self.assertIn(says, self.take_in(path, code=3))
        self.sign(path, 'other')
        self.assertIn('another key signed it', self.take_in(path, code=3))
        # of another file
        self.sign(self.orders('b.csv', 'A-2'))
        os.replace(path.replace('a.csv', 'b.csv.sig'), path + '.sig')
        self.assertIn('it was changed', self.take_in(path, code=3))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order'), '0')
        # what is right is taken in
        self.take_in(self.sign(path))
        self.settle('verify', user='settle_audit')

    def test_two_carriers_in_a_file(self):
        """Each that has a key must have signed it."""
        self.key('set', 'C1', self.public())
        rows = [small.order('A-1', '2026-01-04'), small.order('B-1', '2026-01-04', carrier='C2')]
        path = self.file('both.csv', ','.join(rows[0]) + '\n' + ''.join(','.join(row.values()) + '\n' for row in rows))
        self.take_in(path, code=3)
        self.take_in(self.sign(path))
        self.key('set', 'C2', self.public('other'))
        path = self.orders('more.csv', 'A-2')
        rows = [small.order('A-2', '2026-01-04'), small.order('B-2', '2026-01-04', carrier='C2')]
        path = self.file('both.csv', ','.join(rows[0]) + '\n' + ''.join(','.join(row.values()) + '\n' for row in rows))
        self.assertIn('C2', self.take_in(self.sign(path), code=3))

    def test_keys_are_replaced_and_end(self):
        self.key('set', 'C1', self.public())
        self.assertIn('has this key already', self.key('set', 'C1', self.public(), code=4))
        self.key('set', 'C1', self.public('other'))
        path = self.orders('a.csv', 'A-1')
        self.take_in(self.sign(path), code=3)
        self.take_in(self.sign(path, 'other'))
        self.key('end', 'C1')
        self.key('end', 'C1', code=3)
        self.take_in(self.orders('b.csv', 'A-2'))
        self.run_to('2026-01-06')
        self.settle('verify', user='settle_audit')

    def test_who_decides(self):
        for user in ('settle_night', 'settle_sales', 'settle_audit', 'settle_treasurer'):
            self.key('set', 'C1', self.public(), code=4, user=user)
        self.key('set', 'C9', self.public(), code=3)
        self.key('set', 'C1', self.keys['one'], code=3)     # no public key
        self.key('set', 'C1', self.file('x.pub', 'x'), code=3)
        self.key('set', 'C1', self.public())
        # who decided on the key takes none of its files in
        self.database.sql('GRANT settle_runner TO settle_finance')
        try:
            self.assertIn('takes in none of its files', self.take_in(self.sign(self.orders('a.csv', 'A-1')), code=4, user='settle_finance'))
        finally:
            self.database.sql('REVOKE settle_runner FROM settle_finance')

    def test_past_the_program(self):
        """A program without the check has no batch without a signature; a wrong one is found."""
        self.key('set', 'C1', self.public())
        self.take_in(self.sign(self.orders('a.csv', 'A-1')))
        add = ("SELECT settle.add_batch(jsonb_populate_record(b, jsonb_build_object('batch_id', settle.count('batch', 1), {})), "
               "'{{}}', '{{}}', '{{}}') FROM settle.batch b WHERE kind = 'orders'")
        for change in ("'file_signature', NULL", "'file_name', NULL, 'file_bytes', NULL, 'file_sha256', NULL, 'file_signature', NULL, "
                       "'source', 'staging crm'"):
            self.assertIn('signs what it sends', self.assert_sql_fails('42501', self.database, add.format(change), 'settle_night'))
        self.database.sql(add.format("'file_signature', '\\x' || repeat('00', 64)"), 'settle_night')
        # a key that holds for a minute is due
        self.database.sql("ALTER TABLE settle.control_log DISABLE TRIGGER ALL; UPDATE settle.control_log SET at = at - interval '1 hour' "
                          "WHERE action = 'sender-key-set'")
        self.found('its signature is not that of C1 over its SHA-256')

    def test_kept_rows_are_read_again(self):
        """What is kept of a file without a signature does not come in as a release; of a signed one, or of one that came
        before its carrier signed, it does."""
        product = self.file('p.csv', 'carrier,product,name,class,valid_from\nC1,P-late,x,plan,2025-01-01\n')

        def late(name, order, code):
            row = {**small.order(order, '2026-01-04'), 'product': 'P-late'}
            path = self.file(name, ','.join(row) + '\n' + ','.join(row.values()) + '\n')
            return path, code

        before, _ = late('before.csv', 'A-1', 7)
        self.take_in(before, code=7)
        self.key('set', 'C1', self.public())
        path, _ = late('a.csv', 'A-2', 7)
        self.assertIn('it is not signed', self.take_in(path, code=3))
        self.take_in(self.sign(path), code=7)
        # a program without the check: the same file as a batch that names nobody
        plant = ("SELECT settle.count('batch', 1); SELECT settle.add_batch(jsonb_populate_record(b, jsonb_build_object('batch_id', c.value, "
                 "'file_signature', NULL, 'carriers', '[]'::jsonb)), '{}', '{}', '{}') FROM settle.batch b, settle.counter c "
                 "WHERE b.kind = 'orders' AND b.state = 'sealed' AND c.name = 'batch' ORDER BY b.batch_id DESC LIMIT 1")
        self.database.sql(plant, 'settle_night')
        planted = self.database.value('SELECT max(batch_id) FROM settle.batch')
        self.take_in(product, kind='products')
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order'), '2')
        self.settle('verify', code=1, user='settle_audit')                 # the planted one keeps no rows
        for source in (f'release of batch {planted}', f'batch {planted} looked at again', 'release of batch 99999999', 'somewhere'):
            self.assertIn('has no signature', self.assert_sql_fails(
                '42501', self.database, "SELECT settle.count('batch', 1); SELECT settle.add_batch(jsonb_populate_record(b, "
                f"jsonb_build_object('batch_id', c.value, 'source', '{source}')), '{{}}', '{{}}', '{{}}') FROM settle.batch b, "
                "settle.counter c WHERE b.source LIKE '%looked at again' AND c.name = 'batch' LIMIT 1", 'settle_night'))

    def told(self, kind, *rows):
        """Takes in a signed file of these rows."""
        self.take_in(self.sign(self.file(kind + '.csv', small.text(rows))), kind=kind)

    def tell_all(self, first, last):
        """An order and, each before or after it, a bill and a refund; and those of one that is not known."""
        event = {'carrier': 'C1', 'event_id': 'E-1', 'order_id': 'A-1', 'event': 'refund', 'at': '2026-01-05 10:00:00', 'amount': '1.00',
                 'reinstates': '', 'currency': 'CNY'}
        facts = {'orders': [small.order('A-1', '2026-01-04', contract='K-1')],
                 'bills': [small.bill(k, '2026-01', '2026-01-05', billed='10.00') for k in ('K-1', 'K-9')],
                 'events': [event, {**event, 'event_id': 'E-9', 'order_id': 'A-9'}]}
        for kind in (*first, *last):
            self.told(kind, *facts[kind])

    def test_batches_that_name_nobody(self):
        """A program that does not say that a batch has rows of a carrier that signs is found, whatever rows they are."""
        self.key('set', 'C1', self.public())
        self.tell_all(('orders',), ('bills', 'events'))
        self.settle('verify', user='settle_audit')
        self.database.sql('ALTER TABLE settle.batch DISABLE TRIGGER ALL')
        for name in ('bill', 'bill_2026_01', 'event', 'event_2026_01', 'bill_waiting', 'event_waiting'):
            self.database.sql(f'ALTER TABLE settle.{name} DISABLE TRIGGER ALL')
        for table, other in (('bill', 'bill_waiting'), ('bill_waiting', 'bill'), ('event', 'event_waiting'), ('event_waiting', 'event'),
                             ('closed_order', None)):
            with self.subTest(table):
                kind = {'b': 'bills', 'e': 'events', 'c': 'orders'}[table[0]]
                self.database.sql(f"CREATE TABLE batches AS SELECT * FROM settle.batch; UPDATE settle.batch SET carriers = '{{}}', "
                                  f"file_signature = NULL WHERE kind = '{kind}'")
                if other:
                    self.database.sql(f'CREATE TABLE away AS SELECT * FROM settle.{other}; DELETE FROM settle.{other}')
                self.found('it has rows of C1, which signs, and does not name it')
                self.database.sql('UPDATE settle.batch b SET carriers = o.carriers, file_signature = o.file_signature FROM batches o '
                                  'WHERE o.batch_id = b.batch_id; DROP TABLE batches')
                if other:
                    self.database.sql(f'INSERT INTO settle.{other} SELECT * FROM away; DROP TABLE away')
        self.settle('verify', user='settle_audit')

    def test_what_waited_is_as_it_was_told(self):
        """Nobody invents rows of another batch's file, which was signed."""
        self.tell_all(('bills', 'events'), ('orders',))
        self.settle('verify', user='settle_audit')
        for table, what, column in (('bill', 'bills', 'billed_minor'), ('event', 'events', 'amount_minor')):
            self.assertEqual(self.database.value(f'SELECT count(*) FROM settle.{table} WHERE source_batch_id <> batch_id'), '1')
            self.database.sql(f'ALTER TABLE settle.{table}_2026_01 DISABLE TRIGGER ALL; ALTER TABLE settle.{table} DISABLE TRIGGER ALL; '
                              f'UPDATE settle.{table} SET {column} = {column} + 1')
            self.found(f'1 {what} of it are not as batch')

    def test_statements(self):
        self.key('set', 'C1', self.public())
        theirs = self.file('theirs.csv', 'order_id,kind,amount\nA,upfront,1.00\n')

        def take_in(code, user='settle_treasurer'):
            return self.settle('reconcile', 'statement', theirs, '--carrier', 'C1', '--period', '2026-01', user=user, code=code)

        self.assertIn('it is not signed', take_in(3))
        self.sign(theirs, 'other')
        self.assertIn('is not the signature of C1', take_in(3))
        self.sign(theirs)
        take_in(1)
        self.assertIn('has no signature', self.assert_sql_fails(
            '42501', self.database, "SELECT settle.decide('statement-import', subject, digest, '', detail - 'signature') "
            "FROM settle.control_log WHERE action = 'statement-import'", 'settle_treasurer'))
        self.settle('verify', user='settle_audit')
        self.database.sql("ALTER TABLE settle.control_log DISABLE TRIGGER ALL; UPDATE settle.control_log SET at = at - interval '1 hour' "
                          "WHERE action = 'sender-key-set'; UPDATE settle.control_log SET detail = detail || "
                          "jsonb_build_object('signature', repeat('00', 64)) WHERE action = 'statement-import'")
        self.found('statement C1/2026-01', 'its signature is not that of C1')

    def test_staging(self):
        self.key('set', 'C1', self.public())
        self.database.sql("INSERT INTO settle.staging (source, kind, row_no, fields) SELECT 'crm', 'orders', 1, jsonb_build_object("
                          "'carrier', 'C1', 'order_id', 'S', 'distributor', 'D1', 'product', 'P-plan', 'region', 'GD', 'channel', 'x', "
                          "'closed_at', '2026-01-04 12:00:00', 'paid', '1.00', 'quantity', '1', 'currency', 'CNY')", 'settle_night')
        self.assertIn('come in by files', self.settle('import', 'orders', '--staging', 'crm', '--date', '2026-01-05', code=3,
                                                      user='settle_night'))

    def test_the_night(self):
        self.key('set', 'C1', self.public())
        inbox = os.path.join(self.folder, 'inbox')
        os.mkdir(inbox)
        for name, order in (('a.csv', 'A-1'), ('b.csv', 'A-2')):
            os.rename(self.orders(name, order), os.path.join(inbox, name))
        with open(os.path.join(inbox, 'manifest.csv'), 'w', encoding='utf-8') as file:
            file.write('file,kind,business_date\na.csv,orders,2026-01-05\nb.csv,orders,2026-01-05\nend,2\n')
        self.sign(os.path.join(inbox, 'a.csv'))
        night = ('night', inbox, '--until', '2026-01-06', '--quiet', '0')
        said = self.settle(*night, code=3, user='settle_night')
        self.assertIn('there is no b.csv.sig', said)
        self.assertNotIn('does not name it', said)
        self.assertEqual(sorted(os.listdir(inbox)), ['b.csv', 'manifest.csv'])
        self.assertEqual(sorted(os.listdir(inbox + '.state/done')), ['a.csv', 'a.csv.sig'])
        # refused once, whatever lies beside it; it says what is wrong now
        batches = self.database.value('SELECT count(*) FROM settle.batch')
        self.assertIn('have it, or its .sig, sent again', self.settle(*night, code=3, user='settle_night'))
        for text in ('x', 'A' * 86 + '=='):
            self.file('inbox/b.csv.sig', text)
            self.assertIn('b.csv.sig', self.settle(*night, code=3, user='settle_night'))
        self.sign(os.path.join(inbox, 'b.csv'), 'other')
        for _ in range(2):
            self.assertIn('another key signed it', self.settle(*night, code=3, user='settle_night'))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.batch'), batches)
        # the sender signs again
        self.sign(os.path.join(inbox, 'b.csv'))
        self.settle(*night, user='settle_night')
        self.assertEqual(os.listdir(inbox), ['manifest.csv'])
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order'), '2')
        self.found('3 findings', 'its file products.csv is not in the archive', files=('--files', inbox + '.state/done'))

    def test_what_was_wrong_is_sent_again(self):
        """A file that was refused for a wrong signature is looked at again when it, its signature or the key is another."""
        self.key('set', 'C1', self.public())
        inbox = os.path.join(self.folder, 'inbox')
        os.mkdir(inbox)
        night = ('night', inbox, '--until', '2026-01-06', '--quiet', '0')
        for at, mend in enumerate((lambda path: self.sign(path),
                                   lambda path: self.sign(os.path.join(inbox, os.path.basename(self.orders('inbox/f1.csv', 'B-9')))),
                                   lambda path: self.key('set', 'C1', self.public('other')))):
            with self.subTest(at):
                path = self.orders(f'inbox/f{at}.csv', f'B-{at}')
                self.sign(path, 'other' if at != 1 else 'one')
                if at == 1:                     # changed on the way
                    with open(path, 'a', encoding='utf-8') as file:
                        file.write('\n')
                self.file('inbox/manifest.csv', f'file,kind,business_date\nf{at}.csv,orders,2026-01-05\nend,1\n')
                for _ in range(2):
                    self.assertIn('is not the signature of C1', self.settle(*night, code=3, user='settle_night'))
                mend(path)
                self.settle(*night, user='settle_night')
                self.assertEqual(sorted(os.listdir(inbox)), ['manifest.csv'])
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.closed_order'), '3')
        self.settle('verify', user='settle_audit')

    def test_an_archive(self):
        archive = os.path.join(self.folder, 'archive')
        os.mkdir(archive)
        for name, order in (('a.csv', 'A-1'), ('b.csv', 'A-2'), ('c.csv', 'A-3')):
            self.take_in(self.orders(name, order))
            shutil.copy(os.path.join(self.folder, name), archive)
        for kind in small.FILES:
            self.file(kind + '.csv', small.FILES[kind])
            shutil.copy(os.path.join(self.folder, kind + '.csv'), archive)
        files = ('--files', archive)
        self.settle('verify', *files, user='settle_audit')
        os.remove(os.path.join(archive, 'a.csv'))
        with open(os.path.join(archive, 'b.csv'), 'a', encoding='utf-8') as file:
            file.write('\n')
        shutil.copy(os.path.join(archive, 'c.csv'), os.path.join(archive, 'the-same.csv'))
        with open(os.path.join(archive, 'd.csv'), 'w', encoding='utf-8') as file:
            file.write('x\n')
        self.found('3 findings', 'its file a.csv is not in the archive', 'file b.csv', 'is not what batch', 'file d.csv', 'is in no batch',
                   files=files)
        self.settle('verify', '--files', archive + '-none', code=3, user='settle_audit')
        self.settle('verify', user='settle_audit')


settle_test.main()
