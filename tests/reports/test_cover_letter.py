# SPDX-License-Identifier: GPL-2.0-only
"""The numbers of a cover letter: from good runs of all kernels only, and in their place."""

import unittest
from pathlib import Path
from typing import Any, Optional

from reports import cover_letter, marked
from reports.strict import ReportError
from tests.reports.sample import cell, document

LETTER = Path(__file__).resolve().parents[2] / "kernel-patches/series/dio/cover-letter.txt"


def between_marks(document: str, content: str) -> Optional[str]:
    return marked.replaced(document, cover_letter.BEGIN, cover_letter.END, content)


def run_of_all(**status: str) -> dict[str, Any]:
    cells = []
    for name in cover_letter.KERNELS:
        for row in cover_letter.ROWS:
            one = cell(name)
            one |= {"cell": row.cell, "status": status.get(name.replace("-", "_"), "ok")}
            if one["status"] == "ok":
                one["metrics"]["ops_per_s"] = 12345.6
                one["metrics"]["latency_ns"] = {"mean": 6750.0, "p50": 6736}
            cells.append(one)
    found = document(cells, list(cover_letter.KERNELS))
    found["run"]["tool"]["qemu"] = "QEMU 7.2.22"
    for kernel in found["kernels"]:
        kernel["size"] = {"patches": 19, "files": 15, "lines_added": 1619, "lines_removed": 93}
    return found


class Numbers(unittest.TestCase):
    def test_a_row_a_figure_and_a_column_a_kernel(self) -> None:
        text = cover_letter.numbers(run_of_all(base="unsupported"))
        line = next(line for line in text.splitlines() if line.startswith("4 KiB random pread, reads/s"))
        self.assertEqual(line.split()[-5:], ["refused", "12,346", "12,346", "12,346", "-"])
        self.assertIn("19 patches, 15 files, 1619 lines added and 93 removed.", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 84)

    def test_no_number_of_a_run_that_is_not_good(self) -> None:
        with self.assertRaisesRegex(ReportError, "of dio-sync is invalid"):
            cover_letter.numbers(run_of_all(dio_sync="invalid"))
        lacking = run_of_all()
        lacking["kernels"] = lacking["kernels"][:2]
        with self.assertRaisesRegex(ReportError, "no kernel dio-sync, dio: diobench run"):
            cover_letter.numbers(lacking)
        lacking = run_of_all()
        lacking["cells"] = [one for one in lacking["cells"] if "/remote/" not in one["cell"]]
        with self.assertRaisesRegex(ReportError, "no remote-read/.*: suite quick has"):
            cover_letter.numbers(lacking)

    def test_they_stand_between_the_marks_of_the_letter(self) -> None:
        letter = LETTER.read_text(encoding="utf-8")
        changed = between_marks(letter, "here\n")
        assert changed is not None
        self.assertIn("\nNumbers\n-------\nhere\n\nWhat it costs\n", changed)
        self.assertIsNone(between_marks("Dear all,\n", "here\n"))

    def test_the_letter_is_one_of_a_mailing_list(self) -> None:
        letter = LETTER.read_text(encoding="utf-8")
        self.assertLessEqual(max(map(len, letter.splitlines())), 84)
        series = LETTER.parents[1]
        patches = sum(len(list((series / name).glob("*.patch"))) for name in ("fix-hole", "fix-compressed", "dio-sync", "dio"))
        self.assertIn(f"[PATCH 00/{patches}]", letter.splitlines()[0])


if __name__ == "__main__":
    unittest.main()
