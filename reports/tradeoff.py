# SPDX-License-Identifier: GPL-2.0-only
"""What direct reads buy and cost, for each block size and queue depth: CPU, page cache, throughput and tail on one page."""

from __future__ import annotations

from typing import Sequence

from reports.arms import RAW, drawn_arms
from reports.clock import Basis
from reports.data import Cell, Point, Run
from reports.finding import compared, on_fscache
from reports.panels import COLUMNS_PER_PAGE, MEBI, Measure, floor_caption, growth_mib, panel_page, scaled
from reports.style import Picture

MEASURES = (
    Measure("CPU per read, µs", scaled("cpu_ns_per_op.total", 1e3), Basis.CPU, floor_line=True, instructions="1,000 instructions per read"),
    Measure("page cache growth, MiB", growth_mib, Basis.COUNT),
    Measure("throughput, MiB/s", scaled("throughput_bytes_per_s", MEBI), higher_is_better=True, floor_line=True),
    Measure("p99 latency, µs", scaled("latency_ns.p99", 1e3), floor_line=True),
)
CAPTION = ("Blobs are in the cache file, the page cache is cold. Every panel starts at 0 and has its own scale. "
           "\u201cbuffered\u201d is the same read without O_DIRECT, \u201craw\u201d O_DIRECT on the backing file; a word in place of a bar says why there is "
           "no number. ")
# The workloads that the trade-off is about; other ones' plain reads take their place only in a run without them.
MAIN_WORKLOADS = ("rand-read", "seq-read")


def is_main(point: Point) -> bool:
    """The reads that tell most (is_main_read() of bench/results/compare/comparison.h is the same rule)."""
    if point.layout != "flat" or point.numjobs != 1:
        return False
    if point.pattern == "random" and point.block_size_bytes == 4096:
        return point.iodepth in (1, 32)
    return point.pattern == "sequential" and point.block_size_bytes in (128 << 10, 1 << 20)


def local_points(run: Run, device: str) -> list[Point]:
    """The plain reads from the local cache on a device."""
    def wanted(cell: Cell) -> bool:
        return cell.point.device == device and cell.point.cache_state == "local" and cell.io in ("direct", "buffered") and cell.point.plain
    points = run.points(wanted)
    return [p for p in points if p.workload in MAIN_WORKLOADS] or ([] if run.of(*MAIN_WORKLOADS) else points)


def main_first(points: Sequence[Point]) -> tuple[list[Point], list[Point]]:
    """Those that tell most, and the others; if all are of one kind they tell most."""
    main = [p for p in points if is_main(p)]
    return (main, [p for p in points if p not in main]) if main else (list(points), [])


def _column_title(point: Point) -> str:
    pattern, size, *rest = point.label.split(" ")
    return f"{pattern} {size}\n{' '.join(rest)}"


def draw(run: Run, device: str) -> list[Picture]:
    """One picture for every COLUMNS_PER_PAGE kinds of read on the device that tell most."""
    return _pictures(run, main_first(local_points(run, device))[0], f"tradeoff-{device}", f"Direct against buffered reads on {device}",
                     f"The trade-off on {device}")


def draw_others(run: Run, device: str) -> list[Picture]:
    """The same of the other reads."""
    return _pictures(run, main_first(local_points(run, device))[1], f"more-{device}", f"Direct against buffered reads on {device}, continued",
                     f"The trade-off on {device}: more reads")


def _pictures(run: Run, points: list[Point], name: str, title: str, page_title: str) -> list[Picture]:
    pictures = []
    for first in range(0, len(points), COLUMNS_PER_PAGE):
        page = first // COLUMNS_PER_PAGE
        suffix = f"-{page + 1}" if page else ""
        shown = points[first:first + COLUMNS_PER_PAGE]
        figure = panel_page(run, title, shown, MEASURES, [*drawn_arms(run), RAW], _column_title)
        pictures.append(Picture(f"{name}{suffix}", page_title, CAPTION + floor_caption(run), compared(run, on_fscache(shown)), figure))
    return pictures
