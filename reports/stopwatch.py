# SPDX-License-Identifier: GPL-2.0-only
"""Does a stopwatch say the same? One line for the front of the report, from clock.json (as `diobench run` words it)."""

from __future__ import annotations

from typing import Any, Optional

from reports.data import Run
from reports.trust import differences

NONE = "No stopwatch has been held against these numbers: diobench calibrate --clock"
COUNTED, ALL = "counted", "all"


def is_needed(run: Run) -> bool:
    """Times of a real clock are a stopwatch's themselves."""
    return bool(run.document["run"]["clock"]["kind"] == "virtual")


def summaries(found: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """(machine, its summary of all ratios against what is counted) of each clock that has any."""
    return [(clock["machine"], one) for clock in found["clocks"] for one in clock["summaries"]
            if one["exact_clock"] == COUNTED and one["family"] == ALL and one["ratios"] > 0]


def _range(interval: dict[str, Any], scale: float, digits: int) -> str:
    return f"{scale * interval['low']:.{digits}f} to {scale * interval['high']:.{digits}f}"


def words(machine: str, summary: dict[str, Any], confidence: float) -> str:
    """"(uml) names the same side as faster in 30 of 32 comparisons (95 %: 79 to 99 %), ratios apart by a factor of 1.38 in the median (1.21 to 1.52)"."""
    if summary["judged"] == 0:
        text = f"({machine}) finds no side faster in {summary['ratios']} comparisons"
    else:
        text = (f"({machine}) names the same side as faster in {summary['agree']} of {summary['judged']} comparisons "
                f"({100 * confidence:g} %: {_range(summary['agree_share'], 100, 0)} %)")
    if summary["median_factor"] is None:
        return text
    interval = summary["median_factor_interval"]
    bounds = "" if interval["high"] is None else f" ({_range(interval, 1, 2)})"
    return f"{text}, ratios apart by a factor of {summary['median_factor']:.2f} in the median{bounds}"


def sentence_of(found: Optional[dict[str, Any]]) -> str:
    """Of a clock.json, or of none."""
    held = summaries(found) if found else []
    if not found or not held:
        return NONE
    return "A stopwatch on this host " + "; one ".join(words(machine, one, found["confidence"]) for machine, one in held) + f", {found['measured_at'][:10]}."


def sentence(run: Run) -> str:
    """The line; empty for a run that needs none."""
    return sentence_of(run.stopwatch) if is_needed(run) else ""


def warning(run: Run) -> str:
    """The line in red; empty if there is nothing to warn of."""
    if not is_needed(run) or run.stopwatch is None:
        return ""
    found, document = run.stopwatch, run.document["run"]
    parts = [f"Holding a stopwatch against it left gaps: {'; '.join(found['failures'])}."] if found["failures"] else []
    other = differences(found, document)
    if found["host"]["cpu"] != document["host"]["cpu"]:
        other.append(f"processor {found['host']['cpu']}, here {document['host']['cpu']}")
    if other:
        parts.append(f"The stopwatch was held against something else ({'; '.join(other)}): run `diobench calibrate --clock` again.")
    return " ".join(parts)
