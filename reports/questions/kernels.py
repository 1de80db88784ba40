# SPDX-License-Identifier: GPL-2.0-only
"""The same reads on kernels of several bases."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.arms import Arm, arms_of
from reports.data import Cell, Point, Run
from reports.sheet import Panel, floor_note, rows_sheet
from reports.words import CPU, GROWTH, P99, SPEED, THROUGHPUT, capital, joined, points_of, prefer, usual_device, value_of

ORDER = 25
TITLE = "Which kernel?"
WORKLOADS = ()
# What an image is mounted from where it is one file or blob; the others say the same of a kernel.
BACKENDS = ("fscache", "file")


def _bases(run: Run) -> dict[str, str]:
    """Kernel -> version of its base."""
    return {k["name"]: k["base_version"] for k in run.document["kernels"]}


def matches(run: Run) -> bool:
    return len({version for version in _bases(run).values() if version}) > 1 and bool(_shown(run))


def _cells(run: Run, backend: str) -> list[Cell]:
    return [c for c in run.cells if c.backend == backend and c.point.cache_state == "local" and c.io == "direct" and c.point.plain]


def _shown(run: Run) -> list[list[tuple[str, Point]]]:
    """A small random read, many in flight, a large sequential one: of each back end the one that it has, on one device."""
    wishes = ({"pattern": "random", "block_size_bytes": 4096, "iodepth": 1, "engine": "pread"}, {"pattern": "random", "block_size_bytes": 4096, "iodepth": 32},
              {"pattern": "sequential", "block_size_bytes": 128 << 10, "iodepth": 1, "engine": "pread"})
    found = {b: points for b in BACKENDS if (points := points_of(_cells(run, b)))}
    device = usual_device([p for points in found.values() for p in points])
    lines: list[list[tuple[str, Point]]] = []
    for wish in wishes:
        line = [(b, point) for b, points in found.items() if (point := prefer([p for p in points if p.device == device], **wish)) is not None]
        if line and line not in lines:
            lines.append(line)
    return lines


def figure(run: Run) -> Figure:
    panels = [[Panel(f"{line[0][1].read} {line[0][1].load}, {line[0][1].device}", measure, [(b, p, b) for b, p in line]) for measure in (THROUGHPUT, P99, CPU, GROWTH)]
              for line in _shown(run)]
    return rows_sheet(run, TITLE, panels, left_inches=1.0)


def caption(run: Run) -> str:
    bases = _bases(run)
    return ("Local data, cold page cache, O_DIRECT; \u201cbuffered\u201d is the same read without it, on the first kernel that has it. Bases: "
            + joined([f"{name} on Linux {version}" for name, version in bases.items() if version]) + ". " + floor_note(run, [p for line in _shown(run) for _, p in line]))


def _arms(run: Run) -> list[Arm]:
    return [arm for arm in arms_of(run) if arm.kernel is not None]


def _reads_directly(cell: Cell) -> bool:
    return cell.observed_io == "direct"


def sentence(run: Run) -> str:
    return capital("; ".join(_standing(run, p, b) for b, p in _shown(run)[0])) + "."


def _standing(run: Run, point: Point, backend: str) -> str:
    """The kernels with a number from the most throughput on, each against the first; then who has none, and why."""
    speeds, gaps = [], []
    for arm in _arms(run):
        cell = arm.cell(run, point, backend)
        speed = value_of(cell, SPEED)
        if speed is not None and cell is not None:
            speeds.append((speed, arm.title if _reads_directly(cell) else f"{arm.title} (through the page cache)"))
        elif cell is not None:
            gaps.append(f"{arm.title}: {cell.gap}")
    where = f"{point.read} {point.load} on {backend} ({run.clock.on(point.device)})"
    speeds.sort(reverse=True)
    first = speeds[0][0] if speeds else 0.0
    ranking = joined([f"{name} {SPEED.text(speed)}" + (f" ({speed / first:.2f}×)" if speed != first else "") for speed, name in speeds])
    return where + ": " + (ranking if speeds else "no kernel has a number") + (f"; without a number: {', '.join(gaps)}" if gaps else "")
