# SPDX-License-Identifier: GPL-2.0-only
"""The numbers that gate, over the runs before this one."""

import math
import unittest
from dataclasses import replace
from typing import Any, Sequence

from matplotlib.axes import Axes

from reports.contents import contents
from reports.data import Run, parse
from reports.questions import history
from tests.reports.generated_beside import history as made
from tests.reports.generated_beside import points, whole_history
from tests.reports.sample import cell, document

SAME = (1.0, 1.0, 1.0)


def run_with(*metrics: Any) -> Run:
    return replace(parse(document([cell("dio")], ["fallback", "dio"])), history=made(metrics))


def latency(*ratios: Any, verdicts: Sequence[str] = (), direction: str = "lower") -> Run:
    return run_with(("latency_ns.mean", direction, {"dio": points(ratios, verdicts)}))


def shown(run: Run) -> list[Axes]:
    return [axes for axes in history.figure(run).axes if axes.get_visible()]


def marks(axes: Axes) -> list[tuple[str, float, float]]:
    """(marker, run, height) of what was judged."""
    return [(str(line.get_marker()), float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in axes.lines if len(line.get_xdata()) == 1]


class Window(unittest.TestCase):
    def test_one_run_is_no_history(self) -> None:
        self.assertFalse(history.matches(replace(latency(), history=None)))
        self.assertFalse(history.matches(latency(SAME)))
        self.assertNotIn("history", {page.anchor for page in contents(latency(SAME))})
        self.assertIn("history", {page.anchor for page in contents(latency(SAME, SAME))})

    def test_runs_are_in_the_order_of_time_whoever_was_measured(self) -> None:
        late, early = points([SAME, SAME], first="2026-11-05"), points([SAME, SAME], first="2026-11-02")
        run = run_with(("latency_ns.mean", "lower", {"dio": late, "fallback": early}))
        self.assertEqual([started[:10] for started, _ in history.runs_of(run)], ["2026-11-02", "2026-11-03", "2026-11-05", "2026-11-06"])
        dio, fallback = history.panels_of(run)[0].lines
        self.assertEqual([p is None for p in dio.points], [True, True, False, False])
        self.assertEqual([p is None for p in fallback.points], [False, False, True, True])


class Figure(unittest.TestCase):
    def test_lines_are_the_medians_and_bands_the_extremes(self) -> None:
        axes, = shown(latency(SAME, (0.98, 1.01, 1.05)))
        self.assertEqual(list(axes.lines[0].get_ydata()), [1.0, 1.01])
        heights = {round(float(y), 6) for _, y in axes.collections[0].get_paths()[0].vertices}
        self.assertEqual((min(heights), max(heights)), (0.98, 1.05))

    def test_a_run_without_a_number_breaks_the_line(self) -> None:
        axes, = shown(latency(SAME, None, SAME))
        self.assertTrue(math.isnan(list(axes.lines[0].get_ydata())[1]))

    def test_each_bad_verdict_has_its_mark_on_its_run(self) -> None:
        axes, = shown(latency(SAME, (1.0, 1.1, 1.2), SAME, None, verdicts=("pass", "regression", "inconclusive", "invalid")))
        self.assertEqual(marks(axes), [("o", 1.0, 1.1), ("D", 2.0, 1.0), ("X", 3.0, 0.04)])
        self.assertEqual(marks(shown(latency(SAME, SAME, verdicts=("pass", "")))[0]), [])

    def test_counts_that_began_at_0_are_changed_cells(self) -> None:
        axes, = shown(run_with(("ondemand.reads", "lower", {"dio": points([None, None, None], changed=(0, 2, 2))})))
        self.assertEqual(list(axes.lines[0].get_ydata()), [0, 2, 2])
        self.assertIn("cells that changed", axes.get_ylabel())

    def test_arms_with_and_without_ratios_have_a_panel_each(self) -> None:
        run = run_with(("ondemand.reads", "lower", {"dio": points([SAME, SAME]), "fallback": points([None, None], changed=(0, 1))}))
        self.assertEqual([(p.counts, [line.kernel for line in p.lines]) for p in history.panels_of(run)], [(False, ["dio"]), (True, ["fallback"])])
        self.assertEqual(len(shown(run)), 2)

    def test_what_stayed_0_is_named_instead_of_drawn(self) -> None:
        run = run_with(("errors", "lower", {"dio": points([None, None])}), ("latency_ns.mean", "lower", {"dio": points([SAME, SAME])}))
        self.assertEqual([axes.get_title(loc="left") for axes in shown(run)], ["latency_ns.mean"])
        self.assertIn("no cell ever changed: errors", history.caption(run))
        invalid = run_with(("errors", "lower", {"dio": points([None, None], ("", "invalid"))}))
        self.assertEqual(len(shown(invalid)), 1)

    def test_a_single_wild_cell_does_not_hide_the_medians(self) -> None:
        axes, = shown(latency(SAME, (0.99, 1.002, 9.0)))
        self.assertLess(axes.get_ylim()[1], 1.05)
        self.assertIn("cells from -1.0 % to +800 %", [text.get_text() for text in axes.texts])

    def test_small_noise_is_no_large_swing(self) -> None:
        low, high = shown(latency(SAME, (0.99999, 1.00001, 1.00002)))[0].get_ylim()
        self.assertLessEqual(low, 1 - history.LEAST_SHOWN)
        self.assertGreaterEqual(high, 1 + history.LEAST_SHOWN)

    def test_0_percent_is_on_every_axis(self) -> None:
        for ratio in (0.9, 0.9996, 1.00012, 1.031, 3.5):
            axes, = shown(latency(SAME, (ratio, ratio, ratio)))
            self.assertIn("0 %", [text.get_text() for text in axes.get_yticklabels()])


class Links(unittest.TestCase):
    RUN = latency(SAME, (1.0, 1.1, 1.2), SAME, None, verdicts=("pass", "regression", "", "invalid"))

    def test_points_lead_to_runs_and_marks_to_gates(self) -> None:
        drawing = history.figure(self.RUN)
        found = history.spots(self.RUN, drawing)
        self.assertEqual([s.href for s in found], [*(f"../GENERATED-{i}/report.html" for i in range(4)), "../gate/1/report.html", "../gate/3/report.html"])
        axes, = shown(self.RUN)
        for spot, (_, x, y) in zip(found[4:], marks(axes)):
            number = y != history.MISSING_HEIGHT
            at = drawing.transFigure.inverted().transform((axes.transData if number else axes.get_xaxis_transform()).transform((x, y)))
            self.assertAlmostEqual(spot.left + spot.width / 2, at[0])
            self.assertAlmostEqual(1 - spot.top - spot.height / 2, at[1])
        strip = found[1]
        self.assertTrue(strip.left < found[4].left and found[4].left + found[4].width < strip.left + strip.width)

    def test_the_rows_say_the_same_the_newest_first(self) -> None:
        rows = history.runs(self.RUN)
        self.assertEqual([(r.date, r.run, r.href) for r in rows[:2]], [("2026-11-04", "GENERATED-3", "../GENERATED-3/report.html"), ("2026-11-03", "GENERATED-2", "../GENERATED-2/report.html")])
        self.assertEqual([r.verdicts for r in rows], [[("dio judged invalid", "gate/3", "../gate/3/report.html")], [], [("dio judged regression", "gate/1", "../gate/1/report.html")], []])

    def test_what_has_no_page_is_named_alone(self) -> None:
        found = replace(self.RUN, history={**(self.RUN.history or {}), "pages": {"GENERATED-0": "../a b/report.html"}})
        self.assertEqual([s.href for s in history.spots(found, history.figure(found))], ["../a%20b/report.html"])
        self.assertEqual([r.href for r in history.runs(found)], ["", "", "", "../a%20b/report.html"])
        old = {**(self.RUN.history or {})}
        del old["pages"]
        self.assertEqual(history.spots(replace(found, history=old), history.figure(found)), ())


class Sentence(unittest.TestCase):
    def test_the_signs_follow_the_direction(self) -> None:
        self.assertIn("at most 3.0 % worse (latency_ns.mean, dio)", history.sentence(latency(SAME, (1.03, 1.03, 1.03))))
        self.assertIn("at most 3.0 % better", history.sentence(latency(SAME, (1.03, 1.03, 1.03), direction="higher")))
        self.assertIn("at most 3.0 % worse", history.sentence(latency(SAME, (0.97, 0.97, 0.97), direction="neutral")))

    def test_steady_is_said_to_be_steady(self) -> None:
        text = history.sentence(latency(SAME, (0.9, 1.0001, 1.2)))
        self.assertIn("no median cell moved by more than 0.10 %", text)
        self.assertIn("no run was judged a regression or invalid", text)
        self.assertIn("Over 2 runs from 2026-11-01 to 2026-11-02", text)

    def test_bad_runs_are_counted_once_each(self) -> None:
        bad = points([SAME, SAME, SAME], ("", "regression", "regression"))
        text = history.sentence(run_with(("latency_ns.mean", "lower", {"dio": bad, "fallback": bad}), ("latency_ns.p99", "lower", {"dio": bad})))
        self.assertIn("2 runs were judged a regression (last 2026-11-03)", text)

    def test_a_year_can_be_drawn(self) -> None:
        run = replace(latency(), history=whole_history(["fallback", "dio"], 365))
        history.figure(run).canvas.draw()
        self.assertRegex(history.sentence(run), r"^Over 365 runs .*\.$")


if __name__ == "__main__":
    unittest.main()
