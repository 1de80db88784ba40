# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m reports.clock_table DIR DOCUMENT: puts what DIR/clock.json says between the marks of a document (docs/calibration.md)."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

from reports import beside
from reports.marked import replaced
from reports.stopwatch import COUNTED
from reports.strict import ReportError

BEGIN = "<!-- made by reports/clock_table.py -->\n"
END = "<!-- end -->\n"
NOTHING = "No run is on this page yet.\n"
MOST_APART = 10


def apart(factor: float) -> float:
    """How many times two clocks are apart, whichever has more."""
    return max(factor, 1 / factor)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.3f}"


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def _range(interval: dict[str, Any], scale: float, digits: int) -> str:
    return "not bounded" if interval["high"] is None else f"{scale * interval['low']:.{digits}f} to {scale * interval['high']:.{digits}f}"


def _summary_row(machine: str, one: dict[str, Any]) -> tuple[str, ...]:
    family = one["family"] if one["exact_clock"] == COUNTED else f"{one['family']}, {one['exact_clock']}"
    agree = f"{one['agree']} of {one['judged']} ({_range(one['agree_share'], 100, 0)} %)" if one["judged"] else "none is told from 1"
    factor = "" if one["median_factor"] is None else f"{one['median_factor']:.2f} ({_range(one['median_factor_interval'], 1, 2)})"
    return (machine, family, str(one["ratios"]), agree, factor)


def _exact_number(one: dict[str, Any], clock: str) -> str:
    exact = one["exact"].get(clock)
    return "" if exact is None else _number(exact["ratio"]) + (", opposed" if one["agrees"][clock] is False else "")


def _ratio_row(machine: str, one: dict[str, Any], exact_clocks: list[str]) -> tuple[str, ...]:
    place = ", ".join(part for part in (one["device"], one["io"]) if part)
    real = one["real"]
    bounds = "not bounded" if real["high"] is None else f"{_number(real['low'])} to {_number(real['high'])}"
    return (machine, one["what"], place, one["read"], *(_exact_number(one, clock) for clock in exact_clocks), _number(real["ratio"]), bounds,
            f"{apart(one['factor'][COUNTED]):.2f}")


def _ratio_table(rows: list[tuple[str, dict[str, Any]]], exact_clocks: list[str]) -> str:
    return _table(("clock", "ratio", "where", "read", *exact_clocks, "clock's", "interval", f"{COUNTED}: times apart"),
                  [_ratio_row(*row, exact_clocks) for row in rows])


def markdown(found: dict[str, Any]) -> str:
    """Of a clock.json: what was held, the summaries, the ratios that are opposed and those that are farthest apart."""
    host = found["host"]
    text = (f"{host['cpu']}, {host['cpus']} CPUs; kernels {', '.join(found['kernels'])}; suite {found['suite']}, {found['seeds']} seeds of the exact machine, "
            f"{found['pairs']} pairs of boots by each clock; {found['measured_at'][:10]}.\n\n")
    skipped = [f"{clock['machine']} was skipped ({clock['reason']})" for clock in found["clocks"] if clock["outcome"] == "skipped"]
    text += f"{'; '.join(skipped)}.\n\n" if skipped else ""
    text += _table(("clock", "ratios of", "held", "agree in sign", "median times apart"),
                   [_summary_row(clock["machine"], one) for clock in found["clocks"] for one in clock["summaries"]])
    ratios = [(clock["machine"], one) for clock in found["clocks"] for one in clock["ratios"] if one["status"] == "ok"]
    exact_clocks = [clock["name"] for clock in found["exact_clocks"] if any(one["exact"].get(clock["name"]) is not None for _, one in ratios)]
    opposed = [(machine, one) for machine, one in ratios if any(one["agrees"].get(clock) is False for clock in exact_clocks)]
    by_clock = ", ".join(f"{sum(one['agrees'].get(clock) is False for _, one in opposed)} {clock}" for clock in exact_clocks)
    text += f"\nOpposed, {by_clock}:\n\n" + _ratio_table(opposed, exact_clocks) if opposed else "\nNone is opposed.\n"
    farthest = sorted(ratios, key=lambda one: -abs(math.log(one[1]["factor"][COUNTED])))[:MOST_APART]
    if farthest:
        text += f"\nThe {len(farthest)} that are farthest apart:\n\n" + _ratio_table(farthest, exact_clocks)
    return text


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m reports.clock_table", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="output directory of diobench calibrate --clock")
    parser.add_argument("document", type=Path, metavar="DOCUMENT", help="gets the tables, in place")
    arguments = parser.parse_args()
    try:
        found = beside.clock(arguments.directory)
        if found is None:
            raise ReportError(f"there is no {arguments.directory / 'clock.json'}: name the output directory of diobench calibrate --clock")
        text = replaced(arguments.document.read_text(encoding="utf-8"), BEGIN, END, markdown(found))
        if text is None:
            raise ReportError(f"{arguments.document} has no place for it, between {BEGIN.strip()} and {END.strip()}")
        arguments.document.write_text(text, encoding="utf-8")
    except (ReportError, OSError) as error:
        print(f"clock_table: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
