# SPDX-License-Identifier: GPL-2.0-only
"""What the report of a run consists of: the trade-off, a page for each question it has cells for, a page for each other workload."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from types import ModuleType
from typing import Callable

from reports import footprint, generic, latency, ondemand, tradeoff
from reports.data import Run
from reports.questions import all_questions, name_of
from reports.style import Picture, RunRow

Task = Callable[[], list[Picture]]


@dataclass(frozen=True)
class Page:
    """A part of the report, with an anchor."""

    anchor: str
    title: str
    tasks: list[Task]                                  # what draws its pictures
    sentence: str = ""                                 # the answer
    notes: list[str] = field(default_factory=list)     # what the answer rests on, one by one
    runs: list[RunRow] = field(default_factory=list)   # that its pictures draw, with their pages
    folded: bool = False                               # shown when asked for


def contents(run: Run) -> list[Page]:
    """In the order of the report; nothing for a run without cells."""
    if not run.cells:
        return []
    questions = all_questions()
    return [*_trade_off(run), *(_question(run, q) for q in questions if q.matches(run)),
            *(_workload(run, w) for w in generic.workloads_of(run, questions))]


def _trade_off(run: Run) -> list[Page]:
    devices = [d for d in run.devices if tradeoff.local_points(run, d)]
    pages = [Page("trade-off", "The trade-off", [partial(tradeoff.draw, run, d) for d in devices])]
    more: list[Task] = [partial(tradeoff.draw_others, run, d) for d in devices]
    more += [partial(module.draw, run, d) for module in (latency, footprint) for d in devices]
    more.append(partial(ondemand.draw, run))
    pages.append(Page("trade-off-more", "More of the trade-off: other reads, latency distributions, page cache by layer, fetching on demand", more, folded=True))
    return pages


def _question(run: Run, question: ModuleType) -> Page:
    anchor = name_of(question)
    caption = question.caption(run) if hasattr(question, "caption") else ""
    sentence = question.sentence(run)
    def draw() -> list[Picture]:
        figure = question.figure(run)
        return [Picture(f"question-{anchor}", question.TITLE, caption, sentence, figure, spots=question.spots(run, figure) if hasattr(question, "spots") else ())]
    return Page(anchor, question.TITLE, [draw], sentence, question.notes(run) if hasattr(question, "notes") else [], question.runs(run) if hasattr(question, "runs") else [])


def _workload(run: Run, workload: str) -> Page:
    sentence = generic.sentence(run, workload)
    def draw() -> list[Picture]:
        return [Picture(f"workload-{workload}", workload, generic.caption(run, workload), sentence, generic.figure(run, workload))]
    return Page(f"workload-{workload}", f"Workload {workload}", [draw], sentence)
