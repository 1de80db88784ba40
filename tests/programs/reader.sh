#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The reader by hand, as a Google Benchmark program on an ordinary file.
# label: unit
# timeout: 60
. "$(dirname "$0")/common.bash"
reader=$binary_dir/diobench-read
head -c 4194304 /dev/urandom > "$scratch/file"
expect_exit 0 "$reader" --file "$scratch/file" --bs 4k,128k --ioengine pread,libaio --iodepth 1,8 --direct 0 --number_ios 32 --benchmark_format=json
/usr/bin/python3 -c '
import json, sys
text = open(sys.argv[1]).read()
runs = json.loads(text[text.index("{"):])["benchmarks"]
assert len(runs) == 6, [r["name"] for r in runs]
assert all(r["bytes_per_second"] > 0 and r["lat_p99_ns"] >= r["lat_p50_ns"] > 0 for r in runs)
' "$scratch/out"
expect_exit 0 "$reader" --file "$scratch/file" --direct 0 --benchmark_filter=nothing_matches
expect_exit 0 "$reader" --file "$scratch/file" --direct 0 --noatime 1 --ioengine pread,open-pread-close --number_ios 8
expect_exit 2 "$reader" --ioengine pread
expect_exit 2 "$reader" --file "$scratch/file" --ioengine psync
expect_exit 2 "$reader" --file "$scratch/file" --no-such-flag
