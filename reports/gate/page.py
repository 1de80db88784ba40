# SPDX-License-Identifier: GPL-2.0-only
"""The page of a gate and its pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Optional

from reports import beside, trust
from reports.clock import REAL, VIRTUAL
from reports.gate import attribution, differences, words
from reports.gate.data import Gate
from reports.gate.tables import deciding_cells, explained_cells, other_cells
from reports.render import embedded, write_html
from reports.style import Drawn, Picture

NOT_COUNTED = {
    True: "No cell has its instructions counted: none differs beyond the policy's thresholds, or counting was left out.",
    False: "By wall clock no instructions are counted; the same gate on machine exact says which functions a difference is in.",
}

# How notes begin that are in the answer already.
NOT_CHECKED = "not checked: "


def pictures(gate: Gate) -> list[Picture]:
    """What can be drawn of it."""
    found = []
    if gate.metrics:
        found.append(Picture(differences.NAME, differences.TITLE, differences.caption(gate), words.differences_sentence(gate), differences.figure(gate)))
    if attribution.explained(gate):
        found.append(Picture(attribution.NAME, attribution.TITLE, attribution.caption(gate), attribution.sentence(gate), attribution.figure(gate)))
    return found


def _failed_self_tests(gate: Gate) -> list[str]:
    return [f"self-test failed: {test.name}: {test.detail}" for test in gate.self_tests if test.outcome == "fail"]


def _run_of(folder: Path) -> Optional[dict[str, Any]]:
    """"run" of the first results.json below runs/; None if there is none."""
    for file in sorted(folder.glob("runs/*/results.json")):
        run: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["run"]
        return run
    return None


def write_gate_page(gate: Gate, plots: Path, target: Path) -> None:
    """Draws the pictures into `plots` and writes the page; calibration.json and runs/ are looked for beside it."""
    calibrated, run = beside.calibration(target.parent), _run_of(target.parent)
    drawn: list[Drawn] = [picture.save(plots) for picture in pictures(gate)]
    explained = explained_cells(gate)
    write_html("gate/gate.html.j2", target, gate=gate, headline=gate.answer.headline if gate.answer else words.headline(gate), evidence=words.evidence(gate),
               trust=trust.sentence_of(calibrated, gate.machine), trust_warning=trust.warning_of(calibrated, run) if run else "",
               problems=[*gate.problems, *_failed_self_tests(gate)], accepted=[f"{count} × {sentence}" for sentence, count in words.accepted(gate)], notes=[note for note in (*gate.notes, *words.cell_notes(gate)) if not note.startswith(NOT_CHECKED)],
               clock_meaning=(VIRTUAL if gate.exact else REAL).meaning, pictures={d.name: (d, embedded(d, plots)) for d in drawn},
               differences_sentence=words.differences_sentence(gate), attribution_sentence=attribution.sentence(gate) if explained else NOT_COUNTED[gate.exact],
               explained=explained, deciding=deciding_cells(gate), deciding_lines=len(gate.deciding), others=other_cells(gate))
