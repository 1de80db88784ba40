#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A list that is followed: two versions of a series, killed on the way; each is answered once, by a mail fit to send, and told.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 3
mkdir "$scratch/here"
cd "$scratch/here"
# patch VERSION ID ANSWERS COMMENT
patch() {
    cat <<EOM
From mboxrd@z Thu Jan  1 00:00:00 1970
From: Ada Example <ada@example.org>
To: list@example.org
Cc: Bob <bob@example.org>, bot@example.org
Subject: [PATCH$1] erofs: say something
Date: Mon, 02 Mar 2026 10:00:00 +0000
Message-ID: <$2@example.org>
${3:+In-Reply-To: <$3@example.org>
}
Why.

Signed-off-by: Ada Example <ada@example.org>
---
 fs/erofs/fscache.c | 1 +
 1 file changed, 1 insertion(+)

diff --git a/fs/erofs/fscache.c b/fs/erofs/fscache.c
--- a/fs/erofs/fscache.c
+++ b/fs/erofs/fscache.c
@@ -3,3 +3,4 @@
  * Copyright (C) 2022, Alibaba Cloud
  * Copyright (C) 2022, Bytedance Inc. All rights reserved.
+ * $4
  */
-- 
2.39.5

EOM
}
patch '' v1 '' 'One comment.' > list.mbox
cat >> list.mbox <<'EOM'
From mboxrd@z Thu Jan  1 00:00:00 1970
From: Bob <bob@example.org>
To: Ada Example <ada@example.org>
Subject: Re: [PATCH] erofs: say something
Message-ID: <r1@example.org>
In-Reply-To: <v1@example.org>

Say something else.

EOM
cat > follow.toml <<'EOM'
paths = ["fs/erofs/*"]
on = ["dio"]
from = "Bot <bot@example.org>"
notify = ["sh", "-c", "cat >> sent; echo \"$0 $1\" >> subjects", "{subject}", "{file}"]
EOM
arguments=(follow list.mbox --interest follow.toml --state state.sqlite --case 'data/flat/*' --where workload=rand-read,io=direct,device=ram,block_size=4k --seeds 2 --no-report)
follow() { "$diobench" "${arguments[@]}"; }

# Killed in the middle, it begins that series again and answers it once.
"$diobench" "${arguments[@]}" > killed 2>&1 &
job=$!
for _ in $(seq 3000); do
    ! grep -qs "^  apply" killed || break
    sleep 0.1
done
grep -q '^  apply' killed || { cat killed; fail "nothing is applied"; }
kill -KILL $job
wait $job || true
all_ended "$scratch/here/out/follow"
[ ! -e sent ] || fail "what was killed was told"
expect_exit 0 follow
name=erofs-say-something-v1
[ -s "out/follow/$name/reply.txt" ] || { told; fail "there is no reply"; }
patch ' v2' v2 v1 'Another comment.' >> list.mbox
expect_exit 0 follow
expect_exit 0 follow
grep -q '0 answered' "$scratch/out" || { told; fail "something is answered again"; }
[ "$(wc -l < subjects)" = 2 ] || { cat subjects; fail "the command was not called twice"; }
cmp <(cat out/follow/erofs-say-something-v1/reply.txt out/follow/erofs-say-something-v2/reply.txt) sent || fail "what was sent is not the replies"
/usr/bin/python3 - out/follow <<'EOP'
import email, json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for version, answered, seen in (("v1", "v1@example.org", ["v1@example.org"]), ("v2", "v2@example.org", ["v1@example.org", "v2@example.org"])):
    mail = email.message_from_bytes((folder / f"erofs-say-something-{version}/reply.txt").read_bytes())
    assert mail["To"] == "Ada Example <ada@example.org>" and mail["From"] == "Bot <bot@example.org>", mail.items()
    assert mail["Cc"] == "list@example.org, Bob <bob@example.org>", mail["Cc"]
    assert mail["In-Reply-To"] == f"<{answered}>" and mail["References"].split() == [f"<{one}>" for one in seen], mail.items()
    assert mail["Subject"] == ("Re: [PATCH] erofs: say something" if version == "v1" else "Re: [PATCH v2] erofs: say something")
    text = mail.get_payload()
    assert text.startswith("PASS: "), text
    assert max(len(line) for line in text.splitlines()) <= 72, [line for line in text.splitlines() if len(line) > 72]
    assert not any(line.startswith(">") for line in text.splitlines())
    assert "diobench try t.mbox --on dio" in text and "1 instruction = 1 ns" in text and "random 4k, direct" in text, text
    assert ("Against the version before, erofs-say-something-v1" in text) == (version == "v2"), text
    answer = json.loads((folder / f"erofs-say-something-{version}/answer.json").read_text())
    assert answer["verdict"] == "pass" and answer["baseline"] == "dio", answer
EOP
grep -q 'revises = "erofs-say-something-v1"' "$XDG_CONFIG_HOME/diobench/series/erofs-say-something-v2/series.toml" || fail "the second version does not revise the first"

# A state that is lost costs nothing: the folders know.  What is there can be passed over.
rm state.sqlite*
expect_exit 0 follow
[ "$(wc -l < subjects)" = 4 ] || fail "a lost state is not made again from the folders"
expect_exit 0 "$diobench" follow list.mbox --interest follow.toml --state other.sqlite --from-now
grep -q '2 passed over' "$scratch/out" || { told; fail "nothing is passed over"; }
expect_exit 0 "$diobench" follow list.mbox --interest follow.toml --state other.sqlite --out elsewhere
[ ! -e elsewhere ] || fail "what was passed over is judged"
