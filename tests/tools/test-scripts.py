"""The scripts of tools/: the private server, the totals of the tests, the options.

usage: test-scripts.py TOOLS; prints TAP.
"""

import json
import os
import subprocess
import sys
import tempfile

TOOLS = sys.argv[1]
done = 0
failed = 0


def check(name, good, detail=""):
    global done, failed
    done += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {done} - {name}", flush=True)
    if not good and detail:
        print("# " + str(detail).replace("\n", "\n# "))


def run(*args, **kwargs):
    return subprocess.run(args, capture_output=True, text=True, timeout=100, check=False, **kwargs)


def pg(*args):
    return run(os.path.join(TOOLS, "pg"), *args)


def sql(folder, text):
    result = run("psql", "-XAtq", pg("conninfo", folder).stdout.strip(), "-c", text)
    return result.stdout.strip() if result.returncode == 0 else result.stderr


def check_server(folder, what):
    try:
        started = pg("start", folder)
        check(f"{what}: starts", started.returncode == 0, started.stderr)
        check(f"{what}: answers", sql(folder, "SHOW fsync") == "on", sql(folder, "SHOW fsync"))
        check(f"{what}: listens on no port", sql(folder, "SHOW listen_addresses") == "")
        sql(folder, "CREATE TABLE kept AS SELECT 42 AS answer")
        check(f"{what}: a second start does no harm", pg("start", folder).returncode == 0)
        check(f"{what}: status", pg("status", folder).returncode == 0)
        check(f"{what}: stops", pg("stop", folder).returncode == 0)
        check(f"{what}: has stopped", pg("status", folder).returncode == 1)
        check(f"{what}: starts again with its data", pg("start", folder).returncode == 0 and
              sql(folder, "SELECT answer FROM kept") == "42")
        socket = pg("conninfo", folder).stdout.split()[0].removeprefix("host=")
        mode = os.stat(socket).st_mode & 0o777
        check(f"{what}: only the server's user may enter the socket's folder", mode == 0o700, oct(mode))
    finally:
        pg("remove", folder)
    check(f"{what}: removed, nothing left", not os.path.exists(folder) and not os.path.exists(socket))


def check_pg(base):
    check_server(os.path.join(base, "pg"), "a server")
    check_server(os.path.join(base, "long" * 30, "pg"), "a long path")
    for args in ((), ("start",), ("dance", base), ("start", base, "more")):
        check(f"pg {' '.join(args[:1])}: usage", pg(*args).returncode == 2)
    check("pg --help", pg("--help").stdout.startswith("usage: tools/pg"))


def check_totals(base):
    tests = [  # name, meson's verdict, TAP cases
        ("p:x / good", "OK", ("passed", "passed", "skipped")),
        ("p:x / bad", "ERROR", ("passed", "failed")),
        ("p:x / dies", "ERROR", ("passed",)),
        ("p:x / slow", "TIMEOUT", ()),
    ]
    marks = {"passed": "", "failed": "<failure/>", "skipped": "<skipped/>"}

    def totals(chosen, *status, times=1):
        with open(os.path.join(base, "testlog.junit.xml"), "w", encoding="utf-8") as file:
            file.write("<testsuites>" + "".join(
                f'<testsuite name="p.{name}">' + "".join(
                    f'<testcase name="{i}">{marks[case]}</testcase>' for i, case in enumerate(cases))
                + "</testsuite>" for name, _, cases in chosen) + "</testsuites>")
        with open(os.path.join(base, "testlog.json"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps({"name": name, "result": result}) + "\n"
                            for name, result, _ in chosen)
        result = run(sys.executable, os.path.join(TOOLS, "test-totals.py"), *status, *[base] * times)
        return result.returncode, result.stdout.splitlines()[-1]

    for chosen, status, expected in (
        (tests[:1], ("0", "0", "0"), (0, "2 passed, 0 failed, 1 skipped")),
        (tests[:2], ("1", "0", "0"), (1, "3 passed, 1 failed, 1 skipped")),
        (tests, ("1", "0", "0"), (1, "4 passed, 3 failed, 1 skipped")),
        (tests[:1], ("0", "1", "0"), (1, "2 passed, 1 failed, 1 skipped")),
        (tests[:1], ("0", "0", "1"), (1, "2 passed, 1 failed, 1 skipped")),
        (tests[:1], ("1", "0", "0"), (1, "2 passed, 1 failed, 1 skipped")),
        ([], ("0", "0", "0"), (1, "0 passed, 0 failed")),
    ):
        check(f"totals: {expected[1]}", totals(chosen, *status) == expected, totals(chosen, *status))
    twice = totals(tests[:2], "1", "0", "0", times=2)
    check("totals of two builds", twice == (1, "6 passed, 2 failed, 2 skipped"), twice)


def check_options():
    for tool in ("quickstart", "test", "install-packages", "bench"):
        result = run(os.path.join(TOOLS, tool), "--help")
        check(f"{tool} --help", result.returncode == 0 and "usage: tools/" + tool in result.stdout)
    for tool in ("quickstart", "install-packages", "bench"):
        check(f"{tool} --nonsense", run(os.path.join(TOOLS, tool), "--nonsense").returncode == 2)


def main():
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)  # the server's user has to get in
        check_pg(base)
        check_totals(base)
    check_options()
    print(f"1..{done}")
    return failed != 0


sys.exit(main())
