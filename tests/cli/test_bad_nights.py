#!/usr/bin/env python3
"""Bad nights: what lies in a drop folder when somebody means harm, was in a hurry, or the disk is full. Each time:
nothing is lost (a good row is settled at the end, or its file lies where a person finds it), nothing is read that is no
regular file of the folder, and the exit code and a sentence say what it was. No night hangs.

A night is a row of NIGHTS: what lies there beside a good file, the code and what is told, what stays; then what makes it
good, and what the night after that is. The good file is settled in every one of them."""
import csv
import fcntl
import hashlib
import io
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
import dropfolder
import settle_test
import small

DAY = '2026-01-05'
NEXT = '2026-01-06'
RULES = '- upfront: x\n  pay: 40.00'
SECRET = 'carrier,order_id,the-password-of-root\n'
SHA = 'file,kind,business_date,count,sum,sha256\n'
ROOT = os.geteuid() == 0


def orders(*ids, day=DAY):
    """A file of orders of 100.00 each."""
    return small.text([small.order(i, day) for i in ids], small.ORDER.keys())


def row(name, n='1', day=DAY, kind='orders', *more):
    return (name, kind, day, n, f'{n}00.00' if n.strip('0') and kind == 'orders' else '', *more)


class Bad:
    """One night. lay(case) puts things there and returns the rows of the manifest (the good file's is added), or None
    if it wrote the manifest itself; mend(case) makes it good and returns the rows, or None: nothing can."""

    def __init__(self, name, lay, code, told, stays=(), mend=None, orders_then=(), taken=True, root=False):
        self.name, self.lay, self.code, self.told, self.stays = name, lay, code, told, set(stays)
        self.mend, self.orders_then, self.taken, self.root = mend, set(orders_then), taken, root


def link(case, name='bad.csv', to=None):
    os.symlink(to or case.secret, case.path(name))
    return [row(name)]


def made(name, content, *rows):
    def lay(case):
        case.write(name, content)
        return list(rows)
    return lay


def named(name, *more):
    """In the manifest only: a name as CSV has it."""
    return lambda case: [row(name, *more)]


def special(make):
    def lay(case):
        make(case.path('bad.csv'))
        return [row('bad.csv')]
    return lay


def replaced(content, *rows):
    """Whatever lies there is taken away, and a good file comes under that name."""
    def mend(case):
        path = case.path('bad.csv')
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)
        case.write('bad.csv', content)
        return list(rows)
    return mend


def manifest(text):
    def lay(case):
        case.write('manifest.csv', text)
    return lay


def manifest_is(make):
    def lay(case):
        make(case, case.path('manifest.csv'))
    return lay


GOOD = ','.join(row('good.csv')) + '\n'
MENDED = replaced(orders('B1'), row('bad.csv'))
TEMP = 'carrier,kind\n'
# Every night has good.csv with the order G1 beside what is told here; a manifest of one's own may name it, too.
NIGHTS = [
    # --- out of the folder
    Bad('a link to a file', link, 3, 'bad.csv: is a link', ['bad.csv'], MENDED, ['B1']),
    Bad('a link to a folder', lambda c: link(c, to='/etc'), 3, 'bad.csv: is a link', ['bad.csv'], MENDED, ['B1']),
    Bad('a link to a good file of the folder', lambda c: link(c, to='good.csv'), 3, 'is a link', ['bad.csv'], MENDED,
        ['B1']),
    Bad('a link to nothing', lambda c: link(c, to='nothing'), 3, 'is a link', ['bad.csv'], MENDED, ['B1']),
    Bad('a hard link to a file elsewhere', special(lambda p: os.link(os.path.join(os.path.dirname(p), '..', 'secret'), p)),
        3, 'bad.csv: has a second name', ['bad.csv'], MENDED, ['B1']),
    Bad('a name that leads out', named('../secret'), 3, '"../secret": the name leads to another folder'),
    Bad('an absolute name', lambda c: [row(c.secret)], 3, 'the name leads to another folder'),
    Bad('a name in a folder of the folder', lambda c: (os.mkdir(c.path('sub')), shutil.copy(c.secret, c.path('sub/x')),
                                                       [row('sub/x')])[-1], 3, 'leads to another folder', ['sub']),
    Bad('dot dot', named('..'), 3, 'the name begins with a dot'),
    Bad('no name', named(''), 3, 'no file is named'),
    # --- names
    Bad('an escape sequence in a name', made('\x1b[2J.csv', orders('B1'), row('\x1b[2J.csv')), 3,
        '"\\x1b[2J.csv": the name has characters that cannot be seen', ['\x1b[2J.csv']),
    Bad('a line end in a name', made('a\nb.csv', orders('B1'), ('"a\nb.csv"', *row('')[1:])), 3, '"a\\nb.csv"', ['a\nb.csv']),
    Bad('a name that turns the line around', made('a\u202evsc.csv', orders('B1'), row('a\u202evsc.csv')), 3, '"a\\u202evsc.csv"',
        ['a\u202evsc.csv']),
    Bad('a name that is no UTF-8', lambda c: c.raw_name(), 3, ':3: "', [os.fsdecode(b'b\xff.csv')]),
    Bad('a name that is too long', named('x' * 201), 3, 'longer than 200 bytes'),
    Bad('a name with comma, quote and blank, which is a plain one', made('a, "b".csv', orders('B1'),
                                                                        ('"a, ""b"".csv"', *row('')[1:])), 0, 'accepted',
        orders_then=['B1']),
    Bad('the name of an option', made('--db', orders('B1'), row('--db')), 0, 'accepted', orders_then=['B1']),
    Bad('a temporary name', made('bad.csv.part', orders('B1'), row('bad.csv.part')), 3, 'temporary name', ['bad.csv.part'],
        lambda c: (os.rename(c.path('bad.csv.part'), c.path('bad.csv')), [row('bad.csv')])[-1], ['B1']),
    # --- no files
    Bad('a fifo', special(os.mkfifo), 3, 'bad.csv: is no regular file', ['bad.csv'], MENDED, ['B1']),
    Bad('a device', special(lambda p: os.mknod(p, 0o020666, os.makedev(1, 5))), 3, 'bad.csv: is no regular file', ['bad.csv'],
        MENDED, ['B1'], root=True),
    Bad('a folder', special(os.mkdir), 3, 'bad.csv: is a folder', ['bad.csv'], MENDED, ['B1']),
    Bad('larger than any file', special(lambda p: os.truncate(os.open(p, os.O_CREAT | os.O_WRONLY), (8 << 30) + 1)), 3,
        'bad.csv: is larger than 8 GiB', ['bad.csv'], MENDED, ['B1']),
    # --- half of it
    Bad('half of it, with totals', made('bad.csv', orders('B1'), row('bad.csv', '2')), 3, 'bad.csv: is refused: it stays',
        ['bad.csv'], made('bad.csv', orders('B1', 'B2'), row('bad.csv', '2')), ['B1', 'B2']),
    Bad('half a line, with totals', made('bad.csv', orders('B1', 'B2')[:-30], row('bad.csv', '2')), 3, 'it stays',
        ['bad.csv'], made('bad.csv', orders('B1', 'B2'), row('bad.csv', '2')), ['B1', 'B2']),
    Bad('half of it, with its hash', lambda c: c.hashed(orders('B1'), orders('B1', 'B2')), 8,
        'bad.csv: is not what the manifest says', ['bad.csv'], lambda c: c.hashed(*[orders('B1', 'B2')] * 2), ['B1', 'B2']),
    Bad('an open quote', made('bad.csv', orders('B1') + '"', row('bad.csv')), 3, 'is not taken in: it stays', ['bad.csv'],
        made('bad.csv', orders('B1'), row('bad.csv')), ['B1']),
    Bad('nothing in it', made('bad.csv', '', row('bad.csv')), 3, 'is empty', ['bad.csv'], MENDED, ['B1']),
    Bad('not there', named('gone.csv'), 8, 'gone.csv: is named in the manifest but not there', [],
        made('gone.csv', orders('B1'), row('gone.csv')), ['B1']),
    Bad('not there yet', named('bad.csv', '1', '2026-02-01'), 0, 'good.csv: batch'),
    # --- what is in it
    Bad('no CSV', made('bad.csv', b'PK\x03\x04\0\0', row('bad.csv')), 3, 'is not a CSV file', ['bad.csv'], MENDED, ['B1']),
    Bad('another header', made('bad.csv', 'a,b\n1,2\n', row('bad.csv')), 3, 'is not taken in', ['bad.csv'], MENDED, ['B1']),
    Bad('every row rejected', made('bad.csv', orders('B1').replace('P-plan', 'P-none'), row('bad.csv')), 7,
        'nothing of it could be used'),
    Bad('no row on a day without sales', made('bad.csv', orders(), row('bad.csv', '0')), 0, '0 rows'),
    Bad('control characters in a value', made('bad.csv', orders('B1').replace('P-plan', '\x1b[31m\x9bP'), row('bad.csv')), 7,
        'nothing of it could be used'),
    # --- the line of the manifest
    Bad('no such kind', made('bad.csv', orders('B1'), row('bad.csv', kind='order')), 3,
        'there is no kind "order" (did you mean "orders"?)',
        ['bad.csv'], MENDED, ['B1']),
    Bad('all of it wrong, said at once', made('bad.csv', orders('B1'), row('bad.csv', 'x', day='2026-02-30', kind='ordrs')), 3,
        '"bad.csv": there is no kind "ordrs" (did you mean "orders"?); "2026-02-30" is no day like 2026-03-31; '
        '"x" is no number of rows', ['bad.csv'], MENDED, ['B1']),
    Bad('another kind', made('bad.csv', orders('B1'), row('bad.csv', kind='bills')), 3, 'is not taken in', ['bad.csv'],
        MENDED, ['B1']),
    Bad('no day', made('bad.csv', orders('B1'), row('bad.csv', day='05.01.2026')), 3, 'is no day', ['bad.csv'], MENDED, ['B1']),
    Bad('a day of another century', made('bad.csv', orders('B1'), row('bad.csv', day='2126-01-05')), 3,
        'its business date is after tomorrow', ['bad.csv'], MENDED, ['B1']),
    Bad('no number', made('bad.csv', orders('B1'), row('bad.csv', 'many')), 3, '"many" is no number of rows', ['bad.csv'],
        MENDED, ['B1']),
    Bad('a sum that is none', made('bad.csv', orders('B1'), ('bad.csv', 'orders', DAY, '1', '1e3')), 3, 'bad.csv', ['bad.csv'],
        MENDED, ['B1']),
    Bad('a line with too little', made('bad.csv', orders('B1'), ('bad.csv', 'orders')), 3, 'has 2 fields', ['bad.csv'], MENDED,
        ['B1']),
    Bad('named twice', made('bad.csv', orders('B1'), row('bad.csv'), row('bad.csv', '2')), 3, 'is named a second time',
        orders_then=['B1']),
    Bad('lies there, and nobody names it', made('bad.csv', orders('B1')), 8, 'the manifest does not name it', ['bad.csv'],
        MENDED, ['B1']),
    Bad('a link that nobody names', lambda c: link(c) and [], 8, 'the manifest does not name it', ['bad.csv']),
    Bad('what is not complete and not named', made('bad.csv.part', orders('B1')), 0, 'accepted', ['bad.csv.part']),
    # --- the manifest
    Bad('no manifest', lambda c: None, 8, 'there is no manifest.csv', taken=False),
    Bad('an empty manifest', manifest(''), 8, 'is not complete', taken=False),
    Bad('a manifest without its end', manifest(dropfolder.HEADER + GOOD), 8, 'its last line is not end,1', taken=False),
    Bad('half a manifest', manifest(dropfolder.HEADER + GOOD[:-9]), 8, 'is not complete', taken=False),
    Bad('an end of another manifest', manifest(dropfolder.HEADER + GOOD + 'end,2\n'), 8, 'is not complete', taken=False),
    Bad('something behind the end', manifest(dropfolder.HEADER + GOOD + 'end,1\n' + GOOD), 8, 'is not complete', taken=False),
    Bad('a manifest with an open quote', manifest(dropfolder.HEADER + '"' + GOOD + 'end,1\n'), 8, 'is not complete', taken=False),
    Bad('a manifest with another header', manifest('file;kind\n' + GOOD + 'end,1\n'), 3, 'there is no column "file;kind"',
        taken=False),
    Bad('a manifest without kinds', manifest('file,business_date\na,2026-01-05\nend,1\n'), 3, '"kind" is missing', taken=False),
    Bad('a manifest that is a link', manifest_is(lambda c, p: os.symlink(c.secret, p)), 3, 'is a link', taken=False),
    Bad('a manifest that is a fifo', manifest_is(lambda c, p: os.mkfifo(p)), 3, 'is no regular file', taken=False),
    Bad('a manifest that is a folder', manifest_is(lambda c, p: os.mkdir(p)), 3, 'is a folder', taken=False),
    Bad('a manifest that is no text', manifest(b'\xff\xfe\0\0' * 40), 8, 'is not complete', taken=False),
    Bad('a manifest that is huge', manifest_is(lambda c, p: os.truncate(os.open(p, os.O_CREAT | os.O_WRONLY), 1 << 40)), 3,
        'is larger than', taken=False),
]


class World(dropfolder.Case):
    """Databases that begin alike: master data and a policy."""

    template = None

    @classmethod
    def setUpClass(cls):
        # A hundred databases, each of them copied: in memory where there is room.
        memory = os.statvfs('/dev/shm') if os.path.isdir('/dev/shm') else None
        if settle_test.TestCase._server is None and memory and memory.f_bavail * memory.f_frsize > 2 << 30:
            before, tempfile.tempdir = tempfile.tempdir, '/dev/shm'
            settle_test.TestCase._server = settle_test.PrivateServer(max_wal_size='512MB')
            tempfile.tempdir = before

    tag = ''    # of the orders of one night of the table

    def setUp(self):
        super().setUp()
        self.secret = os.path.join(self.folder, 'secret')
        with open(self.secret, 'w', encoding='utf-8') as file:
            file.write(SECRET)
        if World.template is None:
            self.prepare(RULES)
            World.template = self.database
        self.database = self.copy(World.template)

    def copy(self, database):
        return self.server.copy(database)

    def fresh(self, tag=None):
        """Other folders for the next night of a table; another database, or other orders in the same one."""
        shutil.rmtree(self.inbox)
        shutil.rmtree(self.state, ignore_errors=True)
        os.mkdir(self.inbox)
        if tag is None:
            self.database = self.copy(World.template)
        else:
            self.tag = f'-{tag}'

    def own(self, content):
        """With the orders of this night."""
        content = content if isinstance(content, bytes) else content.encode()
        return re.sub(rb',([GB][129]),', rf',\1{self.tag},'.encode(), content)

    def write(self, name, content):
        super().write(name, self.own(content))

    def facts(self):
        """The orders that are in the database, each once; of the table's those of this night."""
        ids = [r[0] for r in self.database.sql('SELECT upstream_id FROM settle.closed_order ORDER BY 1')]
        self.assertEqual(len(ids), len(set(ids)))
        return {i.removesuffix(self.tag) for i in ids if i.endswith(self.tag)}

    def earned(self):
        """What orders have earned, in fen; deposits are no earnings."""
        return int(self.database.value(
            "SELECT coalesce(sum(t.amount_minor), 0) FROM settle_view.transfer t JOIN settle_view.closed_order o "
            f"USING (distributor_id, order_id) WHERE o.upstream_id LIKE '%{self.tag}' AND t.kind = 'upfront'"))

    def batches(self):
        return int(self.database.value('SELECT count(*) FROM settle.batch'))

    def settled_orders(self, *ids):
        self.assertEqual(self.facts(), set(ids))
        self.assertEqual(self.earned(), 4000 * len(ids))

    def raw_name(self):
        name = b'b\xff.csv'
        with open(os.path.join(self.inbox.encode(), name), 'wb') as file:
            file.write(self.own(orders('B1')))
        self.write('manifest.csv', dropfolder.HEADER.encode() + GOOD.encode()
                   + b','.join([name, *(x.encode() for x in row('')[1:])]) + b'\nend,2\n')

    def hashed(self, there, meant):
        self.write('bad.csv', there)
        digest = hashlib.sha256(self.own(meant)).hexdigest()
        self.write('manifest.csv', SHA + ','.join(row('good.csv')) + ',\n'
                   + ','.join(('bad.csv', 'orders', DAY, '', '', digest)) + '\nend,2\n')


class BadNights(World):
    def one(self, bad):
        self.write('good.csv', orders('G1'))
        rows = bad.lay(self)
        if rows is not None:
            self.name(row('good.csv'), *rows)
        before = {path: os.stat(path) for path in (self.secret,)}
        said = self.night(DAY, code=bad.code)
        self.assertIn(bad.told, said)
        self.assertNotIn('the-password-of-root', said)
        manifests = {'manifest.csv'} & set(self.lying())
        self.assertEqual(set(self.lying()) - manifests, bad.stays | (set() if bad.taken else {'good.csv'}))
        for path, about in before.items():
            self.assertEqual((os.stat(path).st_size, os.stat(path).st_mtime), (about.st_size, about.st_mtime))
        then = bad.orders_then if bad.code == 0 or bad.mend is None else set()
        self.settled_orders(*(['G1'] if bad.taken else []), *then)
        self.assertEqual(os.listdir(self.state).count('scratch'), 0)
        # made good: everything is settled
        if bad.mend is not None:
            rows = bad.mend(self)
            if rows is not None:
                self.name(row('good.csv'), *rows)
            self.night(DAY)
            self.settled_orders('G1', *bad.orders_then)
            self.assertEqual(self.lying(), ['manifest.csv'])
        elif not bad.taken:
            path = self.path('manifest.csv')
            if os.path.isdir(path) and not os.path.islink(path):
                os.rmdir(path)
            elif os.path.lexists(path):
                os.unlink(path)
            self.name(row('good.csv'))
            self.night(DAY)
            self.settled_orders('G1')

    def test_table(self):
        self.assertGreater(len(NIGHTS), 40)
        for number, bad in enumerate(NIGHTS):
            with self.subTest(bad.name):
                if not bad.root or ROOT:
                    self.fresh(number)
                    self.one(bad)
        self.tag = ''
        self.assertEqual(self.database.settle('verify')[0], 0)

    # --- twice

    def test_twice(self):
        """The same file, the same name, the same content."""
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        self.night(DAY)
        batches = self.batches()
        self.write('a.csv', orders('A1'))
        self.assertIn('was taken in before, as batch', self.night(DAY))
        self.assertEqual(self.lying(), ['manifest.csv'])
        self.write('b.csv', orders('A1'))
        self.name(row('a.csv'), row('b.csv'))
        self.assertIn('(a.csv): not imported again', self.night(DAY))
        self.assertEqual((self.lying(), self.batches()), (['manifest.csv'], batches))
        # yesterday's file as today's
        self.write('c.csv', orders('A1'))
        self.name(row('c.csv', day=NEXT))
        self.assertIn(f'has the content of batch {batches} (a.csv) of {DAY}', self.night(NEXT, code=3))
        self.assertEqual(self.lying(), ['c.csv', 'manifest.csv'])
        os.unlink(self.path('c.csv'))
        # a name that is used again
        self.write('a.csv', orders('A2', day=NEXT))
        self.name(row('a.csv', day=NEXT))
        self.assertIn('with another content: give the new one another name', self.night(NEXT, code=3))
        os.rename(self.path('a.csv'), self.path('d.csv'))
        self.name(row('d.csv', day=NEXT))
        self.night(NEXT)
        self.settled_orders('A1', 'A2')
        # by hand it is done, and said
        said = self.ok('import', 'orders', self.file('by-hand.csv', orders('A2', day=NEXT)), '--date', NEXT)
        self.assertIn('the same file was taken in before, as batch', said)
        self.assertIn('(d.csv)', said)

    def test_imported_by_hand(self):
        """What a person took in from the folder is known, whatever its name."""
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        self.ok('import', 'orders', self.path('a.csv'), '--date', DAY)
        self.assertIn('not imported again', self.night(DAY))
        self.settled_orders('A1')
        # and without the state folder the database still knows
        shutil.rmtree(self.state)
        self.assertNotIn('not there', self.night(DAY))

    def test_what_is_kept_of_a_file(self):
        """Name, size and SHA-256 of what was read; whose rows; and verify knows when one of them is changed."""
        text = orders('A1').encode()
        self.write('a.csv', text)
        self.name(row('a.csv'))
        self.night(DAY)
        kept = self.database.sql('SELECT file_name, file_bytes, encode(file_sha256, \'hex\'), file_signature IS NULL, '
                                 "array_to_string(array(SELECT code FROM settle.code WHERE dim = 1 AND id = ANY(carriers)), ' ') "
                                 'FROM settle.batch ORDER BY batch_id DESC LIMIT 1')[0]
        self.assertEqual(kept, ['a.csv', str(len(text)), hashlib.sha256(text).hexdigest(), 't', 'C1'])
        self.ok('verify')
        for change in ("file_name = 'b.csv'", 'file_bytes = 1', "file_sha256 = sha256('x')", "file_signature = decode(repeat('78', 64), 'hex')",
                       "carriers = '{2}'"):
            with self.subTest(change):
                copy = self.copy(self.database)
                copy.sql('ALTER TABLE settle.batch DISABLE TRIGGER ALL; UPDATE settle.batch SET '
                         f"{change} WHERE file_name = 'a.csv'")
                self.assertEqual(copy.settle('verify')[0], 1)
        # staging has no file
        self.database.sql("INSERT INTO settle.staging (source, kind, row_no, fields) VALUES ('crm', 'orders', 1, "
                          "'{\"carrier\": \"C1\", \"order_id\": \"T1\", \"distributor\": \"D1\", \"product\": \"P-plan\", "
                          "\"region\": \"GD\", \"channel\": \"online\", \"closed_at\": \"2026-01-05 12:00:00\", "
                          "\"paid\": \"1.00\", \"quantity\": \"1\", \"currency\": \"CNY\"}')")
        self.ok('import', 'orders', '--staging', 'crm', '--date', NEXT)
        self.assertEqual(self.database.value('SELECT num_nulls(file_name, file_bytes, file_sha256, file_signature) '
                                             'FROM settle.batch ORDER BY batch_id DESC LIMIT 1'), '4')

    def test_days_without_sales(self):
        """Files without a row are all the same, and each is one."""
        for day in (DAY, NEXT):
            self.write(f'{day}.csv', orders())
        self.name(row(f'{DAY}.csv', '0'), row(f'{NEXT}.csv', '0', NEXT))
        before = self.batches()
        self.night(NEXT)
        self.assertEqual((self.batches(), self.lying()), (before + 2, ['manifest.csv']))

    # --- being written

    def test_still_being_written(self):
        self.name(row('slow.csv', ''))
        text, stop = orders('S1', 'S2').encode(), threading.Event()
        with open(self.path('slow.csv'), 'wb', buffering=0) as file:
            def write():
                at = 0
                while not stop.is_set():
                    file.write(text[at:at + 1])
                    at = min(at + 1, len(text) // 2)
                    time.sleep(0.1)
            thread = threading.Thread(target=write)
            thread.start()
            said = self.night(DAY, code=8, quiet='1')
            stop.set()
            thread.join()
        self.assertIn('slow.csv: is still being written', said)
        self.assertEqual((self.lying(), self.facts()), (['manifest.csv', 'slow.csv'], set()))
        self.write('slow.csv', text)
        self.night(DAY, quiet='1')
        self.settled_orders('S1', 'S2')

    # --- folders, locks, rights

    def test_folders(self):
        shutil.rmtree(self.inbox)
        self.assertIn('there is no inbox', self.night(DAY, code=3))
        self.file('inbox', 'no folder')
        self.assertIn('is no folder', self.night(DAY, code=3))
        os.unlink(self.inbox)
        os.mkdir(self.inbox)
        shutil.rmtree(self.state, ignore_errors=True)
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        os.symlink(self.folder, self.state)
        self.night(DAY, code=3)
        os.unlink(self.state)
        os.mkdir(self.state)
        os.chmod(self.state, 0o777)
        self.assertIn('others may write it', self.night(DAY, code=3))
        os.chmod(self.state, 0o700)
        with open(os.path.join(self.state, 'lock'), 'w', encoding='utf-8') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn('another night is at work', self.night(DAY, code=5))
        self.assertEqual(self.facts(), set())
        # what was in the lock's place is not followed
        os.unlink(os.path.join(self.state, 'lock'))
        os.symlink(self.secret, os.path.join(self.state, 'lock'))
        self.night(DAY, code=6)
        with open(self.secret, encoding='utf-8') as file:
            self.assertEqual(file.read(), SECRET)
        os.unlink(os.path.join(self.state, 'lock'))
        self.night(DAY, '--state', os.path.join(self.folder, 'elsewhere'))
        self.settled_orders('A1')

    @staticmethod
    def as_server():
        """As a user without root's rights who gets at the server."""
        if ROOT:
            user = pwd.getpwnam('postgres')
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)

    def test_rights(self):
        """A folder that is not ours to write, a file that is not ours to read."""
        os.mkdir(self.state, 0o700)
        os.chmod(self.folder, 0o755)
        if ROOT:
            shutil.chown(self.state, 'postgres', 'postgres')
        self.write('a.csv', orders('A1'))
        self.write('b.csv', orders('B1'))
        self.name(row('a.csv'), row('b.csv'))
        os.chmod(self.path('b.csv'), 0)
        os.chmod(self.inbox, 0o555)
        said = self.night(DAY, code=6, prepare=self.as_server)
        self.assertIn('b.csv: cannot be read', said)
        self.assertIn('a.csv: was taken in, but cannot be taken away', said)
        self.settled_orders('A1')
        os.chmod(self.inbox, 0o777)
        os.chmod(self.path('b.csv'), 0o644)
        self.night(DAY, prepare=self.as_server)
        self.assertEqual(self.lying(), ['manifest.csv'])
        self.settled_orders('A1', 'B1')

    def test_no_database(self):
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        database, self.database = self.database, settle_test.Database(self.server, 'nowhere')
        self.assertIn('nothing was settled', self.night(DAY, code=4))
        self.database = database
        self.assertEqual(self.lying(), ['a.csv', 'manifest.csv'])
        self.night(DAY)
        self.settled_orders('A1')

    # --- the clock

    def test_clock(self):
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        self.assertIn('2126-01-01 is after tomorrow', self.night('2126-01-01', code=3))
        self.assertEqual((self.facts(), self.lying()), (set(), ['a.csv', 'manifest.csv']))
        self.night(DAY)
        self.write('b.csv', orders('B1', day=NEXT))
        self.name(row('b.csv', day=NEXT))
        # of itself it settles up to yesterday: years behind the last night
        self.assertIn('cannot be taken back', self.night(code=3))
        self.assertEqual((self.facts(), self.lying()), ({'A1'}, ['b.csv', 'manifest.csv']))
        self.night(NEXT)
        self.settled_orders('A1', 'B1')

    # --- restored

    def two_nights(self):
        """The database as it was between two nights, and after them."""
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        self.night(DAY)
        backup = self.copy(self.database)
        self.write('b.csv', orders('B1', day=NEXT))
        self.name(row('b.csv', day=NEXT))
        return backup

    def test_restored_behind(self):
        backup = self.two_nights()
        self.night(NEXT)
        newest, self.database = self.database, backup
        said = self.night('2026-01-07', code=3)
        self.assertIn('the database is behind what was noted', said)
        self.settled_orders('A1')
        # the commands by hand look at the same file, if they are told
        heads = os.path.join(self.state, 'heads')
        for command in (('run', '--date', '2026-01-07'), ('invoice', 'issue', '1/C1')):
            self.assertIn('the database is behind', self.settle(*command, '--expect', heads, code=3))
            self.assertIn('No such file', self.settle(*command, '--expect', heads + '-not', code=3))
        self.settled_orders('A1')
        said = self.night('2026-01-07', '--restored')
        self.assertIn('b.csv: the database does not know it any more', said)
        self.settled_orders('A1', 'B1')
        self.night('2026-01-07')
        self.ok('run', '--date', '2026-01-07', '--expect', heads)
        # the other one is now the one that is not as noted
        self.database = newest
        self.assertIn('run', self.night('2026-01-07', code=3))
        self.assertEqual(self.done(), ['a.csv', 'b.csv'])

    def test_restored_to_nothing(self):
        """An empty one, made anew: everything comes again from done/."""
        self.two_nights()
        self.night(NEXT)
        self.database = self.copy(World.template)
        self.night(NEXT, code=3)
        self.night(NEXT, '--restored')
        self.settled_orders('A1', 'B1')
        self.night(NEXT)

    def test_restored_and_not_behind(self):
        """Files were taken in, and no night published since: they come again of themselves."""
        backup = self.two_nights()
        self.night(NEXT, code=4, env={'SETTLE_FAILPOINT': 'run-locked:error'})
        self.assertEqual((self.done(), self.facts()), (['a.csv', 'b.csv'], {'A1', 'B1'}))
        self.database = backup
        self.assertEqual(self.facts(), {'A1'})
        self.assertIn('taken in again', self.night(NEXT))
        self.settled_orders('A1', 'B1')

    def test_copy_that_was_changed(self):
        backup = self.two_nights()
        self.night(NEXT, code=4, env={'SETTLE_FAILPOINT': 'run-locked:error'})
        self.database = backup
        with open(os.path.join(self.state, 'done', 'b.csv'), 'w', encoding='utf-8') as file:
            file.write(orders('B1', 'B9', day=NEXT))
        self.assertIn('the copy of "b.csv" in done/ is not there, or not what was taken in', self.night(NEXT, code=3))
        self.settled_orders('A1')

    def test_damaged_state(self):
        self.write('a.csv', orders('A1'))
        self.name(row('a.csv'))
        self.night(DAY)
        with open(os.path.join(self.state, 'heads'), 'a', encoding='utf-8') as file:
            file.write('7:no head\n')
        self.assertIn('damaged', self.night(DAY, code=3))
        self.night(DAY, '--restored')
        # half a line, as a death leaves it, counts for nothing
        for name in ('heads', 'taken.csv'):
            with open(os.path.join(self.state, name), 'a', encoding='utf-8') as file:
                file.write('12,hal')
        self.write('b.csv', orders('B1', day=NEXT))
        self.name(row('b.csv', day=NEXT))
        self.night(NEXT)
        self.settled_orders('A1', 'B1')
        self.night(NEXT)
        with open(os.path.join(self.state, 'taken.csv'), 'a', encoding='utf-8') as file:
            file.write('x\n')
        self.assertIn('taken.csv:3 is damaged', self.night(NEXT, code=3))


class Faults(World):
    """Full disks and deaths, at each place."""

    def places(self):
        code, out, _ = settle_test.settle('--format', 'csv', '--failpoints')
        if code != 0:
            self.skipTest('built without -Dfailpoints=true')
        names = [r['name'] for r in csv.DictReader(io.StringIO(out))]
        # its own, and those of the batch and the run that it stands on
        return [n for n in names if n.startswith('night-')] + [
            'intake-locked', 'intake-number-committed', 'intake-orders-copied', 'intake-seal-before-commit',
            'intake-seal-committed', 'run-locked', 'run-manifest-committed', 'run-chunk-committed',
            'run-publish-committed']

    def lay(self):
        self.write('a.csv', orders('A1'))
        self.write('b.csv', orders('B1'))
        self.name(row('a.csv'), row('b.csv'))

    def good_again(self):
        self.night(DAY)
        self.settled_orders('A1', 'B1')
        self.assertEqual((self.lying(), self.done()), (['manifest.csv'], ['a.csv', 'b.csv']))
        self.assertEqual(self.heads()[-1], self.settle('verify', '--head').strip())
        self.assertIn('nothing to do', self.night(DAY))

    def nothing_lost(self):
        """A good file lies in the folder, or the database has it."""
        for name, order in (('a.csv', 'A1'), ('b.csv', 'B1')):
            self.assertTrue(name in self.lying() or order in self.facts(), name)

    def test_killed(self):
        for place in self.places():
            for hit in ('', '@2') if place.startswith('night-') and 'head' not in place else ('',):
                with self.subTest(place + hit):
                    self.fresh()
                    self.lay()
                    self.night(DAY, code=dropfolder.KILLED, env={'SETTLE_FAILPOINT': f'{place}:die{hit}'})
                    self.nothing_lost()
                    self.good_again()

    def test_disk_fails(self):
        for place in [p for p in self.places() if p.startswith('night-')] + ['intake-keep-write']:
            with self.subTest(place):
                self.fresh()
                self.lay()
                if place == 'intake-keep-write':    # only what is large goes to a file
                    self.write('b.csv', orders('B1') + '\n' * (2 << 20))
                said = self.night(DAY, code=6 if place != 'intake-keep-write' else 0,
                                  env={'SETTLE_FAILPOINT': f'{place}:error'})
                if place != 'intake-keep-write' and 'head' not in place:
                    self.assertIn('nothing was settled', said)
                self.nothing_lost()
                self.good_again()

    def limit(self, n):
        def prepare():
            import resource
            import signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (n, n))
        return prepare

    def test_no_room_for_the_copy(self):
        self.lay()
        said = self.night(DAY, code=6, prepare=self.limit(100))
        self.assertIn('the copy cannot be written', said)
        self.assertIn('nothing was settled', said)
        self.assertEqual((self.lying(), self.facts(), self.done()), (['a.csv', 'b.csv', 'manifest.csv'], set(), []))
        self.good_again()

    def test_no_room_for_temporary_files(self):
        """A good file that does not fit into TMPDIR stays where it is."""
        n = 30000
        self.write('a.csv', orders(*(f'M{i:08d}' for i in range(n))))
        self.name(('a.csv', 'orders', DAY, str(n), f'{n}00.00'))
        said = self.night(DAY, code=6, env={'TMPDIR': '/nonexistent/folder'})
        self.assertIn('no temporary file', said)
        self.assertEqual((self.lying(), self.done(), self.facts()), (['a.csv', 'manifest.csv'], [], set()))
        self.night(DAY)
        self.assertEqual(len(self.facts()), n)

    def test_a_full_state_folder(self):
        """A real one: a file system of 64 KiB, filled."""
        os.mkdir(self.state, 0o700)
        if not ROOT or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k,mode=700', 'none', self.state], check=False,
                                      stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest('no right to mount')
        try:
            self.lay()
            with open(os.path.join(self.state, 'filler'), 'wb', buffering=0) as file:
                try:
                    while True:
                        file.write(b'x' * 4096)
                except OSError:
                    pass
            said = self.night(DAY, code=6)
            self.assertIn('No space left', said)
            self.assertEqual((self.lying(), self.facts()), (['a.csv', 'b.csv', 'manifest.csv'], set()))
            os.unlink(os.path.join(self.state, 'filler'))
            self.good_again()
        finally:
            subprocess.run(['umount', self.state], check=True)

    def test_two_at_once(self):
        self.lay()
        first = self.start('--until', DAY, '--quiet', '3')
        while not os.path.exists(os.path.join(self.state, 'taken.csv')) and first.poll() is None:
            code = self.start('--until', DAY, '--quiet', '0')
            said = code.communicate()[0]
            if code.returncode == 5:
                self.assertIn('another night is at work', said)
                break
            time.sleep(0.05)
        first.communicate()
        self.good_again()


class Feeds(World):
    def expect(self, *arguments, code=0):
        return self.settle('feed', *arguments, '--reason', 'contract', user='settle_finance', code=code)

    def send_day(self, day, *ids, carrier=''):
        name = f'{day}-{len(ids)}.csv'
        self.write(name, orders(*ids, day=day))
        n = str(len(ids))
        self.name(row(name, n, day) + (carrier,), header='file,kind,business_date,count,sum,carrier\n')

    def test_daily(self):
        self.expect('expect', 'C1', 'orders', '--since', DAY, '--deadline', '1')
        self.assertIn('C1', self.settle('feed', 'list'))
        self.send_day(DAY, 'A1')
        self.night(DAY)
        # a day for which nothing came, and nothing is named: not silent, once its deadline is over
        self.name()
        self.night(NEXT)
        said = self.night('2026-01-07', code=8)
        self.assertIn(f'orders of C1 of {NEXT} are expected and did not come', said)
        self.assertIn(NEXT, self.settle('status'))
        rows = list(csv.DictReader(io.StringIO(self.settle('--format', 'csv', 'feed', 'missing', '--until', '2026-01-07',
                                                           code=8))))
        self.assertEqual(rows, [{'carrier': 'C1', 'kind': 'orders', 'day': NEXT, 'deadline': '2026-01-07'}])
        # another carrier's does not count; one without rows does if it says whose it is
        self.write('other.csv', orders('O1', day=NEXT).replace('C1', 'C2'))
        self.name(row('other.csv', day=NEXT))
        self.night('2026-01-07', code=8)
        self.send_day(NEXT, carrier='C9')
        self.assertIn('there is no carrier "C9"', self.night('2026-01-07', code=3))
        os.unlink(self.path(f'{NEXT}-0.csv'))
        self.send_day(NEXT, carrier='C1')
        self.night('2026-01-07')
        # waived, and stopped
        self.name()
        self.night('2026-01-08', code=8)
        self.expect('waive', 'C1', 'orders', '2026-01-07')
        self.night('2026-01-08')
        self.expect('stop', 'C1', 'orders', '--from', '2026-01-08')
        self.night('2026-01-20')
        self.assertNotIn('C1', self.settle('feed', 'list'))

    def test_monthly(self):
        self.expect('expect', 'C1', 'bills', '--since', '2026-01-01', '--monthly', '31')
        self.name()
        self.night('2026-01-30')
        self.assertIn('bills of C1 of 2026-01-31', self.night('2026-01-31', code=8))
        self.write('bills.csv', 'carrier,contract,month,revision,issued,billed,tax,cash,arrears,minutes,megabytes,currency\n'
                                'C1,K1,2025-12,1,2026-01-04,1.00,0.00,1.00,0.00,0,0,CNY\n')
        self.name(('bills.csv', 'bills', '2026-01-09', '1', '1.00'))
        self.night('2026-01-31')
        # of a shorter month the last day counts
        self.assertIn('bills of C1 of 2026-02-28', self.night('2026-02-28', code=8))
        # and only that one can be waived: another would change nothing, unnoticed
        for day in ('2026-02-27', '2026-02-01', '2026-03-01'):
            self.assertIn(f'no bills of C1 are expected on {day}', self.expect('waive', 'C1', 'bills', day, code=3))
        self.expect('waive', 'C1', 'bills', '2026-02-28')
        self.night('2026-02-28')

    def test_empty_files(self):
        """They are all the same; which of them was taken in hangs on the day."""
        for day in (DAY, NEXT):
            self.send_day(day)
            self.night(day)
        batches = self.database.value('SELECT count(*) FROM settle.batch')
        shutil.rmtree(self.state)
        self.send_day(NEXT)
        self.assertIn('was taken in before', self.night(NEXT))
        self.assertEqual(self.database.value('SELECT count(*) FROM settle.batch'), batches)

    def test_refused(self):
        for arguments, code, told in (
                (('expect', 'C9', 'orders'), 3, '"C9"'), (('expect', 'C1', 'outlets'), 2, 'outlets'),
                (('stop', 'C1', 'orders'), 3, 'no orders of C1 are expected'),
                (('waive', 'C1', 'orders', DAY), 3, 'no orders of C1 are expected')):
            with self.subTest(arguments):
                self.assertIn(told, self.expect(*arguments, code=code))
        # the night decides nothing
        for login in ('settle_night', 'settle_audit', 'settle_sales'):
            self.settle('feed', 'expect', 'C1', 'orders', '--reason', 'x', user=login, code=4)


settle_test.main()
