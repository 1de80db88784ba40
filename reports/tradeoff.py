# SPDX-License-Identifier: GPL-2.0-only
"""What direct reads buy and cost, for each block size and queue depth: speed, tail, CPU and page cache on one page."""

from __future__ import annotations

from reports.arms import arms_of
from reports.data import Point, Run
from reports.panels import COLUMNS_PER_PAGE, MEBI, Measure, growth_mib, panel_page, scaled
from reports.style import Picture

MEASURES = (
    Measure("throughput\nMiB/s  (higher is better)", scaled("throughput_bytes_per_s", MEBI), raw_line=True),
    Measure("p99 latency\nµs  (lower is better)", scaled("latency_ns.p99", 1e3), raw_line=True),
    Measure("CPU per read\nµs  (lower is better)", scaled("cpu_ns_per_op.total", 1e3), raw_line=True),
    Measure("page cache growth\nMiB  (lower is better)", growth_mib),
)
CAPTION = ("Blobs are in the cache file, the page cache is cold. Every panel starts at 0 and has its own scale. "
           "\u201cbuffered\u201d is the same read without O_DIRECT; a word in place of a bar says why there is no number.")


def local_points(run: Run, device: str) -> list[Point]:
    """The reads from the local cache on a device: of flat images, or of what there is."""
    points = run.points(lambda c: c.point.device == device and c.point.cache_state == "local"
                        and c.io in ("direct", "buffered"))
    flat = [p for p in points if p.layout == "flat"]
    return flat or points


def _column_title(point: Point) -> str:
    pattern, size, *rest = point.label.split(" ")
    return f"{pattern} {size}\n{' '.join(rest)}"


def draw(run: Run, device: str) -> list[Picture]:
    """One picture for every COLUMNS_PER_PAGE kinds of read on the device."""
    points = local_points(run, device)
    pictures = []
    for first in range(0, len(points), COLUMNS_PER_PAGE):
        page = first // COLUMNS_PER_PAGE
        suffix = f"-{page + 1}" if page else ""
        title = f"Direct against buffered reads on {device}"
        figure = panel_page(run, title, points[first:first + COLUMNS_PER_PAGE], MEASURES, arms_of(run), _column_title)
        pictures.append(Picture(f"tradeoff-{device}{suffix}", f"The trade-off on {device}", CAPTION, figure))
    return pictures
