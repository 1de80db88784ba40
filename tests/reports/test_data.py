# SPDX-License-Identifier: GPL-2.0-only
"""Reading results.json."""

import unittest

from reports import data
from tests.reports.sample import cell, document


class Buckets(unittest.TestCase):
    def test_bounds_are_those_of_the_recorder(self) -> None:
        # Literal values of bench/measure/histogram.h with 7 bits.
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

    def test_another_schema_is_refused(self) -> None:
        with self.assertRaisesRegex(data.ReportError, "schema_version 3"):
            data.parse({**document([], []), "schema_version": 3})

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

    def test_raw_limit_is_of_the_same_read(self) -> None:
        run = data.parse(document([cell("dio"), cell("dio", backend="raw", iodepth=32), cell("dio", backend="raw", mib_per_s=7)],
                                  ["dio"]))
        self.assertEqual(run.raw(run.cells[0].point).metric("throughput_bytes_per_s"), 7 * (1 << 20))


if __name__ == "__main__":
    unittest.main()
