#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Two parts of a run, merged, are the run that was not divided: its cells are equal bytes.  What is no part of it is refused.
# label: booted
. "$(dirname "$0")/common.bash"
its_turn 2 4

boot() {
    expect_exit 0 "$diobench" run --kernel dio --suite quick --filter 'rand-read/fscache/flat/*/local/*/random/4k/pread/qd1' --no-report --out "$scratch/$@"
}
cells() {
    sed -n '/^"cells": \[/,$p' "$1/results.json"
}
boot whole
boot first --shard 1/2
boot second --shard 2/2
expect_exit 0 "$diobench" merge "$scratch/second" "$scratch/first" --out "$scratch/merged"
cmp <(cells "$scratch/whole") <(cells "$scratch/merged") || fail "the merged cells are others"
[ "$(cells "$scratch/whole" | wc -l)" -ge 6 ] || fail "there is hardly a cell in it"
[ -s "$scratch/merged/report.html" ] || fail "there is no page"
for label in ram nvme-80us; do [ -s "$scratch/merged/boots/dio-$label.json" ] || fail "boot $label is not in it"; done
# The merged run is one like any other.
expect_exit 0 "$diobench" compare "$scratch/whole" "$scratch/merged"
expect_exit 0 "$diobench" run --resume "$scratch/merged" --no-report
cmp <(cells "$scratch/whole") <(cells "$scratch/merged") || fail "resumed, the cells are others"

expect_exit 4 "$diobench" merge "$scratch/second" --out "$scratch/none"
grep -q '1/2: this part is missing: make it with --shard 1/2' "$scratch/out" || fail "the missing part is not named"
cp -r "$scratch/second" "$scratch/damaged"
sed -i '/^"cells"/,$ s/"ops":\([0-9]*\)/"ops":1\1/' "$scratch/damaged/results.json"
expect_exit 4 "$diobench" merge "$scratch/first" "$scratch/second" "$scratch/damaged" --out "$scratch/none"
grep -q 'damaged: part 2/2 is there twice, and differs from' "$scratch/out" || fail "the damaged part is not named"
boot other --shard 2/2 --seed 2
expect_exit 2 "$diobench" merge "$scratch/first" "$scratch/other" --out "$scratch/none"
grep -q 'another seed: 2; 1 of' "$scratch/out" || fail "the other seed is not named"
rm "$scratch/second/results.json"
expect_exit 4 "$diobench" merge "$scratch/first" "$scratch/second" --out "$scratch/none"
grep -q 'not at its end: diobench run --resume' "$scratch/out" || fail "it does not say how to end the part"
[ ! -e "$scratch/none" ] || fail "a refused merge left something"
