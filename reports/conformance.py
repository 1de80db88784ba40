# SPDX-License-Identifier: GPL-2.0-only
"""The matrix of conformance: what each case came to on each kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

SIGNS = {"pass": "✓", "fail": "✗", "known": "(✗)", "skip": "–", "note": "i"}
MEANINGS = {"pass": "pass", "fail": "fails", "known": "fails, as its series says (known)", "skip": "says nothing about this kernel",
            "note": "Linux leaves room: see the text"}


@dataclass(frozen=True)
class Mark:
    """What one case came to on one kernel."""

    word: str  # a key of SIGNS
    reason: str
    kernel_text: str

    @property
    def sign(self) -> str:
        return SIGNS[self.word]


@dataclass(frozen=True)
class Row:
    case: str
    marks: list[Optional[Mark]]  # by kernel; None: not run

    @property
    def worst(self) -> str:
        words = {mark.word for mark in self.marks if mark}
        return next((word for word in ("fail", "known", "note", "pass", "skip") if word in words), "skip")


@dataclass(frozen=True)
class Topic:
    name: str
    rows: list[Row]

    @property
    def open(self) -> bool:
        """Topics with something to see are shown unfolded."""
        return any(row.worst in ("fail", "known") for row in self.rows)

    @property
    def summary(self) -> str:
        counts: dict[str, int] = {}
        for row in self.rows:
            for mark in row.marks:
                if mark:
                    counts[mark.word] = counts.get(mark.word, 0) + 1
        return ", ".join(f"{counts[word]} {word}" for word in SIGNS if word in counts)


def _mark(entry: dict[str, Any]) -> Mark:
    word = "known" if entry["status"] == "fail" and entry["known"] else entry["status"]
    return Mark(word, entry["reason"], entry["kernel_text"])


def matrix(kernels: list[dict[str, Any]]) -> list[Topic]:
    """The cases by topic and back end, each with its marks in the order of the kernels."""
    by_case: dict[str, list[Optional[Mark]]] = {}
    for column, kernel in enumerate(kernels):
        for entry in kernel["conformance"]:
            by_case.setdefault(entry["case"], [None] * len(kernels))[column] = _mark(entry)
    topics: dict[str, list[Row]] = {}
    for case in sorted(by_case):
        backend = case.partition("@")[2]
        topics.setdefault(case.split("/")[0] + (f" on {backend}" if backend else ""), []).append(Row(case, by_case[case]))
    return [Topic(name, rows) for name, rows in topics.items()]


@dataclass(frozen=True)
class Said:
    """Cases of one kernel that say the same."""

    kernel: str
    word: str
    reason: str
    kernel_text: str
    cases: list[str]


def said(kernels: list[dict[str, Any]]) -> list[Said]:
    """Failures, notes and skips, those that say the same together; new failures first."""
    out: dict[tuple[str, str, str], Said] = {}
    for kernel in kernels:
        for entry in kernel["conformance"]:
            mark = _mark(entry)
            if mark.word != "pass":
                key = (kernel["name"], mark.word, mark.reason)
                out.setdefault(key, Said(kernel["name"], mark.word, mark.reason, mark.kernel_text, [])).cases.append(entry["case"])
    order = {"fail": 0, "known": 1, "note": 2, "skip": 3}
    return sorted(out.values(), key=lambda s: order[s.word])
