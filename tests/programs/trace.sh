#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# diobench trace on a folder: record, check, show; exit codes; Ctrl-C leaves nothing.
# timeout: 300
. "$(dirname "$0")/common.bash"
root=$scratch/root
trace=$scratch/t.trace
mkdir -p "$root/bin"
head -c 1000003 /dev/urandom > "$root/data.bin"
head -c 5000 /dev/urandom > "$root/bin/a b"

# What the program prints is its own, and nothing else comes between.
"$diobench" trace record --root "$root" --out "$trace" -- cat "$root/bin/a b" "$root/data.bin" > "$scratch/copy" 2> "$scratch/err" ||
    fail "record: $(cat "$scratch/err")"
cat "$root/bin/a b" "$root/data.bin" | cmp - "$scratch/copy"
grep -q 'exit status 0' "$scratch/err" || fail "no last word: $(cat "$scratch/err")"
expect_exit 0 "$diobench" trace check --root "$root" "$trace"
"$diobench" trace show --json "$trace" > "$scratch/json"
/usr/bin/python3 - "$scratch/json" <<'END'
import json, sys
shown = json.load(open(sys.argv[1]))
assert {f["file"]: f["bytes"] for f in shown["files"]} == {"bin/a b": 5000, "data.bin": 1000003}, shown
assert shown["total"]["bytes"] == 1005003 and shown["total"]["direct_reads"] == 0, shown
END
expect_exit 0 "$diobench" trace show "$trace"
grep -q 'data.bin' "$scratch/out" || fail "show has no row for data.bin"

# Standard input and options of the program are its own.
printf 'cat "%s" >/dev/null; exit 7' "$root/bin/a b" > "$scratch/script"
expect_exit 7 "$diobench" trace record --root "$root" --out "$trace" -- sh -s -- --help < "$scratch/script"

# Bad use is refused before the program runs.
touched=$scratch/touched
expect_exit 2 "$diobench" trace record --root "$root" --out "$scratch/none/t.trace" -- touch "$touched"
grep -q -- '--out' "$scratch/out" || fail "the option is not named"
expect_exit 2 "$diobench" trace record --root "$scratch/none" --out "$trace" -- touch "$touched"
expect_exit 2 "$diobench" trace record --root "$root" --out "$trace"
expect_exit 2 "$diobench" trace record --root "$root" --out "$trace" -- no-such-program
[ ! -e "$touched" ] || fail "the program ran"
# A trace without a read is none.
rm -f "$trace"
expect_exit 4 "$diobench" trace record --root "$root" --out "$trace" -- true
[ ! -e "$trace" ] || fail "an empty trace was written"

# Checks find the line, and reads outside the files.
printf '# diobench-trace 1\n0 data.bin 0 4096 buffered\n1 ../etc/passwd 0 1 buffered\n' > "$scratch/bad.trace"
expect_exit 2 "$diobench" trace check "$scratch/bad.trace"
grep -q 'bad.trace:3' "$scratch/out" || fail "the line is not named"
printf '# diobench-trace 1\n0 data.bin 1000000 4 buffered\n' > "$scratch/bad.trace"
expect_exit 0 "$diobench" trace check "$scratch/bad.trace"
expect_exit 2 "$diobench" trace check --root "$root" "$scratch/bad.trace"
expect_exit 0 "$diobench" trace check workloads/traces/container-start.trace

# Ctrl-C and kill -9 of diobench end the program and all it started, one that does not want to as well.
for signal in INT TERM KILL; do
    mark=$scratch/mark-$signal
    mkfifo "$mark"
    setsid "$diobench" trace record --root "$root" --out "$trace" -- \
        sh -c "trap '' INT TERM; cat '$root/data.bin' > /dev/null; (trap '' INT TERM; exec sleep 1000.$$) & echo ready > '$mark'; wait; wait; sleep 1000.$$" \
        > "$scratch/out" 2>&1 &
    pid=$!
    read -r _ < "$mark"
    kill "-$signal" "$pid"
    code=0
    wait "$pid" 2> /dev/null || code=$?
    [ "$signal" = KILL ] || [ "$code" = 130 ] || fail "exit $code after SIG$signal: $(cat "$scratch/out")"
    all_ended "sleep 1000.$$"
    [ ! -e "$trace" ] || fail "a broken-off recording left a trace after SIG$signal"
done
