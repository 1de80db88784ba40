#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Bisection: of four patches on top of dio one makes direct reads slower, and
# it is named, by the gate's choice of a metric and by one that is given.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
its_turn 5
few='rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1'
four=$scratch/four
mkdir "$four"

# comment NUMBER FILE YEARS: a patch that adds a line to the comment a file begins with.
comment() {
    cat > "$four/000$1-comment.patch" <<EOP
From: diobench developers <diobench@example.org>
Subject: [PATCH $1/4] erofs: say more about ${2##*/}

---
diff --git a/$2 b/$2
--- a/$2
+++ b/$2
@@ -1,6 +1,7 @@
 // SPDX-License-Identifier: GPL-2.0-only
 /*
  * Copyright (C) 2017-2018 HUAWEI, Inc.
  *             https://www.huawei.com/
+ * A line that changes nothing.
  * Copyright (C) $3, Alibaba Cloud
  */
EOP
}
comment 1 fs/erofs/dir.c 2022
comment 2 fs/erofs/namei.c 2022
comment 4 fs/erofs/xattr.c 2021-2022
cat > "$four/0003-slow.patch" <<'EOP'
From: diobench developers <diobench@example.org>
Subject: [PATCH 3/4] erofs: execute 267 instructions more
 for a direct read

---
diff --git a/fs/erofs/fscache.c b/fs/erofs/fscache.c
--- a/fs/erofs/fscache.c
+++ b/fs/erofs/fscache.c
@@ -948,6 +948,7 @@ static ssize_t erofs_fscache_direct_read_async(struct kiocb *iocb,
 /* Read straight from the cache file into the caller's pages */
 ssize_t erofs_fscache_direct_read(struct kiocb *iocb, struct iov_iter *to)
 {
+	asm volatile (".rept 267; nop; .endr");
 	if (iocb->ki_pos >= i_size_read(file_inode(iocb->ki_filp)))
 		return 0;
 	if (is_sync_kiocb(iocb))
EOP
cat > "$four/series.toml" <<'EOT'
name = "four"
purpose = "four patches, the third of which is slow"
base = { min = "6.12.7", max = "6.12.999" }
requires = ["dio"]
patches = ["0001-comment.patch", "0002-comment.patch", "0003-slow.patch", "0004-comment.patch"]
EOT

# Before anything is built or booted.
expect_exit 2 "$diobench" bisect --baseline dio --candidate dio
grep -q 'they have the same patches' "$scratch/out" || fail "nothing between them is not said: $(cat "$scratch/out")"
expect_exit 2 "$diobench" bisect --baseline dio --candidate "$four" --cell no/such/cell --metric latency_ns.mean --out "$scratch/none"
grep -q 'no cell of suite quick has such an id' "$scratch/out" || fail "the cell is not named: $(cat "$scratch/out")"

# check DIRECTORY GATE: bisect.json there names the third patch and says how much it is.
check() {
    /usr/bin/python3 - "$1/bisect.json" "$2" <<'EOP'
import json, sys
report = json.load(open(sys.argv[1]))
assert report["outcome"] == "found" and report["exit_code"] == 0, report["sentence"]
found = report["found"]
assert found["number"] == 3 and found["file"].endswith("0003-slow.patch"), found
assert found["subject"] == "erofs: execute 267 instructions more for a direct read", found
assert (report["gate"] or "none") == sys.argv[2], report["gate"]
ends = [step["value"] for step in report["steps"] if step["end"]]
assert len(ends) == 2 and all(value is not None for value in ends)
share = (found["after"] - found["before"]) / (ends[1] - ends[0])
assert 0.8 < share < 1.2, (found, ends)
if report["followed"]["metric"] == "latency_ns.mean":
    more = found["after"] - found["before"]
    assert 240 < more < 320, more  # 267 instructions and what the timer's tick makes of them
middle = [step["state"] for step in report["steps"] if not step["end"]]
assert middle == [2, 3], middle
EOP
}

expect_exit 0 "$diobench" bisect --baseline dio --candidate "$four" --filter "$few" --seeds 2 --out "$scratch/chosen"
grep -q 'FOUND: patch 3 of 4' "$scratch/out" || fail "the patch is not named: $(cat "$scratch/out")"
[ -s "$scratch/chosen/summary.txt" ] && [ -s "$scratch/chosen/ends/gate.json" ] || fail "an output is missing"
check "$scratch/chosen" regression

# The same without the gate; every kernel is in the cache by now.
cell=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["followed"]["cell"])' "$scratch/chosen/bisect.json")
expect_exit 0 "$diobench" bisect --baseline dio --candidate "$four" --cell "$cell" --metric latency_ns.mean --seeds 1 --out "$scratch/named"
check "$scratch/named" none

# What no patch changes is no difference to follow.
expect_exit 3 "$diobench" bisect --baseline dio --candidate "$four" --cell "$cell" --metric page_cache_bytes.erofs_file.after --seeds 1 --out "$scratch/same"
grep -q 'does not differ between the ends' "$scratch/out" || fail "nothing to follow is not said: $(cat "$scratch/out")"
