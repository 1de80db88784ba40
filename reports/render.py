# SPDX-License-Identifier: GPL-2.0-only
"""Pages: one file each, that needs no network and no scripts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import jinja2

from reports.style import Drawn

LARGEST_SVG_BYTES = 250_000


def embedded(picture: Drawn, folder: Path) -> str:
    """The picture as a data: URL; the PNG if the SVG has so much in it that a browser would be slow."""
    svg = (folder / f"{picture.name}.svg").read_bytes()
    if len(svg) <= LARGEST_SVG_BYTES:
        return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
    return "data:image/png;base64," + base64.b64encode((folder / f"{picture.name}.png").read_bytes()).decode("ascii")


def write_html(template: str, target: Path, **values: Any) -> None:
    """Writes the page of a template of this folder beside its final name and renames it."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True,
                                     undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    temporary = target.with_name(target.name + ".new")
    temporary.write_text(environment.get_template(template).render(**values), encoding="utf-8")
    temporary.replace(target)
