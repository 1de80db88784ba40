# SPDX-License-Identifier: GPL-2.0-only
"""Throughput and CPU per read of every way of asking for data."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.arms import Arm
from reports.data import Point, Run, size_name
from reports.sheet import Panel, rows_sheet, floor_note
from reports.words import CPU, THROUGHPUT, capital, distinct, points_of, prefer, sides, usual_device

ORDER = 30
TITLE = "Which way of asking?"
WORKLOADS = ("engines",)


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS), pattern="random")


def matches(run: Run) -> bool:
    return len({p.engine for p in _points(run)}) > 1


def figure(run: Run) -> Figure:
    points = _points(run)
    panels = []
    for device, in distinct(points, "device"):
        line = []
        for size in sorted({p.block_size_bytes for p in points})[:2]:
            rows = [(f"{p.engine} qd{p.iodepth}", p, "fscache") for p in points if (p.device, p.block_size_bytes) == (device, size)]
            line += [Panel(f"rand {size_name(size)}, {device}", measure, rows) for measure in (THROUGHPUT, CPU)]
        panels.append(line)
    return rows_sheet(run, TITLE, panels, left_inches=1.55)


def caption(run: Run) -> str:
    return ("Random reads of local blobs, cold page cache. mmap has no O_DIRECT; its rows are reads through the page cache. "
            + floor_note(run, _points(run)))


def sentence(run: Run) -> str:
    points = _points(run)
    pair = sides(run)
    like = prefer(points, device=usual_device(points), block_size_bytes=4096)
    assert like is not None
    line = [p for p in points if (p.device, p.block_size_bytes) == (like.device, like.block_size_bytes)]
    texts = [_cheapest(run, arm, line) for arm in (pair.candidate, pair.reference)]
    return capital(f"{like.read} on {like.device}: {'; '.join(texts)}.")


def _cheapest(run: Run, arm: Arm, line: list[Point]) -> str:
    """The engines that need least and most CPU, of those with numbers."""
    clock = run.clock
    cells = [(arm.cell(run, p), p) for p in line]
    costs = sorted((cost, p.load) for cell, p in cells if cell is not None and (cost := cell.metric("cpu_ns_per_op.total")) is not None)
    if not costs:
        return f"{arm.title} has no numbers"
    (least, cheap), (most, dear) = costs[0], costs[-1]
    if len(costs) == 1:
        return f"with {arm.title} {cheap} is the only one with numbers, {clock.cpu_text(least)}"
    return f"with {arm.title} {cheap} needs {clock.cpu_least} per read, {clock.cpu_text(least)}, and {dear} most, {clock.cpu_text(most)} ({most / least:.2f}×)"
