# SPDX-License-Identifier: GPL-2.0-only
"""What measuring itself costs: the null engine, and what fio's costs beside it."""

from __future__ import annotations

from typing import Any, Optional

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from reports.data import NO_IMAGE, Cell, Run
from reports.sheet import sheet
from reports.style import EDGE_COLOUR, number
from reports.words import capital, joined

ORDER = 150
TITLE = "What does measuring cost?"
WORKLOADS = ("harness", "self-test")
OURS, FIOS, TOOLS, OTHER = "#0072B2", "#E69F00", "#CC79A7", "#999999"
HATCHES = {OURS: "", FIOS: "\\\\\\\\", TOOLS: "xxxx", OTHER: "...."}


def _null_cells(run: Run) -> list[Cell]:
    """One of each load; the kernels have no part in it."""
    cells: dict[tuple, Cell] = {}
    for cell in run.of("harness"):
        key = (cell.point.engine, cell.point.iodepth)
        if cell.backend == "null" and (key not in cells or cells[key].status != "ok"):
            cells[key] = cell
    return [cells[key] for key in sorted(cells)]


def _cost(cell: Cell) -> Optional[float]:
    """CPU time a read that does nothing takes, ns."""
    return cell.metric("cpu_ns_per_op.reader")


def _fastest(run: Run) -> Optional[Cell]:
    """The read with the least CPU of all that were measured: where measuring weighs most."""
    cells = [c for c in run.cells if c.backend not in NO_IMAGE and c.metric("cpu_ns_per_op.reader")]
    return min(cells, key=lambda c: c.metric("cpu_ns_per_op.reader") or 0.0, default=None)


def _beside_t_io_uring(run: Run) -> list[dict[str, Any]]:
    """Rows of reads a second beside fio's t/io_uring; none in what diobench of before it measured."""
    return (run.overhead or {}).get("t_io_uring", {}).get("reads_per_s", [])


def _rates(rows: list[dict[str, Any]], sides: tuple[tuple[str, str], ...]) -> list[tuple[str, Optional[float], str, str]]:
    """Bars of thousand reads a second."""
    return [(f"qd{r['iodepth']}", None if r[f"{who}_median"] is None else r[f"{who}_median"] / 1e3, colour, "n/a") for r in rows for who, colour in sides]


def matches(run: Run) -> bool:
    return bool(_null_cells(run))


def figure(run: Run) -> Figure:
    found = run.overhead
    beside = _beside_t_io_uring(run)
    handles = [_key(OURS, "diobench"), *([_key(FIOS, "fio")] if found else []),
               *([_key(TOOLS, "fio's t/io_uring")] if beside else []), _key(OTHER, "a real read")]
    drawing, axes = sheet(run, TITLE, [], [1.6], 4 if beside else 3, gap_inches=0.75, floor=False, handles=handles)
    bars = [(f"null\nqd{c.point.iodepth}", _cost(c), OURS, c.gap) for c in _null_cells(run)]
    fastest = _fastest(run)
    if fastest is not None:
        bars.append((f"cheapest real read:\n{fastest.point.read} {fastest.io}\n{fastest.point.load}", fastest.metric("cpu_ns_per_op.reader"), OTHER, fastest.gap))
    _bars(axes[0][0], f"{run.clock.cpu_per_read}, of the reader", f"{'instructions' if run.clock.counts_instructions else 'ns'}, {run.clock.cpu}", bars)
    if found is None:
        for empty in axes[0][1:]:
            empty.set_visible(False)
        return drawing
    rows = found["instructions_per_read"]
    _bars(axes[0][1], "null against null engine, in user space", "instructions per read",
          [(f"qd{r['iodepth']}", r[who], colour, "n/a") for r in rows for who, colour in (("ours", OURS), ("fio", FIOS))])
    _bars(axes[0][2], "io_uring, 4k in the page cache, on the host", "thousand reads/s", _rates(found["reads_per_s"], (("ours", OURS), ("fio", FIOS))))
    if beside:
        _bars(axes[0][3], "in order, everything registered", "thousand reads/s", _rates(beside, (("ours", OURS), ("t_io_uring", TOOLS))))
    return drawing


def _key(colour: str, label: str) -> Patch:
    return Patch(facecolor=colour, hatch=HATCHES[colour], edgecolor=EDGE_COLOUR, label=label)


def _bars(axes: Axes, title: str, label: str, bars: list[tuple[str, Optional[float], str, str]]) -> None:
    top = max((b[1] for b in bars if b[1] is not None), default=1.0) or 1.0
    for x, (_, value, colour, gap) in enumerate(bars):
        if value is not None:
            axes.bar(x, value, 0.7, color=colour, hatch=HATCHES[colour], edgecolor=EDGE_COLOUR, linewidth=0.5)
        axes.text(x, (value or 0) + 0.03 * top, gap if value is None else number(value), ha="center", va="bottom", fontsize=8,
                  fontstyle="italic" if value is None else "normal")
    axes.set_title(title, loc="left", fontsize=9)
    axes.set_ylabel(label, fontsize=8)
    axes.set_ylim(0, top * 1.18)
    axes.set_xlim(-0.6, max(len(bars), 1) - 0.4)
    axes.set_xticks(range(len(bars)))
    axes.set_xticklabels([b[0] for b in bars])
    axes.tick_params(axis="x", length=0)


def caption(run: Run) -> str:
    if run.overhead is None:
        return "The null engine makes every step of a measured read but the read. fio's cost beside it: `diobench overhead` measures it, and puts overhead.json beside results.json."
    found: dict[str, Any] = run.overhead
    return (f"The null engine makes every step of a measured read but the read. Beside {found['fio_version']}, measured at {found['measured_at']} on the host "
            f"(Linux {found['host_kernel']}) by `diobench overhead`.")


def sentence(run: Run) -> str:
    costs = [(c, cost) for c in _null_cells(run) if (cost := _cost(c)) is not None]
    if not costs:
        return "It is not known: the null cells have no numbers."
    text = "A read that does nothing takes " + joined([f"{run.clock.cpu_text(cost)} at iodepth {c.point.iodepth}" for c, cost in costs])
    fastest = _fastest(run)
    if fastest is not None:
        least = fastest.metric("cpu_ns_per_op.reader") or 1.0
        text += f", {max(cost for _, cost in costs) / least:.1%} at most of what the reader of the cheapest real read takes ({run.clock.cpu_text(least)}, {fastest.point.label})"
    if run.overhead is not None:
        ratios = [r["ratio"] for r in run.overhead["instructions_per_read"]]
        rates = [r["ratio"] for r in run.overhead["reads_per_s"]]
        text += f"; ours takes {joined([f'{r:.2f}×' for r in ratios])} of fio's instructions" if ratios else ""
        text += f" and makes {joined([f'{r:.2f}×' for r in rates])} its reads a second" if rates else ""
        rates = [r["ratio"] for r in _beside_t_io_uring(run)]
        text += f", and {joined([f'{r:.2f}×' for r in rates])} those of its t/io_uring" if rates else ""
        missed = run.overhead["missed_aims"]
        text += f"; aims missed: {' '.join(missed)}" if missed else ""
    return capital(text).rstrip(".") + "."
