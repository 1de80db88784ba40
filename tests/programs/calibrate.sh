#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate on kernels whose answer is known: of those that are slower a seventh a day, each found and its function named;
# of equal ones some cells, without a false alarm. scripts/test --all: the whole calibration.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
if [ "${DIOBENCH_TESTS:-}" = all ]; then
    expect_exit 0 "$diobench" calibrate --out "$scratch/whole"
    exit
fi
mapfile -t today < <(todays 7 $(basename -a kernel-patches/mutants/slow-*))
echo "today: ${today[*]}"
expect_exit 0 "$diobench" calibrate "${today[@]}" --cells 10 --filter 'rand-read/fscache/flat/ram/local/*/random/4k/pread/*' --out "$scratch/part"
told
