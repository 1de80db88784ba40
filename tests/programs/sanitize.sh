#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Unit tests under the address, leak and undefined-behaviour sanitizers: a seventh of the rooms a day, in the order of the
# wings, so that most days need few libraries.
# label: program
# timeout: 1800
. "$(dirname "$0")/common.bash"
build=$binary_dir-sanitize
mapfile -t rooms < <(for wing in common guest results host verdict nightly; do
    find "tests/$wing" -name '*_test.cc' -printf '%h\n' | sort -u
done)
[ ${#rooms[@]} -gt 20 ] || fail "only ${#rooms[@]} rooms with tests were found"
day=$(share 7)
first=$((${#rooms[@]} * (${day%/*} - 1) / ${day#*/}))
last=$((${#rooms[@]} * ${day%/*} / ${day#*/}))
today=()
for room in "${rooms[@]:first:last-first}"; do today+=("$(basename "$room")"); done
echo "today: ${today[*]}"
cmake --preset sanitize -B "$build" > "$scratch/configure" 2>&1 || { cat "$scratch/configure"; fail "cannot configure"; }
cmake --build "$build" --target "${today[@]/%/_tests}" > "$scratch/build" 2>&1 || { tail -n 40 "$scratch/build"; fail "cannot build"; }
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for name in "${today[@]}"; do
    # How often a rule errs is counted in many thousand draws, which the plain build does.
    ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" -R "^$name/" -E '/Power' || fail "$name"
done
