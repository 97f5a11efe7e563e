#!/usr/bin/env python3
"""What people type by mistake: each slip has its exit code, and a message that says what is wrong and what to do now.
None is answered with an empty table."""
import datetime
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import small
import settle_test

FACTS = {
    'carriers': 'carrier,name,valid_from\nCMCC-GD,广东移动,2025-01-01\nCUCC-ZJ,Zhejiang Unicom,2025-01-01\n',
    'distributors': 'distributor,name,tier,valid_from\nD007,Harbour Phones,3,2025-01-01\nD008,天河通讯,,2025-01-01\n'
                    + ''.join(f'D{n},Shop {n},,2025-01-01\n' for n in range(100, 112)),
    'outlets': 'outlet,name,distributor,parent,valid_from\nO-1,Station,D007,,2025-01-01\nO-2,Port,D007,,2025-01-01\n',
    'managers': 'manager,name,outlet,valid_from\nM-1,Li Lei,O-1,2025-01-01\nM-2,Han Mei,O-2,2025-01-01\n',
    'products': 'carrier,product,name,class,valid_from\nCMCC-GD,P-plan,Plan,plan,2025-01-01\n',
}
POLICY = """policy: gd
carrier: CMCC-GD
version: 2026-01
closing: 2026-01-01..
currency: CNY
tax: {rate: 6%, included: true}
invoice: {cycle: weekly, cut-off-day: 7}
rules:
- upfront: activation
  pay: 30.00
"""
# The invoice is CMCC-GD-2026-000001 of D007, in batch 4/CMCC-GD; the nights are 2026-03-05 to 2026-03-10, runs 1 to 6.
ORDERS = [('GD202600336', 'D007', 'M-1'), ('GD202600337', 'D008', ''), ('gd-lower-1', 'D007', '')]
REJECTED = 'GD202600999'    # an order of a product that nobody knows


class World:
    """Made once for all that only looks."""
    database = None
    folder = None

    @classmethod
    def of(cls, server):
        if cls.database is None:
            cls.folder = tempfile.TemporaryDirectory(prefix='settle-slips-')
            cls.database = cls.make(server)
        return cls.database

    @classmethod
    def file(cls, name, text, encoding='utf-8'):
        path = os.path.join(cls.folder.name, name)
        with open(path, 'w', encoding=encoding, newline='') as file:
            file.write(text)
        return path

    @classmethod
    def make(cls, server):
        database = server.database(migrated=True)
        for kind, text in FACTS.items():
            database.settle('import', kind, cls.file(kind + '.csv', text), '--date', '2025-01-01', check=True)
        database.activate(cls.file('gd.yaml', POLICY))
        rows = [{**small.ORDER, 'carrier': 'CMCC-GD', 'order_id': name, 'distributor': distributor, 'manager': manager,
                 'closed_at': '2026-03-05 12:00:00'} for name, distributor, manager in ORDERS]
        rows.append({**rows[0], 'order_id': REJECTED, 'product': 'P-nope'})
        text = ','.join(rows[0]) + '\n' + ''.join(','.join(row.values()) + '\n' for row in rows)
        database.settle('import', 'orders', cls.file('orders-2026-03-05.csv', text), '--date', '2026-03-05', check=True)
        database.settle('run', '--date', '2026-03-10', user='settle_night', check=True)
        os.mkdir(os.path.join(cls.folder.name, 'drop'))
        cls.file('empty.csv', '')
        cls.file('bills.csv', ','.join(small.BILL) + '\n')
        with open(os.path.join(cls.folder.name, 'orders.xlsx'), 'wb') as file:
            file.write(b'PK\x03\x04' + bytes(60))
        with open(os.path.join(cls.folder.name, 'orders.csv.gz'), 'wb') as file:
            file.write(b'\x1f\x8b\x08' + bytes(60))
        return database


# A command line; its exit code; what it says. {F} is the folder of the files. Words with blanks stand in quotes.
CODES = [
    # every command and option that takes a code
    ('ledger balances --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', 'hint: did you mean "CMCC-GD"?'),
    ('ledger balances --carrier CMCC-GZ', 'there is no carrier "CMCC-GZ"', 'hint: did you mean "CMCC-GD"?'),
    ('ledger balances --carrier CTCC', 'there is no carrier "CTCC"', 'hint: there are CMCC-GD, CUCC-ZJ'),
    ('ledger balances --carrier 广东移动', 'there is no carrier "广东移动"', 'did you mean the code of CMCC-GD (广东移动)?'),
    ('ledger balances --carrier unicom', 'there is no carrier', 'did you mean the code of CUCC-ZJ (Zhejiang Unicom)?'),
    ('ledger balances --distributor D999', 'there is no distributor "D999"', 'hint: there are D007, D008, D100,'),
    ('ledger balances --distributor d008', 'there is no distributor "d008"', 'hint: did you mean "D008"?'),
    ('ledger balances --distributor "harbour phones"', 'there is no distributor', 'the code of D007 (Harbour Phones)?'),
    ('ledger balances --distributor CMCC-GD', 'there is no distributor "CMCC-GD"',
     'it is the code of a carrier: did you mean --carrier CMCC-GD?'),
    ('ledger balances --carrier D007', 'there is no carrier "D007"', 'did you mean --distributor D007?'),
    ('ledger balances --distributor GD202600336', 'there is no distributor',
     '"GD202600336" is an order: settle ledger transfers --order GD202600336'),
    ('ledger balances --distributor CMCC-GD-2026-000001', 'there is no distributor',
     'settle invoice show CMCC-GD-2026-000001'),
    ('ledger balances --period 2062-03', 'nothing is known of period 2062-03',
     'facts and nights are of 2026-03 to 2026-03, settled up to 2026-03-10'),
    ('ledger balances --period 2025-03', 'nothing is known of period 2025-03', 'of 2026-03 to 2026-03'),
    ('ledger ageing --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('ledger ageing --distributor d007', 'there is no distributor "d007"', '"D007"?'),
    ('ledger transfers --carrier X', 'there is no carrier "X"', 'there are CMCC-GD, CUCC-ZJ'),
    ('ledger transfers --distributor D07', 'there is no distributor "D07"', '"D007"?'),
    ('ledger transfers --order XX1', 'there is no order "XX1"', 'settle activity list --distributor CODE'),
    ('ledger transfers --order gd202600336', 'there is no order "gd202600336"', 'did you mean "GD202600336"?'),
    ('ledger transfers --order 202600336', 'there is no order "202600336"', 'did you mean "GD202600336"?'),
    ('ledger transfers --order GD202600999', 'there is no order "GD202600999"',
     'line 5 of batch 6 has it and was not accepted [unknown-product]: settle quarantine list --batch 6'),
    ('ledger transfers --order D007', 'there is no order "D007"', 'did you mean --distributor D007?'),
    ('ledger transfers --order CMCC-GD-2026-000001', 'there is no order', '--invoice CMCC-GD-2026-000001'),
    ('ledger transfers --kind upfrnt', 'there is no kind "upfrnt"', 'did you mean "upfront"?'),
    ('ledger transfers --kind bonus', 'there is no kind "bonus"', 'there are upfront, deferred, revenue-share'),
    ('ledger transfers --run 77', 'there is no published run 77', 'there are 1 to 6: settle report run-history'),
    ('ledger transfers --period 2027-01', 'nothing is known of period 2027-01', 'settled up to 2026-03-10'),
    ('ledger transfers --invoice CMCC-GD-2026-000010', 'there is no invoice', 'did you mean "CMCC-GD-2026-000001"?'),
    # as people cut it short; and of the same carrier
    ('ledger transfers --invoice CMCC-GD-2026-1', 'there is no invoice "CMCC-GD-2026-1"', 'did you mean "CMCC-GD-2026-000001"?'),
    ('invoice show CMCC-GD-2026-0001', 'there is no invoice', 'did you mean "CMCC-GD-2026-000001"?'),
    ('invoice show CMCC-GD-2026-987654', 'there is no invoice', 'settle invoice list names them; the last is CMCC-GD-2026-000002'),
    ('invoice show CUCC-ZJ-2026-987654', 'there is no invoice', 'hint: '),
    ('facts waiting --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('facts waiting --distributor D7', 'there is no distributor "D7"', 'D007'),
    ('invoice list --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('invoice list --distributor D7', 'there is no distributor "D7"', 'there are D007'),
    ('invoice list --batch 5/CMCC-GD', 'there is no invoice batch 5/CMCC-GD', 'the last are 4/CMCC-GD'),
    ('invoice list --batch 4/cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('invoice list --status drafted', 'there is no status "drafted"', 'did you mean "draft"?'),
    ('invoice lines --carrier C', 'there is no carrier "C"', 'CMCC-GD'),
    ('invoice show CMCC-GD-2026-00001', 'there is no invoice "CMCC-GD-2026-00001"', '"CMCC-GD-2026-000001"?'),
    ('invoice show 4/CMCC-GD', 'there is no invoice "4/CMCC-GD"', 'that is a batch: settle invoice list --batch 4/CMCC-GD'),
    ('invoice batches --carrier cucc-zj', 'there is no carrier "cucc-zj"', '"CUCC-ZJ"?'),
    ('invoice batches --status isued', 'there is no status "isued"', '"issued"?'),
    ('invoice approve 9/CMCC-GD', 'there is no invoice batch 9/CMCC-GD', 'settle invoice batches lists them'),
    ('invoice approve CMCC-GD-2026-000001', '"CMCC-GD-2026-000001" is an invoice of batch 4/CMCC-GD, no batch',
     'settle invoice approve 4/CMCC-GD, with all its invoices'),
    ('invoice issue CMCC-GD-2026-000009', 'there is no invoice "CMCC-GD-2026-000009"', '"CMCC-GD-2026-000001"?'),
    ('invoice issue 4/CMCC', 'there is no carrier "CMCC"', 'hint: '),
    ('invoice approve --all-drafted --until 2026-03-31 --carrier gd', 'there is no carrier "gd"', 'hint: '),
    ('invoice export 9/CMCC-GD --output {F}/out', 'there is no invoice batch 9/CMCC-GD', '4/CMCC-GD'),
    ('export journal --carrier cmcc', 'there is no carrier "cmcc"', 'CMCC-GD'),
    ('export journal --distributor D', 'there is no distributor "D"', 'D007'),
    ('export journal --period 2020-01', 'nothing is known of period 2020-01', '2026-03'),
    ('activity list --distributor D7', 'there is no distributor "D7"', 'D007'),
    ('activity list --distributor D007 --outlet O-9', 'there is no outlet "O-9"', 'did you mean "O-1"?'),
    ('activity list --distributor D007 --outlet M-1', 'there is no outlet "M-1"', 'did you mean --manager M-1?'),
    ('activity summary --distributor D007 --manager "Li Lei"', 'there is no manager "Li Lei"', 'M-1 (Li Lei)?'),
    ('activity summary --distributor D007 --from 2030-01', 'nothing is known of period 2030-01', '2026-03'),
    ('activity summary --distributor D007 --to 2020-01', 'nothing is known of period 2020-01', '2026-03'),
    ('deposit cover --distributor d007 --reason r', 'there is no distributor "d007"', '"D007"?'),
    ('deposit cover --distributor D007 --carrier cmcc-gd --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('deposit forfeit --distributor d008 --amount 1.00 --reason r', 'there is no distributor "d008"', '"D008"?'),
    ('deposit amount --carrier cmcc-gd --amount 1.00 --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('reconcile orders --period 2020-01', 'nothing is known of period 2020-01', '2026-03'),
    ('reconcile orders --period 2026-03 --carrier X', 'there is no carrier "X"', 'CMCC-GD'),
    ('reconcile ledger --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('reconcile ledger --distributor D999', 'there is no distributor "D999"', 'D007'),
    ('reconcile ledger --period 2019-12', 'nothing is known of period 2019-12', '2026-03'),
    ('reconcile statement --carrier cmcc-gd --period 2026-03', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('reconcile accept x --carrier cmcc-gd --period 2026-03 --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('report trial-balanc', 'there is no report "trial-balanc"', 'did you mean "trial-balance"?'),
    ('report overview', 'there is no report "overview"', 'there are settlement-summary'),
    ('report settlement-summary --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('report distributor-summary --distributor d007', 'there is no distributor "d007"', '"D007"?'),
    ('report trial-balance --period 2027-03', 'nothing is known of period 2027-03', '2026-03'),
    ('report pack --period 2027-03 --output {F}/pack', 'nothing is known of period 2027-03', '2026-03'),
    ('report pack --period 2026-03 --carrier x --output {F}/pack', 'there is no carrier "x"', 'CMCC-GD'),
    ('feed expect cmcc-gd orders --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('feed stop CMCC orders --reason r', 'there is no carrier "CMCC"', 'CMCC-GD'),
    ('feed waive D007 orders 2026-03-05 --reason r', 'there is no carrier "D007"', 'did you mean --distributor D007?'),
    ('setting set rounded-ids:cmcc-gd yes --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('setting set zon Asia/Urumqi --reason r', 'there is no setting "zon"', 'did you mean "zone"?'),
    ('setting set currency CNY --reason r', 'there is no setting "currency"', 'there are zone, intake-lookback-months'),
    ('setting set zone Mars --reason r', 'unknown time zone "Mars"', 'Asia/Shanghai'),
    ('facts seen --carrier cmcc-gd --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('facts seen --carrier CMCC-GD --event E-9 --reason r', 'no such event counts for nothing', 'settle facts list'),
    ('facts refund-slack cmcc-gd 1 --from 2026-04-01 --reason r', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('import orders {F}/orders-2026-03-05.csv --carrier cmcc-gd', 'there is no carrier "cmcc-gd"', '"CMCC-GD"?'),
    ('quarantine list --reason unknown-prodct', 'there is no reason "unknown-prodct"', '"unknown-product"?'),
    ('quarantine list --batch 99', 'there is no batch 99', 'the last one is 6'),
    ('quarantine release --batch 99', 'there is no batch 99', 'the last one is 6'),
    ('quarantine release --reason late', 'there is no reason "late"', 'there are '),
    ('policy show cmcc-gd/2026-01', 'there is no policy "cmcc-gd/2026-01"', 'did you mean "CMCC-GD/2026-01"?'),
    ('policy show nope', 'there is no policy "nope"', 'there are CMCC-GD/2026-01, gd'),
    ('policy activate dg', 'no policy "dg" waits to be activated', 'none waits: settle policy submit FILE'),
    ('policy withdraw 999999 --reason r', 'there is no submission 999999', 'hint: settle policy list'),
    ('replay --run 99', 'there is no published run 99', 'there are 1 to 6'),
    ('replay --run 50..60', 'there is no published run 50..60', 'there are 1 to 6'),
    ('replay --period 2020-01', 'nothing is known of period 2020-01', '2026-03'),
    ('period close 2019-01', 'nothing is known of period 2019-01', '2026-03'),
    ('period reopen 2019-01 --reason r', 'nothing is known of period 2019-01', '2026-03'),
]

SLIPS = [
    # commands and options
    (2, 'orders', 'there is no command "orders"', 'did you mean settle reconcile orders?'),
    (2, 'aprove', 'there is no command "aprove"', 'settle --help lists the commands'),
    (2, 'approve 4/CMCC-GD', 'there is no command "approve"', 'did you mean settle invoice approve?'),
    (2, 'init', 'there is no command "init"', 'did you mean settle migrate?'),
    (2, 'ledgr balances', 'there is no command "ledgr"', 'did you mean "ledger"?'),
    (2, 'ledger balance', 'ledger has no "balance"', 'did you mean "balances"?'),
    (2, 'invoice lsit', 'invoice has no "lsit"', 'did you mean "list"?'),
    (2, 'period', 'period what: list, close, reopen', 'settle period --help'),
    (2, 'run', 'run up to which day', 'settle run --date 2026-03-31'),
    (2, 'replay --run=', '"" is no run and no range of runs', '--run 12, or 12..40'),
    (2, 'run 2026-03-11', 'run takes no "2026-03-11"', 'did you mean --date 2026-03-11?'),
    (2, 'feed expect CMCC-GD order --reason r', '"order" is no kind of file', 'did you mean "orders"?'),
    (2, 'feed expect orders CMCC-GD --reason r', '"CMCC-GD" is no kind of file', 'the carrier comes first: CMCC-GD orders'),
    (2, 'feed stop CMCC-GD outlets --reason r', '"outlets" is no kind of file', 'there are products, orders, bills'),
    (2, 'feed list CMCC-GD', 'feed list takes no "CMCC-GD"', 'settle feed list --help'),
    (2, 'feed missing 2026-03-05', 'feed missing takes no "2026-03-05"', 'settle feed missing --help'),
    (2, 'setting list zone', 'setting list takes no "zone"', 'settle setting list --help'),
    (2, 'setting set zone Asia/Urumqi', '--reason is missing', '--reason TEXT'),
    (2, 'facts list CMCC-GD', 'facts list takes no "CMCC-GD"', 'settle facts list --help'),
    (2, 'facts seen CMCC-GD --all --reason r', 'facts seen takes no "CMCC-GD"', 'settle facts seen --help'),
    (2, 'night', 'which drop folder', 'settle night /srv/settle/inbox'),
    (2, 'night {F}/drop 2026-03-05', 'night takes no "2026-03-05"', 'settle night --help'),
    (3, 'night {F}/drip', 'there is no inbox "{F}/drip"', 'did you mean "{F}/drop"?'),
    (3, 'night {F}/bills.csv', 'the inbox "{F}/bills.csv" is no folder', 'the folder with the manifest'),
    (2, 'status help', 'status takes no "help"', 'settle status --help'),
    (2, 'report trial-balance 2026-03', 'report takes no "2026-03"', 'did you mean --period 2026-03?'),
    (2, 'ledger balances 2026/3', 'ledger balances takes no "2026/3"', 'did you mean --period 2026-03?'),
    (2, 'ledger transfers D007', 'ledger transfers takes no "D007"', 'did you mean --distributor D007 or --carrier D007?'),
    (2, 'ledger balances --month 2026-03', 'unknown option --month of ledger balances', 'did you mean --period?'),
    (2, 'ledger balances --dealer D007', 'unknown option --dealer', 'did you mean --distributor?'),
    (2, 'ledger balances --output x.csv', 'unknown option --output', '--format csv or --format json, and > FILE'),
    (2, 'ledger balances --host db', 'unknown option --host', "--db 'host=... dbname=... user=...'"),
    (2, 'ledger balances --carier CMCC-GD', 'unknown option --carier', 'did you mean --carrier?'),
    (2, 'ledger balances -p 2026-03', 'unknown option -p of ledger balances', 'settle ledger balances --help'),
    (2, 'ledger balances --carrier', '--carrier needs a value', 'only of this carrier'),
    (2, 'ledger balances --carrier --period 2026-03', '--carrier needs a value', '--carrier CODE'),
    (2, 'ledger balances --carrier CMCC-GD --carrier CUCC-ZJ', '--carrier is given twice', 'once for each'),
    (2, 'ledger balances --format xlsx', 'unknown format "xlsx"', 'table, csv and json'),
    (2, 'ledger transfers --limit ten', '--limit "ten" is no whole number', 'hint: '),
    (2, 'export journal --format beancuont', 'there is no journal format "beancuont"', 'hledger, ledger and beancount'),
    # days and periods
    (2, 'ledger balances --period 2026/03', '--period "2026/03" is not a period', 'did you mean 2026-03?'),
    (2, 'ledger balances --period 2026-3', '--period "2026-3" is not a period', 'did you mean 2026-03?'),
    (2, 'ledger balances --period 202603', '--period "202603" is not a period', 'did you mean 2026-03?'),
    (2, 'ledger balances --period 2026-03-10', '--period "2026-03-10" is not a period', 'did you mean 2026-03?'),
    (2, 'ledger balances --period 2026年3月', 'is not a period', 'did you mean 2026-03?'),
    (2, 'ledger balances --period 2026-13', '--period "2026-13" is not a period', 'write periods like 2026-03'),
    (2, 'ledger balances --period March', '--period "March" is not a period', 'write periods like 2026-03'),
    (2, 'run --date 2026/3/11', '--date "2026/3/11" is not a day', 'did you mean 2026-03-11?'),
    (2, 'run --date 20260311', '--date "20260311" is not a day', 'did you mean 2026-03-11?'),
    (2, 'run --date 11.3.2026', '--date "11.3.2026" is not a day', 'did you mean 2026-03-11?'),
    (2, 'run --date 2026-03', '--date "2026-03" is not a day', 'that is a month'),
    (2, 'run --date 2026-02-30', '--date "2026-02-30" is not a day', '2026-02 has no day 30'),
    (2, 'run --date today', '--date "today" is not a day', 'write days like 2026-03-31'),
    (3, 'run --date 2026-03-01', 'the nights up to 2026-03-10 are settled already', 'settle run --date 2026-03-10'),
    (3, 'period close 2026-03', 'period 2026-03 is not over', 'settle run --date 2026-03-31 first'),
    # files
    (2, 'report trial-balance --output {F}/x.pdf', 'a report cannot be written as', 'FILE.html is made for printing'),
    (2, 'report trial-balance --output {F}/x', 'a report cannot be written as', 'FILE.xlsx'),
    (2, 'report trial-balance --output {F}/drop', 'is a folder', 'name a file in it'),
    (3, 'import orders {F}/orders-2026-03-06.csv', 'cannot read', 'did you mean "{F}/orders-2026-03-05.csv"?'),
    (3, 'import orders {F}/nowhere/x.csv', 'cannot read', 'there is no folder "{F}/nowhere"'),
    (3, 'import orders {F}/drop', '"{F}/drop" is a folder', 'name its files, like {F}/drop/*'),
    (3, 'import orders {F}/empty.csv', '"{F}/empty.csv" is empty', 'first line'),
    (3, 'import orders {F}/orders.xlsx', '"{F}/orders.xlsx" is a workbook', 'as CSV'),
    (3, 'import orders {F}/orders.csv.gz', '"{F}/orders.csv.gz" is compressed', 'gunzip'),
    (3, 'import orders {F}/bills.csv', 'has the columns of bills', 'settle import bills {F}/bills.csv'),
    (3, 'import orders {F}/gd.yaml', '', 'hint: '),
    (2, 'import {F}/orders-2026-03-05.csv', 'there is no kind of fact', 'settle import orders {F}/orders-2026-03-05.csv'),
    (2, 'import {F}/orders-2026-03-05.csv orders', 'there is no kind of fact', 'settle import orders {F}/orders-2026-03-05.csv'),
    (2, 'import order {F}/orders-2026-03-05.csv', 'there is no kind of fact "order"', 'did you mean "orders"?'),
    (2, 'import orders', 'import orders from which file', 'settle import orders FILE'),
    (3, 'policy check {F}/gd.yml', 'cannot read "{F}/gd.yml"', 'did you mean "{F}/gd.yaml"?'),
    (3, 'policy check {F}/drop', 'there is no .yaml or .yml file', 'hint: '),
    (3, 'policy submit {F}/gd.yam', 'cannot read', 'did you mean "{F}/gd.yaml"?'),
    # invoices
    (2, 'invoice approve CMCC-GD/4', '"CMCC-GD/4" is no invoice batch', 'did you mean 4/CMCC-GD?'),
    (2, 'invoice approve 4', '"4" is no invoice batch', 'settle invoice batches lists them'),
    (2, 'invoice approve', 'approve which batch', 'settle invoice batches lists them'),
    (2, 'invoice approve --all-drafted', '--until is missing', '--until DAY'),
    (3, 'invoice issue 4/CMCC-GD', 'invoice batch 4/CMCC-GD is not approved', 'settle invoice approve 4/CMCC-GD'),
    (2, 'deposit forfeit --distributor D007 --reason r', '--amount is missing', '--amount 10000.00'),
    (2, 'deposit cover --distributor D007', '--reason is missing', 'kept'),
    (2, 'reconcile orders', 'orders of which period', '--period 2026-03'),
    (2, 'report', 'which report', 'settle report --list'),
    (2, 'report roll-forward', '--period is missing', '--period 2026-03'),
    (2, 'activity list', '--distributor is missing', '--distributor CODE, or --order ID'),
    (2, 'activity summary', '--distributor is missing', 'hint: --distributor CODE'),
    # amounts as people write them, and operands that want an option
    (2, 'import orders {F}/orders-2026-03-05.csv --sum 1,000', '"1,000" is no amount', 'did you mean --sum 1000?'),
    (2, 'import orders {F}/orders-2026-03-05.csv --sum "1,000.50 yuan"', 'is no amount', 'did you mean --sum 1000.50?'),
    (2, 'deposit amount --distributor D007 10,000', 'deposit amount takes no "10,000"', 'did you mean --amount 10000?'),
    (2, 'deposit forfeit --distributor D007 --reason r 500.00', 'takes no "500.00"', 'did you mean --amount 500.00?'),
    (2, 'deposit amount --distributor D007 --amount ¥10,000 --reason r', 'is no amount in yuan', 'did you mean 10000?'),
    (2, 'deposit default distributor 10,000元 --reason r', 'is no amount in yuan', 'did you mean 10000?'),
    (2, 'deposit default distributor --amount 10,000 --reason r', 'is no amount in yuan', 'did you mean 10000?'),
    (2, 'replay 12', 'replay takes no "12"', 'did you mean --run 12?'),
    (2, 'replay 3..5', 'replay takes no "3..5"', 'did you mean --run 3..5?'),
    (2, 'ledger transfers 12', 'ledger transfers takes no "12"', 'did you mean --run 12?'),
    (2, 'report pack', '--period is missing: a pack of which period', 'settle report pack --period 2026-03 --output FOLDER'),
    (2, 'report pack --period 2026-03', '--output is missing: into which folder', '--output FOLDER'),
    (2, 'period close', 'close which period', 'settle period close 2026-03'),
    (2, 'period reopen', 'reopen which period', 'settle period reopen 2026-03 --reason TEXT'),
    (2, 'period reopen 2026-03', '--reason is missing: why is it opened again', '--reason TEXT'),
    (2, 'period close 2026-03 --accept " "', '--accept wants a reason', 'it is kept'),
    (3, 'period close 2027-01', 'nothing is known of period 2027-01', 'settled up to 2026-03-10'),
    (2, 'policy submit', 'submit which files', 'settle policy submit FILE...'),
    (2, 'policy activate', 'activate which files', 'settle policy list'),
    (2, 'policy check', 'check which files', 'settle policy check FILE'),
    (2, 'policy test', 'test which files', 'settle policy test FILE'),
    (2, 'policy show', 'show which policy', 'settle policy list names them'),
    (2, 'policy explain-code P001 P002', 'explain one code, not "P002"', 'lists them all'),
    (2, 'facts seen --all --event E --reason r', '--event needs its --carrier', 'settle facts list'),
    (2, 'quarantine release --line 3 --all', '--line needs its --batch', 'settle quarantine list'),
    (2, 'run --reason r', '--reason needs its --abandon', 'settle run --abandon --reason TEXT'),
    (2, 'replay --run 1 --workers 999', '--workers is 0', 'leave it out'),
    (2, 'deposit forfeit --distributor D007 --amount 0 --reason r', 'nothing cannot be forfeited', '--amount 500.00'),
    (2, 'deposit amount --distributor D007 --carrier CMCC-GD --amount 1 --reason r', 'a deposit is of one party', 'once for each'),
    (2, 'activity list --distributor D007 --outlet O-1 --manager M-1', 'do not go together', 'one of them'),
    (2, 'import orders {F}/orders-2026-03-05.csv --count -1', '--count is 0 or more', '--count N'),
    (2, 'reconcile accept x --carrier CMCC-GD --period 2026-03', '--reason is missing', 'auditor'),
    (2, 'reconcile withdraw --carrier CMCC-GD --period 2026-03', '--reason is missing', '--approve'),
    (2, 'reconcile withdraw --carrier CMCC-GD --period 2026-03 --refuse', '--reason is missing', '--approve'),
    (2, 'reconcile withdraw --carrier CMCC-GD --period 2026-03 --approve --reason r', '--approve goes with neither',
     'who refuses, says why'),
    (2, 'reconcile statement --carrier CMCC-GD --period 2026-03 --yes', '--yes are for a FILE.csv', 'FILE.csv'),
    (2, 'facts waiting CMCC-GD', 'facts waiting takes no "CMCC-GD"', 'did you mean --distributor CMCC-GD or --carrier CMCC-GD?'),
    (2, 'facts waiting --until 2026-03', '--until "2026-03" is not a day', 'that is a month'),
    (2, 'quarantine list --until March', '--until "March" is not a day', 'write days like 2026-03-31'),
    (2, 'activity summary --distributor D007 --by carrier', '--by is outlet or manager, not "carrier"', 'leave --by out'),
    (2, 'activity summary --distributor D007 --by month', '--by is outlet or manager, not "month"', '--by outlet, --by manager'),
    (3, 'activity list --order XX1', 'there is no order "XX1"', 'hint: '),
    (3, 'activity list --distributor D008 --outlet O-1', 'outlet O-1 is of distributor D007, not of D008', '--distributor D007'),
    (3, 'activity summary --distributor D008 --manager M-1', 'manager M-1 is of distributor D007', '--distributor D007'),
    (2, 'reconcile statement {F}/bills.csv --carrier CMCC-GD', '--period is missing: of which month', '--period 2026-03'),
    (2, 'reconcile statement {F}/bills.csv --period 2026-03', '--carrier is missing: whose statement', '--carrier CMCC-GD'),
    (2, 'reconcile accept x --reason r', '--carrier is missing: whose statement', 'settle reconcile statements'),
    (3, 'reconcile statement {F}/bills.csv --carrier CMCC-GD --period 2031-01', 'nothing is known of period 2031-01', '2026-03'),
    (2, 'verify --expect 4', '"4" is no RUN:SEAL', 'settle verify --head prints it'),
    (2, 'policy try {F}/gd.yaml', 'try which order', "--order 'closed:"),
]


def words(line):
    return [(a or b).replace('{F}', World.folder.name) for a, b in re.findall(r'"([^"]*)"|(\S+)', line)]


class Slips(settle_test.TestCase):
    """Tables: what is typed, and what is said."""

    def look(self, code, line, *texts, database=None, user='postgres'):
        database = database or World.of(self.server)
        got, out, err = database.settle(*words(line), user=user, yes=False)
        self.assertEqual(got, code, f'{line}\n{out}{err}')
        for text in texts:
            self.assertIn(text.replace('{F}', World.folder.name), err, line)
        self.assertEqual(out, '', line)                     # no table, also no empty one
        first, *rest = err.splitlines()
        self.assertRegex(first, r'^settle: [^A-Z]', line)   # lower case, no full stop, and what to do
        self.assertFalse(first.endswith('.'), err)
        self.assertTrue(any(text.startswith('hint: ') for text in rest), f'{line}\n{err}')

    def test_codes(self):
        World.of(self.server)
        for line, *texts in CODES:
            with self.subTest(line):
                self.look(3, line, *texts)

    def test_slips(self):
        World.of(self.server)
        self.assertGreater(len(SLIPS), 40)
        for code, line, *texts in SLIPS:
            with self.subTest(line):
                self.look(code, line, *texts)

    def test_known_and_empty(self):
        """A known code with nothing to show is no error; a person is told what was looked for."""
        database = World.of(self.server)
        for line, note in (
                ('ledger balances --carrier CUCC-ZJ', 'there are no balances of carrier CUCC-ZJ'),
                ('ledger transfers --distributor D100 --kind upfront',
                 'there are no transfers of distributor D100, upfront'),
                ('ledger ageing', 'there are no distributors that owe'),
                ('ledger balances --period 2026-04', 'there are no balances of period 2026-04'),
                ('invoice list --carrier CUCC-ZJ', 'there are no invoices of carrier CUCC-ZJ'),
                ('feed list', 'there are no files that are expected'),
                ('feed missing', 'there are no files that did not come'),
                ('facts list', 'there are no events that count for nothing'),
                ('setting list', 'there are no settings but those that hold by themselves'),
                ('invoice batches --status issued', 'there are no invoice batches of issued'),
                ('facts waiting', 'there are no facts that wait'),
                ('facts waiting --carrier CMCC-GD --until 2026-03-01', 'there are no facts that wait of carrier CMCC-GD, up to 2026-03-01'),
                ('quarantine list --until 2026-03-01', 'there are no rows in quarantine up to 2026-03-01'),
                ('quarantine list --until 2026-03-01 --reason unknown-product',
                 'there are no rows in quarantine of unknown-product, up to 2026-03-01'),
                ('quarantine list --batch 1', 'there are no rows in quarantine of batch 1')):
            with self.subTest(line):
                code, out, err = database.settle(*line.split())
                self.assertEqual((code, err), (0, note + '\n'))
                code, out, err = database.settle('--format', 'csv', *line.split())
                self.assertEqual((code, err, out.count('\n')), (0, '', 1))

    def test_help(self):
        for line, text in (('help', 'Usage: settle ['), ('help run', 'Usage: settle run '),
                           ('help policy check', 'Usage: settle policy check '), ('policy help', 'Usage: settle policy '),
                           ('help policy', 'Usage: settle policy ')):
            code, out, err = settle_test.settle(*line.split())
            self.assertEqual((code, err), (0, ''), line)
            self.assertTrue(out.startswith(text), out)


class AtTheDoor(settle_test.TestCase):
    """No server, no database, no rights: what is wrong, what to do, and who can."""

    def refused(self, code, conninfo, *texts, line='status', env=None):
        got, out, err = settle_test.settle(*line.split(), db=conninfo, env=env, yes=False)
        self.assertEqual((got, out), (code, ''), err)
        for text in texts:
            self.assertIn(text, err)
        self.assertEqual(len([text for text in err.splitlines() if text.startswith('hint: ')]), 1, err)

    def test_no_server(self):
        for conninfo, env in (('host=/nowhere dbname=x user=x', None), (None, {'PGHOST': '/nowhere'}),
                              ('host=127.0.0.1 port=1 dbname=x user=x', None)):
            self.refused(4, conninfo, 'connection to server', 'is the server up', 'PGHOST', 'its administrator',
                         env=env)
        self.refused(4, 'host=no.such.host.invalid', 'no.such.host.invalid', "names the server's host")
        self.refused(4, 'service=nosuch', 'service', 'PGSERVICE')
        self.refused(4, None, 'port', 'PGPORT', env={'PGHOST': '/nowhere', 'PGPORT': 'abc'})

    def test_no_database(self):
        self.refused(4, self.server.conninfo('nosuch'), 'database "nosuch" does not exist', 'PGDATABASE', 'createdb')
        self.server.database(migrated=True)
        # an empty one was probably not meant
        empty = self.server.database()
        self.refused(3, empty.conninfo(), f'the database "{empty.name}" has no Settle in it',
                     'hint: is PGDATABASE, or dbname= in --db, the right one? In a new one: settle migrate')

    def test_copy_without_roles(self):
        """Roles are the server's: a dump that is restored where they are not is not what it was, and nothing mends it."""
        source = self.server.database(migrated=True)
        with settle_test.PrivateServer() as other:
            other.sql('CREATE DATABASE copy', 'postgres')
            dump = subprocess.run(['pg_dump', '-Fc', '-d', source.conninfo()], stdout=subprocess.PIPE, check=True).stdout
            restored = subprocess.run(['pg_restore', '-d', other.conninfo('copy')], input=dump, stderr=subprocess.PIPE)
            self.assertNotEqual(restored.returncode, 0)
            for line in ('status', 'verify', 'migrate'):
                self.refused(3, other.conninfo('copy'), 'the database "copy" is a copy without its roles: it belongs to "postgres"',
                             'hint: make the roles first, then restore it again', 'Backup and restore', line=line)
            # as the page says: the roles, then an empty database
            roles = subprocess.run(['pg_dumpall', '--globals-only', '-d', self.server.conninfo()], stdout=subprocess.PIPE,
                                   check=True).stdout
            subprocess.run(['psql', '-q', '-d', other.conninfo('postgres')], input=roles, stderr=subprocess.PIPE, check=True)
            other.sql('CREATE DATABASE again', 'postgres')
            subprocess.run(['pg_restore', '--exit-on-error', '-d', other.conninfo('again')], input=dump, check=True)
            for line in ('status', 'verify', 'migrate'):
                code, _, err = settle_test.settle(line, db=other.conninfo('again'))
                self.assertEqual((code, err), (0, ''), line)

    def test_no_connection_string(self):
        for conninfo in ('hots=x', 'host=x dbname', 'postgresql://[::1/x', "user='x"):
            self.refused(2, conninfo, 'the connection string: ', "hint: write it like 'host=")

    def test_no_rights(self):
        database = self.server.database(migrated=True)
        self.server.sql("DO $$ BEGIN IF to_regrole('outsider') IS NULL THEN CREATE ROLE outsider LOGIN; END IF; END $$",
                        'postgres')
        self.refused(4, database.conninfo('nobody'), 'role "nobody" does not exist', 'PGUSER', 'administrator')
        for user, line, role in (('settle_audit', 'run --date 2026-03-31', 'settle_runner'),
                                 ('settle_night', 'period close 2026-03', 'settle_approver'),
                                 ('settle_finance', 'deposit post', 'settle_runner'),
                                 ('settle_sales', 'feed expect X orders --reason r', 'settle_approver'),
                                 ('outsider', 'status', 'settle_reader')):
            self.refused(4, database.conninfo(user), f'the login "{user}" may not act as {role}',
                         f'hint: log in as one of {role} ', line=line)
        self.refused(4, database.conninfo('outsider'), 'settle_owner', 'superuser', line='migrate')

    def test_wrong_password(self):
        with settle_test.PrivateServer() as server:
            server.sql("CREATE ROLE locked LOGIN PASSWORD 'right'", 'postgres')
            # nothing was ever set up here, not even the group roles
            self.refused(3, server.conninfo(), 'has no Settle in it', 'settle migrate')
            path = server.sql('SHOW hba_file', 'postgres')[0][0]
            with open(path, 'r+', encoding='utf-8') as file:
                rest = file.read()
                file.seek(0)
                file.write('local all locked scram-sha-256\nlocal nosuch all trust\nlocal template1 all reject\n' + rest)
            server.sql('SELECT pg_reload_conf()', 'postgres')
            env = {'PGPASSFILE': '/nowhere', 'PGPASSWORD': ''}
            for _ in range(100):
                if 'no password supplied' in settle_test.settle('status', db=server.conninfo(user='locked'), env=env)[2]:
                    break
            self.refused(4, server.conninfo(user='locked'), 'no password supplied', '~/.pgpass', 'administrator', env=env)
            self.refused(4, server.conninfo(user='locked'), 'authentication failed', '~/.pgpass', 'administrator',
                         env={**env, 'PGPASSWORD': 'wrong'})
            self.refused(4, server.conninfo('template1'), 'pg_hba.conf', 'administrator', env=env)


class FarDates(small.Case):
    """A night that was published cannot be taken back: dates that look like a slip want --yes."""

    def setUp(self):
        super().setUp()
        self.prepare('- upfront: a\n  pay: 1.00')
        self.send('orders', '2026-03-05', small.order('A1', '2026-03-05'))

    def refused(self, date, *named):
        code, out, err = self.database.settle('run', '--date', date, yes=False)
        self.assertEqual((code, out), (3, ''), err)
        for text in (*named, f'hint: look at the date; if it is meant: settle run --date {date} --yes'):
            self.assertIn(text, err)
        self.assertEqual(self.nights(), 0)

    def nights(self):
        return int(self.database.value('SELECT count(*) FROM settle.run'))

    def test_many_nights(self):
        # 2026-03-05 to 2026-05-05 are 62 nights, counted from the oldest orders
        self.refused('2026-05-06', 'that would settle 63 nights, 2026-03-05 to 2026-05-06')
        # a dry run writes nothing
        self.assertEqual(self.database.settle('run', '--date', '2026-05-06', '--dry-run')[0], 0)
        self.assertEqual(self.nights(), 0)
        code, _, err = self.database.settle('run', '--date', '2026-05-05', yes=False)
        self.assertEqual((code, self.nights()), (0, 62), err)
        # and then from the last settled night
        code, _, err = self.database.settle('run', '--date', '2026-07-07', yes=False)
        self.assertEqual((code, self.nights()), (3, 62), err)
        self.assertIn('63 nights, 2026-05-06 to 2026-07-07', err)
        self.ok('run', '--date', '2026-07-07', '--yes')
        self.assertEqual(self.nights(), 62 + 63)

    def test_after_tomorrow(self):
        self.refused('2126-01-22', '2126-01-22 is after tomorrow, ', 'that would settle 36483 nights')
        # of the settlement zone
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        tomorrow = today + datetime.timedelta(days=1)
        self.refused(str(tomorrow + datetime.timedelta(days=2)), 'after tomorrow')
        self.database = self.server.database(migrated=True)
        code, _, err = self.database.settle('run', '--date', str(tomorrow), yes=False)
        self.assertEqual((code, self.nights()), (0, 1), err)
        code, _, err = self.database.settle('run', '--date', str(tomorrow + datetime.timedelta(days=2)), yes=False)
        self.assertEqual((code, self.nights()), (3, 1), err)
        self.assertIn('that would settle 2 nights, which cannot', err)


if __name__ == '__main__':
    settle_test.main()
