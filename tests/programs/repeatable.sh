#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots of one kernel on the exact machine give byte-identical cells.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
for i in 1 2 3; do
    expect_exit 0 "$diobench" run --kernel dio --no-report --out "$scratch/run$i" --filter '*/4k/*'
    /usr/bin/python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["cells"]))' "$scratch/run$i/results.json" > "$scratch/cells$i"
done
[ "$(wc -c < "$scratch/cells1")" -gt 100000 ] || fail "too few cells to mean anything"
cmp "$scratch/cells1" "$scratch/cells2" || fail "the second run differs"
cmp "$scratch/cells1" "$scratch/cells3" || fail "the third run differs"
