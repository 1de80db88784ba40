#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Ctrl-C while a machine runs: no process left, nothing that looks like a result, and the next run works.
# label: booted
# timeout: 900
. "$(dirname "$0")/common.bash"
for delay in 1 3 6; do
    out=$scratch/run-$delay
    setsid "$diobench" run --kernel dio --no-report --out "$out" --filter '*/4k/*' > "$scratch/out" 2>&1 &
    pid=$!
    sleep "$delay"
    kill -INT "$pid" 2> /dev/null || fail "it ended by itself after $delay s"
    code=0
    wait "$pid" || code=$?
    [ "$code" = 130 ] || { cat "$scratch/out"; fail "exit $code after Ctrl-C at $delay s"; }
    [ ! -e "$out/results.json" ] || fail "a broken-off run left a results.json"
    sleep 0.3
    ! pgrep -f -- "$out" > /dev/null || fail "a process is left: $(pgrep -af -- "$out")"
done
expect_exit 0 "$diobench" run --kernel dio --no-report --out "$scratch/whole" --filter 'harness*'
