#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A run that was killed goes on where it stopped, and its cells are those of an unbroken one.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 3 5
cells_of() {
    /usr/bin/python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["cells"]))' "$1/results.json"
}
asked=(run --kernel dio --suite nightly --filter '*/fscache/flat/ram/local/*/random/4k/pread/qd1' --seeds 3 --jobs 1 --no-report)
expect_exit 0 "$diobench" "${asked[@]}" --out "$scratch/whole"
cells_of "$scratch/whole" > "$scratch/cells"
[ "$(wc -c < "$scratch/cells")" -gt 20000 ] || fail "too few cells to mean anything"

# kill -9 of diobench when one boot is over.
"$diobench" "${asked[@]}" --out "$scratch/killed" > "$scratch/killed.txt" 2>&1 &
run=$!
wait_for "$scratch/killed/boots/dio-ram-seed1.json"
kill -9 $run
wait $run || true
[ ! -e "$scratch/killed/results.json" ] || fail "a killed run has results"
kept=$(stat -c %Y.%i "$scratch/killed/boots/dio-ram-seed1.json")
expect_exit 0 "$diobench" run --resume "$scratch/killed" --no-report
grep -q '1 of 3 boots were made before\|2 of 3 boots were made before' "$scratch/out" || { cat "$scratch/out"; fail "nothing was taken from before"; }
[ "$kept" = "$(stat -c %Y.%i "$scratch/killed/boots/dio-ram-seed1.json")" ] || fail "a boot that was over was made again"
cells_of "$scratch/killed" | cmp - "$scratch/cells" || fail "the resumed run differs from the unbroken one"

# kill -9 of QEMU in the middle of the second boot: the arm has no numbers, until it is resumed.
"$diobench" "${asked[@]}" --out "$scratch/machine" > "$scratch/machine.txt" 2>&1 &
run=$!
for seed in 2 3; do  # a fast machine may be done with one before we are awake
    wait_for "$scratch/machine/logs/dio-ram-seed$seed.records.txt" -s
    killed=$(pkill -9 -c -f "^[^ ]*qemu-system-x86_64 .*$scratch/machine/logs/dio-ram-seed$seed" || true)
    [ "$killed" = 0 ] || break
done
[ "$killed" != 0 ] || fail "no QEMU to kill"
got=0
wait $run || got=$?
[ $got = 4 ] || { cat "$scratch/machine.txt"; fail "exit $got instead of 4 after QEMU was killed"; }
grep -q "killed" "$scratch/machine.txt" || fail "it is not said that QEMU was killed"
expect_exit 0 "$diobench" run --resume "$scratch/machine" --no-report
cells_of "$scratch/machine" | cmp - "$scratch/cells" || fail "the run with a killed machine differs when it is resumed"

# Another folder has nothing to resume.
expect_exit 2 "$diobench" run --resume "$scratch"
grep -q 'run.json' "$scratch/out" || fail "it is not said what is missing"
