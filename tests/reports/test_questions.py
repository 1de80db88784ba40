# SPDX-License-Identifier: GPL-2.0-only
"""The questions: found by listing, shown only with cells, answered from the numbers."""

import copy
import unittest
from functools import lru_cache
from typing import Any

from reports import generic
from reports.contents import contents
from reports.data import Run, parse
from reports.questions import against_fio, all_questions, backings, bases, block_size, harness, layouts, luck, name_of, neighbour, page_cache, queue_depth
from reports.sheet import Number, Row, absent, wants_log
from reports.tradeoff import local_points
from tests.reports.generated import nightly
from tests.reports.sample import USUAL, cell, document, on_a_real_clock

ARMS = ["base", "fallback", "dio"]


@lru_cache
def whole() -> Run:
    return parse(nightly(ARMS))


def only(workload: str, change: Any = None) -> Run:
    """The generated cells of a workload, each changed by `change`."""
    made = copy.deepcopy({**whole().document, "cells": [c for c in whole().document["cells"] if c["workload"] == workload]})
    for found in made["cells"]:
        if change and found["metrics"]:
            change(found)
    return parse(made)


def read(kernel: str, workload: str, **changes: Any) -> dict[str, Any]:
    """A cell of sample.py in a workload; `changes` are arguments of cell() or dimensions."""
    extra = {k: changes.pop(k) for k in list(changes) if k in USUAL or k in ("layout", "numjobs")}
    found = cell(kernel, **changes)
    found["workload"] = workload
    found["dimensions"] |= extra
    found["cell"] = f"{workload}/{found['cell']}/" + "/".join(f"{k}{v}" for k, v in extra.items())
    return found


def words_of(figure: Any) -> str:
    """Everything that is written in a figure."""
    figure.canvas.draw()
    return " | ".join(text.get_text() for axes in figure.axes for text in (*axes.texts, *axes.get_yticklabels(), axes.title, axes.xaxis.label))


class Kernels(unittest.TestCase):
    def run_of(self, *cells: dict[str, Any], bases: tuple[str, ...] = ("7.3", "6.12.117", "6.1.170")) -> Run:
        found = document(list(cells), ["file-dio@newest", "dio", "dio@6.1"])
        for kernel, base in zip(found["kernels"], bases):
            kernel["base_version"] = base
        return parse(found)

    def of_all(self) -> Run:
        return self.run_of(read("dio@6.1", "rand-read", mib_per_s=90.0), read("dio", "rand-read", mib_per_s=100.0), read("dio", "rand-read", io="buffered"),
                           read("file-dio@newest", "rand-read", status="unsupported"), read("file-dio@newest", "rand-read", io="buffered", status="unsupported"),
                           read("file-dio@newest", "rand-read", backend="file", mib_per_s=80.0),
                           read("dio", "rand-read", backend="file", mib_per_s=20.0, observed_io="buffered"),
                           read("dio@6.1", "rand-read", backend="file", status="unsupported", observed_io="refused"))

    def test_each_back_end_says_who_reads_most_and_who_does_not(self) -> None:
        self.assertTrue(bases.matches(self.of_all()))
        text = bases.sentence(self.of_all())
        self.assertIn("on fscache (modelled: 1 instruction = 1 ns, device ram): dio 100.00 MiB/s and dio@6.1 90.00 MiB/s (0.90×); unsupported: file-dio@newest. Rand", text)
        self.assertIn("file-dio@newest 80.00 MiB/s and dio through the page cache 20.00 MiB/s (0.25×); refused: dio@6.1.", text)

    def test_reasons_are_told_below(self) -> None:
        self.assertEqual(bases.notes(self.of_all()), ["file-dio@newest on fscache: unsupported: it is unsupported <because> & so.",
                                                        "dio@6.1 on file: refused: it is unsupported <because> & so."])

    def test_a_row_has_the_base_and_the_word_for_what_is_missing(self) -> None:
        figure = bases.figure(self.of_all())
        self.assertEqual(len(figure.axes), 8)  # two back ends by four measures
        self.assertEqual([label.get_text() for label in figure.axes[0].get_yticklabels()], ["dio@6.1, 6.1.170", "dio, 6.12.117", "file-dio@newest, 7.3"])
        words = words_of(figure)
        self.assertIn("unsupported", words)
        self.assertIn("O_DIRECT: refused", words)
        for word in ("throughput, MiB/s, modelled", "instructions per read, thousands, counted", "page cache growth, MiB, counted", "p99 latency, µs, modelled"):
            self.assertIn(word, words)

    def test_what_came_through_the_page_cache_is_another_arm(self) -> None:
        legend = [text.get_text() for text in bases.figure(self.of_all()).legends[0].get_texts()]
        self.assertIn("O_DIRECT, through the page cache", legend)
        legend = [text.get_text() for text in bases.figure(self.run_of(read("dio", "rand-read"))).legends[0].get_texts()]
        self.assertNotIn("O_DIRECT, through the page cache", legend)

    def test_cpu_that_is_not_known_has_its_reason(self) -> None:
        cell_ = read("dio", "rand-read")
        cell_["metrics"]["cpu_ns_per_op"] = {"total": None}
        self.assertIn("dio on fscache: CPU n/a: the kernel does not say how long it was idle", bases.notes(self.run_of(cell_))[0])

    def test_nothing_with_a_number_is_said(self) -> None:
        run = self.run_of(read("dio", "rand-read", status="unsupported", observed_io="refused"), read("file-dio@newest", "rand-read", status="unsupported"),
                          read("dio", "rand-read", io="buffered"))
        self.assertIn("no number of a read with O_DIRECT; refused: dio; unsupported: file-dio@newest.", bases.sentence(run))
        words = words_of(bases.figure(run))
        self.assertIn("O_DIRECT: refused |", words)
        self.assertNotIn("refused/unsupported", words)

    def test_one_base_asks_no_such_question(self) -> None:
        self.assertFalse(bases.matches(self.run_of(read("dio", "rand-read"), bases=("6.12.117",) * 3)))


class Backings(unittest.TestCase):
    def run_of(self, *cells: dict[str, Any], bases: tuple[str, ...] = ("6.12.117",) * 2) -> Run:
        found = document(list(cells), ["dio", "file-dio"])
        for kernel, base in zip(found["kernels"], bases):
            kernel["base_version"] = base
        return parse(found)

    CELLS = (read("file-dio", "rivals", status="unsupported", observed_io="refused"), read("dio", "rivals", mib_per_s=95.0), read("file-dio", "rivals", backend="file", mib_per_s=90.0),
             read("file-dio", "rivals", backend="loop", mib_per_s=50.0, observed_io="buffered"), read("file-dio", "rivals", backend="raw", mib_per_s=99.0),
             read("file-dio", "rivals", backend="device", mib_per_s=100.0, cpu_ns=2000), read("file-dio", "rivals", io="buffered", backend="file", mib_per_s=40.0))

    def test_all_back_ends_stand_against_each_other_and_the_floor(self) -> None:
        run = self.run_of(*self.CELLS)
        self.assertTrue(backings.matches(run))
        self.assertIn("raw 99.00 MiB/s, fscache (dio) 95.00 MiB/s (0.96×), file 90.00 MiB/s (0.91×) and loop through the page cache 50.00 MiB/s (0.51×); raw reaches 99% of the floor.",
                      backings.sentence(run))
        self.assertEqual([label.get_text() for label in backings.figure(run).axes[0].get_yticklabels()], ["fscache (dio)", "file", "loop", "raw"])

    def test_what_the_candidate_refuses_is_told_with_its_reason(self) -> None:
        self.assertEqual(backings.notes(self.run_of(*self.CELLS)), ["file-dio on fscache: refused: it is unsupported <because> & so."])

    def test_a_kernel_of_another_base_does_not_stand_in(self) -> None:
        run = self.run_of(*self.CELLS, bases=("6.12.117", "7.3"))
        self.assertIn("refused: fscache", backings.sentence(run))
        self.assertIn("O_DIRECT: refused", words_of(backings.figure(run)))

    def test_a_floor_that_is_beaten_is_said_to_be_wrong(self) -> None:
        cells = [*self.CELLS, read("file-dio", "rivals", backend="blockdev", mib_per_s=120.0)]
        self.assertTrue(backings.sentence(self.run_of(*cells)).startswith("The floor is wrong"))
        self.assertIn("blockdev", backings.notes(self.run_of(*cells))[0])

    def test_one_back_end_asks_no_such_question(self) -> None:
        self.assertFalse(backings.matches(self.run_of(read("dio", "rivals"), read("dio", "rivals", backend="raw"))))
        self.assertFalse(backings.matches(self.run_of(read("dio", "rivals"), read("dio", "rivals", backend="device"))))


class Found(unittest.TestCase):
    def test_every_shipped_workload_of_the_nightly_suite_is_asked_about(self) -> None:
        self.assertEqual(generic.workloads_of(whole(), all_questions()), [])

    def test_a_nightly_run_has_every_question(self) -> None:
        anchors = {page.anchor for page in contents(whole())}
        self.assertEqual({name_of(q) for q in all_questions()} - anchors, {"luck", "calibration", "history", "bases"})  # several boots; a file beside the results; several bases
        self.assertIn("luck", {page.anchor for page in contents(parse(nightly(["dio"], boots=2, suite="quick")))})

    def test_a_question_without_cells_is_not_there(self) -> None:
        anchors = [page.anchor for page in contents(only("neighbour"))]
        self.assertEqual([a for a in anchors if not a.startswith("trade-off")], ["neighbour"])

    def test_a_users_workload_has_its_own_page(self) -> None:
        run = parse(document([read("fallback", "mine"), read("dio", "mine", mib_per_s=150.0)], ["fallback", "dio"]))
        page = next(p for p in contents(run) if p.anchor == "workload-mine")
        self.assertIn("Dio against fallback, modelled (1 instruction = 1 ns, device ram): has a higher throughput in 1 of 1", page.sentence)
        self.assertEqual(len(page.tasks[0]()), 1)

    def test_each_figure_can_be_drawn_and_each_sentence_is_one(self) -> None:
        for page in contents(whole()):
            if page.anchor.startswith("trade-off"):
                continue
            with self.subTest(page.anchor):
                picture, = page.tasks[0]()
                picture.figure.canvas.draw()
                self.assertRegex(page.sentence, r"^[A-Z0-9].*\.$")
                self.assertNotIn("nan", page.sentence)

    def test_a_run_in_which_everything_failed_still_has_its_pages(self) -> None:
        for status in ("failed", "invalid"):
            made = copy.deepcopy(whole().document)
            for found in made["cells"]:
                found |= {"status": status, "reason": "it is so", "metrics": None, "histogram": None, "histograms": None, "page_cache_curve": None}
            for page in contents(parse(made)):
                if page.anchor in ("neighbour", "page-cache", "against-fio", "harness", "cold-or-warm", "queue-depth"):
                    with self.subTest(page.anchor):
                        page.tasks[0]()[0].figure.canvas.draw()
                        self.assertRegex(page.sentence, f"{status}|not known|no numbers|cannot|no number")


class Answers(unittest.TestCase):
    def test_the_signs_follow_the_numbers(self) -> None:
        def run(speed: float) -> Run:
            return parse(document([read(kernel, "block-size", block_size_bytes=size, mib_per_s=100.0 if kernel == "fallback" else speed)
                                   for size in (4096, 65536) for kernel in ("fallback", "dio")], ["fallback", "dio"]))
        self.assertIn("modelled: 1 instruction = 1 ns, device ram): against fallback, dio is modelled faster at all 2", block_size.sentence(run(150.0)))
        self.assertIn("dio is modelled slower at all 2", block_size.sentence(run(50.0)))
        timed = block_size.sentence(parse(on_a_real_clock(run(150.0).document)))
        self.assertIn("(qd1 pread, ram): against fallback, dio is faster at all 2", timed)
        self.assertNotIn("modelled", timed)
        self.assertIn("dio is within 1% at all 2", block_size.sentence(run(100.5)))

    def test_the_neighbour_is_told_of_in_bytes_and_nanoseconds(self) -> None:
        text = neighbour.sentence(only("neighbour"))
        self.assertIn("dio evicts nothing of it, and the neighbour's reads stay at 900 ns", text)
        self.assertRegex(text, r"fallback evicts 11\.20 MiB \(70%\) of it, and the neighbour's reads go from 900 ns to ")
        def swap(found: dict[str, Any]) -> None:
            if "neighbour" in found["metrics"] and found["kernel"] == "dio":
                found["metrics"]["neighbour"]["evicted_bytes"] = 1 << 20
                found["metrics"]["neighbour"]["beside_ns"]["mean"] = 1800.0
        self.assertIn("dio evicts 1.00 MiB (6%) of it, and the neighbour's reads go from 900 ns to 1.80 µs (2.0×)",
                      neighbour.sentence(only("neighbour", swap)))

    def test_missing_numbers_are_said_to_be_missing(self) -> None:
        def drop(found: dict[str, Any]) -> None:
            found["metrics"].pop("neighbour", None)
        self.assertIn("evicts an unknown part", neighbour.sentence(only("neighbour", drop)))
        def no_curve(found: dict[str, Any]) -> None:
            found["page_cache_curve"] = None
            found["metrics"].pop("page_cache_byte_seconds", None)
        text = page_cache.sentence(only("footprint", no_curve))
        self.assertIn("by its end", text)
        self.assertNotIn("over the cell", text)

    def test_queue_depth_names_the_depth_that_is_enough(self) -> None:
        cells = []
        for depth, rate in ((1, 10_000), (4, 38_000), (16, 40_000)):
            found = read("dio", "queue-depth", engine="libaio", iodepth=depth)
            found["metrics"]["ops_per_s"] = rate
            cells.append(found)
        self.assertIn("dio needs 4 in flight for 90% of its best 40.0 thousand reads/s (4.0× those of 1)",
                      queue_depth.sentence(parse(document(cells, ["dio"]))))

    def test_a_layout_without_numbers_is_named(self) -> None:
        self.assertIn("no number for compressed", layouts.sentence(only("layouts")))


class Fio(unittest.TestCase):
    def run_with(self, fio_ns: int, fio_cpu_ns: int) -> Run:
        cells = [read("dio", "against-fio"), read("dio", "against-fio", engine="fio-psync")]
        for found, mean, cpu in zip(cells, (20_000, fio_ns), (8000, fio_cpu_ns)):
            found["metrics"]["latency_ns"]["mean"] = mean
            found["metrics"]["ops_per_s"] = 1e9 / mean
            found["metrics"]["cpu_ns_per_op"]["reader"] = cpu
        return parse(document(cells, ["dio"]))

    def test_what_differs_by_more_than_three_percent_is_flagged_with_its_ratio(self) -> None:
        run = self.run_with(21_000, 9000)
        self.assertIn("Not everywhere: 1 of 1 pairs differ by more than 3%", against_fio.sentence(run))
        note, = against_fio.notes(run)
        self.assertIn("modelled mean latency 1.050×", note)
        self.assertIn("instructions per read, of the reader: 9,000 instructions with fio, 8,000 instructions with ours (1.12×).", note)

    def test_what_the_cells_do_not_explain_is_said_to_be_unexplained(self) -> None:
        self.assertIn("do not explain it", against_fio.notes(self.run_with(21_000, 8000))[0])
        self.assertIn("which does not explain it", against_fio.notes(self.run_with(21_000, 7000))[0])

    def test_less_than_three_percent_is_the_same(self) -> None:
        run = self.run_with(20_500, 9000)
        self.assertIn("Yes, within 3% in all 1 pairs", against_fio.sentence(run))
        self.assertEqual(against_fio.notes(run), [])


class Luck(unittest.TestCase):
    def test_spread_is_of_the_boots(self) -> None:
        run = parse(document([cell("dio", mib_per_s=speed, boot=i) for i, speed in enumerate((90.0, 100.0, 110.0))], ["dio"]))
        self.assertAlmostEqual(luck.spread(run.cells[0], "throughput_bytes_per_s") or 0, 0.2)
        self.assertIn("by 20.00%", luck.sentence(run))

    def test_equal_boots_are_no_luck(self) -> None:
        run = parse(document([cell("dio", boot=i) for i in range(2)], ["dio"]))
        self.assertIn("None: the modelled throughput of all 1 cells is the same in each of their 2 boots", luck.sentence(run))
        self.assertFalse(luck.matches(parse(document([cell("dio")], ["dio"]))))


class Harness(unittest.TestCase):
    def test_fio_is_told_of_only_if_it_was_measured(self) -> None:
        from dataclasses import replace
        run = only("harness")
        self.assertNotIn("fio", harness.sentence(run))
        rows = [{"iodepth": 1, "ours": 300.0, "fio": 1000.0, "ratio": 0.3, "holds": True}]
        rates = [{"iodepth": 1, "ours": [1.0], "fio": [1.0], "ours_median": 90_000.0, "fio_median": 60_000.0, "ratio": 1.5, "holds": True}]
        found = {"measured_at": "now", "fio_version": "fio-3.33", "host_kernel": "6.1", "instructions_per_read": rows, "reads_per_s": rates, "missed_aims": []}
        run = replace(run, overhead=found)
        self.assertIn("0.30× of fio's instructions and makes 1.50× its reads a second", harness.sentence(run))
        self.assertIn("fio-3.33", harness.caption(run))
        self.assertNotIn("t/io_uring", harness.sentence(run))
        harness.figure(run).canvas.draw()
        rates = [{"iodepth": 128, "ours": [1.0], "t_io_uring": [1.0], "ours_median": 95_000.0, "t_io_uring_median": 100_000.0, "ratio": 0.95, "holds": True}]
        run = replace(run, overhead=found | {"t_io_uring": {"reads_per_s": rates}})
        self.assertIn("1.50× its reads a second, and 0.95× those of its t/io_uring", harness.sentence(run))
        harness.figure(run).canvas.draw()


class Panels(unittest.TestCase):
    def test_the_trade_off_shows_plain_reads_alone(self) -> None:
        cells = [read("dio", "a"), read("dio", "b", memory_bytes=1 << 25), read("dio", "c", span_bytes=1 << 20), read("dio", "d", numjobs=4),
                 read("dio", "e", layout="chunk"), read("dio", "f", arrival="poisson", rate_iops=10), read("dio", "g", engine="fio-psync")]
        self.assertEqual([p.workload for p in local_points(parse(document(cells, ["dio"])), "ram")], ["a"])
        cells.append(read("dio", "rand-read"))
        self.assertEqual([p.workload for p in local_points(parse(document(cells, ["dio"])), "ram")], ["rand-read"])

    def test_words_of_arms_without_numbers(self) -> None:
        arms = whole_arms()
        rows = [Row("x", [Number(1.0), Number(None, "refused"), Number(None, "refused"), Number(2.0)])] * 2
        self.assertEqual(absent(arms, rows), ({1, 2}, "base, fallback: refused"))

    def test_zero_is_never_on_a_logarithmic_axis(self) -> None:
        self.assertTrue(wants_log([1.0, 1000.0]))
        self.assertFalse(wants_log([0.0, 1000.0]))
        self.assertFalse(wants_log([10.0, 20.0]))
        self.assertFalse(wants_log([]))


def whole_arms() -> list:
    from reports.arms import arms_of
    return arms_of(whole())


if __name__ == "__main__":
    unittest.main()
