# SPDX-License-Identifier: GPL-2.0-only
"""The page of a gate: what is said, what is drawn, what is refused."""

import copy
import json
import math
import tempfile
import unittest
from pathlib import Path
from typing import Any

from reports.__main__ import write_report
from reports.gate import attribution, differences, tables, words
from reports.gate.data import ACCEPTED, BETTER, Gate, parse
from reports.gate.look import MARKS
from reports.gate.page import pictures
from reports.strict import ReportError
from tests.reports.gate_sample import cell, gate, metric, wall
from tests.reports.generated_beside import calibration as made
from tests.reports.generated_beside import equal
from tests.reports.sample import document
from tests.reports.sample import cell as run_cell
from tests.reports.test_page import run_report

WORSE = metric(differences=(120.0, 130.0, 125.0), verdict="regression", reason="3 of 3 seeds say so")
IMPROVED = metric(differences=(-300.0, -300.0), better=True)
FUNCTIONS = {"slow_path": (100.0, 190.0), "helper": (50.0, 90.0), "gone": (5.0, 0.0)}


def regression() -> dict[str, Any]:
    return gate(cell("worse", WORSE, functions=FUNCTIONS), cell("quiet", metric()), cell("improved", IMPROVED, functions={"f": (300.0, 10.0), "g": (5.0, 0.0)}),
                verdict="regression", seeds=[1, 2, 3])


def only_metric(value: dict[str, Any], machine: str = "exact") -> Gate:
    return parse(gate(cell("c", value), machine=machine))


class Numbers(unittest.TestCase):
    def test_a_change_is_the_median_over_the_baseline(self) -> None:
        found = only_metric(WORSE).metrics[0].metric
        assert found is not None and found.span is not None
        self.assertAlmostEqual(found.change or 0, 0.125)
        self.assertAlmostEqual(found.span.low, 0.12)
        self.assertAlmostEqual(found.span.high, 0.13)

    def test_from_nothing_is_infinite_and_nothing_to_nothing_is_none(self) -> None:
        def change(difference: float) -> Any:
            return parse(gate(cell("c", metric(differences=(difference,), baseline=0.0)))).metrics[0].metric.change  # type: ignore[union-attr]
        self.assertEqual(change(4096.0), math.inf)
        self.assertEqual(change(0.0), 0.0)

    def test_what_is_not_known_has_no_change(self) -> None:
        missing = only_metric(metric(differences=(), verdict="invalid", reason="both kernels have no value with seed 1"))
        assert missing.metrics[0].metric is not None
        self.assertIsNone(missing.metrics[0].metric.change)
        self.assertEqual(words.how_much(missing.metrics[0].metric), "-")
        self.assertEqual(words.how_sure(missing, missing.metrics[0].metric), "both kernels have no value with seed 1")

    def test_by_wall_clock_the_estimate_and_its_interval_count(self) -> None:
        found = only_metric(metric(differences=(1.0,), by_wall=wall(0.1, 0.05)), "kvm").metrics[0].metric
        assert found is not None and found.span is not None
        self.assertAlmostEqual(found.change or 0, math.exp(0.1) - 1)
        self.assertAlmostEqual(found.span.high, math.exp(0.15) - 1)

    def test_the_margin_widens_the_threshold(self) -> None:
        def tolerance(**values: Any) -> float:
            return only_metric(metric(floor=0.001, **values)).metrics[0].metric.tolerance  # type: ignore[union-attr]
        self.assertEqual(tolerance(), 0.001)
        self.assertEqual(tolerance(margin=50.0, baseline=1000.0), 0.05)
        self.assertEqual(tolerance(margin=0.5, baseline=1000.0), 0.001)
        self.assertEqual(tolerance(margin=50.0, baseline=0.0), math.inf)

    def test_outcomes(self) -> None:
        for value, outcome in ((metric(), "pass"), (IMPROVED, BETTER), (metric(accepted="waived"), ACCEPTED), (WORSE, "regression")):
            self.assertEqual(only_metric(value).metrics[0].metric.outcome, outcome)  # type: ignore[union-attr]

    def test_the_gravest_then_the_largest_decide(self) -> None:
        small = metric("cpu_ns_per_op.total", (20.0,), verdict="regression")
        unsure = metric("latency_ns.p99", (900.0,), verdict="inconclusive")
        found = parse(gate(cell("a", unsure, small), cell("b", WORSE), cell("c", verdict="regression", reason="no longer supported"), cell("d", IMPROVED),
                           cell("e", verdict="pass", reason="gone", accepted="waived"), verdict="regression"))
        self.assertEqual([(line.cell.cell, line.metric and line.metric.metric) for line in found.deciding],
                         [("c", None), ("b", "latency_ns.mean"), ("a", "cpu_ns_per_op.total"), ("a", "latency_ns.p99")])
        self.assertEqual([line.cell.cell for line in found.improved], ["d"])


class Words(unittest.TestCase):
    def test_percent(self) -> None:
        for change, text in ((0.0, "0 %"), (0.000013, "+0.0013 %"), (-0.0213, "-2.13 %"), (0.5, "+50.0 %"), (math.inf, "from nothing")):
            self.assertEqual(words.percent(change), text)

    def test_values_have_digits_for_the_smallest_threshold(self) -> None:
        for unit, value, text in (("ns", 4871.87, "4,871.9 ns"), ("ns", 1699470.0, "1,699.47 µs"), ("bytes", 131072.0, "131,072 B"), ("bytes", 2.0 * 2**20, "2.000 MiB"),
                                  ("count", 12345.0, "12,345"), ("count", 0.0, "0"), ("ratio", 0.5, "0.5000"), ("per_op", 2.0, "2.000 a read"), ("ns", None, "")):
            self.assertEqual(words.value_text(unit, value), text)

    def test_headline_of_each_verdict(self) -> None:
        self.assertEqual(words.headline(parse(gate(cell("c", metric())))), "my-series is not worse than dio.")
        self.assertEqual(words.headline(parse(regression())), "my-series is worse than dio in 1 test (1 metric).")
        unsure = gate(cell("c", metric(verdict="inconclusive"), metric(verdict="inconclusive")), verdict="inconclusive")
        self.assertIn("2 metrics of 1 test could not be decided", words.headline(parse(unsure)))
        self.assertIn("say nothing", words.headline(parse(gate(verdict="invalid"))))

    def test_evidence(self) -> None:
        self.assertEqual(words.evidence(parse(regression())), "3 metrics of 3 tests judged, 3 seeds (1, 2, 3).")
        text = words.evidence(parse(gate(machine="kvm", confirm_pairs=8, disturbed_boots=1, cells_that_do_not_gate=4)))
        self.assertIn("2 pairs of boots and 8 more to confirm; 1 boot of a disturbed host thrown away; 4 tests outside the policy", text)

    def test_the_sentence_follows_the_numbers(self) -> None:
        text = words.differences_sentence(parse(regression()))
        self.assertEqual(text, "3 metrics: 1 not worse, 1 better beyond the threshold and 1 worse; most for the worse is +12.5 %, latency_ns.mean of worse; "
                               "most for the better is -30.0 %, latency_ns.mean of improved.")
        self.assertEqual(words.differences_sentence(parse(gate(cell("c", metric())))), "1 metric: 1 not worse.")
        self.assertIn("No metric", words.differences_sentence(parse(gate())))

    def test_how_sure(self) -> None:
        found = parse(regression())
        self.assertEqual(words.how_sure(found, found.deciding[0].metric), "3 of 3 seeds say so, +12.0 % to +13.0 %")  # type: ignore[arg-type]
        self.assertEqual(words.how_sure(found, found.improved[0].metric), "2 seeds, all alike")  # type: ignore[arg-type]
        counted = only_metric(metric("errors", (3.0, 5.0), baseline=0.0, unit="count", verdict="regression", reason="2 of 2 seeds"))
        self.assertEqual(words.how_sure(counted, counted.metrics[0].metric), "2 of 2 seeds, +3 to +5 count")  # type: ignore[arg-type]

    def test_accepted_are_counted_by_their_sentence(self) -> None:
        found = parse(gate(cell("a", metric(accepted="trade-off at 1"), metric(accepted="trade-off at 1")), cell("b", reason="gone", verdict="pass", accepted="waived by x")))
        self.assertEqual(words.accepted(found), [("trade-off at 1", 2), ("waived by x", 1)])


class Differences(unittest.TestCase):
    def dots(self, value: dict[str, Any], panel: int = 0) -> list[tuple[str, float]]:
        """(marker, percent) of the panel's dots, the best first."""
        axes = differences.figure(parse(value)).axes[panel]
        marks = {mark.marker for mark in MARKS.values()}
        found = [(float(line.get_ydata()[0]), str(line.get_marker()), round(float(line.get_xdata()[0]), 4)) for line in axes.lines if str(line.get_marker()) in marks]
        return [(marker, x) for _, marker, x in sorted(found)]

    def words(self, value: dict[str, Any]) -> list[str]:
        return [text.get_text() for axes in differences.figure(parse(value)).axes for text in axes.texts]

    def test_every_cell_has_a_dot_sorted_and_marked_by_its_outcome(self) -> None:
        self.assertEqual(self.dots(regression()), [(MARKS[BETTER].marker, -30.0), ("o", 0.0), (MARKS["regression"].marker, 12.5)])

    def test_a_bar_spans_the_pairs(self) -> None:
        axes = differences.figure(parse(regression())).axes[0]
        self.assertIn([12.0, 13.0], [[round(float(x), 6) for x in line.get_xdata()] for line in axes.lines])

    def test_the_interval_and_the_independent_set(self) -> None:
        suspect = metric(differences=(120.0,), verdict="regression", floor=0.05, by_wall=wall(0.12, 0.02, "regression"), confirmation=wall(0.1, 0.02, "regression"))
        axes = differences.figure(only_metric(suspect, "kvm")).axes[0]
        ends = [[round(float(x), 3) for x in line.get_xdata()] for line in axes.lines]
        for log_ratio in (0.12, 0.1):
            self.assertIn([round(100 * math.expm1(log_ratio + d), 3) for d in (-0.02, 0.02)], ends)

    def test_a_metric_with_two_thresholds_has_two_panels(self) -> None:
        found = differences.panels(parse(gate(cell("a", metric(differences=(0.1,))), cell("b", metric(differences=(0.1,), floor=0.003)), cell("c", metric()))))
        self.assertEqual([(p.threshold, len(p.lines)) for p in found], [("threshold 0.1 %", 2), ("threshold 0.3 %", 1)])

    def test_metrics_that_are_the_same_everywhere_are_one_panel(self) -> None:
        found = parse(gate(cell("a", metric("ondemand.reads"), metric("errors", floor=0.0), metric(differences=(1.0,)))))
        self.assertEqual([(p.metric, p.names) for p in differences.panels(found)], [("latency_ns.mean", ()), ("2 other metrics", ("ondemand.reads", "errors"))])
        texts = [text.get_text() for text in differences.figure(found).axes[-1].texts]
        self.assertIn("the same in every cell, with every pair: ondemand.reads, errors", texts)

    def test_cells_with_margins_of_their_own_share_a_panel(self) -> None:
        cells = [cell(name, metric("instructions_per_op.read_path", unit="instructions", floor=0.0, margin=margin, floor_of="cpu_ns_per_op.total")) for name, margin in (("a", 4.2974), ("b", 90.25))]
        self.assertEqual([(p.threshold, len(p.lines)) for p in differences.panels(parse(gate(*cells)))], [("threshold 4.3 to 90.2 instructions", 2)])

    def test_so_do_cells_with_margins_and_thresholds(self) -> None:
        cells = [cell("a", metric("bios_per_op", unit="per_op", floor=0.001, margin=0.005)), cell("b", metric("bios_per_op", unit="per_op", floor=0.05, margin=0.5))]
        self.assertEqual([(p.threshold, len(p.lines)) for p in differences.panels(parse(gate(*cells)))], [("threshold 0.1 to 5 % or 0.005 to 0.5 per_op", 2)])

    def test_a_margin_of_many_times_the_baseline_does_not_stretch_the_axis(self) -> None:
        across = differences.scale(parse(gate(cell("a", metric("copied_bytes_per_byte.kernel", (0.0,), baseline=1e-6, unit="ratio", margin=0.005)))))
        self.assertEqual((across.low, across.high), (100.0, 100.0))

    def test_the_band_is_the_threshold(self) -> None:
        axes = differences.figure(parse(gate(cell("a", metric(differences=(20.0,), floor=0.02))))).axes[0]
        xs = axes.collections[0].get_paths()[0].vertices[:, 0]
        self.assertEqual((min(xs), max(xs)), (-2.0, 2.0))

    def test_the_axis_shows_all_from_the_smallest_to_the_largest(self) -> None:
        found = parse(gate(cell("a", metric(differences=(0.1,))), cell("b", metric(differences=(5000.0,), verdict="regression"))))
        across = differences.scale(found)
        self.assertEqual(across.place(0.0001), 0.01)
        self.assertLess(across.place(5.0), across.limits[1])
        self.assertIn(0.01, across.ticks)
        self.assertFalse(across.above)

    def test_from_nothing_stands_beyond_the_axis_and_says_so(self) -> None:
        value = gate(cell("a", metric("errors", (3.0,), baseline=0.0, unit="count", verdict="regression", floor=0.0)), cell("b", metric("errors", (0.0,), baseline=0.0, floor=0.0)))
        across = differences.scale(parse(value))
        self.assertGreater(across.place(math.inf), across.high)
        self.assertEqual(across.name(across.place(math.inf)), "from\nnothing")
        self.assertTrue(any(text.startswith("from nothing  a") for text in self.words(value)))

    def test_the_outermost_are_named_and_the_rest_counted(self) -> None:
        many = [cell(f"cell-{i}", metric(differences=(10.0 + i,), verdict="regression")) for i in range(9)]
        text = self.words(gate(*many, cell("fine", metric(differences=(0.5,))), verdict="regression"))
        self.assertTrue(any(t.endswith("cell-8") for t in text))
        self.assertFalse(any(t.endswith(("cell-0", "fine")) for t in text))
        self.assertIn(f"and {9 - differences.MOST_WORSE} more", text)

    def test_the_largest_is_named_if_nothing_is_beyond_the_threshold(self) -> None:
        text = self.words(gate(cell("small", metric(differences=(0.1,))), cell("larger", metric(differences=(-0.5,)))))
        self.assertTrue(any(t.endswith("larger") for t in text))
        self.assertFalse(any(t.endswith("small") for t in text))

    def test_what_has_no_number_is_counted(self) -> None:
        value = gate(cell("a", metric(differences=(), verdict="invalid")), cell("b", metric()), cell("c", reason="gone", verdict="regression"), verdict="invalid")
        self.assertTrue(any("1 without a number" in t for t in self.words(value)))
        self.assertIn("2 cells without any number", differences.caption(parse(value)))

    def test_the_same_everywhere_is_one_dot_and_a_word(self) -> None:
        value = gate(cell("a", metric()), cell("b", metric()))
        self.assertEqual(len(self.dots(value)), 1)
        self.assertIn("the same in every cell, with every pair (2 cells)", self.words(value))


class Attribution(unittest.TestCase):
    def test_the_rows_add_up_to_the_whole_difference(self) -> None:
        many = {f"f{i}": (100.0, 100.0 + 2 ** i) for i in range(20)}
        one = attribution.account(parse(gate(cell("c", WORSE, functions=many), verdict="regression")).cells[0])
        self.assertEqual(len(one.rows), attribution.MOST_FUNCTIONS + 1)
        self.assertEqual(one.rows[0].name, "f19")
        self.assertEqual(one.rows[-1].name, f"all others ({20 - attribution.MOST_FUNCTIONS})")
        self.assertAlmostEqual(sum(row.difference for row in one.rows), 2 ** 20 - 1)
        self.assertAlmostEqual(one.total.difference, 2 ** 20 - 1)

    def test_what_the_patches_touch_is_always_a_row(self) -> None:
        many = {f"f{i}": (100.0, 100.0 + 2 ** i) for i in range(20)}
        value = gate(cell("c", WORSE, functions=many, patched={"f0", "f19"}), verdict="regression")
        one = attribution.account(parse(value).cells[0])
        self.assertEqual([row.name for row in one.rows if row.in_patches], ["f19 *", "f0 *"])
        self.assertEqual(len(one.rows), attribution.MOST_FUNCTIONS + 2)
        self.assertAlmostEqual(sum(row.difference for row in one.rows), 2 ** 20 - 1)
        self.assertIn("* touched by a patch", attribution.caption(parse(value)))
        self.assertNotIn("* touched", attribution.caption(parse(gate(cell("c", WORSE, functions=many), verdict="regression"))))

    def test_a_rest_of_one_has_its_name(self) -> None:
        many = {f"f{i}": (100.0, 101.0 + i) for i in range(attribution.MOST_FUNCTIONS + 1)}
        one = attribution.account(parse(gate(cell("c", WORSE, functions=many))).cells[0])
        self.assertEqual(one.rows[-1].name, "f0")

    def test_bars_are_the_differences(self) -> None:
        axes = attribution.figure(parse(regression())).axes[0]
        self.assertEqual([round(p.get_width(), 6) for p in axes.patches], [90.0, 40.0, -5.0, 125.0])
        self.assertEqual([t.get_text() for t in axes.get_yticklabels()], ["slow_path", "helper", "gone", "the whole difference"])

    def test_the_worse_at_the_left_and_the_better_at_the_right(self) -> None:
        worse, better = attribution.sides(parse(regression()))
        self.assertEqual(([c.cell for c in worse], [c.cell for c in better]), (["worse"], ["improved"]))
        left, right = (axes.get_position().x0 for axes in attribution.figure(parse(regression())).axes)
        self.assertLess(left, right)

    def test_the_sentence_says_what_changed_and_that_it_is_all(self) -> None:
        text = attribution.sentence(parse(regression()))
        self.assertIn("worse changed most of those that do not pass: 125.0 instructions a read more, most of all +90.0 in slow_path (72 % of the difference)", text)
        self.assertIn("improved improved most: 295.0 instructions a read fewer, most of all -290.0 in f", text)
        self.assertIn("add up to the whole difference", text)

    def test_shares_that_lack_something_are_said_to(self) -> None:
        value = regression()
        del value["cells"][0]["attribution"][0]
        self.assertIn("do not add up to the whole difference in 1 cell: worse", attribution.sentence(parse(value)))

    def test_no_more_or_fewer_instructions_is_said(self) -> None:
        text = attribution.sentence(parse(gate(cell("c", WORSE, functions={"f": (10.0, 12.0), "g": (12.0, 10.0)}), verdict="regression")))
        self.assertIn("as many instructions, most of all +2.0 in f.", text)

    def test_without_counts_there_is_no_picture(self) -> None:
        self.assertEqual([p.name for p in pictures(parse(gate(cell("c", metric()))))], ["gate-differences"])
        self.assertEqual(pictures(parse(gate())), [])

    def test_a_function_that_differs_little_is_no_zero(self) -> None:
        self.assertEqual(words.instructions(0.002), "+0.002")
        self.assertEqual(words.instructions(-1234.5), "-1,234.5")


class Tables(unittest.TestCase):
    def test_every_metric_is_in_one_of_both(self) -> None:
        found = parse(regression())
        self.assertEqual([(name, [row.metric for row in rows]) for name, rows in tables.deciding_cells(found).items()], [("worse", ["latency_ns.mean"])])
        others = {rest.cell: rest for rest in tables.other_cells(found)}
        self.assertEqual(sorted(others), ["improved", "quiet"])
        self.assertEqual(others["quiet"].same, "latency_ns.mean 1,000.0 ns")
        self.assertEqual(others["improved"].rows[0].how_much, "-30.0 %")
        self.assertIn("(gate.toml:6)", others["improved"].rows[0].rule)

    def test_a_waived_cell_says_what_and_why(self) -> None:
        found = tables.other_cells(parse(gate(cell("c", reason="no longer supported", verdict="pass", accepted="waived by x until 2027-01-01: why"))))
        self.assertEqual(found[0].note, "no longer supported; waived by x until 2027-01-01: why")

    def test_the_whole_has_no_count_before_and_after(self) -> None:
        rows = tables.explained_cells(parse(regression()))[0].rows
        self.assertEqual(rows[0], ("slow_path", "100.0", "190.0", "+90.0", "72.0 %"))
        self.assertEqual(rows[-1], ("the whole difference", "", "", "+125.0", "100.0 %"))


class Page(unittest.TestCase):
    def directory(self) -> Path:
        folder = tempfile.TemporaryDirectory(prefix="diobench-test")
        self.addCleanup(folder.cleanup)
        return Path(folder.name)

    def write(self, value: dict[str, Any], **beside: dict[str, Any]) -> str:
        directory = self.directory()
        for name, document in beside.items():
            (directory / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        (directory / "gate.json").write_text(json.dumps(value), encoding="utf-8")
        self.assertEqual(write_report(directory), directory / "report.html")
        self.pictures = sorted(p.name for p in (directory / "plots").iterdir())
        return (directory / "report.html").read_text(encoding="utf-8")

    def test_the_front_and_the_tables(self) -> None:
        value = regression()
        value["notes"] = ["a <note>"]
        value["cells"][1]["metrics"][0]["accepted"] = "trade-off at gate.toml:42: because"
        value["self_tests"].append({"name": "another", "outcome": "not-run", "detail": "given runs"})
        page = self.write(value)
        for text in ('<span class="verdict regression">REGRESSION</span>my-series is worse than dio in 1 test', "suite quick", "exit code 1", "a &lt;note&gt;",
                     "1 × trade-off at gate.toml:42: because", "1000 added a read", "not run", "slow_path", "+12.5 %", "What passed, in 2 tests", "the-run"):
            self.assertTrue(text in page, f"the page does not say {text!r}")
        self.assertEqual(self.pictures, [f"gate-{name}.{suffix}" for name in ("attribution", "differences") for suffix in ("png", "svg")])
        self.assertEqual(page.count("<img"), 2)
        self.assertNotIn("<script", page)
        self.assertNotRegex(page, r'(?:src|href)="(?!data:|#)')

    def test_the_answer_comes_first_word_by_word(self) -> None:
        value = gate(cell("worse", WORSE), verdict="regression", notes=["not checked: some bytes", "a note"])
        causes = [{"verdict": "regression", "what": "every remote read: 8 of 8", "effect": "mean latency +45 ns (+2.25 %)", "cells": 8, "filter": "*/remote/*"}]
        value["answer"] = {"headline": "my-series is worse than dio in every remote read: 8 of 8; nothing else: 0 of 8", "causes": causes, "where": ["copy_page +80 (80 %)"],
                           "undecided": ["inconclusive: one more"], "better": "every warm read", "accepted": "", "not_checked": ["some bytes"],
                           "next": "diobench bisect --filter '*/remote/*'", "evidence": "2 metrics"}
        page = self.write(value)
        places = [page.index(text) for text in ("in every remote read: 8 of 8; nothing else: 0 of 8</h1>", ">every remote read: 8 of 8</th>", "mean latency +45 ns (+2.25 %)",
                                                "copy_page +80 (80 %)", "inconclusive: one more", "every warm read", "some bytes",
                                                "diobench bisect --filter &#39;*/remote/*&#39;", "How far the gate can be trusted", "a note")]
        self.assertEqual(places, sorted(places))
        self.assertEqual(page.count("some bytes"), 1, "once is enough")
        self.assertNotIn("1 test (1 metric)", page)

    def test_lists_are_in_the_order_of_time(self) -> None:
        tail = metric("latency_ns.p99", (10_000.0,), verdict="regression")
        found = parse(gate(cell("a", tail, metric("bios_per_op", (4000.0,), verdict="regression", unit="per_op")), cell("b", metric(differences=(300.0,), verdict="regression")),
                           verdict="regression"))
        self.assertEqual([line.metric and line.metric.metric for line in found.deciding], ["latency_ns.mean", "latency_ns.p99", "bios_per_op"],
                         "a percentile is one read of a hundred, and a count no time")

    def test_how_far_it_can_be_trusted_is_on_the_front(self) -> None:
        self.assertIn("`diobench calibrate` was not run on this host for machine exact", self.write(regression()))
        self.assertIn("0 false alarms in a thousand cells (0 in 1,000 of equal kernels)", self.write(regression(), calibration=made([equal("dio", 1000)], [])))

    def test_an_invalid_gate_without_cells(self) -> None:
        failed = [{"name": "twice the same", "outcome": "fail", "detail": "they differ"}]
        page = self.write(gate(verdict="invalid", problems=["the kernel died"], self_tests=failed))
        for text in ("INVALID", "the kernel died", "self-test failed: twice the same: they differ", "No metric of any cell was judged", "No cell was judged"):
            self.assertTrue(text in page, f"the page does not say {text!r}")
        self.assertNotIn("<img", page)

    def test_a_wall_clock_gate(self) -> None:
        page = self.write(gate(cell("c", metric(by_wall=wall(0.01, 0.02), floor=0.05)), machine="kvm"))
        for text in ("real clock", "By wall clock no instructions are counted", "-1.00 % to +3.05 %", "No line is worse"):
            self.assertTrue(text in page, f"the page does not say {text!r}")

    def test_a_gate_that_cannot_be_read_is_an_error_and_no_page(self) -> None:
        directory = self.directory()
        for text, problem in (('{"schema_version": 7}', "has schema_version 7, not 1"), ('{"schema_version": 1', "is not valid JSON"), ('{"schema_version": 1}', "has no verdict, exit_code")):
            (directory / "gate.json").write_text(text, encoding="utf-8")
            done = run_report(directory)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, f"^report: .*gate.json {problem}.*\n$")
            self.assertFalse((directory / "report.html").exists())

    def test_equal_gates_give_equal_pages(self) -> None:
        self.assertTrue(self.write(regression()) == self.write(regression()), "two pages of one gate differ")

    def test_results_of_a_run_come_first(self) -> None:
        directory = self.directory()
        (directory / "gate.json").write_text("{}", encoding="utf-8")
        (directory / "results.json").write_text(json.dumps(document([run_cell("dio")], ["dio"])), encoding="utf-8")
        self.assertIn("Direct against buffered reads", write_report(directory).read_text(encoding="utf-8"))


class Refused(unittest.TestCase):
    def refused(self, change: Any) -> str:
        value = copy.deepcopy(regression())
        change(value)
        with self.assertRaises(ReportError) as caught:
            parse(value)
        return str(caught.exception)

    def test_what_cannot_be_read_is_said_in_one_sentence(self) -> None:
        self.assertEqual(self.refused(lambda v: v.update(schema_version=2)), "gate.json has schema_version 2, not 1: let diobench gate of this version write it")
        self.assertIn("has no schema_version", self.refused(lambda v: v.pop("schema_version")))
        self.assertIn("has no seeds:", self.refused(lambda v: v.pop("seeds")))
        self.assertIn("has no cells[0].metrics[0].floor_ratio:", self.refused(lambda v: v["cells"][0]["metrics"][0].pop("floor_ratio")))
        self.assertIn("has 'good' as verdict:", self.refused(lambda v: v.update(verdict="good")))
        self.assertIn("has 'x' as cells[0].attribution[0].share:", self.refused(lambda v: v["cells"][0]["attribution"][0].update(share="x")))
        self.assertIn("has no cells[0].metrics[0].wall.low:", self.refused(lambda v: v["cells"][0]["metrics"][0].update(wall={"verdict": "pass", "log_ratio": 0, "high": 0, "adjusted_p": 1})))

    def test_no_object(self) -> None:
        with self.assertRaisesRegex(ReportError, "no object"):
            parse([])


if __name__ == "__main__":
    unittest.main()
