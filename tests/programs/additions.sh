#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A workload of the user's is one new file, a series one new folder; both come before diobench's own; a misspelt one is refused.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
own=$XDG_CONFIG_HOME/diobench
mkdir -p "$own/workloads" "$own/series/mine"
cat > "$own/workloads/mine.toml" <<'EOF'
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
cat > "$own/series/mine/series.toml" <<'EOF'
name = "mine"
purpose = "one folder is enough"
base = { min = "6.12.7", max = "6.12.999" }
requires = ["dio"]
patches = []
EOF
expect_exit 0 "$diobench" kernel list
grep -q "one folder is enough" "$scratch/out" || fail "kernel list does not know the new series"
expect_exit 0 "$diobench" run --kernel mine --suite mine --no-report --out "$scratch/run"
/usr/bin/python3 -c '
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
assert len(cells) == 1 and cells[0]["status"] == "ok" and cells[0]["observed_io"] == "direct" and cells[0]["metrics"]["ops"] == 64, cells
' "$scratch/run/results.json"
sed -i 's/number_ios/number_io/' "$own/workloads/mine.toml"
expect_exit 2 "$diobench" run --kernel mine --suite mine --no-report --out "$scratch/run2"
grep -q 'mine.toml:.*number_io' "$scratch/out" || { cat "$scratch/out"; fail "the misspelt key is not named"; }
[ ! -e "$scratch/run2" ] || fail "a refused run left a directory"

# What comes with diobench is replaced by what has its name, and kernel list says so.
rm "$own/workloads/mine.toml"
sed 's/^suites = .*/suites = ["headline-of-mine"]/' workloads/headline.toml > "$own/workloads/headline.toml"
cp -r kernel-patches/series/fallback "$own/series/"
sed -i 's/^purpose = .*/purpose = "my own fallback"/' "$own/series/fallback/series.toml"
expect_exit 0 "$diobench" plan --suite headline-of-mine
expect_exit 2 "$diobench" plan --suite headline
expect_exit 0 "$diobench" kernel list
grep -q 'fallback.*my own fallback' "$scratch/out" || { told; fail "the user's series does not come first"; }
grep -q "your own, in $own/series: fallback (in place of diobench's own), mine" "$scratch/out" || { told; fail "nothing says whose series it is"; }
expect_exit 2 "$diobench" kernel add dio kernel-patches/series/fix-hole
grep -q 'diobench comes with a series of this name' "$scratch/out" || { told; fail "a series hides diobench's own unasked"; }
