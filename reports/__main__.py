# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m reports RESULTS_DIR: writes RESULTS_DIR/plots/* and RESULTS_DIR/report.html."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Callable

from reports import footprint, latency, ondemand, tradeoff
from reports.data import ReportError, Run, load
from reports.page import write_page
from reports.style import Drawn, Picture

MOST_WORKERS = 4


def drawings(run: Run) -> list[Callable[[Run], list[Picture]]]:
    """What draws the pictures of the run, in the order of the page."""
    if not run.cells:
        return []
    per_device = [partial(module.draw, device=device) for module in (tradeoff, latency, footprint) for device in run.devices]
    return [*per_device, ondemand.draw]


def _draw_and_save(draw: Callable[[Run], list[Picture]], run: Run, plots: Path) -> list[Drawn]:
    return [picture.save(plots) for picture in draw(run)]


def save_all(run: Run, plots: Path) -> list[Drawn]:
    """Draws and writes every picture, in as many processes as there are processors: a person is waiting."""
    work = partial(_draw_and_save, run=run, plots=plots)
    workers = min(MOST_WORKERS, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        return [drawn for group in pool.map(work, drawings(run)) for drawn in group]


def write_report(directory: Path) -> Path:
    """Draws and writes everything; the path of the page."""
    run = load(directory / "results.json")
    plots = directory / "plots"
    plots.mkdir(exist_ok=True)
    page = directory / "report.html"
    write_page(run, save_all(run, plots), plots, page)
    return page


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m reports", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="RESULTS_DIR", help="output directory of a finished run")
    try:
        print(write_report(parser.parse_args().directory))
    except (ReportError, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
