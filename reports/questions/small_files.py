# SPDX-License-Identifier: GPL-2.0-only
"""Opening, reading and closing thousands of small files."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.data import Point, Run
from reports.sheet import Panel, rows_sheet
from reports.style import ns_name
from reports.words import CPU, GROWTH, LATENCY, MEAN, P99, capital, places, points_of, prefer, sides, usual_device, value_of

ORDER = 80
TITLE = "Small files?"
WORKLOADS = ("tree-walk",)


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS))


def matches(run: Run) -> bool:
    return bool(_points(run))


def figure(run: Run) -> Figure:
    points = _points(run)
    panels = []
    for device in dict.fromkeys(p.device for p in points):
        rows = [(f"{backend} {p.cache_state}", p, backend) for p, backend in places(run, WORKLOADS) if p.device == device]
        panels.append([Panel(device, measure, rows) for measure in (MEAN, P99, CPU, GROWTH)])
    return rows_sheet(run, TITLE, panels, left_inches=1.4)


def caption(run: Run) -> str:
    return "A read is one file: open, read whole, close. The block device itself knows no files, so there is no floor."


def sentence(run: Run) -> str:
    points = _points(run)
    pair = sides(run)
    device = usual_device(points)
    parts = []
    for state in ("local", "remote", "resident"):
        found = [p for p in points if p.cache_state == state]
        point = prefer(found, device=device)
        if point is not None:
            parts.append(f"{state}: {pair.duel(run, point, LATENCY)}")
    others = {backend: mean for p, backend in places(run, WORKLOADS) if backend != "fscache" and p.device == device
              and (mean := value_of(run.find(None, backend, "buffered", p), LATENCY)) is not None}
    if others:
        best = min(others, key=lambda b: others[b])
        parts.append(f"the {run.clock.fastest} of the other ways, {best}, takes {ns_name(others[best])}")
    return capital(f"a file, on average ({run.clock.on(device)}): {'; '.join(parts)}.")
