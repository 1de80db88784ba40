# SPDX-License-Identifier: GPL-2.0-only
"""The page of a workload that no question is about: a user's own."""

from __future__ import annotations

from types import ModuleType
from typing import Sequence

from matplotlib.figure import Figure

from reports.data import Point, Run
from reports.finding import compared
from reports.sheet import Panel, floor_note, rows_sheet
from reports.tradeoff import MAIN_WORKLOADS
from reports.words import CPU, GROWTH, P99, THROUGHPUT, places, points_of

MOST_ROWS = 24
# Too many cells for a figure of their own: the table has them.
TABLE_ONLY = ("matrix",)


def workloads_of(run: Run, questions: Sequence[ModuleType]) -> list[str]:
    """The workloads that get a page of this kind."""
    asked = {name for question in questions for name in question.WORKLOADS}
    return [w for w in run.workloads if w not in asked and w not in MAIN_WORKLOADS + TABLE_ONLY and points_of(run.of(w))]


def _rows(run: Run, workload: str) -> list[tuple[str, Point, str]]:
    found = places(run, (workload,))
    many = len({b for _, b in found}) > 1
    return [(_label(p, b if many else "", len({q.device for q, _ in found}) > 1), p, b) for p, b in found]


def _label(p: Point, backend: str, device: bool) -> str:
    where = ", ".join([*([backend] if backend else []), p.cache_state, *([p.device] if device else [])])
    return f"{p.label}\n{where}"


def figure(run: Run, workload: str) -> Figure:
    rows = _rows(run, workload)[:MOST_ROWS]
    return rows_sheet(run, workload, [[Panel(measure.name(run.clock).split(",")[0], measure, rows) for measure in (THROUGHPUT, P99, CPU, GROWTH)]],
                      left_inches=min(0.5 + 0.075 * max(len(line) for label, _, _ in rows for line in label.split("\n")), 3.6), row_inches=0.42)


def caption(run: Run, workload: str) -> str:
    rows = _rows(run, workload)
    more = f"The first {MOST_ROWS} of {len(rows)} reads; the table has all. " if len(rows) > MOST_ROWS else ""
    return more + floor_note(run, [p for _, p, _ in rows[:MOST_ROWS]])


def sentence(run: Run, workload: str) -> str:
    """How often the candidate is better and worse than the reference, by measure."""
    return compared(run, places(run, (workload,)))
