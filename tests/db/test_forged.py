#!/usr/bin/env python3
"""What the server sends is changed on its way: rows that are longer or shorter than they say, other values in them. The
program may stop with a sentence or find another sum; it reads nothing that is not there. (Under the sanitizers of tools/test
that is what is looked at.) Between program and server lies a proxy that speaks the protocol as far as it has to."""
import collections
import os
import random
import select
import socket
import struct
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, '..', 'cli'), os.path.join(HERE, '..', 'lib')]
import settle_test
import small

COMMANDS = [('verify',), ('replay', '--period', '2026-01'), ('ledger', 'balances'), ('ledger', 'transfers'), ('status',),
            ('activity', 'list', '--distributor', 'D1', '--from', '2026-01'), ('run', '--date', '2026-01-14', '--dry-run'),
            ('reconcile', 'orders', '--period', '2026-01'), ('report', 'trial-balance')]
NUMBERS = [0, 1, 2, 0x7f, 0xff, 0x7fff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]
TRIES = int(os.environ.get('SETTLE_FORGED', '10')) # of each command


class Forger:
    """Listens on a socket beside the server's and changes one row of what comes from it. `change` gets the body of a
    CopyData message and gives another one."""

    def __init__(self, server, folder, change, nth):
        self.to = os.path.join(server.folder, f'.s.PGSQL.{server.port or 5432}')
        self.change, self.nth, self.changed = change, nth, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(folder, '.s.PGSQL.5432'))
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                here = self.listener.accept()[0]
            except OSError:     # closed
                return
            there = socket.socket(socket.AF_UNIX)
            there.connect(self.to)
            threading.Thread(target=self.carry, args=(here, there), daemon=True).start()

    def carry(self, here, there):
        rest = b''
        try:
            while True:
                for one in select.select([here, there], [], [])[0]:
                    data = one.recv(1 << 20)
                    if not data:
                        return
                    if one is here:
                        there.sendall(data)
                    else:
                        out, rest = self.messages(rest + data)
                        here.sendall(out)
        except OSError:
            pass
        finally:
            here.close()
            there.close()

    def messages(self, data):
        out, at = [], 0
        while len(data) - at >= 5:
            length = struct.unpack_from('>I', data, at + 1)[0]
            if len(data) - at < 1 + length:
                break
            body = data[at + 5:at + 1 + length]
            if data[at:at + 1] == b'd':
                self.nth -= 1
                if self.nth == 0:
                    body = self.change(body)
                    self.changed += 1
            out.append(data[at:at + 1] + struct.pack('>I', len(body) + 4) + body)
            at += 1 + length
        return b''.join(out), data[at:]

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def change_length(rng):
    """A length word of the row says something else."""
    def change(body):
        start = 19 if body.startswith(b'PGCOPY') else 0
        if len(body) < start + 6:
            return body
        fields, at = [], start + 2
        while at + 4 <= len(body):
            length = struct.unpack_from('>I', body, at)[0]
            fields.append(at)
            at += 4 + (0 if length == 0xffffffff else length)
        at = rng.choice(fields)
        return body[:at] + struct.pack('>I', rng.choice(NUMBERS)) + body[at + 4:]
    return change


def change_size(rng):
    """It is cut off, or has more behind it."""
    def change(body):
        if rng.random() < 0.5:
            return body[:rng.randrange(len(body))]
        return body + bytes(rng.randrange(1, 9))
    return change


def change_value(rng):
    """Another value, with its length."""
    def change(body):
        start = 19 if body.startswith(b'PGCOPY') else 0
        values, at = [], start + 2
        while at + 4 <= len(body):
            length = struct.unpack_from('>I', body, at)[0]
            if length in (1, 2, 4, 8):
                values.append((at + 4, length))
            at += 4 + (0 if length == 0xffffffff else length)
        if not values:
            return body
        at, length = rng.choice(values)
        return body[:at] + (rng.choice(NUMBERS) << 8 * rng.choice([0, 4])).to_bytes(16, 'big')[-length:] + body[at + length:]
    return change


class Forged(small.Case):
    made = None

    def setUp(self):
        super().setUp()
        if Forged.made is None:
            self.prepare('- upfront: u\n  pay: 10.00\n- revenue-share: s\n  base: billed\n  rate: 5%\n  months: 1..3', invoice='cycle: monthly')
            self.send('orders', '2026-01-10', *[small.order(f'O{i}', '2026-01-10', contract=f'1{i}') for i in range(9)])
            self.send('bills', '2026-01-11', *[small.bill(f'1{i}', '2026-01', '2026-01-11', billed='30.00') for i in range(9)])
            self.run_to('2026-01-12')
            self.send('orders', '2026-01-13', *[small.order(f'P{i}', '2026-01-13') for i in range(3)])
            Forged.made = self.database
        self.database = Forged.made
        self.faults = []
        self.addCleanup(lambda: self.assertEqual(self.faults, []))

    def forge(self, change, seed, command, nth):
        """What became of it: nothing was changed, or the exit code."""
        folder = os.path.join(self.folder, f's{seed}')
        os.mkdir(folder)
        forger = Forger(self.server, folder, change(random.Random(seed)), nth)
        try:
            code, out, err = settle_test.settle('--db', f"host='{folder}' user=postgres dbname={self.database.name}", *command)
        finally:
            forger.close()
        if code not in (0, 1, 3, 4, 70) or 'Sanitizer' in err or 'runtime error' in err:
            self.faults.append(f'{change.__name__} {seed} {command} {nth}: {code} {err}')
            return None
        return (code, out, err) if forger.changed else None

    def each(self, change):
        for number, command in enumerate(COMMANDS):
            rng = random.Random(number)
            for n in range(TRIES):
                seed = number * 1000 + n
                nth = 1 + int(rng.paretovariate(0.6)) if n else 1
                came = self.forge(change, seed, command, nth)
                if came is not None:
                    yield (change.__name__, seed, command, nth), came

    def test_lengths(self):
        """Never believed: it ends with 4 and says so."""
        told = 0
        for what, (code, out, err) in self.each(change_length):
            if 'fields do not fit' in err:
                self.assertEqual(code, 4, (what, out, err))
                told += 1
        self.assertGreater(told, TRIES)

    def test_sizes(self):
        self.assertGreater(sum('fields do not fit' in err for _, (_, _, err) in self.each(change_size)), TRIES)

    def test_values(self):
        """Another value is another fact: found by its sum, refused by a sentence, or an invariant ends the program."""
        codes = collections.Counter(code for _, (code, _, _) in self.each(change_value))
        self.assertGreater(codes[70] + codes[1] + codes[3] + codes[4], TRIES)


if __name__ == '__main__':
    settle_test.main()
