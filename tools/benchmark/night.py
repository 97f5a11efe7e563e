"""One night in each way: the engine, the floor under it, what a good database engineer would write instead, and what is
written first. Every way of every run begins with the same database, made once."""

import json
import os
import tempfile

from .common import PSQL, ROOT, Failed, Figures, quiet

SQL = os.path.join(ROOT, "tests/sql")
SQL_WAY = "SQL, two sessions"
SQL_JOINING = "SQL, two sessions, joining bills"
SQL_PLAIN = "INSERT ... SELECT, keyed"
FLOOR = "floor of the night"
COLUMNS = "distributor_id, period, subject_id, slot, amount_minor, policy_id, class_id, revision, kind, debit, credit"


def prepare(bench):
    bench.master_data()
    bench.import_facts("orders")
    if bench.options.month:
        bench.import_facts("bills")
    # A night before the one with the orders, so that theirs is measured alone.
    quiet(*bench.settle("run", "--date", "2026-02-05" if bench.options.month else "2026-01-30"))
    bench.sql("VACUUM (ANALYZE)")
    if bench.options.runs > 1:
        bench.sql("ALTER DATABASE settle RENAME TO ready", other_database(bench))


def other_database(bench):
    return bench.conninfo + " dbname=postgres"


def restore(bench):
    """The database as prepare() left it."""
    if bench.options.runs > 1:
        bench.sql("DROP DATABASE IF EXISTS settle WITH (FORCE)", other_database(bench))
        bench.sql("CREATE DATABASE settle TEMPLATE ready STRATEGY file_copy", other_database(bench))
        quiet(*bench.settle("server", "accept", "--reason", "the benchmark's copy"))


def same_start(bench):
    """Each way starts from the same state: nothing left to write back."""
    bench.sql("CHECKPOINT")


def workers(bench):
    return ("--workers", str(bench.options.workers)) if bench.options.workers else ()


def run_up_to(bench, date):
    """Settles up to the date; the facts settled by it are the rows."""
    before = int(bench.sql("SELECT coalesce(sum(facts), 0) FROM settle.run_publication"))
    figures = bench.measure(bench.settle("run", "--date", date, *workers(bench)))
    after = int(bench.sql("SELECT coalesce(sum(facts), 0) FROM settle.run_publication"))
    bench.note(f"run to {date}", after - before, figures)
    run = bench.sql("SELECT max(run_id) FROM settle.run_publication")
    publishing = bench.sql(f"""
        SELECT extract(epoch FROM p.at - coalesce(max(r.at), p.at))
          FROM settle.run_publication p LEFT JOIN settle.run_receipt r USING (run_id)
         WHERE p.run_id = {run} GROUP BY p.at""")
    bench.note("  of that, publishing", None, Figures(float(publishing)))
    return int(run), after - before


def engine(bench):
    same_start(bench)
    bench.run = run_up_to(bench, bench.night)


def floor(bench):
    """The same facts out and the same rows in, with nothing in between."""
    run, facts = bench.run
    same_start(bench)
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        out = quiet(os.path.join(bench.build_folder, "tools/settle-floor"), bench.conninfo, str(run),
                    str(bench.options.workers or os.cpu_count()), folder)
    said = json.loads(out)
    bench.note(FLOOR, facts, Figures(said["seconds"], busy=said["machine_seconds"]))


# --- SQL ------------------------------------------------------------------------------------------

def sql_tables(bench):
    """Tables like the engine's, the terms of the benchmark's policies, and bills without what intake knew of their
    orders."""
    if bench.options.policies:
        raise Failed("the SQL way knows the benchmark's own policies only")
    bench.sql("""
        DROP SCHEMA IF EXISTS sqlway CASCADE;
        CREATE SCHEMA sqlway;
        CREATE TABLE sqlway.transfer (LIKE settle.transfer INCLUDING ALL) PARTITION BY RANGE (period);
        CREATE TABLE sqlway.transfer_2026_01 PARTITION OF sqlway.transfer
            FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE sqlway.transfer_2025_12 PARTITION OF sqlway.transfer
            FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        CREATE TABLE sqlway.transfer_2026_02 PARTITION OF sqlway.transfer
            FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
        CREATE TABLE sqlway.ledger_total (LIKE settle.ledger_total INCLUDING ALL);
        CREATE TABLE sqlway.window_change (LIKE settle.window_change INCLUDING ALL);
        CREATE TABLE sqlway.product AS
            SELECT product_id, carrier_id, class_id FROM settle.product_version;
        CREATE TABLE sqlway.rule AS
            SELECT p.policy_id, p.carrier_id, k.id::smallint AS class_id, r.*
              FROM settle.policy p
             CROSS JOIN (VALUES ('sim', 0, 3000::bigint, 0::bigint, 0::bigint), ('broadband', 0, 3000, 0, 0),
                                ('plan', 1, NULL, 25000, 5000), ('phone', 1, NULL, 25000, 5000))
                     r (class, ordinal, fixed_minor, rate_ppm, cap_minor)
              JOIN settle.code k ON k.dim = 6 AND k.code = r.class;
        CREATE TABLE sqlway.bill AS
            SELECT order_id, month, revision, batch_id, billed_minor FROM settle.bill ORDER BY batch_id, line;
        CREATE VIEW sqlway.bill_with_order AS
            SELECT o.distributor_id, o.product_id, o.closing_day, b.order_id, b.month, b.revision, b.batch_id, b.billed_minor
              FROM sqlway.bill b JOIN settle.closed_order o USING (order_id);
        """)
    bench.sql("VACUUM (ANALYZE) sqlway.product, sqlway.rule, sqlway.bill")
    same_start(bench)


def script(bench, name, **variables):
    settings = " ".join(f"-v {key}={value}" for key, value in variables.items())
    return f"{PSQL} -XAtq '{bench.conninfo}' {settings} -f '{SQL}/{name}'"


def batches(bench):
    low, high = bench.sql(
        f"SELECT min(batch_id), max(batch_id) FROM settle.run_batch WHERE run_id = {bench.run[0]}").split("|")
    return {"run": bench.run[0], "batch_first": low, "batch_last": high}


def differing(bench, ours, theirs):
    """How many rows one of two queries has and the other has not, as text."""
    return bench.sql(f"""
        WITH ours AS ({ours}), theirs AS ({theirs})
        SELECT (SELECT count(*) FROM (TABLE ours EXCEPT TABLE theirs) x) +
               (SELECT count(*) FROM (TABLE theirs EXCEPT TABLE ours) y)""")


def sql_way(bench, step, bills):
    """The same night by set operations in two sessions; then all rows are compared."""
    run, facts = bench.run
    sql_tables(bench)
    middle = int(bench.sql(f"""
        SELECT min(distributor_id) FROM (
            SELECT distributor_id, sum(sum(facts)) OVER (ORDER BY distributor_id) AS s
              FROM settle.batch_slice JOIN settle.run_batch USING (batch_id)
             WHERE run_id = {run} GROUP BY 1) x WHERE s >= {facts} / 2"""))
    sessions = [script(bench, "orders-night.sql", first=first, last=last, bills=bills,
                       window=1512, **batches(bench))
                for first, last in ((1, middle), (middle + 1, 2147483647))]
    bench.note(step, facts, bench.measure(["bash", "-c", f"{sessions[0]} & first=$!; {sessions[1]} && wait $first"]))
    differences = differing(bench, f"SELECT {COLUMNS} FROM settle.transfer WHERE run_id = {run}",
                            f"SELECT {COLUMNS} FROM sqlway.transfer")
    print(f"{'  rows that differ':<34}{differences:>12}", flush=True)
    if differences != "0":
        raise Failed("the engine and the SQL way disagree")


def sql_carrying(bench):
    """Bills as intake stores them: what is known of the order stands in the row."""
    sql_way(bench, SQL_WAY, "settle.bill")


def sql_joining(bench):
    """Bills as carriers send them: the statement looks their orders up."""
    if bench.options.month:
        sql_way(bench, SQL_JOINING, "sqlway.bill_with_order")


def sql_plain(bench):
    """One statement a kind, legs and instalments with keys in place; then the sums of each kind are compared."""
    run, facts = bench.run
    sql_tables(bench)
    bench.note(SQL_PLAIN, facts, bench.measure(["bash", "-c", script(bench, "night-plain.sql", **batches(bench))]))
    sums = "SELECT kind, count(*), sum(amount_minor) FROM"
    differences = differing(bench, f"{sums} settle.transfer WHERE run_id = {run} GROUP BY 1",
                            f"{sums} sqlway.leg WHERE account = 1 GROUP BY 1")
    if differences != "0":
        raise Failed("the engine and INSERT ... SELECT disagree")


WAYS = {"engine": engine, "floor": floor, "sql": sql_carrying, "sql-joining": sql_joining, "sql-plain": sql_plain}


def later(bench):
    """What the month brings after the night of its orders: its bills, and the invoices of the cycle that ends."""
    if bench.options.month:
        return
    if bench.options.bills:
        bench.import_facts("bills")
        quiet(*bench.settle("run", "--date", "2026-02-05"))
        run_up_to(bench, "2026-02-06")
    quiet(*bench.settle("run", "--date", "2026-02-09"))
    run_up_to(bench, "2026-02-10")  # cut-off day: invoices


def replay(bench):
    """The orders' night computed again and compared, nothing written."""
    run, facts = bench.run
    bench.note("replay of the night", facts, bench.measure(bench.settle("replay", "--run", str(run), *workers(bench))))


def verify(bench):
    """Everything stored held against digests, sums and seals."""
    transfers = int(bench.sql("SELECT coalesce(sum(transfers), 0) FROM settle.run_publication"))
    bench.note("verify", transfers, bench.measure(bench.settle("verify")))


def measure_night(bench, wanted):
    """The ways that are wanted, as often as asked for; behind the last run what looks back at it."""
    bench.other_ways = [FLOOR, SQL_WAY, SQL_JOINING, SQL_PLAIN, "replay of the night"]
    prepare(bench)
    for _ in range(bench.options.runs):
        restore(bench)
        for name, way in WAYS.items():
            if name in wanted or name == "engine":
                way(bench)
    if "later" in wanted:
        later(bench)
    if "replay" in wanted:
        replay(bench)
    if "verify" in wanted:
        verify(bench)
    bench.ratios()
