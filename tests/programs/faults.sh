#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Kernels that are broken on purpose: the right exit code, one sentence, no
# number for that arm, and the other arm still reported.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 3 6
check() {
    local series=$1 code=$2 status=$3 says=$4 out=$scratch/$1
    expect_exit "$code" "$diobench" run --kernel fallback --kernel "tests/series/$series" --no-report --out "$out" --filter 'sparse-read/*/ram/*'
    grep -q "$says" "$scratch/out" || { cat "$scratch/out"; fail "$series: nothing says \"$says\""; }
    /usr/bin/python3 - "$out/results.json" "$series" "$status" <<'EOF'
import json, sys
run = json.load(open(sys.argv[1]))
kernels = {k["name"]: k for k in run["kernels"]}
bad = kernels[sys.argv[2]]
assert bad["status"] == sys.argv[3], bad
assert bad["reason"], bad
assert any(f.startswith(sys.argv[2] + ":") for f in run["run"]["findings"]), run["run"]["findings"]
rows = [c for c in run["cells"] if c["kernel"] == sys.argv[2]]
assert rows and all(c["metrics"] is None and c["reason"] for c in rows), rows
assert all(c["status"] == "ok" for c in run["cells"] if c["kernel"] == "fallback")
EOF
    echo "ok   $series: exit $code, $status"
}
check bad-apply 2 build-failed 'apply'
check bad-compile 2 build-failed 'error'
check bad-panic 4 boot-failed 'panic'
check bad-sleep 4 boot-failed 'hang\|hung\|blocked'
check bad-flip 4 invalid 'wrong bytes'
