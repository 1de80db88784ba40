# SPDX-License-Identifier: GPL-2.0-only
"""The arms of a run and their colours, the same in every figure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from reports.clock import clock_note
from reports.data import Cell, Point, Run

# Okabe and Ito's palette, which people with any common colour blindness can tell apart.
FIXED_COLOURS = {"base": "#999999", "fallback": "#E69F00", "dio-sync": "#56B4E9", "dio": "#0072B2"}
OTHER_COLOURS = ("#009E73", "#D55E00", "#CC79A7", "#F0E442", "#7B5EA7", "#8C564B")
# Beside colours, so that these are never the only sign: of bars and of dots.
FIXED_SHAPES = {"base": ("....", "s"), "fallback": ("\\\\\\\\", "^"), "dio-sync": ("----", "D"), "dio": ("", "o")}
OTHER_SHAPES = (("xxxx", "v"), ("||||", "X"), ("oooo", "P"), ("++++", "<"), ("OOOO", ">"), ("****", "p"))
BUFFERED_COLOUR = "#D9D9D9"
BUFFERED_LINE = "#5A5A5A"
FLOOR_COLOUR = "#222222"
FLOOR_DASHES = (0, (4, 2))
RAW_COLOUR = "#B9A98F"


@dataclass(frozen=True)
class Arm:
    """A kernel reading with O_DIRECT, or (`kernel` None) what every kernel has: the read through the page cache, or one of the backing file."""

    title: str
    kernel: Optional[str]
    colour: str
    hatch: str = ""
    marker: str = "o"

    def cell(self, run: Run, point: Point, backend: str = "fscache") -> Optional[Cell]:
        if self is RAW:
            return next((c for k in reversed(run.kernels) if (c := run.find(k, "raw", "direct", point)) and c.status == "ok"), run.find(None, "raw", "direct", point))
        if self.kernel is None:
            return run.find(None, backend, "mmap" if point.engine.startswith("mmap") else "buffered", point)
        return run.find(self.kernel, backend, "direct", point)

    @property
    def line_colour(self) -> str:
        """Darker than a bar's, where that would not be seen as a line or a dot."""
        return BUFFERED_LINE if self.kernel is None else self.colour


RAW = Arm("ext4 O_DIRECT (reference)", None, RAW_COLOUR, "..")


def colour_of(kernel: str, kernels: list[str]) -> str:
    """Known arms have their colour; others take one by the order of their names."""
    return FIXED_COLOURS.get(kernel) or OTHER_COLOURS[_place(kernel, kernels) % len(OTHER_COLOURS)]


def shapes_of(kernel: str, kernels: list[str]) -> tuple[str, str]:
    """Hatch of bars and marker of dots, by the same rule."""
    return FIXED_SHAPES.get(kernel) or OTHER_SHAPES[_place(kernel, kernels) % len(OTHER_SHAPES)]


def _place(kernel: str, kernels: list[str]) -> int:
    return sorted(k for k in kernels if k not in FIXED_COLOURS).index(kernel)


def arms_of(run: Run) -> list[Arm]:
    """Buffered reads first, then every kernel in the order of the run."""
    arms = [Arm(k, k, colour_of(k, run.kernels), *shapes_of(k, run.kernels)) for k in run.kernels]
    return [Arm("buffered", None, BUFFERED_COLOUR, "////"), *arms]


def refusing(run: Run) -> list[str]:
    """Kernels that refuse every direct read: these have no place in figures."""
    gaps: dict[str, set[str]] = {}
    for cell in run.cells:
        if cell.backend == "fscache" and cell.io == "direct":
            gaps.setdefault(cell.kernel, set()).add(cell.gap)
    return [kernel for kernel in run.kernels if gaps.get(kernel) == {"refused"}]


def drawn_arms(run: Run) -> list[Arm]:
    """Those that figures have a place for."""
    without = refusing(run)
    return [arm for arm in arms_of(run) if arm.kernel not in without]


def left_out(run: Run) -> str:
    """The sentence about the others."""
    names = refusing(run)
    return f"{' and '.join(names)} {'refuse direct reads and are' if len(names) > 1 else 'refuses direct reads and is'} left out of the figures of these" if names else ""


def figure_note(run: Run) -> str:
    """Below the title of a figure of arms: what its numbers are, and who is left out."""
    return "; ".join(part for part in (clock_note(run.document["run"]), left_out(run)) if part)


def reference_and_candidate(run: Run) -> tuple[Optional[Arm], Optional[Arm]]:
    """The arm that is judged (the last) and the one it is judged against
    (fallback, else the first other one whose direct reads have numbers, else
    buffered reads), as `diobench compare` chooses them."""
    buffered, *kernels = arms_of(run)
    if not kernels:
        return None, None
    candidate = kernels[-1]
    if candidate.kernel == "fallback" and len(kernels) > 1:
        candidate = kernels[-2]
    direct = {c.kernel for c in run.cells if c.status == "ok" and c.backend == "fscache" and c.io == "direct"}
    others = [k for k in kernels if k is not candidate]
    reference = next((k for k in others if k.kernel == "fallback"), None)
    reference = reference or next((k for k in others if k.kernel in direct), buffered)
    return reference, candidate
