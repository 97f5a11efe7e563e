"""The private server, the generated data, and the list of what was measured."""

import collections
import csv
import glob
import os
import shutil
import statistics
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
PG = os.path.join(ROOT, "tools/pg")

# Half of the classes earn a fixed amount, half a rate; three quarters of the orders have deferred terms.
# tests/sql knows these terms, too.
POLICY = """policy: bench
carrier: {carrier}
version: bench
closing: {since}..
currency: CNY
tax: {{rate: 6%, included: true}}
invoice: {{cycle: monthly, cut-off-day: 10, minimum: 100.00}}
rules:
- upfront: fixed
  for: {{class: [sim, broadband]}}
  pay: 30.00
- upfront: percent
  for: {{class: [plan, phone]}}
  pay: 2.5%
  cap: 50.00
- deferred: instalments
  for: {{class: [plan, phone, broadband]}}
  instalments:
  - {{after: 1 month, day: 28, pay: 10.00}}
  - {{after: 3 months, day: 28, pay: 1%}}
  - {{after: 6 months, day: 28, pay: 1%}}
- revenue-share: consumption
  base: billed
  months: 0..12
  rate: 3%
  cap: 5.00
- volume-bonus: volume
  window: month
  mode: whole
  tiers: {{100..299: 1.00, 300..999: 2.00, 1000..4999: 3.00, 5000..: 4.00}}
"""

# The night of --month: all orders and first bills of January at once, after the bills were issued.
MONTH_NIGHT = "2026-02-08"


# Not Debian's wrapper, which takes a tenth of a second before it starts this.
PSQL = max(glob.glob("/usr/lib/postgresql/*/bin/psql"), default="psql",
           key=lambda path: int(path.split("/")[4]))


class Failed(Exception):
    """A command that the benchmark needs went wrong."""


def quiet(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                            check=False)
    if result.returncode != 0:
        raise Failed(f"{' '.join(command)}: exit {result.returncode}\n"
                     f"{(result.stdout + result.stderr)[-4000:]}")
    return result.stdout


# Seconds on the clock, processor seconds and peak memory (MiB) of the command and its children, and processor seconds
# of all that ran meanwhile, the server first of all: with nothing beside it, that is what the way costs.
Figures = collections.namedtuple("Figures", "seconds processor rss busy", defaults=(0, 0, 0))


def machine_busy():
    """Seconds that the processors have worked so far, all told."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, softirq, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


class Bench:
    """The measurements share a server, the data and the list of what was measured."""

    def __init__(self, options):
        self.options = options
        self.build_folder = os.path.abspath(options.build or os.path.join(ROOT, "build-bench"))
        self.folder = os.path.abspath(options.folder or self.build_folder)
        self.pg = os.path.join(self.folder, "pg")
        self.data = os.path.join(self.folder, "bench-data")  # removed before and after
        self.program = os.path.join(self.build_folder, "engine/cli/settle")
        self.results = []
        self.conninfo = None
        self.run = None  # (id, facts) of the night with the month's orders
        self.night = MONTH_NIGHT if options.month else "2026-01-31"
        self.growing = "growth" in options.what

    def build(self):
        if not os.path.exists(os.path.join(self.build_folder, "build.ninja")):
            quiet("meson", "setup", self.build_folder, ROOT, "--buildtype=release")
        quiet("ninja", "-C", self.build_folder, "engine/cli/settle", "tools/settle-generate",
              "tools/settle-floor")
        os.makedirs(self.folder, exist_ok=True)

    # --- figures ----------------------------------------------------------------------------------

    def measure(self, command):
        """Runs a command."""
        start, busy = time.monotonic(), machine_busy()
        with open(os.path.join(self.folder, "bench.log"), "w+", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds, busy = time.monotonic() - start, machine_busy() - busy
            if process.returncode != 0:
                log.seek(0)
                raise Failed(f"{' '.join(command)}: exit {process.returncode}\n{log.read()[-4000:]}")
        return Figures(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, busy)

    def note(self, step, rows, figures):
        rate = rows / figures.seconds if rows else None
        self.results.append({"step": step, "rows": rows, "seconds": round(figures.seconds, 3),
                             "processor_seconds": round(figures.processor, 3),
                             "machine_seconds": round(figures.busy, 3), "peak_rss_mib": round(figures.rss, 1),
                             "rows_per_second": round(rate) if rate else None})
        shown = f"{rate:>12,.0f} rows/s" if rate else " " * 19
        rows = f"{rows:>12,}" if rows else " " * 12
        memory = f"{figures.rss:>10.1f} MiB" if figures.rss else ""
        own, busy = (f"{value:>8.2f} s" if value else " " * 10 for value in (figures.processor, figures.busy))
        print(f"{step:<34}{rows}{figures.seconds:>10.2f} s{own}{busy}{shown}{memory}", flush=True)

    def ratios(self):
        """The engine's night as a ratio of each other way: the median of the runs, and their range; by the clock, and by
        what the processors worked."""
        found = collections.defaultdict(list)
        for result in self.results:
            found[result["step"]].append(result)
        engine = found[self.engine_step()]
        for step in self.other_ways:
            others = found[step]  # of the last runs, if it was not part of all
            pairs = list(zip(engine[len(engine) - len(others):], others))
            if not pairs:
                continue
            ratio = {}
            for figure in ("seconds", "machine_seconds"):
                values = [a[figure] / max(b[figure], 0.01) for a, b in pairs]
                ratio[figure] = (statistics.median(values), min(values), max(values))
            self.results.append({"step": f"engine / {step}", "runs": len(pairs), "ratio": round(ratio["seconds"][0], 3),
                                 "machine_ratio": round(ratio["machine_seconds"][0], 3)})
            time_, work = (f"{median:.2f} ({least:.2f} to {most:.2f})" for median, least, most in ratio.values())
            print(f"{'engine / ' + step:<46}{time_:>24}   all CPU {work}, {len(pairs)} runs", flush=True)

    other_ways = []  # names of steps that ratios() compares with

    def engine_step(self):
        return f"run to {self.night}"

    # --- the server and the data ------------------------------------------------------------------

    def start_server(self):
        quiet(PG, "remove", self.pg)
        os.environ["SETTLE_PG_OPTIONS"] = self.options.pg_options
        quiet(PG, "start", self.pg)
        self.conninfo = quiet(PG, "conninfo", self.pg).strip()

    def settle(self, *arguments):
        if arguments[0] == "run":
            arguments = (*arguments, "--yes")  # made-up dates, whatever day it is today
        return [self.program, "--db", self.conninfo, *arguments]

    def sql(self, text, conninfo=None):
        return quiet(PSQL, "-XAtq", "-v", "ON_ERROR_STOP=1", conninfo or self.conninfo, "-c", text).strip()

    def generate(self):
        shutil.rmtree(self.data, ignore_errors=True)
        o = self.options
        figures = self.measure([
            os.path.join(self.build_folder, "tools/settle-generate"), "--out", self.data,
            "--orders", o.orders, "--seed", str(o.seed), "--distributors", str(o.distributors),
            "--carriers", str(o.carriers), "--products", str(o.products),
            "--months", "2021-01..2025-12" if self.growing else "2026-01..2026-01",
            "--bills", "yes" if o.bills and not self.growing else "no", "--by-month"])
        with open(os.path.join(self.data, "manifest.csv"), newline="", encoding="utf-8") as file:
            self.manifest = list(csv.DictReader(file))
        self.note("generate", sum(int(entry["count"]) for entry in self.manifest), figures)

    def import_facts(self, *kinds):
        for entry in self.manifest:
            if entry["kind"] not in kinds:
                continue
            facts = entry["kind"] in ("orders", "bills")
            at_once = facts and self.options.month
            if at_once and entry["business_date"] > MONTH_NIGHT:
                continue  # corrections and later months
            command = self.settle("import", entry["kind"], os.path.join(self.data, entry["file"]),
                                  "--date", MONTH_NIGHT if at_once else entry["business_date"],
                                  "--count", entry["count"])
            if entry["sum"]:
                command += ["--sum", entry["sum"]]
            figures = self.measure(command)
            if facts:
                self.note(f"import {entry['kind']} {entry['business_date']}", int(entry["count"]), figures)

    def activate(self):
        """The policies asked for, or one of the same shape for every carrier."""
        files = sorted(glob.glob(os.path.join(ROOT, self.options.policies or "/dev/null/")))
        if not self.options.policies:
            with open(os.path.join(self.data, "carriers.csv"), newline="", encoding="utf-8") as file:
                carriers = [row["carrier"] for row in csv.DictReader(file)]
            for carrier in carriers:
                files.append(os.path.join(self.data, f"{carrier}.yaml"))
                with open(files[-1], "w", encoding="utf-8") as file:
                    file.write(POLICY.format(carrier=carrier, since="2021-01-01" if self.growing else "2026-01-01"))
        # it takes two: one submits, another activates
        self.sql("CREATE ROLE bench_sales LOGIN IN ROLE settle_author")
        sales = quiet(PG, "conninfo", self.pg, "bench_sales").strip()
        quiet(self.program, "--db", sales, "policy", "submit", *files)
        quiet(*self.settle("policy", "activate", *files))
        if self.sql("SELECT count(*) FROM settle.policy") == "0":
            raise Failed(f"no policies: {self.options.policies}")

    def master_data(self):
        """A new server with everything but orders and bills."""
        self.start_server()
        quiet(*self.settle("migrate"))
        self.import_facts("carriers", "distributors", "outlets", "managers", "products")
        self.activate()

    def remove(self):
        subprocess.run([PG, "remove", self.pg], check=False)
        shutil.rmtree(self.data, ignore_errors=True)
