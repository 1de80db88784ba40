# SPDX-License-Identifier: GPL-2.0-only
"""The answer in three sentences, computed from the numbers (as `diobench compare` words it)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Optional

from reports.arms import reference_and_candidate
from reports.data import Cell, Point, Run
from reports.tradeoff import is_main, local_points

# Differences of less than this share are neither gain nor cost.
SAME_WITHIN = 0.01


def bytes_name(value: float) -> str:
    """For people: "1.50 MiB"."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{sign}{value:.0f} B" if unit == "B" else f"{sign}{value:.2f} {unit}"


def ns_name(ns: float) -> str:
    """For people: "8.10 µs"."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if abs(ns) >= factor:
            return f"{ns / factor:.2f} {unit}"
    return f"{ns:.0f} ns"


@dataclass(frozen=True)
class Aspect:
    """One thing that can get better or worse."""

    better: str
    worse: str
    higher_is_better: bool
    value: Callable[[Cell], Optional[float]]
    text: Callable[[float], str]


ASPECTS = (
    Aspect("reads faster", "reads slower", True, lambda c: c.metric("throughput_bytes_per_s"),
           lambda v: bytes_name(v) + "/s"),
    Aspect("has a lower p99 latency", "has a higher p99 latency", False, lambda c: c.metric("latency_ns.p99"), ns_name),
    Aspect("needs less CPU per read", "needs more CPU per read", False, lambda c: c.metric("cpu_ns_per_op.total"), ns_name),
    Aspect("leaves less in the page cache", "leaves more in the page cache", False, lambda c: c.page_cache_growth_bytes,
           bytes_name),
)


@dataclass(frozen=True)
class Difference:
    point: Point
    before: float
    after: float

    @property
    def size(self) -> tuple[float, float]:
        """For sorting: the ratio, then the step."""
        small, large = sorted((abs(self.before), abs(self.after)))
        return (large / small if small else math.inf, abs(self.after - self.before))


def main_points(run: Run) -> list[Point]:
    """The main local reads of all devices, or all local ones if the suite has none of them."""
    points = [p for device in run.devices for p in local_points(run, device)]
    return [p for p in points if is_main(p)] or points


def split_by_sign(pairs: list[tuple[Point, Cell, Cell]], aspect: Aspect) -> tuple[list[Difference], list[Difference], int]:
    """Where the second cell is better, where it is worse (largest first), and how many could be compared."""
    better, worse, compared = [], [], 0
    for point, old, new in pairs:
        before, after = aspect.value(old), aspect.value(new)
        if before is None or after is None:
            continue
        compared += 1
        if abs(after - before) <= SAME_WITHIN * abs(before):
            continue
        (better if (after > before) == aspect.higher_is_better else worse).append(Difference(point, before, after))
    by_size: Callable[[Difference], tuple[float, float]] = lambda d: d.size
    return sorted(better, key=by_size, reverse=True), sorted(worse, key=by_size, reverse=True), compared


def headline(run: Run) -> list[str]:
    """Gain, cost, and the distance to raw reads. What got worse is a cost, also when the reference wins everywhere."""
    reference, candidate = reference_and_candidate(run)
    points = main_points(run)
    if reference is None or candidate is None:
        return ["The run has no kernel, so there is nothing to compare."]
    if run.cells and not points:
        return ["Trade-off: the run has no plain reads of a local blob (one reader, flat image, all the memory) to show it by."]
    pairs = [(p, reference.cell(run, p), candidate.cell(run, p)) for p in points]
    both = [(p, a, b) for p, a, b in pairs if a is not None and b is not None and a.status == b.status == "ok"]
    limit = _limit_sentence(run, candidate.title, [(p, candidate.cell(run, p)) for p in points])
    if not both:
        return [f"Gain and cost: not known, for there is no read that both {candidate.title} and {reference.title} have "
                "numbers of.", limit]
    gains, costs = [], []
    for aspect in ASPECTS:
        better, worse, compared = split_by_sign(both, aspect)
        if better:
            gains.append(_clause(aspect, aspect.better, better, compared))
        if worse:
            costs.append(_clause(aspect, aspect.worse, worse, compared))
    return [_sentence(name, clauses, reference.title, candidate.title, len(both))
            for name, clauses in (("Gain", gains), ("Cost", costs))] + [limit]


def _sentence(name: str, clauses: list[str], reference: str, candidate: str, compared: int) -> str:
    if not clauses:
        return (f"{name}: none of more than {SAME_WITHIN:.0%} against {reference} in the {compared} reads that {candidate} "
                "was compared in.")
    text = " and ".join(["; ".join(clauses[:-1]), clauses[-1]]) if len(clauses) > 1 else clauses[0]
    return f"{name}: against {reference}, {candidate} {text}."


def _clause(aspect: Aspect, words: str, differences: list[Difference], compared: int) -> str:
    top = differences[0]
    ratio = f"{top.after / top.before:.2f}×, " if top.before > 0 and top.after > 0 else ""
    return (f"{words} in {len(differences)} of {compared} (most: {ratio}{_where(top.point)}: {aspect.text(top.after)} "
            f"instead of {aspect.text(top.before)})")


def _where(point: Point) -> str:
    return f"{point.label} on {point.device}"


def _limit_sentence(run: Run, candidate: str, cells: list[tuple[Point, Optional[Cell]]]) -> str:
    shares = []
    for point, cell in cells:
        raw = run.raw(point)
        own = cell.metric("throughput_bytes_per_s") if cell else None
        limit = raw.metric("throughput_bytes_per_s") if raw else None
        if own is not None and limit:
            shares.append((own / limit, point))
    if not shares:
        return "Limit: there are no raw reads to hold it against."
    low, high = min(shares, key=lambda s: s[0]), max(shares, key=lambda s: s[0])
    to = f" to {high[0]:.0%} ({_where(high[1])})" if len(shares) > 1 else ""
    return (f"Limit: of the throughput of raw O_DIRECT reads of the backing file, {candidate} reaches {low[0]:.0%} "
            f"({_where(low[1])}){to}.")
