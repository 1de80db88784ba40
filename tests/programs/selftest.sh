#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# One command says whether this machine's numbers can be trusted; a half that cannot be made decides, and the other is made all the same.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 4
cache=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}
[ -x "$cache/deps/fio-3.33/fio" ] || skip "no static fio; run scripts/setup"
command -v valgrind > /dev/null || skip "no valgrind; run scripts/setup"
code=0
"$diobench" selftest --out "$scratch/short" > "$scratch/out" 2>&1 || code=$?
told
[ "$code" = 0 ] || [ "$code" = 1 ] || ! grep -q "io_uring on this host" "$scratch/out" || skip "io_uring is not allowed here"
# The verdict is wrapped; of all, only reads a second, which the host has a say in, may miss.
verdict=$(tr '\n' ' ' < "$scratch/out" | tr -s ' ' | grep -oE '(PASS|FAIL|NOT MADE|INVALID): this machine.*') || fail "no verdict"
case "$code: $verdict" in
    "0: PASS: "*"no false alarm in "*" cells of equal kernels, 2 of 2 slowed kernels found; all aims of overhead hold"*) ;;
    "1: FAIL: "*"no false alarm in "*"overhead: "*" reads a second"*) ;;
    *) fail "exit $code: $verdict" ;;
esac
tail -1 "$scratch/out" | grep -q '^next: diobench ' || fail "what is next does not stand at the end"
grep -q 'slow-instructions-27 *found' "$scratch/out" || fail "the slowdown was not found"
grep -q 'slow-footprint *found' "$scratch/out" || fail "what needs more memory was not found"
[ -e "$scratch/short/calibration.json" ] || fail "no calibration.json"

# Without the kernels' source there is no calibration.
DIOBENCH_CACHE=$scratch/empty DIOBENCH_KERNEL_SOURCE=/nonexistent expect_exit 2 "$diobench" selftest --out "$scratch/none"
grep -q '^NOT MADE: ' "$scratch/out" && grep -q '^next: diobench doctor$' "$scratch/out" || { told; fail "it does not say what was not made"; }
