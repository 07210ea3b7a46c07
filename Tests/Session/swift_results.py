"""Counts tests in the output of `swift test`: prints `PASSED FAILED`.

    swift_results.py OUTPUT STATUS

A run that ended badly without a failed test (a crash, a test that never ended) counts as one failure, and so does an
output in which no test is seen.
"""
import re
import sys

RESULT = re.compile(r"^. Test (?!run |case ).* (passed|failed) after [0-9.]+ seconds")


def counts(lines, status):
    seen = [match.group(1) for match in map(RESULT.match, lines) if match]
    passed, failed = seen.count("passed"), seen.count("failed")
    if failed == 0 and (status != 0 or passed == 0):
        failed = 1
    return passed, failed


if __name__ == "__main__":
    with open(sys.argv[1], errors="replace") as output:
        print(*counts(output.read().splitlines(), int(sys.argv[2])))
