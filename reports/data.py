# SPDX-License-Identifier: GPL-2.0-only
"""The run, as the figures see it (the schema is docs/results.md)."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Callable, Iterable, Optional

from reports import beside
from reports.beside import ReportError
from reports.clock import Clock, clock_of

SCHEMA_VERSION = 3
# Patterns that ask a device for blocks here and there, as random reads do.
SCATTERED = ("strided", "zipf", "reread")
# Back ends that are no way to have an image's files: what lies below all of them, and nothing.
NO_IMAGE = ("raw", "device", "null")
FLOOR_BACKEND = "device"
# With buffers that are pinned once the kernel does nothing with the caller's memory.
FIXED_BUFFERS = "io_uring-fixed"


@dataclass(frozen=True)
class Point:
    """One kind of read: what a place on an axis stands for. All of a cell's dimensions but its kernel, back end and io;
    reads of two workloads are two points, for the number of reads differs."""

    device: str
    cache_state: str
    layout: str
    pattern: str
    block_size_bytes: int  # 0: reads of many sizes
    engine: str
    iodepth: int
    numjobs: int
    workload: str = ""
    span_bytes: int = 0
    arrival: str = "closed"
    rate_iops: int = 0
    memory_bytes: int = 0
    neighbour_bytes: int = 0
    fetch: str = "lan"
    trace: str = ""
    fio_job: str = ""
    others: tuple[tuple[str, Any], ...] = ()  # dimensions that are younger than this page: name and value

    @property
    def label(self) -> str:
        """The read in words, without device and cache state: what is as usual is left out."""
        layout = [] if self.layout == "flat" else [self.layout]
        return " ".join([self.read, self.load, *layout, *self.extras])

    @property
    def read(self) -> str:
        """"rand 4k"."""
        pattern = {"sequential": "seq", "random": "rand", "trace": self.trace or "trace"}.get(self.pattern, self.pattern)
        return pattern if self.pattern in ("tree", "trace") else f"{pattern} {size_name(self.block_size_bytes)}"

    @property
    def load(self) -> str:
        """"qd1 pread", "qd8 io_uring x4"."""
        return f"qd{self.iodepth} {self.engine}" + (f" x{self.numjobs}" if self.numjobs > 1 else "")

    @property
    def extras(self) -> list[str]:
        """What is not as usual."""
        words = [self.arrival if self.arrival == "trace" else f"{self.arrival} {self.rate_iops}/s"] if self.arrival != "closed" else []
        words += [f"span {size_name(self.span_bytes)}"] if self.span_bytes else []
        words += [f"mem {size_name(self.memory_bytes)}"] if self.memory_bytes else []
        words += [f"neighbour {size_name(self.neighbour_bytes)}"] if self.neighbour_bytes else []
        words += [self.fetch] if self.cache_state == "remote" and self.fetch != "lan" else []
        words += [self.fio_job] if self.fio_job else []
        return words + [f"{name} {value}" for name, value in self.others if value]

    @property
    def plain(self) -> bool:
        """One reader of a flat image as fast as it can, alone, with all the memory: what the trade-off is about."""
        return (self.arrival == "closed" and self.layout == "flat" and self.numjobs == 1 and not self.memory_bytes and not self.span_bytes
                and not self.neighbour_bytes and self.pattern in ("sequential", "random") and not self.fio_job
                and not self.engine.startswith("fio"))

    @property
    def in_flight(self) -> int:
        return self.iodepth * self.numjobs

    @property
    def order(self) -> tuple:
        return (self.device != "ram", self.device, self.layout != "flat", self.layout, self.pattern,
                self.block_size_bytes, self.iodepth, self.engine, self.numjobs, *(str(v) for v in self.extras), self.workload)


@dataclass(frozen=True)
class Histogram:
    """Latency buckets: `lower_ns[i] <= value < upper_ns[i]` happened `counts[i]` times."""

    lower_ns: list[int]
    upper_ns: list[int]
    counts: list[int]


@dataclass(frozen=True)
class Curve:
    """Page cache over time, of a second run of the cell that was not timed."""

    time_ns: list[int]
    layers: dict[str, list[int]]  # "erofs_file", "backing_file", "guest_total": bytes; a layer that could not be counted is not in it


@dataclass(frozen=True)
class Floor:
    """The reads of the block device itself that a read is held against: by the same engine and, where the run has it, with fixed
    buffers. What is least of both is the floor: the kernel does more with an ordinary buffer than a file system must."""

    cells: list[Cell]  # with the same engine first
    stand_in: str      # empty if it is the same read; else what it is instead

    @property
    def gap(self) -> str:
        """Why there is no number; empty if there is one."""
        return "" if any(c.status == "ok" for c in self.cells) else self.cells[0].gap

    def value(self, get: Callable[[Cell], Optional[float]], higher_is_better: bool) -> Optional[float]:
        """The best of its reads."""
        values = [v for c in self.cells if c.status == "ok" and (v := get(c)) is not None]
        return (max if higher_is_better else min)(values, default=None)

    @property
    def quickest(self) -> Optional[Cell]:
        """Whose distribution of latency is drawn."""
        return min((c for c in self.cells if c.histogram), key=lambda c: c.metric("latency_ns.mean") or c.metric("latency_ns.p50") or math.inf, default=None)


@dataclass(frozen=True)
class Cell:
    kernel: str
    workload: str
    cell: str
    boot: int
    backend: str
    io: str
    point: Point
    observed_io: Optional[str]
    status: str
    reason: str
    known: bool
    metrics: dict[str, float]
    histogram: Optional[Histogram]
    histograms: dict[str, Histogram] = field(default_factory=dict)  # others, by the metric they belong to
    curve: Optional[Curve] = None
    by_boot: list[dict[str, float]] = field(default_factory=list)   # metrics of each boot, if there are several and all have numbers

    def metric(self, name: str) -> Optional[float]:
        """A number of the metric table; None when it is missing."""
        return self.metrics.get(name)

    @property
    def page_cache_growth_bytes(self) -> Optional[float]:
        """What the timed region added to the page cache of the whole machine."""
        before = self.metric("page_cache_bytes.guest_total.before")
        after = self.metric("page_cache_bytes.guest_total.after")
        return None if before is None or after is None else after - before

    @property
    def gap(self) -> str:
        """Why there is no number, in a word."""
        if self.status == "unsupported":
            return "refused" if self.observed_io == "refused" else "unsupported"
        return "n/a" if self.status == "ok" else self.status


@dataclass(frozen=True)
class Run:
    document: dict[str, Any]
    cells: list[Cell]
    kernels: list[str] = field(default_factory=list)
    # What lies beside the results (reports/beside.py); None: there is no such file.
    overhead: Optional[dict[str, Any]] = None
    calibration: Optional[dict[str, Any]] = None
    history: Optional[dict[str, Any]] = None
    stopwatch: Optional[dict[str, Any]] = None
    answer: Optional[dict[str, Any]] = None

    @cached_property
    def _index(self) -> dict[tuple[str, str, Point], list[Cell]]:
        index: dict[tuple[str, str, Point], list[Cell]] = {}
        for cell in self.cells:
            index.setdefault((cell.backend, cell.io, cell.point), []).append(cell)
        return index

    @cached_property
    def clock(self) -> Clock:
        """What its numbers are."""
        return clock_of(self.document["run"])

    @cached_property
    def _floor_cells(self) -> list[Cell]:
        return [c for c in self.cells if c.backend == FLOOR_BACKEND]

    @property
    def has_floor(self) -> bool:
        """Whether the block device itself was read; older runs have no such cells."""
        return any(c.status == "ok" for c in self._floor_cells)

    @cached_property
    def _floors(self) -> dict[tuple[Point, Optional[str]], Optional[Floor]]:
        return {}

    def find(self, kernel: Optional[str], backend: str, io: str, point: Point) -> Optional[Cell]:
        """The cell of an arm; `kernel` None takes any arm's, one with numbers first."""
        found = [c for c in self._index.get((backend, io, point), []) if kernel is None or c.kernel == kernel]
        return next((c for c in found if c.status == "ok"), found[0] if found else None)

    def floor(self, point: Point, kernel: Optional[str] = None) -> Optional[Floor]:
        """The floor: the same read with O_DIRECT of the same kind of block device itself. If there is none, the nearest one of that device,
        pattern and block size, which has as many reads in flight or more where there is one. Of `kernel` if it has one with numbers, else of
        the last that has: no patch touches these reads, but they differ a little with where a kernel's functions lie."""
        key = (point, kernel)
        if key not in self._floors:
            self._floors[key] = self._find_floor(point, kernel)
        return self._floors[key]

    def _find_floor(self, point: Point, kernel: Optional[str]) -> Optional[Floor]:
        def preferred(cell: Cell) -> tuple:
            return (cell.status != "ok", cell.kernel != kernel, -self.kernels.index(cell.kernel), cell.point.workload != point.workload)
        load = sorted((c for c in self._floor_cells if _same_load(c.point) == _same_load(point)), key=preferred)
        same = next((c for c in load if c.point.engine == point.engine), None)
        if same is None:
            nearest = _nearest(point, sorted(self._floor_cells, key=preferred))
            return None if nearest is None else Floor([nearest], f"{nearest.point.read} {nearest.point.load}")
        fixed = next((c for c in load if c.point.engine == FIXED_BUFFERS and c.kernel == same.kernel and c is not same), None)
        return Floor([same, fixed] if fixed else [same], "")

    def of(self, *workloads: str) -> list[Cell]:
        """The cells of some workloads."""
        return [c for c in self.cells if c.workload in workloads]

    @cached_property
    def workloads(self) -> list[str]:
        return list(dict.fromkeys(c.workload for c in self.cells))

    def points(self, wanted: Callable[[Cell], bool]) -> list[Point]:
        """The kinds of read among the cells of backend fscache that `wanted` accepts."""
        points = {c.point for c in self.cells if c.backend == "fscache" and wanted(c)}
        return sorted(points, key=lambda p: p.order)

    @property
    def devices(self) -> list[str]:
        return list(dict.fromkeys(p.device for p in self.points(lambda c: True)))


def _same_load(p: Point) -> tuple:
    """What two reads have alike that ask a device for the same, by whatever engine."""
    return (p.device, p.pattern, p.block_size_bytes, p.iodepth, p.numjobs, p.arrival, p.rate_iops)


def _nearest(point: Point, cells: Iterable[Cell]) -> Optional[Cell]:
    """The most similar read of those with numbers."""
    pattern = "random" if point.pattern in SCATTERED else point.pattern
    near = [c for c in cells if c.status == "ok" and c.point.pattern == pattern and c.point.device == point.device
            and (c.point.block_size_bytes, c.point.arrival, c.point.rate_iops) == (point.block_size_bytes, point.arrival, point.rate_iops)]
    def distance(cell: Cell) -> tuple:
        p = cell.point
        return (p.in_flight < point.in_flight, abs(math.log2(p.in_flight / point.in_flight)), p.engine != point.engine,
                p.workload != point.workload)
    return min(near, key=distance, default=None)


def size_name(size_bytes: int) -> str:
    """4096 -> "4k", as fio spells it."""
    for factor, letter in ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")):
        if size_bytes and size_bytes % factor == 0:
            return f"{size_bytes // factor}{letter}"
    return str(size_bytes)


def bucket_lower_bound(index: int, sub_bucket_bits: int) -> int:
    """Smallest value of a bucket, ns (bench/common/measure/histogram.h)."""
    if index < 1 << (sub_bucket_bits + 1):
        return index
    shift = (index >> sub_bucket_bits) - 1
    return ((index & ((1 << sub_bucket_bits) - 1)) + (1 << sub_bucket_bits)) << shift


def _histogram(json_histograms: Iterable[dict[str, Any]]) -> Histogram:
    """One histogram of those of several boots."""
    counts: dict[tuple[int, int], int] = {}
    for histogram in json_histograms:
        bits = histogram["sub_bucket_bits"]
        for index, count in histogram["counts"]:
            bounds = (bucket_lower_bound(index, bits), bucket_lower_bound(index + 1, bits))
            counts[bounds] = counts.get(bounds, 0) + count
    bounds = sorted(counts)
    return Histogram([b[0] for b in bounds], [b[1] for b in bounds], [counts[b] for b in bounds])


def _flatten(value: Any, name: str = "") -> dict[str, float]:
    """{"a": {"b": 1}} -> {"a.b": 1}; null is left out."""
    if isinstance(value, dict):
        flat: dict[str, float] = {}
        for key, item in value.items():
            flat.update(_flatten(item, f"{name}.{key}" if name else key))
        return flat
    return {} if value is None else {name: value}


def _aggregate(name: str, values: list[float]) -> float:
    return max(values) if name.endswith((".max", ".peak")) else statistics.median(values)


def _collapse(boots: list[dict[str, Any]]) -> Cell:
    """One cell of its boots: medians; one boot without numbers takes those of all."""
    severity = ("ok", "unsupported", "failed", "invalid")
    worst = max(boots, key=lambda c: severity.index(c["status"]))
    metrics: dict[str, float] = {}
    histogram = None
    if worst["status"] == "ok":
        flat = [_flatten(c["metrics"]) for c in boots]
        shared = [n for n in flat[0] if all(n in f for f in flat)]
        metrics = {n: _aggregate(n, [f[n] for f in flat]) for n in shared}
        if all(c["histogram"] for c in boots):
            histogram = _histogram(c["histogram"] for c in boots)
    reason = worst["reason"]
    if len(boots) > 1 and reason and worst["status"] != "unsupported":
        reason = f"boot {worst['boot']}: {reason}"
    ok = worst["status"] == "ok"
    return Cell(worst["kernel"], worst["workload"], worst["cell"], boots[0]["boot"], worst["dimensions"]["backend"], worst["dimensions"]["io"],
                _point(worst), worst["observed_io"], worst["status"], reason, worst["known"], metrics, histogram,
                _named_histograms(boots) if ok else {}, _curve(boots[0], metrics) if ok else None,
                flat if ok and len(boots) > 1 else [])


def _point(cell: dict[str, Any]) -> Point:
    names = [f.name for f in fields(Point) if f.name not in ("workload", "others")]
    others = tuple((name, value) for name, value in cell["dimensions"].items() if name not in (*names, "backend", "io"))
    return Point(workload=cell["workload"], others=others, **{name: cell["dimensions"][name] for name in names})


def _named_histograms(boots: list[dict[str, Any]]) -> dict[str, Histogram]:
    """Those that every boot has."""
    names = set.intersection(*(set(c["histograms"] or {}) for c in boots))
    return {name: _histogram(c["histograms"][name] for c in boots) for name in sorted(names)}


def _curve(cell: dict[str, Any], metrics: dict[str, float]) -> Optional[Curve]:
    """The first boot's. A layer whose size is not known has zeros in the samples and no metric."""
    found = cell["page_cache_curve"]
    if not found or len(found["samples"]) < 2:
        return None
    columns = dict(zip(found["columns"], map(list, zip(*found["samples"]))))
    time_ns = columns.pop("time_ns")
    return Curve(time_ns, {n: v for n, v in columns.items() if f"page_cache_bytes.{n}.after" in metrics})


def parse(document: dict[str, Any]) -> Run:
    """A decoded results.json."""
    if document.get("schema_version") != SCHEMA_VERSION:
        raise ReportError(f"schema_version {document.get('schema_version')!r} is not known; this report reads "
                          f"{SCHEMA_VERSION}: use the diobench that wrote the file")
    boots: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for cell in document["cells"]:
        boots.setdefault((cell["kernel"], cell["cell"]), []).append(cell)
    cells = [_collapse(group) for group in boots.values()]
    names = [k["name"] for k in document["kernels"]]
    names += sorted({c.kernel for c in cells} - set(names))
    return Run(document, cells, names)


def load(path: Path) -> Run:
    """Reads a results.json, and what lies beside it."""
    try:
        document = beside.read_json(path)
    except FileNotFoundError:
        raise ReportError(f"there is no {path}: name the output directory of a finished run") from None
    try:
        run = parse(document)
    except (KeyError, TypeError) as error:
        raise ReportError(f"{path} is not a results.json of this version: {error!r}") from error
    folder = path.parent
    return replace(run, overhead=beside.overhead(folder), calibration=beside.calibration(folder), history=beside.history(folder),
                   answer=beside.answer(folder),
                   stopwatch=beside.clock(folder))
