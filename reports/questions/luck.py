# SPDX-License-Identifier: GPL-2.0-only
"""Spread between boots of the same cell."""

from __future__ import annotations

import statistics

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.arms import colour_of, shapes_of
from reports.clock import Basis
from reports.data import Cell, Run
from reports.sheet import sheet
from reports.words import capital

ORDER = 170
TITLE = "How much is luck?"
WORKLOADS = ()
METRICS = (("throughput_bytes_per_s", "throughput", Basis.TIME), ("latency_ns.mean", "mean latency", Basis.TIME), ("latency_ns.p99", "p99 latency", Basis.TIME),
           ("cpu_ns_per_op.total", "CPU per read", Basis.CPU))


def spread(cell: Cell, name: str) -> "float | None":
    """(largest - smallest) / median of the boots; None if a boot lacks the number or the median is 0."""
    values = [boot[name] for boot in cell.by_boot if name in boot]
    if len(values) < 2 or len(values) != len(cell.by_boot) or not statistics.median(values):
        return None
    return (max(values) - min(values)) / statistics.median(values)


def _repeated(run: Run) -> list[Cell]:
    return [c for c in run.cells if len(c.by_boot) > 1]


def matches(run: Run) -> bool:
    return bool(_repeated(run))


def figure(run: Run) -> Figure:
    kernels = [k for k in run.kernels if any(c.kernel == k for c in _repeated(run))]
    handles = [Line2D([], [], color=colour_of(k, run.kernels), marker=shapes_of(k, run.kernels)[1], markersize=4.5, linewidth=1.8, label=k) for k in kernels]
    drawing, axes = sheet(run, TITLE, [], [1.9], len(METRICS), gap_inches=0.4, floor=False, handles=handles)
    for axes_, (name, title, basis) in zip(axes[0], METRICS):
        for kernel in kernels:
            values = sorted(100 * s for c in _repeated(run) if c.kernel == kernel and (s := spread(c, name)) is not None)
            if values:
                axes_.step([0, *values], [100 * i / len(values) for i in range(len(values) + 1)], where="post", color=colour_of(kernel, run.kernels), marker=shapes_of(kernel, run.kernels)[1], markersize=4, markevery=0.15,
                           linewidth=1.6)
        axes_.set_title(f"{run.clock.cpu_per_read if basis is Basis.CPU else title}, {run.clock.kind(basis)}", loc="left", fontsize=9)
        axes_.set_xlabel("spread between boots, %", fontsize=8)
        axes_.set_xlim(left=0)
        axes_.set_ylim(0, 103)
        axes_.grid(color="#E4E4E4", linewidth=0.6)
    axes[0][0].set_ylabel("share of cells, %", fontsize=8)
    return drawing


def caption(run: Run) -> str:
    return "Spread: largest less smallest, over the median of the boots of a cell. Seeds differ between boots, so this is what chance makes of one read."


def sentence(run: Run) -> str:
    found = [(s, c) for c in _repeated(run) if (s := spread(c, METRICS[0][0])) is not None]
    if not found:
        return "It is not known: no cell has its throughput from every boot."
    worst, cell = max(found, key=lambda f: f[0])
    boots = sorted({len(c.by_boot) for _, c in found})
    counts = str(boots[0]) if len(boots) == 1 else f"{boots[0]} to {boots[-1]}"
    if worst == 0:
        return f"None: the {run.clock.before_a_time}throughput of all {len(found)} cells is the same in each of their {counts} boots."
    middle = statistics.median(s for s, _ in found)
    tails = [s for c in _repeated(run) if (s := spread(c, "latency_ns.p99")) is not None]
    tail = f"; of the p99 latency {statistics.median(tails):.2%}" if tails else ""
    return capital(f"over {counts} boots the {run.clock.before_a_time}throughput of half of the {len(found)} cells spreads by {middle:.2%} or less{tail}; most spreads "
                   f"{cell.cell} on {cell.kernel}, by {worst:.2%}.")
