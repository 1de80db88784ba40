# SPDX-License-Identifier: GPL-2.0-only
"""Where the data is, and how far away: resident, in the cache file, or behind a link; waits and hits apart."""

from __future__ import annotations

from typing import Optional

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.arms import Arm, drawn_arms
from reports.data import Point, Run
from reports.clock import Basis
from reports.panels import Measure, scaled
from reports.sheet import Number, Row, floor_note, row, rows_panel, shares_panel, sheet
from reports.style import ns_name
from reports.words import LATENCY, MEAN, THROUGHPUT, capital, distinct, gap_of, points_of, prefer, sides, usual_device, value_of

ORDER = 50
TITLE = "Cold or warm, and how far away?"
WORKLOADS = ("cold-or-warm", "remote-read", "resident-read")
STATES = ("resident", "local", "remote")
WAITS = Measure("mean of those that waited, µs", scaled("ondemand.wait_ns.mean", 1e3))
HITS = Measure("mean of those that did not, µs", scaled("ondemand.hit_ns.mean", 1e3))
FETCHES = ("lan", "region", "internet")
LINE_STYLES = ("-", (0, (4, 1.5)), (0, (1, 1.2)))


def _points(run: Run) -> list[Point]:
    """Of the workload; of the quick suite's if there is none."""
    return points_of(run.of("cold-or-warm")) or [p for p in points_of(run.of("remote-read", "resident-read", "rand-read", "seq-read"))
                                                 if p.layout == "flat"]


def matches(run: Run) -> bool:
    return len({p.cache_state for p in _points(run)}) > 1 or any(p.cache_state == "remote" for p in _points(run))


def _place(p: Point) -> str:
    return f"remote, {p.fetch}" if p.cache_state == "remote" else p.cache_state


def _group(points: list[Point], read: tuple, device: str) -> list[Point]:
    """One read from everywhere, the nearest first."""
    found = [p for p in points if (p.pattern, p.block_size_bytes, p.engine, p.iodepth) == read and p.device == device]
    return sorted(found, key=lambda p: (STATES.index(p.cache_state), FETCHES.index(p.fetch) if p.fetch in FETCHES else 9, p.fetch))


def _groups(run: Run) -> list[list[Point]]:
    """The reads that are drawn: those that most states have."""
    points = _points(run)
    device = usual_device(points)
    reads = distinct([p for p in points if p.device == device], "pattern", "block_size_bytes", "engine", "iodepth")
    groups = [_group(points, read, device) for read in reads]
    groups.sort(key=lambda g: (-len({_place(p) for p in g}), g[0].in_flight, g[0].block_size_bytes, g[0].pattern))
    small = next((g for g in groups if g[0].pattern == "random"), None)
    large = next((g for g in groups if g[0].pattern == "sequential" and g[0].block_size_bytes > 4096), None)
    return [g for g in (small, large) if g] or groups[:2]


def figure(run: Run) -> Figure:
    groups = _groups(run)
    arms = drawn_arms(run)
    heights = [max(0.9, 0.36 * len(g)) for g in groups] + [1.5]
    links = list(dict.fromkeys(p.fetch for g in groups for p in g if p.cache_state == "remote"))
    handles = [Line2D([], [], color="#AAAAAA", linestyle=style, label=link) for link, style in zip(links, LINE_STYLES)]
    drawing, axes = sheet(run, TITLE, arms, heights, 4, left_inches=1.3, gap_inches=0.3, handles=handles)
    for line, group in zip(axes, groups):
        for x, measure in enumerate((THROUGHPUT, MEAN, WAITS, HITS)):
            rows = [_row(run, p, measure, arms) for p in group]
            rows_panel(line[x], rows, arms, f"{group[0].read} {group[0].load}, {group[0].device}", measure.on(run.clock), x == 0)
    pair = sides(run)
    places = [(group, arm) for group in groups for arm in (pair.candidate, pair.reference)][:4]
    for axes_, (group, arm) in zip(axes[-1], places):
        _distributions(axes_, run, group, arm)
    axes[-1][0].set_ylabel("share of reads, %", fontsize=8)
    for empty in axes[-1][len(places):]:
        empty.set_visible(False)
    return drawing


def _row(run: Run, point: Point, measure: Measure, arms: list[Arm]) -> Row:
    """Only remote reads have waits and hits; the others say so."""
    if measure in (WAITS, HITS) and point.cache_state != "remote":
        return Row(_place(point), [Number(None, "no fetch")] * len(arms))
    return row(run, _place(point), point, measure, arms)


def _distributions(axes: Axes, run: Run, group: list[Point], arm: Arm) -> None:
    """Waits in the arm's colour, hits in grey; a line style for each link."""
    lines: list[tuple] = []
    missing = []
    remote = [p for p in group if p.cache_state == "remote"]
    for point, style in zip(remote, LINE_STYLES):
        cell = arm.cell(run, point)
        histograms = cell.histograms if cell is not None else {}
        if not histograms:
            missing.append(f"{point.fetch}: {gap_of(cell)}")
        for name, colour, width in (("ondemand.wait_ns", arm.line_colour, 2.2), ("ondemand.hit_ns", "#888888", 0.8)):
            if name in histograms:
                lines.append((f"{point.fetch}, {'waited' if 'wait' in name else 'hit'}", histograms[name], colour, style, width))
    shares_panel(axes, lines, f"{group[0].read} {group[0].load}: {arm.title}", run.clock.kind(Basis.TIME), "; ".join(missing))


def caption(run: Run) -> str:
    return ("A remote read that needs bytes which are not in the cache waits for the daemon's fetch; the last row has the distribution of such "
            "waits (coloured, thick) and of the other reads, which found their bytes there (grey, thin); solid, dashed and dotted as the legend's links. "
            + floor_note(run, [p for g in _groups(run) for p in g]))


def sentence(run: Run) -> str:
    pair = sides(run)
    group = _groups(run)[0]
    told = [f"{_place(p)} {_time(run, pair.candidate, p)}" for p in group]
    text = f"{group[0].read} {group[0].load} ({run.clock.on(group[0].device)}) takes {pair.candidate.title} on average: {', '.join(told)}"
    far = prefer([p for p in group if p.cache_state == "remote"], fetch="internet")
    if far is not None:
        text += f"; beside it {pair.reference.title} takes {_time(run, pair.reference, far)} ({_place(far)})"
        text += _hits(run, pair.candidate, far)
    return capital(text) + "."


def _time(run: Run, arm: Arm, point: Point) -> str:
    cell = arm.cell(run, point)
    mean: Optional[float] = value_of(cell, LATENCY)
    return ns_name(mean) if mean is not None else f"({gap_of(cell)})"


def _hits(run: Run, arm: Arm, point: Point) -> str:
    """How many waited, and what the others took."""
    cell = arm.cell(run, point)
    waits, ops = (cell.metric(n) if cell is not None else None for n in ("ondemand.waits", "ops"))
    if waits is None or not ops:
        return ""
    hit = cell.metric("ondemand.hit_ns.mean") if cell is not None else None
    rest = f", the others took {ns_name(hit)}" if hit is not None else ""
    return f"; {waits / ops:.0%} of {arm.title}'s reads waited for a fetch there{rest}"
