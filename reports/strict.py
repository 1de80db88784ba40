# SPDX-License-Identifier: GPL-2.0-only
"""Reading JSON strictly: what a file lacks is said in words, before anything is drawn.

A shape is what a value has at least: a type, several types, a tuple of words, a list of one shape, or an object's keys.
A tuple of null and an object or a list is one that may be missing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class ReportError(Exception):
    """Something a person can put right; the text says how."""


def read_json(path: Path) -> Any:
    """The decoded file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ReportError(f"{path} is not valid JSON, it may be cut off: {error}") from None


def problem(value: Any, shape: Any, where: str = "") -> str:
    """What is wrong with a value at `where`, in words that follow "has"; empty if nothing is."""
    if isinstance(shape, dict):
        return _object_problem(value, shape, where)
    if isinstance(shape, list):
        return _list_problem(value, shape[0], where)
    if isinstance(shape, tuple) and isinstance(shape[0], str):
        return "" if value in shape else f"{value!r} as {where}"
    if isinstance(shape, tuple) and any(isinstance(one, (dict, list)) for one in shape):
        return "" if value is None else problem(value, shape[-1], where)
    # JSON's true is no number, though Python's is.
    allowed = shape if isinstance(shape, tuple) else (shape,)
    fits = isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))
    return "" if fits else f"{value!r} as {where}"


def _object_problem(value: Any, shape: dict[str, Any], where: str) -> str:
    if not isinstance(value, dict):
        return f"{value!r} as {where}" if where else "no object"
    missing = [f"{where}.{key}" if where else key for key in shape if key not in value]
    if missing:
        return "no " + ", ".join(missing)
    found = (problem(value[key], one, f"{where}.{key}" if where else key) for key, one in shape.items())
    return next((one for one in found if one), "")


def _list_problem(value: Any, shape: Any, where: str) -> str:
    if not isinstance(value, list):
        return f"{value!r} as {where}"
    found = (problem(one, shape, f"{where}[{i}]") for i, one in enumerate(value))
    return next((one for one in found if one), "")
