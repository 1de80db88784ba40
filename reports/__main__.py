# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m reports DIR: writes DIR/plots/* and DIR/report.html, of a run (results.json) or else of a gate (gate.json)."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from reports.contents import Page, Task, contents
from reports.data import ReportError, load
from reports.gate.data import FILE_NAME as GATE_FILE_NAME
from reports.gate.data import load as load_gate
from reports.gate.page import write_gate_page
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


def _is_gate(directory: Path) -> bool:
    return (directory / GATE_FILE_NAME).exists() and not (directory / "results.json").exists()


def _write_run(directory: Path, plots: Path, page: Path) -> None:
    run = load(directory / "results.json")
    plots.mkdir(exist_ok=True)
    pages = contents(run)
    write_page(run, pages, save_all(pages, plots), plots, page)


def _write_gate(directory: Path, plots: Path, page: Path) -> None:
    gate = load_gate(directory / GATE_FILE_NAME)
    plots.mkdir(exist_ok=True)
    write_gate_page(gate, plots, page)


def write_report(directory: Path) -> Path:
    """Draws and writes everything; the path of the page."""
    page = directory / "report.html"
    write = _write_gate if _is_gate(directory) else _write_run
    write(directory, directory / "plots", page)
    return page


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m reports", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="output directory of a finished run or gate")
    try:
        print(write_report(parser.parse_args().directory))
    except (ReportError, OSError) as error:
        print(f"report: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
