#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Counting instructions by function changes nothing that the guest sees, adds
# up, fits the guest's own clock and names the function that differs.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
its_turn 6 7
# Boots are compared by hand: the order in which a run starts them does not matter.
filter='rand-read/fscache/flat/ram/local/*/4k/pread/qd1'

expect_exit 0 "$diobench" run --kernel dio --no-report --out "$scratch/plain" --filter "$filter"
expect_exit 0 "$diobench" profile --kernel dio --filter "$filter" --json
cp "$scratch/out" "$scratch/one.json"
expect_exit 0 "$diobench" profile --kernel dio-sync --kernel dio --filter "$filter" --json
cp "$scratch/out" "$scratch/two.json"

/usr/bin/python3 - "$scratch" <<'PYTHON' || fail "see above"
import json, sys

def load(name):
    text = open(f"{sys.argv[1]}/{name}").read()
    return json.loads(text[text.index("{\n"):])

plain = {c["cell"]: c["metrics"] for c in load("plain/results.json")["cells"] if c["status"] == "ok"}
one = load("one.json")
assert len(plain) == 2, list(plain)
assert sorted(p["cell"] for p in one["profiles"]) == sorted(plain), one["uncounted"]
for p in one["profiles"]:
    # The virtual clock of the run that was counted is that of the run that was not.
    assert p["elapsed_ns"] == round(plain[p["cell"]]["seconds"] * 1e9), p["cell"]
    counted = p["user"]["instructions"] + sum(f["instructions"] for f in p["functions"])
    # Nothing waits here: the clock moved by the instructions of the timed
    # region, and the marked one is larger by the reader's preparation.
    print(p["cell"], counted, p["elapsed_ns"])
    assert 0 < counted - p["elapsed_ns"] < 6000, (p["cell"], counted, p["elapsed_ns"])
    names = {f["function"]: f for f in p["functions"]}
    assert "[kernel, no symbol]" not in names
    once = "erofs_fscache_direct_read" if "/direct/" in p["cell"] else "filemap_read"
    assert names[once]["entries"] == p["ops"], (once, names[once])

two = load("two.json")
again = [p for p in two["profiles"] if p["kernel"] == "dio"]
assert sorted(map(json.dumps, again)) == sorted(map(json.dumps, one["profiles"])), "two boots of one kernel differ"
assert len(two["differences"]) == 2
for d in two["differences"]:
    assert d["baseline"] == "dio-sync" and d["candidate"] == "dio"
    assert sum(f["difference_instructions"] for f in d["functions"]) == d["difference_instructions"]
direct = next(d for d in two["differences"] if "/direct/" in d["cell"])
assert direct["difference_instructions"] < 0
assert any(f["function"].startswith(("erofs_", "cachefiles_")) for f in direct["functions"][:10]), direct["functions"][:10]
PYTHON

expect_exit 4 "$diobench" profile --kernel base --filter 'rand-read/fscache/flat/ram/local/direct/*/4k/pread/qd1'
grep -q "no cell could be counted" "$scratch/out" || fail "a kernel that refuses O_DIRECT was profiled"
expect_exit 2 "$diobench" profile --kernel base --kernel dio --kernel dio-sync
