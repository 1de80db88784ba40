#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes container-start.trace: the reads of a made-up container start-up.

    workloads/traces/make-container-start.py > workloads/traces/container-start.trace

The shape is that of a start from a container image that is fetched on demand:

1. A start-up storm, about 560 reads in half a second: programs and libraries
   are opened one after the other.  Each begins with its ELF header, goes on with
   a few reads of 4 to 64 KiB scattered over the file (the dynamic linker, page
   faults), and neighbours in the directory follow each other.  Between them
   data bases and caches inside a large file are looked up, around a few
   hot places.  The last read of a file ends where the file ends, at any byte.
2. Then the workload's data: the large file is read in order from its start,
   in parts of 128 KiB to 1 MiB.

One read in five is direct, as by a runtime that keeps its data out of the
page cache: offset and length are multiples of 4096 there, and the last may
reach behind the end of the file, in its last block.

The files are those of the image layout `container` (bench/common/image/layout.cc):
data.bin, and bin/000 to bin/063.  Same seed, same bytes.
"""

import random
import sys

SEED = 20240229
KIB = 1024
MIB = 1024 * KIB
BLOCK = 4 * KIB
BIN_FILES = 64
USED_BIN_FILES = 60
DATA = "data.bin"
DATA_BYTES = 32 * MIB + 1234
STORM_READS = 560
LOOKUP_PLACES = 6
SEQUENTIAL_BYTES = 16 * MIB
DIRECT_SHARE = 0.2


def bin_bytes(number: int) -> int:
    """Size of bin/NNN, as the layout has it."""
    return number * 7919 % 120000 + 5000


class Maker:
    """The lines so far, and the time of the next read in us."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.time_us = 0

    def read(self, file: str, file_bytes: int, offset: int, length: int, pause_us: int) -> None:
        """One read of at most `length` bytes, inside the file."""
        direct = self.random.random() < DIRECT_SHARE
        if direct:
            offset -= offset % BLOCK
            end = min(offset + max(length, BLOCK), file_bytes)
            length = -(-(end - offset) // BLOCK) * BLOCK
        else:
            length = min(length, file_bytes - offset)
        self.lines.append(f"{self.time_us} {file} {offset} {length} {'direct' if direct else 'buffered'}")
        self.time_us += max(1, int(self.random.expovariate(1 / pause_us)))

    def small_bytes(self) -> int:
        """4 to 64 KiB, mostly small; every fourth of any length."""
        length = BLOCK * self.random.choices([1, 2, 4, 8, 16], weights=[34, 22, 20, 14, 10])[0]
        if self.random.random() < 0.25:
            length = max(BLOCK, length - self.random.randrange(BLOCK))
        return length

    def open_program(self, number: int) -> None:
        """The header of a program, then parts of it."""
        file, file_bytes = f"bin/{number:03}", bin_bytes(number)
        self.read(file, file_bytes, 0, BLOCK, 300)
        for _ in range(self.random.randint(2, 7)):
            offset = self.random.randrange(file_bytes)
            # A fault begins at a page, a read(2) anywhere.
            if self.random.random() < 0.6:
                offset -= offset % BLOCK
            self.read(file, file_bytes, offset, self.small_bytes(), 1000)

    def look_up(self, places: list[int]) -> None:
        """A few reads around one hot place of the large file."""
        place = self.random.choice(places)
        for _ in range(self.random.randint(1, 4)):
            offset = place + self.random.randrange(256 * KIB)
            self.read(DATA, DATA_BYTES, offset, self.small_bytes(), 800)

    def storm(self) -> None:
        """The first phase."""
        start = self.random.randrange(BIN_FILES)
        numbers = [(start + i) % BIN_FILES for i in range(USED_BIN_FILES)]
        # Near neighbours, not exactly in order.
        numbers.sort(key=lambda number: (number - start) % BIN_FILES + self.random.uniform(0, 6))
        places = [self.random.randrange(DATA_BYTES - MIB) for _ in range(LOOKUP_PLACES)]
        while len(self.lines) < STORM_READS:
            for number in numbers:
                self.open_program(number)
                if self.random.random() < 0.5:
                    self.look_up(places)
                if len(self.lines) >= STORM_READS:
                    return
            self.random.shuffle(numbers)

    def stream(self) -> None:
        """The second phase."""
        offset = 0
        while offset < SEQUENTIAL_BYTES:
            length = 128 * KIB * self.random.choice([1, 2, 4, 8])
            self.read(DATA, DATA_BYTES, offset, length, 2000)
            offset += length


def main() -> None:
    maker = Maker(SEED)
    maker.storm()
    maker.time_us += 50000
    maker.stream()
    sys.stdout.write(
        "# diobench-trace 1\n"
        "# A container start-up: small scattered reads of many files, then large sequential ones of one.\n"
        f"# Made by workloads/traces/make-container-start.py, seed {SEED}; files of the image layout container.\n"
        "# time_us file offset length buffered|direct\n"
    )
    sys.stdout.write("\n".join(maker.lines) + "\n")


if __name__ == "__main__":
    main()
