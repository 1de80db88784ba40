# SPDX-License-Identifier: GPL-2.0-only
"""What a page must keep.  Each rule gives the breaches it finds, "PAGE:LINE: what, and what would be right"."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from tests.prose.page import Page, plain, read_page, words_of
from tests.prose.program import Program

MOST_WORDS = 30
MOST_COLUMNS = 120
_INVOCATION = re.compile(r"^(?:sudo |\S+=\S* )*(?:build/)?diobench (.+)$")
_REFERENCE = re.compile(r"""docs/(\w[\w-]*\.md)`?(?:\]\([^)]*\))?(?:, \\?"([^"\\]+)\\?")?""")
_BESIDE = re.compile(r'\]\((\w[\w-]*\.md)\), "([^"]+)"')


@dataclass
class Banned:
    pattern: str
    say: str
    caught: list[str]       # what it must find
    passed: list[str]       # what it must let pass
    allowed_on: list[str]   # pages that need the word

    def __post_init__(self):
        self.compiled = re.compile(self.pattern, re.I)

    def found_in(self, sentence: str) -> str:
        found = self.compiled.search(sentence)
        return found.group() if found else ""


def long_sentences(page: Page) -> list[str]:
    counted = [(sentence, len(words_of(sentence.text))) for sentence in page.sentences()]
    return [f"{page.name}:{sentence.number}: {count} words in a sentence, at most {MOST_WORDS}: {sentence.text[:60]}..."
            for sentence, count in counted if count > MOST_WORDS]


def long_lines(page: Page) -> list[str]:
    def length(text: str) -> int:
        return len(re.sub(r"\]\([^)]*\)", "]", text))

    return [f"{page.name}:{line.number}: {length(line.text)} columns, fewer than {MOST_COLUMNS} are right"
            for line in page.lines if line.number not in page.tables and length(line.text) >= MOST_COLUMNS]


def banned_words(page: Page, banned: list[Banned]) -> list[str]:
    read = page.sentences() + [type(heading)(heading.number, plain(heading.text)) for heading in page.headings]
    return [f"{page.name}:{sentence.number}: \"{rule.found_in(sentence.text)}\": say {rule.say}"
            for sentence in read for rule in banned if page.name not in rule.allowed_on and rule.found_in(sentence.text)]


def opening(page: Page) -> list[str]:
    """Before its first section a page says what it is for, then shows a command.  README.md has a picture there."""
    if page.name == "README.md":
        return []
    first = next((heading.number for heading in page.headings[1:]), len(page.lines))
    purpose = [paragraph.number for paragraph in page.paragraphs if paragraph.number < first]
    commands = [line.number for line in page.code if line.number < first and re.search(r"diobench |scripts/|tests/", line.text)]
    if purpose and commands and purpose[0] < commands[0]:
        return []
    return [f"{page.name}:1: before the first section: what the page is for, then a block with a command"]


def lost_links(page: Page, folder: Path) -> list[str]:
    """Links inside of the project: file and anchor are there."""
    lost = []
    for link in page.links():
        if re.match(r"[a-z]+:", link.text):
            continue
        name, _, fragment = link.text.partition("#")
        target = folder / (name or Path(page.name).name)
        if not target.exists() or fragment and fragment not in anchors_of(target):
            lost.append(f"{page.name}:{link.number}: the link {link.text} leads nowhere")
    return lost


def anchors_of(page: Path) -> set[str]:
    return read_page(page.name, page.read_text()).anchors()


def lost_references(name: str, text: str, headings: dict[str, set[str]]) -> list[str]:
    """`docs/x.md, "Heading"`, and `[x.md](x.md), "Heading"`, in pages, texts and comments of the code.

    `headings`: of each page of docs/.
    """
    joined = re.sub(r'\n(?://+|#| *\*)? *', " ", text)  # one that goes on in the next line
    lost = []
    for page, heading in _REFERENCE.findall(joined) + _BESIDE.findall(joined):
        if page not in headings:
            lost.append(f"{name}: docs/{page} is not there")
        elif heading and heading not in headings[page]:
            lost.append(f"{name}: docs/{page} has no heading \"{heading}\"")
    return lost


@dataclass
class Call:
    """Of diobench, in a block or in backticks."""
    line: int
    words: list[str]
    command: tuple[str, ...]
    named: bool          # the program stands before it

    def values(self) -> dict[str, str]:
        """Of each option what stands behind it, unless that is a placeholder (GLOB) or left out (...)."""
        words = [part for word in self.words for part in (word.split("=", 1) if word.startswith("--") else [word])]
        return {option: value for option, value in zip(words, words[1:])
                if option.startswith("--") and not value.startswith("--") and not value.isupper() and "..." not in value}


def calls(page: Page, program: Program) -> list[Call]:
    out = []
    for place, line in lines_of_blocks(page) + [(span.number, span.text) for span in page.spans()]:
        found = _INVOCATION.match(line)
        words = split(found[1] if found else line)
        command = program.command_of(words)
        if found or "--" in line and (command or words[:1] and words[0].startswith("--")):
            out.append(Call(place, words, command, bool(found)))
    return out


def lines_of_blocks(page: Page) -> list[tuple[int, str]]:
    """Lines of code, each with what a backslash at its end continues."""
    out: list[tuple[int, str]] = []
    for line in page.code:
        if out and out[-1][1].endswith("\\"):
            out[-1] = (out[-1][0], out[-1][1][:-1] + line.text.strip())
        else:
            out.append((line.number, line.text.strip()))
    return out


def split(line: str) -> list[str]:
    """The words of one call, up to its comment, the next call or `--`."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        words = line.split()
    end = next((i for i, word in enumerate(words) if word in ("--", "|", "&&", ";", ">")), len(words))
    return [word.strip("[](),;") for word in words[:end]]


def lost_commands(page: Page, program: Program) -> list[str]:
    """`diobench COMMAND --option`, and `COMMAND --option` or `--option` in backticks: --help knows them."""
    lost = []
    for call in calls(page, program):
        if call.named and not call.command and call.words[0].islower() and not call.words[0].startswith("-"):
            lost.append(f"{page.name}:{call.line}: diobench has no command {call.words[0]}")
            continue
        known = program.options(call.command) if call.command else program.all_options()
        lost += [f"{page.name}:{call.line}: diobench {' '.join((*call.command, option))}: --help has no such option"
                 for option in re.findall(r"(?<!\S)--[a-z0-9][\w-]*(?![\w.])", " ".join(call.words)) if option not in known]
    return lost


def lost_values(page: Page, program: Program, root: Path) -> list[str]:
    """Values that a call gives: --help lists them, the files are there, and the suite has such cells."""
    lost = []
    for call in calls(page, program):
        values = call.values()
        choices = program.choices(call.command)
        wrong = [f"{option} {value}: right are {', '.join(choices[option])}" for option, value in values.items() if value not in choices.get(option, [value])]
        wrong += [f"{option} {value}: there is no such file" for option, value in values.items()
                  if option in ("--workload", "--fio-job") and value.startswith("workloads/") and not (root / value).exists()]
        suite = values.get("--suite", "headline" if "--clock" in call.words else program.suite(call.command))
        patterns = [values[option] for option in ("--filter", "--cell") if option in values] or ["*"] * ("--suite" in values)
        wrong += [f"suite {suite} has no cell {pattern}" for pattern in patterns if suite and "--workload" not in values and not program.cells_match(suite, pattern)]
        lost += [f"{page.name}:{call.line}: diobench {' '.join(call.command)}: {what}" for what in wrong]
    return lost
