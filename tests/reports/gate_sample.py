# SPDX-License-Identifier: GPL-2.0-only
"""Small documents of gate.json's schema for tests."""

from __future__ import annotations

import math
import statistics
from typing import Any, Collection, Optional


def wall(log_ratio: float, half_width: float, verdict: str = "pass") -> dict[str, Any]:
    """What pairs of boots say: ln of the ratio, the interval around it."""
    return {"verdict": verdict, "log_ratio": log_ratio, "low": log_ratio - half_width, "high": log_ratio + half_width, "confidence": 0.95, "p": 1.0,
            "adjusted_p": 1.0, "narrow": True}


def metric(name: str = "latency_ns.mean", differences: tuple[float, ...] = (0.0, 0.0), *, baseline: float = 1000.0, verdict: str = "pass", unit: str = "ns",
           floor: float = 0.001, margin: float = 0.0, better: bool = False, reason: str = "", accepted: str = "", floor_of: Optional[str] = None,
           by_wall: Optional[dict[str, Any]] = None, confirmation: Optional[dict[str, Any]] = None) -> dict[str, Any]:
    """A metric of which less is better; `differences` are how much worse, in the unit, one a pair."""
    known = bool(differences)
    worse_by = statistics.median(differences) if known else None
    ratio = None if worse_by is None or (worse_by and not baseline) else worse_by / baseline if worse_by else 0.0
    return {"metric": name, "unit": unit, "verdict": verdict, "better": better, "baseline": baseline if known else None,
            "candidate": baseline + worse_by if worse_by is not None else None, "worse_by": worse_by, "worse_by_ratio": ratio,
            "spread": max(differences) - min(differences) if known else None, "differences": list(differences), "floor_ratio": floor, "margin": margin,
            "floor_of": floor_of, "part": 1.0,
            "policy_line": 6, "wall": by_wall, "confirmation": confirmation, "reason": reason, "accepted": accepted}


def cell(name: str, *metrics: dict[str, Any], verdict: Optional[str] = None, reason: str = "", accepted: str = "", note: str = "",
         functions: Optional[dict[str, tuple[float, float]]] = None, patched: Collection[str] = ()) -> dict[str, Any]:
    """A cell with the verdict of its gravest metric; `functions`: name -> instructions a read before and after."""
    order = ("pass", "inconclusive", "regression", "invalid")
    worst = max((m["verdict"] for m in metrics), key=order.index, default="pass")
    return {"cell": name, "verdict": verdict or worst, "reason": reason, "accepted": accepted, "note": note, "metrics": list(metrics),
            "attribution": None if functions is None else attribution(functions, patched)}


def attribution(functions: dict[str, tuple[float, float]], patched: Collection[str] = ()) -> list[dict[str, Any]]:
    """With the shares of the whole difference, the largest first; `patched`: what the patches touch."""
    whole = math.fsum(after - before for before, after in functions.values())
    found = [{"function": name, "baseline_instructions_per_op": before, "candidate_instructions_per_op": after,
              "share": (after - before) / whole if whole else 0.0, "in_patches": name in patched} for name, (before, after) in functions.items()]
    return sorted(found, key=lambda f: -abs(f["candidate_instructions_per_op"] - f["baseline_instructions_per_op"]))


def gate(*cells: dict[str, Any], verdict: str = "pass", machine: str = "exact", **others: Any) -> dict[str, Any]:
    """A whole gate.json."""
    return {"schema_version": 1, "verdict": verdict, "exit_code": {"pass": 0, "regression": 1, "inconclusive": 3, "invalid": 4}[verdict],
            "baseline": "dio", "candidate": "my-series", "machine": machine, "suite": "quick", "started_at": "2026-11-23T05:39:44Z", "elapsed_s": 567.9,
            "policy": "/some/where/gate.toml", "seeds": [1, 2], "runs": ["the-run"], "confirm_pairs": 0, "disturbed_boots": 0,
            "self_tests": [{"name": "a known number of extra instructions", "outcome": "pass", "detail": "1000 added a read, exactly 1000 seen"}],
            "problems": [], "notes": [], "cells_that_do_not_gate": 0, "cells": list(cells), **others}
