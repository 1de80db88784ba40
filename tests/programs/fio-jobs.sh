#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# fio job files as people have them: what becomes of each line is said before anything is built, faults come all at once,
# phases are cells, and the adapted files are in the output directory and taken by fio itself.
# label: booted
# timeout: 600
. "$(dirname "$0")/common.bash"
fio=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/deps/fio-3.33/fio
[ -x "$fio" ] || skip "no static fio; run scripts/setup"
says() {
    grep -q -- "$1" "$scratch/out" || { cat "$scratch/out"; fail "it does not say: $1"; }
}
cat > "$scratch/my phases (1).fio" <<'EOF2'
; as on the server, with what it does there
[global]
name=nightly
directory=/srv/data
filename=table
size=${DIOBENCH_TEST_GIB}g
bs=16kb
ioengine=aio
iodepth=8
direct=1
runtime=60
ramp_time=1s
write_lat_log=latency
fsync=1

[scan 100%]
rw=read
stonewall

[lookups]
rw=randread
stonewall

[load]
rw=write
stonewall
EOF2

# Faults come at once, before anything is built: a variable that nobody gave, an option that fio does not have.
sed '/^fsync=/s/.*/fsnyc=1/' "$scratch/my phases (1).fio" > "$scratch/faults.fio"
expect_exit 2 "$diobench" plan --fio-job "$scratch/faults.fio"
says 'faults.fio:6: size=${DIOBENCH_TEST_GIB}g: .*--set DIOBENCH_TEST_GIB=VALUE'
says 'faults.fio:14: fsnyc=1: fio 3.33 has no such option'
printf '[a]\nrw=randwrite\n' > "$scratch/writes.fio"
expect_exit 2 "$diobench" run --kernel dio --fio-job "$scratch/writes.fio" --out "$scratch/none"
says 'writes.fio: nothing is left of it to read: \[a\] (it writes'
[ "$(wc -l < "$scratch/out")" = 1 ] && [ ! -e "$scratch/none" ] || fail "more than one sentence, or a directory"

# The plan is the table.
expect_exit 0 env DIOBENCH_TEST_GIB=8 "$diobench" plan --fio-job "$scratch/my phases (1).fio" --cells
says '5  filename=table *file 1 of the image'
says '6  size=${DIOBENCH_TEST_GIB}g *size=32m'
says '11  runtime=60 *runtime=500ms'
says '24  \[load\] *left out *it writes'
says 'my-phases-1/fscache/flat/ram/local/direct/sequential/16k/fio/qd8/my-phases-1.scan-100'
says 'my-phases-1/fscache/flat/ram/local/direct/random/16k/fio/qd8/my-phases-1.lookups'
expect_exit 2 "$diobench" plan --strict-fio --set DIOBENCH_TEST_GIB=8 --fio-job "$scratch/my phases (1).fio"
[ "$(wc -l < "$scratch/out")" -gt 8 ] || fail "--strict-fio does not name all changes"
expect_exit 2 "$diobench" plan --set DIOBENCH_TEST_GIB --fio-job "$scratch/my phases (1).fio"
says 'expected NAME=VALUE'

its_turn 3 6
expect_exit 0 "$diobench" run --kernel dio --set DIOBENCH_TEST_GIB=8 --fio-job "$scratch/my phases (1).fio" --out "$scratch/run"
/usr/bin/python3 - "$scratch/run" <<'EOF2'
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
results = json.loads((folder / "results.json").read_text())
assert [cell["status"] for cell in results["cells"]] == ["ok", "ok"], results["cells"]
for cell in results["cells"]:
    assert cell["observed_io"] == "direct" and cell["metrics"]["ops"] > 100, cell
(job,) = results["run"]["fio_jobs"]
assert {"line": 24, "option": "[load]", "became": "left out"}.items() <= next(c for c in job["changes"] if c["line"] == 24).items()
assert all((folder / name).exists() for name in job["adapted"]) and len(job["adapted"]) == 2, job
assert "fio job files" in (folder / "report.html").read_text()
assert "--set DIOBENCH_TEST_GIB=8" in (folder / "reproduce.sh").read_text()
EOF2
# A job file is judged like a suite.
expect_exit 0 "$diobench" gate --baseline dio --candidate dio --set DIOBENCH_TEST_GIB=8 --fio-job "$scratch/my phases (1).fio" --seeds 1 --no-report --out "$scratch/gate"
says 'PASS: dio is not worse than dio: 0 of 2 tests'
# By hand, as the first lines of the file say.
head -c 34603008 /dev/zero > "$scratch/file"
for job in "$scratch"/run/fio/*.fio; do
    DIOBENCH_FILE=$scratch/file expect_exit 0 "$fio" --readonly --parse-only --warnings-fatal "$job"
done
