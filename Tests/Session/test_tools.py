"""Tests of what judges the tests."""
import gzip
import os
import tempfile
import unittest

import coverage
import swift_results
import world


class SwiftResults(unittest.TestCase):
    OUTPUT = """\
◇ Test a() started.
✔ Test a() passed after 0.001 seconds.
✔ Test "with a name" with 3 test cases passed after 0.001 seconds.
✔ Test case passing 1 argument x → 1 to b(_:) passed after 0.001 seconds.
✔ Suite S passed after 0.2 seconds.
✔ Test run with 2 tests in 1 suite passed after 0.6 seconds.
""".splitlines()

    def test_only_tests_are_counted(self):
        self.assertEqual(swift_results.counts(self.OUTPUT, 0), (2, 0))

    def test_a_failed_test_is_counted(self):
        failed = ["✘ Test c() failed after 0.1 seconds with 1 issue."]
        self.assertEqual(swift_results.counts(self.OUTPUT + failed, 1), (2, 1))

    def test_a_crash_is_a_failure(self):
        self.assertEqual(swift_results.counts(self.OUTPUT, 1), (2, 1))

    def test_no_tests_are_a_failure(self):
        self.assertEqual(swift_results.counts([], 0), (0, 1))


class Logs(unittest.TestCase):
    """A session that reads only the file that grows would see a loss where there was a rotation."""
    def test_a_log_is_all_its_files_in_order_each_once(self):
        with tempfile.TemporaryDirectory() as home:
            mine = object.__new__(world.World)
            mine.home = home
            self.assertEqual((mine.log("a#0"), mine.log_end("a#0")), (b"", (0, 0)))
            os.makedirs(f"{home}/logs/default")
            path = f"{home}/logs/default/a-0.out.log"
            for ending, text in ((".9.gz", b"1\n"), (".10", b"2\n"), (".10.gz", b"2\n"), (".11", b"3\n"), ("", b"4\n")):
                with (gzip.open if ending.endswith("gz") else open)(path + ending, "wb") as file:
                    file.write(text)
            for ending in (".idx", ".9.idx", ".11.gz.part"):
                with open(path + ending, "wb") as file:
                    file.write(b"no log")
            self.assertEqual((mine.log("a#0"), mine.log_end("a#0")), (b"1\n2\n3\n4\n", (11, 2)))


class Coverage(unittest.TestCase):
    # line, column, count, has a count, begins a region, is a gap: a body of lines 1 to 10; the block from line 3 to 5
    # was never reached, nor was a part of line 6.
    BODY = [[1, 1, 3, True, True, False], [10, 2, 0, False, False, False]]
    GAP = [[3, 9, 0, True, True, False], [5, 2, 3, True, False, False], [6, 9, 0, True, True, False],
           [6, 12, 3, True, False, False]]
    FILES = [
        {"filename": "/p/Engine/Core/A.swift", "segments": sorted(BODY + GAP)},
        {"filename": "/p/Widgets/B.swift", "segments": BODY},
        {"filename": "/p/.build/C.swift", "segments": BODY},
    ]

    def test_a_room_below_its_threshold_fails_and_says_where(self):
        lines = coverage.report(self.FILES, "/p", {"Core": 100, "Widgets": 100})
        self.assertIn("fail Core: 8 of 10 lines, 80.00 %, wanted 100 %", lines)
        self.assertIn("note   Engine/Core/A.swift: 4, 5", lines)
        self.assertIn("ok Widgets: 10 of 10 lines, 100.00 %, wanted 100 %", lines)

    def test_a_room_without_lines_fails(self):
        self.assertIn("fail Core: 0 of 0 lines, 0.00 %, wanted 100 %", coverage.report([], "/p", {"Core": 100}))

    def test_only_our_files_count(self):
        self.assertEqual(coverage.report(self.FILES, "/p", {})[-1], "note in all: 18 of 20 lines, 90.00 %")


if __name__ == "__main__":
    unittest.main()
