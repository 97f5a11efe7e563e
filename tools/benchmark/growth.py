"""Growth: a night costs what the night brings, not what history holds."""

import contextlib
import os
import time

from .common import quiet

AFTER = (12, 18, 36)  # months of history, and after the last


def split_days(bench, entry):
    """The first five days of a month's file as files of their own, and the rest. By day of closing. Line by line: what
    this process holds would count as its children's peak memory."""
    month = entry["business_date"][:7]
    paths = {day: os.path.join(bench.data, f"{month}-{day}.csv")
             for day in [f"{month}-{number:02}" for number in range(1, 6)] + ["rest"]}
    with contextlib.ExitStack() as stack:
        def opened(path, mode):
            return stack.enter_context(open(path, mode, encoding="utf-8"))
        files = {day: opened(path, "w") for day, path in paths.items()}
        lines = iter(opened(os.path.join(bench.data, entry["file"]), "r"))
        header = next(lines)
        column = header.rstrip("\n").split(",").index("closed_at")
        for file in files.values():
            file.write(header)
        for line in lines:
            files.get(line.split(",")[column][:10], files["rest"]).write(line)
    return paths


def touched(bench):
    """Buffers that the server has looked at, and WAL it has written, so far."""
    time.sleep(1.2)  # what a session did is told when it ends, or once a second
    return [int(value) for value in bench.sql(
        "SELECT sum(blks_hit + blks_read)::bigint, (pg_current_wal_lsn() - '0/0')::bigint "
        "FROM pg_stat_database WHERE datname = current_database()").split("|")]


def grown(bench, *arguments):
    """What a command costs in a database with history. A night begins hours after the last checkpoint: each page that it
    changes goes into the WAL as a whole once, here as there."""
    bench.sql("CHECKPOINT")
    before = touched(bench)
    figures = bench.measure(bench.settle(*arguments))
    return (figures.seconds, *(b - a for a, b in zip(before, touched(bench))), figures.rss)


def medians(figures):
    return [sorted(one[k] for one in figures)[len(figures) // 2] for k in range(4)]


def event_night(bench, day, months):
    """20,000 findings and refunds on orders of all ages."""
    path = os.path.join(bench.data, f"events-{months}.csv")
    rows = bench.sql(f"""
        SELECT c.code || ',{months}-' || row_number() OVER () || ',' || o.upstream_id || ',' ||
               CASE WHEN o.order_id % 2 = 0 THEN 'fraud' ELSE 'full-refund' END || ',{day}T08:00:00+08:00,,,'
          FROM (SELECT * FROM settle.closed_order ORDER BY md5(order_id::text || '{months}') LIMIT 20000) o
          JOIN settle.code c ON c.dim = 1 AND c.id = o.carrier_id""").splitlines()
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(["carrier,event_id,order_id,event,at,amount,reinstates,currency", *rows, ""]))
    figures = {"import of events": grown(bench, "import", "events", path, "--date", day),
               "events": grown(bench, "run", "--date", day)}
    # what an earlier such night refunded may be drawn again, and is refused
    accepted = bench.sql("SELECT accepted FROM settle.batch WHERE kind = 'events' ORDER BY batch_id DESC LIMIT 1")
    print(f"{months:<10}{accepted} of {len(rows)} events were taken in", flush=True)
    return figures


def measure_growth(bench):
    """Months of history, and the same nights after some of them: --orders are those of all 60 months."""
    bench.master_data()
    print(f"{'months':<10}{'night':>18}{'time':>12}{'buffers':>14}{'WAL bytes':>14}{'memory':>14}", flush=True)
    months = [entry for entry in bench.manifest if entry["kind"] == "orders"]
    for number, entry in enumerate(months, 1):
        files = [(entry["business_date"], os.path.join(bench.data, entry["file"]))]
        if number - 1 in (*AFTER, len(months) - 1):
            paths = split_days(bench, entry)
            files = [(entry["business_date"], paths.pop("rest"))]
            bench.sql("VACUUM (ANALYZE)")
            imports, nights = [], []
            for day, path in paths.items():
                imports.append(grown(bench, "import", "orders", path, "--date", day))
                nights.append(grown(bench, "run", "--date", day))
            day = entry["business_date"][:8] + "06"
            measured = {"import of orders": medians(imports), "orders": medians(nights),
                        **event_night(bench, day, number - 1)}
            for what, (seconds, buffers, wal, rss) in measured.items():
                bench.results.append({"step": f"growth {what} {number - 1}", "seconds": round(seconds, 3),
                                      "buffers": buffers, "wal": wal})
                print(f"{number - 1:<10}{what:>18}{seconds:>10.2f} s{buffers:>14,}{wal:>14,}{rss:>10.1f} MiB",
                      flush=True)
        for date, path in files:
            quiet(*bench.settle("import", "orders", path, "--date", date))
            quiet(*bench.settle("run", "--date", date))
