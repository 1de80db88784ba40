# SPDX-License-Identifier: GPL-2.0-only
"""The pictures: every arm has its place, with a bar, a line or a word."""

import unittest
from typing import Any

from matplotlib.figure import Figure

from reports import footprint, latency, ondemand, tradeoff
from reports.arms import FIXED_COLOURS, arms_of, colour_of
from reports.data import parse
from tests.reports.sample import cell, document, on_a_real_clock, two_arms

INSTRUCTIONS, PAGE_CACHE, THROUGHPUT = range(3)  # rows of the trade-off


def words(figure: Figure) -> list[str]:
    """Every text in the axes of a figure."""
    return [t.get_text() for axes in figure.axes for t in axes.texts]


def bars(figure: Figure) -> list[float]:
    return [patch.get_height() for axes in figure.axes for patch in axes.patches]


def all_pictures(document_: dict[str, Any]) -> list[Figure]:
    run = parse(document_)
    pictures = ondemand.draw(run)
    for device in run.devices:
        for module in (tradeoff, latency, footprint):
            pictures += module.draw(run, device)
    return [p.figure for p in pictures]


class Gaps(unittest.TestCase):
    def test_each_status_is_a_word_in_every_picture(self) -> None:
        for status, observed, word in (("unsupported", None, "unsupported"), ("invalid", "mixed", "invalid"), ("failed", None, "failed")):
            figures = all_pictures(two_arms(cell("dio", status=status, observed_io=observed)))
            self.assertEqual(len(figures), 3)
            for figure in figures:
                self.assertTrue(any(word in text for text in words(figure)), f"{status} is not in {words(figure)}")

    def test_a_kernel_that_refuses_has_no_place_and_is_named(self) -> None:
        for figure in all_pictures(two_arms(cell("dio", status="unsupported", observed_io="refused"))):
            self.assertFalse(any("refused" in text for text in words(figure)))
            self.assertTrue(any("dio refuses direct reads and is left out" in text.get_text() for text in figure.texts))
            self.assertNotIn("dio", [text.get_text() for text in figure.legends[0].get_texts()])

    def test_panels_that_say_the_same_are_one(self) -> None:
        cells = [cell("dio", block_size_bytes=4096, engine=engine, cpu_ns=cpu) for engine, cpu in (("pread", 1000), ("libaio", 2000))]
        figure = tradeoff.draw(parse(document(cells, ["dio"])), "ram")[0].figure
        self.assertEqual(len(figure.axes), 2 + 1 + 1 + 1)
        self.assertEqual(words(figure).count("the same in these 2"), 3)

    def test_each_arm_has_a_shape_of_its_own(self) -> None:
        arms = arms_of(parse(document([], ["base", "fallback", "dio-sync", "dio", "x", "y", "z"])))[1:]
        self.assertEqual(len({arm.hatch for arm in arms}), len(arms))
        self.assertEqual(len({arm.marker for arm in arms}), len(arms))

    def test_an_arm_without_any_cell_is_named(self) -> None:
        for figure in all_pictures(document([cell("fallback")], ["fallback", "dio"])):
            self.assertTrue(any("no cell" in text for text in words(figure)))

    def test_a_missing_metric_is_a_word_and_no_bar(self) -> None:
        run = parse(two_arms(cell("dio", growth_bytes=None)))
        figure = tradeoff.draw(run, "ram")[0].figure
        self.assertEqual(words(figure).count("n/a"), 1)  # the page cache panel
        self.assertEqual(len(bars(figure)), 4 + 3 + 4)  # fallback's four measures, dio's other three, raw's four

    def test_nothing_at_all_draws_nothing(self) -> None:
        self.assertEqual(all_pictures(document([], [])), [])
        self.assertEqual(all_pictures(document([], ["base"])), [])

    def test_a_device_where_everything_failed_still_has_its_pictures(self) -> None:
        figures = all_pictures(document([cell("base", status="failed"), cell("dio", status="failed")], ["base", "dio"]))
        self.assertEqual(len(figures), 3)
        for figure in figures:
            self.assertTrue(any("failed" in text for text in words(figure)))
            figure.canvas.draw()  # empty axes can be drawn


class Values(unittest.TestCase):
    def test_bars_are_the_numbers(self) -> None:
        figure = tradeoff.draw(parse(two_arms(cell("dio", mib_per_s=150.0))), "ram")[0].figure
        self.assertEqual([round(patch.get_height(), 6) for patch in figure.axes[THROUGHPUT].patches], [100.0, 150.0, 180.0])  # the last is raw

    def test_the_floor_is_a_line(self) -> None:
        axes = tradeoff.draw(parse(two_arms(cell("dio"))), "ram")[0].figure.axes
        self.assertEqual([[list(line.get_ydata()) for line in axes[i].lines] for i in (INSTRUCTIONS, THROUGHPUT)], [[[2.0, 2.0]], [[200.0, 200.0]]])

    def test_without_a_floor_it_is_said(self) -> None:
        figure = tradeoff.draw(parse(document([cell("fallback"), cell("dio")], ["fallback", "dio"])), "ram")[0].figure
        self.assertIn("no floor", words(figure))

    def test_axes_say_what_was_counted_modelled_and_timed(self) -> None:
        def labels(document_: dict[str, Any]) -> list[str]:
            return [axes.get_ylabel() for axes in tradeoff.draw(parse(document_), "ram")[0].figure.axes]
        self.assertEqual(labels(two_arms(cell("dio"))), [
            "1,000 instructions per read\ncounted, lower is better", "page cache growth, MiB\ncounted, lower is better",
            "throughput, MiB/s\nmodelled, higher is better", "p99 latency, µs\nmodelled, lower is better"])
        self.assertEqual(labels(on_a_real_clock(two_arms(cell("dio")))), [
            "CPU per read, µs\ntimed, lower is better", "page cache growth, MiB\ncounted, lower is better",
            "throughput, MiB/s\ntimed, higher is better", "p99 latency, µs\ntimed, lower is better"])

    def test_a_shrinking_page_cache_goes_below_zero(self) -> None:
        figure = tradeoff.draw(parse(two_arms(cell("dio", growth_bytes=-(1 << 20)))), "ram")[0].figure
        self.assertEqual(min(bars(figure)), -1.0)
        self.assertLess(figure.axes[PAGE_CACHE].get_ylim()[0], -1.0)

    def test_cumulative_shares_end_at_all_reads(self) -> None:
        run = parse(document([cell("dio", p99_ns=20000)], ["dio"]))
        times, shares = latency.cumulative(run.cells[0].histogram)
        self.assertEqual((shares[0], shares[-1]), (0.0, 1.0))
        self.assertAlmostEqual(times[-1], 20000, delta=20000 / 128)

    def test_time_ticks_are_few_and_inside(self) -> None:
        for low, high in ((1, 10), (90, 110), (10_000, 20_000), (100, 10_000_000), (1, 1e10)):
            ticks = latency.time_ticks(low, high)
            self.assertTrue(all(low <= t <= high for t in ticks))
            self.assertLessEqual(len(ticks), 11)

    def test_many_reads_make_several_pages(self) -> None:
        cells = [cell("dio", block_size_bytes=4096 << i) for i in range(8)]
        run = parse(document(cells, ["dio"]))
        self.assertEqual([p.name for p in tradeoff.draw(run, "ram")], ["tradeoff-ram"])  # 4k tells most
        self.assertEqual([p.name for p in tradeoff.draw_others(run, "ram")], ["more-ram", "more-ram-2"])  # the other seven

    def test_remote_reads_have_their_picture(self) -> None:
        self.assertEqual(len(ondemand.draw(parse(document([cell("dio", cache_state="remote")], ["dio"])))), 1)
        self.assertEqual(ondemand.draw(parse(document([cell("dio")], ["dio"]))), [])


class Colours(unittest.TestCase):
    def test_known_arms_keep_theirs_whoever_is_beside_them(self) -> None:
        self.assertEqual(colour_of("dio", ["dio"]), colour_of("dio", ["a", "base", "dio", "z"]))

    def test_other_arms_go_by_name_and_not_by_order(self) -> None:
        self.assertEqual(colour_of("mine", ["base", "mine", "other"]), colour_of("mine", ["other", "mine", "dio"]))
        run = parse(document([], ["base", "fallback", "dio-sync", "dio", "x", "y", "z"]))
        colours = [arm.colour for arm in arms_of(run)]
        self.assertEqual(len(set(colours)), len(colours))
        self.assertEqual(set(FIXED_COLOURS.values()) & {colour_of(k, run.kernels) for k in "xyz"}, set())


if __name__ == "__main__":
    unittest.main()
