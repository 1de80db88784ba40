# SPDX-License-Identifier: GPL-2.0-only
"""How far the gate can be trusted: the front of the report, and its question."""

import unittest
from dataclasses import replace
from typing import Any, Optional

from reports import trust
from reports.contents import contents
from reports.data import Run, parse
from reports.questions import calibration
from tests.reports.generated_beside import TOOL, equal, slowed, whole_calibration
from tests.reports.generated_beside import calibration as made
from tests.reports.sample import cell, document


def run_with(found: Optional[dict[str, Any]], machine: str = "none", **tool: str) -> Run:
    document_ = document([cell("dio")], ["dio"])
    document_["run"]["machine"] = machine
    document_["run"]["tool"] |= {**TOOL, **tool}
    return replace(parse(document_), calibration=found)


class Percent(unittest.TestCase):
    def test_two_digits_and_no_exponents(self) -> None:
        for share, text in ((0.00021, "0.021 %"), (0.0000012, "0.00012 %"), (0.031, "3.1 %"), (0.25, "25 %"), (3.2, "320 %"), (0, "0 %"), (None, "from nothing")):
            self.assertEqual(trust.percent(share), text)


class Front(unittest.TestCase):
    def test_alarms_cells_changes_machine_and_day(self) -> None:
        slow = [slowed("a", change=0.013), slowed("b", change=0.0013), slowed("c", "cpu_ns_per_op.total", 0.00001), slowed("d", "page_cache_bytes.erofs_file.after", None),
                slowed("e", "ondemand.reads", 0.25)]
        text = trust.sentence(run_with(made([equal("dio", 506), equal("same-layout", 494)], slow)))
        self.assertIn("0 false alarms in a thousand cells (0 in 1,000 of equal kernels)", text)
        self.assertIn("latency_ns.mean 0.13 %, page_cache_bytes.erofs_file.after from nothing, ondemand.reads 25 %", text)
        self.assertIn("(machine none, measured 2026-11-23).", text)
        self.assertIn("2 false alarms in a thousand cells (1 in 500 ", trust.sentence(run_with(made([equal("dio", 500, 1)], slow))))

    def test_what_was_not_found_is_said(self) -> None:
        text = trust.sentence(run_with(made([], [slowed("a", "latency_ns.p99", 0.02)])))
        self.assertIn("false alarms it gives is not known", text)
        self.assertIn("latency_ns.p99 2.0 %", text)  # stands in for the mean
        self.assertIn("none of page cache and fetches was found", text)

    def test_without_calibration_it_is_not_known(self) -> None:
        run = run_with(None)
        self.assertIn("`diobench calibrate` was not run on this host", trust.sentence(run))
        self.assertEqual(trust.warning(run), "")

    def test_no_warning_without_a_reason(self) -> None:
        self.assertEqual(trust.warning(run_with(made([equal("dio")], []))), "")

    def test_failures_are_a_warning(self) -> None:
        failures = ["first went wrong", "second went wrong", "third went wrong", "fourth went wrong", "fifth went wrong"]
        text = trust.warning(run_with(made([equal("dio")], [], failures)))
        self.assertIn("Calibration failed: first went wrong; second went wrong; third went wrong; and 2 more.", text)
        self.assertEqual(calibration.notes(run_with(made([equal("dio")], [], failures))), failures)

    def test_another_tool_or_machine_is_a_warning(self) -> None:
        found = made([equal("dio")], [])
        for name in ("guest", "qemu"):
            self.assertIn(f"{name} GENERATED, here other", trust.warning(run_with(found, **{name: "other"})))
        self.assertIn("machine none, not exact", trust.warning(run_with(found, "exact")))
        self.assertEqual(trust.warning(run_with(found, compiler="other")), "")  # does not decide
        del found["tool"]["guest"]
        self.assertIn("guest not known, here GENERATED", trust.warning(run_with(found)))


class Question(unittest.TestCase):
    def dots(self, run: Run) -> list[tuple[str, float]]:
        """(marker, %) of each."""
        return [(str(line.get_marker()), round(float(line.get_xdata()[0]), 6)) for line in calibration.figure(run).axes[0].lines if str(line.get_marker()) in "oX"]

    def words(self, run: Run) -> list[str]:
        return [text.get_text() for text in calibration.figure(run).axes[0].texts]

    def test_it_is_there_only_with_a_calibration(self) -> None:
        self.assertNotIn("calibration", {page.anchor for page in contents(run_with(None))})
        self.assertIn("calibration", {page.anchor for page in contents(run_with(whole_calibration()))})

    def test_dots_are_the_changes(self) -> None:
        run = run_with(made([equal("dio")], [slowed("a", change=0.02, missed=0.005), slowed("b", found=False, missed=0.03)]))
        self.assertEqual(self.dots(run), [("o", 2.0), ("o", 0.5), ("X", 3.0)])
        self.assertIn("MISSED; 0 of 12 cells", self.words(run))

    def test_what_no_dot_can_say_is_said_in_words(self) -> None:
        run = run_with(made([], [slowed("a", "ondemand.reads", None, None), slowed("b", found=False, problem="it did not boot")]))
        self.assertEqual(self.dots(run), [])
        self.assertTrue({"12 of 12 cells; ondemand.reads from nothing; not called: from nothing", "it did not boot"} <= set(self.words(run)))

    def test_equal_kernels_are_a_line(self) -> None:
        def lines(run: Run) -> list[float]:
            return [round(float(line.get_xdata()[0]), 6) for line in calibration.figure(run).axes[0].lines if line.get_marker() == "None"]
        self.assertEqual(lines(run_with(made([equal("dio", largest=0.0004), equal("same-layout", largest=0.0007)], [slowed("a")]))), [0.07])
        self.assertEqual(lines(run_with(made([equal("dio", largest=0.0)], [slowed("a")]))), [])

    def test_the_sentence_is_computed(self) -> None:
        slow = [slowed("a", change=0.02, missed=0.005), slowed("b", change=0.002, missed=0.0), slowed("c", found=False, missed=0.03)]
        text = calibration.sentence(run_with(made([equal("dio", largest=0.0007)], slow)))
        self.assertIn("found 2 of 3 slowed kernels, by changes down to 0.20 % (latency_ns.mean, b)", text)
        self.assertIn("the largest change it did not call is 3.0 % (c)", text)
        self.assertIn("differ by 0.070 % at most", text)

    def test_nothing_at_all_can_be_drawn(self) -> None:
        run = run_with(made([], []))
        calibration.figure(run).canvas.draw()
        self.assertIn("No slowed kernel was gated", calibration.sentence(run))
        self.assertIn("no slowed kernel was gated", self.words(run))


if __name__ == "__main__":
    unittest.main()
