#!/usr/bin/env python3
"""Ids are made under a key of their carrier: who has it gets the same ids elsewhere, who has not looks up by function."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'oracle'))
import order_ids
import small
import settle_test

FACTS = ('SELECT order_id, key_id, contract_id FROM settle.closed_order ORDER BY 1',
         'SELECT event_id, order_id FROM settle.event ORDER BY 1')


class CarrierKey(small.Case):
    def world(self, key=None):
        self.database = self.server.database()
        self.ok('migrate')
        self.server.logins()
        for kind, text in small.FILES.items():
            self.ok('import', kind, self.file(kind + '.csv', text), '--date', small.SINCE)
        if key is not None:
            self.ok('carrier-key', 'set', 'C1', self.file('key', key), user='settle_night')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', contract='13800138000', line='7'),
                  small.order('B', '2026-01-10', line=''))
        self.send('events', '2026-01-11', {'carrier': 'C1', 'event_id': 'e', 'order_id': 'B', 'event': 'cancel',
                                           'at': '2026-01-11 10:00:00'})
        return [self.database.sql(text) for text in FACTS]

    def test_random_given_on_and_fixed_by_the_first_fact(self):
        first = self.world()
        key = self.ok('carrier-key', 'export', 'C1', user='settle_night')
        self.assertRegex(key, r'\A[0-9a-f]{64}\n\Z')
        self.assertNotEqual(key, self.ok('carrier-key', 'export', 'C2', user='settle_night'))
        self.assertIn('facts of "C1" were taken in under its key',
                      self.settle('carrier-key', 'set', 'C1', self.file('key', '00' * 32), code=4))
        self.ok('carrier-key', 'set', 'C1', self.file('key', key))  # the one it has
        self.assertIn('holds no key', self.settle('carrier-key', 'set', 'C1', self.file('key', 'abc'), code=3))
        self.settle('carrier-key', 'export', 'C9', code=3)
        second = self.world()
        self.assertTrue(all(not set(map(tuple, a)) & set(map(tuple, b)) for a, b in zip(first, second)))
        self.assertEqual(self.world(key), first)

    def test_who_may_what(self):
        self.prepare('- upfront: u\n  pay: 1.00')
        self.send('orders', '2026-01-10', small.order('A', '2026-01-10', contract='13800138000', line='7'))
        for user in ('settle_audit', 'settle_finance', 'settle_sales'):
            self.assert_sql_fails('42501', self.database, 'SELECT key FROM settle.carrier_key', user)
        self.assert_sql_fails('42501', self.database, "SELECT settle.set_carrier_key('C1', sha256('x'))", 'settle_audit')
        self.assert_sql_fails('42501', self.database, 'INSERT INTO settle.carrier_key VALUES (1, 2, sha256(\'x\'))',
                              'settle_night')
        self.assertEqual(self.database.sql(
            "SELECT upstream_id, order_line, key_id FROM settle_view.closed_order "
            "WHERE key_id = settle.order_key('C1', 'A', '7')", 'settle_audit'),
            [['A', '7', str(order_ids.key_id('C1', 'A', '7'))]])
        self.assertEqual(self.database.value(
            "SELECT count(*) FROM settle.closed_order o WHERE contract_id = settle.contract_id('C1', '13800138000') "
            "AND order_id = settle.order_id(key_id, closing_month)", 'settle_audit'), '1')
        self.assertEqual(self.database.value("SELECT settle.order_key('C9', 'A') IS NULL", 'settle_audit'), 't')


if __name__ == '__main__':
    settle_test.main()
