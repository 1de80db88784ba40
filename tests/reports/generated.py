# SPDX-License-Identifier: GPL-2.0-only
"""A whole nightly run as the report would get it, GENERATED from the shipped workload files.

Nothing in it was measured: its numbers come from the few lines of model() and only serve to draw every page once. The
run says so itself (its id, its machine and its clock), and it is written to scratch directories of tests alone:

    python3 -m tests.reports.generated DIRECTORY [RUNS [SUITE]]    writes DIRECTORY/results.json of SUITE (nightly), and beside it a
                                                                   calibration.json and a history.json of RUNS (60) runs, to look at the pages
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import tomllib
from pathlib import Path
from typing import Any, Iterator

from tests.reports import generated_beside
from tests.reports.sample import USUAL, document, histogram

WORKLOADS = Path(__file__).resolve().parents[2] / "workloads"
KERNELS = ["base", "fallback", "dio-sync", "dio"]
DEVICE_NS = {"ram": 300, "nvme-20us": 20_000, "nvme-80us": 80_000, "sata-ssd": 100_000, "cloud-disk": 500_000}
FETCH_NS = {"lan": 200_000, "region": 2_000_000, "internet": 45_000_000}
MIB = 1 << 20


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def size(text: str) -> int:
    return int(text[:-1]) << {"k": 10, "m": 20, "g": 30}[text[-1]]


def dimensions(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The cells of one [[cells]] table."""
    names = ("backend", "layout", "device", "cache_state")
    columns = [as_list(table[n]) for n in names] + [as_list(table.get(n, default)) for n, default in (
        ("io", "direct"), ("pattern", "trace" if "trace" in table else "random"), ("block_size", "0k"), ("load", "fio:1"), ("numjobs", 1),
        ("rate", "closed:0"), ("fetch", "lan"), ("span", "0k"), ("fio_job", ""))]
    for backend, layout, device, state, io, pattern, block, load, jobs, rate, fetch, span, fio_job in itertools.product(*columns):
        engine, iodepth = load.split(":")
        arrival, rate_iops = rate.split(":")
        yield {**USUAL, "backend": backend, "layout": layout, "device": device, "cache_state": state, "io": io, "pattern": pattern,
               "block_size_bytes": size(block), "engine": engine, "iodepth": int(iodepth), "numjobs": int(jobs), "span_bytes": size(span),
               "arrival": "trace" if table.get("replay") == "timed" else arrival, "rate_iops": int(rate_iops), "fetch": fetch,
               "memory_bytes": size(table.get("memory", "0k")), "neighbour_bytes": size(table.get("neighbour", "0k")),
               "trace": table.get("trace", ""), "fio_job": fio_job}


def cell_id(workload: str, d: dict[str, Any]) -> str:
    rest = [f"jobs{d['numjobs']}" if d["numjobs"] > 1 else "", f"span{d['span_bytes']}" if d["span_bytes"] else "",
            f"{d['arrival']}{d['rate_iops']}" if d["arrival"] != "closed" else "", f"mem{d['memory_bytes']}" if d["memory_bytes"] else "",
            d["fetch"] if d["fetch"] != "lan" else "", d["fio_job"]]
    return "/".join([workload, *(str(d[n]) for n in ("backend", "layout", "device", "cache_state", "io", "pattern", "block_size_bytes", "engine")),
                     f"qd{d['iodepth']}", *(r for r in rest if r)])


def model(kernel: str, d: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Made-up numbers with the shape of real ones."""
    block = d["block_size_bytes"] or 16384
    cached = d["io"] != "direct" or (kernel == "fallback" and d["backend"] == "fscache")
    cpu = {"pread": 2000, "null": 90}.get(d["engine"], 2600) + block // 12 + (block // 6 if cached else 0)
    below = {"erofsfuse": 4, "device": 0.8}.get(d["backend"], 1.15 if d["engine"].startswith("fio") else 1)
    cpu = int(cpu * below * chance.uniform(0.98, 1.02))
    device = 0 if d["engine"] == "null" or (d["cache_state"] == "resident" and d["io"] == "buffered") else DEVICE_NS[d["device"]] + block // 4
    if cached and d["pattern"] == "sequential":
        device //= 6
    in_flight = d["iodepth"] * d["numjobs"]
    if cached or (kernel == "dio-sync" and d["backend"] == "fscache"):
        in_flight = min(in_flight, d["numjobs"])
    wait = FETCH_NS[d["fetch"]] if d["cache_state"] == "remote" else 0
    latency = int(max(cpu + device + wait // 8, cpu * in_flight))
    ops = 4000 if d["engine"] == "null" else 256
    seconds = max(ops * latency / in_flight / 1e9, ops / d["rate_iops"] if d["rate_iops"] else 0)
    held = ops * block if cached and d["engine"] != "null" else 0
    grown = min(held, d["memory_bytes"] or held)
    values = [max(int(latency * chance.lognormvariate(0, 0.15)), 50) for _ in range(60)]
    ordered = sorted(values)
    layer = lambda after: {"before": 0, "after": after, "peak": after}  # noqa: E731
    metrics: dict[str, Any] = {
        "ops": ops, "bytes": ops * block, "seconds": seconds, "throughput_bytes_per_s": ops * block / seconds, "ops_per_s": ops / seconds,
        "offered_ops_per_s": d["rate_iops"] * d["numjobs"] or None,
        "latency_ns": {"min": ordered[0], "mean": sum(values) / 60, "p50": ordered[30], "p90": ordered[54], "p99": ordered[59],
                       "p99_9": ordered[59], "max": ordered[59]},
        "service_ns": {"mean": latency * 0.8, "p50": ordered[20], "p99": int(ordered[59] * 0.8), "max": ordered[59]} if d["rate_iops"] else None,
        "fairness": chance.uniform(0.97, 1) if d["numjobs"] > 1 else None,
        "cpu_ns_per_op": {"reader": cpu, "daemon": 3000 if wait else 0, "kernel": 400, "total": cpu + 400},
        "page_cache_bytes": {"erofs_file": layer(grown), "blob_metadata": layer(4096), "guest_total": layer(grown + 8192),
                             "backing_file": layer(grown if d["backend"] == "loop" else 0) if not wait else None},
        "ondemand": {"reads": 12 if wait else 0, "bytes": 2 * ops * block if wait else 0}, "context_switches": ops,
        "device": {"read_bytes": ops * block, "read_amplification": 0.4 if d["pattern"] == "reread" and cached else 1.0},
        "read_amplification": 2.0 if wait else None}
    found = {"metrics": metrics, "histogram": histogram({v: values.count(v) for v in values}), "histograms": {}, "page_cache_curve": None}
    if wait:
        slow = [v + wait for v in values]
        metrics["ondemand"] |= {"waits": ops // 8, "wait_ns": {"mean": sum(slow) / 60, "p99": max(slow)}, "hit_ns": {"mean": latency / 2, "p99": latency}}
        found["histograms"] = {"ondemand.wait_ns": histogram({v: slow.count(v) for v in slow}), "ondemand.hit_ns": found["histogram"]}
    if d["neighbour_bytes"]:
        beside = 900 + (70_000 if cached else 0) * chance.uniform(0.8, 1.2)
        metrics["neighbour"] = {"hot_set_bytes": d["neighbour_bytes"], "evicted_bytes": int(0.7 * d["neighbour_bytes"]) if cached else 0,
                                "alone_ns": {"mean": 900.0, "p99": 1500}, "beside_ns": {"mean": beside, "p99": int(3 * beside)}, "slowdown": beside / 900}
    return found


def curve(found: dict[str, Any]) -> None:
    """Page cache that grows to what the cell holds at its end, and its area."""
    metrics = found["metrics"]
    top, end_ns = metrics["page_cache_bytes"]["erofs_file"]["after"], int(metrics["seconds"] * 1e9)
    below = (metrics["page_cache_bytes"]["backing_file"] or {"after": 0})["after"]
    samples = [[end_ns * i // 40, min(top, top * i // 30), below * i // 40, 9 * MIB + min(top, top * i // 30) + below * i // 40] for i in range(41)]
    found["page_cache_curve"] = {"columns": ["time_ns", "erofs_file", "backing_file", "guest_total"], "samples": samples}
    metrics["page_cache_byte_seconds"] = {"erofs_file": top * 0.6 * metrics["seconds"], "backing_file": None, "guest_total": top * 0.6 * metrics["seconds"]}


def one(kernel: str, workload: str, d: dict[str, Any], boot: int, with_curve: bool) -> dict[str, Any]:
    name = cell_id(workload, d)
    found: dict[str, Any] = {"kernel": kernel, "workload": workload, "boot": boot, "cell": name, "dimensions": d, "declared_io": d["io"],
                             "observed_io": d["io"], "status": "ok", "reason": "", "known": False, "metrics": None, "histogram": None,
                             "histograms": None, "page_cache_curve": None}
    chance = random.Random(f"{kernel} {name} {boot}")
    if kernel == "base" and d["io"] == "direct" and d["backend"] == "fscache":
        return found | {"status": "unsupported", "observed_io": "refused", "reason": "open(2) with O_DIRECT said EINVAL"}
    if d["rate_iops"] >= 8000 and (d["io"] == "buffered" or kernel != "dio") and d["backend"] == "fscache":
        return found | {"status": "invalid", "observed_io": None, "reason": "it fell behind by more than 3 %"}
    if d["layout"] == "compressed" and d["io"] == "direct":
        return found | {"status": "unsupported", "observed_io": None, "reason": "compressed files are not read directly"}
    found |= model(kernel, d, chance)
    if with_curve:
        curve(found)
    return found


def nightly(kernels: list[str], boots: int = 1, suite: str = "nightly") -> dict[str, Any]:
    """A results.json of every cell of a suite; its run says that it was generated."""
    cells = []
    for path in sorted(WORKLOADS.glob("*.toml")):
        workload = tomllib.loads(path.read_text(encoding="utf-8"))
        if suite not in workload["suites"]:
            continue
        for table in workload["cells"]:
            cells += [one(kernel, workload["name"], d, boot, table.get("curve", False))
                      for d in dimensions(table) for kernel in kernels for boot in range(boots)]
    made = document(cells, kernels)
    made["run"] |= {"id": "GENERATED-nothing-was-measured", "suite": suite, "machine": "none",
                    "clock": {"kind": "virtual", "unit_is": "GENERATED FOR A TEST, nothing was measured", "comparable": False, "note": ""}}
    for patches, kernel in enumerate(made["kernels"]):
        kernel["size"] = {"patches": patches, "files": 2 * patches, "lines_added": 150 * patches, "lines_removed": 20 * patches,
                          "checkpatch": {"errors": 0, "warnings": 1, "checks": 2} if patches else None, "checkpatch_reason": "" if patches else "there is no patch"}
    made["run"]["tool"] |= generated_beside.TOOL
    return made


def write(target: Path, runs: int, suite: str) -> None:
    """Everything that a report is made from."""
    target.mkdir(parents=True, exist_ok=True)
    for name, document_ in (("results", nightly(KERNELS, suite=suite)), ("calibration", generated_beside.whole_calibration()), ("clock", generated_beside.whole_clock()),
                            ("history", generated_beside.whole_history(KERNELS, runs))):
        (target / f"{name}.json").write_text(json.dumps(document_), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 60, sys.argv[3] if len(sys.argv) > 3 else "nightly")
