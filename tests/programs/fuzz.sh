#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Readers of what people bring meet what nobody would write: a minute each of libFuzzer, from the seeds in the tree, within 1 GiB
# and 10 s an input. DIOBENCH_FUZZ_SECONDS says how long instead.
# label: program
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 4
clang=$(compgen -c clang++- | grep -xE 'clang\+\+-[0-9]+' | sort -V | tail -n 1 || true)
clang=$(command -v "${clang:-clang++}") || skip "clang is not installed: scripts/setup --tests"
[ -n "$(find "$("$clang" -print-resource-dir)/lib" -name 'libclang_rt.fuzzer-*.a' -print -quit)" ] || skip "clang's libFuzzer is not installed: scripts/setup --tests"
build=$binary_dir-fuzz
findings=$build/findings
seconds=${DIOBENCH_FUZZ_SECONDS:-60}
cmake --preset fuzz -B "$build" -D CMAKE_CXX_COMPILER="$clang" -D CMAKE_C_COMPILER="${clang/clang++/clang}" > "$scratch/configure" 2>&1 ||
    { cat "$scratch/configure"; fail "cannot configure"; }
cmake --build "$build" --target fuzzers > "$scratch/build" 2>&1 || { tail -n 40 "$scratch/build"; fail "cannot build"; }
mkdir -p "$findings"
# seeds NAME: the folders a fuzzer begins with
seeds() {
    echo "tests/fuzz/corpus/$1"
    case $1 in
        jobs) echo workloads/fio ;;
        mails | patches) echo tests/host/kernel/mails ;;
        traces) echo workloads/traces ;;
        workloads) echo workloads ;;
    esac
}
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for name in jobs mails patches results traces workloads; do
    mkdir -p "$scratch/$name"
    mapfile -t folders < <(seeds "$name")
    "$build/tests/fuzz/fuzz-$name" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=10 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="$findings/$name-" "$scratch/$name" "${folders[@]}" > "$scratch/log" 2>&1 ||
        { tail -n 40 "$scratch/log"; fail "$name: the input is in $findings"; }
    echo "ok   $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log") inputs"
done
