# SPDX-License-Identifier: GPL-2.0-only
"""Files that may lie beside results.json, read strictly: what a file lacks is an error that names it.

overhead.json (bench/host/overhead/overhead.h): what measuring costs;
calibration.json (bench/verdict/calibrate/calibration.h): what the gate can be trusted with;
history.json (bench/results/history/run_history.h): the numbers that gate, over the runs before this one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from reports.strict import ReportError, problem, read_json

WRITER = {"overhead.json": "diobench overhead", "calibration.json": "diobench calibrate", "history.json": "diobench report"}
NUMBER = (int, float)
NONE = type(None)
VERDICTS = ("", "pass", "regression", "inconclusive", "invalid")
DIRECTIONS = ("lower", "higher", "neutral")

# What each file has at least (the shapes of reports/strict.py).
OVERHEAD = {"measured_at": str, "fio_version": str, "host_kernel": str, "instructions_per_read": [dict], "reads_per_s": [dict],
            "missed_aims": list}
CALIBRATION = {
    "schema_version": int, "measured_at": str, "machine": str, "suite": str, "baseline": str, "seeds": int, "tool": dict,
    "elapsed_s": NUMBER, "false_alarms_per_thousand_cells": (*NUMBER, NONE),
    "smallest_found": [{"metric": str, "change": (*NUMBER, NONE), "by": str}],
    "same": [{"candidate": str, "gates": int, "cells": int, "metrics": int, "false_alarms": int, "undecided": int,
              "largest_difference": (*NUMBER, NONE), "largest_where": str}],
    "slow": [{"name": str, "purpose": str, "expected": str, "verdict": str, "found": bool, "attributed": bool, "function": str, "cells": int,
              "cells_found": int, "smallest_found": {"metric": str, "cell": str, "change": (*NUMBER, NONE)},
              "largest_missed": (*NUMBER, NONE), "problem": str}],
    "failures": [str]}
RATIO = {"low": NUMBER, "median": NUMBER, "high": NUMBER}
HISTORY = {
    "schema_version": int, "suite": str, "machine": str,
    "metrics": [{"metric": str, "unit": str, "direction": DIRECTIONS,
                 "arms": [{"kernel": str,
                           "points": [{"run": str, "started_at": str, "verdict": VERDICTS, "cells": int, "changed": int,
                                       "ratio": (NONE, RATIO)}]}]}]}
SCHEMA_VERSIONS = {"calibration.json": 1, "history.json": 1}


def overhead(folder: Path) -> Optional[dict[str, Any]]:
    """overhead.json of the folder; None if there is none."""
    return _read(folder / "overhead.json", OVERHEAD)


def calibration(folder: Path) -> Optional[dict[str, Any]]:
    """calibration.json of the folder; None if there is none. A change of null is infinite: from nothing to something."""
    return _read(folder / "calibration.json", CALIBRATION)


def history(folder: Path) -> Optional[dict[str, Any]]:
    """history.json of the folder; None if there is none."""
    return _read(folder / "history.json", HISTORY)


def _read(path: Path, shape: dict[str, Any]) -> Optional[dict[str, Any]]:
    if not path.exists():
        return None
    found = read_json(path)
    known = SCHEMA_VERSIONS.get(path.name)
    version = found.get("schema_version") if isinstance(found, dict) else None
    wrong = f"schema_version {version!r}, not {known}" if known and version not in (None, known) else problem(found, shape)
    if wrong:
        raise ReportError(f"{path} has {wrong}: remove it, or let {WRITER[path.name]} of this version write it")
    return found
