#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate: a kernel against itself passes, wrong bytes are invalid however
# fast, a slower kernel is a regression, and a wrong policy stops it at once.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
few='rand-read/fscache/flat/ram/local/*/random/4k/pread/qd1'

# Before anything is built or booted.
sed 's/floor_percent = 0.1$/flor_percent = 0.1/' gate.toml > "$scratch/typo.toml"
expect_exit 2 "$diobench" gate --baseline dio --candidate dio --policy "$scratch/typo.toml"
grep -q 'typo.toml:[0-9]*: flor_percent' "$scratch/out" || fail "the key is not named with its line: $(cat "$scratch/out")"
{ cat gate.toml; printf '[[waiver]]\ncells = ["*"]\nowner = "nobody"\nreason = "old"\nexpires = 2020-01-01\n'; } > "$scratch/expired.toml"
expect_exit 2 "$diobench" gate --baseline dio --candidate dio --policy "$scratch/expired.toml"
grep -q 'ended on 2020-01-01' "$scratch/out" || fail "the waiver is not named"

# Against itself.
expect_exit 0 env GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY="$scratch/step.md" "$diobench" gate --baseline dio --candidate dio --filter "$few" --seeds 2 --out "$scratch/same"
grep -q '^::notice ' "$scratch/out" || fail "no annotation"
grep -q 'pass' "$scratch/step.md" || fail "no step summary"
for file in gate.json summary.txt junit.xml gl-code-quality.json; do [ -s "$scratch/same/$file" ] || fail "$file is missing"; done
/usr/bin/python3 - "$scratch/same/gate.json" <<'EOP'
import json, sys
gate = json.load(open(sys.argv[1]))
assert gate["verdict"] == "pass" and gate["seeds"] == [1, 2], gate["verdict"]
assert [t["outcome"] for t in gate["self_tests"]] == ["pass", "pass"], gate["self_tests"]
metrics = [m for c in gate["cells"] for m in c["metrics"]]
assert len(metrics) > 5 and all(d == 0 for m in metrics for d in m["differences"])
EOP

# The same runs judged again, and as the two sides of a slower candidate.
expect_exit 0 "$diobench" gate --filter "$few" --results-baseline "$scratch"/same/runs/seed-*-baseline --results-candidate "$scratch"/same/runs/seed-*-candidate
cp -r "$scratch/same/runs/seed-1-candidate" "$scratch/slower"
/usr/bin/python3 - "$scratch/slower/results.json" <<'EOP'
import json, sys
run = json.load(open(sys.argv[1]))
for cell in run["cells"]:
    if cell["metrics"]: cell["metrics"]["latency_ns"]["mean"] *= 1.01
json.dump(run, open(sys.argv[1], "w"))
EOP
expect_exit 1 "$diobench" gate --filter "$few" --results-baseline "$scratch/same/runs/seed-1-baseline" --results-candidate "$scratch/slower"
grep -q 'REGRESSION: dio is worse than dio in .*reads.*: [12] of [12]' "$scratch/out" || fail "no verdict with its pattern: $(cat "$scratch/out")"
grep -q 'where: *no function executes more' "$scratch/out" || fail "the runs' counts by function are not looked at: $(cat "$scratch/out")"
expect_exit 2 "$diobench" gate --filter "$few" --results-baseline "$scratch/same/runs/seed-1-baseline" --results-candidate "$scratch/same/runs/seed-2-candidate"

# Runs that lack cells of the suite are no pass.
expect_exit 4 "$diobench" gate --results-baseline "$scratch/same/runs/seed-1-baseline" --results-candidate "$scratch/same/runs/seed-1-candidate"

# Kernels of their own: on some days of the week.
today_is 3 5 7 || exit 0
# Faster, but wrong.
expect_exit 4 "$diobench" gate --baseline dio --candidate tests/series/bad-flip --filter "$few" --seeds 1 --out "$scratch/wrong"
grep -q 'INVALID' "$scratch/out" || fail "wrong bytes are not invalid"
# Wrong in asynchronous reads alone, which nothing that is judged makes: the self-test reads so.
expect_exit 4 "$diobench" gate --baseline dio --candidate tests/series/bad-async --filter "$few" --seeds 1 --out "$scratch/async"
grep -q 'wrong bytes at offset .*libaio' "$scratch/out" || fail "wrong asynchronous reads are not invalid: $(cat "$scratch/out")"
# Slower by less than the floor of buffered reads' times, in the read path's own functions; without counting that is not seen, and said.
buffered='rand-read/fscache/flat/ram/local/buffered/random/4k/pread/qd1'
expect_exit 1 "$diobench" gate --baseline dio --candidate kernel-patches/mutants/slow-buffered --filter "$buffered" --seeds 2 --no-report --out "$scratch/buffered"
/usr/bin/python3 - "$scratch/buffered/gate.json" <<'EOP'
import json, sys
(cell,) = json.load(open(sys.argv[1]))["cells"]
worse = {m["metric"]: m["worse_by"] for m in cell["metrics"] if m["verdict"] == "regression"}
assert worse == {"instructions_per_op.read_path": 27}, worse
assert cell["attribution"][0]["function"] == "erofs_fscache_data_read_slice", cell["attribution"][0]
EOP
expect_exit 0 "$diobench" gate --baseline dio --candidate kernel-patches/mutants/slow-buffered --filter "$buffered" --seeds 2 --no-attribution --no-report --out "$scratch/uncounted"
grep -q 'not checked: .*counts by kernel function gate 1 test and were not counted' "$scratch/out" || fail "what was not looked for is not said: $(cat "$scratch/out")"
# A kernel that does not compile is no verdict.
expect_exit 2 "$diobench" gate --baseline dio --candidate tests/series/bad-compile --filter "$few" --seeds 1 --out "$scratch/compile"
