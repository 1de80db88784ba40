# SPDX-License-Identifier: GPL-2.0-only
"""The sentences' signs and words."""

import unittest
from typing import Any

from reports.data import parse
from reports.headline import headline
from tests.reports.sample import cell, document, on_a_real_clock, two_arms


def told(document_: dict[str, Any]) -> dict[str, str]:
    """The sentences by what comes before their text: "Gain, counted"."""
    return {name.partition(" (")[0]: text for name, _, text in (s.partition(": ") for s in headline(parse(document_)))}


class Headline(unittest.TestCase):
    def test_what_is_better_is_a_gain(self) -> None:
        said = told(two_arms(cell("dio", mib_per_s=150.0, p99_ns=10000, cpu_ns=4000)))
        self.assertEqual(said["Gain, counted"], "against fallback, dio needs fewer instructions per read in 1 of 1 (most: 2.00 times fewer, rand 4k qd1 pread "
                         "on ram: 4,000 instructions instead of 8,000 instructions) and leaves less in the page cache in 1 of 1 (most: rand 4k qd1 pread on ram: "
                         "0 B instead of 2.00 MiB).")
        self.assertIn("dio has a higher throughput in 1 of 1 (most: 1.50×", said["Gain, modelled"])
        self.assertIn("lower p99", said["Gain, modelled"])
        for kind in ("counted", "modelled"):
            self.assertIn("none of more than 1%", said[f"Cost, {kind}"])
        self.assertIn("dio needs 200% (rand 4k qd1 pread on ram) of its instructions", said["Floor, counted"])
        self.assertIn("dio reaches 75% (rand 4k qd1 pread on ram) of its throughput", said["Floor, modelled"])

    def test_fallback_can_win_everything(self) -> None:
        said = told(two_arms(cell("dio", mib_per_s=50.0, p99_ns=40000, cpu_ns=9000, growth_bytes=4 << 20)))
        for kind in ("counted", "modelled"):
            self.assertIn("none", said[f"Gain, {kind}"])
        cost = said["Cost, counted"] + said["Cost, modelled"]
        for words in ("a lower throughput", "a higher p99", "more instructions", "1.12×", "leaves more in the page cache"):
            self.assertIn(words, cost)
        for words in ("fewer", "less", "higher throughput", "lower p99"):
            self.assertNotIn(words, cost)
        self.assertIn("dio reaches 25%", said["Floor, modelled"])

    def test_a_trade_off_is_told_from_both_sides(self) -> None:
        said = told(two_arms(cell("dio", mib_per_s=50.0)))
        self.assertIn("leaves less in the page cache", said["Gain, counted"])
        self.assertIn("none", said["Gain, modelled"])
        self.assertIn("a lower throughput", said["Cost, modelled"])
        self.assertIn("none", said["Cost, counted"])

    def test_less_than_a_percent_is_neither(self) -> None:
        said = told(two_arms(cell("dio", mib_per_s=100.9, growth_bytes=2 << 20)))
        for name in ("Gain, counted", "Cost, counted", "Gain, modelled", "Cost, modelled"):
            self.assertIn("none", said[name])

    def test_an_arm_without_numbers(self) -> None:
        self.assertIn("not known", told(two_arms(cell("dio", status="failed")))["Gain and cost"])

    def test_a_run_without_reads_of_the_device_has_no_floor(self) -> None:
        said = told(document([cell("fallback"), cell("dio"), cell("dio", backend="raw")], ["fallback", "dio"]))
        self.assertIn("no floor", said["Floor"])

    def test_a_floor_of_another_read_says_nothing(self) -> None:
        said = told(document([cell("fallback"), cell("dio"), cell("dio", backend="device", iodepth=8, engine="libaio")], ["fallback", "dio"]))
        self.assertIn("no floor", said["Floor"])

    def test_nothing_at_all(self) -> None:
        self.assertTrue(headline(parse(document([], []))))
        self.assertIn("not known", headline(parse(document([], ["base", "dio"])))[0])


class Clocks(unittest.TestCase):
    def test_by_the_virtual_clock_nothing_is_fast_without_the_models_name(self) -> None:
        for sentence in headline(parse(two_arms(cell("dio", mib_per_s=150.0, p99_ns=30000, cpu_ns=4000)))):
            name, _, text = sentence.partition(": ")
            self.assertNotRegex(text, "faster|slower")
            if any(unit in text for unit in ("/s", "µs", "throughput", "latency")):
                self.assertIn("modelled (1 instruction = 1 ns, device ram)", name)
                self.assertNotIn("instructions", text)

    def test_by_a_real_clock_reads_are_fast_and_no_instruction_was_counted(self) -> None:
        said = told(on_a_real_clock(two_arms(cell("dio", mib_per_s=150.0, p99_ns=10000, cpu_ns=4000))))
        self.assertIn("dio reads faster in 1 of 1 (most: 1.50×", said["Gain, timed"])
        self.assertIn("needs less CPU per read", said["Gain, timed"])
        self.assertIn("leaves less in the page cache", said["Gain, counted"])
        self.assertIn("dio needs 200% (rand 4k qd1 pread on ram) of its CPU and reaches 75% (rand 4k qd1 pread on ram) of its throughput", said["Floor, timed"])
        self.assertNotRegex(" ".join([*said, *said.values()]), "modelled|instruction")


if __name__ == "__main__":
    unittest.main()
