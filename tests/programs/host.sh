#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Machine host: the back ends that a plain kernel has, on the one that runs here; killed and resumed.
# label: booted
# timeout: 600
. "$(dirname "$0")/common.bash"
[ "$(id -u)" = 0 ] || skip "machine host needs root"
grep -qw erofs /proc/filesystems || skip "the kernel that runs here has no EROFS"
unshare -m true 2> /dev/null || skip "no mount namespaces here"
expect_exit 0 "$diobench" run --machine host --suite nightly --filter 'rivals/*/host/local/*/random/4k/pread/*' --no-report --out "$scratch/run"
/usr/bin/python3 - "$scratch/run/results.json" <<'EOF2'
import json, sys
cells = {(c["dimensions"]["backend"], c["dimensions"]["io"]): c for c in json.load(open(sys.argv[1]))["cells"]}
assert cells["ext4", "buffered"]["status"] == "ok", cells["ext4", "buffered"]
assert cells["raw", "direct"]["status"] == "ok", cells["raw", "direct"]
for (backend, io), cell in cells.items():
    assert cell["status"] in ("ok", "unsupported"), cell
assert cells["fscache", "direct"]["status"] == "unsupported" or cells["fscache", "direct"]["status"] == "ok"
EOF2
! mount | grep -q "$scratch" || fail "it left mounts behind"
expect_exit 2 "$diobench" run --machine host --kernel dio
grep -q -- '--kernel' "$scratch/out" || fail "a kernel for machine host is not refused"
