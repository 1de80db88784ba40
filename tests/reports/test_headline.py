# SPDX-License-Identifier: GPL-2.0-only
"""The sentences' signs."""

import unittest

from reports.data import parse
from reports.headline import headline
from tests.reports.sample import cell, document, two_arms


class Headline(unittest.TestCase):
    def test_what_is_better_is_a_gain(self) -> None:
        gain, cost, limit = headline(parse(two_arms(cell("dio", mib_per_s=150.0, p99_ns=10000, cpu_ns=4000))))
        self.assertIn("dio reads faster in 1 of 1 (most: 1.50×", gain)
        self.assertIn("lower p99", gain)
        self.assertIn("less CPU", gain)
        self.assertIn("leaves less in the page cache in 1 of 1 (most: rand 4k qd1 pread on ram: 0 B instead of 2.00 MiB)", gain)
        self.assertIn("Cost: none", cost)
        self.assertIn("dio reaches 75%", limit)

    def test_fallback_can_win_everything(self) -> None:
        gain, cost, limit = headline(parse(two_arms(cell("dio", mib_per_s=50.0, p99_ns=40000, cpu_ns=9000, growth_bytes=4 << 20))))
        self.assertIn("Gain: none", gain)
        for words in ("reads slower", "higher p99", "more CPU", "leaves more in the page cache"):
            self.assertIn(words, cost)
        for words in ("faster", "less", " lower"):
            self.assertNotIn(words, cost)
        self.assertIn("dio reaches 25%", limit)

    def test_a_trade_off_is_told_from_both_sides(self) -> None:
        gain, cost, _ = headline(parse(two_arms(cell("dio", mib_per_s=50.0))))
        self.assertIn("leaves less in the page cache", gain)
        self.assertNotIn("faster", gain)
        self.assertIn("reads slower", cost)
        self.assertNotIn("page cache", cost)

    def test_less_than_a_percent_is_neither(self) -> None:
        gain, cost, _ = headline(parse(two_arms(cell("dio", mib_per_s=100.9, growth_bytes=2 << 20))))
        self.assertIn("Gain: none", gain)
        self.assertIn("Cost: none", cost)

    def test_an_arm_without_numbers(self) -> None:
        sentences = headline(parse(two_arms(cell("dio", status="failed"))))
        self.assertIn("not known", sentences[0])
        self.assertIn("no raw reads", headline(parse(document([cell("fallback"), cell("dio")], ["fallback", "dio"])))[2])

    def test_nothing_at_all(self) -> None:
        self.assertTrue(headline(parse(document([], []))))
        self.assertIn("not known", headline(parse(document([], ["base", "dio"])))[0])


if __name__ == "__main__":
    unittest.main()
