# SPDX-License-Identifier: GPL-2.0-only
"""The same reads on kernels of several bases."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports import modes
from reports.data import Run
from reports.modes import Line, Place
from reports.sheet import floor_note
from reports.words import capital

ORDER = 25
TITLE = "Which kernel?"
WORKLOADS = ()
# What an image is mounted from where it is one file or blob; the others say the same of a kernel.
BACKENDS = ("fscache", "file")
LETTER_INCHES = 0.068


def _bases(run: Run) -> dict[str, str]:
    """Kernel -> version of its base."""
    return {k["name"]: k["base_version"] for k in run.document["kernels"]}


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in "".join(c if c.isdigit() else " " for c in text).split())


def _kernels(run: Run) -> list[str]:
    """Oldest base first; those of one base in the order of the run."""
    bases = _bases(run)
    return sorted(run.kernels, key=lambda name: _version(bases[name]))


def _lines(run: Run) -> list[Line]:
    """Each read on each back end, a row a kernel that was asked for it."""
    bases = _bases(run)
    by_backend = {}
    for backend in BACKENDS:
        cells = [c for c in run.cells if c.backend == backend]
        places = [Place(f"{name}, {bases[name] or 'base unknown'}", name, name, backend) for name in _kernels(run) if any(c.kernel == name for c in cells)]
        by_backend[backend] = [Line(f"{point.read} {point.load} on {backend}, {point.device}", point, places) for point in modes.plain_points(cells)]
    most = max(len(lines) for lines in by_backend.values())
    return [lines[i] for i in range(most) for lines in by_backend.values() if i < len(lines)]


def matches(run: Run) -> bool:
    return len({version for version in _bases(run).values() if version}) > 1 and bool(_lines(run))


def figure(run: Run) -> Figure:
    lines = _lines(run)
    letters = max(len(place.label) for line in lines for place in line.places)
    return modes.figure(run, TITLE, lines, left_inches=min(0.3 + LETTER_INCHES * letters, 3.0))


def caption(run: Run) -> str:
    return ("Local data, cold page cache; a row a kernel with the version of its base. Each kernel is held against the block device as it reads it itself. "
            + floor_note(run, [line.point for line in _lines(run)]))


def sentence(run: Run) -> str:
    """The first read of each back end."""
    first = {line.places[0].backend: line for line in reversed(_lines(run))}
    lines = [first[b] for b in BACKENDS if b in first]
    return ". ".join(capital(f"{line.point.read} {line.point.load} on {line.places[0].backend} ({run.clock.on(line.point.device)}): "
                             f"{modes.ranking(run, line.point, line.places)}") for line in lines) + "."


def notes(run: Run) -> list[str]:
    """Why there is no number where there is none."""
    return modes.reasons(run, _lines(run))
