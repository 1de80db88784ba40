#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The comparison with fio and its t/io_uring: the aims, and that what cannot run says so.
# label: booted
# timeout: 900
. "$(dirname "$0")/common.bash"
its_turn 5 7
built=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/deps/fio-3.33
[ -x "$built/fio" ] && [ -x "$built/t/io_uring" ] || skip "no static fio with its t/io_uring; run scripts/setup"
command -v valgrind > /dev/null || skip "no valgrind; run scripts/setup"
expect_exit 2 "$diobench" overhead --fio /nonexistent
expect_exit 2 "$diobench" overhead --t-io-uring /nonexistent
expect_exit 2 "$diobench" overhead --rounds 0
DIOBENCH_CACHE=$scratch/empty expect_exit 2 "$diobench" overhead
grep -q "run scripts/setup" "$scratch/out" || fail "a missing fio does not say what to do"
DIOBENCH_CACHE=$scratch/empty expect_exit 2 "$diobench" overhead --fio "$built/fio"
grep -q "t/io_uring.*run scripts/setup" "$scratch/out" || fail "a missing t/io_uring does not say what to do"
tmp=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/tmp
ls -A "$tmp" > "$scratch/before"
# Something on this host drops the file from the page cache, twice: it stays there.
(
    for wait in 2 5; do
        until file=$(ls "$tmp"/overhead-*/cached 2> /dev/null) && [ "$(stat -c %s $file)" = $((256 << 20)) ]; do sleep 0.1; done
        sleep $wait
        dd of="$file" oflag=nocache conv=notrunc count=0 status=none
    done
) &
dropper=$!
code=0
"$diobench" overhead --rounds 2 --json --out "$scratch/overhead.json" > "$scratch/stdout" 2> "$scratch/stderr" || code=$?
[ "$code" != 2 ] || ! grep -q "io_uring on this host" "$scratch/stderr" || skip "io_uring is not allowed here"
[ "$code" = 0 ] || [ "$code" = 1 ] || { cat "$scratch/stderr" "$scratch/stdout"; fail "exit $code"; }
cmp "$scratch/stdout" "$scratch/overhead.json" || fail "--out is not what was printed"
/usr/bin/python3 - "$scratch/overhead.json" "$code" << 'END'
import json, os, sys
result = json.load(open(sys.argv[1]))
# Only reads a second, which the host has a say in, may miss, and the exit code tells it.
beside = result["t_io_uring"]
missed = [row for row in result["reads_per_s"] + beside["reads_per_s"] if not row["holds"]]
assert len(result["missed_aims"]) == len(missed) and (sys.argv[2] == "0") == (not missed), result
assert [row["iodepth"] for row in result["instructions_per_read"]] == [1, 32]
for row in result["instructions_per_read"]:
    assert 10 < row["ours"] <= row["fio"] / 2 and row["fio"] > 100, row
for row in result["reads_per_s"]:
    assert len(row["ours"]) == len(row["fio"]) == 4, row
    # Who of two programs is faster for a moment is the host's choice, unless nothing else runs there.
    assert os.environ.get("DIOBENCH_TESTS") != "all" or max(row["ours"]) >= max(row["fio"]), row
assert [row["iodepth"] for row in beside["reads_per_s"]] == [1, 32, 128], beside
for row in beside["reads_per_s"]:
    assert len(row["ours"]) == len(row["t_io_uring"]) == 4, row
    assert os.environ.get("DIOBENCH_TESTS") != "all" or max(row["ours"]) >= 0.9 * max(row["t_io_uring"]), row
END
wait $dropper || fail "the page cache was not dropped beside it"
[ -z "$(ls -A "$tmp" | grep '^overhead-' | grep -vxFf "$scratch/before" || true)" ] || fail "it left its file behind"
