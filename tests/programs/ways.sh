#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the nightly suite is for: the neighbour, the rivals, a trace on every kernel.
# label: booted
# timeout: 2400
. "$(dirname "$0")/common.bash"
its_turn 3 7
kernels=(--kernel base --kernel fallback --kernel dio-sync --kernel dio)
run() {
    got=0
    "$diobench" run "${@:2}" --suite nightly --no-report --out "$scratch/$1" > "$scratch/out" 2>&1 || got=$?
    [ $got = 0 ] || { told; fail "exit $got: run ${*:2}"; }
}
# The neighbour: buffered reads (and the fallback) cost it its hot set, direct ones do not.
run neighbour --kernel fallback --kernel dio --filter 'neighbour/fscache/*/reread/*/pread/*'
/usr/bin/python3 - "$scratch/neighbour/results.json" <<'EOF2'
import json, sys
cells = {(c["kernel"], c["dimensions"]["io"]): c["metrics"] for c in json.load(open(sys.argv[1]))["cells"]}
def damage(kernel, io):
    n = cells[kernel, io]["neighbour"]
    return n["evicted_bytes"], n["slowdown"]
for kernel, io in (("fallback", "buffered"), ("fallback", "direct"), ("dio", "buffered")):
    evicted, slowdown = damage(kernel, io)
    assert evicted > 4 << 20 and slowdown > 2, (kernel, io, evicted, slowdown)
evicted, slowdown = damage("dio", "direct")
assert evicted < 64 << 10, evicted
assert slowdown < damage("fallback", "direct")[1] / 2, slowdown
assert cells["dio", "direct"]["page_cache_bytes"]["erofs_file"]["peak"] == 0
assert cells["fallback", "direct"]["page_cache_byte_seconds"]["erofs_file"] > 0
EOF2
# A trace is replayed on all four kernels: the same reads, the same bytes.
run trace "${kernels[@]}" --filter 'container-start/fscache/container/*/local/buffered/*/pread/*'
/usr/bin/python3 - "$scratch/trace/results.json" <<'EOF2'
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
assert len(cells) == 4 and all(c["status"] == "ok" for c in cells), cells
assert len({(c["metrics"]["ops"], c["metrics"]["bytes"]) for c in cells}) == 1, cells
assert cells[0]["metrics"]["ops"] > 500
EOF2
# Every back end has its row, with a floor.
run rivals --kernel dio --filter 'rivals/*/ram/local/*/random/4k/pread/*'
/usr/bin/python3 - "$scratch/rivals/results.json" <<'EOF2'
import json, sys
cells = {(c["dimensions"]["backend"], c["dimensions"]["io"]): c for c in json.load(open(sys.argv[1]))["cells"]}
for backend in ("fscache", "file", "file-directio", "loop", "loop-directio", "blockdev", "erofsfuse", "ext4"):
    assert cells[backend, "buffered"]["status"] == "ok", cells[backend, "buffered"]
    refused = backend in ("file", "file-directio")
    assert cells[backend, "direct"]["status"] == ("unsupported" if refused else "ok"), cells[backend, "direct"]
assert cells["raw", "direct"]["status"] == "ok" and cells["device", "direct"]["status"] == "ok"
kept = lambda backend, io, layer: cells[backend, io]["metrics"]["page_cache_bytes"][layer]["after"]
assert kept("file", "buffered", "backing_file") > 0 and kept("file-directio", "buffered", "backing_file") < 256 << 10
assert kept("loop", "direct", "backing_file") > 0 and kept("loop-directio", "direct", "backing_file") < 256 << 10
EOF2
# All engines give their answer or say why not.
run engines --kernel dio --filter 'engines/fscache/flat/ram/*/64k/*'
/usr/bin/python3 - "$scratch/engines/results.json" <<'EOF2'
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
engines = {c["dimensions"]["engine"] for c in cells if c["status"] == "ok"}
wanted = {"pread", "preadv", "mmap", "mmap-random", "libaio", "libaio-vectored", "io_uring", "io_uring-fixed", "io_uring-files", "io_uring-registered", "io_uring-sqpoll",
          "io_uring-vectored"}
assert engines == wanted, wanted ^ engines
EOF2
