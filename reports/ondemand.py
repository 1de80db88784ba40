# SPDX-License-Identifier: GPL-2.0-only
"""What a read costs when the blob is not on this machine and the daemon has to fetch it."""

from __future__ import annotations

from reports.arms import drawn_arms
from reports.clock import Basis
from reports.data import Point, Run
from reports.finding import compared, on_fscache
from reports.panels import COLUMNS_PER_PAGE, MEBI, Measure, panel_page, scaled
from reports.style import Picture

MEASURES = (
    Measure("throughput, MiB/s", scaled("throughput_bytes_per_s", MEBI), higher_is_better=True, floor_line=True),
    Measure("requests to the daemon", scaled("ondemand.reads", 1), Basis.COUNT),
    Measure("bytes fetched per byte", scaled("read_amplification", 1), Basis.COUNT),
    Measure("daemon's CPU per read, µs", scaled("cpu_ns_per_op.daemon", 1e3), Basis.CPU, instructions="daemon, 1,000 instr./read"),
)
WORKLOAD = "remote-read"
CAPTION = ("Nothing is in the cache file: each read that misses waits for the on-demand daemon to fetch and write it. "
           "The daemon's source lies in memory; a fetch takes as long as the link that the cell names would take. The floor is of local data: the block device itself.")


def _shown(run: Run, point: Point) -> bool:
    """The reads of the suite's own workload, of any if there is none; "cold or warm" compares links."""
    return point.workload == WORKLOAD or not run.of(WORKLOAD) and point.workload != "cold-or-warm"


def draw(run: Run) -> list[Picture]:
    """One picture for every COLUMNS_PER_PAGE kinds of remote read; none if the suite has none."""
    points = run.points(lambda c: c.point.cache_state == "remote" and c.io in ("direct", "buffered") and _shown(run, c.point))
    pictures = []
    for first in range(0, len(points), COLUMNS_PER_PAGE):
        suffix = f"-{first // COLUMNS_PER_PAGE + 1}" if first else ""
        title = "Remote blobs: the cost of fetching on demand"
        shown = points[first:first + COLUMNS_PER_PAGE]
        figure = panel_page(run, title, shown, MEASURES, drawn_arms(run),
                            lambda p: f"{p.label}\n{p.device}")
        pictures.append(Picture(f"ondemand{suffix}", "On-demand fetching", CAPTION, compared(run, on_fscache(shown)), figure))
    return pictures
