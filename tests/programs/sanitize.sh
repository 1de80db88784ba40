#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Unit tests under the address, leak and undefined-behaviour sanitizers: a seventh of the folders a day.
# label: program
# timeout: 1800
. "$(dirname "$0")/common.bash"
build=$binary_dir-sanitize
cmake --preset sanitize -B "$build" > "$scratch/configure" || { cat "$scratch/configure"; fail "cannot configure"; }
mapfile -t all < <(ninja -C "$build" -t targets all | sed -n 's/^\([a-z]*_tests\): phony$/\1/p' | sort -u)
[ ${#all[@]} -gt 15 ] || fail "only ${#all[@]} programs of tests were found"
mapfile -t today < <(todays 7 "${all[@]}")
echo "today: ${today[*]}"
nice cmake --build "$build" --target "${today[@]}" > "$scratch/build" || { tail -n 40 "$scratch/build"; fail "cannot build"; }
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for program in "${today[@]}"; do
    ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" -R "^${program%_tests}/" || fail "$program"
done
