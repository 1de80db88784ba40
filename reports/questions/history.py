# SPDX-License-Identifier: GPL-2.0-only
"""The numbers that gate, over the runs before this one: history.json."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional, Sequence
from urllib.parse import quote

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from reports.arms import colour_of, shapes_of
from reports.data import Run
from reports.sheet import sheet
from reports.style import DIM_COLOUR, GAP_COLOUR, RunRow, Spot
from reports.trust import percent
from reports.words import capital, joined

ORDER = 175
TITLE = "Did it get better or worse over time?"
WORKLOADS = ()
COLUMNS = 3
MOST_DATES = 5
MOST_DOTS = 90  # runs whose lines are thick
FEW_DOTS = 20   # runs that have a mark each
# A panel shows at least this much on both sides of 1, and bands at most so many times as far as medians go.
LEAST_SHOWN = 0.005
BAND_REACH = 4.0
# Where the mark of a run without a number stands, as a share of the panel, and how large the place of any mark is.
MISSING_HEIGHT = 0.04
MARK_INCHES = 0.16
# What moved less is not said to have moved.
STEADY_WITHIN = 0.001
# verdict -> marker, colour, size
MARKS = {"regression": ("o", GAP_COLOUR, 6.5), "invalid": ("X", "#000000", 7.0), "inconclusive": ("D", "#E69F00", 5.0)}
WORSE_WHEN = {"lower": "less is better", "higher": "more is better", "neutral": "neither is better"}


@dataclass(frozen=True)
class Line:
    """An arm in a panel: its point in each run of the window, None where it was not measured."""

    kernel: str
    points: list[Optional[dict[str, Any]]]


@dataclass(frozen=True)
class Panel:
    """A metric with the arms that have ratios, or with those that began at 0 in every cell."""

    metric: str
    direction: str
    lines: list[Line]
    counts: bool  # of changed cells, not ratios


def runs_of(run: Run) -> list[tuple[str, str]]:
    """(started_at, id) of every run in the window, the oldest first."""
    metrics = run.history["metrics"] if run.history else []
    return sorted({(p["started_at"], p["run"]) for m in metrics for arm in m["arms"] for p in arm["points"]})


def matches(run: Run) -> bool:
    return len(runs_of(run)) > 1


def panels_of(run: Run) -> list[Panel]:
    """A metric of which no arm has any point is left out."""
    assert run.history is not None
    order = runs_of(run)
    found = []
    for metric in run.history["metrics"]:
        lines: dict[bool, list[Line]] = {False: [], True: []}
        for arm in metric["arms"]:
            by_run = {(p["started_at"], p["run"]): p for p in arm["points"]}
            if by_run:
                counts = all(p["ratio"] is None for p in arm["points"])
                lines[counts].append(Line(arm["kernel"], [by_run.get(key) for key in order]))
        found += [Panel(metric["metric"], metric["direction"], lines[counts], counts) for counts in (False, True) if lines[counts]]
    return found


def _moved(panel: Panel) -> bool:
    return not panel.counts or any(p and (p["changed"] or p["verdict"] in MARKS) for line in panel.lines for p in line.points)


def _kernels(run: Run, panels: Sequence[Panel]) -> list[str]:
    named = list(dict.fromkeys(line.kernel for panel in panels for line in panel.lines))
    return [k for k in run.kernels if k in named] + [k for k in named if k not in run.kernels]


def figure(run: Run) -> Figure:
    panels = [panel for panel in panels_of(run) if _moved(panel)]
    kernels = _kernels(run, panels)
    rows = max(1, math.ceil(len(panels) / COLUMNS))
    drawing, axes = sheet(run, TITLE, [], [1.75] * rows, COLUMNS, gap_inches=0.95, floor=False, handles=_legend(run, panels, kernels))
    places = [one for line in axes for one in line]
    for place, panel in zip(places, panels):
        _draw(place, panel, {k: (colour_of(k, _all_kernels(run, kernels)), shapes_of(k, _all_kernels(run, kernels))[1]) for k in kernels}, runs_of(run))
    for empty in places[len(panels):]:
        empty.set_visible(False)
    return drawing


def _page(run: Run, name: str) -> str:
    """Address of the page of a run or gate, from this run's page; empty: it has none here."""
    pages = run.history.get("pages", {}) if run.history else {}
    return quote(pages.get(name, ""))


def spots(run: Run, drawing: Figure) -> tuple[Spot, ...]:
    """In each panel a strip a run, and on it a place a verdict."""
    panels = [panel for panel in panels_of(run) if _moved(panel)]
    order = runs_of(run)
    found = []
    for axes, panel in zip(drawing.axes, panels):
        place = axes.get_position()
        step = place.width / len(order)
        found += [Spot(place.x0 + i * step, 1 - place.y1, step, place.height, page) for i, (_, name) in enumerate(order) if (page := _page(run, name))]
        for line in panel.lines:
            middle = _column(line, "median", panel.counts)
            for i, point in enumerate(line.points):
                if point and point["verdict"] in MARKS and (page := _page(run, point.get("gate", ""))):
                    y = _height(axes, middle[i])
                    width, height = (MARK_INCHES / side for side in drawing.get_size_inches())
                    found.append(Spot(place.x0 + (i + 0.5) * step - width / 2, 1 - place.y0 - y * place.height - height / 2, width, height, page))
    return tuple(found)


def _height(axes: Axes, value: float) -> float:
    """Of a mark, as a share of its panel."""
    low, high = axes.get_ylim()
    return MISSING_HEIGHT if math.isnan(value) else (value - low) / (high - low)


def runs(run: Run) -> list[RunRow]:
    """What the figure's points and marks lead to, the newest first."""
    judged: dict[str, list[tuple[str, str, str]]] = {}
    for panel in panels_of(run):
        for line in panel.lines:
            for point in line.points:
                if point and point["verdict"] in MARKS:
                    gate = point.get("gate", "")
                    row = (f"{line.kernel} judged {point['verdict']}", gate, _page(run, gate))
                    if row not in judged.setdefault(point["run"], []):
                        judged[point["run"]].append(row)
    return [RunRow(started[:10], name, _page(run, name), judged.get(name, [])) for started, name in reversed(runs_of(run))]


def _all_kernels(run: Run, kernels: Sequence[str]) -> list[str]:
    return [*run.kernels, *(k for k in kernels if k not in run.kernels)]


def _legend(run: Run, panels: Sequence[Panel], kernels: Sequence[str]) -> list:
    judged = {p["verdict"] for panel in panels for line in panel.lines for p in line.points if p}
    arms = [Line2D([], [], color=colour_of(k, _all_kernels(run, kernels)), marker=shapes_of(k, _all_kernels(run, kernels))[1], markersize=4, linewidth=1.6, label=k) for k in kernels]
    return [*arms, Patch(facecolor="#BBBBBB", alpha=0.5, label="line: median cell; band: lowest to highest"),
            *(Line2D([], [], linestyle="", marker=marker, color=colour, markersize=size, label=f"judged {verdict}")
              for verdict, (marker, colour, size) in MARKS.items() if verdict in judged)]


def _draw(axes: Axes, panel: Panel, looks: dict[str, tuple[str, str]], runs: Sequence[tuple[str, str]]) -> None:
    for i, line in enumerate(panel.lines):
        colour, marker = looks[line.kernel]
        middle = _column(line, "median", panel.counts)
        if not panel.counts:
            axes.fill_between(range(len(runs)), _column(line, "low", False), _column(line, "high", False), color=colour, alpha=0.16, linewidth=0, zorder=2)
        few = len(runs) <= MOST_DOTS
        axes.plot(range(len(runs)), middle, color=colour, linewidth=1.5 if few else 1.0, marker=marker, markersize=4,
                  markevery=(0.03 * i, 0.12) if len(runs) > FEW_DOTS else 1, zorder=3)
        _mark(axes, line, middle)
    axes.set_title(panel.metric, loc="left", fontsize=9)
    axes.set_title(WORSE_WHEN[panel.direction], loc="right", fontsize=7, color=DIM_COLOUR)
    _dates(axes, runs)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6, zorder=0)
    if panel.counts:
        axes.set_ylabel("cells that changed\n(0 in the first run)", fontsize=8)
        axes.set_ylim(0, 1.15 * max([1, *(p["changed"] for line in panel.lines for p in line.points if p)]))
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    else:
        axes.set_ylabel("against the first run", fontsize=8)
        _ratio_axis(axes, panel)


def _column(line: Line, which: str, counts: bool) -> list[float]:
    """A number of each run; NaN breaks the line."""
    if counts:
        return [math.nan if p is None else p["changed"] for p in line.points]
    return [math.nan if p is None or p["ratio"] is None else p["ratio"][which] for p in line.points]


def _mark(axes: Axes, line: Line, middle: Sequence[float]) -> None:
    """What was judged stands on the line; at the lower edge where the run has no number."""
    for x, point in enumerate(line.points):
        if point is None or point["verdict"] not in MARKS:
            continue
        marker, colour, size = MARKS[point["verdict"]]
        number = not math.isnan(middle[x])
        axes.plot([x], [middle[x] if number else MISSING_HEIGHT], marker=marker, color=colour, markersize=size, linestyle="", zorder=5, clip_on=False,
                  transform=axes.transData if number else axes.get_xaxis_transform())


def _dates(axes: Axes, runs: Sequence[tuple[str, str]]) -> None:
    """In the order of the runs, so that a day without one takes no room; the year only if there are several."""
    count = min(len(runs), MOST_DATES)
    ticks = sorted({round(i * (len(runs) - 1) / max(count - 1, 1)) for i in range(count)})
    years = {started[:4] for started, _ in runs}
    days = {started[:10] for started, _ in runs}
    begin, end = (11, 16) if len(days) == 1 else (0 if len(years) > 1 else 5, 10)
    axes.set_xlim(-0.5, len(runs) - 0.5)
    axes.set_xticks(ticks)
    for label in axes.set_xticklabels([runs[i][0][begin:end] for i in ticks], fontsize=7)[-1:]:
        label.set_horizontalalignment("right" if len(ticks) > 2 else "center")  # the panel may be the last before the edge


def _ratio_axis(axes: Axes, panel: Panel) -> None:
    """Ratios, written as percentages; a band that would squeeze the medians is cut, which is said."""
    ratios = [p["ratio"] for line in panel.lines for p in line.points if p and p["ratio"]]
    low, high = min(r["low"] for r in ratios), max(r["high"] for r in ratios)
    middles = [1 - LEAST_SHOWN, 1 + LEAST_SHOWN, *(r["median"] for r in ratios)]
    reach = (BAND_REACH - 1) * max(abs(m - 1) for m in middles)
    bottom, top = max(min(low, *middles), min(middles) - reach), min(max(high, *middles), max(middles) + reach)
    room = 0.05 * (top - bottom)
    axes.set_ylim(bottom - room, top + room)
    axes.axhline(1, color="#888888", linewidth=0.7, zorder=1)
    ticks = [t for t in MaxNLocator(4).tick_values(bottom - 1, top - 1) if bottom - room <= 1 + t <= top + room]
    digits = next(d for d in range(9) if d == 8 or all(abs(round(100 * t, d) - 100 * t) < 1e-9 for t in ticks))
    axes.set_yticks([1 + t for t in ticks])
    axes.set_yticklabels([f"{100 * t:+.{digits}f} %" if abs(t) > 1e-12 else "0 %" for t in ticks])
    if low < bottom or high > top:
        axes.text(0.995, 0.99, f"cells from {_signed(low)} to {_signed(high)}", transform=axes.transAxes, ha="right", va="top", fontsize=6.8, fontstyle="italic",
                  color=DIM_COLOUR, zorder=6)


def _signed(ratio: float) -> str:
    return ("-" if ratio < 1 else "+") + percent(ratio - 1) if ratio != 1 else "0 %"


def caption(run: Run) -> str:
    still = list(dict.fromkeys(p.metric for p in panels_of(run) if not _moved(p)))
    count = len(runs_of(run))
    text = (f"The metrics that gate, over {count} runs of suite {run.history['suite'] if run.history else ''} on this machine with one seed. Each cell is divided by its own first "
            "number in these runs; a gap is a run in which the arm was not measured.")
    return text + (f" 0 in the first run in every cell of an arm, and no cell ever changed: {joined(still)}." if still else "")


def _worse(line: Line, panel: Panel) -> Optional[float]:
    """How much worse the median cell is now than in its first run: a share; of a metric where neither is better any change."""
    last = next((p["ratio"]["median"] for p in reversed(line.points) if p and p["ratio"]), None)
    if last is None:
        return None
    return {"lower": last - 1, "higher": 1 - last, "neutral": abs(last - 1)}[panel.direction]


def sentence(run: Run) -> str:
    runs, panels = runs_of(run), panels_of(run)
    moves = [(worse, panel.metric, line.kernel) for panel in panels if not panel.counts for line in panel.lines if (worse := _worse(line, panel)) is not None]
    worst, best = max(moves, default=(0.0, "", "")), min(moves, default=(0.0, "", ""))
    words = [f"at most {percent(move[0])} {word} ({move[1]}, {move[2]})" for word, move, sign in (("worse", worst, 1), ("better", best, -1))
             if sign * move[0] > STEADY_WITHIN]
    steady = f"no median cell moved by more than {percent(STEADY_WITHIN)}" if moves else "there is no ratio, for every first number is 0"
    span = f"over {len(runs)} runs from {runs[0][0][:10]} to {runs[-1][0][:10]} "
    body = f"the median cell got {joined(words)}" if words else steady
    return capital(f"{span}{body}; {_judged(panels)}.")


def _judged(panels: Sequence[Panel]) -> str:
    """How many runs were found bad, and when last."""
    words = []
    for verdict, name in (("regression", "a regression"), ("invalid", "invalid")):
        days = sorted({(p["started_at"], p["run"]) for panel in panels for line in panel.lines for p in line.points if p and p["verdict"] == verdict})
        if days:
            words.append(f"{len(days)} {'run was' if len(days) == 1 else 'runs were'} judged {name} (last {days[-1][0][:10]})")
    return ", ".join(words) if words else "no run was judged a regression or invalid"
