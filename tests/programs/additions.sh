#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A workload is one new file; a series is one new folder; a misspelt one is refused.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
root=$scratch/root
mkdir "$root"
cp -r workloads kernel-patches reports "$root"
cat > "$root/workloads/mine.toml" <<'EOF'
name = "mine"
question = "Is one file enough?"
suites = ["mine"]
[[cells]]
backend = ["fscache"]
layout = ["sparse"]
device = ["ram"]
cache_state = ["local"]
io = ["direct"]
pattern = "random"
block_size = ["8k"]
load = ["libaio:4"]
size = "512k"
number_ios = 64
EOF
mkdir "$root/kernel-patches/series/mine"
cat > "$root/kernel-patches/series/mine/series.toml" <<'EOF'
name = "mine"
purpose = "one folder is enough"
base = { min = "6.12.7", max = "6.12.999" }
requires = ["dio"]
patches = []
EOF
export DIOBENCH_ROOT=$root
expect_exit 0 "$diobench" kernel list
grep -q "one folder is enough" "$scratch/out" || fail "kernel list does not know the new series"
expect_exit 0 "$diobench" run --kernel mine --suite mine --no-report --out "$scratch/run"
/usr/bin/python3 -c '
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
assert len(cells) == 1 and cells[0]["status"] == "ok" and cells[0]["observed_io"] == "direct" and cells[0]["metrics"]["ops"] == 64, cells
' "$scratch/run/results.json"
sed -i 's/number_ios/number_io/' "$root/workloads/mine.toml"
expect_exit 2 "$diobench" run --kernel mine --suite mine --no-report --out "$scratch/run2"
grep -q 'mine.toml:.*number_io' "$scratch/out" || { cat "$scratch/out"; fail "the misspelt key is not named"; }
[ ! -e "$scratch/run2" ] || fail "a refused run left a directory"
