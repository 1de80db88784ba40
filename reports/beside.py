# SPDX-License-Identifier: GPL-2.0-only
"""Files that may lie beside results.json, read strictly: what a file lacks is an error that names it.

overhead.json (bench/host/overhead/overhead.h): what measuring costs;
calibration.json (bench/verdict/calibrate/calibration.h): what the gate can be trusted with;
clock.json (bench/verdict/calibrate/clock_report.h): what real clocks of this host say of the exact machine;
answer.json (bench/results/compare/answer.h): the answer: recommendation, classes of reads, sentences;
history.json (bench/results/history/run_history.h): the numbers that gate, over the runs before this one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from reports.strict import ReportError, problem, read_json

WRITER = {"overhead.json": "diobench overhead", "calibration.json": "diobench calibrate", "clock.json": "diobench calibrate --clock",
          "history.json": "diobench report", "answer.json": "diobench report"}
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
BOUNDS = {"low": (*NUMBER, NONE), "high": (*NUMBER, NONE)}
SIDE = {"kernel": str, "cell": str}
ESTIMATE = (NONE, {"ratio": NUMBER, **BOUNDS, "boots": int})
CLOCK = {
    "schema_version": int, "measured_at": str, "machine": str, "suite": str, "filter": str, "kernels": [str], "seeds": int, "pairs": int,
    "confidence": NUMBER, "elapsed_s": NUMBER, "host": {"cpu": str, "cpus": int}, "tool": dict, "exact_clocks": [{"name": str, "metric": str}],
    "real_metric": str,
    "clocks": [{"machine": str, "outcome": ("measured", "skipped", "too-busy", "failed"), "reason": str, "exact_device": str, "boots": int, "disturbed": int,
                "summaries": [{"exact_clock": str, "family": str, "ratios": int, "judged": int, "agree": int, "agree_share": BOUNDS,
                               "median_factor": (*NUMBER, NONE), "median_factor_interval": BOUNDS}],
                "ratios": [{"family": str, "what": str, "device": str, "io": str, "read": str, "numerator": SIDE, "denominator": SIDE,
                            "status": ("ok", "unsupported", "missing"), "reason": str, "real": ESTIMATE, "judged": bool,
                            "exact": {"counted": ESTIMATE}, "agrees": {"counted": (bool, NONE)}, "factor": {"counted": (*NUMBER, NONE)}}]}],
    "failures": [str]}
RATIO = {"low": NUMBER, "median": NUMBER, "high": NUMBER}
HISTORY = {
    "schema_version": int, "suite": str, "machine": str,
    "metrics": [{"metric": str, "unit": str, "direction": DIRECTIONS,
                 "arms": [{"kernel": str,
                           "points": [{"run": str, "started_at": str, "verdict": VERDICTS, "cells": int, "changed": int,
                                       "ratio": (NONE, RATIO)}]}]}]}
CLASS_ROW = {"id": str, "title": str, "meaning": str, "direct": bool, "measure": str, "kind": str, "reads": int, "figures": dict}
ANSWER = {"schema_version": int, "run": str, "mainline": [{"date": str, "version": str, "text": str, "source": str}],
          "recommendation": [{"text": str, "rows": [str]}], "worst": [str], "sentences": [str],
          "classes": {"reference": str, "kernels": [str], "candidate": str, "work": [CLASS_ROW], "time": [CLASS_ROW]},
          "reads": [{"id": str, "title": str, "meaning": str, "reads": int}], "next": str}
SCHEMA_VERSIONS = {"answer.json": 2, "calibration.json": 1, "clock.json": 1, "history.json": 1}


def answer(folder: Path) -> Optional[dict[str, Any]]:
    """answer.json of the folder; None if there is none."""
    return _read(folder / "answer.json", ANSWER)


def overhead(folder: Path) -> Optional[dict[str, Any]]:
    """overhead.json of the folder; None if there is none."""
    return _read(folder / "overhead.json", OVERHEAD)


def calibration(folder: Path) -> Optional[dict[str, Any]]:
    """calibration.json of the folder; None if there is none. A change of null is infinite: from nothing to something."""
    return _read(folder / "calibration.json", CALIBRATION)


def clock(folder: Path) -> Optional[dict[str, Any]]:
    """clock.json of the folder; None if there is none."""
    return _read(folder / "clock.json", CLOCK)


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
