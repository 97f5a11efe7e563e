#!/usr/bin/env python3
"""A database that is not where its last run was made: a standby that was promoted, a backup that was restored, a copy. No
run begins or is published there until somebody says that it was moved on purpose; then it goes on, and verify holds."""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'lib')]
import dropfolder
import settle_test
import small

DAYS = ['2026-01-05', '2026-01-06', '2026-01-07', '2026-01-08']
RULES = '- upfront: x\n  pay: 40.00'
WITH_STANDBYS = {'wal_level': 'replica', 'max_wal_senders': '4', 'hot_standby': 'on'}


class Moved(dropfolder.Case):
    first = None    # the server that the others are made of

    @property
    def server(self):
        if Moved.first is None:
            Moved.first = settle_test.PrivateServer(**WITH_STANDBYS)
        return Moved.first

    def setUp(self):
        super().setUp()
        self.prepare(RULES)
        self.settle_day(0)

    def lay(self, n):
        self.write(f'{n}.csv', small.text([small.order(f'O{n}', DAYS[n])]))
        self.name((f'{n}.csv', 'orders', DAYS[n], '1', '100.00'))

    def settle_day(self, n, *more, **expected):
        self.lay(n)
        return self.night(DAYS[n], *more, **expected)

    def another(self, **how):
        server = settle_test.PrivateServer(**WITH_STANDBYS, **how)
        self.addCleanup(server.stop)
        return server, settle_test.Database(server, self.database.name)

    def standby(self):
        server, database = self.another(standby_of=self.server)
        self.wait(database)
        return server, database

    def wait(self, standby):
        """Until the standby has all that there is."""
        end = self.database.value('SELECT pg_current_wal_flush_lsn()')
        standby.sql(f"""DO $$ BEGIN
            FOR i IN 1..3000 LOOP
                EXIT WHEN pg_last_wal_replay_lsn() >= '{end}'::pg_lsn;
                PERFORM pg_sleep(0.02);
            END LOOP;
            IF pg_last_wal_replay_lsn() < '{end}'::pg_lsn THEN RAISE 'the standby does not follow'; END IF;
        END $$""")

    def refused(self, *says):
        """By hand, by the timer, and by SQL; and everybody is told."""
        for command in (['run', '--date', DAYS[1]], ['run', '--date', DAYS[1], '--dry-run'], ['deposit', 'post']):
            said = self.settle(*command, code=3, user='settle_night')
            for word in ('this is not where run', 'settle server accept', *says):
                self.assertIn(word, said)
        self.assertIn('No run begins here', self.ok('status', user='settle_audit'))
        self.assertIn('this is not where run', self.settle('server', 'show', code=3, user='settle_audit'))
        epoch = self.database.value("SELECT value FROM settle.counter WHERE name = 'epoch'")
        self.assert_sql_fails('23001', self.database,
                              f"SELECT settle.begin_run('nightly', '{DAYS[1]}', 1, 'x', {epoch})", 'settle_night')
        before = self.lying()
        self.lay(2)
        self.assertIn('nothing was settled', self.night(DAYS[2], code=3))
        self.assertEqual(self.lying(), sorted({*before, '2.csv', 'manifest.csv'}))
        os.unlink(self.path('2.csv'))

    def accepted(self, stays):
        self.assertIn('the next run may begin here',
                      self.ok('server', 'accept', '--reason', 'the old one burnt down', user='settle_finance'))
        self.settle_day(1)
        self.ok('verify')
        self.assertNotIn('No run begins here', self.ok('status'))
        shown = self.rows('server', 'show')
        self.assertEqual([r['accepted_by'] for r in shown], ['', 'settle_finance'][:stays])
        self.assertEqual(shown[-1]['reason'], 'the old one burnt down')
        self.assertIn('nothing to accept', self.settle('server', 'accept', '--reason', 'again', code=3))

    def test_promoted_and_nothing_lost(self):
        server, self.database = self.standby()
        self.assertNotIn('No run begins here', self.ok('status'))    # where it is a standby still
        server.promote()
        self.refused('timeline 2, then it was 1')
        self.accepted(2)

    def test_promoted_and_behind(self):
        server, standby = self.standby()
        standby.sql("ALTER SYSTEM SET primary_conninfo = ''")
        standby.sql('SELECT pg_reload_conf()')
        self.settle_day(1)
        server.promote()
        primary, self.database = self.database, standby
        self.assertIn('the database is behind', self.settle_day(2, code=3))
        self.assertIn('timeline', self.settle('run', '--date', DAYS[1], code=3))
        said = self.night(DAYS[2], '--restored')
        self.assertIn('1.csv: the database does not know it any more', said)
        self.assertEqual(self.rows('server', 'show')[-1]['reason'], 'settle night --restored')
        self.ok('verify')
        self.settle_day(3)
        # and the old one cannot be gone back to
        self.database = primary
        self.night(DAYS[3], code=3)

    def test_restored_beside(self):
        name = f'{self.database.name}_restored'
        dump = self.path('dump')
        tool = lambda program: os.path.join(self.server.bin, program)
        subprocess.run([tool('pg_dump'), '-Fc', '-f', dump, '-d', self.database.conninfo()], check=True)
        self.server.sql(f'CREATE DATABASE {name}', 'postgres')
        subprocess.run([tool('pg_restore'), '--exit-on-error', '-d', self.server.conninfo(name), dump], check=True)
        os.unlink(dump)
        self.database = settle_test.Database(self.server, name)
        self.refused('it was restored or copied (database number')
        self.accepted(2)

    def test_restored_elsewhere(self):
        server = settle_test.PrivateServer()
        self.addCleanup(server.stop)
        tool = lambda program: os.path.join(server.bin, program)
        roles, dump = self.path('roles'), self.path('dump')
        subprocess.run([tool('pg_dumpall'), '--globals-only', '-f', roles, '-d', self.server.conninfo()], check=True)
        subprocess.run([tool('pg_dump'), '-Fc', '-f', dump, '-d', self.database.conninfo()], check=True)
        subprocess.run([tool('psql'), '-q', '-f', roles, '-d', server.conninfo()], check=True, stderr=subprocess.DEVNULL)
        server.sql(f'CREATE DATABASE {self.database.name}', 'postgres')
        subprocess.run([tool('pg_restore'), '--exit-on-error', '-d', server.conninfo(self.database.name), dump], check=True)
        os.unlink(roles)
        os.unlink(dump)
        self.database = settle_test.Database(server, self.database.name)
        self.refused('it lies on another server')
        self.accepted(2)

    def test_copied(self):
        name = f'{self.database.name}_copy'
        self.server.sql(f'CREATE DATABASE {name} TEMPLATE {self.database.name}', 'postgres')
        self.database = settle_test.Database(self.server, name)
        self.refused('it was restored or copied')
        self.accepted(2)

    def test_copied_with_its_server(self):
        _, self.database = self.another(copy_of=self.server, port='5433')
        self.refused('another port')
        self.accepted(2)

    def test_in_the_middle_of_a_run(self):
        """What was begun there is not published here; once accepted it goes on."""
        self.lay(1)
        self.night(DAYS[1], code=dropfolder.KILLED, env={'SETTLE_FAILPOINT': 'run-chunk-committed:die'})
        server, self.database = self.standby()
        server.promote()
        self.assertIn('timeline', self.settle('run', '--date', DAYS[1], code=3))
        epoch = self.database.value("SELECT value FROM settle.counter WHERE name = 'epoch'")
        self.assert_sql_fails('23001', self.database,
                              f"SELECT settle.publish_run(2, {epoch}, sha256('x'), sha256('y'))", 'settle_night')
        self.ok('server', 'accept', '--reason', 'failed over', user='settle_night')
        self.ok('run', '--date', DAYS[1])
        self.settle_day(2)
        self.ok('verify')
        self.assertEqual([r['reason'] for r in self.rows('server', 'show')], ['', 'failed over'])

    def test_verify_finds_a_run_that_nobody_accepted(self):
        name = f'{self.database.name}_copy'
        self.server.sql(f'CREATE DATABASE {name} TEMPLATE {self.database.name}', 'postgres')
        self.database = settle_test.Database(self.server, name)
        self.ok('server', 'accept', '--reason', 'a copy')
        self.settle_day(1)
        self.database.sql("ALTER TABLE settle.control_log DISABLE TRIGGER ALL; UPDATE settle.control_log "
                          "SET subject = 'server/1/1/1/1' WHERE action = 'server-accept'")
        found = self.settle('verify', code=1)
        self.assertIn('nobody said that the database was moved', found)

    def test_who_may_accept(self):
        name = f'{self.database.name}_copy'
        self.server.sql(f'CREATE DATABASE {name} TEMPLATE {self.database.name}', 'postgres')
        self.database = settle_test.Database(self.server, name)
        for user in ('settle_sales', 'settle_audit'):
            self.assertIn(user, self.settle('server', 'accept', '--reason', 'x', code=4, user=user))
        self.settle('server', 'accept', code=2)
        self.settle('server', 'accept', '--reason', ' ', code=2)


if __name__ == '__main__':
    settle_test.main()
