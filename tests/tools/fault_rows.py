#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Says which rows of the fault catalogue have a test of their name.

    fault_rows.py ROOT CATALOGUE...          prints what is missing; exit status 1 when something is
    fault_rows.py ROOT CATALOGUE... --all    prints every row with the files that test it

A row is a line `| N01 | fault | ...` of a CATALOGUE, or `| 1 | attack | ...` of the one of downloads, which is O01. It is
tested when its id stands in the title of a TEST_CASE, in the name of a row of a test's table, or in the first line of a
text that says what a Python test does. The rows below are excused, each with its reason.
"""
import argparse
import pathlib
import re
import sys

SKIPPED = 77

# Id -> why no test has its name yet.
EXCUSED = {
    "D14": "Clear Key has no nonce",
    "D15": "clear leads and rotation are tested, not 200 switches",
    "H11": "slow clients are ended one by one; what 5,000 at once cost the others is not measured",
}

TITLE = re.compile(r'TEST_CASE\w*\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
ROW_NAME = re.compile(r'\{\s*"([NMADSTUHO]\d\d [^"]*)"')
DOCSTRING = re.compile(r'^\s*"""(.+)', re.M)
ID = re.compile(r"\b([NMADSTUHO]\d\d)\b")


def rows_of(catalogue):
    text = catalogue.read_text(encoding="utf-8")
    attacks = re.findall(r"^\| (\d{1,2}) \| ([^|]*?) \|", text, re.M)
    return re.findall(r"^\| ([NMADSTUH]\d\d) \| ([^|]*?) \|", text, re.M) + [
        (f"O{int(number):02}", attack) for number, attack in attacks]


def tested_in(root):
    found = {}
    for folder in ("tests", "abr", "drm", "offline"):
        for path in sorted((root / folder).rglob("*.cpp")):
            text = path.read_text(encoding="utf-8", errors="replace")
            for title in TITLE.findall(text) + ROW_NAME.findall(text):
                for name in ID.findall(title):
                    found.setdefault(name, set()).add(path.relative_to(root).as_posix())
    for path in sorted((root / "tests").rglob("*.py")):
        for line in DOCSTRING.findall(path.read_text(encoding="utf-8")):
            for name in ID.findall(line):
                found.setdefault(name, set()).add(path.relative_to(root).as_posix())
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("catalogues", type=pathlib.Path, nargs="+", metavar="catalogue")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    for catalogue in arguments.catalogues:
        if not catalogue.exists():
            print(f"skipped: {catalogue} is not there")
            return SKIPPED
    rows = [row for catalogue in arguments.catalogues for row in rows_of(catalogue)]
    found = tested_in(arguments.root)
    missing = 0
    for name, fault in rows:
        excuse = EXCUSED.get(name)
        if arguments.all:
            print(f"{name}  {fault}: {', '.join(sorted(found.get(name, []))) or excuse or 'MISSING'}")
        if name not in found and not excuse:
            missing += 1
            print(f"{name} has no test: {fault}")
    tested = sum(name in found for name, _ in rows)
    print(f"{len(rows)} rows, {tested} tested by name, {len(rows) - tested - missing} excused, {missing} missing")
    return 1 if missing or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
