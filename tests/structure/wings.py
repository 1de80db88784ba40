# SPDX-License-Identifier: GPL-2.0-only
"""The table of wings (docs/architecture.md), and whether a tree keeps it: breaches() reads every #include of bench/.

A wing is a folder of bench/; its rooms are the folders in it (nightly/ and fleet/ are rooms themselves). The files of a room include their
own room, and of others what the table allows; no chain of includes leads from a room back to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

# Wing -> wings whose files it may include, besides its own.
MAY_INCLUDE = {
    "common": (),
    "guest": ("common",),
    "results": ("common",),
    "host": ("common", "guest", "results"),
    "verdict": ("common", "results", "host"),
    "nightly": ("common", "results", "host", "verdict"),
    "fleet": ("common", "results", "host", "verdict", "nightly"),
    "cli": ("common", "results", "host", "verdict", "nightly", "fleet"),
}
# What the host's side may include of the guest's: tables of names, what is sent to the guest, and how its records are written.
GUEST_HEADERS_FOR_HOST = {
    "bench/guest/backend/backend.h",
    "bench/guest/cell/fio_cell.h",
    "bench/guest/conformance/case.h",
    "bench/guest/conformance/plan.h",
    "bench/guest/conformance/protocol_states.h",
    "bench/guest/engine/engine.h",
    "bench/guest/record/leave.h",
    "bench/guest/record/probe_init.h",
    "bench/guest/record/record_wire.h",
}
# A folder below a room that is no room of its own: compiled with the room, or for another program (QEMU loads it).
PARTS_OF_ROOMS = {"cases", "plugin", "preload"}
INCLUDE = re.compile(r'\s*#\s*include\s+"(bench/[^"]+)"')


@dataclass(frozen=True)
class Include:
    file: str
    line: int
    target: str


@dataclass
class House:
    includes: list[Include] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def read_house(root: Path) -> House:
    """Every source file of root/bench and what it includes of bench/."""
    house = House()
    for path in sorted((root / "bench").rglob("*")):
        if path.suffix not in (".cc", ".h"):
            continue
        name = path.relative_to(root).as_posix()
        house.files.append(name)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := INCLUDE.match(line):
                house.includes.append(Include(name, number, match[1]))
    return house


def wing_of(file: str) -> str:
    return file.split("/")[1]


def room_of(file: str) -> str:
    """"bench/guest/engine/cases/x.cc" -> "guest/engine"; "bench/guest/main.cc", a program, -> "guest/main.cc"."""
    parts = [part for part in file.split("/")[1:-1] if part not in PARTS_OF_ROOMS]
    name = "/".join(parts)
    return f"{name}/main.cc" if file.endswith("/main.cc") else name


def rooms(house: House) -> set[str]:
    return {room_of(file) for file in house.files if not file.endswith("/main.cc")}


def breaches(house: House) -> list[str]:
    """One line a breach: file, line and rule."""
    out = []
    for file in house.files:
        if wing_of(file) not in MAY_INCLUDE:
            out.append(f"{file}:1: bench/{wing_of(file)}/ is no wing; the wings are {', '.join(MAY_INCLUDE)}")
    known = set(house.files)
    for include in house.includes:
        where = f"{include.file}:{include.line}"
        if include.target not in known:
            out.append(f"{where}: {include.target} is not there")
            continue
        here, there = wing_of(include.file), wing_of(include.target)
        if here == there or here not in MAY_INCLUDE:
            continue
        if there not in MAY_INCLUDE[here]:
            allowed = ", ".join(f"{wing}/" for wing in (here, *MAY_INCLUDE[here]))
            out.append(f"{where}: includes {include.target}; what lies in {here}/ may include {allowed} only")
        elif there == "guest" and include.target not in GUEST_HEADERS_FOR_HOST:
            out.append(f"{where}: includes {include.target}; of guest/ the host's side may include {', '.join(sorted(GUEST_HEADERS_FOR_HOST))} only")
    return out + circles(house)


def circles(house: House) -> list[str]:
    """Each circle of rooms once, as the includes that close it."""
    arrows: dict[str, dict[str, Include]] = {}
    for include in house.includes:
        here, there = room_of(include.file), room_of(include.target)
        if here != there:
            arrows.setdefault(here, {}).setdefault(there, include)
    out, done = [], set()

    def visit(room: str, path: list[str]) -> None:
        if room in path:
            ring = path[path.index(room):] + [room]
            steps = [arrows[a][b] for a, b in zip(ring, ring[1:])]
            text = "; ".join(f"{step.file}:{step.line} includes {step.target}" for step in steps)
            out.append(f"{steps[0].file}:{steps[0].line}: rooms include each other in a circle, {' -> '.join(ring)}: {text}")
            return
        if room in done:
            return
        for there in sorted(arrows.get(room, {})):
            visit(there, [*path, room])
        done.add(room)

    for room in sorted(arrows):
        visit(room, [])
    return out


# Definitions of an anonymous namespace, at the beginning of a line, as this project writes them.
FUNCTION = re.compile(r"(?!namespace|using|struct|class|enum|template|//|#|\}|\s)(?:\[\[nodiscard\]\] )?[\w:<>,&*\s]+?[\s&*](\w+)\(([^{;]*)\)[^;{]*\{")
TYPE = re.compile(r"(?:struct|class|enum class|enum) (\w+)\b(?!.*;$)")
CONSTANT = re.compile(r"(?:constexpr|const|static|inline)[\w:<>,&*\s()]*?[\s&*](\w+)(?:\[\w*\])?(?: =|\{|;|\()")


def anonymous_names(text: str) -> dict[str, int]:
    """What the anonymous namespaces of a file define -> its line; of functions with the types of their parameters."""
    out, inside = {}, False
    for number, line in enumerate(text.splitlines(), 1):
        if line in ("namespace {", "}  // namespace"):
            inside = line == "namespace {"
        elif inside:
            if match := TYPE.match(line):
                out.setdefault(match[1], number)
            elif match := FUNCTION.match(line):
                out.setdefault(f"{match[1]}({re.sub(r'[ &*]*[a-z_]+(?=,|$)', '', match[2])})", number)
            elif (match := CONSTANT.match(line)) and "(" not in line.split("=")[0]:
                out.setdefault(match[1], number)
    return out


def names_said_twice(texts: dict[str, str]) -> list[str]:
    """Files of a folder are compiled in batches (CMakeLists.txt): a name that two of them define may meet itself there."""
    places: dict[tuple[str, str], list[str]] = {}
    for file, text in texts.items():
        for name, line in anonymous_names(text).items():
            places.setdefault((str(Path(file).parent), name), []).append(f"{file}:{line}")
    return [f"{where[0]}: {name} is defined at {where[1]}, too; both may be compiled as one file"
            for (_, name), where in places.items() if len(where) > 1]
