# SPDX-License-Identifier: GPL-2.0-only
"""A second process with a hot set, under a memory limit: what is evicted, what its reads take, and the page cache over time."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.arms import Arm, drawn_arms
from reports.data import Cell, Point, Run, size_name
from reports.clock import Basis
from reports.panels import MEBI, Measure, scaled
from reports.sheet import row, rows_panel, sheet
from reports.style import DIM_COLOUR, GAP_COLOUR, bytes_name, ns_name, unit_of_time
from reports.words import SPEED, capital, gap_of, places, points_of, prefer, sides

ORDER = 120
TITLE = "What does it do to a neighbour?"
WORKLOADS = ("neighbour",)
EVICTED = Measure("MiB evicted of its hot set", scaled("neighbour.evicted_bytes", MEBI), Basis.COUNT, linear=True)
ALONE = Measure("alone: mean of its reads, µs", scaled("neighbour.alone_ns.mean", 1e3))
BESIDE = Measure("beside: mean of its reads, µs", scaled("neighbour.beside_ns.mean", 1e3))
TAIL_BESIDE = Measure("beside: p99 of its reads, µs", scaled("neighbour.beside_ns.p99", 1e3))
THE_SAME_WITHIN = 1.01


def matches(run: Run) -> bool:
    return bool(_points(run))


def _points(run: Run) -> list[Point]:
    return [p for p in points_of(run.of(*WORKLOADS)) if p.neighbour_bytes]


def figure(run: Run) -> Figure:
    arms = drawn_arms(run)
    found = [(f"{backend}\n{p.read} qd{p.iodepth}", p, backend) for p, backend in places(run, WORKLOADS) if p.neighbour_bytes]
    hot = Line2D([], [], color=GAP_COLOUR, linestyle=":", label="the whole hot set")
    drawing, axes = sheet(run, TITLE, arms, [max(0.9, 0.42 * len(found)), 1.8], 4, left_inches=1.5, gap_inches=0.36, floor=False, handles=[hot])
    device = ", ".join(dict.fromkeys(p.device for _, p, _ in found))
    for x, measure in enumerate((EVICTED, ALONE, BESIDE, TAIL_BESIDE)):
        rows = [row(run, label, p, measure, arms, backend) for label, p, backend in found]
        rows_panel(axes[0][x], rows, arms, device, measure.on(run.clock), labels=x == 0)
    _hot_sets(axes[0][0], [p for _, p, _ in found])
    curves = [p for p in _points(run) if any(a.cell(run, p) is not None and a.cell(run, p).curve for a in arms)]
    for axes_, point in zip(axes[1], curves):
        _curves(axes_, run, point, arms)
    for empty in axes[1][len(curves):]:
        empty.set_visible(False)
    return drawing


def _hot_sets(axes: Axes, points: list[Point]) -> None:
    sizes = {p.neighbour_bytes / MEBI for p in points}
    for size in sizes:
        axes.axvline(size, color=GAP_COLOUR, linestyle=":", linewidth=1.2, zorder=4)
    if axes.get_xlim()[1] < max(sizes) * 1.05:
        axes.set_xlim(right=max(sizes) * 1.08)


def _curves(axes: Axes, run: Run, point: Point, arms: list[Arm]) -> None:
    """The whole machine's page cache while the main load runs."""
    cells = [(a, a.cell(run, point)) for a in arms]
    shown: list[tuple[Arm, Cell]] = [(a, c) for a, c in cells if c is not None and c.curve and "guest_total" in c.curve.layers]
    unit, name = unit_of_time(max((c.curve.time_ns[-1] for _, c in shown if c.curve), default=1))
    for arm, cell in shown:
        assert cell.curve is not None
        axes.plot([t / unit for t in cell.curve.time_ns], [v / MEBI for v in cell.curve.layers["guest_total"]], color=arm.line_colour,
                  linestyle=(0, (1, 1.2)) if arm.kernel is None else "-", linewidth=1.5, marker=arm.marker, markersize=4, markevery=0.12)
    missing = [f"{a.title}: {'no curve' if c is not None and c.status == 'ok' else gap_of(c)}" for a, c in cells if a not in [s for s, _ in shown]]
    axes.set_title(f"page cache of the machine\nfscache, {point.read} qd{point.iodepth}", loc="left", fontsize=8.5, pad=6)
    axes.text(0.98, 0.03, "; ".join(missing), transform=axes.transAxes, ha="right", va="bottom", fontsize=6.8, fontstyle="italic", color=DIM_COLOUR)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(f"time, {name}, {run.clock.time}", fontsize=8)
    axes.set_ylabel("MiB", fontsize=8)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6)


def caption(run: Run) -> str:
    sizes = ", ".join(sorted({f"hot set {size_name(p.neighbour_bytes)} in {size_name(p.memory_bytes)} of memory" for p in _points(run)}))
    return (f"A second process reads its hot set again and again ({sizes}). “alone” is before the main load starts, “beside” while it runs. "
            "The curves are of a second run of the cell that was not timed. Back ends other than fscache are the same in every arm.")


def sentence(run: Run) -> str:
    pair = sides(run)
    point = prefer(_points(run), pattern="reread", iodepth=1)
    assert point is not None
    texts = [_damage(run, arm, point) for arm in (pair.candidate, pair.reference)]
    duel = pair.duel(run, point, SPEED)
    return capital(f"{point.read} {point.load} beside a hot set of {size_name(point.neighbour_bytes)} ({run.clock.on(point.device)}): {'; '.join(texts)}; "
                   f"meanwhile the main load reads: {duel}.")


def _damage(run: Run, arm: Arm, point: Point) -> str:
    """In bytes and in nanoseconds."""
    cell = arm.cell(run, point)
    evicted, alone, beside = (cell.metric(n) if cell is not None else None
                              for n in ("neighbour.evicted_bytes", "neighbour.alone_ns.mean", "neighbour.beside_ns.mean"))
    if cell is None or cell.status != "ok":
        return f"{arm.title} has no number ({gap_of(cell)})"
    lost = "an unknown part" if evicted is None else "nothing" if evicted == 0 else f"{bytes_name(evicted)} ({evicted / point.neighbour_bytes:.0%})"
    if alone is None or not beside:
        return f"{arm.title} evicts {lost} of it"
    slower = (f"go from {ns_name(alone)} to {ns_name(beside)} ({beside / alone:.1f}×)" if not 1 / THE_SAME_WITHIN < beside / alone < THE_SAME_WITHIN
              else f"stay at {ns_name(beside)}")
    return f"{arm.title} evicts {lost} of it, and the neighbour's reads {slower}"
