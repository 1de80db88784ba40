#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the newest kernel in the cache on every machine that works anywhere.
# label: booted
# timeout: 600
set -eu
build=$2
cache=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}
kernel=${DIOBENCH_TEST_KERNEL:-$(find "$cache/kernels" -name bzImage -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -n 1 | cut -d' ' -f2-)}
if [ -z "$kernel" ] || [ ! -x "$build/diobench-guest" ]; then
    echo "skipped: no kernel in $cache/kernels (diobench kernel build base) or no $build/diobench-guest"
    exit 77
fi
export DIOBENCH_TEST_KERNEL=$kernel
output=$("$build/tests/machine_tests" --gtest_filter='BootedTest.*' 2>&1) || { echo "$output"; exit 1; }
echo "$output"
case $output in *SKIPPED*) exit 1 ;; esac
