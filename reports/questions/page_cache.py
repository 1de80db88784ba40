# SPDX-License-Identifier: GPL-2.0-only
"""Page cache over time by layer, its peak and the area under it."""

from __future__ import annotations

from typing import Optional

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from reports.data import Cell, Run
from reports.panels import MEBI
from reports.sheet import sheet
from reports.style import DIM_COLOUR, GAP_COLOUR, bytes_name, number, unit_of_time
from reports.words import capital, gap_of, places, points_of, prefer, sides

ORDER = 130
TITLE = "How much page cache, and for how long?"
WORKLOADS = ("footprint",)
# Okabe and Ito's, other ones than the arms'.
LAYERS = (("guest_total", "the whole machine, above its start", "#222222", "-"), ("erofs_file", "the file in the mount", "#D55E00", "--"),
          ("backing_file", "the file below", "#009E73", ":"))
COLUMNS = 5


def matches(run: Run) -> bool:
    return any(c.curve for c in run.of(*WORKLOADS)) or bool(points_of(run.of(*WORKLOADS)))


def _ways(run: Run) -> list[tuple[str, Optional[Cell]]]:
    """What is drawn, each with a title: fscache buffered and with both arms, then every other back end."""
    pair = sides(run)
    out: list[tuple[str, Optional[Cell]]] = []
    for point, backend in places(run, WORKLOADS):
        where = f"{backend}" + (f" {point.layout}" if point.layout != "flat" else "") + (" remote" if point.cache_state == "remote" else "")
        buffered = run.find(None, backend, "buffered", point)
        if backend != "fscache":
            out += [(f"{where}, {io}", run.find(pair.candidate.kernel, backend, io, point)) for io in ("buffered", "direct")]
        else:
            out += [(f"{where}, buffered", buffered)]
            out += [(f"{where}, {arm.title}", arm.cell(run, point)) for arm in (pair.reference, pair.candidate) if arm.kernel]
    return out


def figure(run: Run) -> Figure:
    ways = _ways(run)
    lines = -(-len(ways) // COLUMNS)
    handles = [Line2D([], [], color=colour, linestyle=style, linewidth=1.6, label=label) for _, label, colour, style in LAYERS]
    drawing, axes = sheet(run, TITLE, [], [1.35] * lines, COLUMNS, gap_inches=0.42, left_inches=0.6, floor=False, handles=handles)
    top = max((_top(cell.curve.layers) for _, cell in ways if cell is not None and cell.curve), default=1.0)
    for i, (title, cell) in enumerate(ways):
        _panel(axes[i // COLUMNS][i % COLUMNS], title, cell, top, run.clock.time)
    for empty in [a for line in axes for a in line][len(ways):]:
        empty.set_visible(False)
    return drawing


def _above_start(name: str, values: list[int]) -> list[float]:
    base = values[0] if name == "guest_total" else 0
    return [(v - base) / MEBI for v in values]


def _top(layers: dict[str, list[int]]) -> float:
    return max(max(_above_start(name, values)) for name, values in layers.items())


def _panel(axes: Axes, title: str, cell: Optional[Cell], top: float, kind_of_time: str) -> None:
    axes.set_title(title, loc="left", fontsize=8.5, pad=14)
    if cell is None or cell.curve is None:
        word = "no curve" if cell is not None and cell.status == "ok" else gap_of(cell)
        axes.text(0.5, 0.5, word, transform=axes.transAxes, ha="center", va="center", fontsize=9, fontstyle="italic",
                  color=GAP_COLOUR if word in ("invalid", "failed") else DIM_COLOUR)
        axes.set_xticks([])
        axes.set_yticks([])
        return
    unit, name = unit_of_time(cell.curve.time_ns[-1])
    for layer, _, colour, style in LAYERS:
        if layer in cell.curve.layers:
            axes.plot([t / unit for t in cell.curve.time_ns], _above_start(layer, cell.curve.layers[layer]), color=colour, linestyle=style, linewidth=1.5)
    axes.set_ylim(-0.04 * top, 1.1 * top)
    axes.set_xlabel(f"time, {name}, {kind_of_time}", fontsize=8, labelpad=1)
    axes.set_ylabel("MiB", fontsize=8)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6)
    area = cell.metric("page_cache_byte_seconds.guest_total")
    text = f"peak {number(max(_above_start('guest_total', cell.curve.layers['guest_total'])))} MiB" if "guest_total" in cell.curve.layers else "peak not known"
    axes.text(0.0, 1.02, text + (f", area {number(area / MEBI)} MiB·s" if area is not None else ", area not known"), transform=axes.transAxes,
              ha="left", va="bottom", fontsize=7.2, color="#444444")


def caption(run: Run) -> str:
    devices = ", ".join(dict.fromkeys(p.device for p, _ in places(run, WORKLOADS)))
    return (f"Sequential reads ({devices}); samples of a second run that was not timed, so the reads themselves are not disturbed. All panels have the same scale. "
            f"Back ends other than fscache are as {sides(run).candidate.title} has them. A layer that cannot be counted is not drawn.")


def sentence(run: Run) -> str:
    pair = sides(run)
    point = prefer(points_of(run.of(*WORKLOADS)), cache_state="local", layout="flat")
    assert point is not None
    texts = [_held(run, arm.title, arm.cell(run, point)) for arm in (pair.candidate, pair.reference)]
    buffered = run.find(None, "fscache", "buffered", point)
    if pair.reference.kernel is not None:
        texts.append(_held(run, "a buffered read", buffered))
    return capital(f"{point.read} {point.load} of a local blob on {point.device}: {'; '.join(texts)}.")


def _held(run: Run, title: str, cell: Optional[Cell]) -> str:
    if cell is None or cell.status != "ok":
        return f"{title} has no number ({gap_of(cell)})"
    area = cell.metric("page_cache_byte_seconds.guest_total")
    if cell.curve is not None and "guest_total" in cell.curve.layers:
        values = cell.curve.layers["guest_total"]
        held = f"adds at most {bytes_name(max(values) - values[0])}"
    else:
        growth = cell.page_cache_growth_bytes
        held = "adds an unknown amount" if growth is None else f"adds {bytes_name(growth)} by its end"
    return f"{title} {held} to the page cache ({run.clock.before_a_time}{bytes_name(area)}·s over the cell)" if area is not None else f"{title} {held}"
