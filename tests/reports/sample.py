# SPDX-License-Identifier: GPL-2.0-only
"""Small documents of the schema for tests."""

from __future__ import annotations

from typing import Any, Optional


def bucket_of(value_ns: int) -> int:
    """Histogram::index_of of bench/common/measure/histogram.h."""
    shift = max(value_ns.bit_length() - 8, 0)
    return (shift << 7) + (value_ns >> shift)


def histogram(counts: dict[int, int]) -> dict[str, Any]:
    """Of latency in ns -> how many."""
    buckets: dict[int, int] = {}
    for value_ns, count in counts.items():
        buckets[bucket_of(value_ns)] = buckets.get(bucket_of(value_ns), 0) + count
    return {"sub_bucket_bits": 7, "count": sum(counts.values()), "sum_ns": sum(v * n for v, n in counts.items()),
            "min_ns": min(counts), "max_ns": max(counts), "counts": sorted([i, n] for i, n in buckets.items())}


# Dimensions of a plain read.
USUAL = {"span_bytes": 0, "arrival": "closed", "rate_iops": 0, "memory_bytes": 0, "neighbour_bytes": 0, "fetch": "lan", "trace": "",
         "fio_job": ""}


def cell(kernel: str, io: str = "direct", backend: str = "fscache", *, mib_per_s: float = 100.0, p99_ns: int = 20000,
         cpu_ns: int = 8000, growth_bytes: Optional[int] = 0, status: str = "ok", observed_io: Optional[str] = None,
         block_size_bytes: int = 4096, pattern: str = "random", engine: str = "pread", iodepth: int = 1, device: str = "ram",
         cache_state: str = "local", boot: int = 0) -> dict[str, Any]:
    """A cell; all its reads took `p99_ns`."""
    workload = f"{pattern}-{block_size_bytes}"
    found: dict[str, Any] = {
        "kernel": kernel, "workload": workload, "boot": boot,
        "cell": f"{workload}/{backend}/flat/{device}/{cache_state}/{io}/{engine}/qd{iodepth}",
        "dimensions": {"backend": backend, "layout": "flat", "device": device, "cache_state": cache_state, "io": io,
                       "pattern": pattern, "block_size_bytes": block_size_bytes, "engine": engine, "iodepth": iodepth,
                       "numjobs": 1, **USUAL},
        "declared_io": io, "observed_io": observed_io or io, "status": status, "known": False,
        "reason": "" if status == "ok" else f"it is {status} <because> & so", "metrics": None, "histogram": None, "histograms": None,
        "page_cache_curve": None}
    if status != "ok":
        found["observed_io"] = observed_io
        return found
    found["metrics"] = {
        "ops": 512, "bytes": 512 * block_size_bytes, "throughput_bytes_per_s": mib_per_s * (1 << 20),
        "latency_ns": {"p50": p99_ns, "p99": p99_ns, "max": p99_ns}, "cpu_ns_per_op": {"total": cpu_ns, "daemon": None},
        "page_cache_bytes": {"erofs_file": {"before": 0, "after": growth_bytes},
                             "guest_total": {"before": 1 << 20,
                                             "after": None if growth_bytes is None else (1 << 20) + growth_bytes}},
        "ondemand": {"reads": 0, "bytes": 0}, "read_amplification": None}
    found["histogram"] = histogram({p99_ns: 512})
    found["histograms"] = {}
    return found


def document(cells: list[dict[str, Any]], kernels: list[str]) -> dict[str, Any]:
    """A whole results.json."""
    return {
        "schema_version": 3,
        "run": {"id": "the-run", "started_at": "2026-11-22T21:15:00Z", "elapsed_s": 81.2, "suite": "quick", "machine": "exact",
                "accelerator": "tcg", "seed": 1,
                "clock": {"kind": "virtual", "unit_is": "1 guest instruction = 1 ns", "comparable": True, "note": ""},
                "host": {"cpu": "a processor", "cpus": 2, "memory_bytes": 1 << 33, "kernel": "6.1", "os": "Debian 12"},
                "tool": {"version": "0.1.0", "git": "0123abc"}, "argv": ["diobench", "run", "--suite", "quick"],
                "command_lines": {"qemu": "qemu-system-x86_64"}, "status": "ok", "exit_code": 0, "findings": []},
        "kernels": [{"name": name, "base_version": "6.12.117", "series": [name], "purpose": f"the arm {name}",
                     "patch_sha256": "a" * 64, "config_sha256": "b" * 64, "image_sha256": "c" * 64, "build_seconds": None,
                     "build_cached": False, "status": "ok", "reason": "",
                     "conformance": [{"case": "verify/flat/ram/direct", "status": "pass", "known": False,
                                      "reason": "", "seconds": 0.5, "kernel_text": ""}],
                     "boots": [{"boot": 0, "outcome": "ok", "device": "ram", "console": "logs/x", "elapsed_s": 21.0,
                                "last_lines": ""}]} for name in kernels],
        "cells": cells}

def two_arms(dio: dict[str, Any]) -> dict[str, Any]:
    """fallback at 100 MiB/s, 20 us, 8 us of CPU and 2 MiB of page cache; `dio` as given; raw at 180 MiB/s, the device itself at 200 with 2 us of CPU."""
    return document([cell("fallback", growth_bytes=2 << 20), dio, cell("fallback", backend="raw", mib_per_s=180.0),
                     cell("fallback", backend="device", mib_per_s=200.0, cpu_ns=2000)], ["fallback", "dio"])


def on_a_real_clock(found: dict[str, Any]) -> dict[str, Any]:
    """The same document of machine kvm."""
    found["run"] |= {"machine": "kvm", "accelerator": "kvm", "clock": {"kind": "real", "unit_is": "1 ns", "comparable": True, "note": ""}}
    return found
