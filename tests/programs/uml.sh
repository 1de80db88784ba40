#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Machine uml measures: reads of both ways with numbers and proof, and a gate of its runs that never cries wolf.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 2
cells='*/fscache/flat/ram/local/*/random/4k/pread/qd1'
for run in 1 2 3 4; do
    expect_exit 0 "$diobench" run --kernel dio --machine uml --filter "$cells" --seed "$run" --no-report --out "$scratch/$run"
done
/usr/bin/python3 - "$scratch/1/results.json" <<'END'
import json, sys
run = json.load(open(sys.argv[1]))
assert run["run"]["machine"] == "uml" and run["run"]["clock"]["kind"] != "virtual", run["run"]
cells = {c["declared_io"]: c for c in run["cells"]}
assert sorted(cells) == ["buffered", "direct"], cells.keys()
for io, c in cells.items():
    assert c["status"] == "ok" and c["observed_io"] == io, c
    pages = c["metrics"]["page_cache_bytes"]["erofs_file"]
    assert (pages["after"] > pages["before"]) == (io == "buffered"), c
    assert c["metrics"]["throughput_bytes_per_s"] > 0, c
END
# Two pairs are too few to say anything: not a pass, and never a regression.
expect_exit 3 "$diobench" gate --results-baseline "$scratch/1" "$scratch/2" --results-candidate "$scratch/3" "$scratch/4" --filter "$cells"
