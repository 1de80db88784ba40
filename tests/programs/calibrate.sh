#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate on kernels whose answer is known: those that are slower are found and their functions named, of equal ones some
# cells give no false alarm. scripts/test --all: the whole calibration.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 7
if [ "${DIOBENCH_TESTS:-}" = all ]; then
    expect_exit 0 "$diobench" calibrate --out "$scratch/whole"
    exit
fi
expect_exit 0 "$diobench" calibrate --cells 10 --filter 'rand-read/fscache/flat/ram/local/*/random/4k/pread/*' --out "$scratch/part"
told
