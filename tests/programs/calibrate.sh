#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate on kernels whose answer is known: those that are slower are found and their functions named, of equal ones some
# cells give no false alarm. A day has a seventh of the slower ones. scripts/test --all: the whole calibration.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
if [ "${DIOBENCH_TESTS:-}" = all ]; then
    expect_exit 0 "$diobench" calibrate --out "$scratch/whole"
    exit
fi
today=$(share 7)
mapfile -t slow < <(cd kernel-patches/mutants && printf '%s\n' slow-* | awk -v today="${today%/*}" 'NR % 7 == today % 7')
[ ${#slow[@]} -ge 2 ] || fail "only ${#slow[@]} of the slower kernels have their turn today"
expect_exit 0 "$diobench" calibrate "${slow[@]}" --cells 10 --filter 'rand-read/fscache/flat/ram/local/*/random/4k/pread/*' --out "$scratch/part"
told
