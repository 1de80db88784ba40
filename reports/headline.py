# SPDX-License-Identifier: GPL-2.0-only
"""The answer in sentences, computed from the numbers (as `diobench compare` words it). What was counted, modelled and timed is never in one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Optional

from reports.arms import reference_and_candidate
from reports.clock import Basis, Clock
from reports.data import Cell, Point, Run
from reports.style import bytes_name, ns_name
from reports.tradeoff import is_main, local_points

# Differences of less than this share are neither gain nor cost.
SAME_WITHIN = 0.01


@dataclass(frozen=True)
class Aspect:
    """One thing that can get better or worse."""

    better: str
    worse: str
    basis: Basis
    higher_is_better: bool
    value: Callable[[Cell], Optional[float]]
    text: Callable[[float], str]


def aspects(clock: Clock) -> tuple[Aspect, ...]:
    """In the order of sentences: what the CPU does comes first where it is counted."""
    cpu = Aspect(*clock.cpu_need, Basis.CPU, False, lambda c: c.metric("cpu_ns_per_op.total"), clock.cpu_text)
    held = Aspect("leaves less in the page cache", "leaves more in the page cache", Basis.COUNT, False, lambda c: c.page_cache_growth_bytes, bytes_name)
    speed = Aspect(*clock.throughput, Basis.TIME, True, lambda c: c.metric("throughput_bytes_per_s"), lambda v: bytes_name(v) + "/s")
    tail = Aspect("has a lower p99 latency", "has a higher p99 latency", Basis.TIME, False, lambda c: c.metric("latency_ns.p99"), ns_name)
    return (cpu, held, speed, tail) if clock.counts_instructions else (speed, tail, cpu, held)


def by_kind(clock: Clock) -> dict[str, list[Aspect]]:
    """The aspects of each kind of number."""
    found: dict[str, list[Aspect]] = {}
    for aspect in aspects(clock):
        found.setdefault(clock.kind(aspect.basis), []).append(aspect)
    return found


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
    """Gain and cost, of each kind of number, and the distance to the floor. What got worse is a cost, also when the reference wins everywhere."""
    reference, candidate = reference_and_candidate(run)
    points = main_points(run)
    if reference is None or candidate is None:
        return ["The run has no kernel, so there is nothing to compare."]
    if run.cells and not points:
        return ["Trade-off: the run has no plain reads of a local blob (one reader, flat image, all the memory) to show it by."]
    pairs = [(p, reference.cell(run, p), candidate.cell(run, p)) for p in points]
    both = [(p, a, b) for p, a, b in pairs if a is not None and b is not None and a.status == b.status == "ok"]
    floor = _floor_sentences(run, candidate.title, [(p, candidate.cell(run, p)) for p in points])
    if not both:
        return [f"Gain and cost: not known, for there is no read that both {candidate.title} and {reference.title} have "
                "numbers of.", *floor]
    sentences = []
    for kind, some in by_kind(run.clock).items():
        gains, costs = [], []
        for aspect in some:
            better, worse, compared = split_by_sign(both, aspect)
            if better:
                gains.append(_clause(run.clock, aspect, aspect.better, better, compared))
            if worse:
                costs.append(_clause(run.clock, aspect, aspect.worse, worse, compared))
        sentences += [_sentence(f"{name}, {called(run.clock, kind, points)}", clauses, reference.title, candidate.title, len(both))
                      for name, clauses in (("Gain", gains), ("Cost", costs))]
    return sentences + floor


def called(clock: Clock, kind: str, points: list[Point]) -> str:
    """"counted", "modelled (1 instruction = 1 ns, device ram or nvme-80us)"."""
    if kind != clock.time or not clock.model:
        return kind
    return f"{kind} ({clock.on(*(p.device for p in points)).partition(': ')[2]})"


def _sentence(name: str, clauses: list[str], reference: str, candidate: str, compared: int) -> str:
    if not clauses:
        return (f"{name}: none of more than {SAME_WITHIN:.0%} against {reference} in the {compared} reads that {candidate} "
                "was compared in.")
    text = " and ".join(["; ".join(clauses[:-1]), clauses[-1]]) if len(clauses) > 1 else clauses[0]
    return f"{name}: against {reference}, {candidate} {text}."


def _clause(clock: Clock, aspect: Aspect, words: str, differences: list[Difference], compared: int) -> str:
    top = differences[0]
    return (f"{words} in {len(differences)} of {compared} (most: {_ratio(clock, aspect, top)}{_where(top.point)}: {aspect.text(top.after)} "
            f"instead of {aspect.text(top.before)})")


def _ratio(clock: Clock, aspect: Aspect, top: Difference) -> str:
    if not (top.before > 0 and top.after > 0):
        return ""
    if aspect.basis is Basis.CPU and clock.counts_instructions and top.after < top.before:
        return f"{top.before / top.after:.2f} times fewer, "
    return f"{top.after / top.before:.2f}×, "


def _where(point: Point) -> str:
    return f"{point.label} on {point.device}"


def _floor_sentences(run: Run, candidate: str, cells: list[tuple[Point, Optional[Cell]]]) -> list[str]:
    """How far an arm is from the same reads of the block device itself, by kind of number; only reads whose very floor was measured."""
    if not run.has_floor:
        return ["Floor: no floor, for the run has no reads of the block device itself to hold it against."]
    clock = run.clock
    forms = (("cpu_ns_per_op.total", Basis.CPU, f"needs {{}} of its {'instructions' if clock.counts_instructions else 'CPU'}"),
             ("throughput_bytes_per_s", Basis.TIME, "reaches {} of its throughput"))
    found: dict[str, list[str]] = {}
    for name, basis, form in forms:
        shares = _floor_shares(run, name, basis is Basis.TIME, cells)
        if shares:
            found.setdefault(called(clock, clock.kind(basis), [p for p, _ in cells]), []).append(form.format(_span(shares)))
    if not found:
        return [f"Floor: no floor, for the block device itself was not read as {candidate} was."]
    return [f"Floor, {kind}: against the block device itself, {candidate} {' and '.join(clauses)}." for kind, clauses in found.items()]


def _floor_shares(run: Run, name: str, higher_is_better: bool, cells: list[tuple[Point, Optional[Cell]]]) -> list[tuple[float, Point]]:
    """An arm's numbers over those of the floor."""
    shares = []
    for point, cell in cells:
        floor, own = run.floor(point, cell.kernel) if cell else None, cell.metric(name) if cell else None
        least = floor.value(lambda c: c.metric(name), higher_is_better) if floor and not floor.stand_in else None
        if own is not None and least:
            shares.append((own / least, point))
    return shares


def _span(shares: list[tuple[float, Point]]) -> str:
    low, high = min(shares, key=lambda s: s[0]), max(shares, key=lambda s: s[0])
    return f"{low[0]:.0%} ({_where(low[1])})" + (f" to {high[0]:.0%} ({_where(high[1])})" if len(shares) > 1 else "")
