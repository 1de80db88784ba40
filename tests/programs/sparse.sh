#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The truth about sparse files: base returns wrong bytes (known), the repaired arms do not.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 1 5
out=$scratch/run
expect_exit 0 "$diobench" run --kernel base --kernel fix-hole --kernel dio --no-report --out "$out" --filter 'sparse-read/*'
/usr/bin/python3 - "$out/results.json" <<'EOF'
import json, sys
run = json.load(open(sys.argv[1]))
for kernel in run["kernels"]:
    fails = [c for c in kernel["conformance"] if c["status"] == "fail"]
    if kernel["name"] == "base":
        assert fails and all(c["known"] and c["case"].endswith("/buffered-seq") for c in fails), fails
    else:
        assert not fails, fails
cells = {(c["kernel"], c["declared_io"], c["dimensions"]["device"]): c for c in run["cells"]}
for device in ("ram", "nvme-80us"):
    assert cells["base", "buffered", device]["status"] == "invalid" and cells["base", "buffered", device]["known"]
    assert cells["dio", "buffered", device]["status"] == "ok" and cells["dio", "direct", device]["status"] == "ok"
EOF
