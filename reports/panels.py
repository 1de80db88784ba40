# SPDX-License-Identifier: GPL-2.0-only
"""A page of small bar charts: a column for each kind of read, a row for each measure, a bar for each arm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import Callable, Optional, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.arms import FLOOR_COLOUR, FLOOR_DASHES, Arm, figure_note
from reports.clock import Basis, Clock
from reports.data import Cell, Floor, Point, Run
from reports.style import DIM_COLOUR, EDGE_COLOUR, GAP_COLOUR, HEADING_INCHES, LABEL_BOX, LEFT_INCHES, heading, number

COLUMNS_PER_PAGE = 6
MEBI = float(1 << 20)


@dataclass(frozen=True)
class Measure:
    """A row of panels: its axis label with the unit, and the number in that unit."""

    label: str
    value: Callable[[Cell], Optional[float]]
    basis: Basis = Basis.TIME
    higher_is_better: bool = False
    floor_line: bool = False
    linear: bool = False     # never on a logarithmic axis: 0 and next to 0 are what matters
    instructions: str = ""   # the label where the CPU's nanoseconds are a count of instructions

    def on(self, clock: Clock) -> Measure:
        """With what its number is by a clock in the label: "throughput, MiB/s, modelled"."""
        return replace(self, label=f"{self.name(clock)}, {clock.kind(self.basis)}")

    def name(self, clock: Clock) -> str:
        return self.instructions if self.basis is Basis.CPU and clock.counts_instructions else self.label

    def floor_value(self, run: Run, point: Point) -> Optional[float]:
        """The floor of a read, if this measure has one."""
        floor = run.floor(point) if self.floor_line else None
        return floor.value(self.value, self.higher_is_better) if floor else None


def scaled(name: str, divisor: float) -> Callable[[Cell], Optional[float]]:
    """Getter of a metric, in units of `divisor`."""
    def get(cell: Cell) -> Optional[float]:
        value = cell.metric(name)
        return None if value is None else value / divisor
    return get


def growth_mib(cell: Cell) -> Optional[float]:
    """Page cache growth, MiB."""
    growth = cell.page_cache_growth_bytes
    return None if growth is None else growth / MEBI


def panel_page(run: Run, title: str, points: Sequence[Point], measures: Sequence[Measure], arms: Sequence[Arm],
               column_title: Callable[[Point], str]) -> Figure:
    """The whole page; at most COLUMNS_PER_PAGE points."""
    columns = max(len(points), 3)  # few panels do not become posters
    figure = Figure(figsize=(1.6 + 1.95 * columns, 1.55 + 1.75 * len(measures)))
    width, height = figure.get_size_inches()
    grid = figure.add_gridspec(len(measures), columns, left=LEFT_INCHES / width, right=1 - 0.1 / width,
                               top=1 - (HEADING_INCHES + 0.15) / height, bottom=0.15 / height, wspace=0.28, hspace=0.26)
    for row, measure in enumerate(measures):
        for column, count in _runs([_said(run, p, measure, arms) if row else p for p in points]):
            axes = figure.add_subplot(grid[row, column:column + count])
            point = points[column]
            _panel(axes, run, point, measure, arms, count)
            if row == 0:
                axes.set_title(column_title(point), pad=15)
            if column == 0:
                axes.set_ylabel(_side_label(measure, run.clock))
                axes.yaxis.set_label_coords(-0.52 / (axes.get_position().width * width), 0.5)
    handles: list = [Patch(facecolor=a.colour, hatch=a.hatch, edgecolor=EDGE_COLOUR, label=a.title)
                     for a in arms]
    if any(m.floor_line for m in measures):
        handles.append(floor_handle())
    heading(figure, title, figure_note(run), handles)
    return figure


def _said(run: Run, point: Point, measure: Measure, arms: Sequence[Arm]) -> list[str]:
    """What a panel shows, to find those beside each other that show the same."""
    cells = [arm.cell(run, point) for arm in arms]
    values = [measure.value(c) if c is not None and c.status == "ok" else None for c in cells]
    return [str(measure.floor_value(run, point)), *("no cell" if c is None else c.gap if v is None else number(v) for c, v in zip(cells, values))]


def _runs(values: Sequence) -> list[tuple[int, int]]:
    """First place and length of each run of equal values."""
    lengths = [len(list(group)) for _, group in groupby(values)]
    return list(zip(accumulate([0, *lengths]), lengths))


def _panel(axes: Axes, run: Run, point: Point, measure: Measure, arms: Sequence[Arm], columns: int) -> None:
    """As wide as `columns`, of which all say this; bars stay as wide as those of one."""
    cells = [arm.cell(run, point) for arm in arms]
    values = [measure.value(c) if c is not None and c.status == "ok" else None for c in cells]
    floor = measure.floor_value(run, point)
    top = max([v for v in (*values, floor) if v is not None] or [0.0])
    bottom = min([v for v in values if v is not None] or [0.0])
    span = (max(top, 0.0) - min(bottom, 0.0)) or 1.0
    if measure.floor_line:
        _floor_line(axes, floor, run.floor(point))
    for place, (arm, cell, value) in enumerate(zip(arms, cells, values)):
        if value is None:
            _gap(axes, place, "no cell" if cell is None else cell.gap, span)
            continue
        axes.bar(place, value, 0.78, color=arm.colour, hatch=arm.hatch, edgecolor=EDGE_COLOUR,
                 linewidth=0.5, zorder=2)
        axes.text(place, max(value, 0.0) + 0.025 * span, number(value), ha="center", va="bottom", zorder=4,
                  fontsize=7.5 if len(arms) <= 6 else 6, bbox=LABEL_BOX)
    middle, half = (len(arms) - 1) / 2, (len(arms) / 2 + 0.1) * columns
    axes.set_xlim(middle - half, middle + half)
    if columns > 1:
        axes.text(0.5, 1.0, f"the same in these {columns}", transform=axes.transAxes, ha="center", va="bottom", fontsize=7.5, fontstyle="italic", color=DIM_COLOUR)
    axes.set_ylim(min(bottom * 1.15, 0.0), max(top, 0.0) + 0.18 * span)
    axes.set_xticks([])
    axes.locator_params(axis="y", nbins=3)


def floor_caption(run: Run) -> str:
    """What the dashed line is, and what it binds."""
    if not run.has_floor:
        return "No floor: the run has no reads of the block device itself."
    return ("The floor is the same O_DIRECT read of the block device itself, by the same engine or with fixed buffers, whichever takes less. It binds reads with "
            "O_DIRECT; buffered ones may pass it where they are sequential, for they are read ahead of, or find their data in the page cache.")


def floor_handle(label: str = "floor: the block device itself") -> Line2D:
    """For a legend."""
    return Line2D([], [], color=FLOOR_COLOUR, linestyle=FLOOR_DASHES, label=label)


def _side_label(measure: Measure, clock: Clock) -> str:
    """Two lines: what and in which unit; counted or not, and which way is better."""
    return f"{measure.name(clock)}\n{clock.kind(measure.basis)}, {'higher' if measure.higher_is_better else 'lower'} is better"


def _floor_line(axes: Axes, value: Optional[float], floor: Optional[Floor]) -> None:
    """The floor across the panel, above the bars, with its number outside; or why there is none."""
    if value is not None:
        axes.axhline(value, color=FLOOR_COLOUR, linestyle=FLOOR_DASHES, linewidth=1.1, zorder=3)
    if floor is None:
        text = "no floor"
    else:
        text = ("\u2248 floor " if floor.stand_in else "floor ") + (number(value) if value is not None else floor.gap or "n/a")
    axes.text(1.0, 1.005, text, transform=axes.transAxes, ha="right", va="bottom", fontsize=7.5, color=FLOOR_COLOUR)


def _gap(axes: Axes, place: int, word: str, span: float) -> None:
    axes.text(place, 0.03 * span, word, rotation=90, ha="center", va="bottom", fontsize=7.5, fontstyle="italic", zorder=4,
              bbox=LABEL_BOX, color=GAP_COLOUR if word in ("invalid", "failed") else DIM_COLOUR)
