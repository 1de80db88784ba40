# SPDX-License-Identifier: GPL-2.0-only
"""The matrix of conformance."""

import unittest

from reports.conformance import matrix


def entry(case: str, status: str = "pass") -> dict:
    return {"case": case, "status": status, "known": False, "reason": "", "kernel_text": ""}


class Matrix(unittest.TestCase):
    def test_topics_fold_by_back_end(self) -> None:
        kernels = [{"conformance": [entry("data/flat/mmap"), entry("data/flat/every-way@loop", "fail"), entry("data/blob/every-way@loop")]},
                   {"conformance": [entry("data/flat/mmap"), entry("data/flat/every-way@file")]}]
        topics = {topic.name: topic for topic in matrix(kernels)}
        self.assertEqual(set(topics), {"data", "data on loop", "data on file"})
        self.assertEqual([row.case for row in topics["data on loop"].rows], ["data/blob/every-way@loop", "data/flat/every-way@loop"])
        self.assertTrue(topics["data on loop"].open)
        self.assertFalse(topics["data"].open)
        self.assertEqual([mark is None for mark in topics["data on file"].rows[0].marks], [True, False])


if __name__ == "__main__":
    unittest.main()
