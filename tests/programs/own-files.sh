#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A workload file and a fio job file of one's own, from anywhere; a broken one is refused in one sentence.
# label: booted
# timeout: 900
. "$(dirname "$0")/common.bash"
its_turn 1 5
mkdir -p "$scratch/own/fio"
cat > "$scratch/own/mine.toml" <<'EOF2'
name = "mine"
question = "What do I get?"
suites = ["mine"]
[[cells]]
backend = ["fscache"]
layout = ["flat"]
device = ["nvme-20us"]
cache_state = ["local"]
io = ["direct"]
pattern = "zipf"
block_size = ["16k"]
load = ["io_uring-vectored:4"]
number_ios = 128
[[cells]]
backend = ["fscache"]
layout = ["flat"]
device = ["nvme-20us"]
cache_state = ["local"]
fio_job = ["database"]
EOF2
cat > "$scratch/own/fio/database.fio" <<'EOF2'
[global]
ioengine=libaio
direct=1
bs=8k
[reader]
rw=randread
iodepth=8
number_ios=512
EOF2
expect_exit 0 "$diobench" run --kernel dio --workload "$scratch/own/mine.toml" --no-report --out "$scratch/run"
/usr/bin/python3 - "$scratch/run/results.json" <<'EOF2'
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
assert len(cells) == 2, cells
ours, fio = cells
assert ours["status"] == fio["status"] == "ok", cells
assert ours["metrics"]["ops"] == 128 and ours["observed_io"] == "direct"
assert fio["metrics"]["ops"] == 512 and fio["observed_io"] == "direct" and fio["histogram"]["count"] == 512, fio
assert fio["dimensions"]["fio_job"] == "database" and fio["dimensions"]["block_size_bytes"] == 8192
EOF2
cp "$scratch/own/fio/database.fio" "$scratch/own/alone.fio"
expect_exit 0 "$diobench" run --kernel dio --fio-job "$scratch/own/alone.fio" --no-report --out "$scratch/run2"
/usr/bin/python3 -c '
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
assert len(cells) == 1 and cells[0]["metrics"]["ops"] == 512, cells
' "$scratch/run2/results.json"

# Refused before anything is built or booted.
refused() {
    expect_exit 2 "$diobench" run --kernel dio "${@:2}" --no-report --out "$scratch/refused"
    [ "$(wc -l < "$scratch/out")" = 1 ] || { cat "$scratch/out"; fail "more than one sentence"; }
    grep -q -- "$1" "$scratch/out" || { cat "$scratch/out"; fail "it does not say: $1"; }
    [ ! -e "$scratch/refused" ] || fail "a refused run left a directory"
}
sed 's/randread/randwrite/' "$scratch/own/alone.fio" > "$scratch/own/writes.fio"
refused 'writes.fio: nothing is left of it to read: .reader. (it writes' --fio-job "$scratch/own/writes.fio"
sed 's/zipf/zigzag/' "$scratch/own/mine.toml" > "$scratch/own/zigzag.toml"
sed -i 's/name = "mine"/name = "zigzag"/' "$scratch/own/zigzag.toml"
refused 'zigzag.toml:10: pattern.*known are sequential' --workload "$scratch/own/zigzag.toml"
sed 's/"database"/"nowhere"/; s/name = "mine"/name = "lost"/' "$scratch/own/mine.toml" > "$scratch/own/lost.toml"
refused 'lost.toml:19: fio_job' --workload "$scratch/own/lost.toml"
