# SPDX-License-Identifier: GPL-2.0-only
"""From no device at all to a cloud's disk."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.data import Point, Run
from reports.sheet import Panel, rows_sheet, floor_note
from reports.words import P99, SPEED, THROUGHPUT, capital, distinct, points_of, prefer, share_of_floor, sides, where

ORDER = 60
TITLE = "Which device?"
WORKLOADS = ("devices",)
SPEED_ORDER = ("ram", "nvme-20us", "nvme-80us", "sata-ssd", "cloud-disk")


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS), cache_state="local")


def matches(run: Run) -> bool:
    return len({p.device for p in _points(run)}) > 1


def _line(points: list[Point], read: tuple) -> list[Point]:
    """One read on every device, the fastest first."""
    found = [p for p in points if (p.pattern, p.block_size_bytes, p.engine, p.iodepth) == read]
    return sorted(found, key=lambda p: (SPEED_ORDER.index(p.device) if p.device in SPEED_ORDER else 9, p.device))


def figure(run: Run) -> Figure:
    points = _points(run)
    reads = distinct(points, "pattern", "block_size_bytes", "engine", "iodepth")
    small = [r for r in reads if r[0] == "random" and r[1] == min(p.block_size_bytes for p in points)]
    large = [r for r in reads if r[0] == "sequential" and r[1] == max(p.block_size_bytes for p in points)]
    chosen = ([*small[:2], *large[:2]] or reads)[:4]
    panels = [[Panel(f"{_line(points, r)[0].read} {_line(points, r)[0].load}", measure, [(p.device, p, "fscache") for p in _line(points, r)])
               for r in chosen] for measure in (THROUGHPUT, P99)]
    return rows_sheet(run, TITLE, panels, left_inches=1.1, row_inches=0.36)


def caption(run: Run) -> str:
    return "Simulated devices (workloads/profiles/devices.toml); local blobs, cold page cache. " + floor_note(run, _points(run))


def _model_of(run: Run) -> str:
    """Of times on all of these devices."""
    return f" ({run.clock.on()})" if run.clock.model else ""


def sentence(run: Run) -> str:
    points = _points(run)
    pair = sides(run)
    parts = []
    for pattern, in distinct(points, "pattern"):
        like = prefer([p for p in points if p.pattern == pattern], block_size_bytes=4096 if pattern == "random" else 128 << 10, iodepth=1)
        assert like is not None
        line = _line(points, (like.pattern, like.block_size_bytes, like.engine, like.iodepth))
        values = [pair.values(run, p, SPEED) for p in line]
        text = where([p.device for p in line], [v[0] for v in values], [v[1] for v in values], SPEED.on(run.clock), "on") or "not comparable"
        shares = [(s, p.device) for p in line if (s := share_of_floor(run, p, pair.candidate)) is not None]
        of_floor = f" ({min(shares)[0]:.0%} of the device itself on {min(shares)[1]}, {max(shares)[0]:.0%} on {max(shares)[1]})" if shares else ""
        parts.append(f"{like.read} {like.load}{_model_of(run)}: against {pair.reference.title}, {pair.candidate.title} is {text}{of_floor}")
    return capital("; ".join(parts)) + "."
