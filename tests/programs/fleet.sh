#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A request shared by two workers of this machine is the run that was not shared: its cells are equal bytes. What is not like the
# others is refused, what ran twice is compared, what was cancelled is gone.
# label: booted
# timeout: 900
. "$(dirname "$0")/fleet.bash"
its_turn 1 5

sed 's/^command.*/command = "rnu"/' "$scratch/request.toml" > "$scratch/typo.toml"
expect_exit 2 "$diobench" fleet submit "$scratch/typo.toml" --engine local
grep -q "typo.toml:1: command: 'rnu': expected" "$scratch/out" || fail "$(cat "$scratch/out")"

whole
id=$(submitted --engine local --workers 2)
until_state "$id" .state done 240
same_cells "$id"
[ "$(state_of "$id" '[.jobs[] | select(.kind == "shard") | .node] | unique | length')" = 2 ] || fail "one worker made all shards"
[ "$(in_store "SELECT count(*) FROM runs WHERE suite = 'quick'")" = 1 ] || fail "the store has other runs than the merged one"
"$diobench" fleet status "$id" | grep -q '^result: .*, exit code 0$' || fail "$("$diobench" fleet status "$id")"

# again JOB: so that a machine may claim it once more
again() { in_store "UPDATE fleet_requests SET state = 'running'; UPDATE fleet_jobs SET state = 'waiting', tries = 0 WHERE number = $1"; }
# refused JOB TEXT VARIABLE=VALUE...: a machine that is called for a job says TEXT, and so does the request
refused() {
    local job=$1 text=$2
    shift 2
    again "$job"
    env DIOBENCH_NODE=other "$@" "$diobench" fleet work "$id" --job "$job" > "$scratch/out" 2>&1 && fail "job $job was done: $(cat "$scratch/out")"
    grep -q -- "$text" "$scratch/out" || fail "'$text' is not said: $(cat "$scratch/out")"
    "$diobench" fleet status "$id" > "$scratch/out" && fail "the request did not fail"
    grep -q -- "$text" "$scratch/out" || fail "'$text' is not in the status: $(cat "$scratch/out")"
}
judge=$(state_of "$id" '.jobs[] | select(.kind == "judge") | .job')
shard=$(state_of "$id" '[.jobs[] | select(.kind == "shard") | .job] | first')
files=$shared/$(in_store "SELECT files FROM fleet_jobs WHERE number = $shard")
# Another QEMU ...
mkdir "$scratch/qemu"
printf '#!/bin/sh\ncase "$*" in *-version*) echo "QEMU emulator version 99.0" ;; *) exec %s "$@" ;; esac\n' "$(command -v qemu-system-x86_64)" > "$scratch/qemu/qemu-system-x86_64"
chmod +x "$scratch/qemu/qemu-system-x86_64"
refused "$shard" 'other: another QEMU: QEMU emulator version 99.0; request' PATH="$scratch/qemu:$PATH"
# ... another guest program, which cannot be had from the others ...
cp "$binary_dir/diobench-guest" "$scratch/guest"
printf x >> "$scratch/guest"
mv "$shared/guests" "$scratch/guests"
refused "$shard" 'other: another guest program: [0-9a-f]*; request' DIOBENCH_GUEST="$scratch/guest" DIOBENCH_CACHE="$scratch/bare"
mv "$scratch/guests" "$shared/guests"
# ... a kernel of another build ...
in_store "UPDATE fleet_jobs SET result = json_set(result, '\$.image_sha256', 'deadbeef') WHERE kind = 'build'"
refused "$shard" "another build of it: image [0-9a-f]*; the fleet's is deadbeef"
in_store "UPDATE fleet_jobs SET result = json_set(result, '\$.image_sha256', (SELECT image_sha256 FROM fleet_builds WHERE build_key = json_extract(result, '\$.key'))), state = 'done' WHERE kind <> 'judge'"
# ... a shard that is not what was left there, and one that is gone.
cp -r "$files" "$scratch/kept"
sed -i 's/"ops":/"opx":/' "$files"/boots/*.json
refused "$judge" "shard $shard: fallback, boots .* is not what .* left there: its SHA-256 differs: diobench fleet retry $id --job $shard"
rm -r "$files"
refused "$judge" "shard $shard: fallback, boots .*: what .* measured is gone from .*: diobench fleet retry $id --job $shard"
expect_exit 0 "$diobench" fleet retry "$id" --job "$shard" --wait --quiet
same_cells "$id"

# Two workers, of whom one stops in the middle of a shard for longer than its lease. Both end it: the bytes agree.
# stop_in_shard: a worker that is stopped while it boots; sets pids, its processes, and job, its shard
stop_in_shard() {
    id=$(submitted --engine local --workers 1)
    until_state "$id" '[.jobs[] | select(.kind == "shard" and .state == "claimed")] | length' 1 120
    job=$(state_of "$id" '.jobs[] | select(.state == "claimed") | .job')
    worker=$(pgrep -f "fleet work $id")
    for _ in $(seq 200); do pgrep -P "$worker" > /dev/null && break || sleep 0.1; done
    sleep 2
    pids="$worker $(pgrep -P "$worker")"
    kill -STOP $pids
    sleep 9
    DIOBENCH_NODE=second "$diobench" fleet work "$id" --job "$job" > "$scratch/second.txt" 2>&1 || fail "the second did not end it: $(cat "$scratch/second.txt")"
}
outcomes() { in_store "SELECT outcome FROM fleet_tries WHERE request_id = '$id' AND number = $job ORDER BY started_at" | tr '\n' ' '; }
stop_in_shard
kill -CONT $pids
until_state "$id" .state done 240
same_cells "$id"
[ "$(outcomes)" = 'again done ' ] || fail "tries: $(outcomes)"
# The bytes differ.
stop_in_shard
in_store "UPDATE fleet_jobs SET cells_sha256 = '0123' WHERE request_id = '$id' AND number = $job"
kill -CONT $pids
until_state "$id" .state failed 240
"$diobench" fleet status "$id" > "$scratch/out" && fail "the request did not fail"
grep -q "shard $job: .*: second and .* measured other bytes, 0123 and " "$scratch/out" || fail "$(cat "$scratch/out")"
all_ended "fleet work $id"

# Cancelled: nothing is left, also of a machine in the middle of a boot.
id=$(submitted --engine local --workers 2)
until_state "$id" '[.jobs[] | select(.kind == "shard" and .state == "claimed")] | length > 0' true 120
expect_exit 0 "$diobench" fleet cancel "$id"
all_ended "fleet work $id"
all_ended "run --resume .*fleet"
[ "$(state_of "$id" .state)" = cancelled ] || fail "it is not cancelled"
# Ctrl-C of whoever waits leaves it running, and says how to follow it.
setsid "$diobench" fleet submit "$scratch/request.toml" --shared "$shared" --engine local --workers 1 --wait > "$scratch/waiting" 2>&1 &
pid=$!
wait_for "$scratch/waiting" -s
id=$(head -n 1 "$scratch/waiting")
sleep 1
kill -INT "$pid"
wait "$pid" && fail "an interrupted wait is no success" || true
grep -q "$id goes on: diobench fleet status $id; diobench fleet cancel $id" "$scratch/waiting" || fail "$(cat "$scratch/waiting")"
[ "$(state_of "$id" .state)" = running ] || fail "it was stopped"
[ "$(state_of "$id" .expected_end)" != null ] || fail "no end is expected"
expect_exit 0 "$diobench" fleet cancel "$id"
all_ended "fleet work $id"
