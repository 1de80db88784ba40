# SPDX-License-Identifier: GPL-2.0-only
"""Whether the floor holds, and that it is said where it does not."""

import unittest
from typing import Any

from reports.data import FIXED_BUFFERS, parse
from reports.floor import wrong_floors
from tests.reports.sample import cell, document, on_a_real_clock

FLOOR = {"mib_per_s": 100.0, "cpu_ns": 5000}


def said(*cells: dict[str, Any], real: bool = False) -> list[str]:
    """What is said of these cells and a floor of 100 MiB/s and 5,000 instructions."""
    found = document([*cells, cell("dio", backend="device", **FLOOR)], ["dio"])
    return wrong_floors(parse(on_a_real_clock(found) if real else found))


class Floors(unittest.TestCase):
    def test_nothing_is_said_of_a_floor_that_holds(self) -> None:
        self.assertEqual(said(cell("dio", mib_per_s=90.0, cpu_ns=6000)), [])
        self.assertEqual(said(cell("dio", mib_per_s=100.4, cpu_ns=4980)), [])  # less than half a percent

    def test_fewer_instructions_than_the_floor_are_said_with_the_cell(self) -> None:
        text, = said(cell("dio", mib_per_s=90.0, cpu_ns=4000))
        self.assertEqual(text, "The floor is wrong: dio needs fewer instructions per read than the block device itself in 1 cell: "
                         "random-4096/fscache/flat/ram/local/direct/pread/qd1 by 20.0% (4,000 instructions, the floor 5,000 instructions)")

    def test_more_throughput_than_the_floor_is_said_with_the_cell(self) -> None:
        text, = said(cell("dio", backend="raw", mib_per_s=101.0, cpu_ns=6000))
        self.assertIn("The floor is wrong: dio is modelled faster than the block device itself in 1 cell: random-4096/raw/", text)
        self.assertIn("by 1.0% (101.00 MiB/s, the floor 100.00 MiB/s)", text)

    def test_the_worst_cells_are_named_and_the_others_counted(self) -> None:
        cells = [cell("dio", block_size_bytes=4096 << i, cpu_ns=4900 - 100 * i, mib_per_s=90.0) for i in range(5)]
        cells += [cell("dio", backend="device", block_size_bytes=4096 << i, **FLOOR) for i in range(1, 5)]
        text, = said(*cells)
        self.assertIn("in 5 cells: random-65536/", text)
        self.assertTrue(text.endswith(" and 2 more"), text)

    def test_fixed_buffers_lower_the_floor(self) -> None:
        fixed = cell("dio", backend="device", engine=FIXED_BUFFERS, mib_per_s=150.0, cpu_ns=3000)
        self.assertEqual(said(cell("dio", mib_per_s=120.0, cpu_ns=4000), fixed), [])

    def test_a_similar_read_is_no_floor_to_be_wrong(self) -> None:
        self.assertEqual(said(cell("dio", engine="libaio", iodepth=1, mib_per_s=200.0)), [])
        more = cell("dio", mib_per_s=200.0)
        more["metrics"]["ops"] = 4096
        self.assertEqual(said(more), [])
        other = cell("other", mib_per_s=200.0)
        self.assertEqual(said(other), [])  # another kernel's device

    def test_buffered_reads_are_not_bound(self) -> None:
        self.assertEqual(said(cell("dio", io="buffered", mib_per_s=300.0), cell("dio", observed_io="buffered", mib_per_s=300.0)), [])

    def test_what_was_read_elsewhere_is_not_bound(self) -> None:
        holes, below = cell("dio", mib_per_s=300.0), cell("dio", backend="loop", mib_per_s=300.0, growth_bytes=512 * 4096)
        holes["metrics"]["device"] = {"read_bytes": 4096}
        self.assertEqual(said(holes, below), [])
        whole = cell("dio", mib_per_s=300.0)
        whole["metrics"]["device"] = {"read_bytes": 512 * 4096}
        self.assertEqual(len(said(whole)), 1)

    def test_without_numbers_nothing_is_said(self) -> None:
        self.assertEqual(said(cell("dio", status="failed")), [])
        self.assertEqual(wrong_floors(parse(document([cell("dio"), cell("dio", backend="device", status="failed")], ["dio"]))), [])

    def test_older_runs_have_no_floor_to_be_wrong(self) -> None:
        self.assertEqual(wrong_floors(parse(document([cell("dio"), cell("dio", backend="raw", mib_per_s=1.0)], ["dio"]))), [])

    def test_a_real_clock_has_noise(self) -> None:
        self.assertEqual(said(cell("dio", mib_per_s=105.0, cpu_ns=6000), real=True), [])
        self.assertIn("dio is faster than", said(cell("dio", mib_per_s=120.0, cpu_ns=6000), real=True)[0])


if __name__ == "__main__":
    unittest.main()
