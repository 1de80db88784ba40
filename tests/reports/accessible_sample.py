# SPDX-License-Identifier: GPL-2.0-only
"""Generated documents with something of everything that pages show: python3 -m tests.reports.accessible_sample DIRECTORY"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.reports import gate_sample, generated_beside
from tests.reports.generated import KERNELS, nightly
from tests.reports.sample import cell, document

WORSE = gate_sample.metric(differences=(120.0, 121.0), verdict="regression", reason="2 of 2 seeds say so")
BETTER = gate_sample.metric("cpu_ns_per_op.total", (-90.0, -91.0), better=True)


def check(case: str, status: str = "pass", reason: str = "", known: bool = False, kernel_text: str = "") -> dict[str, Any]:
    return {"case": case, "status": status, "known": known, "reason": reason, "seconds": 0.5, "kernel_text": kernel_text}


def run() -> dict[str, Any]:
    found = nightly(KERNELS, suite="quick")
    found["kernels"][0]["base_version"] = "6.1.170"  # for "Which kernel?"
    found["cells"] += [cell(kernel, backend=b, observed_io="buffered" if b == "loop" else "direct") | {"workload": "rivals"} for kernel in KERNELS for b in ("fscache", "file", "loop")]
    found["run"]["findings"] = ["something that was found"]
    found["run"]["fio_jobs"] = [{"name": "database", "layout": "flat", "adapted": ["fio/database.fio"], "changes": [
        {"file": "database.fio", "line": 3, "option": "size=10g", "became": "size=32m", "why": "the file has 32m"}]}]
    return found


def verify() -> dict[str, Any]:
    """Every mark, and a reason that many cases share."""
    found = document([], ["base", "dio"])
    base, dio = (kernel["conformance"] for kernel in found["kernels"])
    base += [check(f"asynchrony/direct-{i}", "skip", "O_DIRECT is refused by this kernel") for i in range(5)]
    base += [check("data/mmap", "fail", "wrong bytes", known=True), check("notes/statx", "note", "memory 0 bytes, offset 0 bytes")]
    dio += [check(f"asynchrony/direct-{i}") for i in range(4)] + [check("data/mmap"), check("asynchrony/direct-4", "fail", "it came second", kernel_text="BUG: a word " * 30)]
    return found


def gate() -> dict[str, Any]:
    """Worse, better, undecided, accepted, invalid and the same, with functions."""
    name = "rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd{}"
    functions = {"a_function_of_the_kernel": (100.0, 220.0), "another_function": (30.0, 25.0), "[user]": (10.0, 10.0)}
    cells = [gate_sample.cell(name.format(1), WORSE, gate_sample.metric("ondemand.reads"), gate_sample.metric("errors"), functions=functions, patched=("another_function",)),
             gate_sample.cell(name.format(2), BETTER, gate_sample.metric("ondemand.reads"), functions={"another_function": (90.0, 0.0)}),
             gate_sample.cell(name.format(4), gate_sample.metric(differences=(1.0, 40.0), verdict="inconclusive", reason="seeds differ"), note="few reads"),
             gate_sample.cell(name.format(8), gate_sample.metric(differences=(50.0, 50.0), accepted="known to be slower")),
             gate_sample.cell(name.format(16), verdict="invalid", reason="the machine died")]
    return gate_sample.gate(*cells, verdict="invalid", problems=["the machine died"], notes=["a note"])


def main() -> None:
    documents = {"run/results": run(), "run/answer": generated_beside.answer(), "run/calibration": generated_beside.whole_calibration(), "run/clock": generated_beside.whole_clock(),
                 "run/history": generated_beside.whole_history(KERNELS, 30), "verify/results": verify(), "gate/gate": gate()}
    for name, found in documents.items():
        file = Path(sys.argv[1]) / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
