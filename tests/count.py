"""Adds up what `meson test` found in one or more build folders: count.py BUILD...

Prints the tests that failed and, as the last line, "N passed, N failed, N skipped"; ends with 1 if
any failed or none passed. Counts the lines of TAP of each program; one that crashed, ran out of time
or broke off is one failure more, and so is a build folder without a log."""

import json
import os
import re
import sys

LINE = re.compile(r"(not )?ok\b[^#]*(?:# *(skip))?(.*)", re.IGNORECASE)


def count_program(record):
    """(passed, failed names, skipped) of one test program."""
    passed, failed, skipped = 0, [], 0
    for line in record.get("stdout", "").splitlines():
        found = LINE.match(line)
        if not found:
            continue
        if found.group(2):
            skipped += 1
        elif found.group(1):
            failed.append(line[len("not ok "):])
        else:
            passed += 1
    if record["result"] in ("OK", "SKIP", "EXPECTEDFAIL"):
        if passed + skipped == 0:  # a program without TAP, or with nothing to say
            passed, skipped = (0, 1) if record["result"] == "SKIP" else (1, 0)
    elif not failed:
        failed.append("broke off: " + record["result"].lower())
    return passed, failed, skipped


def count_folder(folder):
    log = os.path.join(folder, "meson-logs", "testlog.json")
    if not os.path.exists(log):
        return 0, ["%s: no tests were run" % folder], 0
    passed, failed, skipped = 0, [], 0
    with open(log, encoding="utf-8", errors="replace") as lines:
        for record in map(json.loads, lines):
            p, f, s = count_program(record)
            passed, skipped = passed + p, skipped + s
            failed += ["%s: %s: %s" % (folder, record["name"], name) for name in f]
    return passed, failed, skipped


counts = [count_folder(folder) for folder in sys.argv[1:]]
passed, skipped = sum(c[0] for c in counts), sum(c[2] for c in counts)
failed = [name for c in counts for name in c[1]]
for name in failed:
    print("failed:", name)
print("%d passed, %d failed, %d skipped" % (passed, len(failed), skipped))
sys.exit(1 if failed or not passed else 0)
