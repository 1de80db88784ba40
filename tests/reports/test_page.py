# SPDX-License-Identifier: GPL-2.0-only
"""The page and the program that writes it."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.reports import generated_beside
from tests.reports.sample import cell, document, two_arms

ROOT = Path(__file__).resolve().parents[2]
LARGEST_PAGE_BYTES = 3 << 20


def run_report(directory: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-B", "-m", "reports", str(directory)], cwd=ROOT, capture_output=True, text=True,
                          check=False)


class Elements(HTMLParser):
    """Gathers what a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        self.fetched += [value for name, value in attrs if name in ("src", "href", "data", "srcset")]


class Page(unittest.TestCase):
    def write(self, document_: dict[str, Any], **beside: Any) -> tuple[Path, str]:
        """`beside` are other files, by their names without .json."""
        directory = Path(self.scratch_directory())
        for name, found in beside.items():
            (directory / f"{name}.json").write_text(json.dumps(found), encoding="utf-8")
        (directory / "results.json").write_text(json.dumps(document_), encoding="utf-8")
        done = run_report(directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.strip(), str(directory / "report.html"))
        return directory, (directory / "report.html").read_text(encoding="utf-8")

    def scratch_directory(self) -> str:
        folder = tempfile.TemporaryDirectory(prefix="diobench-test")
        self.addCleanup(folder.cleanup)
        return folder.name

    def test_each_place_that_a_link_leads_to_is_there_once(self) -> None:
        found = two_arms(cell("dio"))
        found["kernels"][0]["base_version"] = "6.1.170"
        text = re.sub(r"<svg.*?</svg>", "", self.write(found)[1], flags=re.DOTALL)
        self.assertIn("Which kernel?", text)
        page = Elements()
        page.feed(text)
        self.assertEqual(sorted(page.ids), sorted(set(page.ids)))
        self.assertLessEqual({link[1:] for link in page.fetched if link and link.startswith("#")}, set(page.ids))

    def test_changes_of_fio_jobs_are_listed(self) -> None:
        found = two_arms(cell("dio"))
        self.assertNotIn("fio job files", self.write(found)[1])
        found["run"]["fio_jobs"] = [{"name": "database", "layout": "flat", "adapted": ["fio/database.fio"], "changes": [
            {"file": "database.fio", "line": 3, "option": "size=<10g>", "became": "size=32m", "why": "the file has 32m"}]}]
        page = self.write(found)[1]
        for text in ("fio job files", "size=&lt;10g&gt;", "size=32m", "the file has 32m", "fio/database.fio"):
            self.assertIn(text, page)

    def test_one_file_without_network_or_scripts(self) -> None:
        directory, page = self.write(two_arms(cell("dio", status="invalid", observed_io="mixed")))
        elements = Elements()
        elements.feed(page)
        self.assertNotIn("script", elements.tags)
        self.assertTrue(elements.fetched)
        self.assertEqual([f for f in elements.fetched if not f.startswith(("data:", "#"))], [])
        for anchor in (f[1:] for f in elements.fetched if f.startswith("#")):
            self.assertIn(f'id="{anchor}"', page)
        self.assertNotRegex(page, r"url\((?!#)|@import")
        self.assertLess(len(page.encode()), LARGEST_PAGE_BYTES)
        names = {p.name for p in (directory / "plots").iterdir()}
        wanted = ("tradeoff-ram", "latency-ram", "footprint-ram", "workload-random-4096")
        self.assertEqual(names, {f"{n}.{s}" for n in wanted for s in ("png", "svg")})

    def test_it_has_the_answer_every_cell_and_every_reason(self) -> None:
        text = two_arms(cell("dio", status="invalid", observed_io="mixed"))
        _, page = self.write(text)
        for item in text["cells"]:
            self.assertIn(item["cell"], page)
        self.assertIn("it is invalid &lt;because&gt; &amp; so", page)
        self.assertNotIn("<because>", page)
        for words in ("The answer is not beside this run", "1 guest instruction = 1 ns", "a" * 64, "diobench run --suite quick"):
            self.assertIn(words, page)
        self.assertIn("no remote cells", page)

    def test_the_answer_comes_before_the_pictures(self) -> None:
        _, page = self.write(two_arms(cell("dio", mib_per_s=150.0)), answer=generated_beside.answer())
        self.assertLess(page.index("Keep fallback if they are"), page.index("<img"))
        self.assertLess(page.index("Worst, modelled"), page.index("<table"))
        self.assertIn('<a href="#class-time-warm">', page)
        self.assertIn('<tr id="class-time-warm">', page)
        self.assertEqual(len(re.findall("<img", page)), 4)
        self.assertLess(page.index('href="#trade-off"'), page.index('<section id="trade-off"'))

    def test_how_large_a_series_is_stands_on_the_front(self) -> None:
        found = two_arms(cell("dio"))
        self.assertNotIn("Size of each series", self.write(found)[1])
        found["kernels"][1]["size"] = {"patches": 12, "files": 7, "lines_added": 612, "lines_removed": 41, "checkpatch": None, "checkpatch_reason": "no <perl>"}
        page = self.write(found)[1]
        row = page[page.index("Size of each series"):page.index("<nav")]
        self.assertRegex(row, r'fallback</th><td class="gap" colspan="7">not known')
        self.assertIn('<td class="n">612</td><td class="n">41</td><td class="gap" colspan="3">checkpatch did not run: no &lt;perl&gt;</td>', row)
        found["kernels"][1]["size"] |= {"checkpatch": {"errors": 3, "warnings": 0, "checks": 1}, "checkpatch_reason": ""}
        self.assertIn('<td class="n">41</td><td class="n worse">3</td><td class="n">0</td><td class="n">1</td></tr>', self.write(found)[1])

    def test_a_wrong_floor_is_said_on_the_front(self) -> None:
        front = "the block device itself in 1 cell: random-4096/fscache/flat/ram/local/direct/pread/qd1"
        found = two_arms(cell("dio", mib_per_s=150.0))
        self.assertNotIn("floor is wrong", self.write(found)[1])
        found["cells"].append(cell("dio", backend="device", mib_per_s=120.0))
        page = self.write(found)[1]
        self.assertIn("The floor is wrong: dio is modelled faster than " + front, page[:page.index("<nav")])

    def test_the_table_says_what_was_counted_and_modelled(self) -> None:
        page = self.write(two_arms(cell("dio")))[1]
        for head in ("instructions per read<br><small>counted", "page cache<br><small>counted", "throughput<br><small>modelled"):
            self.assertIn(head, page)

    def test_the_front_says_how_far_the_gate_can_be_trusted(self) -> None:
        trusted = generated_beside.calibration([generated_beside.equal("dio", 1000)], [generated_beside.slowed("a", change=0.0013)], machine="exact")
        document_ = two_arms(cell("dio"))
        document_["run"]["tool"] |= generated_beside.TOOL
        _, page = self.write(document_, calibration=trusted, history=generated_beside.whole_history(["dio"], 3))
        front = page[:page.index("<nav")]
        self.assertIn("0 in 1,000 of equal kernels", front)
        self.assertIn("latency_ns.mean 0.13 %", front)
        self.assertNotIn('class="trust bad"', page)
        for section in ("calibration", "history"):
            self.assertIn(f'<section id="{section}">', page)
        _, page = self.write(document_, calibration={**trusted, "failures": ["a slow kernel <was> not found"]})
        self.assertIn('<p class="trust bad">Calibration failed: a slow kernel &lt;was&gt; not found.</p>', page[:page.index("<nav")])
        self.assertNotIn('<section id="history">', page)
        self.assertIn("`diobench calibrate` was not run on this host", self.write(two_arms(cell("dio")))[1])

    def test_the_front_says_what_a_stopwatch_says(self) -> None:
        document_ = two_arms(cell("dio"))
        document_["run"]["tool"] |= generated_beside.TOOL
        found = generated_beside.clock([generated_beside.held(0.5, 0.8)])
        front = self.write(document_, clock=found)[1].partition("<nav>")[0]
        self.assertIn("A stopwatch on this host (uml) names the same side as faster in 1 of 1 comparisons", front)
        self.assertNotIn('class="trust bad"', front)
        front = self.write(document_, clock={**found, "failures": ["uml: a ratio <is> lost"]})[1].partition("<nav>")[0]
        self.assertIn('<p class="trust bad">Holding a stopwatch against it left gaps: uml: a ratio &lt;is&gt; lost.</p>', front)
        self.assertIn("No stopwatch has been held against these numbers: diobench calibrate --clock", self.write(document_)[1].partition("<nav>")[0])
        document_["run"]["clock"]["kind"] = "real"
        self.assertNotIn("What a stopwatch says", self.write(document_)[1])

    def test_a_bad_file_beside_the_results_is_an_error_with_a_reason(self) -> None:
        directory = self.write(two_arms(cell("dio")))[0]
        (directory / "calibration.json").write_text("{}", encoding="utf-8")
        done = run_report(directory)
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, "^report: .*calibration.json has no schema_version.*let diobench calibrate of this version write it\n$")

    def test_a_run_without_cells_still_has_a_page(self) -> None:
        _, page = self.write(document([], ["base"]))
        self.assertIn("Is it right?", page)
        self.assertIn("verify/flat/ram/direct", page)
        self.assertNotIn("Every cell", page)

    def test_equal_results_give_equal_pages(self) -> None:
        one = self.write(two_arms(cell("dio")))[1]
        self.assertEqual(one, self.write(two_arms(cell("dio")))[1])

    def test_what_cannot_be_read_is_an_error_with_a_reason(self) -> None:
        directory = Path(self.scratch_directory())
        self.assertEqual(run_report(directory).returncode, 2)
        self.assertIn("results.json", run_report(directory).stderr)
        (directory / "results.json").write_text('{"schema_version": 3, "run"', encoding="utf-8")
        done = run_report(directory)
        self.assertEqual(done.returncode, 2)
        self.assertIn("cut off", done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse((directory / "report.html").exists())


if __name__ == "__main__":
    unittest.main()
