# SPDX-License-Identifier: GPL-2.0-only
"""Every gated metric of every cell as how much worse it is: a panel a metric, the cells sorted, the threshold as a band."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Optional, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from reports.gate.data import ACCEPTED, INCONCLUSIVE, PASS, REGRESSION, Cell, Gate, Line, Metric
from reports.gate.look import MARKS
from reports.gate.words import threshold_text, how_much, plural
from reports.style import DIM_COLOUR, GAP_COLOUR, heading

NAME = "gate-differences"
TITLE = "How much worse each metric of each cell is"

WIDTH_INCHES = 13.3
LEFT_INCHES, RIGHT_INCHES = 2.75, 4.75   # names of metrics; of cells
TOP_INCHES, BOTTOM_INCHES = 0.86, 0.62
GAP_INCHES = 0.07
LETTERS_A_LINE = 76                      # beside a panel
NAME_INCHES = 0.135                      # a line of a name at the right
LEAST_INCHES, MOST_INCHES = 0.42, 1.6    # height of a panel
INCHES_A_CELL = 0.05
MOST_WORSE, MOST_BETTER = 5, 2           # names of a panel
LINEAR_PERCENT = 0.01                    # the axis is linear as far as this
NOTHING_SHARE = 0.35                     # of a decade: changes from nothing stand this far beyond the last one
BAND_COLOUR = "#DCE8DC"
READABLE = {INCONCLUSIVE: "#8A5A00", REGRESSION: "#A84300", ACCEPTED: "#9A3F75"}  # colours of words, where a dot's is too light


@dataclass(frozen=True)
class Panel:
    """A metric with one threshold; the cells sorted, the best first. `unknown` are without a number."""

    metric: str
    threshold: str
    lines: list[Line]
    unknown: int
    names: tuple[str, ...] = ()  # of the metrics, if this one panel stands for several

    @property
    def same_text(self) -> str:
        """What stands beside it if nothing in it differs."""
        text = "the same in every cell, with every pair" + (f": {', '.join(self.names)}" if self.names else f" ({plural(len(self.lines), 'cell')})")
        return textwrap.fill(text, LETTERS_A_LINE, break_long_words=False)

    @property
    def is_same(self) -> bool:
        return not self.unknown and bool(self.lines) and all(line.metric is not None and line.metric.is_same for line in self.lines)


def panels(gate: Gate) -> list[Panel]:
    """In the order of gate.json; a metric with two thresholds has two. A margin makes a tolerance of each cell: all that have one share a panel.
    What is the same in every cell is one panel, the last."""
    groups: dict[str, dict[float, list[Line]]] = {}
    for line in gate.metrics:
        assert line.metric is not None
        thresholds = groups.setdefault(line.metric.metric, {})
        thresholds.setdefault(_threshold(line.metric), []).append(line)
    found = [_panel(lines) for thresholds in groups.values() for lines in thresholds.values()]
    same = [panel for panel in found if panel.is_same]
    if len(same) < 2:
        return found
    names = tuple(dict.fromkeys(panel.metric for panel in same))
    one = Panel(plural(len(names), "other metric"), "whatever the threshold", [line for panel in same for line in panel.lines], 0, names)
    return [*(panel for panel in found if not panel.is_same), one]


def _threshold(metric: Metric) -> float:
    """What cells of one panel share: the threshold, or that each has its own."""
    return -1 if metric.margin else metric.floor_ratio


def _panel(lines: Sequence[Line]) -> Panel:
    known = sorted((line for line in lines if _change(line) is not None), key=lambda line: (_change(line), line.cell.cell))
    metrics = [line.metric for line in lines if line.metric is not None]
    return Panel(metrics[0].metric, threshold_text(metrics), known, len(lines) - len(known))


def _change(line: Line) -> Optional[float]:
    return None if line.metric is None else line.metric.change


@dataclass(frozen=True)
class Scale:
    """The axis in percent: as far as the decades `low` and `high`; beyond them are changes from nothing, if there are any."""

    low: float
    high: float
    below: bool
    above: bool

    def place(self, change: float) -> float:
        if math.isinf(change):
            return self._beyond(self.high) if change > 0 else -self._beyond(self.low)
        return min(max(100 * change, -self.low), self.high)

    @staticmethod
    def _beyond(decade: float) -> float:
        return decade * 10 ** (2 * NOTHING_SHARE)

    @property
    def limits(self) -> tuple[float, float]:
        side = 10 ** NOTHING_SHARE
        return (-self._beyond(self.low) * side if self.below else -self.low * side, self._beyond(self.high) * side if self.above else self.high * side)

    @property
    def ticks(self) -> list[float]:
        def decades(last: float) -> list[float]:
            return [10.0 ** e for e in range(round(math.log10(LINEAR_PERCENT)), round(math.log10(last)) + 1)]
        inside = [-d for d in reversed(decades(self.low))] + [0.0] + decades(self.high)
        return ([-self._beyond(self.low)] if self.below else []) + inside + ([self._beyond(self.high)] if self.above else [])

    def name(self, value: float) -> str:
        if value > self.high * 1.01 or value < -self.low * 1.01:
            return "from\nnothing"
        return "0" if value == 0 else f"{value:+g}"


def _decade(percent: float) -> float:
    """The power of ten that is not below; at least 1 %."""
    return 10.0 ** max(0, math.ceil(math.log10(percent) - 1e-9)) if percent > 0 else 1.0


def scale(gate: Gate) -> Scale:
    """So that every change, and what bounds it up to the whole of it, is on the axis."""
    lines = [line.metric for line in gate.metrics if line.metric and line.metric.change is not None]
    changes = [m.change for m in lines if m.change is not None]
    spans = [end for m in lines if m.span for end in (m.span.low, m.span.high)] + [sign * min(m.tolerance, 1.0) for m in lines for sign in (1, -1)]
    finite = [100 * v for v in (*changes, *spans) if math.isfinite(v)]
    return Scale(_decade(-min(finite, default=0)), _decade(max(finite, default=0)), -math.inf in changes, math.inf in changes)


@dataclass(frozen=True)
class Named:
    """The outermost cells of a side, the outermost first, and how many more are beyond the threshold."""

    lines: list[Line]
    more: int

    @property
    def count(self) -> int:
        """Lines of text."""
        return len(self.lines) + (1 if self.more else 0)


def named(panel: Panel) -> tuple[Named, Named]:
    """For the worse and for the better. If nothing is beyond the threshold, it is the largest change alone."""
    worse = [line for line in reversed(panel.lines) if _stands_out(line) and (_change(line) or 0) > 0]
    better = [line for line in panel.lines if _stands_out(line) and (_change(line) or 0) < 0]
    if not worse and not better and panel.lines and not panel.is_same:
        largest = max(panel.lines, key=lambda line: line.size)
        worse, better = ([largest], []) if (_change(largest) or 0) > 0 else ([], [largest])
    return _outermost(worse, MOST_WORSE), _outermost(better, MOST_BETTER)


def _outermost(lines: list[Line], most: int) -> Named:
    return Named(lines[:most], max(0, len(lines) - most))


def _stands_out(line: Line) -> bool:
    metric = line.metric
    return metric is not None and (metric.outcome != PASS or abs(metric.change or 0) > metric.tolerance)


def _height(panel: Panel) -> float:
    if panel.is_same:
        return max(LEAST_INCHES, (panel.same_text.count("\n") + 1) * NAME_INCHES)
    worse, better = named(panel)
    names = (worse.count + better.count) * NAME_INCHES + 0.06
    return max(LEAST_INCHES, names, min(MOST_INCHES, len(panel.lines) * INCHES_A_CELL))


def figure(gate: Gate) -> Figure:
    """One panel below the other, on one axis."""
    shown = panels(gate)
    heights = [_height(p) for p in shown]
    total = TOP_INCHES + sum(heights) + GAP_INCHES * (len(shown) - 1) + BOTTOM_INCHES
    drawing = Figure(figsize=(WIDTH_INCHES, total))
    across, top = scale(gate), TOP_INCHES
    width = WIDTH_INCHES - LEFT_INCHES - RIGHT_INCHES
    for i, (panel, height) in enumerate(zip(shown, heights)):
        axes = drawing.add_axes((LEFT_INCHES / WIDTH_INCHES, 1 - (top + height) / total, width / WIDTH_INCHES, height / total))
        _draw(axes, panel, across, height)
        _frame(axes, across, last=i == len(shown) - 1)
        top += height + GAP_INCHES
    heading(drawing, TITLE, _note(gate), _handles(gate))
    return drawing


def _note(gate: Gate) -> str:
    return f"{gate.candidate} against {gate.baseline}, machine {gate.machine}; left of 0 is better; a dot is a cell, its bar {_bar(gate)}"


def _bar(gate: Gate) -> str:
    return "goes from the smallest to the largest difference of a pair" if gate.exact else "is the interval of the estimate"


def _handles(gate: Gate) -> list:
    outcomes = {line.metric.outcome for line in gate.metrics if line.metric and line.metric.change is not None}
    handles: list = [Line2D([], [], color=m.colour, marker=m.marker, markersize=m.size + 1, linestyle="", label=m.name)
                     for name, m in MARKS.items() if name in outcomes]
    handles.append(Patch(facecolor=BAND_COLOUR, label="threshold"))
    if any(line.metric and line.metric.confirmation for line in gate.metrics):
        handles.append(Line2D([], [], color=DIM_COLOUR, marker="o", markerfacecolor="white", markersize=4, linewidth=0.8, label="the independent set"))
    return handles


def _draw(axes: Axes, panel: Panel, across: Scale, height_inches: float) -> None:
    count = max(len(panel.lines), 1)
    pad = 0.5 * count * 0.14 / max(height_inches - 0.14, 0.1)  # so that the outermost dots are inside
    axes.set_ylim(-0.5 - pad, count - 0.5 + pad)
    for side, text, colour, place in ((1, panel.metric, "#222222", 0.5), (-1, _about(panel), GAP_COLOUR if panel.unknown else DIM_COLOUR, 0.5)):
        axes.annotate(text, (0, place), xytext=(-6, 6 * side), xycoords="axes fraction", textcoords="offset points", ha="right", va="center",
                      fontsize=8.2 if side > 0 else 7, color=colour)
    if panel.is_same:
        if not panel.names:
            _band(axes, panel, across)
        axes.plot([0], [(count - 1) / 2], **_dot(panel.lines[0]))
        _beside(axes, 0.5, panel.same_text, DIM_COLOUR)
        return
    _band(axes, panel, across)
    for y in sorted(range(len(panel.lines)), key=lambda i: list(MARKS).index(panel.lines[i].metric.outcome)):  # type: ignore[union-attr]
        _cell(axes, panel.lines[y], y, across)
    _names(axes, panel, across, height_inches)


def _about(panel: Panel) -> str:
    missing = f", {panel.unknown} without a number" if panel.unknown else ""
    return f"{panel.threshold}, {plural(len(panel.lines) + panel.unknown, 'test')}{missing}"


def _dot(line: Line) -> dict:
    assert line.metric is not None
    mark = MARKS[line.metric.outcome]
    return {"marker": mark.marker, "markersize": mark.size, "color": mark.colour, "markeredgewidth": 0, "linestyle": "", "clip_on": False, "zorder": 4}


def _band(axes: Axes, panel: Panel, across: Scale) -> None:
    """As wide as each cell's tolerance; with a margin it is another one for each."""
    edges, half = [], []
    bottom, top = axes.get_ylim()
    for y, line in enumerate(panel.lines):
        tolerance = line.metric.tolerance if line.metric else 0.0
        wide = across.place(tolerance) if math.isfinite(tolerance) else across.high
        edges += [bottom if y == 0 else y - 0.5, top if y == len(panel.lines) - 1 else y + 0.5]
        half += [wide, wide]
    axes.fill_betweenx(edges, [-h for h in half], half, color=BAND_COLOUR, linewidth=0, zorder=0)


def _cell(axes: Axes, line: Line, y: int, across: Scale) -> None:
    metric = line.metric
    assert metric is not None and metric.change is not None
    if metric.span is not None:
        axes.plot([across.place(metric.span.low), across.place(metric.span.high)], [y, y], color=MARKS[metric.outcome].colour, linewidth=1.0, alpha=0.75,
                  zorder=3, solid_capstyle="butt")
    axes.plot([across.place(metric.change)], [y], **_dot(line))
    _confirmation(axes, metric, y, across)


def _confirmation(axes: Axes, metric: Metric, y: int, across: Scale) -> None:
    """The independent set, a little below the set that raised the suspicion."""
    again = metric.confirmation
    if again is None or again.change is None:
        return
    low = y - 0.3
    if again.interval is not None:
        axes.plot([across.place(again.interval.low), across.place(again.interval.high)], [low, low], color=DIM_COLOUR, linewidth=0.8, zorder=3)
    axes.plot([across.place(again.change)], [low], marker="o", markersize=3.2, markerfacecolor="white", markeredgecolor=DIM_COLOUR, markeredgewidth=0.8, zorder=4)


def _beside(axes: Axes, y: float, text: str, colour: str) -> None:
    axes.annotate(text, (1, y), xytext=(14, 0), xycoords="axes fraction", textcoords="offset points", va="center", fontsize=7, color=colour)


def _names(axes: Axes, panel: Panel, across: Scale, height_inches: float) -> None:
    """The outermost cells at the right, each with a thin line to its dot; the worst at the top and the best at the bottom."""
    step = NAME_INCHES / height_inches
    for side, place in zip(named(panel), (lambda i: 1 - (i + 0.7) * step, lambda i: (i + 0.7) * step)):
        for i, line in enumerate(side.lines):
            _name(axes, line, panel.lines.index(line), place(i), across)
        if side.more:
            _beside(axes, place(len(side.lines)), f"and {side.more} more", DIM_COLOUR)


def _name(axes: Axes, line: Line, y: int, place: float, across: Scale) -> None:
    metric = line.metric
    assert metric is not None and metric.change is not None
    mark = MARKS[metric.outcome]
    colour = DIM_COLOUR if metric.outcome == PASS else READABLE.get(metric.outcome, mark.colour)
    axes.annotate("", (across.place(metric.change), y), xytext=(1.018, place), xycoords="data", textcoords="axes fraction", annotation_clip=False,
                  arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.45, "alpha": 0.6, "shrinkA": 0, "shrinkB": 2})
    _beside(axes, place, f"{how_much(metric)}  {line.cell.cell}", colour)


def _frame(axes: Axes, across: Scale, last: bool) -> None:
    axes.set_xscale("symlog", linthresh=LINEAR_PERCENT, linscale=0.6)
    axes.set_xlim(*across.limits)
    axes.xaxis.set_major_locator(FixedLocator(across.ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: across.name(value)))
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.6, zorder=1)
    axes.axvline(0, color="#555555", linewidth=0.8, zorder=2)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_color("#CCCCCC")
    axes.tick_params(axis="x", length=3 if last else 0, labelbottom=last)
    if last:
        axes.set_xlabel("how much worse the candidate is, % of the baseline (equal steps are factors of ten; linear within ±0.01 %)", fontsize=8)


def without_numbers(gate: Gate) -> list[Cell]:
    """Cells that have no dot at all."""
    return [c for c in gate.cells if not any(m.change is not None for m in c.metrics)]


def caption(gate: Gate) -> str:
    """What is drawn, and how many cells cannot be."""
    text = ("In each panel the cells are sorted by their change, the worst at the top; the outermost are named, and the green band is the threshold that a change must "
            "pass to count. A grey dot beyond it is a percentile that rests on too few reads to count.")
    missing = len(without_numbers(gate))
    return text + (f" {plural(missing, 'cell')} without any number to compare: the tables say why." if missing else "")
