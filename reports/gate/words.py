# SPDX-License-Identifier: GPL-2.0-only
"""How a gate's numbers are said, as `diobench gate` says them on the terminal (bench/verdict/judge/metric_words.h)."""

from __future__ import annotations

import math
from collections import Counter
from typing import Callable, Optional, Sequence

from reports.gate.data import ACCEPTED, BETTER, INCONCLUSIVE, INVALID, PASS, REGRESSION, Cell, Gate, Metric, Span
from reports.words import joined

MIB = float(1 << 20)
# From here on a value is said in the larger unit.
LARGE_NS = 1e5
LARGE_BYTES = 1e6


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def value_text(unit: str, value: Optional[float]) -> str:
    """With digits enough that a change of the smallest threshold can be seen."""
    if value is None:
        return ""
    if unit == "ns":
        return f"{value:,.1f} ns" if abs(value) < LARGE_NS else f"{value / 1e3:,.2f} µs"
    if unit == "bytes":
        return f"{value:,.0f} B" if abs(value) < LARGE_BYTES else f"{value / MIB:,.3f} MiB"
    if unit == "bytes_per_s":
        return f"{value / MIB:,.2f} MiB/s"
    forms = {"s": "{:.6f} s", "ops_per_s": "{:,.1f} /s", "ratio": "{:.4f}", "instructions": "{:,.1f} instructions", "per_op": "{:,.3f} a read"}
    return forms.get(unit, "{:,.10g}").format(value)


def percent(change: float) -> str:
    """"+0.0123 %", "-1.23 %", "+12.3 %"; an infinite change is one from nothing."""
    if math.isinf(change):
        return "from nothing"
    value = 100 * change
    if value == 0:
        return "0 %"
    return f"{value:+.4f} %" if abs(value) < 0.1 else f"{value:+.2f} %" if abs(value) < 10 else f"{value:+,.1f} %"


def instructions(difference: float) -> str:
    """"+1,234.5", "-0.002": a difference of instructions a read."""
    return f"{difference:+,.1f}" if abs(difference) >= 0.1 or not difference else f"{difference:+.3f}"


def how_much(metric: Metric) -> str:
    return "-" if metric.change is None else percent(metric.change)


def _range(span: Span) -> str:
    return "all alike" if span.low == span.high else f"{percent(span.low)} to {percent(span.high)}"


def pairs_text(gate: Gate, count: int) -> str:
    """"3 seeds", "12 pairs"."""
    return plural(count, "seed" if gate.exact else "pair")


def how_sure(gate: Gate, metric: Metric) -> str:
    """What the verdict rests on; empty if every pair is the same."""
    if metric.verdict == INVALID:
        return metric.reason
    if metric.wall is not None:
        interval = metric.wall.interval
        return metric.reason or ("" if interval is None else _range(interval))
    if metric.is_same:
        return ""
    low, high = min(metric.differences), max(metric.differences)
    alike = "all alike" if low == high else f"{low:+g} to {high:+g} {metric.unit}"
    said = metric.reason or pairs_text(gate, len(metric.differences))
    return f"{said}, {_range(metric.span) if metric.span else alike}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def threshold_text(metrics: Sequence[Metric]) -> str:
    """"threshold 0.1 %", "threshold 0.1 to 5 % or 4096 bytes", "threshold 4.3 to 90.4 instructions"."""
    ratios, margins = [100 * m.floor_ratio for m in metrics], [m.margin for m in metrics]
    share = f"{_span_text(ratios, '{:g}'.format)} %" if any(ratios) or not any(margins) else ""
    margin = f"{_span_text(margins, _short)} {metrics[0].unit}" if any(margins) else ""
    return "threshold " + " or ".join(part for part in (share, margin) if part)


def _span_text(values: Sequence[float], text: Callable[[float], str]) -> str:
    low, high = text(min(values)), text(max(values))
    return low if low == high else f"{low} to {high}"


def _cells_with(gate: Gate, verdict: str) -> int:
    return sum(1 for c in gate.cells if (c.reason and c.verdict == verdict) or any(m.verdict == verdict for m in c.metrics))


def headline(gate: Gate) -> str:
    """What the verdict is about."""
    metrics = sum(line.verdict == gate.verdict for line in gate.metrics)
    cells = _cells_with(gate, gate.verdict)
    if gate.verdict == PASS:
        return f"{gate.candidate} is not worse than {gate.baseline}."
    if gate.verdict == REGRESSION:
        return f"{gate.candidate} is worse than {gate.baseline} in {plural(cells, 'test')} ({plural(metrics, 'metric')})."
    if gate.verdict == INCONCLUSIVE:
        return f"{gate.candidate} against {gate.baseline}: {plural(metrics, 'metric')} of {plural(cells, 'test')} could not be decided."
    return f"{gate.candidate} against {gate.baseline}: these runs say nothing."


def evidence(gate: Gate) -> str:
    """What was judged, with how many pairs."""
    pairs = pairs_text(gate, len(gate.seeds)) + (f" ({', '.join(map(str, gate.seeds))})" if gate.exact and gate.seeds else "" if gate.exact else " of boots")
    text = f"{plural(len(gate.metrics), 'metric')} of {plural(len(gate.cells), 'test')} judged, {pairs}"
    if gate.confirm_pairs:
        text += f" and {gate.confirm_pairs} more to confirm"
    if gate.disturbed_boots:
        text += f"; {plural(gate.disturbed_boots, 'boot')} of a disturbed host thrown away"
    return text + (f"; {plural(gate.cells_that_do_not_gate, 'test')} outside the policy" if gate.cells_that_do_not_gate else "") + "."


OUTCOMES = ((PASS, "not worse"), (BETTER, "better beyond the threshold"), (ACCEPTED, "worse and accepted by policy"), (REGRESSION, "worse"),
            (INCONCLUSIVE, "not decided"), (INVALID, "without a number"))


def _counts(metrics: list[Metric]) -> str:
    """"12 not worse, 3 worse and 1 not decided"."""
    counts = Counter(metric.outcome for metric in metrics)
    return joined([f"{counts[name]:,} {text}" for name, text in OUTCOMES if counts[name]])


def differences_sentence(gate: Gate) -> str:
    """What became of the metrics, and the largest change of either kind; what is beyond its threshold before what is not."""
    lines = gate.metrics
    if not lines:
        return "No metric of any cell was judged."
    sizes = [(line.metric.change, line) for line in lines if line.metric and line.metric.change is not None]
    parts = [f"{plural(len(lines), 'metric')}: {_counts([line.metric for line in lines if line.metric])}"]
    for sign, text in ((1, "most for the worse is"), (-1, "most for the better is")):
        of_kind = [(line.metric is not None and line.metric.outcome != PASS, line.size, line) for change, line in sizes if sign * change > 0]
        _, size, line = max(of_kind, key=lambda one: one[:2], default=(False, 0.0, lines[0]))
        if size > 0 and line.metric:
            parts.append(f"{text} {how_much(line.metric)}, {line.metric.metric} of {line.cell.cell}")
    return "; ".join(parts) + "."


def changes_of(cell: Cell, most: int = 3) -> str:
    """The metrics of a cell that are not as they were: times first, then the largest."""
    changed = [m for m in cell.metrics if m.outcome != PASS and m.change is not None]
    changed.sort(key=lambda m: (m.unit != "ns", -abs(m.change or 0)))
    more = f", and {len(changed) - most} more" if len(changed) > most else ""
    return ", ".join(f"{m.metric} {how_much(m)}" for m in changed[:most]) + more


def accepted(gate: Gate) -> list[tuple[str, int]]:
    """Each sentence of the policy that made a pass, with how many metrics or cells it did."""
    counts = Counter(c.accepted for c in gate.cells if c.accepted)
    counts.update(m.accepted for c in gate.cells for m in c.metrics if m.accepted)
    return sorted(counts.items())


def cell_notes(gate: Gate) -> list[str]:
    """What is to be known of cells, each with how many they are."""
    return [f"{plural(count, 'test')}: {note}" for note, count in sorted(Counter(c.note for c in gate.cells if c.note).items())]
