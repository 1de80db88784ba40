# SPDX-License-Identifier: GPL-2.0-only
"""The gate, as its page sees it. A change is relative to the baseline, and more is worse; one from nothing to something is infinite."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Optional

from reports.strict import ReportError, problem, read_json

FILE_NAME = "gate.json"
SCHEMA_VERSION = 1
EXACT = "exact"
PASS, INCONCLUSIVE, REGRESSION, INVALID = "pass", "inconclusive", "regression", "invalid"
VERDICTS = (PASS, INCONCLUSIVE, REGRESSION, INVALID)  # one outweighs those before it
# What became of a metric: its verdict, or a pass of another kind.
ACCEPTED, BETTER = "accepted", "better"

# Reads that take at least as long as a percentile.
SHARES_OF_READS = ((".p50", 0.5), (".p90", 0.1), (".p99", 0.01), (".p99_9", 0.001))
NUMBER = (int, float)
MAYBE = (int, float, type(None))
WALL = {"verdict": VERDICTS, "log_ratio": MAYBE, "low": MAYBE, "high": MAYBE, "adjusted_p": MAYBE}
METRIC = {"metric": str, "unit": str, "verdict": VERDICTS, "better": bool, "baseline": MAYBE, "candidate": MAYBE, "worse_by": MAYBE,
          "worse_by_ratio": MAYBE, "differences": [NUMBER], "floor_ratio": NUMBER, "margin": NUMBER, "floor_of": (str, type(None)), "part": NUMBER, "policy_line": int,
          "wall": (None, WALL), "confirmation": (None, WALL), "reason": str, "accepted": str}
FUNCTION = {"function": str, "baseline_instructions_per_op": NUMBER, "candidate_instructions_per_op": NUMBER, "share": MAYBE, "in_patches": bool}
CELL = {"cell": str, "verdict": VERDICTS, "reason": str, "accepted": str, "note": str, "metrics": [METRIC], "attribution": (None, [FUNCTION])}
ANSWER = {"headline": str, "causes": [{"verdict": VERDICTS, "what": str, "effect": str, "cells": int, "filter": str}], "where": [str], "undecided": [str],
          "better": str, "accepted": str, "not_checked": [str], "next": str, "evidence": str}
GATE = {"schema_version": int, "verdict": VERDICTS, "exit_code": int, "baseline": str, "candidate": str, "machine": str, "suite": str,
        "started_at": str, "elapsed_s": NUMBER, "policy": str, "seeds": [int], "confirm_pairs": int, "disturbed_boots": int,
        "self_tests": [{"name": str, "outcome": ("pass", "fail", "not-run"), "detail": str}], "problems": [str], "notes": [str],
        "cells_that_do_not_gate": int, "cells": [CELL]}


@dataclass(frozen=True)
class Span:
    """From the smallest to the largest, as changes."""

    low: float
    high: float


@dataclass(frozen=True)
class Wall:
    """What pairs of boots say of a metric by wall clock."""

    verdict: str
    log_ratio: Optional[float]
    low: Optional[float]
    high: Optional[float]
    adjusted_p: Optional[float]

    @property
    def change(self) -> Optional[float]:
        return None if self.log_ratio is None else math.expm1(self.log_ratio)

    @property
    def interval(self) -> Optional[Span]:
        return None if self.low is None or self.high is None else Span(math.expm1(self.low), math.expm1(self.high))


@dataclass(frozen=True)
class Metric:
    """One gated metric of one cell."""

    metric: str
    unit: str
    verdict: str
    better: bool
    baseline: Optional[float]
    candidate: Optional[float]
    worse_by: Optional[float]        # in the unit
    worse_by_ratio: Optional[float]
    differences: list[float]         # one a pair, in the unit
    floor_ratio: float
    margin: float                    # in the unit
    floor_of: Optional[str]          # the metric that the threshold is a share of, if not this one; the margin is it
    part: float                      # of the baseline of floor_of
    policy_line: int
    wall: Optional[Wall]
    confirmation: Optional[Wall]
    reason: str
    accepted: str

    @property
    def change(self) -> Optional[float]:
        """How much worse; None if that is not known."""
        if self.verdict == INVALID or self.worse_by is None:
            return None
        if self.wall is not None:
            return self.wall.change
        return math.copysign(math.inf, self.worse_by) if self.worse_by_ratio is None else self.worse_by_ratio

    @property
    def span(self) -> Optional[Span]:
        """By wall clock the interval of the change, else from the smallest to the largest difference of a pair."""
        if self.wall is not None:
            return self.wall.interval
        if not self.differences or not self.baseline:
            return None
        return Span(min(self.differences) / abs(self.baseline), max(self.differences) / abs(self.baseline))

    @property
    def tolerance(self) -> float:
        """The threshold as a change, with the margin in it."""
        if not self.margin:
            return self.floor_ratio
        return max(self.floor_ratio, self.margin / abs(self.baseline) if self.baseline else math.inf)

    @property
    def time_ns(self) -> float:
        """What it is of the time of a read, as in bench/verdict/judge/size_in_time.h; 0 for what is no time."""
        if self.change is None or self.unit not in ("ns", "instructions"):
            return 0.0
        more = self.change * (self.baseline or 0.0) if self.wall is not None else self.worse_by or 0.0
        return more * next((share for end, share in SHARES_OF_READS if self.metric.endswith(end)), 1.0)

    @property
    def outcome(self) -> str:
        """A verdict, ACCEPTED or BETTER."""
        if self.verdict != PASS:
            return self.verdict
        return ACCEPTED if self.accepted else BETTER if self.better else PASS

    @property
    def is_same(self) -> bool:
        """Not the least difference in any pair."""
        return self.verdict == PASS and self.change == 0 and not any(self.differences)


@dataclass(frozen=True)
class Function:
    """A kernel function's part in a difference."""

    function: str
    baseline_instructions_per_op: float
    candidate_instructions_per_op: float
    share: Optional[float]
    in_patches: bool

    @property
    def difference(self) -> float:
        return self.candidate_instructions_per_op - self.baseline_instructions_per_op


@dataclass(frozen=True)
class Cell:
    """A cell that gates."""

    cell: str
    verdict: str
    reason: str      # of the cell as a whole, else empty
    accepted: str
    note: str
    metrics: list[Metric]
    attribution: Optional[list[Function]]


@dataclass(frozen=True)
class SelfTest:
    name: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Cause:
    """Cells with one verdict and one description."""

    verdict: str
    what: str      # "every remote read: 32 of 32"
    effect: str    # by how much
    cells: int
    filter: str    # a glob of their ids


@dataclass(frozen=True)
class Answer:
    """What `diobench gate` says first, word by word."""

    headline: str
    causes: list[Cause]
    where: list[str]          # one for each cause, or one for all
    undecided: list[str]
    better: str
    accepted: str
    not_checked: list[str]
    next: str
    evidence: str


@dataclass(frozen=True)
class Line:
    """A line of a table: a metric of a cell, or (None) the cell as a whole."""

    cell: Cell
    metric: Optional[Metric]

    @property
    def verdict(self) -> str:
        return self.cell.verdict if self.metric is None else self.metric.verdict

    @property
    def size(self) -> float:
        """How far it is from as it was, as a share of floor_of; what has no number is infinite."""
        change = None if self.metric is None else self.metric.change
        return math.inf if change is None or self.metric is None else abs(change) * self.metric.part

    @property
    def order(self) -> tuple[float, float]:
        """What puts that first which takes most time, then the largest share; a cell as a whole is before all."""
        return (math.inf, 0.0) if self.metric is None else (abs(self.metric.time_ns), self.size)


@dataclass(frozen=True)
class Gate:
    """The whole gate."""

    verdict: str
    exit_code: int
    baseline: str
    candidate: str
    machine: str
    suite: str
    started_at: str
    elapsed_s: float
    policy: str
    seeds: list[int]
    confirm_pairs: int
    disturbed_boots: int
    self_tests: list[SelfTest]
    problems: list[str]
    notes: list[str]
    cells_that_do_not_gate: int
    cells: list[Cell]
    answer: Optional[Answer] = None  # None: the file is older than answers
    runs: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        return self.machine == EXACT

    @property
    def metrics(self) -> list[Line]:
        """Every gated metric of every cell."""
        return [Line(cell, metric) for cell in self.cells for metric in cell.metrics]

    @property
    def deciding(self) -> list[Line]:
        """What is no pass: the gravest verdict first, then the largest change."""
        whole = [Line(cell, None) for cell in self.cells if cell.reason and cell.verdict != PASS]
        lines = whole + [line for line in self.metrics if line.verdict != PASS]
        return sorted(lines, key=lambda line: (-VERDICTS.index(line.verdict), *(-one for one in line.order)))

    @property
    def improved(self) -> list[Line]:
        """Metrics that are better beyond the threshold, what saves most time first."""
        return sorted((line for line in self.metrics if line.metric and line.metric.outcome == BETTER), key=lambda line: [-one for one in line.order])


def _made(kind: Any, value: dict[str, Any], **replaced: Any) -> Any:
    """A dataclass of the keys it knows."""
    return kind(**{**{f.name: value[f.name] for f in fields(kind) if f.name in value}, **replaced})


def _metric(value: dict[str, Any]) -> Metric:
    walls = {name: None if value[name] is None else _made(Wall, value[name]) for name in ("wall", "confirmation")}
    return _made(Metric, value, **walls)


def _cell(value: dict[str, Any]) -> Cell:
    found = value["attribution"]
    attribution = None if found is None else [_made(Function, one) for one in found]
    return _made(Cell, value, metrics=[_metric(one) for one in value["metrics"]], attribution=attribution)


def _answer(value: Optional[dict[str, Any]]) -> Optional[Answer]:
    return None if value is None else _made(Answer, value, causes=[_made(Cause, one) for one in value["causes"]])


def parse(document: Any, name: str = FILE_NAME) -> Gate:
    """Of a decoded gate.json; `name` is for errors."""
    version = document.get("schema_version") if isinstance(document, dict) else None
    wrong = f"schema_version {version!r}, not {SCHEMA_VERSION}" if version not in (None, SCHEMA_VERSION) else problem(document, GATE | ({"answer": ANSWER} if "answer" in document else {}))
    if wrong:
        raise ReportError(f"{name} has {wrong}: let diobench gate of this version write it")
    return _made(Gate, document, answer=_answer(document.get("answer")), cells=[_cell(one) for one in document["cells"]],
                 self_tests=[_made(SelfTest, one) for one in document["self_tests"]])


def load(path: Path) -> Gate:
    """gate.json of a gate's output directory."""
    return parse(read_json(path), str(path))
