#!/usr/bin/env python3
"""The machinery of engine/store against a real server: sessions, statements, streams, failures."""
import configparser
import os
import signal
import socket
import subprocess
import time

from probe import ProbeCase, command, probe, settle_test

TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'engine', 'store', 'sql', 'tables.ini')


class Session(ProbeCase):
    def test_session_is_set_up(self):
        database = self.fresh()
        for role, name, read_only in (('login', 'settle_night', 'off'),
                                      ('runner', 'settle_runner', 'off')):
            text = self.ok(probe(database, role, 'open', user='settle_night'))
            self.assertEqual(text.split('\n'), [name, 'settle_night', 'settle probe', 'pg_catalog',
                                                'UTC', 'off', read_only, '0'])
        text = self.ok(probe(database, 'reader', 'open', user='settle_audit'))
        self.assertEqual(text.split('\n')[0], 'settle_reader')
        self.assertEqual(text.split('\n')[-2:], ['on', '0'])

    def test_the_server_asks_whether_a_host_is_there(self):
        """Or a host that vanished would keep its locks for hours. A unix socket, above, has no such setting."""
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            port = free.getsockname()[1]
        with settle_test.PrivateServer(listen_addresses='127.0.0.1', port=port) as server:
            text = self.ok(probe(server.database(), 'login', 'open', host='127.0.0.1'))
            self.assertEqual(text.split('\n')[-1], '30')

    def test_role_needs_membership(self):
        database = self.fresh()
        for user, role in (('settle_audit', 'runner'), ('settle_night', 'approver'),
                           ('settle_finance', 'owner')):
            message = self.fails(probe(database, role, 'open', user=user), 'DATABASE')
            self.assertRegex(message, rf'hint: log in as one of settle_{role} ')

    def test_no_server(self):
        database = self.fresh()
        message = self.fails(probe(database, 'login', 'open', host='/nowhere'), 'CONNECTION')
        self.assertIn('/nowhere', message)
        self.fails(probe(database, 'login', 'open', dbname='no_such'), 'CONNECTION')

    def test_sessions_beside_are_kept_while_they_are_good(self):
        database = self.fresh()
        text = self.ok(probe(database, 'login', 'beside', user='settle_night'))
        self.assertEqual(text.split('\n'), ['given back: the same', 'of another purpose: another',
                                            'in a transaction: another', 'ended by the server: another',
                                            'given back again: the same'])

    def test_settings_that_lose_money_are_refused(self):
        database = self.fresh()
        for scope in (f'DATABASE {database.name}', 'ROLE settle_night'):
            self.server.sql(f'ALTER {scope} SET synchronous_commit = off', 'postgres')
            message = self.fails(probe(database, 'runner', 'open', user='settle_night'), 'SETTINGS')
            self.assertIn('synchronous_commit', message)
            self.server.sql(f'ALTER {scope} RESET synchronous_commit', 'postgres')
        self.fails(probe(database, 'runner', 'open', user='settle_night',
                         options='-c synchronous_commit=off'), 'SETTINGS')
        self.ok(probe(database, 'runner', 'open', user='settle_night',
                      options='-c synchronous_commit=local'))

    def test_settings_of_the_server_are_refused(self):
        for name in ('fsync', 'full_page_writes'):
            with settle_test.PrivateServer(**{name: 'off'}) as server:
                message = self.fails(probe(server.database(), 'login', 'open'), 'SETTINGS')
                self.assertIn(name, message)


class Statements(ProbeCase):
    def test_every_query_is_understood(self):
        database = self.fresh()
        # The owner: grants are another test's; this one is about names and types.
        self.assertGreater(int(self.ok(probe(database, 'owner', 'prepare')).split('\n')[-1]), 20)

    def test_who_copies_what(self):
        """The runner all tables that are written by COPY but those of the treasury; that, these and what goes along."""
        database = self.fresh()
        runner, treasury, reader = (set(self.ok(probe(database, role, 'copies', user=user)).split()) for role, user in (
            ('runner', 'settle_night'), ('treasury', 'settle_treasurer'), ('reader', 'settle_audit')))
        self.assertGreater(len(runner), 5)
        self.assertEqual(treasury, {'copy-receipt', 'copy-statement-line', 'copy-fact-repeat', 'copy-quarantine'})
        self.assertEqual(treasury - runner, {'copy-receipt', 'copy-statement-line'})
        self.assertEqual(reader, set())
        listed = configparser.ConfigParser(interpolation=None)
        listed.read(TABLES, encoding='utf-8')
        self.assertEqual({name.replace('_', '-') for name in listed.sections()}, {name[5:] for name in runner | treasury})

    def test_parameters_and_results(self):
        text = self.ok(probe(self.fresh(), 'runner', 'parameters'))
        self.assertEqual(text, '-7|-9223372036854775808|-32768|t|text|00ff|2000-02-29|2026-03-01|'
                         '-0.10|{"k": [1]}|{-1,2}|{-9223372036854775808,9223372036854775807}|'
                         '{"a,b",NULL,"",电}|{2000-01-01,1999-12-31}')

    def test_failed_transaction_does_not_commit(self):
        message = self.fails(probe(self.fresh(), 'runner', 'failed-commit'), 'DATABASE')
        self.assertIn('rolled back', message)


class Streams(ProbeCase):
    def test_round_trip(self):
        self.ok(probe(self.fresh(), 'runner', 'round-trip', '0'))
        self.ok(probe(self.fresh(), 'runner', 'round-trip', '100000'))

    def test_check_violation_is_reported_at_the_end(self):
        database = self.fresh()
        message = self.fails(probe(database, 'runner', 'check-violation'), 'CONSTRAINT', '23514')
        self.assertIn('batch_slice_facts_check', message)
        self.assertIn('line 11', message)
        self.assertEqual(database.value('SELECT count(*) FROM settle.batch_slice'), '0')

    def test_unique_violation(self):
        database = self.fresh()
        message = self.fails(probe(database, 'runner', 'unique-violation'), 'CONSTRAINT', '23505')
        self.assertIn('batch_slice_pkey', message)
        self.assertEqual(database.value('SELECT count(*) FROM settle.batch_slice'), '0')

    def test_streams_given_up(self):
        self.assertEqual(self.ok(probe(self.fresh(), 'runner', 'give-up')), '0')

    def test_error_in_the_middle_of_reading(self):
        for how in ('copy', 'single-row'):
            answer = probe(self.fresh(), 'runner', 'reader-error', how)
            self.fails(answer, 'DATABASE', '22012')
            self.assertEqual(answer.lines[0], '499')

    def test_statement_that_cannot_be_read(self):
        for how in ('copy', 'single-row'):
            message = self.fails(probe(self.fresh(), 'runner', 'reader-refused', how), 'DATABASE', '42703')
            self.assertIn('no_such_column', message)

    def test_broken_promises_of_reading_abort(self):
        self.ok(probe(self.fresh(), 'runner', 'reader-misused', 'not'))
        for how, what in {'unasked': 'told', 'absent': 'row 2: column 3 is not there, not a value of 4 bytes',
                          'null': 'row 2: column 2 is NULL, not a value of 4 bytes',
                          'type': 'row 2: column 1 has 4 bytes, not a value of 1 bytes'}.items():
            done = subprocess.run(command(self.fresh(), 'runner', 'reader-misused', how),
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, -signal.SIGABRT, how)
            self.assertIn(what, done.stderr)

    def test_values_in_the_text(self):
        self.ok(probe(self.fresh(), 'runner', 'literals'))


class Killed(ProbeCase):
    """The backend is terminated; the login must not be a superuser to kill its own."""

    def test_statement(self):
        message = self.fails(probe(self.fresh(), 'login', 'killed', user='settle_night'),
                             'CONNECTION', '57P01')
        self.assertIn('terminating connection', message)

    def test_reader(self):
        self.fails(probe(self.fresh(), 'login', 'killed-reader', user='settle_night'), 'CONNECTION')

    def test_commit(self):
        self.fails(probe(self.fresh(), 'login', 'killed-commit', user='settle_night'), 'CONNECTION')

    def test_writer(self):
        database = self.fresh()
        with subprocess.Popen(command(database, 'login', 'killed-writer', user='settle_night'),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            self.assertEqual(process.stdout.readline(), 'copying\n')
            database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         "WHERE datname = current_database() AND pid <> pg_backend_pid()")
            output = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, 1)
        self.assertTrue(output.startswith('error CONNECTION'), output)


class Locks(ProbeCase):
    def test_lock(self):
        database = self.fresh()
        with subprocess.Popen(command(database, 'runner', 'lock', 'run', '0'),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            self.assertEqual(holder.stdout.readline(), 'locked\n')
            message = self.fails(probe(database, 'runner', 'lock', 'run', '100'), 'LOCKED')
            self.assertRegex(message, r'hint: it is server process \d+: settle probe of postgres')
            self.ok(probe(database, 'runner', 'lock', 'another', '0'))
            self.ok(probe(self.fresh(), 'runner', 'lock', 'run', '0'))     # another database

            with subprocess.Popen(command(database, 'runner', 'lock', 'run', '60000'),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  text=True) as waiting:
                holder.kill()                                              # its session ends late
                self.assertEqual(waiting.stdout.readline(), 'locked\n')
                waiting.communicate()
                self.assertEqual(waiting.returncode, 0)

    def test_a_killed_client_does_not_keep_its_lock(self):
        """Even while its backend is busy: client_connection_check_interval."""
        database = self.fresh()
        with subprocess.Popen(command(database, 'runner', 'hold-and-sleep', 'run', '120'),
                              stdout=subprocess.PIPE, text=True) as holder:
            self.assertEqual(holder.stdout.readline(), 'locked\n')
            deadline = time.monotonic() + 60
            while database.value("SELECT count(*) FROM pg_stat_activity "
                                 "WHERE wait_event = 'PgSleep'") != '1':
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.02)
            holder.kill()
        self.ok(probe(database, 'runner', 'lock', 'run', '60000'))


class Control(ProbeCase):
    def test_control_log_is_numbered_without_gaps(self):
        database = self.fresh()
        self.assertEqual(self.ok(probe(database, 'runner', 'zone')), 'Asia/Shanghai')
        for number, zone in ((1, 'Asia/Tokyo'), (2, 'Asia/Urumqi')):
            position = self.ok(probe(database, 'approver', 'control', 'zone',
                                     '{"value": "%s"}' % zone, user='settle_finance'))
            self.assertEqual(position, str(number))
            self.assertEqual(self.ok(probe(database, 'runner', 'zone')), zone)
            self.fails(probe(database, 'approver', 'control', 'zone', 'no json'), 'DATABASE')
        self.assertEqual(database.sql('SELECT position, actor FROM settle.control_log ORDER BY 1'),
                         [['1', 'settle_finance'], ['2', 'settle_finance']])

    def test_directory_sees_its_batches(self):
        database = self.fresh()
        database.sql("""
            INSERT INTO settle.code VALUES (1, 1, 'C'), (2, 1, 'D1'), (3, 1, 'O1'), (3, 2, 'O2'),
                (4, 1, 'M1'), (5, 1, E'C\\x1fP1'), (6, 1, 'sim');
            INSERT INTO settle.batch (batch_id, kind, source, business_date, state, rows_read,
                sum_minor, accepted, repeated, quarantined, header)
            SELECT b, k, 'test', d::date, s, 1, 0, 1, 0, 0, '' FROM (VALUES
                (1, 'distributors', '2026-01-01', 'sealed'), (2, 'outlets', '2026-01-01', 'sealed'),
                (3, 'managers', '2026-01-01', 'sealed'), (4, 'products', '2026-01-01', 'sealed'),
                (5, 'distributors', '2026-02-01', 'sealed'),
                (6, 'distributors', '2026-02-01', 'refused'),
                (7, 'distributors', '2026-02-02', 'sealed'),
                (8, 'carriers', '2026-01-01', 'sealed')) AS v (b, k, d, s);
            INSERT INTO settle.carrier_version VALUES (1, '2026-01-01', 8, 'C');
            INSERT INTO settle.distributor_version VALUES (1, '2026-01-01', 1, 'd', 1),
                (1, '2026-01-15', 5, 'd', 2), (1, '2026-01-15', 6, 'd', 3),
                (1, '2026-01-15', 7, 'd', 4);
            INSERT INTO settle.outlet_version VALUES (1, '2026-01-01', 2, 'o', 1, 0),
                (2, '2026-01-01', 2, 'o', 1, 1);
            INSERT INTO settle.manager_version VALUES (1, '2026-01-01', 3, 'm', 1),
                (1, '2026-01-20', 3, 'm', 2);
            INSERT INTO settle.product_version VALUES (1, '2026-01-01', 4, 'p', 1, 1);
            INSERT INTO settle.run_batch SELECT 1, b FROM unnest(ARRAY[1, 2, 3, 4, 8]) b;
            INSERT INTO settle.batch_consumption SELECT b, 1 FROM unnest(ARRAY[1, 2, 3, 4, 8]) b;
            INSERT INTO settle.run_batch VALUES (2, 7);""")
        for day, run, expected in (
                ('2025-12-31', 0, 'unknown'),          # no batch is dated so early
                ('2026-01-19', 0, 'D1 1 1 1 1'),       # batch 5 is dated later
                ('2026-02-01', 0, 'D1 2 1 1 2'),       # 5 is in, 6 was refused, 7 is of tomorrow
                ('2026-02-02', 0, 'D1 4 1 1 2'),       # of two versions of a day the later batch holds
                ('2026-02-02', 1, 'D1 1 1 1 2'),       # run 1 had neither
                ('2026-01-14', 2, 'D1 1 1 1 1'),
                ('2026-02-02', 2, 'D1 4 1 1 2')):      # what run 1 consumed and its own
            with self.subTest(day=day, run=run):
                self.assertEqual(self.ok(probe(database, 'runner', 'directory', day, str(run))),
                                 expected)


settle_test.main()
