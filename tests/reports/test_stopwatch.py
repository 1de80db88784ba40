# SPDX-License-Identifier: GPL-2.0-only
"""What a stopwatch says: the line on the front, and the tables of docs/calibration.md."""

import json
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional
from unittest import mock

from reports import clock_table, marked, stopwatch
from reports.data import Run, parse
from tests.reports.generated_beside import TOOL, clock, held, whole_clock
from tests.reports.sample import cell, document

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/calibration.md"


def between_marks(document: str, content: str) -> Optional[str]:
    return marked.replaced(document, clock_table.BEGIN, clock_table.END, content)


def run_with(found: Optional[dict[str, Any]], kind: str = "virtual", **tool: str) -> Run:
    document_ = document([cell("dio")], ["dio"])
    document_["run"]["clock"]["kind"] = kind
    document_["run"]["tool"] |= {**TOOL, **tool}
    return replace(parse(document_), stopwatch=found)


class Front(unittest.TestCase):
    def test_signs_of_what_is_judged_and_the_median_factor(self) -> None:
        text = stopwatch.sentence(run_with(clock([held(0.5, 0.8), held(1.2, 0.9), held(0.9, 0.99)])))
        self.assertEqual(text, "A stopwatch on this host (uml) names the same side as faster in 1 of 2 comparisons (95 %: 25 to 88 %), ratios apart by a factor of 1.33 in the median, 2026-11-24.")
        self.assertIn(", ratios apart by a factor of 2.00 in the median (1.00 to 9.00), ", stopwatch.sentence(run_with(clock([held(0.5, 1.0)] * 6))))

    def test_without_one_it_says_what_to_do(self) -> None:
        self.assertEqual(stopwatch.sentence(run_with(None)), "No stopwatch has been held against these numbers: diobench calibrate --clock")
        self.assertEqual(stopwatch.sentence(run_with(clock([held(0.5, None)]))), stopwatch.NONE)

    def test_one_that_tells_nothing_from_1_says_so(self) -> None:
        self.assertIn("(uml) finds no side faster in 2 comparisons, ratios apart by a factor of", stopwatch.sentence(run_with(clock([held(0.5, 1.01), held(2, 0.99)]))))

    def test_each_clock_is_said(self) -> None:
        found = clock([held(0.5, 0.8)])
        found["clocks"][1] = {**found["clocks"][0], "machine": "host"}
        self.assertRegex(stopwatch.sentence(run_with(found)), r"\(uml\) names the same side as faster in 1 of 1 .*; one \(host\) names the same side as faster in 1 of 1")

    def test_a_run_by_a_real_clock_has_no_line(self) -> None:
        for found in (None, whole_clock()):
            self.assertEqual(stopwatch.sentence(run_with(found, "real")), "")
            self.assertEqual(stopwatch.warning(run_with(found, "real")), "")

    def test_gaps_and_other_tools_are_a_warning(self) -> None:
        found = clock([held(0.5, 0.8)])
        self.assertEqual(stopwatch.warning(run_with(found)), "")
        self.assertIn("guest GENERATED, here other", stopwatch.warning(run_with(found, guest="other")))
        self.assertIn("left gaps: uml: 1 ratio is without a number", stopwatch.warning(run_with(whole_clock())))
        found["host"]["cpu"] = "another"
        self.assertIn("processor another, here a processor", stopwatch.warning(run_with(found)))


class Table(unittest.TestCase):
    def test_it_has_the_sums_what_is_opposed_and_what_is_farthest_apart(self) -> None:
        text = clock_table.markdown(whole_clock())
        for line in ("| uml | all | 4 | 2 of 3 (25 to 88 %) | 1.50 (not bounded) |",
                     "kvm was skipped (no /dev/kvm).", "Opposed, 1 counted:",
                     "| uml | dio / fallback | ram, direct | rand 4k qd1 pread | 1.200, opposed | 0.900 | 0.850 to 0.950 | 1.33 |"):
            self.assertIn(line, text)
        self.assertLess(text.rindex("| 0.500 | 0.800 |"), text.rindex("| 0.900 | 0.990 |"))
        self.assertIn("None is opposed.", clock_table.markdown(clock([held(0.5, 0.8)])))

    def test_the_document_has_a_place_for_it(self) -> None:
        document_ = DOCUMENT.read_text(encoding="utf-8")
        once = between_marks(document_, clock_table.NOTHING)
        self.assertIsNotNone(once)
        assert once is not None
        self.assertEqual(once, between_marks(between_marks(document_, "| something |\n") or "", clock_table.NOTHING))
        inside = document_[document_.index(clock_table.BEGIN) + len(clock_table.BEGIN):document_.index(clock_table.END)]
        self.assertTrue(inside == clock_table.NOTHING or "| clock | ratios of |" in inside, "only reports/clock_table.py writes there")
        self.assertIsNone(between_marks("no place", "x"))

    def test_the_program_writes_in_place_or_says_why_not(self) -> None:
        with tempfile.TemporaryDirectory(prefix="diobench-test") as folder:
            target = Path(folder) / "page.md"
            target.write_text("before\n" + clock_table.BEGIN + "old\n" + clock_table.END + "after\n", encoding="utf-8")
            arguments = ["clock_table", folder, str(target)]
            with mock.patch("sys.argv", arguments), mock.patch("sys.stderr"):
                self.assertEqual(clock_table.main(), 2)
            (Path(folder) / "clock.json").write_text(json.dumps(whole_clock()), encoding="utf-8")
            with mock.patch("sys.argv", arguments):
                self.assertEqual(clock_table.main(), 0)
            text = target.read_text(encoding="utf-8")
            self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
            self.assertNotIn("old", text)
            self.assertIn("2 of 3", text)


if __name__ == "__main__":
    unittest.main()
