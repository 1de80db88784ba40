# SPDX-License-Identifier: GPL-2.0-only
"""A page of Markdown in the parts that the rules look at.

A sentence ends at `.`, `?` or `!`, with the bracket or quotes that close behind it, before a blank and the beginning of another one
(an upper-case letter, a digit, code, a bracket or quotes), and where its paragraph, list item or cell of a table ends.  A semicolon or
a colon ends none.  A word is what stands between blanks and has a letter or digit in it; code in backticks is one word, of a link the
text counts.  Headings, blocks of code and generated parts (from `<!-- made by ...` to `<!-- end -->`) hold no sentences.
"""

import re
from dataclasses import dataclass, field

CODE = "\N{OBJECT REPLACEMENT CHARACTER}0"  # stands for `code` in a sentence: a word, and no word of prose
_GENERATED = re.compile(r"<!-- made by .*?<!-- end -->", re.S)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`]+)`")
_END = re.compile(r"""(?<=[.?!])["')\]*]*\s+(?=["'(\[*]*[A-Z0-9`\N{OBJECT REPLACEMENT CHARACTER}])""")
_ITEM = re.compile(r"\s*(?:[*-]|\d+\.)\s+")


@dataclass
class Line:
    number: int
    text: str


@dataclass
class Page:
    name: str
    lines: list[Line] = field(default_factory=list)          # all that people wrote
    paragraphs: list[Line] = field(default_factory=list)     # each as one line, with the number of its first
    headings: list[Line] = field(default_factory=list)
    code: list[Line] = field(default_factory=list)           # lines of blocks
    tables: set[int] = field(default_factory=set)            # numbers of rows

    def sentences(self) -> list[Line]:
        return [Line(paragraph.number, sentence) for paragraph in self.paragraphs for sentence in sentences_of(paragraph.text)]

    def links(self) -> list[Line]:
        return [Line(line.number, target) for line in self._prose() for _, target in _LINK.findall(line.text)]

    def spans(self) -> list[Line]:
        """Code in backticks, also where it goes on in the next line."""
        return [Line(paragraph.number, span) for paragraph in self.paragraphs for span in _SPAN.findall(paragraph.text)]

    def anchors(self) -> set[str]:
        return {anchor(heading.text) for heading in self.headings}

    def _prose(self) -> list[Line]:
        inside = {line.number for line in self.code}
        return [line for line in self.lines if line.number not in inside]


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def plain(text: str) -> str:
    """`text` as it is read: links as their text, code as one word, without emphasis."""
    return re.sub(r"\*\*|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)", "", _SPAN.sub(CODE, _LINK.sub(r"\1", text)))


def sentences_of(text: str) -> list[str]:
    return [part for part in _END.split(plain(text).strip()) if part]


def words_of(sentence: str) -> list[str]:
    return [word for word in sentence.split() if re.search(r"\w", word)]


def read_page(name: str, text: str) -> Page:
    text = _GENERATED.sub(lambda generated: "\n" * generated.group().count("\n"), text)
    page, open_paragraph, in_block = Page(name), None, False
    for number, line in enumerate(text.splitlines(), 1):
        page.lines.append(Line(number, line))
        if line.lstrip().startswith("```"):
            in_block, open_paragraph = not in_block, None
        elif in_block or line.startswith("    ") and open_paragraph is None and not _ITEM.match(line):
            page.code.append(Line(number, line))
        elif line.startswith("#"):
            page.headings.append(Line(number, line.lstrip("# ")))
            open_paragraph = None
        elif line.lstrip().startswith("|"):
            page.tables.add(number)
            page.paragraphs += [Line(number, cell) for cell in re.split(r"(?<!\\)\|", line) if re.search(r"\w", cell)]
            open_paragraph = None
        elif not line.strip() or line.lstrip().startswith(("![", "<!--")):
            open_paragraph = None
        elif open_paragraph is None or _ITEM.match(line):
            open_paragraph = Line(number, _ITEM.sub("", line, count=1) if _ITEM.match(line) else line.strip())
            page.paragraphs.append(open_paragraph)
        else:
            open_paragraph.text += " " + line.strip()
    return page
