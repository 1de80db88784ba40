# SPDX-License-Identifier: GPL-2.0-only
"""What figures of bars and lines show, in a sentence: how often the kernel that is judged is better and worse than the one it is judged against."""

from __future__ import annotations

from typing import Collection, Sequence

from reports.aspects import Aspect, by_kind, called, split_by_sign
from reports.data import Cell, Point, Run
from reports.words import capital, joined, sides

EVERYTHING = ("cpu", "held", "speed", "tail")


def compared(run: Run, reads: Sequence[tuple[Point, str]], aspects: Collection[str] = EVERYTHING) -> str:
    """Of reads by kind and back end, by the aspects with these names."""
    pair = sides(run)
    cells = [(p, pair.reference.cell(run, p, b), pair.candidate.cell(run, p, b)) for p, b in reads]
    both = [(p, old, new) for p, old, new in cells if old is not None and new is not None and old.status == new.status == "ok"]
    if not both:
        return f"There is no read that both {pair.candidate.title} and {pair.reference.title} have numbers of."
    parts = []
    for kind, some in by_kind(run.clock).items():
        found = [words for aspect in some if aspect.name in aspects and (words := _differences(both, aspect))]
        if found:
            parts.append(f"{called(run.clock, kind, [p for p, _, _ in both])}: {', '.join(found)}")
    return capital(f"{pair.candidate.title} against {pair.reference.title}, {'; '.join(parts) or 'the same within 1 % in all reads'}.")


def on_fscache(points: Sequence[Point]) -> list[tuple[Point, str]]:
    return [(point, "fscache") for point in points]


def _differences(both: list[tuple[Point, Cell, Cell]], aspect: Aspect) -> str:
    """"reads faster in 3 and reads slower in 1 of 5"."""
    better, worse, compared_ = split_by_sign(both, aspect)
    words = [f"{text} in {len(found)}" for text, found in ((aspect.better, better), (aspect.worse, worse)) if found]
    return f"{joined(words)} of {compared_}" if words else ""
