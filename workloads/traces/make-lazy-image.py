#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the trace of a file of which scattered blocks are read again and again.

    workloads/traces/make-lazy-image.py 400 > lazy-image.trace

PIECES single blocks, none beside another one, are read directly in random
order, PASSES times.  Where data is fetched on demand the first pass brings
them, and the cache file then has as many pieces of data with holes between
them.  The file is data.bin of the image layout `flat`
(bench/common/image/layout.cc).  Same arguments, same bytes.
"""

import argparse
import random

SEED = 20261130
BLOCK = 4096
FILE_BLOCKS = 8192


def main() -> None:
    parser = argparse.ArgumentParser(description="Writes the trace of a file that came in many pieces.")
    parser.add_argument("pieces", type=int, help="blocks with a hole on either side, 1 to 2048")
    parser.add_argument("--passes", type=int, default=3, help="how often each is read (default 3)")
    asked = parser.parse_args()
    if not 1 <= asked.pieces <= FILE_BLOCKS // 4 or asked.passes < 1:
        parser.error("PIECES is 1 to 2048, and PASSES at least 1")
    order = random.Random(SEED)
    distance = FILE_BLOCKS // asked.pieces
    blocks = [i * distance + order.randrange(distance - 1) for i in range(asked.pieces)]
    print("# diobench-trace 1")
    print(f"# {asked.pieces} blocks with holes between them, each read {asked.passes} times.")
    print(f"# Made by workloads/traces/make-lazy-image.py, seed {SEED}; file of the image layout flat.")
    print("# time_us file offset length buffered|direct")
    time_us = 0
    for _ in range(asked.passes):
        order.shuffle(blocks)
        for block in blocks:
            print(time_us, "data.bin", block * BLOCK, BLOCK, "direct")
            time_us += 100


if __name__ == "__main__":
    main()
