#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Unit tests under the address, leak and undefined-behaviour sanitizers: half of the wings on one day of the week, the others
# on another.
# label: program
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 3 4
build=$binary_dir-sanitize
case $(share 7) in
    3/*) wings=(common guest results) ;;
    4/*) wings=(host verdict nightly) ;;
    *) wings=(common guest results host verdict nightly) ;;
esac
mapfile -t today < <(find "${wings[@]/#/tests/}" -name '*_test.cc' -printf '%h\n' | sort -u | xargs -n 1 basename)
[ ${#today[@]} -gt 10 ] || fail "only ${#today[@]} rooms with tests were found"
echo "today: ${today[*]}"
cmake --preset sanitize -B "$build" > "$scratch/configure" 2>&1 || { cat "$scratch/configure"; fail "cannot configure"; }
cmake --build "$build" --target "${today[@]/%/_tests}" > "$scratch/build" 2>&1 || { tail -n 40 "$scratch/build"; fail "cannot build"; }
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for name in "${today[@]}"; do
    # How often a rule errs is counted in many thousand draws, which the plain build does.
    ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" -R "^$name/" -E '/Power' || fail "$name"
done
