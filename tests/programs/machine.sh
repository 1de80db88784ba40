#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the unpatched kernel on every machine that works anywhere.
# label: booted
# timeout: 600
set -eu
build=$2
kernel=${DIOBENCH_TEST_KERNEL:-$("$build/diobench" kernel build base 2>&1 | grep -o '/[^ ]*/bzImage' | tail -n 1)}
if [ -z "$kernel" ] || [ ! -x "$build/diobench-guest" ]; then
    echo "skipped: no kernel (diobench kernel build base) or no $build/diobench-guest"
    exit 77
fi
export DIOBENCH_TEST_KERNEL=$kernel
output=$("$build/tests/machine_tests" --gtest_filter='BootedTest.*' 2>&1) || { echo "$output"; exit 1; }
echo "$output"
case $output in *SKIPPED*) exit 1 ;; esac
