# SPDX-License-Identifier: GPL-2.0-only
"""The tables of a gate's page, as text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from reports.gate import attribution
from reports.gate.data import PASS, Cell, Gate, Line, Metric
from reports.gate.words import changes_of, threshold_text, how_much, how_sure, instructions, value_text


@dataclass(frozen=True)
class Row:
    """A line of the gate."""

    outcome: str
    metric: str
    baseline: str
    candidate: str
    how_much: str
    how_sure: str
    rule: str        # the policy's threshold, and where it is written


@dataclass(frozen=True)
class Rest:
    """A cell of the table of all others: its rows, and the metrics in which nothing differs at all."""

    cell: str
    rows: list[Row]
    same: str
    note: str


def _row(gate: Gate, line: Line) -> Row:
    metric = line.metric
    if metric is None:
        return Row(line.verdict, "the cell as a whole", "", "", "", line.cell.reason, "")
    sure = "; ".join(text for text in (how_sure(gate, metric), metric.accepted) if text)
    return Row(metric.outcome, metric.metric, value_text(metric.unit, metric.baseline), value_text(metric.unit, metric.candidate),
               how_much(metric), sure, f"{threshold_text([metric])} ({Path(gate.policy).name}:{metric.policy_line})")


def deciding_cells(gate: Gate) -> dict[str, list[Row]]:
    """What is no pass: the cells in the order of their gravest and largest line, each with all its lines."""
    cells: dict[str, list[Row]] = {}
    for line in gate.deciding:
        cells.setdefault(line.cell.cell, []).append(_row(gate, line))
    return cells


def _same(metrics: list[Metric]) -> str:
    return ", ".join(f"{m.metric} {value_text(m.unit, m.baseline)}" for m in metrics)


def _rest(gate: Gate, cell: Cell) -> Optional[Rest]:
    passed = [m for m in cell.metrics if m.verdict == PASS]
    rows = [_row(gate, Line(cell, m)) for m in passed if not m.is_same]
    same = _same([m for m in passed if m.is_same])
    note = "; ".join(text for text in (cell.note, cell.reason and cell.accepted and cell.reason, cell.accepted) if text)
    return Rest(cell.cell, rows, same, note) if rows or same or note else None


def other_cells(gate: Gate) -> list[Rest]:
    """What passed, by cell."""
    return [rest for cell in gate.cells if (rest := _rest(gate, cell)) is not None]


FunctionRow = tuple[str, str, str, str, str]  # name, before, after, difference, share


@dataclass(frozen=True)
class Explained:
    """The functions of a cell, as text."""

    cell: str
    changes: str
    rows: list[FunctionRow]


def _function_row(row: attribution.Row) -> FunctionRow:
    return row.name, f"{row.baseline:,.1f}", f"{row.candidate:,.1f}", *_difference(row)


def _difference(row: attribution.Row) -> tuple[str, str]:
    return instructions(row.difference), "" if row.share is None else f"{100 * row.share:,.1f} %"


def _explained(account: attribution.Account) -> Explained:
    # Functions that do not differ are in no row, so the sum of before and of after would be of no whole.
    total: FunctionRow = (account.total.name, "", "", *_difference(account.total))
    return Explained(account.cell.cell, changes_of(account.cell), [*map(_function_row, account.rows), total])


def explained_cells(gate: Gate) -> list[Explained]:
    """Every cell whose difference was counted; the last row of each is the whole."""
    return [_explained(attribution.account(cell, attribution.MOST_OF_A_TABLE)) for cell in attribution.explained(gate)]
