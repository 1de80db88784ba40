# SPDX-License-Identifier: GPL-2.0-only
"""Reads a second and tail latency over the number of reads in flight."""

from __future__ import annotations

from matplotlib.figure import Figure

from reports.arms import Arm, drawn_arms
from reports.data import Point, Run
from reports.sheet import lines_panel, row, sheet, floor_note
from reports.words import KIOPS, P99, RATE, capital, distinct, points_of, prefer, rate_text, share_of_floor, sides, usual_device, value_of

ORDER = 20
TITLE = "How many reads in flight?"
WORKLOADS = ("queue-depth",)
ENOUGH_OF_BEST = 0.9


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS), cache_state="local")


def matches(run: Run) -> bool:
    return len({p.iodepth for p in _points(run)}) > 1


def figure(run: Run) -> Figure:
    points = _points(run)
    arms = drawn_arms(run)
    columns = distinct(points, "device", "engine")[:4]
    drawing, axes = sheet(run, TITLE, arms, [1.9, 1.9], len(columns), gap_inches=0.62)
    for x, (device, engine) in enumerate(columns):
        line = [p for p in points if (p.device, p.engine) == (device, engine)]
        for y, measure in enumerate((KIOPS, P99)):
            places = [row(run, str(p.iodepth), p, measure, arms) for p in line]
            lines_panel(axes[y][x], places, arms, f"{line[0].read}, {engine}, {device}", measure.on(run.clock).label, "iodepth")
    return drawing


def caption(run: Run) -> str:
    return "Local blobs, cold page cache. " + floor_note(run, _points(run))


def sentence(run: Run) -> str:
    points = _points(run)
    pair = sides(run)
    like = prefer(points, device=usual_device(points), engine="libaio")
    assert like is not None
    line = [p for p in points if (p.device, p.engine) == (like.device, like.engine)]
    texts = [_climb(run, arm, line) for arm in (pair.candidate, pair.reference)]
    return capital(f"{like.read} with {like.engine} ({run.clock.on(like.device)}): {'; '.join(texts)}.")


def _climb(run: Run, arm: Arm, line: list[Point]) -> str:
    """How far an arm gets, and with how many reads in flight."""
    rates = [(p, rate) for p in line if (rate := value_of(arm.cell(run, p), RATE)) is not None]
    if not rates:
        return f"{arm.title} has no numbers"
    best = max(rates, key=lambda r: r[1])
    enough = next(p for p, rate in rates if rate >= ENOUGH_OF_BEST * best[1])
    share = share_of_floor(run, best[0], arm, RATE)
    of_floor = f", {share:.0%} of the device itself" if share is not None else ""
    if enough == rates[0][0] and len(rates) > 1:
        return f"{arm.title} gains nothing that matters from more than {enough.iodepth} in flight ({rate_text(best[1])} at best{of_floor})"
    return (f"{arm.title} needs {enough.iodepth} in flight for {ENOUGH_OF_BEST:.0%} of its best {rate_text(best[1])} "
            f"({best[1] / rates[0][1]:.1f}× those of {rates[0][0].iodepth}{of_floor})")
