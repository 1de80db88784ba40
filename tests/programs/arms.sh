#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The four arms on the exact machine: mode by evidence, cache states, limits of
# speed, the known failure of base, and every output file.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 1 5
out=$scratch/run
expect_exit 0 "$diobench" run --kernel base --kernel fallback --kernel dio-sync --kernel dio --out "$out" \
    --filter '*/flat/*'
for file in results.json metrics.prom report.html summary.txt reproduce.sh logs/dio-ram.console.txt; do
    [ -s "$out/$file" ] || fail "$file is missing"
done
promtool check metrics < "$out/metrics.prom" || fail "metrics.prom is not clean"
/usr/bin/python3 - "$out/results.json" <<'EOF'
import json, sys
run = json.load(open(sys.argv[1]))
cells = run["cells"]
def growth(c): return c["metrics"]["page_cache_bytes"]["erofs_file"]["after"] - c["metrics"]["page_cache_bytes"]["erofs_file"]["before"]
want = {"base": "refused", "fallback": "buffered", "dio-sync": "direct", "dio": "direct"}
seen = 0
for c in cells:
    d = c["dimensions"]
    if d["backend"] != "fscache": continue
    if c["declared_io"] == "direct":
        seen += 1
        assert c["observed_io"] == want[c["kernel"]], c
        if want[c["kernel"]] == "direct": assert growth(c) == 0, c
    if c["status"] == "ok":
        reads = c["metrics"]["ondemand"]["reads"]
        assert (reads > 0) == (d["cache_state"] == "remote"), c
    else:
        assert c["metrics"] is None and c["reason"], c
assert seen > 100, seen
by_id = {(c["kernel"], c["cell"]): c for c in cells}
def speed(kernel, backend, device, pattern, size, load):
    workload = "rand-read" if pattern == "random" else "seq-read"
    c = by_id[(kernel, f"{workload}/{backend}/flat/{device}/local/direct/{pattern}/{size}/{load}")]
    assert c["status"] == "ok", c
    return c["metrics"]["throughput_bytes_per_s"], c["metrics"]["cpu_ns_per_op"]["reader"]
def ratio(*cell): return speed("dio", "fscache", *cell)[0] / speed("dio", "raw", *cell)[0]
checks = {
    "nvme-80us 4k random qd1 of raw >= 0.95": ratio("nvme-80us", "random", "4k", "pread/qd1") >= 0.95,
    "nvme-80us 128k sequential of raw >= 0.98": ratio("nvme-80us", "sequential", "128k", "pread/qd1") >= 0.98,
    "ram 128k of raw >= 0.92": ratio("ram", "sequential", "128k", "pread/qd1") >= 0.92,
    "nvme-80us 4k random qd32 libaio >= 6 times dio-sync":
        speed("dio", "fscache", "nvme-80us", "random", "4k", "libaio/qd32")[0] >= 6 * speed("dio-sync", "fscache", "nvme-80us", "random", "4k", "libaio/qd32")[0],
    "CPU of a 4k read <= 1.6 of raw": speed("dio", "fscache", "ram", "random", "4k", "pread/qd1")[1] <= 1.6 * speed("dio", "raw", "ram", "random", "4k", "pread/qd1")[1],
}
for name, holds in checks.items(): print("ok  " if holds else "FAIL", name)
assert all(checks.values())
EOF
# The cover letter's numbers are of the series as it is. (Another guest program counts a little otherwise: they are not compared.)
letter=kernel-patches/series/dio/cover-letter.txt
cp "$letter" "$scratch/letter"
/usr/bin/python3 -B -m reports.cover_letter "$out" "$scratch/letter"
hashes() { sed -n '/^sha256 of the patches/,/^$/p' "$1"; }
diff <(hashes "$letter") <(hashes "$scratch/letter") ||
    fail "$letter is of other kernels: python3 -m reports.cover_letter DIR $letter, of the run that this test makes"
page=$scratch/page
command -v chromium > /dev/null || skip "chromium is not installed: scripts/setup --tests"
timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$page" --dump-dom "file://$out/report.html" > "$scratch/dom" 2> /dev/null \
    || fail "chromium cannot open the page"
for word in base fallback dio-sync dio raw refused; do
    grep -q "$word" "$scratch/dom" || fail "the page does not say $word"
done
