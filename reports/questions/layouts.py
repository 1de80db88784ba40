# SPDX-License-Identifier: GPL-2.0-only
"""What the image's layout changes."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from reports.data import Point, Run
from reports.sheet import Panel, rows_sheet, floor_note
from reports.words import CPU, SPEED, THROUGHPUT, capital, joined, points_of, sides, value_of

ORDER = 40
TITLE = "Which layout?"
WORKLOADS = ("layouts", "sparse-read")
FALLBACK = ("rand-read", "seq-read", "sparse-read")
SIMILAR_WITHIN = 0.05


def _points(run: Run) -> list[Point]:
    return points_of(run.of("layouts")) or points_of(run.of(*FALLBACK))


def matches(run: Run) -> bool:
    return len({p.layout for p in _points(run)}) > 1


def _kinds(points: list[Point]) -> list[tuple]:
    """Reads that several layouts have, the small ones first."""
    kinds: dict[tuple, set[str]] = {}
    for p in points:
        kinds.setdefault(_kind(p), set()).add(p.layout)
    return sorted((k for k, layouts in kinds.items() if len(layouts) > 1), key=lambda k: (k[3] == "remote", k[1], k[4], k[2], k[0] != "ram"))


def _kind(p: Point) -> tuple:
    return (p.device, p.block_size_bytes, p.engine, p.cache_state, p.iodepth, p.pattern)


def figure(run: Run) -> Figure:
    points = _points(run)
    kinds = [k for k in _kinds(points) if k[0] == _kinds(points)[0][0]]
    chosen = [*[k for k in kinds if k[3] == "local"][:3], *[k for k in kinds if k[3] == "remote"][:1]]
    layouts = list(dict.fromkeys(p.layout for p in points))
    panels = []
    for measure in (THROUGHPUT, CPU):
        line = []
        for kind in chosen:
            by_layout = {p.layout: p for p in points if _kind(p) == kind}
            like = next(iter(by_layout.values()))
            rows = [(layout, by_layout.get(layout, _with_layout(like, layout)), "fscache") for layout in layouts]
            line.append(Panel(f"{like.read} {like.load}, {like.cache_state}, {like.device}", measure, rows))
        panels.append(line)
    return rows_sheet(run, TITLE, panels, left_inches=1.3)


def _with_layout(point: Point, layout: str) -> Point:
    return replace(point, layout=layout)


def caption(run: Run) -> str:
    return "Rows without a cell are reads that the layout was not measured with. " + floor_note(run, _points(run))


def sentence(run: Run) -> str:
    points = _points(run)
    arm = sides(run).candidate
    kind = _kinds(points)[0]
    speeds = {p.layout: speed for p in points if _kind(p) == kind and (speed := value_of(arm.cell(run, p), SPEED)) is not None}
    like = next(p for p in points if _kind(p) == kind)
    clock = run.clock
    where = f"{like.read} {like.load} ({clock.on(like.device)})"
    without = [p.layout for p in points if _kind(p) == kind and p.layout not in speeds]
    missing = f"; no number for {joined(without)}" if without else ""
    flat = speeds.pop("flat", None)
    if flat is None or not speeds:
        return f"{arm.title} cannot be compared between layouts: it has no numbers for flat and another one ({where}){missing}."
    slow = {name: speed / flat for name, speed in speeds.items() if speed < flat * (1 - SIMILAR_WITHIN)}
    fast = {name: speed / flat for name, speed in speeds.items() if speed > flat * (1 + SIMILAR_WITHIN)}
    same = [name for name in speeds if name not in slow and name not in fast]
    tell = lambda some: joined([f"{n} ({r:.2f}×)" for n, r in sorted(some.items(), key=lambda i: i[1])])  # noqa: E731
    parts = ([f"{tell(slow)} {clock.slower}"] if slow else []) + ([f"{tell(fast)} {clock.faster}"] if fast else [])
    parts += [f"{joined(same)} within {SIMILAR_WITHIN:.0%}"] if same else []
    return capital(f"{where} with {arm.title}, against a flat file: {'; '.join(parts)}{missing}.")
