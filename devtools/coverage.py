#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 uacce_zip authors
"""What the tests have run of drivers/, against what doc/coverage.md says of the rest.

Reads what programs built with gcc's --coverage have left in a build folder. Fails if
too few lines were run, or if a function has lines that were not and no entry with a
reason. Entries of functions that were run wholly are reported; --update drops them and
adds what is missing, with reasons still to be written.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
WHAT = "drivers/"
LIST = os.path.join(TOP, "doc", "coverage.md")
HEADING = re.compile(r"^## `(.+)`$")
ENTRY = re.compile(r"^\| `(\w+)` \| (.*) \|$")
TABLE = "| Function | Why not |\n| --- | --- |\n"


def notes(build):
    """What gcc knows of each object, whether it was run or not."""
    for folder, _, names in os.walk(os.path.join(build, "drivers")):
        for name in names:
            if name.endswith(".gcno"):
                yield os.path.join(folder, name)


def read(build, gcov):
    """{file: {function: {line: times}}}; a line may be in several objects."""
    found = collections.defaultdict(lambda: collections.defaultdict(dict))
    for note in sorted(notes(build)):
        out = subprocess.run([gcov, "--json-format", "--stdout", os.path.abspath(note)],
                             cwd=build, check=True, capture_output=True, text=True)
        for text in out.stdout.splitlines():
            add(found, json.loads(text))
    return found


def add(found, unit):
    for source in unit["files"]:
        path = os.path.join(unit["current_working_directory"], source["file"])
        path = os.path.relpath(os.path.realpath(path), TOP)
        if not path.startswith(WHAT):
            continue
        for line in source["lines"]:
            # of a macro at file level
            if "function_name" not in line:
                continue
            lines = found[path][line["function_name"]]
            number = line["line_number"]
            lines[number] = lines.get(number, 0) + line["count"]


def missed(found):
    """{(file, function): [line]} of those not run."""
    rest = {}
    for path, functions in found.items():
        for function, lines in functions.items():
            numbers = sorted(n for n, times in lines.items() if times == 0)
            if numbers:
                rest[path, function] = numbers
    return rest


def reasons(path):
    entries, file = {}, None
    with open(path, encoding="utf-8") as f:
        for line in f:
            heading, entry = HEADING.match(line), ENTRY.match(line)
            if heading:
                file = heading[1]
            elif entry:
                entries[file, entry[1]] = entry[2].strip()
    return entries


def update(path, rest, entries):
    """Keep what precedes the first file."""
    text = ""
    with open(path, encoding="utf-8") as f:
        for line in f:
            if HEADING.match(line):
                break
            text += line
    text = text.rstrip("\n") + "\n"
    for file in sorted({file for file, _ in rest}):
        text += f"\n## `{file}`\n\n{TABLE}"
        for function in (function for f, function in rest if f == file):
            text += f"| `{function}` | {entries.get((file, function), '?')} |\n"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def ranges(numbers):
    parts = []
    for n in numbers:
        if parts and parts[-1][1] == n - 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def report(found):
    lines = run = 0
    for path in sorted(found):
        times = [t for function in found[path].values() for t in function.values()]
        lines += len(times)
        run += sum(t > 0 for t in times)
        print(f"{100 * sum(t > 0 for t in times) / len(times):6.1f} %  "
              f"{len(times):5} lines  {path}")
    percent = 100 * run / lines if lines else 0
    print(f"{percent:6.1f} %  {lines:5} lines, {lines - run} not run")
    return percent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("build", help="build folder whose programs were run")
    parser.add_argument("--min", type=float, default=90, help="least percentage of lines")
    parser.add_argument("--update", action="store_true", help="bring doc/coverage.md up to date")
    parser.add_argument("--lines", action="store_true", help="show which lines were not run")
    args = parser.parse_args()
    found = read(os.path.abspath(args.build), os.environ.get("GCOV", "gcov"))
    rest, entries = missed(found), reasons(LIST)
    percent = report(found)
    if args.update:
        update(LIST, rest, entries)
        entries = reasons(LIST)
    failed = percent < args.min
    for (path, function), numbers in sorted(rest.items()):
        where = f"{path}: {function}(): {ranges(numbers)}"
        if entries.get((path, function), "?") == "?":
            print(f"{where}: not run, and no reason is given")
            failed = True
        elif args.lines:
            print(where)
    for path, function in sorted(set(entries) - set(rest)):
        print(f"{path}: {function}(): is run, or is no more; its entry can go")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
