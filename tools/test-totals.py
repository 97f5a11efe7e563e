"""Adds up what `meson test` did: every TAP case counts, and a test that died counts as a failure.

usage: test-totals.py MESON-STATUS CLANG-STATUS FUZZ-STATUS MESON-LOGS... (status 0: good)

The last line is "N passed, N failed", and ", N skipped" if any were. Exit status 1 unless all is well.
"""

import json
import os
import re
import sys
import xml.etree.ElementTree as ElementTree


def read_xml(path):
    """meson puts a test's output in as it comes: what XML does not allow is taken out."""
    with open(path, encoding="utf-8", errors="replace") as file:
        text = re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", file.read())
    return ElementTree.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))


def add_up(logs, counts, failures):
    """Counts what the folder of logs tells."""
    reported = set()  # tests with a failed case of their own
    junit = os.path.join(logs, "testlog.junit.xml")
    if os.path.exists(junit):
        for suite in read_xml(junit).iter("testsuite"):
            for case in suite.findall("testcase"):
                outcome = "passed"
                if case.find("failure") is not None or case.find("error") is not None:
                    outcome = "failed"
                    failures.append(f"{suite.get('name')}: {case.get('name')}")
                    # TAP cases are in a suite "project.test", plain tests are cases of the project.
                    reported.add(suite.get("name").partition(".")[2] or case.get("name"))
                elif case.find("skipped") is not None:
                    outcome = "skipped"
                counts[outcome] += 1
    # What was killed, ran out of time or stopped short of its plan may have no failed case.
    testlog = os.path.join(logs, "testlog.json")
    if os.path.exists(testlog):
        with open(testlog, encoding="utf-8") as file:
            for test in map(json.loads, file):
                if (test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL")
                        and test["name"] not in reported):
                    failures.append(f"{test['name']}: {test['result']}")


def main():
    meson_status, clang_status, fuzz_status, *folders = sys.argv[1:]
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failures = []
    for logs in folders:
        add_up(logs, counts, failures)
    if clang_status != "0":
        failures.append("clang: does not compile without warnings")
    if fuzz_status != "0":
        failures.append("fuzz: the policy loader fails on a document (build-fuzz/fuzz.log)")
    if meson_status != "0" and not failures:
        failures.append("meson test failed")
    counts["failed"] = len(failures)
    for failure in failures:
        print(f"FAILED {failure}")
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return bool(failures) or counts["passed"] == 0


sys.exit(main())
