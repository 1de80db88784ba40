#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The README's "Test your own patch" as it stands there, with a patch of one comment.
# label: booted
# timeout: 3000
. "$(dirname "$0")/common.bash"
its_turn 5 7
mkdir "$scratch/here"
ln -s "$binary_dir" "$scratch/here/build"
cd "$scratch/here"
cat > 0001-my.patch <<'EOF'
From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001
From: A Tester <tester@example.org>
Date: Mon, 1 Jan 2024 00:00:00 +0000
Subject: [PATCH] erofs: say something

Signed-off-by: A Tester <tester@example.org>
---
diff --git a/fs/erofs/fscache.c b/fs/erofs/fscache.c
--- a/fs/erofs/fscache.c
+++ b/fs/erofs/fscache.c
@@ -3,3 +3,4 @@
  * Copyright (C) 2022, Alibaba Cloud
  * Copyright (C) 2022, Bytedance Inc. All rights reserved.
+ * A comment.
  */
-- 
2.39.5

EOF
# The block's own lines; only fewer cells and no plots.
sed -n '/^## Test your own patch/,/^`--on`/p' "$source_dir/README.md" | sed -n '/^```$/,/^```$/p' | grep -v '^```' | sed 's/  *#.*//' > commands
[ "$(wc -l < commands)" = 4 ] || fail "the README's block is not four lines any more"
sed -i "1s|\$| --no-report --case 'data/flat/*' --where workload=rand-read,io=direct,device=ram,block_size=4k|" commands
sed -i "4s|\$| --no-report --filter 'sparse-read/*/ram/*'|" commands
expect_exit 0 bash -eu commands
/usr/bin/python3 - out/latest/results.json <<'EOF'
import json, sys
run = json.load(open(sys.argv[1]))
assert [k["name"] for k in run["kernels"]] == ["dio", "my-series"], run["kernels"]
assert run["kernels"][1]["series"] == ["fix-hole", "fix-compressed", "dio-sync", "dio", "my-series"]
assert all(c["status"] == "ok" for c in run["cells"]), run["cells"]
EOF
