# SPDX-License-Identifier: GPL-2.0-only
"""Reading results.json."""

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any

from reports import data
from tests.reports import generated_beside
from tests.reports.sample import cell, document


class Buckets(unittest.TestCase):
    def test_bounds_are_those_of_the_recorder(self) -> None:
        # Literal values of bench/common/measure/histogram.h with 7 bits.
        for index, lower in ((0, 0), (127, 127), (128, 128), (255, 255), (256, 256), (257, 258), (384, 512), (385, 516)):
            self.assertEqual(data.bucket_lower_bound(index, 7), lower)

    def test_every_value_lies_in_its_bucket(self) -> None:
        for value in (1, 127, 128, 300, 1023, 20000, 123456789):
            index = value if value < 128 else ((value.bit_length() - 8) << 7) + (value >> (value.bit_length() - 8))
            self.assertLessEqual(data.bucket_lower_bound(index, 7), value)
            self.assertGreater(data.bucket_lower_bound(index + 1, 7), value)


class Reading(unittest.TestCase):
    def test_missing_is_none_and_zero_is_zero(self) -> None:
        run = data.parse(document([cell("dio")], ["dio"]))
        self.assertIsNone(run.cells[0].metric("read_amplification"))
        self.assertIsNone(run.cells[0].metric("no.such.metric"))
        self.assertEqual(run.cells[0].metric("ondemand.reads"), 0)
        self.assertIsNone(data.parse(document([cell("dio", growth_bytes=None)], ["dio"])).cells[0].page_cache_growth_bytes)

    def test_cells_that_differ_in_a_dimension_of_tomorrow_are_two_points(self) -> None:
        cells = [cell("dio"), cell("dio")]
        for found, kib in zip(cells, (128, 1024)):
            found["dimensions"]["readahead_bytes"] = kib << 10
            found["cell"] += f"/readahead{kib}k"
        points = [c.point for c in data.parse(document(cells, ["dio"])).cells]
        self.assertEqual(len(set(points)), 2)
        self.assertIn("readahead_bytes 1048576", points[1].label)

    def test_another_schema_is_refused(self) -> None:
        with self.assertRaisesRegex(data.ReportError, "schema_version 4"):
            data.parse({**document([], []), "schema_version": 4})

    def test_boots_collapse_to_their_median(self) -> None:
        boots = [cell("dio", mib_per_s=speed, boot=i) for i, speed in enumerate((10.0, 30.0, 500.0))]
        run = data.parse(document(boots, ["dio"]))
        self.assertEqual(len(run.cells), 1)
        self.assertEqual(run.cells[0].metric("throughput_bytes_per_s"), 30 * (1 << 20))
        self.assertEqual(sum(run.cells[0].histogram.counts), 3 * 512)

    def test_one_bad_boot_takes_the_numbers_of_all(self) -> None:
        run = data.parse(document([cell("dio"), cell("dio", status="invalid", boot=1)], ["dio"]))
        self.assertEqual((run.cells[0].status, run.cells[0].metrics), ("invalid", {}))
        self.assertIn("boot 1", run.cells[0].reason)

    def test_the_floor_is_of_the_same_read_of_the_device_itself(self) -> None:
        run = data.parse(document([cell("dio"), cell("dio", backend="raw", mib_per_s=9), cell("dio", backend="device", iodepth=32, mib_per_s=8),
                                   cell("dio", backend="device", mib_per_s=7)], ["dio"]))
        floor = run.floor(run.cells[0].point)
        self.assertEqual((speed_of(floor), floor.stand_in, floor.gap), (7, "", ""))

    def test_with_fixed_buffers_it_counts_where_it_is_better(self) -> None:
        own = cell("dio", backend="device", mib_per_s=7, cpu_ns=900)
        fixed = cell("dio", backend="device", engine=data.FIXED_BUFFERS, mib_per_s=6, cpu_ns=500)
        run = data.parse(document([cell("dio"), fixed, own], ["dio"]))
        floor = run.floor(run.cells[0].point)
        self.assertEqual((speed_of(floor), floor.value(lambda c: c.metric("cpu_ns_per_op.total"), False)), (7, 500))
        # Alone it is only similar.
        run = data.parse(document([cell("dio"), fixed], ["dio"]))
        self.assertEqual(run.floor(run.cells[0].point).stand_in, "rand 4k qd1 io_uring-fixed")

    def test_it_is_the_kernels_own_or_the_last_ones(self) -> None:
        run = data.parse(document([cell("a", backend="device", mib_per_s=5), cell("b", backend="device", mib_per_s=6), cell("c")], ["a", "b", "c"]))
        point = run.cells[2].point
        self.assertEqual([speed_of(run.floor(point, kernel)) for kernel in ("a", "b", "c", None)], [5, 6, 6, 6])

    def test_a_run_without_reads_of_the_device_has_no_floor(self) -> None:
        run = data.parse(document([cell("dio"), cell("dio", backend="raw")], ["dio"]))
        self.assertFalse(run.has_floor)
        self.assertIsNone(run.floor(run.cells[0].point))

    def test_the_nearest_read_stands_in_and_says_so(self) -> None:
        run = parse_floors(cell("dio", iodepth=8, engine="libaio"))
        floor = run.floor(run.cells[0].point)
        self.assertEqual((floor.cells[0].point.iodepth, floor.stand_in), (16, "rand 4k qd16 io_uring"))  # never fewer in flight if there are more
        run = parse_floors(cell("dio", iodepth=64, engine="libaio"))
        self.assertEqual(run.floor(run.cells[0].point).cells[0].point.iodepth, 16)
        self.assertEqual(parse_floors(cell("dio", engine="pread")).floor(run.cells[1].point).stand_in, "")
        for other in ({"device": "nvme-80us"}, {"pattern": "sequential"}, {"block_size_bytes": 8192}):
            run = parse_floors(cell("dio", **other))
            self.assertIsNone(run.floor(run.cells[0].point))

    def test_overhead_lies_beside_the_results(self) -> None:
        with tempfile.TemporaryDirectory(prefix="diobench-test") as folder:
            (Path(folder) / "results.json").write_text(json.dumps(document([], ["dio"])), encoding="utf-8")
            self.assertIsNone(data.load(Path(folder) / "results.json").overhead)
            (Path(folder) / "overhead.json").write_text("{}", encoding="utf-8")
            with self.assertRaisesRegex(data.ReportError, "overhead.json has no measured_at"):
                data.load(Path(folder) / "results.json")

    def beside(self, name: str, found: Any) -> data.Run:
        """A run with a file beside it."""
        with tempfile.TemporaryDirectory(prefix="diobench-test") as folder:
            (Path(folder) / "results.json").write_text(json.dumps(document([], ["dio"])), encoding="utf-8")
            (Path(folder) / name).write_text(json.dumps(found), encoding="utf-8")
            return data.load(Path(folder) / "results.json")

    def test_calibration_and_history_lie_beside_the_results(self) -> None:
        for name, attribute, found in (("calibration", "calibration", generated_beside.whole_calibration()), ("clock", "stopwatch", generated_beside.whole_clock()),
                                       ("history", "history", generated_beside.whole_history(["dio"], 3))):
            self.assertEqual(getattr(self.beside(f"{name}.json", found), attribute), found)
            self.assertIsNone(getattr(self.beside("other.json", found), attribute))

    def test_each_is_read_strictly(self) -> None:
        def changed(found: dict[str, Any], path: tuple, value: Any) -> dict[str, Any]:
            at: Any = found
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
            return found
        calibration, clock, history = generated_beside.whole_calibration, generated_beside.whole_clock, lambda: generated_beside.whole_history(["dio"], 3)
        point = ("metrics", 0, "arms", 0, "points", 1)
        for name, found, words in (
                ("calibration.json", changed(calibration(), ("schema_version",), 2), "schema_version 2, not 1"),
                ("calibration.json", {"schema_version": 1}, "no measured_at, machine"),
                ("calibration.json", changed(calibration(), ("slow", 1), {"name": "x"}), r"no slow\[1\].purpose"),
                ("calibration.json", changed(calibration(), ("slow", 0, "smallest_found", "change"), "large"), r"'large' as slow\[0\].smallest_found.change"),
                ("calibration.json", changed(calibration(), ("same", 0, "cells"), None), r"None as same\[0\].cells"),
                ("calibration.json", changed(calibration(), ("same", 0, "cells"), True), r"True as same\[0\].cells"),
                ("calibration.json", changed(calibration(), ("slow", 0, "found"), 1), r"1 as slow\[0\].found"),
                ("calibration.json", [], "no object"),
                ("clock.json", changed(clock(), ("schema_version",), 0), "schema_version 0, not 1"),
                ("clock.json", changed(clock(), ("clocks", 0, "summaries", 0, "agree"), None), r"None as clocks\[0\].summaries\[0\].agree"),
                ("clock.json", changed(clock(), ("clocks", 0, "ratios", 1, "agrees", "counted"), 1), r"1 as clocks\[0\].ratios\[1\].agrees.counted"),
                ("clock.json", changed(clock(), ("clocks", 1, "outcome"), "lost"), r"'lost' as clocks\[1\].outcome"),
                ("history.json", changed(history(), ("schema_version",), 0), "schema_version 0, not 1"),
                ("history.json", changed(history(), (*point, "verdict"), "good"), r"'good' as metrics\[0\].arms\[0\].points\[1\].verdict"),
                ("history.json", changed(history(), (*point, "ratio"), {"low": 1.0, "high": 1.0}), r"no metrics\[0\].arms\[0\].points\[1\].ratio.median"),
                ("history.json", changed(history(), ("metrics", 0, "direction"), "up"), "'up' as")):
            with self.subTest(words), self.assertRaisesRegex(data.ReportError, f"{name} has {words}"):
                self.beside(name, found)

    def test_a_layer_that_was_not_counted_has_no_curve(self) -> None:
        with_curve = cell("dio")
        with_curve["page_cache_curve"] = {"columns": ["time_ns", "erofs_file", "backing_file", "guest_total"], "samples": [[0, 0, 0, 5], [9, 4, 0, 9]]}
        curve = data.parse(document([with_curve], ["dio"])).cells[0].curve
        self.assertEqual((curve.time_ns, curve.layers), ([0, 9], {"erofs_file": [0, 4], "guest_total": [5, 9]}))  # sample.py has no backing_file


def parse_floors(measured: dict) -> data.Run:
    """A cell, and reads of random 4k of the device itself, on ram: pread qd1, io_uring qd16."""
    return data.parse(document([measured, cell("dio", backend="device"), cell("dio", backend="device", engine="io_uring", iodepth=16)], ["dio"]))


def speed_of(floor: data.Floor) -> float:
    """MiB/s."""
    return (floor.value(lambda c: c.metric("throughput_bytes_per_s"), True) or 0) / (1 << 20)


if __name__ == "__main__":
    unittest.main()
