# SPDX-License-Identifier: GPL-2.0-only
"""A store with nights of results, GENERATED: nothing in it was measured, and every run of it says suite "generated".

    python3 -m tests.results.serve.generated_store STORE NIGHTS CELLS    writes the SQLite file STORE

Its tables are those of bench/results/store/schema.cc, whose text is run here. It has four kernels, a step for the worse, a
slow creep, bad verdicts and cells without numbers. Seeds differ from night to night, so that levels are looked for by
E-divisive: the dearest case.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator

from tests.reports.sample import document

SCHEMA = Path(__file__).resolve().parents[3] / "bench/results/store/schema.cc"
SUITE = "generated"
KERNELS = ("base", "fallback", "dio-sync", "dio")
METRICS = {"latency_ns.mean": 80_000.0, "latency_ns.p99": 120_000.0, "cpu_ns_per_op.total": 9000.0, "throughput_bytes_per_s": 5e7,
           "page_cache_bytes.guest_total.after": 9e7}
SIZES = {"4k": 4096, "16k": 16384, "64k": 65536, "128k": 131072, "1m": 1048576}


def make_tables(store: sqlite3.Connection) -> None:
    """By the steps that diobench itself makes."""
    steps = re.findall(r'R"sql\((.*?)\)sql"', SCHEMA.read_text(encoding="utf-8"), re.S)
    for step in steps:
        store.executescript(step)
    store.execute(f"PRAGMA user_version = {len(steps)}")


def cells(count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """(cell, its columns)."""
    names = [(device, pattern, size, depth) for device in ("ram", "nvme-80us", "sata-ssd") for pattern in ("random", "sequential") for size in SIZES
             for depth in (1, 4, 8, 32)]
    for device, pattern, size, depth in names[:count]:
        yield (f"{SUITE}/fscache/flat/{device}/local/direct/{pattern}/{size}/pread/qd{depth}",
               {"workload": SUITE, "backend": "fscache", "layout": "flat", "device": device, "cache_state": "local", "io": "direct", "pattern": pattern,
                "block_size_bytes": SIZES[size], "engine": "pread", "iodepth": depth, "numjobs": 1, "declared_io": "direct"})


def insert(store: sqlite3.Connection, table: str, **values: object) -> int:
    """One row; its id."""
    names = ", ".join(values)
    return store.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", list(values.values())).lastrowid or 0


def value_of(metric: str, kernel: str, night: int, nights: int, chance: random.Random) -> float:
    """Made up: noise of half a percent, a step of dio at two thirds, a creep of fallback, and another machine's level for all at a third."""
    value = METRICS[metric] * (1 + 0.3 * KERNELS.index(kernel)) * chance.gauss(1, 0.005)
    if kernel == "dio" and metric.startswith("latency") and night >= 2 * nights // 3:
        value *= 1.08
    if kernel == "fallback":
        value *= 1 + 0.1 * night / nights
    return value * (1.04 if night >= nights // 3 else 1.0)


def add_night(store: sqlite3.Connection, night: int, nights: int, count: int, chance: random.Random) -> None:
    started = (datetime.now(timezone.utc) - timedelta(days=nights - 1 - night)).strftime("%Y-%m-%dT01:00:00Z")
    run = f"generated-{night:04d}"
    bad = night == 2 * nights // 3
    told = document([], [])["run"] | {"id": run, "started_at": started, "suite": SUITE, "seed": 1, "tool": {"qemu": "GENERATED"}}
    insert(store, "runs", clock_kind="real", clock_comparable=0, host_cpu="GENERATED", host_kernel="GENERATED", description=json.dumps(told),
           **{name: told[name] for name in ("id", "started_at", "elapsed_s", "suite", "machine", "accelerator", "seed", "status", "exit_code")})
    for kernel in KERNELS:
        insert(store, "kernels", run_id=run, name=kernel, base_version="GENERATED", patch_sha256="", config_sha256="", image_sha256="", status="ok", reason="")
        for cell, columns in cells(count):
            missing = chance.random() < 0.002
            row = insert(store, "cells", run_id=run, kernel=kernel, cell=cell, boot=0, observed_io=None if missing else "direct", status="failed" if missing else "ok",
                         reason="GENERATED" if missing else "", known=0, **columns)
            if not missing:
                store.executemany("INSERT INTO metrics (cell_id, name, value) VALUES (?, ?, ?)", [(row, m, value_of(m, kernel, night, nights, chance)) for m in METRICS])
    judgement = f"gate/{run}"
    insert(store, "judgements", id=judgement, kind="gate", started_at=started, elapsed_s=60.0, suite=SUITE, machine="exact", baseline="fallback", candidate="dio", run_id=run,
           verdict="regression" if bad else "pass", exit_code=1 if bad else 0)
    insert(store, "judgement_runs", judgement_id=judgement, run_id=run)
    for cell, _ in cells(count):
        insert(store, "verdicts", judgement_id=judgement, cell=cell, metric="latency_ns.mean", verdict="regression" if bad else "pass", reason="", accepted="")


def main() -> int:
    path, nights, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(SUITE)
    with sqlite3.connect(path) as store:
        make_tables(store)
        for night in range(nights):
            add_night(store, night, nights, count, chance)
        insert(store, "pins", name="first", run_id="generated-0000", kernel="", cells="*", pinned_at="2026-01-01T00:00:00Z")
    return 0


if __name__ == "__main__":
    sys.exit(main())
