# SPDX-License-Identifier: GPL-2.0-only
"""The figures of the questions: a sheet of panels, of one of three kinds.

rows_panel: a row for each kind of read or back end, a stalk for each arm (for categories);
lines_panel: a line for each arm over ordered places (block sizes, queue depths);
shares_panel: cumulative distributions.  Missing numbers are words in each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from reports.arms import FLOOR_COLOUR, FLOOR_DASHES, Arm, drawn_arms, figure_note
from reports.clock import clock_note
from reports.data import Cell, Floor, Histogram, Point, Run
from reports.latency import cumulative, time_ticks
from reports.panels import Measure, floor_caption, floor_handle
from reports.style import DIM_COLOUR, EDGE_COLOUR, GAP_COLOUR, LABEL_BOX, heading, time_name

WIDTH_INCHES = 13.3
TOP_INCHES = 0.82          # heading()
TITLE_INCHES = 0.42        # titles of a panel
AXIS_INCHES = 0.5          # ticks and label below a panel
LOG_FROM_RATIO = 25        # values further apart than this get a logarithmic axis
MOST_POINTS_OF_A_LINE = 160
GAP_WIDTH = 0.019           # of a letter in a panel's row, as a share of the panel


@dataclass(frozen=True)
class Number:
    """A value to be drawn, or the word that says why there is none; neither: the arm has no place there."""

    value: Optional[float]
    gap: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a panel, or a place on the axis of lines: what each arm has there."""

    label: str
    numbers: list[Number]
    floor: Optional[Floor] = None
    floor_value: Optional[float] = None


def number_of(cell: Optional[Cell], measure: Measure) -> Number:
    """What a cell has of a measure."""
    if cell is None:
        return Number(None, "no cell")
    value = measure.value(cell) if cell.status == "ok" else None
    return Number(value, "" if value is not None else cell.gap)


def row(run: Run, label: str, point: Point, measure: Measure, arms: Sequence[Arm], backend: str = "fscache") -> Row:
    """A kind of read on a back end."""
    floor = run.floor(point) if measure.floor_line else None
    return Row(label, [number_of(arm.cell(run, point, backend), measure) for arm in arms], floor, measure.floor_value(run, point))


def sheet(run: Run, title: str, arms: Sequence[Arm], heights_inches: Sequence[float], columns: int, *, left_inches: float = 0.85,
          gap_inches: float = 0.3, floor: bool = True, handles: Sequence = (), note: str = "") -> tuple[Figure, list[list[Axes]]]:
    """An empty sheet with its heading: `columns` panels a row, `heights_inches` of the panels of each row; the axes by row.
    `left_inches` is room for the labels of rows, `gap_inches` the room between panels; `note` stands below the title in place of the usual one."""
    total = TOP_INCHES + sum(h + TITLE_INCHES + AXIS_INCHES for h in heights_inches)
    figure = Figure(figsize=(WIDTH_INCHES, total))
    panel = (WIDTH_INCHES - left_inches - 0.15 - gap_inches * (columns - 1)) / columns
    axes, top = [], TOP_INCHES
    for height in heights_inches:
        top += TITLE_INCHES
        axes.append([figure.add_axes(((left_inches + i * (panel + gap_inches)) / WIDTH_INCHES, 1 - (top + height) / total,
                                      panel / WIDTH_INCHES, height / total)) for i in range(columns)])
        top += height + AXIS_INCHES
    legend: list = [Line2D([], [], color=a.line_colour, marker=a.marker, markersize=5, markerfacecolor=_face(a), markeredgecolor=EDGE_COLOUR, markeredgewidth=0.6, linewidth=1.4,
                           linestyle=_style(a), label=a.title) for a in arms]
    legend += handles
    if floor:
        legend.append(floor_handle("floor: the block device itself (≈ a similar read)"))
    heading(figure, title, note or (figure_note(run) if arms else clock_note(run.document["run"])), legend)
    return figure, axes


def _face(arm: Arm) -> str:
    return "white" if arm.kernel is None else arm.colour


def _style(arm: Arm) -> object:
    return (0, (1, 1.2)) if arm.kernel is None else "-"


def wants_log(values: Sequence[float]) -> bool:
    """Whether values are too far apart for an axis that starts at 0."""
    return bool(values) and min(values) > 0 and max(values) / min(values) > LOG_FROM_RATIO


def absent(arms: Sequence[Arm], rows: Sequence[Row]) -> tuple[set[int], str]:
    """Arms without any number in the rows, and a line that says why."""
    without = {i for i in range(len(arms)) if rows and all(r.numbers[i].value is None for r in rows)}
    words: dict[str, list[str]] = {}
    for i in sorted(without):
        words.setdefault("/".join(dict.fromkeys(r.numbers[i].gap for r in rows)), []).append(arms[i].title)
    return without, "; ".join(f"{', '.join(names)}: {word}" for word, names in words.items())


def _bad(text: str) -> bool:
    return "invalid" in text or "failed" in text


def rows_panel(axes: Axes, rows: Sequence[Row], arms: Sequence[Arm], title: str, measure: Measure, labels: bool, *, gaps_by_row: bool = False) -> None:
    """A row for each of `rows`, with a stalk from 0 (or, far apart, a dot on a logarithmic axis) for each arm. An arm that has a number
    in no row is a line at the top, or (`gaps_by_row`) keeps its place and its word in each."""
    values = [n.value for r in rows for n in r.numbers if n.value is not None] + [r.floor_value for r in rows if r.floor_value is not None]
    log = wants_log(values) and not measure.linear
    without, sentence = (set(), "") if gaps_by_row else absent(arms, rows)
    shown = [i for i in range(len(arms)) if i not in without]
    step = 0.74 / max(len(shown), 1)
    reserve = 0.0  # share of the width that words at the right need
    for y, one in enumerate(rows):
        axes.axhspan(y - 0.5, y + 0.5, color="#F6F6F6" if y % 2 == 0 else "white", zorder=0, linewidth=0)
        for slot, i in enumerate(shown):
            _stalk(axes, one.numbers[i].value, y + (slot - (len(shown) - 1) / 2) * step, arms[i], log)
        _row_floor(axes, one, y)
        text, slot = _row_gaps(one, arms, shown)
        if text:
            axes.text(0.985, y + slot * step, text, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=6.5, zorder=5,
                      fontstyle="italic", color=GAP_COLOUR if _bad(text) else DIM_COLOUR, bbox=LABEL_BOX)
            here = [n.value for n in one.numbers if n.value is not None]
            if here:
                reserve = max(reserve, GAP_WIDTH * len(text) + 0.03 if max(here) >= 0.5 * max(values) else 0.0)
    _frame_rows(axes, rows, values, log, title, measure.label, labels)
    if reserve:
        _make_room(axes, min(reserve, 0.5), log)
    if sentence:
        axes.text(1.0, 1.01, sentence, transform=axes.transAxes, ha="right", va="bottom", fontsize=6.8, fontstyle="italic",
                  color=GAP_COLOUR if _bad(sentence) else DIM_COLOUR)


def _stalk(axes: Axes, value: Optional[float], y: float, arm: Arm, log: bool) -> None:
    if value is None:
        return
    if not log:
        axes.plot([0, value], [y, y], color=arm.line_colour, linewidth=1.6, linestyle=_style(arm), zorder=2, solid_capstyle="butt")
    axes.plot([value], [y], marker=arm.marker, markersize=4.2, markerfacecolor=_face(arm), markeredgecolor=EDGE_COLOUR, markeredgewidth=0.6,
              linestyle="", zorder=3, clip_on=False)


def _row_floor(axes: Axes, one: Row, y: float) -> None:
    if one.floor_value is not None:
        axes.plot([one.floor_value] * 2, [y - 0.44, y + 0.44], color=FLOOR_COLOUR, linestyle=FLOOR_DASHES, linewidth=1.2, zorder=4)
        if one.floor is not None and one.floor.stand_in:
            axes.annotate("≈", (one.floor_value, y - 0.28), xytext=(2, 0), textcoords="offset points", fontsize=7.5, color=FLOOR_COLOUR,
                          va="center", zorder=4)


def _row_gaps(one: Row, arms: Sequence[Arm], shown: Sequence[int]) -> tuple[str, float]:
    """Why arms have no number, and the middle of their places in the row."""
    words: dict[str, list[int]] = {}
    asked = [i for i in shown if one.numbers[i].value is not None or one.numbers[i].gap]
    for i in asked:
        if one.numbers[i].value is None:
            words.setdefault(one.numbers[i].gap, []).append(i)
    kernels = [i for i in shown if arms[i].kernel is not None]
    def who(places: list[int]) -> str:
        if len(places) == len(asked) > 1:
            return ""
        return ("direct" if len(kernels) > 1 and places == kernels else ", ".join(arms[i].title for i in places)) + ": "
    slots = [shown.index(i) - (len(shown) - 1) / 2 for places in words.values() for i in places]
    return "; ".join(who(places) + word for word, places in words.items()), sum(slots) / len(slots) if slots else 0.0


def _make_room(axes: Axes, share: float, log: bool) -> None:
    """Widens the axis so that its right `share` is empty."""
    low, high = axes.get_xlim()
    axes.set_xlim(right=low * (high / low) ** (1 / (1 - share)) if log else low + (high - low) / (1 - share))


def _frame_rows(axes: Axes, rows: Sequence[Row], values: Sequence[float], log: bool, title: str, label: str, labels: bool) -> None:
    axes.set_title(title, loc="left", fontsize=9, pad=13)
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels([r.label for r in rows] if labels else [])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(label + (", log" if log else ""), fontsize=8)
    _value_axis(axes, "x", values, log)


def _value_axis(axes: Axes, which: str, values: Sequence[float], log: bool) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    limits = axes.set_xlim if which == "x" else axes.set_ylim
    low, high = min([*values, 0.0]), max([*values, 0.0])
    if not values:
        axis.set_major_locator(NullLocator())  # a scale of nothing would look like one of something
        return
    if log:
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
        limits(min(values) / 1.35, max(values) * 1.35)
        axis.set_major_locator(LogLocator(numticks=6))
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axis.set_minor_locator(NullLocator())
    else:
        span = (high - low) or 1.0
        limits(low - (0.06 * span if low < 0 else 0), high + 0.09 * span if high > 0 or low == 0 else 0.02 * span)
        axis.set_major_locator(MaxNLocator(4))
    axes.grid(axis=which, color="#E4E4E4", linewidth=0.6, zorder=0.5)
    axes.set_axisbelow(False)


def lines_panel(axes: Axes, places: Sequence[Row], arms: Sequence[Arm], title: str, label: str, x_label: str) -> None:
    """A line for each arm over `places`, and the floor as a dashed line."""
    values = [n.value for p in places for n in p.numbers if n.value is not None] + [p.floor_value for p in places if p.floor_value is not None]
    log = wants_log(values)
    for i, arm in enumerate(arms):
        dots = [(x, p.numbers[i].value) for x, p in enumerate(places) if p.numbers[i].value is not None]
        axes.plot([d[0] for d in dots], [d[1] for d in dots], color=arm.line_colour, linestyle=_style(arm), linewidth=1.6, marker=arm.marker,
                  markersize=4.5, markerfacecolor=_face(arm), markeredgecolor=EDGE_COLOUR, markeredgewidth=0.6, zorder=3)
    floors = [(x, p) for x, p in enumerate(places) if p.floor_value is not None]
    axes.plot([x for x, _ in floors], [p.floor_value for _, p in floors], color=FLOOR_COLOUR, linestyle=FLOOR_DASHES, linewidth=1.2, zorder=4,
              marker="_" if len(floors) == 1 else "", markersize=16)
    for x, place in floors:
        if place.floor is not None and place.floor.stand_in:
            axes.annotate("≈", (x, place.floor_value), xytext=(0, 3), textcoords="offset points", fontsize=8, ha="center", zorder=4)
    axes.set_title(title, loc="left", fontsize=9, pad=13)
    axes.set_xlim(-0.3, max(len(places), 1) - 0.7)
    axes.set_xticks(range(len(places)))
    axes.set_xticklabels([p.label for p in places])
    axes.set_xlabel(x_label, fontsize=8)
    axes.set_ylabel(label + (", log" if log else ""), fontsize=8)
    _value_axis(axes, "y", values, log)
    _line_gaps(axes, places, arms)


def _line_gaps(axes: Axes, places: Sequence[Row], arms: Sequence[Arm]) -> None:
    without, sentence = absent(arms, places)
    words = [sentence] if sentence else []
    for i, arm in enumerate(arms):
        holes: dict[str, list[str]] = {}
        for place in places:
            if i not in without and place.numbers[i].value is None:
                holes.setdefault(place.numbers[i].gap, []).append(place.label)
        words += [f"{arm.title} {word} at {', '.join(labels)}" for word, labels in holes.items()]
    if words:
        text = "; ".join(words)
        axes.text(1.0, 1.01, text, transform=axes.transAxes, ha="right", va="bottom", fontsize=6.8, fontstyle="italic",
                  color=GAP_COLOUR if _bad(text) else DIM_COLOUR)


def shares_panel(axes: Axes, lines: Sequence[tuple[str, Histogram, str, object, float]], title: str, kind: str, gaps: str = "") -> None:
    """Cumulative distributions: (label, histogram, colour, line style, line width) each; `kind` says what the times are."""
    axes.set_title(title, loc="left", fontsize=9, pad=13)
    axes.set_ylim(0, 103)
    axes.set_yticks([0, 50, 100])
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6)
    axes.set_xlabel(f"latency, {kind}, log", fontsize=8)
    drawn = [line for line in lines if line[1].counts]
    for label, histogram, colour, style, width in drawn:
        times, shares = thinned(*cumulative(histogram))
        axes.step(times, [100 * s for s in shares], where="post", color=colour, linestyle=style, linewidth=width, label=label)
    if gaps:
        axes.text(1.0, 1.01, gaps, transform=axes.transAxes, ha="right", va="bottom", fontsize=6.8, fontstyle="italic", color=DIM_COLOUR)
    if not drawn:
        axes.set_xticks([])
        return
    low = max(min(h.lower_ns[0] for _, h, *_ in drawn) / 1.2, 1.0)
    high = max(h.upper_ns[-1] for _, h, *_ in drawn) * 1.2
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(FixedLocator(time_ticks(low, high)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ns, _: time_name(ns)))


def thinned(times: Sequence[float], shares: Sequence[float]) -> tuple[list[float], list[float]]:
    """At most about MOST_POINTS_OF_A_LINE steps, the first and the last among them: nobody sees more, and pages get large."""
    every = 1 / MOST_POINTS_OF_A_LINE
    kept = [0]
    for i in range(1, len(shares)):
        if i == len(shares) - 1 or shares[i] - shares[kept[-1]] >= every:
            kept.append(i)
    return [times[i] for i in kept], [shares[i] for i in kept]


def floor_note(run: Run, points: Sequence[Point]) -> str:
    """For a caption: what the floor is, where it is of a read that is only similar, and of which reads there is none."""
    near: dict[str, str] = {}
    none: list[str] = []
    for point in points:
        floor = run.floor(point)
        name = f"{point.read} {point.load} on {point.device}"
        if floor is None:
            none.append(name)
        elif floor.gap:
            none.append(f"{name} ({floor.gap})")
        elif floor.stand_in:
            near.setdefault(name, floor.stand_in)
    if not run.has_floor:
        return floor_caption(run)
    sentences = [floor_caption(run)]
    if near:
        some = [f"{name}: {stand_in}" for name, stand_in in list(near.items())[:6]]
        more = f" and {len(near) - 6} more" if len(near) > 6 else ""
        sentences.append(f"Where the run has no such cell the floor (≈) is of the nearest one of that device, pattern and "
                         f"block size ({'; '.join(some)}{more}).")
    if none:
        names = list(dict.fromkeys(none))
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        sentences.append(f"No floor: {', '.join(names[:4])}{more}.")
    return " ".join(sentences)


@dataclass(frozen=True)
class Panel:
    """A panel of rows: (label, kind of read, back end) each."""

    title: str
    measure: Measure
    rows: Sequence[tuple[str, Point, str]]


def rows_sheet(run: Run, title: str, panels: Sequence[Sequence[Panel]], left_inches: float = 1.3, row_inches: float = 0.34) -> Figure:
    """A sheet of rows_panels; those beside each other have the same labels, written once."""
    arms = drawn_arms(run)
    heights = [max(0.9, row_inches * max(len(p.rows) for p in line)) for line in panels]
    floor = any(p.measure.floor_line for line in panels for p in line)
    figure, axes = sheet(run, title, arms, heights, max(len(line) for line in panels), left_inches=left_inches, gap_inches=0.22, floor=floor)
    for y, line in enumerate(panels):
        for x, panel in enumerate(line):
            found = [row(run, label, point, panel.measure, arms, backend) for label, point, backend in panel.rows]
            rows_panel(axes[y][x], found, arms, panel.title, panel.measure.on(run.clock), labels=x == 0)
        for empty in axes[y][len(line):]:
            empty.set_visible(False)
    return figure
