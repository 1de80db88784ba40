# SPDX-License-Identifier: GPL-2.0-only
"""A store with nights of results, GENERATED: nothing in it was measured, and every run of it says suite "generated".

    python3 -m tests.results.serve.generated_store STORE NIGHTS CELLS [KERNELS METRICS]    writes the SQLite file STORE

Its tables are those of bench/results/store/schema.cc, whose text is run here. It has a step for the worse, a slow creep, bad
verdicts and cells without numbers, all in the first five metrics; further ones have a few lists of numbers in turn, and then
nights beyond the tenth repeat an earlier one. Seeds differ from night to night, so that levels are looked for by E-divisive:
the dearest case.
"""

from __future__ import annotations

import json
import random
import re
import sqlite3
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Iterator

from tests.reports.sample import document

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "bench/results/store/schema.cc"
METRIC_TABLE = ROOT / "bench/common/measure/metric_table.cc"
SUITE = "generated"
KERNELS = ("base", "fallback", "dio-sync", "dio", "file-fallback", "file-dio")
LISTS_IN_TURN = 20
NIGHTS_IN_TURN = 10
METRICS = {"latency_ns.mean": 80_000.0, "latency_ns.p99": 120_000.0, "cpu_ns_per_op.total": 9000.0, "throughput_bytes_per_s": 5e7,
           "page_cache_bytes.guest_total.after": 9e7}
SIZES = {"4k": 4096, "16k": 16384, "64k": 65536, "128k": 131072, "1m": 1048576}


@dataclass(frozen=True)
class Year:
    nights: int
    cells: list[tuple[str, dict[str, object]]]
    kernels: list[str]
    metrics: list[str]
    lists: list[str]
    chance: random.Random


def make_tables(store: sqlite3.Connection) -> None:
    """By the steps that diobench itself makes."""
    steps = re.findall(r'R"sql\((.*?)\)sql"', SCHEMA.read_text(encoding="utf-8"), re.S)
    for step in steps:
        store.executescript(step)
    store.execute(f"PRAGMA user_version = {len(steps)}")


def cells(count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """(cell, its columns)."""
    names = [(io, engine, device, pattern, size, depth) for io in ("direct", "buffered") for engine in ("pread", "libaio", "io_uring", "io_uring-fixed", "preadv")
             for device in ("ram", "nvme-80us", "sata-ssd") for pattern in ("random", "sequential") for size in SIZES for depth in (1, 4, 8, 32)]
    for place, (io, engine, device, pattern, size, depth) in enumerate(names[:count]):
        yield (f"{SUITE}/fscache/flat/{device}/local/{io}/{pattern}/{size}/{engine}/qd{depth}",
               {"place": place, "workload": SUITE, "backend": "fscache", "layout": "flat", "device": device, "cache_state": "local", "io": io, "pattern": pattern,
                "block_size_bytes": SIZES[size], "engine": engine, "iodepth": depth, "numjobs": 1, "declared_io": io})


def metrics(count: int) -> list[str]:
    """Names of so many metrics of the metric table, those with a story first."""
    known = re.findall(r'^ +Metric\{"([^"]+)"', METRIC_TABLE.read_text(encoding="utf-8"), re.M)
    return [*METRICS, *(name for name in known if name not in METRICS)][:count]


def lists_in_turn(count: int, chance: random.Random) -> list[str]:
    """Lists of whole and other numbers of all cells, as the column `list` has them."""
    return [" ".join(str(chance.randrange(10**6)) if place % 2 else repr(chance.uniform(1, 1e5)) for place in range(count)) for _ in range(LISTS_IN_TURN)]


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


def insert_all(store: sqlite3.Connection, table: str, rows: list[dict[str, object]]) -> None:
    names = list(rows[0])
    store.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", [[row[name] for name in names] for row in rows])


def add_kernel(store: sqlite3.Connection, run: str, kernel: str, night: int, year: Year) -> int:
    """How many of its cells are ok."""
    insert(store, "kernels", run_id=run, name=kernel, base_version="GENERATED", patch_sha256="", config_sha256="", image_sha256="", status="ok", reason="",
           place=year.kernels.index(kernel))
    missing = [year.chance.random() < 0.002 for _ in year.cells]
    insert_all(store, "cells", [{"run_id": run, "kernel": kernel, "cell": cell, "boot": 0, "observed_io": None if gone else columns["io"], "status": "failed" if gone else "ok",
                                 "reason": "GENERATED" if gone else "", "known": 0, **columns} for (cell, columns), gone in zip(year.cells, missing)])
    lists = {}
    for metric in year.metrics:
        if metric in METRICS:
            lists[metric] = " ".join("-" if gone else repr(value_of(metric, kernel, night, year.nights, year.chance)) for gone in missing)
        else:
            lists[metric] = year.chance.choice(year.lists)
    insert_all(store, "numbers", [{"run_id": run, "kernel": kernel, "metric": metric, "list": numbers} for metric, numbers in lists.items()])
    return missing.count(False)


def started_at(night: int, nights: int) -> str:
    return (datetime.now(timezone.utc) - timedelta(days=nights - 1 - night)).strftime("%Y-%m-%dT01:00:00Z")


def add_night(store: sqlite3.Connection, night: int, year: Year) -> None:
    started = started_at(night, year.nights)
    run = f"generated-{night:04d}"
    bad = night == 2 * year.nights // 3
    told = document([], [])["run"] | {"id": run, "started_at": started, "suite": SUITE, "seed": 1, "tool": {"qemu": "GENERATED"}}
    insert(store, "runs", clock_kind="real", clock_comparable=0, host_cpu="GENERATED", host_kernel="GENERATED", description=json.dumps(told), qemu="GENERATED",
           **{name: told[name] for name in ("id", "started_at", "elapsed_s", "suite", "machine", "accelerator", "seed", "status", "exit_code")})
    ok = sum(add_kernel(store, run, kernel, night, year) for kernel in year.kernels)
    store.execute("UPDATE runs SET cell_count = ?, ok_cell_count = ? WHERE id = ?", (len(year.cells) * len(year.kernels), ok, run))
    judgement = f"gate/{run}"
    verdict = "regression" if bad else "pass"
    insert(store, "judgements", id=judgement, kind="gate", started_at=started, elapsed_s=60.0, suite=SUITE, machine="exact", baseline="fallback", candidate="dio", run_id=run,
           verdict=verdict, exit_code=1 if bad else 0)
    insert(store, "judgement_runs", judgement_id=judgement, run_id=run)
    insert_all(store, "verdicts", [{"judgement_id": judgement, "cell": cell, "metric": metric, "verdict": verdict, "reason": "", "accepted": ""}
                                   for cell, _ in year.cells for metric in (METRICS if len(year.metrics) > len(METRICS) else ["latency_ns.mean"])])


def repeat_night(store: sqlite3.Connection, night: int, year: Year) -> None:
    """All rows of an earlier night as those of this one."""
    run, earlier = f"generated-{night:04d}", f"generated-{night % NIGHTS_IN_TURN:04d}"
    for table, key, new, old in (("runs", "id", run, earlier), ("kernels", "run_id", run, earlier), ("cells", "run_id", run, earlier), ("numbers", "run_id", run, earlier),
                                 ("judgements", "id", f"gate/{run}", f"gate/{earlier}"), ("judgement_runs", "judgement_id", f"gate/{run}", f"gate/{earlier}"),
                                 ("verdicts", "judgement_id", f"gate/{run}", f"gate/{earlier}")):
        columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})") if (table, row[1]) != ("cells", "id")]
        replaced = {key: ":new", "started_at": ":started", "run_id": ":run", "description": "json_set(description, '$.id', :run, '$.started_at', :started)"}
        chosen = [replaced.get(column, column) for column in columns]
        store.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(chosen)} FROM {table} WHERE {key} = :old",
                      {"new": new, "old": old, "started": started_at(night, year.nights), "run": run})


def main() -> int:
    path, nights, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    kernels, numbers = (int(sys.argv[4]), int(sys.argv[5])) if len(sys.argv) > 4 else (4, len(METRICS))
    chance = random.Random(SUITE)
    year = Year(nights, list(cells(count)), list(KERNELS[:kernels]), metrics(numbers), lists_in_turn(count, chance), chance)
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA journal_mode = WAL")
        make_tables(store)
        for night in range(nights):
            if numbers > len(METRICS) and night >= NIGHTS_IN_TURN:
                repeat_night(store, night, year)
            else:
                add_night(store, night, year)
            store.commit()
        insert(store, "pins", name="first", run_id="generated-0000", kernel="", cells="*", pinned_at="2026-01-01T00:00:00Z")
    return 0


if __name__ == "__main__":
    sys.exit(main())
