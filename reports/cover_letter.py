# SPDX-License-Identifier: GPL-2.0-only
"""python3 -m reports.cover_letter DIR LETTER: puts what a run measured between the marks of a series' cover letter, with what identifies its kernels."""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

from reports.marked import replaced
from reports.strict import ReportError

BEGIN = "Numbers\n-------\n"
END = "\nWhat it costs\n"
KERNELS = ("base", "fallback", "dio-sync", "dio")
RAW = "ext4"
COLUMN = 9


@dataclass(frozen=True)
class Row:
    """A figure of one cell: what it is called, which metric, in which unit."""

    title: str
    cell: str
    value: Callable[[dict[str, Any]], Optional[float]]
    digits: int = 0


def _rate(metrics: dict[str, Any]) -> float:
    return float(metrics["ops_per_s"])


def _megabytes(metrics: dict[str, Any]) -> float:
    return float(metrics["throughput_bytes_per_s"]) / 1e6


def _cpu(metrics: dict[str, Any]) -> float:
    return float(metrics["cpu_ns_per_op"]["total"]) / 1e3


def _latency(metrics: dict[str, Any]) -> float:
    return float(metrics["latency_ns"]["p50"]) / 1e3


def _instructions(metrics: dict[str, Any]) -> float:
    return float(metrics["latency_ns"]["mean"])


def _cached(metrics: dict[str, Any]) -> Optional[float]:
    """None of what is no EROFS."""
    cache = metrics["page_cache_bytes"]["erofs_file"]
    return None if cache["after"] is None else float(cache["after"] - cache["before"]) / 2**20


_DEVICE = "nvme-80us/local/direct"
ROWS = (
    Row("4 KiB random pread, reads/s", f"rand-read/fscache/flat/{_DEVICE}/random/4k/pread/qd1", _rate),
    Row("  32 by libaio, reads/s", f"rand-read/fscache/flat/{_DEVICE}/random/4k/libaio/qd32", _rate),
    Row("  32 by io_uring, reads/s", f"rand-read/fscache/flat/{_DEVICE}/random/4k/io_uring/qd32", _rate),
    Row("128 KiB sequential pread, MB/s", f"seq-read/fscache/flat/{_DEVICE}/sequential/128k/pread/qd1", _megabytes),
    Row("  CPU a read, us", f"seq-read/fscache/flat/{_DEVICE}/sequential/128k/pread/qd1", _cpu, 1),
    Row("  page cache left, MiB", f"seq-read/fscache/flat/{_DEVICE}/sequential/128k/pread/qd1", _cached, 1),
    Row("1 MiB, 32 by io_uring, MB/s", f"seq-read/fscache/flat/{_DEVICE}/sequential/1m/io_uring/qd32", _megabytes),
    Row("fetched, 4 KiB, 32 by libaio, reads/s", "remote-read/fscache/flat/nvme-80us/remote/direct/random/4k/libaio/qd32", _rate),
    Row("4 KiB random pread, instructions", "rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1", _instructions),
    Row("4 KiB sequential pread, us", f"seq-read/fscache/flat/{_DEVICE}/sequential/4k/pread/qd1", _latency, 1),
    Row("4 KiB random pread, read before, us", "resident-read/fscache/flat/nvme-80us/resident/direct/random/4k/pread/qd1", _latency, 1),
)


def _figure(row: Row, cell: Optional[dict[str, Any]]) -> str:
    if cell is None:
        return "-"
    if cell["status"] == "unsupported":
        return "refused"
    if cell["status"] != "ok":
        raise ReportError(f"{cell['cell']} of {cell['kernel']} is {cell['status']}: a letter has numbers of good runs only")
    value = row.value(cell["metrics"])
    return "-" if value is None else f"{value:,.{row.digits}f}"


def numbers(results: dict[str, Any]) -> str:
    """The table and its conditions; `results` is a results.json of all of KERNELS."""
    run = results["run"]
    kernels = {kernel["name"]: kernel for kernel in results["kernels"]}
    missing = [name for name in KERNELS if name not in kernels]
    if missing:
        raise ReportError(f"the run has no kernel {', '.join(missing)}: diobench run --kernel {' --kernel '.join(KERNELS)}")
    cells = {(cell["kernel"], cell["cell"]): cell for cell in results["cells"]}
    width = max(len(row.title) for row in ROWS) + 2
    lines = ["".ljust(width) + "".join(name.rjust(COLUMN) for name in (*KERNELS, RAW))]
    for row in ROWS:
        figures = [_figure(row, cells.get((name, row.cell))) for name in KERNELS]
        if all(figure == "-" for figure in figures):
            raise ReportError(f"the run has no {row.cell}: suite quick has")
        raw = cells.get((KERNELS[-1], row.cell.replace("/fscache/", "/raw/")))
        lines.append(row.title.ljust(width) + "".join(figure.rjust(COLUMN) for figure in (*figures, _figure(row, raw))))
    base = kernels[KERNELS[-1]]
    version = re.search(r"[0-9]+(\.[0-9]+)+", run["tool"]["qemu"])
    conditions = (f"Linux {base['base_version']}, one CPU of an emulated machine (QEMU {version.group() if version else '?'}) that counts\n"
                  "an instruction as a nanosecond; caches of a processor are not in it.  The\n"
                  f"cache file system is ext4 on a device of 80 us (none for \"instructions\");\nseed {run['seed']}.  \"{RAW}\" is O_DIRECT on a file of it.\n")
    size = base["size"]
    extent = f"{size['patches']} patches, {size['files']} files, {size['lines_added']} lines added and {size['lines_removed']} removed.\n"
    hashes = "".join(f"  {name:9}{kernels[name]['patch_sha256'][:16]}\n" for name in KERNELS[1:])
    return f"\n{conditions}\n" + "\n".join(line.rstrip() for line in lines) + f"\n\n{extent}sha256 of the patches:\n{hashes}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m reports.cover_letter", description=__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help=f"output directory of diobench run --kernel {' --kernel '.join(KERNELS)}")
    parser.add_argument("letter", type=Path, metavar="LETTER", help="gets the numbers, in place")
    arguments = parser.parse_args()
    try:
        results = json.loads((arguments.directory / "results.json").read_text(encoding="utf-8"))
        text = replaced(arguments.letter.read_text(encoding="utf-8"), BEGIN, END, numbers(results))
        if text is None:
            raise ReportError(f"{arguments.letter} has no place for them, between {BEGIN.splitlines()[0]} and {END.strip()}")
        arguments.letter.write_text(text, encoding="utf-8")
    except (ReportError, OSError, ValueError, KeyError) as error:
        print(f"cover_letter: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
