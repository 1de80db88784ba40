# SPDX-License-Identifier: GPL-2.0-only
"""README.md, docs/*.md and kernel-patches/README.md keep the rules of tests/prose/rules.py, with the words of words.toml."""

import os
import tomllib
import unittest
from pathlib import Path

from tests.prose import rules
from tests.prose.page import CODE, Page, anchor, read_page, sentences_of, words_of
from tests.prose.program import Program

ROOT = Path(__file__).resolve().parents[2]
WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text())
BANNED = [rules.Banned(row["pattern"], row["say"], row["caught"], row["passed"], row.get("allowed_on", [])) for row in WORDS["banned"]]
PAGES = [ROOT / "README.md", ROOT / "kernel-patches/README.md", *sorted((ROOT / "docs").glob("*.md"))]
PROGRAM = Program(os.environ["DIOBENCH"])


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().removeprefix("docs/")


def read(path: Path) -> Page:
    return read_page(name_of(path), path.read_text())


def breaches_of_style(page: Page) -> list[str]:
    return rules.long_sentences(page) + rules.long_lines(page) + rules.banned_words(page, BANNED) + rules.opening(page)


class ThePages(unittest.TestCase):
    def test_sentences_lines_words_and_openings(self):
        found = [breach for path in PAGES if name_of(path) not in WORDS["unfinished"] for breach in breaches_of_style(read(path))]
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_pages_that_are_listed_as_unfinished_are(self):
        self.assertEqual([], [name for name in WORDS["unfinished"] if name not in {name_of(path) for path in PAGES}])
        done = [name_of(path) for path in PAGES if name_of(path) in WORDS["unfinished"] and not breaches_of_style(read(path))]
        self.assertEqual([], done, "take these pages from the list of tests/prose/words.toml: they keep the rules")

    def test_links_lead_somewhere(self):
        self.assertEqual([], [breach for path in PAGES for breach in rules.lost_links(read(path), path.parent)])

    def test_pages_and_code_refer_to_headings_that_are_there(self):
        headings = {name_of(path): {heading.text.replace("`", "") for heading in read(path).headings} for path in PAGES}
        files = [path for path in PAGES if name_of(path) not in WORDS["unfinished"]] + [path for folder in ("bench", "reports", "kernel-patches", "workloads") for path in sorted((ROOT / folder).rglob("*"))
                         if path.suffix in (".h", ".cc", ".py", ".md", ".toml", ".c")]
        self.assertGreater(len(files), 300)
        found = [breach for path in files for breach in rules.lost_references(path.relative_to(ROOT).as_posix(), path.read_text(), headings)]
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_commands_and_options_exist(self):
        self.assertIn("--filter", PROGRAM.options(("run",)))
        found = [breach for path in PAGES for breach in rules.lost_commands(read(path), PROGRAM)]
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_values_of_options_are_right_ones(self):
        found = [breach for path in PAGES for breach in rules.lost_values(read(path), PROGRAM, ROOT)]
        self.assertEqual([], found, "\n" + "\n".join(found))


class TheRules(unittest.TestCase):
    """The same rules on pages that break them."""

    @staticmethod
    def page(text: str) -> Page:
        return read_page("x.md", text)

    def test_where_sentences_end(self):
        self.assertEqual(["One (or two).", "Three?", "4.5 % of it; and more: so."], sentences_of("One (or two). Three? 4.5 % of it; and more: so."))
        self.assertEqual([f"It is {CODE}.", f"{CODE} ends."], sentences_of("It is `x`. `y z` ends."))
        self.assertEqual(["See fs/erofs/data.c for 6.12.117 and e.g. more"], sentences_of("See fs/erofs/data.c for 6.12.117 and e.g. more"))
        self.assertEqual(4, len(words_of(sentences_of("`a b c` is [two words](x.md) -")[0])))

    def test_a_long_sentence(self):
        sentence = " ".join(["word"] * 31) + "."
        for text in (sentence, f"* {sentence}", f"| {sentence} | b |", "Short.\n" + sentence.replace(" word", "\nword", 1)):
            self.assertEqual(1, len(rules.long_sentences(self.page(text))), text)
        for text in (f"```\n{sentence}\n```", f"# {sentence}", f"<!-- made by x -->\n{sentence}\n<!-- end -->", sentence.replace("word word", "word. Word", 1)):
            self.assertEqual([], rules.long_sentences(self.page(text)), text)
        self.assertIn("x.md:2: 31 words", rules.long_sentences(self.page("\n" + sentence))[0])

    def test_items_of_a_list_are_no_one_sentence(self):
        item = "* " + " ".join(["word"] * 20)
        self.assertEqual([], rules.long_sentences(self.page(f"{item}\n{item}\n\n1. {item[2:]}\n2. {item[2:]}")))

    def test_a_long_line(self):
        self.assertEqual([], rules.long_lines(self.page("x" * 119)))
        self.assertEqual(1, len(rules.long_lines(self.page("x" * 120))))
        self.assertEqual(1, len(rules.long_lines(self.page("```\n" + "x" * 120 + "\n```"))))
        self.assertEqual([], rules.long_lines(self.page("| " + "x" * 200 + " |\n[text](" + "x" * 200 + ")")))

    def test_each_banned_word_is_found_and_nothing_else(self):
        for rule in BANNED:
            for text in rule.caught:
                self.assertEqual(1, len(rules.banned_words(self.page(text), [rule])), f"{rule.pattern}: {text}")
            for text in rule.passed:
                self.assertEqual([], rules.banned_words(self.page(text), [rule]), f"{rule.pattern}: {text}")
                self.assertTrue(rule.say)

    def test_words_in_code_are_nobodys_but_the_programs(self):
        self.assertEqual([], rules.banned_words(self.page("The key `arm` and `luck`.\n```\nluck\n```"), BANNED))
        self.assertEqual([], rules.banned_words(read_page("reports.md", "The floor."), BANNED))

    def test_an_opening(self):
        self.assertEqual([], rules.opening(self.page("# X\nWhat it is for.\n```\ndiobench run\n```\n## A\n")))
        for text in ("# X\n```\ndiobench run\n```\nWhat.\n## A\n", "# X\nWhat it is for.\n## A\n```\ndiobench run\n```\n", "# X\n## A\nWhat.\n"):
            self.assertEqual(1, len(rules.opening(self.page(text))), text)

    def test_dead_links(self):
        text = "# Some `code`, here\n[a](x.md) [b](#some-code-here) [c](https://example.org/x)"
        self.assertEqual("some-code-here", anchor("Some `code`, here"))
        folder = ROOT / "docs"
        self.assertEqual(2, len(rules.lost_links(self.page(text), folder)))
        self.assertEqual(1, len(rules.lost_links(self.page("[g](gate.md#no-such-anchor) [h](gate.md)"), folder)))

    def test_lost_references(self):
        headings = {"gate.md": {"Policy"}}
        for text in ('(docs/gate.md, "Policy")', "docs/gate.md", '[gate.md](gate.md), "Policy"', '// docs/gate.md,\n// "Policy"', '\\"x\\" (docs/gate.md, \\"Policy\\")'):
            self.assertEqual([], rules.lost_references("x", text, headings), text)
        for text in ('(docs/gate.md, "Police")', "docs/gates.md", '[gate.md](gate.md), "Police"', '// docs/gate.md,\n// "Police"', 'docs/gate.md, \\"Police\\"'):
            self.assertEqual(1, len(rules.lost_references("x", text, headings)), text)

    def test_commands_that_are_not_there(self):
        for text in ("```\ndiobench run --filter x   # --nothing\n```", "`run --resume DIR`", "`--filter GLOB`", "`build/diobench kernel add x --on dio`", "`docker run --cap-add=X`",
                     "```\ndiobench trace record --root / -- ls --nothing\n```", "`--collector.textfile.directory=DIR`"):
            self.assertEqual([], rules.lost_commands(self.page(text), PROGRAM), text)
        for text in ("```\ndiobench run --nothing x\n```", "`run --nothing DIR`", "`--nothing GLOB`", "`diobench kernel --on dio`", "`diobench dance`", "`diobench run [--nothing]`", "`diobench run --suite=x\n--nothing`"):
            self.assertEqual(1, len(rules.lost_commands(self.page(text), PROGRAM)), text)

    def test_values_that_are_not_right(self):
        for text in ("`run --machine uml`", "`run --machine NAME`", "```\ndiobench plan --suite quick --filter '*/4k/*'\n```", "`run --workload workloads/rivals.toml --filter x`",
                     "`calibrate --clock --filter '*/ram/*'`", "`plan --suite=nightly`"):
            self.assertEqual([], rules.lost_values(self.page(text), PROGRAM, ROOT), text)
        for text in ("`run --machine vax`", "```\ndiobench profile --kernel dio \\\n  --filter '*/5k/*'\n```", "`run --workload workloads/nothing.toml`", "`calibrate --clock --filter '*/tape/*'`",
                     "`plan --suite daily`", "`bisect --cell no/such/cell`"):
            self.assertEqual(1, len(rules.lost_values(self.page(text), PROGRAM, ROOT)), text)


if __name__ == "__main__":
    unittest.main()
