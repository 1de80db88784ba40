# SPDX-License-Identifier: GPL-2.0-only
"""How far the gate can be trusted: one sentence for the front of the report, from calibration.json."""

from __future__ import annotations

import math
from typing import Any, Optional

from reports.data import Run
from reports.words import joined

# What people ask about first: the metric that stands for it, and the beginning of the names that may stand in.
MAIN = (("latency", "latency_ns.mean", "latency_ns."), ("page cache", "page_cache_bytes.erofs_file.after", "page_cache_bytes."),
        ("fetches", "ondemand.reads", "ondemand."))
# Another one of these executes other instructions.
DECISIVE_TOOLS = ("guest", "qemu")
MOST_FAILURES = 3


def percent(share: Optional[float]) -> str:
    """Two significant digits or more, without exponents: "0.021 %", "3.4 %", "150 %"; None is from nothing to something."""
    if share is None:
        return "from nothing"
    value = abs(100 * share)
    digits = 0 if value == 0 or value >= 100 else max(0, 1 - math.floor(math.log10(value)))
    return f"{value:.{digits}f} %"


def _smallest(found: list[dict[str, Any]], metric: str, prefix: str) -> Optional[dict[str, Any]]:
    """Of the metric itself, else of those that may stand in."""
    for candidates in ([f for f in found if f["metric"] == metric], [f for f in found if f["metric"].startswith(prefix)]):
        if candidates:
            return min(candidates, key=lambda f: math.inf if f["change"] is None else f["change"])
    return None


def _changes(calibration: dict[str, Any]) -> str:
    found, missing = [], []
    for name, metric, prefix in MAIN:
        one = _smallest(calibration["smallest_found"], metric, prefix)
        if one is None:
            missing.append(name)
        else:
            found.append(f"{one['metric']} {percent(one['change'])}")
    words = [f"smallest changes found: {', '.join(found)}"] if found else []
    return "; ".join([*words, *([f"none of {joined(missing)} was found"] if missing else [])])


def false_alarms(calibration: dict[str, Any]) -> str:
    """"0 false alarms in a thousand cells (0 in 1,012 of equal kernels)"."""
    rate = calibration["false_alarms_per_thousand_cells"]
    cells, alarms = (sum(trial[name] for trial in calibration["same"]) for name in ("cells", "false_alarms"))
    if rate is None:
        return "how many false alarms it gives is not known (no cell of equal kernels was judged)"
    return f"{rate:.3g} false alarms in a thousand cells ({alarms} in {cells:,} of equal kernels)"


def sentence(run: Run) -> str:
    """What follows "How far the gate can be trusted:"."""
    return sentence_of(run.calibration, run.document["run"]["machine"])


def sentence_of(found: Optional[dict[str, Any]], machine: str) -> str:
    """The same of a calibration, or of none, for this machine."""
    if found is None:
        return f"not known. `diobench calibrate` was not run on this host for machine {machine}."
    return f"{false_alarms(found)}; {_changes(found)} (machine {found['machine']}, measured {found['measured_at'][:10]})."


def differences(found: Optional[dict[str, Any]], document: dict[str, Any]) -> list[str]:
    """What calibration was made with that this run ("run" of its results.json) was not, so that it says little about this run."""
    if found is None:
        return []
    machine = [f"machine {found['machine']}, not {document['machine']}"] if found["machine"] != document["machine"] else []
    sides = [(name, found["tool"].get(name), document["tool"].get(name)) for name in DECISIVE_TOOLS]
    return machine + [f"{name} {old or 'not known'}, here {new or 'not known'}" for name, old, new in sides if old != new or not old]


def warning(run: Run) -> str:
    """The line in red; empty if there is nothing to warn of."""
    return warning_of(run.calibration, run.document["run"])


def warning_of(found: Optional[dict[str, Any]], document: dict[str, Any]) -> str:
    """The same of a calibration, or of none, and "run" of a results.json."""
    failures = found["failures"] if found else []
    shown = failures[:MOST_FAILURES]
    more = [f"and {len(failures) - len(shown)} more"] if len(failures) > len(shown) else []
    parts = [f"Calibration failed: {'; '.join([*shown, *more])}."] if failures else []
    other = differences(found, document)
    if other:
        parts.append(f"Calibration was made with something else ({'; '.join(other)}): run `diobench calibrate` again.")
    return " ".join(parts)
