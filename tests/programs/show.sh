#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Whatever has ended is shown again: a run, a gate, a trial; and two runs of one kernel in two plans are told apart from two kernels.
# label: booted
# timeout: 600
. "$(dirname "$0")/common.bash"
its_turn 1 6
few='resident-read/fscache/flat/nvme-80us/resident/*/random/4k/pread/qd1'
says() {
    for text in "$@"; do grep -q -- "$text" "$scratch/out" || { cat "$scratch/out"; fail "it does not say $text"; }; done
}
expect_exit 0 "$diobench" run --kernel fallback --kernel dio --filter "$few" --no-report --out "$scratch/few"
says '^next: diobench profile --kernel fallback --kernel dio --suite quick --filter '
expect_exit 0 "$diobench" show --no-report "$scratch/few"
says 'Clock: ' '^next: diobench profile '
eval "$(sed -n 's/^next: diobench/expect_exit 0 "$diobench"/p' "$scratch/out") --top 3"
expect_exit 0 "$diobench" show --json "$scratch/few/results.json"
cmp "$scratch/out" "$scratch/few/results.json" || fail "--json is not the file"

# The same answer for a pull request, and all cells for a spreadsheet.
expect_exit 0 "$diobench" export "$scratch/few" --markdown "$scratch/few.md" --csv "$scratch/few.csv"
expect_exit 0 "$diobench" show --markdown "$scratch/few"
cmp "$scratch/out" "$scratch/few.md" || fail "show --markdown is not what export writes"
says '^## diobench: dio against fallback' "--filter '${few//\*/[*]}'" 'dio (Linux .*: [0-9]* of [0-9]* checks of bytes passed; .* patches, .* files, .*checkpatch'
/usr/bin/python3 -c 'import csv, sys; rows = list(csv.DictReader(open(sys.argv[1], newline=""))); assert {r["kernel"] for r in rows if r["status"] == "ok"} == {"fallback", "dio"}, rows' "$scratch/few.csv"

# The same kernels with more reads in their boot.
expect_exit 0 "$diobench" run --kernel fallback --kernel dio --filter 'resident-read/*' --no-report --out "$scratch/more"
expect_exit 0 "$diobench" compare "$scratch/few" "$scratch/more" --kernel dio
says 'not of the same instructions' 'another plan'
expect_exit 2 "$diobench" gate --results-baseline "$scratch/few" --results-candidate "$scratch/more" --baseline dio --candidate dio
says 'another plan'
expect_exit 0 "$diobench" compare "$scratch/few" "$scratch/few" --kernel dio
! grep -q 'another plan' "$scratch/out" || fail "a plan differs from itself"

code=0
"$diobench" gate --results-baseline "$scratch/few" --results-candidate "$scratch/few" --baseline dio --candidate fallback --filter "$few" --no-report --out "$scratch/gate" > "$scratch/gate.txt" 2>&1 || code=$?
[ $code = 1 ] || { cat "$scratch/gate.txt"; fail "exit $code of the gate"; }
expect_exit 0 "$diobench" show --no-report "$scratch/gate"
diff <(head -1 "$scratch/gate.txt") <(head -1 "$scratch/out") || fail "the gate says something else later"
expect_exit 0 "$diobench" show --no-report --all "$scratch/gate"
expect_exit 0 "$diobench" show --markdown "$scratch/gate"
says '^## diobench gate: regression' '^| regression |'
expect_exit 2 "$diobench" show --markdown --json "$scratch/gate"

expect_exit 2 "$diobench" show "$scratch/nothing"
says 'no such file or folder'
mkdir "$scratch/empty"
expect_exit 2 "$diobench" show "$scratch/empty"
says 'nothing that has ended' 'gate.json'
