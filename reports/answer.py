# SPDX-License-Identifier: GPL-2.0-only
"""The first screen of a run's page: the recommendation, the table of classes and the sentences of answer.json (bench/results/compare/answer.h)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

from markupsafe import Markup, escape

from reports.aspects import SAME_WITHIN
from reports.clock import TIMED
from reports.data import Run

MISSING = "The answer is not beside this run: `diobench report` writes it (answer.json)."


@dataclass(frozen=True)
class Figure:
    """A kernel's place in a row: its median and its span, or a word."""

    word: str            # why there is no number; empty if there is one
    median: str = ""
    look: str = ""       # of the median: "better", "worse" or ""
    best: str = ""       # empty if all reads are alike
    worst: str = ""
    worse: bool = False  # some read is worse than the reference's


@dataclass(frozen=True)
class Row:
    id: str
    title: str
    meaning: str
    reads: int
    figures: list[Figure]


@dataclass(frozen=True)
class Block:
    """Rows of one measure."""

    anchor: str
    title: str
    rows: list[Row]


@dataclass(frozen=True)
class Worst:
    """The worst read of a class, in words."""

    title: str
    measure: str
    kernel: str
    read: str
    text: str


@dataclass(frozen=True)
class Size:
    """What a kernel's series changes of its base kernel (docs/results.md, `size`)."""

    kernel: str
    word: str                    # why there is no number; empty if there is one
    numbers: tuple[int, ...]     # patches, files, lines added, lines removed
    checkpatch: tuple[int, ...]  # errors, warnings, checks; empty: it did not run
    reason: str                  # why not


def sizes(run: Run) -> list[Size]:
    """A row a kernel; none for runs of before it was counted."""
    kernels = run.document["kernels"]
    return [_size(kernel["name"], kernel.get("size")) for kernel in kernels] if any(kernel.get("size") for kernel in kernels) else []


def _size(kernel: str, size: Optional[dict[str, Any]]) -> Size:
    if size is None or not size["patches"]:
        return Size(kernel, "not known" if size is None else "no patch", (), (), "")
    counts = size["checkpatch"] or {}
    return Size(kernel, "", tuple(size[name] for name in ("patches", "files", "lines_added", "lines_removed")),
                tuple(counts[name] for name in ("errors", "warnings", "checks") if counts), size["checkpatch_reason"])


def contenders(run: Run) -> list[tuple[str, str]]:
    """The kernel that is judged and the one it is judged against, each with what it does and how large its series is."""
    if run.answer is None:
        return []
    kernels = {kernel["name"]: kernel for kernel in run.document["kernels"]}
    classes = run.answer["classes"]
    named = [name for name in dict.fromkeys((classes["candidate"], classes["reference"])) if name in kernels]
    return [(name, "; ".join(part for part in (kernels[name]["purpose"], _price(kernels[name].get("size"))) if part)) for name in named]


def _price(size: Optional[dict[str, Any]]) -> str:
    """Empty if it was not counted."""
    if size is None:
        return ""
    count = size["patches"]
    return f"{count} patch{'' if count == 1 else 'es'}, {size['lines_added']:,} lines added, {size['lines_removed']:,} removed" if count else "no patch"


def ratio_meaning(run: Run) -> str:
    """What the numbers in brackets of the recommendation are."""
    if run.answer is None or not any("x)" in clause["text"] for clause in run.answer["recommendation"]):
        return ""
    classes = run.answer["classes"]
    kinds = {row["kind"] for row in classes["time"]} - {TIMED}
    return (f"In brackets: {'/'.join(sorted(kinds)) + ' ' if kinds else ''}time per read of {classes['candidate']} as a multiple of {classes['reference']}'s, median of the class; "
            "below 1x is better. Of memory: bytes left in the page cache.")


def blocks(run: Run) -> list[Block]:
    """The table, a block for what the CPU does and one for time."""
    if run.answer is None:
        return []
    classes = run.answer["classes"]
    titles = {"work": f"{'Instructions' if run.clock.counts_instructions else 'CPU'} per read, and memory", "time": "Time per read"}
    return [Block(name, f"{titles[name]} ({_kind(run, classes[name])})", [_row(row, classes["kernels"]) for row in classes[name]])
            for name in ("work", "time") if classes[name]]


def _kind(run: Run, rows: list[dict[str, Any]]) -> str:
    kind = rows[0]["kind"]
    return run.clock.on(*run.devices) if run.clock.model and kind == run.clock.time else kind


def _row(row: dict[str, Any], kernels: list[str]) -> Row:
    return Row(row["id"], row["title"], row["meaning"], row["reads"], [_figure(row["figures"][kernel]) for kernel in kernels])


def _figure(figure: dict[str, Any]) -> Figure:
    if figure["gap"]:
        return Figure(figure["gap"])
    median, best, worst = figure["median"], figure["best_text"], figure["worst_text"]
    look = "worse" if median is None or median > 1 + SAME_WITHIN else "better" if median < 1 - SAME_WITHIN else ""
    alike = best == worst
    return Figure("", figure["median_text"], look, "" if alike else best, "" if alike else worst, figure["worse"] > 0)


def worst_reads(run: Run) -> list[Worst]:
    """Of the kernel that is judged, where a class has a read that is worse."""
    if run.answer is None:
        return []
    classes = run.answer["classes"]
    kernel, found = classes["candidate"], []
    for name in ("work", "time"):
        for row in classes[name]:
            figure = row["figures"].get(kernel, {"gap": "-"})
            if figure["gap"] or not figure["worse"]:
                continue
            worst = figure["worst"]
            found.append(Worst(row["title"], f"{row['measure']}, {row['kind']}", kernel, worst["read"],
                               f"{figure['worst_text']} times: {worst['after']} instead of {worst['before']}; worse in {figure['worse']} of {figure['reads']} reads"))
    return found


def recommendation(run: Run) -> list[Markup]:
    """The clauses; each class that they name is a link to its row."""
    if run.answer is None:
        return [Markup(escape(MISSING))]
    rows = {row["id"]: (row["title"], block) for block in ("work", "time") for row in run.answer["classes"][block]}
    return [_linked(clause["text"], {name: rows[name] for name in clause["rows"]}) for clause in run.answer["recommendation"]]


def _linked(text: str, rows: dict[str, tuple[str, str]]) -> Markup:
    """A class is linked to its row of times if it has one; what has none (memory) to the one of counts."""
    out = str(escape(text))
    for name, (title, block) in rows.items():
        out = out.replace(str(escape(title)), str(Markup('<a href="#class-{}-{}">{}</a>').format(block, name, title)), 1)
    return Markup(out)


def sentences(run: Run) -> list[str]:
    return [] if run.answer is None else list(run.answer["sentences"])


def worst(run: Run) -> list[str]:
    return [] if run.answer is None else list(run.answer["worst"])


def next_command(run: Run) -> str:
    """What to type next; empty if no read is worse."""
    return "" if run.answer is None else str(run.answer["next"])


def mainline(run: Run) -> list[dict[str, str]]:
    """What mainline did with the mode that is measured, newest last."""
    return [] if run.answer is None else list(run.answer["mainline"])


def columns(run: Run) -> list[str]:
    return [] if run.answer is None else list(run.answer["classes"]["kernels"])


def reference(run: Run) -> Optional[str]:
    return None if run.answer is None else str(run.answer["classes"]["reference"])
