# SPDX-License-Identifier: GPL-2.0-only
"""The first screen: what answer.json says, as the page shows it."""

import unittest
from dataclasses import replace

from reports import answer
from reports.data import Run, parse
from tests.reports.generated_beside import answer as made
from tests.reports.sample import cell, two_arms


def run_with_answer() -> Run:
    return replace(parse(two_arms(cell("dio"))), answer=made())


class Answer(unittest.TestCase):
    def test_the_table_is_as_it_was_computed(self) -> None:
        work, time = answer.blocks(run_with_answer())
        self.assertIn("counted", work.title)
        self.assertIn("modelled: 1 instruction = 1 ns", time.title)
        refused, cold = work.rows[0].figures
        self.assertEqual(refused.word, "refused")
        self.assertEqual((cold.median, cold.look, cold.best, cold.worst, cold.worse), ("0.50", "better", "0.31", "0.99", False))
        alike, warm = time.rows[0].figures[1], time.rows[1].figures[1]
        self.assertEqual((alike.best, alike.worst), ("", ""))
        self.assertEqual((warm.look, warm.worst, warm.worse), ("worse", "45", True))

    def test_the_worst_reads_are_of_the_kernel_that_is_judged(self) -> None:
        [one] = answer.worst_reads(run_with_answer())
        self.assertEqual((one.title, one.kernel), ("warm", "dio"))
        self.assertIn("45 times: 45.00 µs instead of 1.00 µs; worse in 2 of 2 reads", one.text)

    def test_what_to_type_next(self) -> None:
        self.assertEqual(answer.next_command(run_with_answer()), "diobench profile --filter c")
        self.assertEqual(answer.next_command(parse(two_arms(cell("dio")))), "")

    def test_each_clause_leads_to_its_rows(self) -> None:
        self.assertEqual(answer.recommendation(run_with_answer()),
                         ['Take dio if they are <a href="#class-time-cold">cold</a>.', 'Keep fallback if they are <a href="#class-time-warm">warm</a>.'])

    def test_a_row_says_how_large_each_series_is(self) -> None:
        document = two_arms(cell("dio"))
        self.assertEqual(answer.sizes(parse(document)), [], "of before it was counted")
        size = {"patches": 12, "files": 7, "lines_added": 612, "lines_removed": 41, "checkpatch": {"errors": 0, "warnings": 1, "checks": 2}, "checkpatch_reason": ""}
        fallback, dio = document["kernels"]
        dio["size"] = size
        self.assertEqual(answer.sizes(parse(document)), [answer.Size("fallback", "not known", (), (), ""), answer.Size("dio", "", (12, 7, 612, 41), (0, 1, 2), "")])
        fallback["size"] = size | {"patches": 0, "checkpatch": None, "checkpatch_reason": "there is no patch"}
        dio["size"] = size | {"checkpatch": None, "checkpatch_reason": "no perl"}
        self.assertEqual(answer.sizes(parse(document)), [answer.Size("fallback", "no patch", (), (), ""), answer.Size("dio", "", (12, 7, 612, 41), (), "no perl")])

    def test_who_is_judged_is_told_with_its_price(self) -> None:
        document = two_arms(cell("dio"))
        document["kernels"][1]["size"] = {"patches": 12, "files": 7, "lines_added": 1612, "lines_removed": 41, "checkpatch": None, "checkpatch_reason": "no perl"}
        self.assertEqual(answer.contenders(replace(parse(document), answer=made())),
                         [("dio", "the arm dio; 12 patches, 1,612 lines added, 41 removed"), ("fallback", "the arm fallback")])
        self.assertEqual(answer.contenders(parse(document)), [])

    def test_ratios_of_the_recommendation_are_explained_where_there_are_some(self) -> None:
        self.assertEqual(answer.ratio_meaning(run_with_answer()), "")
        with_ratio = made()
        with_ratio["recommendation"][0]["text"] = "Take dio if they are cold (0.50x)."
        self.assertIn("modelled time per read of dio as a multiple of fallback's", answer.ratio_meaning(replace(run_with_answer(), answer=with_ratio)))

    def test_without_the_file_it_says_who_writes_it(self) -> None:
        run = parse(two_arms(cell("dio")))
        self.assertIn("diobench report", answer.recommendation(run)[0])
        self.assertEqual(answer.blocks(run), [])


if __name__ == "__main__":
    unittest.main()
