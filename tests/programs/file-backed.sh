#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Mounts from image files: what O_DIRECT means there on three kernels, whether it is right, and what it costs beside a file of ext4.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 2 6
expect_exit 0 "$diobench" verify file-fallback file-dio --backend file,file-directio --no-report --out "$scratch/verify"
/usr/bin/python3 - "$scratch/verify/results.json" <<'EOF2'
import json, sys
cases = {k["name"]: {c["case"]: c["status"] for c in k["conformance"]} for k in json.load(open(sys.argv[1]))["kernels"]}
for backend in ("file", "file-directio"):
    assert cases["file-fallback"][f"mode/declared@{backend}"] == cases["file-dio"][f"mode/declared@{backend}"] == "pass"
    assert cases["file-dio"][f"asynchrony/libaio-map-not-in-memory@{backend}"] == "pass"
skipped = [name for name, status in cases["file-dio"].items() if status == "skip"]
assert all("through-page-cache" in name for name in skipped), skipped
EOF2
expect_exit 0 "$diobench" run --kernel base --kernel file-fallback --kernel file-dio --workload workloads/rivals.toml --filter 'rivals/*/flat/*/local/*' \
    --where 'backend=file|raw' --no-report --out "$scratch/run"
/usr/bin/python3 - "$scratch/run/results.json" <<'EOF2'
import json, sys
cells = {(c["kernel"], c["dimensions"]["backend"], c["dimensions"]["device"], c["dimensions"]["io"], c["dimensions"]["pattern"], c["dimensions"]["block_size_bytes"],
          c["dimensions"]["engine"]): c for c in json.load(open(sys.argv[1]))["cells"]}
want = {"base": "refused", "file-fallback": "buffered", "file-dio": "direct"}
for (kernel, backend, _, io, *_), c in cells.items():
    if backend == "file" and io == "direct": assert c["observed_io"] == want[kernel], c
def number(kernel, backend, device, pattern, size, engine):
    c = cells[kernel, backend, device, "direct", pattern, size, engine]
    assert c["status"] == "ok", c
    return c["metrics"]["throughput_bytes_per_s"], c["metrics"]["cpu_ns_per_op"]["reader"]
def ratio(*cell): return number("file-dio", "file", *cell)[0] / number("file-dio", "raw", *cell)[0]
libaio = ("nvme-80us", "random", 4096, "libaio")
small = ("ram", "random", 4096, "pread")
checks = {
    "4k random qd1 of raw >= 0.95, nvme-80us": ratio("nvme-80us", "random", 4096, "pread") >= 0.95,
    "4k random qd1 of raw >= 0.95, ram": ratio(*small) >= 0.95,
    "128k sequential of raw >= 0.98, nvme-80us": ratio("nvme-80us", "sequential", 131072, "pread") >= 0.98,
    "128k sequential of raw >= 0.98, ram": ratio("ram", "sequential", 131072, "pread") >= 0.98,
    "4k random qd32 libaio >= 8 times file-fallback": number("file-dio", "file", *libaio)[0] >= 8 * number("file-fallback", "file", *libaio)[0],
    "CPU of a 4k read <= 1.2 of raw": number("file-dio", "file", *small)[1] <= 1.2 * number("file-dio", "raw", *small)[1],
}
for name, holds in checks.items(): print("ok  " if holds else "FAIL", name)
assert all(checks.values())
EOF2
