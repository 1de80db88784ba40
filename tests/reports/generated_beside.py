# SPDX-License-Identifier: GPL-2.0-only
"""What may lie beside a results.json, GENERATED: nothing in it was measured. For tests, and to look at the pages."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from typing import Any, Optional, Sequence

METRICS = (("latency_ns.mean", "ns"), ("latency_ns.p99", "ns"), ("cpu_ns_per_op.total", "ns"), ("page_cache_bytes.erofs_file.after", "bytes"),
           ("ondemand.reads", "ops"), ("errors", "count"))
TOOL = {"guest": "GENERATED", "qemu": "GENERATED"}


def equal(candidate: str, cells: int = 506, false_alarms: int = 0, largest: float = 0.0004) -> dict[str, Any]:
    """Gates of a kernel that is not worse."""
    return {"candidate": candidate, "gates": 2, "cells": cells, "metrics": 6 * cells, "false_alarms": false_alarms, "undecided": 1,
            "largest_difference": largest, "largest_where": "latency_ns.p99 of some cell"}


def slowed(name: str, metric: str = "latency_ns.mean", change: Optional[float] = 0.01, missed: Optional[float] = 0.0, *, found: bool = True, problem: str = "") -> dict[str, Any]:
    """A gate of a kernel that is slower."""
    return {"name": name, "purpose": "GENERATED", "expected": "about 27 instructions a read in */fscache/*/local/direct/*", "verdict": "regression" if found else "pass",
            "found": found, "attributed": found, "function": "a_function" if found else "", "cells": 12, "cells_found": 12 if found else 0,
            "smallest_found": {"metric": metric if found else "", "cell": "a cell" if found else "", "change": change if found else 0.0},
            "largest_missed": missed, "problem": problem}


def calibration(same: Sequence[dict[str, Any]], slow: Sequence[dict[str, Any]], failures: Sequence[str] = (), machine: str = "none") -> dict[str, Any]:
    """A calibration.json; what is computed from the trials is computed as bench/verdict/calibrate does."""
    cells, alarms = (sum(t[name] for t in same) for name in ("cells", "false_alarms"))
    smallest: dict[str, dict[str, Any]] = {}
    for trial in (t for t in slow if t["found"]):
        one = {**trial["smallest_found"], "by": trial["name"]}
        before = smallest.get(one["metric"])
        if before is None or (one["change"] is not None and (before["change"] is None or one["change"] < before["change"])):
            smallest[one["metric"]] = {k: one[k] for k in ("metric", "change", "by")}
    return {"schema_version": 1, "measured_at": "2026-11-23T04:00:00Z", "machine": machine, "suite": "generated", "baseline": "dio", "seeds": 3, "tool": dict(TOOL),
            "elapsed_s": 3600.0, "false_alarms_per_thousand_cells": 1000 * alarms / cells if cells else None,
            "smallest_found": [smallest[m] for m in sorted(smallest)], "same": list(same), "slow": list(slow), "failures": list(failures)}


def whole_calibration() -> dict[str, Any]:
    """Every kind of answer once."""
    slow = [slowed("slow-instructions-5", "cpu_ns_per_op.total", 0.00021, 0.00094), slowed("slow-instructions-27", change=0.0013, missed=0.0009),
            slowed("slow-instructions-267", change=0.011), slowed("slow-delay-20us", change=3.2), slowed("slow-fetch", "ondemand.reads", 0.25),
            slowed("slow-footprint", "page_cache_bytes.erofs_file.after", None), slowed("slow-lock", found=False, missed=0.0006),
            slowed("slow-tail", found=False, problem="no cell of the suite matches */fscache/*/local/direct/*")]
    return calibration([equal("dio"), equal("same-layout", largest=0.00071)], slow,
                       ["slow-lock was not found (about 20 instructions a read)", "slow-tail: no cell of the suite matches"])


def held(exact: float, real: Optional[float], half_width: float = 0.05, *, what: str = "dio / fallback", family: str = "arm / arm", read: str = "rand 4k qd1 pread") -> dict[str, Any]:
    """A ratio by both clocks; without the real one's it is missing."""
    def estimate(ratio: float, half: float, boots: int) -> dict[str, Any]:
        return {"ratio": ratio, "low": ratio - half, "high": ratio + half, "boots": boots}
    judged = real is not None and abs(real - 1) > half_width
    side = {"kernel": "GENERATED", "cell": "a cell"}
    return {"family": family, "what": what, "device": "ram", "io": "direct", "read": read, "numerator": side, "denominator": side,
            "status": "missing" if real is None else "ok", "reason": "real: the machine died" if real is None else "",
            "real": None if real is None else estimate(real, half_width, 8), "judged": judged, "exact": {"counted": estimate(exact, 0, 3), "modelled": None},
            "agrees": {"counted": (real > 1) == (exact > 1) if judged and real is not None else None, "modelled": None},
            "factor": {"counted": None if real is None else real / exact, "modelled": None}}


def clock(ratios: Sequence[dict[str, Any]], failures: Sequence[str] = (), machine: str = "uml") -> dict[str, Any]:
    """A clock.json of one real clock and one that is skipped; what is computed from the ratios is, but for its intervals."""
    fine = [one for one in ratios if one["status"] == "ok"]
    def summary(family: str) -> dict[str, Any]:
        own = [one for one in fine if family in ("all", one["family"])]
        judged = [one for one in own if one["judged"]]
        factors = sorted(max(one["factor"]["counted"], 1 / one["factor"]["counted"]) for one in own)
        middle = factors[len(factors) // 2] if factors else None
        return {"exact_clock": "counted", "family": family, "ratios": len(own), "judged": len(judged), "agree": sum(one["agrees"]["counted"] for one in judged),
                "agree_share": {"low": 0.25, "high": 0.875}, "median_factor": middle,
                "median_factor_interval": {"low": 1.0, "high": 9.0} if len(own) > 5 else {"low": None, "high": None}}
    families = list(dict.fromkeys(one["family"] for one in fine))
    return {"schema_version": 1, "measured_at": "2026-11-24T04:00:00Z", "machine": "exact", "suite": "headline", "filter": "*", "kernels": ["fallback", "dio"], "seeds": 3,
            "pairs": 8, "confidence": 0.95, "elapsed_s": 900.0, "host": {"cpu": "a processor", "cpus": 2, "memory_bytes": 1, "kernel": "GENERATED", "os": "GENERATED"},
            "tool": dict(TOOL), "exact_clocks": [{"name": "counted", "metric": "latency_ns.mean"}, {"name": "modelled", "metric": "modelled_ns"}],
            "real_metric": "latency_ns.mean",
            "clocks": [{"machine": machine, "outcome": "measured", "reason": "", "exact_device": "", "boots": 16, "disturbed": 0,
                        "summaries": [summary(family) for family in ("all", *families)], "ratios": list(ratios)},
                       {"machine": "kvm", "outcome": "skipped", "reason": "no /dev/kvm", "exact_device": "", "boots": 0, "disturbed": 0, "summaries": [], "ratios": []}],
            "failures": list(failures)}


def whole_clock() -> dict[str, Any]:
    """Every kind of answer once."""
    return clock([held(0.5, 0.8), held(1.2, 0.9), held(0.9, 0.99), held(2.0, 3.0, what="direct / buffered, dio", family="direct / buffered"), held(0.7, None)],
                 ["uml: 1 ratio is without a number: real: the machine died"])


def points(ratios: Sequence[Optional[tuple[float, float, float]]], verdicts: Sequence[str] = (), changed: Sequence[int] = (), first: str = "2026-11-01") -> list[dict[str, Any]]:
    """A point a day; a ratio is (low, median, high)."""
    begin = datetime.fromisoformat(first).replace(tzinfo=timezone.utc)
    return [{"run": f"GENERATED-{i}", "started_at": (begin + timedelta(days=i)).strftime("%Y-%m-%dT01:00:00Z"), "verdict": verdicts[i] if i < len(verdicts) else "",
             "gate": f"gate/{i}" if i < len(verdicts) and verdicts[i] else "",
             "cells": 60, "changed": changed[i] if i < len(changed) else 0,
             "ratio": None if one is None else dict(zip(("low", "median", "high"), one))} for i, one in enumerate(ratios)]


def history(metrics: Sequence[tuple[str, str, dict[str, list[dict[str, Any]]]]]) -> dict[str, Any]:
    """A history.json of (metric, direction, {kernel: points})."""
    return {"schema_version": 1, "suite": "generated", "machine": "none",
            "metrics": [{"metric": name, "unit": dict(METRICS).get(name, "count"), "direction": direction,
                         "arms": [{"kernel": kernel, "points": found} for kernel, found in arms.items()]} for name, direction, arms in metrics],
            "pages": {name: f"../{name}/report.html" for _, _, arms in metrics for found in arms.values() for point in found for name in (point["run"], point["gate"]) if name}}


def whole_history(kernels: Sequence[str], runs: int) -> dict[str, Any]:
    """Steady lines, one step for the worse that was judged, one slow creep, and counts that were 0."""
    chance = random.Random("history")
    def ratio(metric: str, kernel: str, i: int) -> tuple[float, float, float]:
        middle = 1 + (0 if i == 0 else chance.gauss(0, 0.0004))
        middle *= 1.031 if kernel == "dio" and metric == "latency_ns.mean" and i >= 2 * runs // 3 else 1
        middle *= 1 - 0.02 * i / runs if kernel == "fallback" and metric.startswith("cpu") else 1
        width = 0 if i == 0 else abs(chance.gauss(0.004, 0.002))
        return (middle - width, middle, middle + width * (40 if metric == "latency_ns.p99" and kernel == "dio" and i == runs // 2 else 1))
    found = []
    for metric, _ in METRICS:
        counts = metric in ("ondemand.reads", "errors")
        arms = {}
        for kernel in kernels:
            bad = kernel == "dio" and metric == "latency_ns.mean"
            verdicts = ["regression" if bad and 2 * runs // 3 <= i < 2 * runs // 3 + 2 else "inconclusive" if bad and i == runs // 4 else "pass" for i in range(runs)]
            changed = [3 if metric == "ondemand.reads" and kernel == "dio" and i > runs // 2 else 0 for i in range(runs)]
            arms[kernel] = points([None if counts else ratio(metric, kernel, i) for i in range(runs)], verdicts, changed)
        found.append((metric, "lower", arms))
    return history(found)


def _class_figure(median: str, span: tuple[str, str], worse: int, reads: int = 2) -> dict[str, Any]:
    """Of answer.json; what is worse or best is the same read."""
    read = {"cell": "c", "read": "rand 4k qd1 pread on ram (warm or re-read)", "ratio": 2.0, "before": "1.00 µs", "after": "45.00 µs"}
    return {"gap": "", "text": median, "reads": reads, "better": reads - worse, "worse": worse, "median": float(median), "median_text": median,
            "best": read, "best_text": span[0], "worst": read, "worst_text": span[1]}


def answer(kind: str = "modelled") -> dict[str, Any]:
    """An answer.json: base refuses, dio is better when cold and worse when warm."""
    def row(name: str, title: str, measure: str, its_kind: str, dio: dict[str, Any]) -> dict[str, Any]:
        return {"id": name, "title": title, "meaning": f"what {title} means", "direct": True, "measure": measure, "kind": its_kind, "reads": 2,
                "figures": {"base": {"gap": "refused"}, "dio": dio}}
    return {"schema_version": 2, "run": "a run", "mainline": [{"date": "2020-01-01", "version": "9.9", "text": "it is refused", "source": "a commit"}], "worst": [f"Worst, {kind}: warm or re-read, 2 of 2 reads"],
            "recommendation": [{"text": "Take dio if they are cold.", "rows": ["cold"]}, {"text": "Keep fallback if they are warm.", "rows": ["warm"]}],
            "sentences": ["Gain, counted: much.", f"Cost, {kind}: something."],
            "classes": {"reference": "fallback", "kernels": ["base", "dio"], "candidate": "dio",
                        "work": [row("cold", "cold", "cpu_ns_per_op", "counted", _class_figure("0.50", ("0.31", "0.99"), 0))],
                        "time": [row("cold", "cold", "latency_mean_ns", kind, _class_figure("0.50", ("0.50", "0.50"), 0)),
                                 row("warm", "warm", "latency_mean_ns", kind, _class_figure("9.00", ("1.20", "45"), 2))]},
            "reads": [{"id": "cold", "title": "cold", "meaning": "m", "reads": 2}], "next": "diobench profile --filter c"}
