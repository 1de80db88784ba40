# SPDX-License-Identifier: GPL-2.0-only
"""Documents of which a part is made: what stands between two marks."""

from __future__ import annotations

from typing import Optional


def replaced(document: str, begin: str, end: str, content: str) -> Optional[str]:
    """The document with `content` between the marks, which stay; None if it has not both."""
    first = document.find(begin)
    last = document.find(end, first)
    return None if first < 0 or last < 0 else document[:first + len(begin)] + content + document[last:]
