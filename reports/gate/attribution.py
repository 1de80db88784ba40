# SPDX-License-Identifier: GPL-2.0-only
"""Where it went: the kernel functions that account for the difference of a cell, in instructions a read."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Optional, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reports.gate.data import Cell, Function, Gate, Line
from reports.gate.look import BETTER_COLOUR, WORSE_COLOUR
from reports.gate.words import changes_of, instructions, plural
from reports.style import DIM_COLOUR, heading

NAME = "gate-attribution"
TITLE = "Where it went: instructions a read by kernel function"

MOST_OF_A_SIDE = 3        # panels of cells that are worse, and of those that are better
MOST_FUNCTIONS = 8        # of a panel
MOST_OF_A_TABLE = 20
SUM_WITHIN = 1e-6         # how far shares may be off 1 by rounding

WIDTH_INCHES = 13.3
MARGIN_INCHES = 0.15
NAMES_INCHES, VALUES_INCHES = 2.35, 1.75
TITLE_INCHES, ROW_INCHES, GAP_INCHES, TOP_INCHES = 0.5, 0.19, 0.22, 0.8
LONGEST_NAME = 40
TOTAL_COLOUR = "#444444"


@dataclass(frozen=True)
class Row:
    """A bar: a function, all others together, or the whole difference."""

    name: str
    baseline: float
    candidate: float
    share: Optional[float]
    in_patches: bool = False

    @property
    def difference(self) -> float:
        return self.candidate - self.baseline


@dataclass(frozen=True)
class Account:
    """A cell's difference as rows that add up to `total`."""

    cell: Cell
    rows: list[Row]
    total: Row

    @property
    def is_whole(self) -> bool:
        """Whether the shares say that this is all of the difference; true if there is none to share."""
        shares = [f.share for f in self.cell.attribution or () if f.share is not None]
        return not self.total.difference or abs(math.fsum(shares) - 1) <= SUM_WITHIN


def _row(function: Function) -> Row:
    row = _sum(function.function, [function])
    return replace(row, name=f"{row.name} *", in_patches=True) if function.in_patches else row


def _sum(name: str, functions: Sequence[Function]) -> Row:
    shares = [f.share for f in functions]
    share = None if None in shares else math.fsum(s for s in shares if s is not None)
    return Row(name, math.fsum(f.baseline_instructions_per_op for f in functions), math.fsum(f.candidate_instructions_per_op for f in functions), share)


def account(cell: Cell, most: int = MOST_FUNCTIONS) -> Account:
    """The largest functions and those that the patches touch, the rest as one row; a rest of one function is no rest."""
    functions = sorted(cell.attribution or (), key=lambda f: (-abs(f.difference), f.function))
    last = len(functions) if len(functions) <= most + 1 else most
    rows = [_row(f) for i, f in enumerate(functions) if i < last or f.in_patches]
    rest = [f for f in functions[last:] if not f.in_patches]
    if rest:
        rows.append(_sum(f"all others ({len(rest)})", rest))
    return Account(cell, rows, _sum("the whole difference", functions))


def _cells(lines: Sequence[Line]) -> list[Cell]:
    """With functions to show, each once."""
    return list({line.cell.cell: line.cell for line in lines if line.metric is not None and line.cell.attribution}.values())


def sides(gate: Gate) -> tuple[list[Cell], list[Cell]]:
    """The deciding cells, and the improved ones that are not among them; the most changed first."""
    worse = _cells(sorted(gate.deciding, key=lambda line: -line.size))
    names = {c.cell for c in worse}
    return worse, [c for c in _cells(gate.improved) if c.cell not in names]


def explained(gate: Gate) -> list[Cell]:
    """Every cell whose difference was counted: the deciding, the improved, others."""
    worse, better = sides(gate)
    names = {c.cell for c in (*worse, *better)}
    return [*worse, *better, *(c for c in gate.cells if c.attribution and c.cell not in names)]


def _columns(gate: Gate) -> list[list[Cell]]:
    """The worse at the left and the better at the right; one kind alone takes both sides."""
    worse, better = (side[:MOST_OF_A_SIDE] for side in sides(gate))
    if worse and better:
        return [worse, better]
    alone = worse or better or explained(gate)[:MOST_OF_A_SIDE]
    return [alone[0::2], alone[1::2]]


def shown(gate: Gate) -> list[Cell]:
    """Cells that have a panel."""
    return [cell for column in _columns(gate) for cell in column]


def figure(gate: Gate) -> Figure:
    """Two columns of panels."""
    columns = [[account(cell) for cell in column] for column in _columns(gate)]
    heights = [max(_height(column[i]) for column in columns if i < len(column)) for i in range(max(map(len, columns)))]
    total = TOP_INCHES + sum(heights) + MARGIN_INCHES
    drawing = Figure(figsize=(WIDTH_INCHES, total))
    half = WIDTH_INCHES / 2
    for x, column in enumerate(columns):
        top = TOP_INCHES
        for one, height in zip(column, heights):
            _panel(drawing, one, (half * x + MARGIN_INCHES, top, half - 2 * MARGIN_INCHES), total)
            top += height
    handles = [Patch(facecolor=WORSE_COLOUR, label=f"more in {gate.candidate}"), Patch(facecolor=BETTER_COLOUR, label="fewer"),
               Patch(facecolor=TOTAL_COLOUR, label="the whole difference, the sum of the bars above it")]
    heading(drawing, TITLE, f"{gate.candidate} less {gate.baseline}, one pair of boots with one seed; every panel has its own scale", handles)
    return drawing


def _height(one: Account) -> float:
    return TITLE_INCHES + (len(one.rows) + 1) * ROW_INCHES + GAP_INCHES


def _panel(drawing: Figure, one: Account, place: tuple[float, float, float], total_inches: float) -> None:
    """`place`: left, top and width in inches, from the top left corner."""
    left, top, width = place
    rows = [*one.rows, one.total]
    height = len(rows) * ROW_INCHES
    axes = drawing.add_axes(((left + NAMES_INCHES) / WIDTH_INCHES, 1 - (top + TITLE_INCHES + height) / total_inches,
                             (width - NAMES_INCHES - VALUES_INCHES) / WIDTH_INCHES, height / total_inches))
    for text, down, size, colour, weight in ((one.cell.cell, 0.08, 8.2, "#222222", "bold"), (changes_of(one.cell), 0.25, 7.2, "#555555", "normal")):
        drawing.text(left / WIDTH_INCHES, 1 - (top + down) / total_inches, text, fontsize=size, color=colour, fontweight=weight, va="top")
    for y, row in enumerate(rows):
        _bar(axes, row, y, row is one.total)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.axvline(0, color="#555555", linewidth=0.8)
    axes.axhline(len(rows) - 1.5, color="#AAAAAA", linewidth=0.6)
    axes.set_yticks(range(len(rows)), [_short(row.name) for row in rows], fontsize=7.2)
    axes.tick_params(length=0, labelbottom=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME - 1] + "…"


def _bar(axes: Axes, row: Row, y: int, is_total: bool) -> None:
    colour = TOTAL_COLOUR if is_total else WORSE_COLOUR if row.difference > 0 else BETTER_COLOUR
    axes.barh(y, row.difference, 0.72, color=colour, linewidth=0, zorder=2)
    # Functions that do not differ are in no row, so the sum of before and of after would be of no whole.
    counts = "" if is_total else f"{row.baseline:,.1f} → {row.candidate:,.1f}"
    for x, text, dark in ((6, instructions(row.difference), True), (52, counts, False)):
        axes.annotate(text, (1, y), xytext=(x, 0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", va="center", fontsize=7,
                      color="#222222" if dark else DIM_COLOUR, fontweight="bold" if is_total and dark else "normal")


def _instructions(difference: float) -> str:
    return f"{abs(difference):,.1f} instructions a read {'more' if difference > 0 else 'fewer'}" if difference else "as many instructions"


def _of_cell(cell: Cell, what: str) -> str:
    """"CELL WHAT: 12.0 instructions a read fewer, most of all -10.0 in f (83 % of the difference)"."""
    one = account(cell)
    text = f"{cell.cell} {what}: {_instructions(one.total.difference)}"
    if not one.rows:
        return text
    first = one.rows[0]
    share = "" if first.share is None or not one.total.difference else f" ({100 * first.share:,.0f} % of the difference)"
    return f"{text}, most of all {instructions(first.difference)} in {first.name}{share}"


def _common(cells: Sequence[Cell]) -> str:
    """Which function is the first in most of several cells."""
    if len(cells) < 2:
        return ""
    name, count = Counter(account(c).rows[0].name for c in cells).most_common(1)[0]
    return f"{name} comes first in {count} of {len(cells)} cells"


def sentence(gate: Gate) -> str:
    """Of the cells with panels, and whether the bars are all there is."""
    worse, better = sides(gate)
    parts = [_of_cell(worse[0], "changed most of those that do not pass")] if worse else []
    parts += [_of_cell(better[0], "improved most")] if better else []
    parts = parts or [_of_cell(explained(gate)[0], "is the first that was counted")]
    common = _common(worse + better)
    return f"{'; '.join([*parts, common] if common else parts)}. {sum_sentence(shown(gate))}"


def sum_sentence(cells: Sequence[Cell]) -> str:
    """Whether the rows are all of each difference, by the shares."""
    torn = [c for c in cells if not account(c).is_whole]
    if not torn:
        return "With “all others” the bars of each panel add up to the whole difference."
    return f"The bars do not add up to the whole difference in {plural(len(torn), 'cell')}: {', '.join(c.cell for c in torn)}."


def caption(gate: Gate) -> str:
    more = len(explained(gate)) - len(shown(gate))
    text = ("A bar is the difference in instructions begun in the function itself, not in what it calls, a read; beside it the count before and after. "
            "[user] is all processes together. Time spent waiting is in no function.")
    if any(row.in_patches for cell in shown(gate) for row in account(cell).rows):
        text += " * touched by a patch that only one of the kernels has."
    return text + (f" The table below has {plural(more, 'more cell')}." if more else "")
