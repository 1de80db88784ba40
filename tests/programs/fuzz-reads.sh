#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Reads at random: a right kernel passes some ten seconds of them, a faulty one is found, and what shows it is few operations in a folder.
# label: booted
# timeout: 900
. "$(dirname "$0")/common.bash"
its_turn 6
few=(--case 'end-of-file/short-count-direct' --no-report)
expect_exit 0 "$diobench" verify dio "${few[@]}" --fuzz-reads 8000 --out "$scratch/dio"
/usr/bin/python3 - "$scratch/dio/results.json" <<'END'
import json, re, sys
cases = {c["case"]: c for c in json.load(open(sys.argv[1]))["kernels"][0]["conformance"]}
note = cases["reads/fuzz"]
assert note["status"] == "note", note
reads, direct = map(int, re.match(r"(\d+) reads \((\d+) direct\) in", note["reason"]).groups())
assert reads >= 8000 and direct > reads / 3, note
END
# Without cases that know this fault.
expect_exit 1 "$diobench" verify kernel-patches/mutants/eof-over-read --case mode/declared --no-report --fuzz-reads 1000000 --out "$scratch/mutant"
readme=$(compgen -G "$scratch/mutant/fuzz/eof-over-read-reads-*/README.txt" | head -n 1) || fail "nothing was written"
grep -q 'right is' "$readme" || { cat "$readme"; fail "it does not say what is right"; }
operations=$(grep -cE '^  [0-9]+\. ' "$readme")
[ "$operations" -le 5 ] || { cat "$readme"; fail "$operations operations are left"; }
again=$(sed -n 's/^  diobench \(verify .*\)/\1/p' "$readme")
[ -n "$again" ] || { cat "$readme"; fail "it does not say how to see it again"; }
expect_exit 2 "$diobench" verify --mutants --fuzz-reads 1000
expect_exit 2 "$diobench" verify dio --fuzz-from 3
echo "ok   $operations operations are left of what shows eof-over-read"
