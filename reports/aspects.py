# SPDX-License-Identifier: GPL-2.0-only
"""What can get better or worse between two kernels, and by how much. What was counted, modelled and timed is never in one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Optional

from reports.clock import Basis, Clock
from reports.data import Cell, Point
from reports.style import bytes_name, ns_name

# Differences of less than this share are neither gain nor cost.
SAME_WITHIN = 0.01


@dataclass(frozen=True)
class Aspect:
    """One thing that can get better or worse."""

    name: str
    better: str
    worse: str
    basis: Basis
    higher_is_better: bool
    value: Callable[[Cell], Optional[float]]
    text: Callable[[float], str]


def aspects(clock: Clock) -> tuple[Aspect, ...]:
    """In the order of sentences: what the CPU does comes first where it is counted."""
    cpu = Aspect("cpu", *clock.cpu_need, Basis.CPU, False, lambda c: c.metric("cpu_ns_per_op.total"), clock.cpu_text)
    held = Aspect("held", "leaves less in the page cache", "leaves more in the page cache", Basis.COUNT, False, lambda c: c.page_cache_growth_bytes, bytes_name)
    speed = Aspect("speed", *clock.throughput, Basis.TIME, True, lambda c: c.metric("throughput_bytes_per_s"), lambda v: bytes_name(v) + "/s")
    tail = Aspect("tail", "has a lower p99 latency", "has a higher p99 latency", Basis.TIME, False, lambda c: c.metric("latency_ns.p99"), ns_name)
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


def called(clock: Clock, kind: str, points: list[Point]) -> str:
    """"counted", "modelled (1 instruction = 1 ns, device ram or nvme-80us)"."""
    if kind != clock.time or not clock.model:
        return kind
    return f"{kind} ({clock.on(*(p.device for p in points)).partition(': ')[2]})"
