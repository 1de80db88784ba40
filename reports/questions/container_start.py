# SPDX-License-Identifier: GPL-2.0-only
"""A recorded start of a container, replayed."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.data import Cell, Point, Run
from reports.clock import Basis
from reports.panels import MEBI, Measure, scaled
from reports.sheet import Panel, rows_sheet
from reports.style import ns_name
from reports.words import GROWTH, P99, TIME, capital, places, points_of, sides, value_of

ORDER = 90
TITLE = "How long does a container take to start?"
WORKLOADS = ("container-start",)
SECONDS = Measure("time to replay, ms", scaled("seconds", 1e-3))
FETCHED = Measure("fetched, MiB", scaled("ondemand.bytes", MEBI), Basis.COUNT, linear=True)


def matches(run: Run) -> bool:
    return bool(points_of(run.of(*WORKLOADS)))


def _label(p: Point, backend: str) -> str:
    shared = ", beside another" if p.layout == "container-shared" else ""
    timed = ", timed" if p.arrival == "trace" else ""
    where = f"{p.cache_state}{shared}{timed}" if backend == "fscache" else backend
    return f"{where}\n{p.load}" if backend == "fscache" else where


def figure(run: Run) -> Figure:
    by_state = sorted(places(run, WORKLOADS), key=lambda x: (x[1] != "fscache", x[0].layout, x[0].cache_state, x[0].arrival, x[0].iodepth))
    rows = [(_label(p, b), p, b) for p, b in by_state]
    panels = [Panel(measure.name(run.clock).split(",")[0], measure, rows) for measure in (SECONDS, P99, GROWTH, FETCHED)]
    return rows_sheet(run, TITLE, [panels], left_inches=1.75, row_inches=0.42)


def caption(run: Run) -> str:
    devices = ", ".join(dict.fromkeys(p.device for p, _ in places(run, WORKLOADS)))
    return (f"Reads of a trace as fast as they can be made, or (timed) when the trace has them due; device {devices}. “buffered” and the arms say how the "
            "cell opens files; “beside another”: another container of the same image runs already, and the blob is shared. "
            "A trace has reads of all sizes, so there is no floor to hold it against.")


def sentence(run: Run) -> str:
    pair = sides(run)
    fast = [p for p, b in places(run, WORKLOADS) if b == "fscache" and p.arrival == "closed"]
    parts = []
    for point in (_first(fast, "container", "local"), _first(fast, "container", "remote"), _first(fast, "container-shared", "remote")):
        if point is not None:
            shared = " beside another container of the image" if point.layout == "container-shared" else ""
            parts.append(f"{point.cache_state}{shared} ({point.load}): {pair.duel(run, point, TIME)}")
    rivals: dict[str, float] = {}
    for point, backend in places(run, WORKLOADS):
        cell: Cell | None = run.find(None, backend, "buffered", point)
        value = value_of(cell, TIME)
        if backend != "fscache" and value is not None and point.arrival == "closed":
            rivals[backend] = min(value, rivals.get(backend, value))
    if rivals:
        best = min(rivals, key=lambda b: rivals[b])
        parts.append(f"the {run.clock.fastest} of the other ways, {best}, takes {ns_name(rivals[best] * 1e9)}")
    if not parts:
        return "There are no replays as fast as can be."
    return capital("; ".join(parts)) + f" ({run.clock.on(*(p.device for p in fast))})."


def _first(points: list[Point], layout: str, state: str) -> Point | None:
    found = [p for p in points if (p.layout, p.cache_state) == (layout, state)]
    return min(found, key=lambda p: p.iodepth) if found else None
