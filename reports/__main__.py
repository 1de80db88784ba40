# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m reports RESULTS_DIR: writes RESULTS_DIR/plots/* and RESULTS_DIR/report.html."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from reports.contents import Page, Task, contents
from reports.data import ReportError, load
from reports.page import write_page
from reports.style import Drawn

MOST_WORKERS = 4

# What workers draw; they are forked, so nothing large is sent to them.
_tasks: list[Task] = []


def _draw_and_save(index: int, plots: str) -> list[Drawn]:
    return [picture.save(Path(plots)) for picture in _tasks[index]()]


def save_all(pages: list[Page], plots: Path) -> dict[str, list[Drawn]]:
    """Draws and writes every picture, in as many processes as there are processors: a person is waiting. By page."""
    _tasks[:] = [task for page in pages for task in page.tasks]
    workers = min(MOST_WORKERS, os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        groups = list(pool.map(_draw_and_save, range(len(_tasks)), [str(plots)] * len(_tasks)))
    drawn: dict[str, list[Drawn]] = {}
    for page in pages:
        drawn[page.anchor] = [picture for group in groups[:len(page.tasks)] for picture in group]
        del groups[:len(page.tasks)]
    return drawn


def write_report(directory: Path) -> Path:
    """Draws and writes everything; the path of the page."""
    run = load(directory / "results.json")
    plots = directory / "plots"
    plots.mkdir(exist_ok=True)
    page = directory / "report.html"
    pages = contents(run)
    write_page(run, pages, save_all(pages, plots), plots, page)
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
