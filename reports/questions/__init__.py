# SPDX-License-Identifier: GPL-2.0-only
"""One module a question; a file put here is a page of the report.

A module has

* ORDER: its place on the page, small first
* TITLE: the question
* WORKLOADS: whose cells it shows, so that they need no page of their own
* matches(run) -> bool: whether the run has cells for it
* figure(run) -> Figure
* sentence(run) -> str: the answer, computed from the numbers

and may have caption(run) -> str and notes(run) -> list[str].
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

NEEDED = ("ORDER", "TITLE", "WORKLOADS", "matches", "figure", "sentence")


def all_questions() -> list[ModuleType]:
    """Every module of this folder, in the order of the page."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    for module in modules:
        missing = [name for name in NEEDED if not hasattr(module, name)]
        if missing:
            raise TypeError(f"{module.__file__} lacks {', '.join(missing)}; reports/questions/__init__.py says what a question has")
    return sorted(modules, key=lambda m: (m.ORDER, m.__name__))


def name_of(question: ModuleType) -> str:
    """Of its anchor and its files."""
    return question.__name__.rpartition(".")[2].replace("_", "-")
