# SPDX-License-Identifier: GPL-2.0-only
"""The run, as the figures see it (the schema is docs/results.md)."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterable, Optional

SCHEMA_VERSION = 2


class ReportError(Exception):
    """Something a person can put right; the text says how."""


@dataclass(frozen=True)
class Point:
    """One kind of read: what a place on an axis stands for."""

    device: str
    cache_state: str
    layout: str
    pattern: str
    block_size_bytes: int
    engine: str
    iodepth: int
    numjobs: int

    @property
    def label(self) -> str:
        pattern = {"sequential": "seq", "random": "rand"}.get(self.pattern, self.pattern)
        jobs = f" x{self.numjobs}" if self.numjobs > 1 else ""
        layout = "" if self.layout == "flat" else f" {self.layout}"
        return f"{pattern} {size_name(self.block_size_bytes)} qd{self.iodepth} {self.engine}{jobs}{layout}"

    @property
    def order(self) -> tuple:
        return (self.device != "ram", self.device, self.layout != "flat", self.layout, self.pattern,
                self.block_size_bytes, self.iodepth, self.engine, self.numjobs)


@dataclass(frozen=True)
class Histogram:
    """Latency buckets: `lower_ns[i] <= value < upper_ns[i]` happened `counts[i]` times."""

    lower_ns: list[int]
    upper_ns: list[int]
    counts: list[int]


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

    def find(self, kernel: Optional[str], backend: str, io: str, point: Point) -> Optional[Cell]:
        """The cell of an arm; `kernel` None takes any arm's, one with numbers first."""
        found = None
        for cell in self.cells:
            if cell.backend != backend or cell.io != io or cell.point != point:
                continue
            if kernel is not None and cell.kernel != kernel:
                continue
            if cell.status == "ok":
                return cell
            found = found or cell
        return found

    def raw(self, point: Point) -> Optional[Cell]:
        """The limit line: O_DIRECT on the backing file, the same read on the same device."""
        def same_read(p: Point) -> tuple:
            return (p.device, p.pattern, p.block_size_bytes, p.engine, p.iodepth, p.numjobs)
        wanted = same_read(point)
        found = [c for c in self.cells if c.backend == "raw" and same_read(c.point) == wanted]
        return next((c for c in found if c.status == "ok"), found[0] if found else None)

    def points(self, wanted: Callable[[Cell], bool]) -> list[Point]:
        """The kinds of read among the cells of backend fscache that `wanted` accepts."""
        points = {c.point for c in self.cells if c.backend == "fscache" and wanted(c)}
        return sorted(points, key=lambda p: p.order)

    @property
    def devices(self) -> list[str]:
        return list(dict.fromkeys(p.device for p in self.points(lambda c: True)))


def size_name(size_bytes: int) -> str:
    """4096 -> "4k", as fio spells it."""
    for factor, letter in ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k")):
        if size_bytes and size_bytes % factor == 0:
            return f"{size_bytes // factor}{letter}"
    return str(size_bytes)


def bucket_lower_bound(index: int, sub_bucket_bits: int) -> int:
    """Smallest value of a bucket, ns (bench/measure/histogram.h)."""
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
    d = worst["dimensions"]
    reason = worst["reason"]
    if len(boots) > 1 and reason and worst["status"] != "unsupported":
        reason = f"boot {worst['boot']}: {reason}"
    point = Point(d["device"], d["cache_state"], d["layout"], d["pattern"], d["block_size_bytes"], d["engine"],
                  d["iodepth"], d["numjobs"])
    return Cell(worst["kernel"], worst["workload"], worst["cell"], boots[0]["boot"], d["backend"], d["io"], point,
                worst["observed_io"], worst["status"], reason, worst["known"], metrics, histogram)


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
    """Reads a results.json."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReportError(f"there is no {path}: name the output directory of a finished run") from None
    except ValueError as error:
        raise ReportError(f"{path} is not valid JSON, it may be cut off: {error}") from None
    try:
        return parse(document)
    except (KeyError, TypeError) as error:
        raise ReportError(f"{path} is not a results.json of this version: {error!r}") from error
