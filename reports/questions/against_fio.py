# SPDX-License-Identifier: GPL-2.0-only
"""The same cells read by fio, the real program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from matplotlib.figure import Figure

from reports.arms import Arm, drawn_arms
from reports.clock import Basis, Clock
from reports.data import Cell, Point, Run
from reports.panels import Measure
from reports.sheet import Number, Row, rows_panel, sheet
from reports.words import capital, gap_of, points_of

ORDER = 160
TITLE = "Does fio see the same?"
WORKLOADS = ("against-fio",)
SAME_WITHIN = 0.03
RATIO = Measure("ratio", lambda cell: None)
FIO_ENGINES = {"fio-psync": "pread", "fio-libaio": "libaio", "fio-io_uring": "io_uring"}
RATIOS = (("latency_ns.mean", "mean latency", Basis.TIME), ("ops_per_s", "reads/s", Basis.TIME), ("cpu_ns_per_op.reader", "", Basis.CPU))
TIMES = RATIOS[:2]


@dataclass(frozen=True)
class Pair:
    """A cell of ours and fio's, of one arm."""

    arm: Arm
    point: Point
    ours: Optional[Cell]
    fios: Optional[Cell]

    def ratio(self, name: str) -> Number:
        """fio's number over ours; or why there is none."""
        for who, cell in (("ours", self.ours), ("fio", self.fios)):
            if cell is None or cell.status != "ok":
                return Number(None, f"{who} {gap_of(cell)}" if cell is not None and cell.gap != "refused" else gap_of(cell))
        ours, fios = self.ours.metric(name), self.fios.metric(name)  # type: ignore[union-attr]
        return Number(None, "n/a") if not ours or fios is None else Number(fios / ours)


def _points(run: Run) -> list[Point]:
    """Our reads that fio has too."""
    points = points_of(run.of(*WORKLOADS))
    there = set(points)
    return [replace(p, engine=ours) for p in points for fios, ours in FIO_ENGINES.items() if p.engine == fios and replace(p, engine=ours) in there]


def _pair(run: Run, arm: Arm, point: Point) -> Pair:
    fios = next(f for f, ours in FIO_ENGINES.items() if ours == point.engine)
    ours = arm.cell(run, point)
    # Of one boot of one kernel: any kernel will do for buffered reads, but the same for both.
    other = arm.cell(run, replace(point, engine=fios))
    if arm.kernel is None and ours is not None:
        other = run.find(ours.kernel, "fscache", "buffered", replace(point, engine=fios)) or other
    return Pair(arm, point, ours, other)


def matches(run: Run) -> bool:
    return bool(_points(run))


def figure(run: Run) -> Figure:
    arms = drawn_arms(run)
    points = _points(run)
    drawing, axes = sheet(run, TITLE, arms, [max(0.9, 0.4 * len(points))], len(RATIOS), left_inches=1.6, floor=False)
    for x, (name, title, basis) in enumerate(RATIOS):
        rows = [Row(f"{p.read}\n{p.load}", [_pair(run, arm, p).ratio(name) for arm in arms]) for p in points]
        rows_panel(axes[0][x], rows, arms, f"{title or run.clock.cpu_per_read + ', of the reader'}: fio / ours", replace(RATIO, basis=basis).on(run.clock), labels=x == 0)
        axes[0][x].axvspan(1 - SAME_WITHIN, 1 + SAME_WITHIN, color="#009E73", alpha=0.22, zorder=1, linewidth=0)
        axes[0][x].axvline(1.0, color="#009E73", linewidth=0.9, zorder=2)
        if axes[0][x].get_xlim()[1] < 1.1:
            axes[0][x].set_xlim(right=1.1)
    return drawing


def caption(run: Run) -> str:
    return (f"fio is the real program, run on the same cell by the same suite. The green band is ±{SAME_WITHIN:.0%}; what lies outside of it is listed below. "
            "fio submits each read by a system call of its own, ours submits all that are free in one (docs/overhead.md).")


def _pairs(run: Run) -> list[Pair]:
    return [_pair(run, arm, p) for p in _points(run) for arm in drawn_arms(run)]


def _differs(pair: Pair) -> bool:
    return any(ratio.value is not None and abs(ratio.value - 1) > SAME_WITHIN for ratio in (pair.ratio(name) for name, _, _ in TIMES))


def sentence(run: Run) -> str:
    known = [p for p in _pairs(run) if any(p.ratio(name).value is not None for name, _, _ in TIMES)]
    if not known:
        return "It is not known: there is no read of which both have numbers."
    different = [p for p in known if _differs(p)]
    extremes = []
    for name, title, _ in TIMES:
        ratios = [r for p in known if (r := p.ratio(name).value) is not None]
        if ratios:
            extremes.append(f"fio's {run.clock.before_a_time}{title} {min(ratios):.3f} to {max(ratios):.3f} times ours")
    verdict = (f"yes, within {SAME_WITHIN:.0%} in all {len(known)} pairs" if not different
               else f"not everywhere: {len(different)} of {len(known)} pairs differ by more than {SAME_WITHIN:.0%}")
    return capital(f"{verdict} ({'; '.join(extremes)}).")


def notes(run: Run) -> list[str]:
    """Every difference that is too large, and what the cells say of its cause."""
    return [_flag(run.clock, p) for p in _pairs(run) if _differs(p)]


def _flag(clock: Clock, pair: Pair) -> str:
    parts = [f"{clock.before_a_time}{title} {ratio.value:.3f}×" for name, title, _ in TIMES if (ratio := pair.ratio(name)).value is not None]
    return f"{pair.point.read} {pair.point.load}, {pair.arm.title}: fio / ours {', '.join(parts)}. {_why(clock, pair)}"


def _why(clock: Clock, pair: Pair) -> str:
    """What differs between the two cells besides."""
    assert pair.ours is not None and pair.fios is not None
    found = []
    ours, fios = (c.metric("cpu_ns_per_op.reader") for c in (pair.ours, pair.fios))
    fio_is_behind = (pair.ratio("ops_per_s").value or 1.0) < 1
    if ours and fios is not None and abs(fios / ours - 1) > SAME_WITHIN:
        found.append(f"{clock.cpu_per_read}, of the reader: {clock.cpu_text(fios)} with fio, {clock.cpu_text(ours)} with ours ({fios / ours:.2f}×)"
                     + ("" if (fios > ours) == fio_is_behind else ", which does not explain it"))
    for name, what in (("context_switches", "context switches"), ("device.read_bytes", "bytes read from the device")):
        ours, fios = (c.metric(name) for c in (pair.ours, pair.fios))
        ours_ops, fios_ops = (c.metric("ops") for c in (pair.ours, pair.fios))
        if ours is not None and fios is not None and ours_ops and fios_ops:
            before, after = ours / ours_ops, fios / fios_ops
            if abs(after - before) > SAME_WITHIN * max(before, after) and max(before, after) > 0.01:
                found.append(f"{what} per read: {after:.2f} with fio, {before:.2f} with ours")
    return ("Beside it, " + "; ".join(found) + ".") if found else "The cells' other numbers do not explain it."
