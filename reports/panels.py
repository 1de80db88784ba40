# SPDX-License-Identifier: GPL-2.0-only
"""A page of small bar charts: a column for each kind of read, a row for each measure, a bar for each arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.arms import RAW_COLOUR, RAW_DASHES, Arm
from reports.data import Cell, Point, Run
from reports.style import GAP_COLOUR, HEADING_INCHES, LABEL_BOX, LEFT_INCHES, clock_note, heading, number

COLUMNS_PER_PAGE = 6
MEBI = float(1 << 20)


@dataclass(frozen=True)
class Measure:
    """A row of panels: its axis label with the unit, and the number in that unit."""

    label: str
    value: Callable[[Cell], Optional[float]]
    raw_line: bool = False
    linear: bool = False  # never on a logarithmic axis: 0 and next to 0 are what matters


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
    for column, point in enumerate(points):
        for row, measure in enumerate(measures):
            axes = figure.add_subplot(grid[row, column])
            _panel(axes, run, point, measure, arms)
            if row == 0:
                axes.set_title(column_title(point), pad=15)
            if column == 0:
                axes.set_ylabel(measure.label)
                axes.yaxis.set_label_coords(-0.52 / (axes.get_position().width * width), 0.5)
    handles: list = [Patch(facecolor=a.colour, hatch=a.hatch, edgecolor="#777777" if a.hatch else a.colour, label=a.title)
                     for a in arms]
    if any(m.raw_line for m in measures):
        handles.append(Line2D([], [], color=RAW_COLOUR, linestyle=RAW_DASHES, label="raw O_DIRECT (limit)"))
    heading(figure, title, clock_note(run.document["run"]), handles)
    return figure


def _panel(axes: Axes, run: Run, point: Point, measure: Measure, arms: Sequence[Arm]) -> None:
    cells = [arm.cell(run, point) for arm in arms]
    values = [measure.value(c) if c is not None and c.status == "ok" else None for c in cells]
    raw = run.limit(point) if measure.raw_line else None
    limit = measure.value(raw.cell) if raw is not None and raw.cell.status == "ok" else None
    top = max([v for v in (*values, limit) if v is not None] or [0.0])
    bottom = min([v for v in values if v is not None] or [0.0])
    span = (max(top, 0.0) - min(bottom, 0.0)) or 1.0
    if measure.raw_line:
        _raw_line(axes, limit, "no cell" if raw is None else raw.cell.gap, "\u2248 raw" if raw is not None and raw.stand_in else "raw")
    for place, (arm, cell, value) in enumerate(zip(arms, cells, values)):
        if value is None:
            _gap(axes, place, "no cell" if cell is None else cell.gap, span)
            continue
        axes.bar(place, value, 0.78, color=arm.colour, hatch=arm.hatch, edgecolor="#777777" if arm.hatch else "white",
                 linewidth=0.3, zorder=2)
        axes.text(place, max(value, 0.0) + 0.025 * span, number(value), ha="center", va="bottom", zorder=4,
                  fontsize=7.5 if len(arms) <= 6 else 6, bbox=LABEL_BOX)
    axes.set_xlim(-0.6, len(arms) - 0.4)
    axes.set_ylim(min(bottom * 1.15, 0.0), max(top, 0.0) + 0.18 * span)
    axes.set_xticks([])
    axes.locator_params(axis="y", nbins=3)


def _raw_line(axes: Axes, limit: Optional[float], gap: str, name: str) -> None:
    """The limit across the panel, above the bars, with its number outside; or why there is none."""
    if limit is not None:
        axes.axhline(limit, color=RAW_COLOUR, linestyle=RAW_DASHES, linewidth=1.1, zorder=3)
    axes.text(1.0, 1.005, f"{name} {gap if limit is None else number(limit)}", transform=axes.transAxes, ha="right", va="bottom",
              fontsize=7.5, color=RAW_COLOUR)


def _gap(axes: Axes, place: int, word: str, span: float) -> None:
    axes.text(place, 0.03 * span, word, rotation=90, ha="center", va="bottom", fontsize=7.5, fontstyle="italic", zorder=4,
              bbox=LABEL_BOX, color=GAP_COLOUR if word in ("invalid", "failed") else "#777777")
