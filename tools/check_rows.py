#!/usr/bin/env python3
"""Fail unless every reported fault (row) has a test that carries its number as a CTest label.

check_rows.py BUILD                  the check itself; BUILD is a build folder with tests
check_rows.py BUILD --binary OLD     runs the rows' program tests against another `discern` and lists those that pass:
                                     a test that passes on a binary with the fault proves nothing
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

# Sections of the fault list, and how many rows each has. F and G have no numbered rows.
ROWS = [f"{section}{number}" for section, first, last in (
    ("0.", 1, 7), ("A", 1, 10), ("B", 1, 7), ("C", 1, 6), ("D", 1, 13), ("E", 1, 8), ("H", 1, 9))
    for number in range(first, last + 1)]


def row_tests(build):
    """{test name: its labels} of all tests with the label "row"."""
    shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1", "-L", "^row$"],
                           check=True, capture_output=True, text=True)
    tests = {}
    for test in json.loads(shown.stdout)["tests"]:
        for entry in test["properties"]:
            if entry["name"] == "LABELS":
                tests[test["name"]] = set(entry["value"])
    return tests


def passing_on(build, binary, names):
    """Those of the tests that pass when the host under test is `binary`."""
    environment = {**os.environ, "DISCERN_BINARY": str(binary.resolve())}
    for name in names:
        done = subprocess.run(["ctest", "--test-dir", build, "-R", f"^{name}$", "--no-tests=error"],
                              env=environment, stdout=subprocess.DEVNULL, check=False)
        print(f"{name}: {'passes' if done.returncode == 0 else 'fails'}", flush=True)
        if done.returncode == 0:
            yield name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--binary", type=pathlib.Path)
    options = parser.parse_args()
    tests = row_tests(options.build)
    if options.binary:
        names = sorted(name for name, labels in tests.items() if "row-program" in labels)
        passing = list(passing_on(options.build, options.binary, names))
        print(f"{len(passing)} of {len(names)} pass on {options.binary}: {', '.join(passing) or 'none'}")
        return 1 if passing else 0
    covered = set().union(*tests.values()) if tests else set()
    missing = [row for row in ROWS if row not in covered]
    for row in missing:
        print(f"row {row} has no test: label one with discern_row_unit, discern_row_program or discern_row_label "
              "(test/rows.cmake)")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
