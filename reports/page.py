# SPDX-License-Identifier: GPL-2.0-only
"""The HTML page of a run."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Sequence

from reports import answer
from reports.arms import colour_of, left_out
from reports.clock import Basis
from reports.conformance import MEANINGS, SIGNS, matrix, said
from reports.contents import Page
from reports.data import FLOOR_BACKEND, Cell, Run
from reports.floor import wrong_floors
from reports.render import embedded, write_html
from reports.stopwatch import sentence as stopwatch_sentence
from reports.stopwatch import warning as stopwatch_warning
from reports.style import Drawn, bytes_name, ns_name
from reports.trust import sentence as trust_sentence
from reports.trust import warning as trust_warning


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


@dataclass(frozen=True)
class Column:
    """A number of that table."""

    name: str
    basis: Basis
    text: Callable[[Run, Cell], Optional[str]]


def _metric(name: str, form: Callable[[float], str]) -> Callable[[Run, Cell], Optional[str]]:
    def text(_: Run, cell: Cell) -> Optional[str]:
        value = cell.metric(name)
        return None if value is None else form(value)
    return text


def _cpu(run: Run, cell: Cell) -> Optional[str]:
    value = cell.metric("cpu_ns_per_op.total")
    return None if value is None else f"{value:,.0f}" if run.clock.counts_instructions else ns_name(value)


def _growth(_: Run, cell: Cell) -> Optional[str]:
    return None if cell.page_cache_growth_bytes is None else bytes_name(cell.page_cache_growth_bytes)


def _of_floor(run: Run, cell: Cell) -> Optional[str]:
    floor = run.floor(cell.point, cell.kernel) if cell.backend not in (FLOOR_BACKEND, "null") else None
    own, least = cell.metric("throughput_bytes_per_s"), floor.value(lambda c: c.metric("throughput_bytes_per_s"), True) if floor else None
    return f"{'≈' if floor and floor.stand_in else ''}{own / least:.0%}" if own is not None and least else None


COLUMNS = (
    Column("", Basis.CPU, _cpu), Column("page cache", Basis.COUNT, _growth), Column("fetched", Basis.COUNT, _metric("ondemand.bytes", bytes_name)),
    Column("throughput", Basis.TIME, _metric("throughput_bytes_per_s", lambda v: bytes_name(v) + "/s")),
    Column("of the floor", Basis.TIME, _of_floor), Column("p50", Basis.TIME, _metric("latency_ns.p50", ns_name)),
    Column("p99", Basis.TIME, _metric("latency_ns.p99", ns_name)), Column("max", Basis.TIME, _metric("latency_ns.max", ns_name)))


def table_head(run: Run) -> list[tuple[str, str]]:
    """Name of each column, and whether it was counted, modelled or timed."""
    return [(c.name or run.clock.cpu_per_read, run.clock.kind(c.basis)) for c in COLUMNS]


def table_by_workload(run: Run) -> dict[str, dict[str, list[TableCell]]]:
    """Workload -> cell id -> the arms' rows."""
    tables: dict[str, dict[str, list[TableCell]]] = {name: {} for name in run.workloads}
    order = {name: i for i, name in enumerate(run.kernels)}
    for cell in sorted(run.cells, key=lambda c: (c.point.order[:2], c.backend, c.point.cache_state, c.point.order, c.cell,
                                                 order[c.kernel])):
        row = TableCell(cell.kernel, colour_of(cell.kernel, run.kernels), cell.status, cell.known, cell.observed_io or "",
                        cell.reason, [column.text(run, cell) or "" for column in COLUMNS])
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
    sections = [Section(page, [(p, embedded(p, plots)) for p in drawn[page.anchor]]) for page in pages]
    write_html(
        "report.html.j2", target, run=document["run"], kernels=document["kernels"], measured=measured, topics=matrix(document["kernels"]),
        said=said(document["kernels"]), signs=SIGNS, meanings=MEANINGS,
        mainline=answer.mainline(run), recommendation=answer.recommendation(run), ratio_meaning=answer.ratio_meaning(run), contenders=answer.contenders(run), blocks=answer.blocks(run), columns=answer.columns(run), reference=answer.reference(run),
        sizes=answer.sizes(run), worst=[s.partition(": ") for s in answer.worst(run)], worst_reads=answer.worst_reads(run), next=answer.next_command(run),
        sentences=[s.partition(": ") for s in answer.sentences(run)], trust=trust_sentence(run), trust_warning=trust_warning(run),
        stopwatch=stopwatch_sentence(run) if measured else "", stopwatch_warning=stopwatch_warning(run) if measured else "", problems=problems(run),
        sections=[s for s in sections if s.pictures],
        tables=table_by_workload(run), table_head=table_head(run), wrong_floors=wrong_floors(run), has_remote=any(c.point.cache_state == "remote" for c in run.cells),
        colours={name: colour_of(name, run.kernels) for name in run.kernels},
        left_out=f"{left_out(run)}. The tables say why." if left_out(run) else "", clock_meaning=run.clock.meaning, command=shlex.join(document["run"]["argv"]))
