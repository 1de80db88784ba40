# SPDX-License-Identifier: GPL-2.0-only
"""Panels in which a row is a place to read (a kernel, a back end), with the same read without O_DIRECT and with it beside each
other: what was asked for O_DIRECT and came through the page cache is an arm of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from matplotlib.figure import Figure

from reports.arms import BUFFERED_COLOUR, FIXED_COLOURS, FIXED_SHAPES, Arm
from reports.clock import clock_note
from reports.data import Cell, Point, Run
from reports.panels import Measure
from reports.sheet import Number, Row, number_of, rows_panel, sheet
from reports.words import CPU, GROWTH, P99, SPEED, THROUGHPUT, joined, points_of, prefer, usual_device, value_of

MEASURES = (THROUGHPUT, P99, CPU, GROWTH)
BUFFERED = Arm("without O_DIRECT", None, BUFFERED_COLOUR, "////")
CACHED = Arm("O_DIRECT, through the page cache", "cached", FIXED_COLOURS["fallback"], *FIXED_SHAPES["fallback"])
DIRECT = Arm("O_DIRECT", "direct", FIXED_COLOURS["dio"], *FIXED_SHAPES["dio"])
ARMS = (BUFFERED, CACHED, DIRECT)
ROW_INCHES = 0.3
REASON_LETTERS = 200


@dataclass(frozen=True)
class Place:
    """Where a kind of read was made."""

    label: str   # of its row
    name: str    # in a sentence
    kernel: str
    backend: str


@dataclass(frozen=True)
class Line:
    """A row of panels: one kind of read, of some places."""

    title: str
    point: Point
    places: Sequence[Place]


def plain_points(cells: Sequence[Cell]) -> list[Point]:
    """A small random read, many in flight, a large sequential one: of local data that nothing has read, on one device."""
    found = points_of(c for c in cells if c.point.cache_state == "local" and c.io == "direct" and c.point.plain)
    device = usual_device(found)
    wishes = ({"pattern": "random", "block_size_bytes": 4096, "iodepth": 1, "engine": "pread"}, {"pattern": "random", "block_size_bytes": 4096, "iodepth": 32},
              {"pattern": "sequential", "block_size_bytes": 128 << 10, "iodepth": 1, "engine": "pread"})
    chosen = [prefer([p for p in found if p.device == device], **wish) for wish in wishes]
    return list(dict.fromkeys(p for p in chosen if p is not None))


def direct(run: Run, point: Point, place: Place) -> Optional[Cell]:
    return run.find(place.kernel, place.backend, "direct", point)


def through_the_cache(cell: Cell) -> bool:
    """Whether a read with O_DIRECT was seen not to be direct."""
    return cell.status == "ok" and cell.observed_io != "direct"


def figure(run: Run, title: str, lines: Sequence[Line], left_inches: float) -> Figure:
    """All lines, each with a panel a measure."""
    rows = [[[_row(run, line, place, m) for place in line.places] for m in MEASURES] for line in lines]
    arms = [i for i in range(len(ARMS)) if any(r.numbers[i] != NOWHERE for line in rows for column in line for r in column)]
    made, axes = sheet(run, title, [ARMS[i] for i in arms], [max(0.9, ROW_INCHES * len(line.places)) for line in lines], len(MEASURES), left_inches=left_inches,
                       gap_inches=0.22, note=clock_note(run.document["run"]))
    for y, line in enumerate(lines):
        for x, measure in enumerate(MEASURES):
            found = [Row(r.label, [r.numbers[i] for i in arms], r.floor, r.floor_value) for r in rows[y][x]]
            rows_panel(axes[y][x], found, [ARMS[i] for i in arms], line.title if x == 0 else "", measure.on(run.clock), labels=x == 0, gaps_by_row=True)
    return made


# Of an arm that has no place in a row.
NOWHERE = Number(None, "")


def _row(run: Run, line: Line, place: Place, measure: Measure) -> Row:
    cell = direct(run, line.point, place)
    asked = number_of(cell, measure)
    buffered = run.find(place.kernel, place.backend, "buffered", line.point)
    cached = cell is not None and through_the_cache(cell)
    floor = run.floor(line.point, place.kernel) if measure.floor_line else None
    return Row(place.label, [number_of(buffered, measure) if buffered else NOWHERE, asked if cached else NOWHERE, NOWHERE if cached else asked],
               floor, floor.value(measure.value, measure.higher_is_better) if floor else None)


def ranking(run: Run, point: Point, places: Sequence[Place]) -> str:
    """The places with a number from the most throughput on, each against the first; then who has none."""
    found: list[tuple[float, str]] = []
    without: dict[str, list[str]] = {}
    for place in places:
        cell = direct(run, point, place)
        speed = value_of(cell, SPEED)
        if cell is None or speed is None:
            without.setdefault("not asked" if cell is None else cell.gap, []).append(place.name)
        else:
            found.append((speed, place.name + (" through the page cache" if through_the_cache(cell) else "")))
    found.sort(key=lambda one: -one[0])
    words = joined([f"{name} {SPEED.text(speed)}" + (f" ({speed / found[0][0]:.2f}×)" if speed != found[0][0] else "") for speed, name in found])
    gaps = "; ".join(f"{gap}: {joined(names)}" for gap, names in without.items())
    return "; ".join(part for part in (words if found else "no number of a read with O_DIRECT", gaps) if part)


def reasons(run: Run, lines: Sequence[Line]) -> list[str]:
    """Why there are no numbers of reads with O_DIRECT, and of what is measured of them: a sentence a reason, with all that have it."""
    found: dict[str, list[str]] = {}
    for line in lines:
        for place in line.places:
            why = _why(direct(run, line.point, place))
            who = f"{place.kernel} on {place.backend}"
            if why and who not in found.setdefault(why, []):
                found[why].append(who)
    return [f"{joined(who)}: {why}." for why, who in found.items()]


def _why(cell: Optional[Cell]) -> str:
    """Empty if nothing is missing."""
    if cell is None:
        return ""
    if cell.status != "ok":
        reason = cell.reason.strip().rstrip(".").split("\n")[0]
        return f"{cell.gap}: {reason[:REASON_LETTERS]}{' …' if len(reason) > REASON_LETTERS else ''}"
    return "" if CPU.value(cell) is not None else "CPU n/a: the kernel does not say how long it was idle, and no CPU per read follows"
