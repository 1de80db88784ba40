# SPDX-License-Identifier: GPL-2.0-only
"""Throughput and CPU per read of every way of asking for data."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.arms import Arm
from reports.data import Point, Run, size_name
from reports.headline import ns_name
from reports.sheet import Panel, rows_sheet, stand_in_note
from reports.words import CPU, THROUGHPUT, Quantity, capital, distinct, metric, points_of, prefer, sides, usual_device, value_of

ORDER = 30
TITLE = "Which way of asking?"
WORKLOADS = ("engines",)
CPU_TIME = Quantity(metric("cpu_ns_per_op.total"), ns_name, "cheaper", "dearer")


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
            + stand_in_note(run, _points(run)))


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
    costs = sorted(((cost, p.load) for p in line if (cost := value_of(arm.cell(run, p), CPU_TIME)) is not None))
    if not costs:
        return f"{arm.title} has no numbers"
    (least, cheap), (most, dear) = costs[0], costs[-1]
    if len(costs) == 1:
        return f"with {arm.title} {cheap} is the only one with numbers, {ns_name(least)} of CPU per read"
    return f"with {arm.title} {cheap} needs least CPU per read, {ns_name(least)}, and {dear} most, {ns_name(most)} ({most / least:.2f}×)"
