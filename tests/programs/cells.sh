#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Which cells: the same options in every command that takes some, and what is shown before anything is built.
# label: program
# timeout: 60
. "$(dirname "$0")/common.bash"
for command in try run gate bisect compare plan profile calibrate; do
    expect_exit 0 "$diobench" "$command" --help
    for option in --filter --where; do grep -q -- "^  $option " "$scratch/out" || fail "$command has no $option"; done
done

# cells ARGUMENTS...: ids of the plan
cells() { "$diobench" plan --cells "$@" | sed -n 's/^ *[0-9.]* s  //p' | sort; }
direct=$(cells --where io=direct,block_size=4k,cache_state=local)
[ "$direct" = "$(cells --filter '*/local/direct/*/4k/*')" ] || fail "conditions and a glob take other cells"
[ -n "$direct" ] || fail "no cell is direct"
[ "$(cells --filter 'rand 4k qd1 pread' --where 'io=direct|buffered')" = "$(cells --filter '*/random/4k/pread/qd1')" ] || fail "a label takes other cells"
expect_exit 2 "$diobench" plan --where io=dirct,blocksize=4k
for says in 'known are buffered, direct, mmap' 'there is no dimension "blocksize"'; do grep -q "$says" "$scratch/out" || fail "it does not say $says: $(told)"; done
expect_exit 2 "$diobench" plan --where io=direct,block_size=2m
grep -q 'no cell of suite quick has block_size=2m: their block_size is 4k' "$scratch/out" || fail "the condition is not named: $(told)"

# run --dry-run is plan, and looks up the kernels.
expect_exit 0 "$diobench" run --kernel dio --dry-run --where io=direct
"$diobench" plan --where io=direct | diff - "$scratch/out" || fail "run --dry-run and plan say different things"
expect_exit 2 "$diobench" run --kernel no-such --dry-run

expect_exit 0 "$diobench" --help
for heading in 'Every day' Look Measure Unattended Trust; do grep -q "^$heading:" "$scratch/out" || fail "--help has no heading $heading"; done
! grep -q '^Subcommands:' "$scratch/out" || fail "a command has no heading"
