# SPDX-License-Identifier: GPL-2.0-only
"""Distributions of latency: which share of the reads ended within which time."""

from __future__ import annotations

import math
from itertools import accumulate
from typing import Optional

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from reports.arms import FLOOR_COLOUR, FLOOR_DASHES, Arm, drawn_arms, figure_note
from reports.clock import Basis
from reports.data import Cell, Histogram, Point, Run
from reports.finding import compared, on_fscache
from reports.panels import floor_caption, floor_handle
from reports.style import DIM_COLOUR, EDGE_COLOUR, GAP_COLOUR, LABEL_BOX, LEFT_INCHES, Picture, heading, time_name
from reports.tradeoff import local_points, main_first

COLUMNS = 3
MOST_PANELS = 9
CAPTION = ("Share of the reads that ended within a time (from the histograms; bucket error at most 0.4 %). "
           "The mark is the 99th percentile. Lines end at the longest read. ")


def cumulative(histogram: Histogram) -> tuple[list[float], list[float]]:
    """Times (ns, middle of each bucket) and the share of reads up to each, 0..1; starts at share 0."""
    total = sum(histogram.counts)
    middles = [(low + high - 1) / 2 for low, high in zip(histogram.lower_ns, histogram.upper_ns)]
    shares = [seen / total for seen in accumulate(histogram.counts)]
    return [middles[0], *middles], [0.0, *shares]


def time_ticks(low_ns: float, high_ns: float) -> list[float]:
    """1, 2, 5 times powers of ten inside the range, thinned to powers of ten when there are many."""
    decades = range(math.floor(math.log10(low_ns)), math.ceil(math.log10(high_ns)) + 1)
    for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        ticks = [s * 10.0 ** d for d in decades for s in steps if low_ns <= s * 10.0 ** d <= high_ns]
        if len(ticks) <= 5:
            return ticks
    return ticks


def draw(run: Run, device: str) -> list[Picture]:
    """One picture for the local reads of a device."""
    points = main_first(local_points(run, device))[0]
    pictures = []
    for first in range(0, len(points), MOST_PANELS):
        suffix = f"-{first // MOST_PANELS + 1}" if first else ""
        shown = points[first:first + MOST_PANELS]
        figure = _page(run, shown, device)
        pictures.append(Picture(f"latency-{device}{suffix}", f"Latency on {device}", CAPTION + floor_caption(run), compared(run, on_fscache(shown), ("tail",)), figure))
    return pictures


def _page(run: Run, points: list[Point], device: str) -> Figure:
    rows = math.ceil(len(points) / COLUMNS)
    figure = Figure(figsize=(13.3, 1.4 + 2.75 * rows))
    width, height = figure.get_size_inches()
    grid = figure.add_gridspec(rows, COLUMNS, left=LEFT_INCHES / width, right=1 - 0.2 / width, top=1 - 1.1 / height,
                               bottom=0.5 / height, wspace=0.16, hspace=0.42)
    arms = drawn_arms(run)
    for i, point in enumerate(points):
        axes = figure.add_subplot(grid[i // COLUMNS, i % COLUMNS])
        _panel(axes, run, point, arms)
        if i % COLUMNS == 0:
            axes.set_ylabel("share of reads, %")
        if i + COLUMNS >= len(points):
            axes.set_xlabel(f"latency, {run.clock.kind(Basis.TIME)} (log scale)")
    handles = [Line2D([], [], color=a.line_colour, linewidth=2, linestyle="-" if a.kernel else ":", marker=a.marker, markersize=4.5,
                      markeredgecolor=EDGE_COLOUR, markeredgewidth=0.6, label=a.title) for a in arms]
    handles.append(floor_handle())
    heading(figure, f"Latency of reads on {device}", figure_note(run), handles)
    return figure


def _panel(axes: Axes, run: Run, point: Point, arms: list[Arm]) -> None:
    axes.set_title(point.label, loc="left")
    floor = run.floor(point)
    lines: list[tuple[Optional[Cell], str, object, float, str]] = [(floor.quickest if floor else None, FLOOR_COLOUR, FLOOR_DASHES, 1.1, "|")]
    lines += [(a.cell(run, point), a.line_colour, "-" if a.kernel else ":", 1.6, a.marker) for a in arms]
    shown = [line for line in lines if line[0] is not None and line[0].histogram and line[0].histogram.counts]
    for cell, colour, style, line_width, marker in shown:
        times, shares = cumulative(cell.histogram)
        axes.step(times, [100 * s for s in shares], where="post", color=colour, linestyle=style, linewidth=line_width)
        p99 = next(t for t, s in zip(times, shares) if s >= 0.99)
        axes.plot([p99], [99], marker=marker, markersize=4.5, color=colour, markeredgecolor=EDGE_COLOUR, markeredgewidth=0.6)
    _gaps(axes, [(a, a.cell(run, point)) for a in arms])
    axes.set_ylim(0, 103)
    axes.set_yticks([0, 25, 50, 75, 100])
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.6)
    if not shown:
        axes.set_xticks([])
        return
    low = min(line[0].histogram.lower_ns[0] for line in shown) / 1.15
    high = max(line[0].histogram.upper_ns[-1] for line in shown) * 1.15
    axes.set_xscale("log")
    axes.set_xlim(max(low, 1.0), high)
    axes.xaxis.set_major_locator(FixedLocator(time_ticks(max(low, 1.0), high)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ns, _: time_name(ns)))


def _gaps(axes: Axes, cells: list[tuple[Arm, Optional[Cell]]]) -> None:
    """Arms without a line, named in the corner."""
    missing = [(a.title, "no cell" if c is None else c.gap) for a, c in cells if c is None or c.histogram is None]
    for i, (title, word) in enumerate(missing):
        axes.text(0.98, 0.06 + 0.09 * i, f"{title}: {word}", transform=axes.transAxes, ha="right", va="bottom",
                  fontsize=8, fontstyle="italic", zorder=5, bbox=LABEL_BOX, color=GAP_COLOUR if word in ("invalid", "failed") else DIM_COLOUR)
