#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What a stopwatch says: ratios of two cells by uml beside exact's; killed, it goes on and makes no boot twice.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
# refused WORDS ARGUMENT...
refused() {
    local words=$1
    shift
    expect_exit 2 "$diobench" calibrate "$@"
    grep -q -- "$words" "$scratch/out" || { told; fail "calibrate $* is refused without saying: $words"; }
}
refused 'what real clocks are held against' --clock --machine exact
refused 'at least 6' --clock --pairs 5
refused 'no ratio with itself' --clock fallback
refused 'it is of gates' --clock --cells 5
refused 'calibrate --clock' --pairs 8
refused 'clock-run.json' --clock --resume "$scratch"
refused 'takes everything from' --clock --resume "$scratch" --pairs 8
refused 'no cell of suite headline' --clock --filter 'no/such'

its_turn 2
cells='headline/fscache/flat/ram/local/*/random/4k/pread/qd1'
asked=(calibrate --clock --machine uml --pairs 6 --seeds 1 --filter "$cells")
"$diobench" "${asked[@]}" --out "$scratch/held" > "$scratch/killed.txt" 2>&1 &
run=$!
# Kernels may have to be built first, and which of the two is booted first is drawn.
until compgen -G "$scratch/held/uml-1/runs/boot-001-*/watch.json" > /dev/null; do
    kill -0 $run 2> /dev/null || { cat "$scratch/killed.txt"; fail "it ended by itself"; }
    sleep 0.05
done
kill -9 $run
wait $run || true
[ ! -e "$scratch/held/clock.json" ] || fail "a killed calibration has a result"
kept=$(stat -c %Y.%i "$scratch"/held/uml-1/runs/boot-000-*/boots/*.json)
expect_exit 0 "$diobench" calibrate --clock --resume "$scratch/held"
[ "$kept" = "$(stat -c %Y.%i "$scratch"/held/uml-1/runs/boot-000-*/boots/*.json)" ] || fail "a boot that was over was made again"
grep -q 'a part of the headline cells' "$scratch/out" || fail "a few cells are taken for the whole"
/usr/bin/python3 - "$scratch/held/clock.json" <<'END'
import json, sys
found = json.load(open(sys.argv[1]))
(uml,) = found["clocks"]
assert uml["machine"] == "uml" and uml["outcome"] == "measured" and uml["boots"] == 12, uml
assert [r["what"] for r in uml["ratios"]] == ["direct / buffered, fallback", "direct / buffered, dio", "dio / fallback"], uml["ratios"]
for ratio in uml["ratios"]:
    assert ratio["status"] == "ok" and ratio["real"]["low"] <= ratio["real"]["ratio"] <= ratio["real"]["high"], ratio
    assert ratio["exact"]["counted"]["ratio"] > 0 and ratio["exact"]["modelled"] is None, ratio
    assert (ratio["agrees"]["counted"] is not None) == ratio["judged"], ratio
assert found["failures"] == [], found["failures"]
END
