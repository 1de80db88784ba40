# SPDX-License-Identifier: GPL-2.0-only
"""One look for all figures, and the machinery that writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Sequence

import matplotlib

matplotlib.use("Agg")
from matplotlib.figure import Figure  # noqa: E402  (the backend must be chosen first)

TEXT_COLOUR = "#222222"
GAP_COLOUR = "#B00020"
PNG_DOTS_PER_INCH = 110
# Around bars and marks whose own colour is close to the paper's.
EDGE_COLOUR = "#444444"
DIM_COLOUR = "#666666"
# Behind words that a line may cross.
LABEL_BOX = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4}

matplotlib.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 9.5, "axes.labelsize": 9,
    "xtick.labelsize": 8, "ytick.labelsize": 8, "legend.fontsize": 9, "hatch.linewidth": 0.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": "#888888",
    "axes.labelcolor": TEXT_COLOUR, "text.color": TEXT_COLOUR, "xtick.color": "#555555", "ytick.color": "#555555",
    "svg.hashsalt": "diobench", "svg.fonttype": "path",
})


@dataclass(frozen=True)
class RunRow:
    """A run that a picture draws."""

    date: str
    run: str
    href: str                               # its page; empty: it has none here
    verdicts: list[tuple[str, str, str]]    # what was judged, by which gate, and the page of that


@dataclass(frozen=True)
class Spot:
    """A place of a picture that leads to a page: shares of its width and height, from the top left."""

    left: float
    top: float
    width: float
    height: float
    href: str


@dataclass(frozen=True)
class Drawn:
    """A picture that was written, as the page needs it."""

    name: str     # of the files, without suffix
    title: str
    caption: str
    finding: str  # what it shows, for those who do not see it
    spots: tuple[Spot, ...] = field(default=(), kw_only=True)


@dataclass(frozen=True)
class Picture(Drawn):
    """A picture to be written."""

    figure: Figure

    def save(self, folder: Path) -> Drawn:
        """Writes NAME.png and NAME.svg."""
        no_date = {"Date": None}  # equal results give equal files
        self.figure.savefig(folder / f"{self.name}.svg", metadata=no_date)
        self.figure.savefig(folder / f"{self.name}.png", dpi=PNG_DOTS_PER_INCH)
        return Drawn(self.name, self.title, self.caption, self.finding, spots=self.spots)


LEFT_INCHES = 0.85      # room for labels at the left of every figure
HEADING_INCHES = 1.25   # room for heading(), with column titles of two lines


def heading(figure: Figure, title: str, note: str, handles: Sequence) -> None:
    """Title, what the clock means, and the legend, at the top of a figure."""
    width, height = figure.get_size_inches()
    left = LEFT_INCHES / width
    figure.text(left, 1 - 0.1 / height, title, ha="left", va="top", fontsize=11, fontweight="bold")
    figure.text(left, 1 - 0.31 / height, note, ha="left", va="top", fontsize=8, color=DIM_COLOUR)
    figure.legend(handles=list(handles), loc="upper left", bbox_to_anchor=(left, 1 - 0.5 / height), frameon=False,
                  ncol=min(len(handles), 9), borderaxespad=0, borderpad=0, handlelength=1.6, columnspacing=1.4)


def number(value: float) -> str:
    """Three significant digits or so, without exponents."""
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 100:
        return f"{value:.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.01 else f"{value:.3f}"


def bytes_name(value: float) -> str:
    """For people: "1.50 MiB"."""
    sign, value = ("-", -value) if value < 0 else ("", value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            break
        value /= 1024
    return f"{sign}{value:.0f} B" if unit == "B" else f"{sign}{value:.2f} {unit}"


def ns_name(ns: float) -> str:
    """For people: "8.10 µs"."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if abs(ns) >= factor:
            return f"{ns / factor:.2f} {unit}"
    return f"{ns:.0f} ns"


def unit_of_time(largest_ns: float) -> tuple[float, str]:
    """What to divide by, and the unit, so that the largest of some times is easy to read."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if largest_ns >= factor:
            return factor, unit
    return 1.0, "ns"


def time_name(ns: float) -> str:
    """For axes: "500 ns", "2 µs", "1 ms"."""
    for factor, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= factor:
            return f"{ns / factor:g} {unit}"
    return f"{ns:g} ns"
