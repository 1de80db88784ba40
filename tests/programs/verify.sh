#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The arms keep every statement of the conformance suite but those their series
# name: dio each day, each of the three others on one day of the week.  A seventh of the mutants,
# others each day, do not.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
out=$scratch/verify
others=()
today_is 2 && others+=(base)
today_is 4 && others+=(fallback)
today_is 6 && others+=(dio-sync)
expect_exit 0 "$diobench" verify "${others[@]}" dio --out "$out"
for file in results.json junit.xml report.html summary.txt reproduce.sh; do
    [ -s "$out/$file" ] || fail "$file is missing"
done
/usr/bin/python3 - "$out" "${others[@]}" dio <<'EOP'
import json, pathlib, re, sys, xml.etree.ElementTree as xml
run = json.load(open(sys.argv[1] + "/results.json"))
cases = {k["name"]: {c["case"]: c for c in k["conformance"]} for k in run["kernels"]}
assert list(cases) == sys.argv[2:]
names = set(cases["dio"])
assert len(names) > 200 and all(set(of) == names for of in cases.values())
for kernel, of in cases.items():
    failed = {name for name, c in of.items() if c["status"] == "fail"}
    assert all(of[name]["known"] for name in failed), failed
    if kernel == "base":
        assert any("sparse" in name for name in failed) and any(name.startswith("compressed/") for name in failed), failed
    if kernel in ("fallback", "dio"):
        assert all("@" in name or name in ("mount/longest-blob-name", "protocol/close-unread") for name in failed), failed  # no series repairs these
    assert all(c["reason"] for c in of.values() if c["status"] != "pass")
# lockdep, which is off after its report about mappings, saw every case before.
reports = 0
for path in pathlib.Path(sys.argv[1], "logs").glob("*.records.txt"):
    records = [json.loads(line.split(" ", 2)[2]) for line in path.read_text().splitlines() if line.startswith("R ")]
    for one in records:
        if "possible circular locking dependency" in one.get("kernel_text", ""):
            reports += 1
            assert re.search("mmap|every-way@|all-kinds|mixed-readers|mapping-of-same-file", one["case"]), one
assert reports >= len(cases), reports
skipped = sum(c["status"] == "skip" for name, c in cases["dio"].items() if "@file" not in name)  # O_DIRECT is refused there
assert skipped < 10, skipped
tests = xml.parse(sys.argv[1] + "/junit.xml").getroot()
assert int(tests.get("tests")) == len(cases) * (len(names) + 1) and tests.get("failures") == "0"
EOP
expect_exit 0 "$diobench" verify --mutants --sample "$(share 7)" --out "$scratch/mutants" --no-report
grep -q 'killed by' "$scratch/out" || fail "no mutant was killed"
# What is no case and no mutant is refused.
expect_exit 2 "$diobench" verify dio --case 'end-of-life/*'
expect_exit 2 "$diobench" verify --mutants no-such-mutant
