# SPDX-License-Identifier: GPL-2.0-only
"""Several readers at the same time: what they get together, and whether each gets the same."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.figure import Figure

from reports.arms import Arm
from reports.data import Point, Run
from reports.panels import Measure, scaled
from reports.sheet import Panel, rows_sheet, floor_note
from reports.words import P99, SPEED, THROUGHPUT, Quantity, capital, gap_of, metric, points_of, prefer, sides, usual_device, value_of

ORDER = 110
TITLE = "Do several readers share fairly?"
WORKLOADS = ("jobs",)
FAIRNESS = Measure("fairness (Jain's index, 1 = equal)", scaled("fairness", 1), higher_is_better=True)
FAIR = Quantity(metric("fairness"), lambda v: f"{v:.3f}", "fairer", "less fair", True)
FAIR_FROM = 0.99


def _points(run: Run) -> list[Point]:
    return points_of(run.of(*WORKLOADS))


def matches(run: Run) -> bool:
    return any(p.numjobs > 1 for p in _points(run))


def _label(p: Point) -> str:
    files = {"flat": "one file", "several": "several files"}.get(p.layout, p.layout)
    return f"{files}\n{p.read} {p.engine} qd{p.iodepth}"


def figure(run: Run) -> Figure:
    points = _points(run)
    many = [p for p in points if p.numjobs > 1]
    several = [(_label(p), p, "fscache") for p in many]
    alone = [(_label(p), replace(p, numjobs=1), "fscache") for p in many]
    jobs = "/".join(str(n) for n in sorted({p.numjobs for p in many}))
    panels = (Panel("1 reader", THROUGHPUT, alone), Panel(f"{jobs} readers, together", THROUGHPUT, several),
              Panel(f"{jobs} readers", P99, several), Panel(f"{jobs} readers", FAIRNESS, several))
    return rows_sheet(run, TITLE, [panels], left_inches=1.75, row_inches=0.42)


def caption(run: Run) -> str:
    return "“several”: each reader has a file of its own. " + floor_note(run, _points(run))


def sentence(run: Run) -> str:
    points = [p for p in _points(run) if p.numjobs > 1]
    pair = sides(run)
    like = prefer(points, device=usual_device(points), layout="flat", block_size_bytes=4096, engine="pread")
    assert like is not None
    texts = [_scaling(run, arm, like) for arm in (pair.candidate, pair.reference)]
    return capital(f"{like.numjobs} readers of one file instead of 1 ({like.read} {like.engine} qd{like.iodepth}, {run.clock.on(like.device)}): "
                   f"{'; '.join(texts)}; {_fairness(run, pair.candidate, points)}.")


def _scaling(run: Run, arm: Arm, point: Point) -> str:
    together, alone = (value_of(arm.cell(run, p), SPEED) for p in (point, replace(point, numjobs=1)))
    if together is None or not alone:
        return f"{arm.title} has no number ({gap_of(arm.cell(run, point))})"
    return f"{arm.title} reads {together / alone:.2f}× as much, {SPEED.text(together)}"


def _fairness(run: Run, arm: Arm, points: list[Point]) -> str:
    found = [(fair, p) for p in points if (fair := value_of(arm.cell(run, p), FAIR)) is not None]
    if not found:
        return f"how fairly they share with {arm.title} was not measured"
    worst, point = min(found, key=lambda f: f[0])
    fair = "each gets the same" if worst >= FAIR_FROM else "not each gets the same"
    return f"with {arm.title} {fair} (lowest index {worst:.3f}, {point.label})"
