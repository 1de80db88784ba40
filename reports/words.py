# SPDX-License-Identifier: GPL-2.0-only
"""What the questions' sentences and figures share: which reads, which numbers, and how they are said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Iterable, Optional, Sequence

from reports.arms import Arm, reference_and_candidate
from reports.clock import Basis, Clock
from reports.data import NO_IMAGE, Cell, Point, Run
from reports.aspects import SAME_WITHIN
from reports.panels import MEBI, Measure, growth_mib, scaled
from reports.style import bytes_name, ns_name, number

USUAL_DEVICE = "nvme-80us"
SAME = f"within {SAME_WITHIN:.0%}"

THROUGHPUT = Measure("throughput, MiB/s", scaled("throughput_bytes_per_s", MEBI), higher_is_better=True, floor_line=True)
KIOPS = Measure("thousand reads/s", scaled("ops_per_s", 1e3), higher_is_better=True, floor_line=True)
MEAN = Measure("mean latency, µs", scaled("latency_ns.mean", 1e3))
P99 = Measure("p99 latency, µs", scaled("latency_ns.p99", 1e3))
CPU = Measure("CPU per read, µs", scaled("cpu_ns_per_op.total", 1e3), Basis.CPU, floor_line=True, instructions="instructions per read, thousands")
GROWTH = Measure("page cache growth, MiB", growth_mib, Basis.COUNT, linear=True)


@dataclass(frozen=True)
class Quantity:
    """A number as sentences say it."""

    value: Callable[[Cell], Optional[float]]
    text: Callable[[float], str]
    better: str
    worse: str
    higher_is_better: bool = False

    def on(self, clock: Clock) -> Quantity:
        """In the words of a clock."""
        words = {"faster": clock.faster, "slower": clock.slower}
        return replace(self, better=words.get(self.better, self.better), worse=words.get(self.worse, self.worse))


def metric(name: str) -> Callable[[Cell], Optional[float]]:
    return lambda cell: cell.metric(name)


def rate_text(per_s: float) -> str:
    return f"{number(per_s / 1e3)} thousand reads/s"


SPEED = Quantity(metric("throughput_bytes_per_s"), lambda v: bytes_name(v) + "/s", "faster", "slower", True)
RATE = Quantity(metric("ops_per_s"), rate_text, "faster", "slower", True)
LATENCY = Quantity(metric("latency_ns.mean"), ns_name, "faster", "slower")
TAIL = Quantity(metric("latency_ns.p99"), ns_name, "faster", "slower")
TIME = Quantity(metric("seconds"), lambda v: ns_name(v * 1e9), "faster", "slower")
HELD = Quantity(lambda c: c.page_cache_growth_bytes, bytes_name, "less", "more")


def points_of(cells: Iterable[Cell], **fixed: Any) -> list[Point]:
    """The kinds of read among cells of an image, in the order of axes."""
    points = {c.point for c in cells if c.backend not in NO_IMAGE}
    return sorted((p for p in points if all(getattr(p, name) == value for name, value in fixed.items())), key=lambda p: p.order)


def places(run: Run, workloads: tuple[str, ...]) -> list[tuple[Point, str]]:
    """The kinds of read with each of their back ends, fscache first."""
    backends = list(dict.fromkeys(c.backend for c in run.of(*workloads) if c.backend not in NO_IMAGE))
    backends.sort(key=lambda b: b != "fscache")
    return [(p, b) for b in backends for p in points_of(c for c in run.of(*workloads) if c.backend == b)]


def distinct(points: Iterable[Point], *names: str) -> list[tuple]:
    """The combinations of some attributes, in the order of the points."""
    return list(dict.fromkeys(tuple(getattr(p, name) for name in names) for p in points))


def prefer(points: Sequence[Point], **wished: Any) -> Optional[Point]:
    """The point that fulfils the first wishes: each only narrows what the ones before it have left."""
    left = list(points)
    for name, value in wished.items():
        left = [p for p in left if getattr(p, name) == value] or left
    return left[0] if left else None


def usual_device(points: Sequence[Point]) -> str:
    """The device that sentences are about."""
    devices = list(dict.fromkeys(p.device for p in points))
    return USUAL_DEVICE if USUAL_DEVICE in devices or not devices else devices[-1]


def joined(words: Sequence[str]) -> str:
    """"a, b and c"."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else "none"


def capital(text: str) -> str:
    """With a capital letter; the rest as it is."""
    return text[:1].upper() + text[1:]


def value_of(cell: Optional[Cell], quantity: Quantity) -> Optional[float]:
    return quantity.value(cell) if cell is not None and cell.status == "ok" else None


def gap_of(cell: Optional[Cell]) -> str:
    return "no cell" if cell is None else cell.gap


def verdict(new: float, old: float, quantity: Quantity) -> str:
    """"faster", "slower" or SAME (within SAME_WITHIN)."""
    if abs(new - old) <= SAME_WITHIN * abs(old):
        return SAME
    return quantity.better if (new > old) == quantity.higher_is_better else quantity.worse


def versus(new: float, old: float, quantity: Quantity, other: str) -> str:
    """"81 µs, faster than fallback's 120 µs (0.68×)"."""
    word = verdict(new, old, quantity)
    ratio = f" ({new / old:.2f}×)" if new > 0 and old > 0 else ""
    if word == SAME:
        return f"{quantity.text(new)}, within {SAME_WITHIN:.0%} of {other}'s {quantity.text(old)}"
    return f"{quantity.text(new)}, {word} than {other}'s {quantity.text(old)}{ratio}"


@dataclass(frozen=True)
class Sides:
    """The arm that is judged, and the one it is judged against."""

    reference: Arm
    candidate: Arm

    def values(self, run: Run, point: Point, quantity: Quantity, backend: str = "fscache") -> tuple[Optional[float], Optional[float]]:
        """The candidate's number and the reference's."""
        return tuple(value_of(arm.cell(run, point, backend), quantity) for arm in (self.candidate, self.reference))  # type: ignore[return-value]

    def duel(self, run: Run, point: Point, quantity: Quantity, backend: str = "fscache") -> str:
        """"dio 81 µs, faster than fallback's 120 µs (0.68×)", or what there is."""
        quantity = quantity.on(run.clock)
        new, old = self.values(run, point, quantity, backend)
        if new is None:
            return f"{self.candidate.title} has no number ({gap_of(self.candidate.cell(run, point, backend))})"
        if old is None:
            return (f"{self.candidate.title} {quantity.text(new)} ({self.reference.title} has no number: "
                    f"{gap_of(self.reference.cell(run, point, backend))})")
        return f"{self.candidate.title} {versus(new, old, quantity, self.reference.title)}"


def sides(run: Run) -> Sides:
    """Of a run that has kernels, as every run with cells does."""
    reference, candidate = reference_and_candidate(run)
    assert reference is not None and candidate is not None
    return Sides(reference, candidate)


def where(labels: Sequence[str], new: Sequence[Optional[float]], old: Sequence[Optional[float]], quantity: Quantity,
          at: str = "at") -> str:
    """"faster at 4k to 64k, slower at 1m": how a row of numbers compares with another; empty if nothing can be compared."""
    groups: dict[str, list[int]] = {}
    for i, (n, o) in enumerate(zip(new, old)):
        if n is not None and o is not None:
            groups.setdefault(verdict(n, o, quantity), []).append(i)
    compared = sum(len(g) for g in groups.values())
    if len(groups) == 1 and compared > 1:
        return f"{next(iter(groups))} {at} all {compared}"
    return ", ".join(f"{word} {at} {_span(labels, places)}" for word, places in groups.items())


def _span(labels: Sequence[str], places: Sequence[int]) -> str:
    if len(places) > 2 and places[-1] - places[0] == len(places) - 1:
        return f"{labels[places[0]]} to {labels[places[-1]]}"
    return joined([labels[i] for i in places])


def share_of_floor(run: Run, point: Point, arm: Arm, quantity: Quantity = SPEED, backend: str = "fscache") -> Optional[float]:
    """An arm's throughput as a share of the floor's; nothing where only a similar read of the device itself was measured."""
    own, floor = value_of(arm.cell(run, point, backend), quantity), run.floor(point, arm.kernel)
    least = floor.value(quantity.value, quantity.higher_is_better) if floor and not floor.stand_in else None
    return own / least if own is not None and least else None
