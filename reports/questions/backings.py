# SPDX-License-Identifier: GPL-2.0-only
"""The same data mounted in every way that a kernel has, and what no way can be better than."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from reports import modes
from reports.data import NO_IMAGE, Cell, Point, Run
from reports.floor import wrong_floors
from reports.modes import Line, Place
from reports.sheet import floor_note
from reports.words import SPEED, capital, joined, sides, value_of

ORDER = 140
TITLE = "Which backing?"
WORKLOADS = ("rivals",)
# As these lie above each other: what has fewer layers below it comes later. Others stand before the last.
BACKENDS = ("fscache", "file", "file-directio", "file-shared", "loop", "loop-directio", "blockdev", "erofsfuse", "ext4", "raw")


def _cells(run: Run) -> list[Cell]:
    """Of the workload that has all back ends; without one of any, where these read the same."""
    found = run.of(*WORKLOADS)
    return [c for c in found or run.cells if c.backend not in ("device", "null")]


def _candidate(run: Run) -> str:
    kernel = sides(run).candidate.kernel
    assert kernel is not None
    return kernel


def _place(run: Run, backend: str, point: Point) -> Place:
    """By the candidate; where that has no number, by another kernel of the same base that reads directly, and the row says so."""
    bases = {k["name"]: k["base_version"] for k in run.document["kernels"]}
    candidate = _candidate(run)
    for kernel in (candidate, *reversed(run.kernels)):
        cell = run.find(kernel, backend, "direct", point)
        if cell is not None and cell.status == "ok" and cell.observed_io == "direct" and bases[kernel] == bases[candidate]:
            label = backend if kernel == candidate else f"{backend} ({kernel})"
            return Place(label, label, kernel, backend)
    return Place(backend, backend, candidate, backend)


def _lines(run: Run) -> list[Line]:
    """Each read, a row a back end that was asked for it."""
    cells = _cells(run)
    lines = []
    for point in modes.plain_points([c for c in cells if c.backend not in NO_IMAGE]):
        asked = dict.fromkeys(c.backend for c in cells if c.point == point)
        backends = sorted(asked, key=lambda b: BACKENDS.index(b) if b in BACKENDS else len(BACKENDS) - 1.5)
        lines.append(Line(f"{point.read} {point.load}, {point.device}", point, [_place(run, b, point) for b in backends]))
    return [line for line in lines if len({p.backend for p in line.places} - {"raw"}) > 1]


def matches(run: Run) -> bool:
    return bool(_lines(run))


def figure(run: Run) -> Figure:
    lines = _lines(run)
    letters = max(len(place.label) for line in lines for place in line.places)
    return modes.figure(run, f"{TITLE} Kernel {_candidate(run)}", lines, left_inches=min(0.3 + 0.068 * letters, 3.0))


def caption(run: Run) -> str:
    lines = _lines(run)
    others = list(dict.fromkeys(p.kernel for line in lines for p in line.places if p.kernel != _candidate(run)))
    by = f"Reads by {_candidate(run)}" + (f"; where it has none that are direct, by the kernel of the same base in brackets ({joined(others)})" if others else "")
    return (f"Local data, cold page cache. {by}. CPU is that of all processes and kernel threads of the machine, page cache that of all layers. \u201craw\u201d is "
            "O_DIRECT of the backing file. " + floor_note(run, [line.point for line in lines]))


def sentence(run: Run) -> str:
    """The first read and the last."""
    lines = _lines(run)
    wrong = "The floor is wrong, see below. " if wrong_floors(run) else ""
    chosen = lines if len(lines) < 3 else [lines[0], lines[-1]]
    return wrong + ". ".join(capital(f"{line.point.read} {line.point.load} ({run.clock.on(line.point.device)}): {modes.ranking(run, line.point, line.places)}"
                                     + _against_the_floor(run, line)) for line in chosen) + "."


def _against_the_floor(run: Run, line: Line) -> str:
    """How near the best of the direct reads comes to the block device itself."""
    shares = []
    for place in line.places:
        cell, floor = modes.direct(run, line.point, place), run.floor(line.point, place.kernel)
        own = value_of(cell, SPEED)
        least = floor.value(SPEED.value, SPEED.higher_is_better) if floor and not floor.stand_in else None
        if cell is not None and own is not None and least and not modes.through_the_cache(cell):
            shares.append((own / least, place.name))
    return f"; {max(shares)[1]} reaches {max(shares)[0]:.0%} of the floor" if shares else ""


def notes(run: Run) -> list[str]:
    """Cells that the floor forbids; then why the candidate has no number where it has none."""
    own = [replace(line, places=[replace(place, kernel=_candidate(run)) for place in line.places]) for line in _lines(run)]
    return [f"{text}." for text in wrong_floors(run)] + modes.reasons(run, own)
