# SPDX-License-Identifier: GPL-2.0-only
"""Whether the floor holds (as bench/results/compare/floor.cc asks): no read with O_DIRECT may take less than the block device itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from reports.clock import Clock
from reports.data import FLOOR_BACKEND, Cell, Floor, Run
from reports.style import bytes_name

MOST_CELLS = 3


@dataclass(frozen=True)
class Below:
    """A cell that is better than its floor."""

    cell: Cell
    by: float      # share of the floor's number
    text: str      # both numbers


def is_bound(cell: Cell) -> bool:
    """Whether a read is one that the floor binds: seen to be direct, all of it from the device, and nothing of it left in a page cache
    below (a loop device's image file is read ahead of)."""
    if cell.status != "ok" or cell.io != "direct" or cell.observed_io != "direct" or cell.backend in (FLOOR_BACKEND, "null"):
        return False
    wanted, from_device, grown = cell.metric("bytes"), cell.metric("device.read_bytes"), cell.page_cache_growth_bytes
    if wanted is None:
        return False
    return (from_device is None or from_device >= wanted) and (grown is None or grown < wanted / 2)


def exact_floor(run: Run, cell: Cell) -> Optional[Floor]:
    """The floor of the same kernel by the same engine and of as many reads; none if there is only a similar one."""
    floor = run.floor(cell.point, cell.kernel)
    if floor is None or floor.stand_in or floor.gap or floor.cells[0].kernel != cell.kernel or floor.cells[0].metric("ops") != cell.metric("ops"):
        return None
    return floor


def _faster(clock: Clock, cell: Cell, floor: Floor) -> Optional[Below]:
    own, least = cell.metric("throughput_bytes_per_s"), floor.value(lambda c: c.metric("throughput_bytes_per_s"), True)
    if own is None or not least or own <= least * (1 + clock.wrong_floor_from):
        return None
    return Below(cell, own / least - 1, f"{bytes_name(own)}/s, the floor {bytes_name(least)}/s")


def _cheaper(clock: Clock, cell: Cell, floor: Floor) -> Optional[Below]:
    own, least = cell.metric("cpu_ns_per_op.total"), floor.value(lambda c: c.metric("cpu_ns_per_op.total"), False)
    if own is None or not least or own >= least * (1 - clock.wrong_floor_from):
        return None
    return Below(cell, 1 - own / least, f"{clock.cpu_text(own)}, the floor {clock.cpu_text(least)}")


def wrong_floors(run: Run) -> list[str]:
    """A sentence for each kernel and each thing that it does better than possible, with the cells; none if the floor holds."""
    found: dict[tuple[str, str], list[Below]] = {}
    for cell in run.cells:
        floor = exact_floor(run, cell) if is_bound(cell) else None
        if floor is None:
            continue
        for words, below in ((run.clock.cpu_need[0], _cheaper(run.clock, cell, floor)), (f"is {run.clock.faster}", _faster(run.clock, cell, floor))):
            if below is not None:
                found.setdefault((cell.kernel, words), []).append(below)
    return [_sentence(kernel, words, sorted(cells, key=lambda b: -b.by)) for (kernel, words), cells in found.items()]


def _sentence(kernel: str, words: str, cells: list[Below]) -> str:
    more = f" and {len(cells) - MOST_CELLS} more" if len(cells) > MOST_CELLS else ""
    named = "; ".join(f"{b.cell.cell} by {b.by:.1%} ({b.text})" for b in cells[:MOST_CELLS])
    return f"The floor is wrong: {kernel} {words} than the block device itself in {len(cells)} cell{'s' if len(cells) > 1 else ''}: {named}{more}"
