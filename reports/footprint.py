# SPDX-License-Identifier: GPL-2.0-only
"""Which page cache holds the data after a read: the file's, the blob's, the backing file's."""

from __future__ import annotations

from typing import Optional, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from reports.arms import Arm, drawn_arms, figure_note
from reports.clock import COUNTED
from reports.data import Cell, Point, Run
from reports.finding import compared, on_fscache
from reports.panels import COLUMNS_PER_PAGE, MEBI
from reports.style import DIM_COLOUR, GAP_COLOUR, HEADING_INCHES, LEFT_INCHES, Picture, heading, number
from reports.tradeoff import local_points, main_first

# Colour is the arm; the layer is told by the hatch.
LAYERS = (("erofs_file", "the file in the mount", ""), ("blob_metadata", "blob metadata (derived)", "\\\\\\\\"),
          ("backing_file", "backing file", "xxxx"))
CAPTION = ("Page cache held after the read, by the layer that holds it; the diamond is the growth of the whole machine's "
           "page cache during the read. The blobs' inodes cannot be opened, so their part is derived: the machine's total less "
           "everything that can be counted. \u201c?\u201d marks an arm of which a layer is not known.")


def draw(run: Run, device: str) -> list[Picture]:
    """One picture for every COLUMNS_PER_PAGE kinds of local read on the device."""
    points = main_first(local_points(run, device))[0]
    pictures = []
    for first in range(0, len(points), COLUMNS_PER_PAGE):
        suffix = f"-{first // COLUMNS_PER_PAGE + 1}" if first else ""
        shown = points[first:first + COLUMNS_PER_PAGE]
        figure = _page(run, device, shown, drawn_arms(run))
        pictures.append(Picture(f"footprint-{device}{suffix}", f"Page cache by layer on {device}", CAPTION, compared(run, on_fscache(shown), ("held",)), figure))
    return pictures


def _page(run: Run, device: str, points: Sequence[Point], arms: Sequence[Arm]) -> Figure:
    columns = max(len(points), 3)
    figure = Figure(figsize=(1.6 + 1.95 * columns, 4.5))
    width, height = figure.get_size_inches()
    grid = figure.add_gridspec(1, columns, left=LEFT_INCHES / width, right=1 - 0.1 / width, top=1 - (HEADING_INCHES + 0.1) / height,
                               bottom=0.85 / height, wspace=0.28)
    for column, point in enumerate(points):
        axes = figure.add_subplot(grid[0, column])
        pattern, size, *rest = point.label.split(" ")
        axes.set_title(f"{pattern} {size}\n{' '.join(rest)}", pad=12)
        _panel(axes, run, point, arms)
        if column == 0:
            axes.set_ylabel(f"page cache, MiB, {COUNTED}")
    handles: list = [Patch(facecolor="#C8C8C8", edgecolor="#444444", hatch=hatch, label=label) for _, label, hatch in LAYERS]
    handles.append(Line2D([], [], marker="D", linestyle="", markersize=4.5, markerfacecolor="white", markeredgecolor="#222222",
                          label="growth of the whole machine"))
    heading(figure, f"Page cache held after the read on {device}", figure_note(run), handles)
    return figure


def _panel(axes: Axes, run: Run, point: Point, arms: Sequence[Arm]) -> None:
    cells = [arm.cell(run, point) for arm in arms]
    growths = [_growth_mib(c) for c in cells]
    held = [sum(v for v in _layers_mib(c) if v is not None and v > 0) for c in cells]
    top = max([*held, *(g for g in growths if g is not None), 0.0]) or 1.0
    lowest = min([g for g in growths if g is not None] + [v for c in cells for v in _layers_mib(c) if v is not None] + [0.0])
    for place, (arm, cell, total, growth) in enumerate(zip(arms, cells, held, growths)):
        _bar(axes, place, arm, cell, total, top)
        if growth is not None:
            axes.plot([place], [growth], marker="D", markersize=4.5, markerfacecolor="white", markeredgecolor="#222222",
                      markeredgewidth=0.8, clip_on=False, zorder=4)
    axes.set_xticks(range(len(arms)))
    axes.set_xticklabels([a.title for a in arms], rotation=55, ha="right", rotation_mode="anchor")
    axes.tick_params(axis="x", length=0, pad=3)
    axes.set_xlim(-0.6, len(arms) - 0.4)
    axes.set_ylim(lowest * 1.1, top * 1.2)
    axes.locator_params(axis="y", nbins=4)


def _bar(axes: Axes, place: int, arm: Arm, cell: Optional[Cell], total: float, top: float) -> None:
    if cell is None or cell.status != "ok":
        word = "no cell" if cell is None else cell.gap
        axes.text(place, 0.03 * top, word, rotation=90, ha="center", va="bottom", fontsize=7.5, fontstyle="italic",
                  color=GAP_COLOUR if word in ("invalid", "failed") else DIM_COLOUR)
        return
    above, below = 0.0, 0.0
    layers = _layers_mib(cell)
    for (_, _, hatch), value in zip(LAYERS, layers):
        if not value:
            continue
        axes.bar(place, value, 0.78, bottom=above if value > 0 else below, color=arm.colour, hatch=hatch,
                 edgecolor="#444444", linewidth=0.3)
        above, below = (above + value, below) if value > 0 else (above, below + value)
    unknown = " ?" if any(v is None for v in layers) else ""
    axes.text(place, total + 0.035 * top, number(total) + unknown, ha="center", va="bottom", fontsize=7.5, zorder=5)


def _layers_mib(cell: Optional[Cell]) -> list[Optional[float]]:
    """What each of LAYERS holds after the read, MiB; None where it is not known."""
    if cell is None or cell.status != "ok":
        return [None] * len(LAYERS)
    values = [cell.metric(f"page_cache_bytes.{name}.after") for name, _, _ in LAYERS]
    return [None if v is None else v / MEBI for v in values]


def _growth_mib(cell: Optional[Cell]) -> Optional[float]:
    growth = None if cell is None else cell.page_cache_growth_bytes
    return None if growth is None else growth / MEBI
