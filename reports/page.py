# SPDX-License-Identifier: GPL-2.0-only
"""The HTML page of a run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional, Sequence

from reports.arms import colour_of
from reports.conformance import MEANINGS, SIGNS, matrix, said
from reports.contents import Page
from reports.data import Cell, Run
from reports.headline import bytes_name, headline, ns_name
from reports.render import embedded, write_html
from reports.style import Drawn
from reports.trust import sentence as trust_sentence
from reports.trust import warning as trust_warning

CLOCK_MEANING = {
    "virtual": "Times are counts of guest instructions. They are the same on every host and in every repetition, so any difference "
               "between two kernels is a difference in what they execute. They leave out caches, memory bandwidth and the bus: they rank "
               "the arms and show changes, but they are not what a stopwatch would show.",
    "real": "Times are of a real clock on this host. They contain its noise: small differences between single boots may be chance.",
}


@dataclass(frozen=True)
class TableCell:
    """A row of the table of all cells, as text: one arm's."""

    kernel: str
    colour: str
    status: str
    known: bool
    observed: str
    reason: str
    numbers: list[str]


NUMBER_COLUMNS = ("throughput", "p50", "p99", "max", "CPU/read", "page cache", "fetched", "of raw")


def _numbers(run: Run, cell: Cell) -> list[str]:
    def text(value: Optional[float], form: Any) -> str:
        return "" if value is None else form(value)
    raw = run.limit(cell.point) if cell.backend not in ("raw", "null") else None
    own, limit = cell.metric("throughput_bytes_per_s"), raw.cell.metric("throughput_bytes_per_s") if raw else None
    near = "\u2248" if raw is not None and raw.stand_in else ""
    return [
        text(own, lambda v: bytes_name(v) + "/s"),
        text(cell.metric("latency_ns.p50"), ns_name),
        text(cell.metric("latency_ns.p99"), ns_name),
        text(cell.metric("latency_ns.max"), ns_name),
        text(cell.metric("cpu_ns_per_op.total"), ns_name),
        text(cell.page_cache_growth_bytes, bytes_name),
        text(cell.metric("ondemand.bytes"), bytes_name),
        text(own / limit if own is not None and limit else None, lambda v: f"{near}{v:.0%}"),
    ]


def table_by_workload(run: Run) -> dict[str, dict[str, list[TableCell]]]:
    """Workload -> cell id -> the arms' rows."""
    tables: dict[str, dict[str, list[TableCell]]] = {name: {} for name in run.workloads}
    order = {name: i for i, name in enumerate(run.kernels)}
    for cell in sorted(run.cells, key=lambda c: (c.point.order[:2], c.backend, c.point.cache_state, c.point.order, c.cell,
                                                 order[c.kernel])):
        row = TableCell(cell.kernel, colour_of(cell.kernel, run.kernels), cell.status, cell.known, cell.observed_io or "",
                        cell.reason, _numbers(run, cell))
        tables[cell.workload].setdefault(cell.cell, []).append(row)
    return tables


@dataclass(frozen=True)
class Section:
    """A page of the report with its pictures, as the template needs it."""

    page: Page
    pictures: list[tuple[Drawn, str]]


def _known(known: bool) -> str:
    return " (known, its series says so)" if known else ""


def problems(run: Run) -> list[str]:
    """What is not as it should be, one sentence for each kind."""
    sentences = []
    for kernel in run.document["kernels"]:
        if kernel["status"] != "ok":
            sentences.append(f"{kernel['name']} is {kernel['status']}: {kernel['reason']}")
        for boot in kernel["boots"]:
            if boot["outcome"] != "ok":
                sentences.append(f"{kernel['name']}: boot {boot['boot']} on {boot['device']} ended in {boot['outcome']}")
        checks: dict[str, int] = {}
        for check in kernel["conformance"] if run.cells else ():
            if check["status"] == "fail":
                sentence = f"{kernel['name']} fails conformance{_known(check['known'])}: {check['reason']}"
                checks[sentence] = checks.get(sentence, 0) + 1
        sentences += [f"{sentence} [{count} check{'s' if count > 1 else ''}]" for sentence, count in checks.items()]
    groups: dict[str, int] = {}
    for cell in run.cells:
        if cell.status != "ok":
            sentence = f"{cell.kernel} {cell.status}{_known(cell.known)}: {cell.reason}"
            groups[sentence] = groups.get(sentence, 0) + 1
    sentences += [f"{sentence} [{count} cell{'s' if count > 1 else ''}]" for sentence, count in groups.items()]
    if not run.cells:
        # Failed cases are told one by one further down.
        cases = tuple(f"{kernel['name']}: {check['case']}: " for kernel in run.document["kernels"] for check in kernel["conformance"])
        return sentences + [f for f in run.document["run"]["findings"] if f not in sentences and not f.startswith(cases)]
    return sentences + [f for f in run.document["run"]["findings"] if f not in sentences]


def write_page(run: Run, pages: Sequence[Page], drawn: dict[str, list[Drawn]], plots: Path, target: Path) -> None:
    """Writes the page beside its final name and renames it."""
    document = run.document
    measured = bool(run.cells)
    sentences = headline(run) if measured else []
    sections = [Section(page, [(p, embedded(p, plots)) for p in drawn[page.anchor]]) for page in pages]
    write_html(
        "report.html.j2", target, run=document["run"], kernels=document["kernels"], measured=measured, topics=matrix(document["kernels"]),
        said=said(document["kernels"]), signs=SIGNS, meanings=MEANINGS,
        sentences=[s.partition(": ") for s in sentences], trust=trust_sentence(run), trust_warning=trust_warning(run), problems=problems(run),
        sections=[s for s in sections if s.pictures],
        tables=table_by_workload(run), number_columns=NUMBER_COLUMNS, has_remote=any(c.point.cache_state == "remote" for c in run.cells),
        colours={name: colour_of(name, run.kernels) for name in run.kernels},
        clock_meaning=CLOCK_MEANING.get(document["run"]["clock"]["kind"], ""), command=shlex.join(document["run"]["argv"]))
