#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Cases on two CPUs: both are there, a right kernel keeps its statements, and what one CPU does not show is found.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 3
expect_exit 0 "$diobench" verify dio --smp --case 'concurrency/*' --case 'protocol/*' --out "$scratch/smp" --no-report
grep -qh '"cpus":2' "$scratch"/smp/logs/*.records.txt || grep -qh 'Brought up 1 node, 2 CPUs' "$scratch"/smp/logs/*.console.txt ||
    fail "there are no two CPUs"
/usr/bin/python3 - "$scratch/smp/results.json" <<'END'
import json, sys
results = json.load(open(sys.argv[1]))
assert (results["run"]["machine"], results["run"]["suite"]) == ("kvm", "verify-part"), results["run"]
cases = {c["case"]: c for c in results["kernels"][0]["conformance"]}
assert len(cases) > 20 and all(c["status"] != "fail" or c["known"] for c in cases.values()), cases
END
