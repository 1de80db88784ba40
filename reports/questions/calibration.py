# SPDX-License-Identifier: GPL-2.0-only
"""Gates of kernels whose answer is known: what `diobench calibrate` found."""

from __future__ import annotations

from textwrap import shorten
from typing import Any, Optional

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from reports.data import Run
from reports.sheet import sheet
from reports.style import DIM_COLOUR, GAP_COLOUR
from reports.trust import differences, false_alarms, percent
from reports.words import capital

ORDER = 165
TITLE = "How small a change would the gate see?"
WORKLOADS = ()
FOUND, MISSED, NOISE = "#0072B2", "#D55E00", "#5A5A5A"
AXES_SHARE = 0.6   # of the width beside the names; the rest is for words
MOST_LETTERS = 62  # of them
# An axis without any change on it.
USUAL_LIMITS = (0.001, 10.0)


def matches(run: Run) -> bool:
    return run.calibration is not None


def _calibration(run: Run) -> dict[str, Any]:
    assert run.calibration is not None
    return run.calibration


def _slowed(run: Run) -> list[dict[str, Any]]:
    """The slowed kernels, those with the smallest changes first, then those from nothing, then the missed."""
    def order(trial: dict[str, Any]) -> tuple:
        change = trial["smallest_found"]["change"]
        return (not trial["found"], change is None, change or 0.0, trial["name"])
    return sorted(_calibration(run)["slow"], key=order)


def _noise(run: Run) -> Optional[dict[str, Any]]:
    """The equal kernels with the largest difference of a time."""
    trials = [t for t in _calibration(run)["same"] if t["cells"] and t["largest_difference"] is not None]
    return max(trials, key=lambda t: t["largest_difference"], default=None)


def figure(run: Run) -> Figure:
    trials, noise = _slowed(run), _noise(run)
    line = 100 * noise["largest_difference"] if noise else 0.0
    drawing, ((axes,),) = sheet(run, TITLE, [], [max(1.2, 0.42 * len(trials))], 1, left_inches=4.9, floor=False, handles=_legend(line))
    for y, trial in enumerate(trials):
        axes.axhspan(y - 0.5, y + 0.5, color="#F6F6F6" if y % 2 == 0 else "white", zorder=0, linewidth=0)
        _trial(axes, y, trial)
    if not trials:
        axes.text(0.5, 0.5, "no slowed kernel was gated", transform=axes.transAxes, ha="center", fontsize=8, fontstyle="italic", color=GAP_COLOUR)
    if line > 0:
        axes.axvline(line, color=NOISE, linestyle=(0, (4, 2)), linewidth=1.2, zorder=1)
    _frame(axes, trials, [*_changes(trials), *([line] if line > 0 else [])])
    return drawing


def _legend(line: float) -> list[Line2D]:
    noise = [Line2D([], [], color=NOISE, linestyle=(0, (4, 2)), label="equal kernels: largest difference of a time")]
    return [Line2D([], [], color=FOUND, marker="o", linestyle="", label="smallest change called a regression"),
            Line2D([], [], color=FOUND, marker="o", markerfacecolor="white", linestyle="", label="largest change not called"),
            Line2D([], [], color=MISSED, marker="X", linestyle="", label="largest change of a kernel that was missed"), *(noise if line > 0 else [])]


def _changes(trials: list[dict[str, Any]]) -> list[float]:
    """All that can be drawn, %."""
    found = [t["smallest_found"]["change"] for t in trials if t["found"]] + [t["largest_missed"] for t in trials]
    return [100 * change for change in found if change]


def _trial(axes: Axes, y: float, trial: dict[str, Any]) -> None:
    """Two dots at most, and in words what a dot cannot say."""
    called, quiet = trial["smallest_found"] if trial["found"] else None, trial["largest_missed"]
    words = [f"{trial['cells_found']} of {trial['cells']} cells"]
    if called is not None:
        words.append(f"{called['metric']} {percent(called['change'])}")
        if called["change"]:
            axes.plot([100 * called["change"]], [y], marker="o", markersize=6, color=FOUND, zorder=4, clip_on=False)
    if quiet:
        axes.plot([100 * quiet], [y], marker="o" if trial["found"] else "X", markersize=6 if trial["found"] else 8,
                  color=FOUND if trial["found"] else MISSED, markerfacecolor="white" if trial["found"] else MISSED, zorder=3, clip_on=False)
    elif quiet is None:
        words.append("not called: from nothing")
    text = shorten(trial["problem"], MOST_LETTERS, placeholder=" …") or "; ".join(words if trial["found"] else ["MISSED", *words])
    axes.text(1.01, y, text, transform=axes.get_yaxis_transform(), ha="left", va="center", fontsize=7.5,
              color=DIM_COLOUR if trial["found"] else GAP_COLOUR)


def _frame(axes: Axes, trials: list[dict[str, Any]], values: list[float]) -> None:
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, box.width * AXES_SHARE, box.height))  # room for the words at the right
    axes.set_ylim(max(len(trials), 1) - 0.5, -0.5)
    axes.set_yticks([])
    for y, trial in enumerate(trials):
        colour = "#222222" if trial["found"] else GAP_COLOUR
        axes.text(-0.012, y - 0.17, trial["name"], transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=8.5, color=colour)
        axes.text(-0.012, y + 0.23, trial["expected"], transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=6.5, color=DIM_COLOUR)
    axes.set_xscale("log")
    low, high = (min(values), max(values)) if values else USUAL_LIMITS
    axes.set_xlim(low / 2, high * 2)
    axes.xaxis.set_major_locator(LogLocator(numticks=9))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.set_xlabel("change, % of the baseline, log", fontsize=8)
    axes.grid(axis="x", color="#E4E4E4", linewidth=0.6, zorder=0.5)
    axes.spines["left"].set_visible(False)


def caption(run: Run) -> str:
    found = _calibration(run)
    seeds = f", {found['seeds']} seeds a gate" if found["seeds"] else ""
    return (f"Kernels that are worse than {found['baseline']} by a known amount, each gated against it (machine {found['machine']}, suite {found['suite']}{seeds}, "
            f"{found['measured_at']}). Only cells and metrics that the slowdown is expected in; the name of a kernel is that of its patch in kernel-patches/mutants.")


def sentence(run: Run) -> str:
    trials, noise = _slowed(run), _noise(run)
    found = [t for t in trials if t["found"]]
    text = f"the gate found {len(found)} of {len(trials)} slowed kernels" if trials else "no slowed kernel was gated"
    sized = [t for t in found if t["smallest_found"]["change"] is not None]
    if sized:
        least = sized[0]["smallest_found"]
        text += f", by changes down to {percent(least['change'])} ({least['metric']}, {sized[0]['name']})"
    quiet = max((t for t in trials if t["largest_missed"]), key=lambda t: t["largest_missed"], default=None)
    if quiet is not None:
        text += f"; the largest change it did not call is {percent(quiet['largest_missed'])} ({quiet['name']})"
    if noise is not None:
        size = noise["largest_difference"]
        text += f"; times of equal kernels differ by {percent(size)} at most" if size else "; times of equal kernels do not differ at all"
    return capital(f"{text}; {false_alarms(_calibration(run))}.")


def notes(run: Run) -> list[str]:
    return [*_calibration(run)["failures"], *(f"Made with something else than this run: {one}." for one in differences(run.calibration, run.document["run"]))]
