# SPDX-License-Identifier: GPL-2.0-only
"""Throughput over block size, by pattern, load and device."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.arms import drawn_arms
from reports.data import Point, Run, size_name
from reports.sheet import lines_panel, row, sheet, floor_note
from reports.words import SPEED, THROUGHPUT, capital, distinct, points_of, prefer, share_of_floor, sides, usual_device, where

ORDER = 10
TITLE = "Which block size?"
WORKLOADS = ("block-size",)
ENOUGH_OF_FLOOR = 0.9


def _points(run: Run) -> list[Point]:
    """Of the workload; of the reads of the quick suite if there is none."""
    found = run.of(*WORKLOADS) or [c for c in run.of("rand-read", "seq-read") if c.point.engine in ("pread", "io_uring")]
    return [p for p in points_of(found, cache_state="local") if p.plain]


def matches(run: Run) -> bool:
    return len({p.block_size_bytes for p in _points(run)}) > 1


def _line(points: list[Point], like: Point) -> list[Point]:
    """The block sizes of one pattern, load and device, smallest first."""
    same = lambda p: (p.device, p.pattern, p.engine, p.iodepth)  # noqa: E731
    return sorted((p for p in points if same(p) == same(like)), key=lambda p: p.block_size_bytes)


def figure(run: Run) -> Figure:
    points = _points(run)
    arms = drawn_arms(run)
    loads = distinct(points, "pattern", "engine", "iodepth")[:4]
    devices = [d for d, in distinct(points, "device")]
    drawing, axes = sheet(run, TITLE, arms, [1.9] * len(devices), len(loads), gap_inches=0.62)
    for y, device in enumerate(devices):
        for x, load in enumerate(loads):
            line = [p for p in points if (p.pattern, p.engine, p.iodepth) == load and p.device == device]
            line.sort(key=lambda p: p.block_size_bytes)
            places = [row(run, size_name(p.block_size_bytes), p, THROUGHPUT, arms) for p in line]
            title = f"{load[0]}, {load[1]} qd{load[2]}, {device}"
            lines_panel(axes[y][x], places, arms, title, THROUGHPUT.on(run.clock).label if x == 0 else "MiB/s", "block size")
    return drawing


def caption(run: Run) -> str:
    return "Local blobs, cold page cache. " + floor_note(run, _points(run))


def sentence(run: Run) -> str:
    points = _points(run)
    pair = sides(run)
    parts = []
    for pattern, in distinct(points, "pattern"):
        like = prefer([p for p in points if p.pattern == pattern], device=usual_device(points), engine="pread", iodepth=1)
        assert like is not None
        line = _line(points, like)
        values = [pair.values(run, p, SPEED) for p in line]
        labels = [size_name(p.block_size_bytes) for p in line]
        text = where(labels, [v[0] for v in values], [v[1] for v in values], SPEED.on(run.clock))
        parts.append(f"{pattern} reads ({like.load}, {run.clock.on(like.device)}): against {pair.reference.title}, {pair.candidate.title} is "
                     f"{text or 'not comparable'}, and {_enough(run, line)}")
    return capital("; ".join(parts)) + "."


def _enough(run: Run, line: list[Point]) -> str:
    """From which block size on the floor is near."""
    arm = sides(run).candidate
    shares = [(p, share) for p in line if (share := share_of_floor(run, p, arm)) is not None]
    if not shares:
        return "cannot be held against a floor"
    near = [p for i, (p, _) in enumerate(shares) if all(share >= ENOUGH_OF_FLOOR for _, share in shares[i:])]
    if near:
        return f"has {ENOUGH_OF_FLOOR:.0%} of the throughput of the device itself or more from {size_name(near[0].block_size_bytes)} on"
    best = max(shares, key=lambda s: s[1])
    return f"has at most {best[1]:.0%} of the throughput of the device itself (at {size_name(best[0].block_size_bytes)}), at {size_name(shares[-1][0].block_size_bytes)} {shares[-1][1]:.0%}"
