# SPDX-License-Identifier: GPL-2.0-only
"""Colours and marks of what became of a metric, the same in every figure of a gate."""

from __future__ import annotations

from dataclasses import dataclass

from reports.gate.data import ACCEPTED, BETTER, INCONCLUSIVE, INVALID, PASS, REGRESSION

# Okabe and Ito's palette, as in reports/arms.py.
WORSE_COLOUR = "#D55E00"
BETTER_COLOUR = "#0072B2"
PLAIN_COLOUR = "#8A8A8A"


@dataclass(frozen=True)
class Mark:
    """How a metric is drawn; `name` is for the legend."""

    name: str
    colour: str
    marker: str
    size: float


# In the order they are drawn: what matters most lies on top.
MARKS = {
    PASS: Mark("pass", PLAIN_COLOUR, "o", 2.6),
    BETTER: Mark("pass, better beyond the threshold", BETTER_COLOUR, "<", 4.4),
    ACCEPTED: Mark("pass, accepted by policy", "#CC79A7", "s", 4.4),
    INCONCLUSIVE: Mark("inconclusive", "#E69F00", "D", 4.4),
    REGRESSION: Mark("regression", WORSE_COLOUR, "X", 5.4),
    INVALID: Mark("invalid", "#222222", "P", 5.0),
}
