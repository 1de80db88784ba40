# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m reports RESULTS_DIR: writes RESULTS_DIR/plots/* and RESULTS_DIR/report.html."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reports import footprint, latency, ondemand, tradeoff
from reports.data import ReportError, Run, load
from reports.page import write_page
from reports.style import Picture


def draw_all(run: Run) -> list[Picture]:
    """Every picture of the run, in the order of the page."""
    pictures: list[Picture] = []
    for module in (tradeoff, latency, footprint):
        for device in run.devices:
            pictures += module.draw(run, device)
    return pictures + ondemand.draw(run)


def write_report(directory: Path) -> Path:
    """Draws and writes everything; the path of the page."""
    run = load(directory / "results.json")
    plots = directory / "plots"
    plots.mkdir(exist_ok=True)
    pictures = draw_all(run)
    for picture in pictures:
        picture.save(plots)
    page = directory / "report.html"
    write_page(run, pictures, plots, page)
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
