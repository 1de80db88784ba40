# SPDX-License-Identifier: GPL-2.0-only
"""Strided, popular and repeated reads: where a page cache ought to help, and where it cannot."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.data import Point, Run, size_name
from reports.clock import Basis
from reports.panels import Measure, scaled
from reports.sheet import Panel, rows_sheet, floor_note
from reports.words import GROWTH, P99, SPEED, THROUGHPUT, capital, points_of, sides

ORDER = 70
TITLE = "Strided, popular, repeated?"
WORKLOADS = ("patterns",)
AMPLIFICATION = Measure("device bytes per byte read", scaled("device.read_amplification", 1), Basis.COUNT)


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS))


def matches(run: Run) -> bool:
    return bool(_points(run))


def _label(p: Point) -> str:
    set_size = f"{size_name(p.span_bytes)} of {size_name(p.memory_bytes)}" if p.span_bytes and p.memory_bytes else " ".join(p.extras)
    return f"{p.read} qd{p.iodepth}" + (f"\n({set_size})" if set_size else "")


def figure(run: Run) -> Figure:
    points = _points(run)
    rows = [(_label(p), p, "fscache") for p in points]
    device = points[0].device
    return rows_sheet(run, TITLE, [[Panel(device, measure, rows) for measure in (THROUGHPUT, P99, AMPLIFICATION, GROWTH)]],
                      left_inches=1.45, row_inches=0.42)


def caption(run: Run) -> str:
    return ("strided: every some-th block, then those between; zipf: a few blocks are read most of the time; reread: blocks come again, with a "
            "working set (of so much memory) that fits and one that does not. " + floor_note(run, _points(run)))


def sentence(run: Run) -> str:
    pair = sides(run)
    points = _points(run)
    repeated = sorted((p for p in points if p.pattern == "reread" and p.memory_bytes), key=lambda p: p.span_bytes)
    chosen = [repeated[0], repeated[-1]] if len(repeated) > 1 else repeated
    seen: set[str] = {"reread"} if chosen else set()
    for p in points:
        if p.pattern not in seen:
            seen.add(p.pattern)
            chosen.append(p)
    return capital("; ".join(f"{_said(p)}: {pair.duel(run, p, SPEED)}" for p in chosen)) + f" ({run.clock.on(*(p.device for p in chosen))})."


def _said(p: Point) -> str:
    if p.pattern != "reread" or not p.span_bytes:
        return f"{p.read} {p.load}"
    fits = "smaller" if p.span_bytes < p.memory_bytes else "as large as" if p.span_bytes == p.memory_bytes else "larger"
    than = "" if fits == "as large as" else " than"
    return f"again and again in a working set of {size_name(p.span_bytes)}, {fits}{than} the {size_name(p.memory_bytes)} of memory"
