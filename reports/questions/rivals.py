# SPDX-License-Identifier: GPL-2.0-only
"""The same data mounted in every other way."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.data import Point, Run
from reports.aspects import SAME_WITHIN
from reports.sheet import Panel, floor_note, rows_sheet
from reports.words import CPU, GROWTH, P99, SPEED, THROUGHPUT, capital, gap_of, places, points_of, prefer, sides, usual_device, value_of

ORDER = 140
TITLE = "Against what else?"
WORKLOADS = ("rivals",)


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS))


def matches(run: Run) -> bool:
    return any(b != "fscache" for _, b in places(run, WORKLOADS))


def _backends(run: Run) -> list[str]:
    return list(dict.fromkeys(b for _, b in places(run, WORKLOADS)))


def _shown(run: Run) -> list[Point]:
    """A small random read, many in flight, a sequential one; all local, on one device."""
    points = _points(run)
    found = [p for p in points if p.device == usual_device(points) and p.cache_state == "local"]
    wishes = ({"pattern": "random", "block_size_bytes": 4096, "iodepth": 1}, {"pattern": "random", "block_size_bytes": 4096, "iodepth": 32},
              {"pattern": "sequential", "iodepth": 1})
    chosen = [prefer(found, **wish) for wish in wishes]
    return list(dict.fromkeys(p for p in chosen if p is not None))


def figure(run: Run) -> Figure:
    backends = _backends(run)
    panels = [[Panel(f"{p.read} {p.load}, {p.device}", measure, [(b, p, b) for b in [*backends, "raw"]]) for measure in (THROUGHPUT, P99, CPU, GROWTH)]
              for p in _shown(run)]
    return rows_sheet(run, TITLE, panels, left_inches=1.15)


def caption(run: Run) -> str:
    return ("Local data, cold page cache. Back ends other than fscache use no code of the series, so their arms differ by chance at most. CPU is that of all "
            "processes and kernel threads of the machine, page cache that of all layers. \u201craw\u201d is O_DIRECT on the backing file. " + floor_note(run, _shown(run)))


def sentence(run: Run) -> str:
    return capital("; ".join(_ranking(run, p) for p in _shown(run)[::2] or _shown(run))) + "."


def _ranking(run: Run, point: Point) -> str:
    """Where the candidate stands among the fastest read that each back end has."""
    arm = sides(run).candidate
    own = value_of(arm.cell(run, point), SPEED)
    if own is None:
        return f"{point.read} {point.load}: {arm.title} has no number ({gap_of(arm.cell(run, point))})"
    others = []
    for backend in _backends(run):
        if backend == "fscache":
            continue
        for io in ("buffered", "direct"):
            speed = value_of(run.find(None, backend, io, point), SPEED)
            if speed is not None:
                others.append((speed, f"{backend} {io}"))
    if not others:
        return f"{point.read} {point.load} ({run.clock.on(point.device)}): {arm.title} reads {SPEED.text(own)}, the other ways have no numbers"
    ahead = sum(speed > own * (1 + SAME_WITHIN) for speed, _ in others)
    best, name = max(others)
    faster = f"{ahead or 'none'} of the {len(others)} other ways {'is' if ahead < 2 else 'are'} {run.clock.faster} by more than {SAME_WITHIN:.0%}"
    return (f"{point.read} {point.load} ({run.clock.on(point.device)}): {arm.title} direct reads {SPEED.text(own)}, {faster} "
            f"(the {run.clock.fastest} of them, {name}: {SPEED.text(best)}, {best / own:.2f}×)")
