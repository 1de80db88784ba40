# SPDX-License-Identifier: GPL-2.0-only
"""Requests that do not wait for each other: latency from when they were due, service time beside it."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.arms import Arm
from reports.data import Cell, Point, Run
from reports.panels import Measure, scaled
from reports.sheet import Panel, floor_note, rows_sheet
from reports.style import ns_name
from reports.words import TAIL, Quantity, capital, gap_of, metric, points_of, prefer, sides, value_of

ORDER = 100
TITLE = "What do users wait in an open loop?"
WORKLOADS = ("open-loop",)
DUE_P99 = Measure("µs from when a read was due", scaled("latency_ns.p99", 1e3), floor_line=True)
SERVICE_P99 = Measure("µs from when it was submitted", scaled("service_ns.p99", 1e3), floor_line=True)
DUE_MEAN = Measure("µs from when a read was due", scaled("latency_ns.mean", 1e3), floor_line=True)
SERVICE = Quantity(metric("service_ns.p99"), ns_name, "faster", "slower")


def _achieved(cell: Cell) -> "float | None":
    """Reads made of those that were due, %."""
    made, due = cell.metric("ops_per_s"), cell.metric("offered_ops_per_s")
    return 100 * made / due if made is not None and due else None


ACHIEVED = Measure("reads made, % of those due", _achieved, higher_is_better=True, floor_line=True)


def _points(run: Run) -> list[Point]:
    return sorted((p for p in points_of(run.of(*WORKLOADS)) if p.arrival in ("constant", "poisson")),
                  key=lambda p: (p.engine != "io_uring", p.engine, p.arrival, p.rate_iops))


def matches(run: Run) -> bool:
    return bool(_points(run))


def figure(run: Run) -> Figure:
    rows = [(f"{p.arrival} {p.rate_iops}/s\n{p.load}", p, "fscache") for p in _points(run)]
    panels = (Panel("p99 latency, as users see it", DUE_P99, rows), Panel("p99 service time", SERVICE_P99, rows),
              Panel("mean latency, as users see it", DUE_MEAN, rows), Panel("achieved rate", ACHIEVED, rows))
    return rows_sheet(run, TITLE, [panels], left_inches=1.5, row_inches=0.42)


def caption(run: Run) -> str:
    return ("Latency counts from the time a read was due, whether or not it could be submitted then; service time from its submission. A cell that "
            "falls behind the offered rate by more than 3 % is invalid and has no number. " + floor_note(run, _points(run)))


def sentence(run: Run) -> str:
    points = _points(run)
    pair = sides(run)
    most = max(p.rate_iops for p in points)
    like = prefer(points, rate_iops=most, arrival="poisson", engine="io_uring")
    assert like is not None
    texts = [_waits(run, arm, like) for arm in (pair.candidate, pair.reference)]
    behind = sorted({f"{c.kernel} {c.io}" for c in run.of(*WORKLOADS) if c.status == "invalid"})
    late = f"; some cells of {', '.join(behind)} have no number (invalid)" if behind else ""
    return capital(f"p99 at {most} {like.read} reads/s ({like.arrival}, {like.load}, {run.clock.on(like.device)}): {'; '.join(texts)}{late}.")


def _waits(run: Run, arm: Arm, point: Point) -> str:
    cell = arm.cell(run, point)
    latency, service = value_of(cell, TAIL), value_of(cell, SERVICE)
    if latency is None:
        return f"{arm.title} has no number ({gap_of(cell)})"
    of_service = "" if service is None else f", of which the read itself takes {ns_name(service)}" if latency > service * 1.01 else ", all of it the read itself"
    return f"users of {arm.title} wait {ns_name(latency)}{of_service}"
