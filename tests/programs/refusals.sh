#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# No dead ends: whatever is wrong is refused at once, with what would be right. One row a case.
# label: program
# timeout: 300
. "$(dirname "$0")/common.bash"
at=$scratch
mkdir "$at/empty" "$at/junk" "$at/cut"
: > "$at/file"
echo '{"a": 1}' > "$at/junk/results.json"
echo '{"schema_version": 3, "run": {' > "$at/cut/results.json"
# refused EXIT TEXT ARGUMENTS...: ends with EXIT and says TEXT, where '|' parts several texts.
refused() {
    local code=$1 text parts
    IFS='|' read -ra parts <<< "$2"
    shift 2
    expect_exit "$code" timeout 60 "$diobench" "$@"
    for text in "${parts[@]}"; do
        grep -qF -- "$text" "$at/out" || { told; fail "\"$text\" is not said by: diobench $*"; }
    done
}

# Words of the command line: all that are wrong at once, the nearest right ones, and where these stand.
refused 2 'diobench which command?|diobench doctor|diobench try|--fio-job|how to call it: diobench --help'
refused 2 'shwo: there is no such command|did you mean show?' shwo
refused 2 'buidl: there is no such command|did you mean build?|diobench kernel --help' kernel buidl dio
refused 2 '--kernle: there is no such option; did you mean --kernel?|--suit: there is no such option; did you mean --suite?|diobench run --help' run --kernle dio --suit quick
! grep -q 'were not expected' "$at/out" || { told; fail "the same words are refused twice"; }
refused 2 'for instance: diobench kernel build base dio|how to call it: diobench kernel build --help' kernel build
refused 2 '--kernle: there is no such option|--kernel is required' profile --kernle dio
refused 2 'b: nothing is expected here' show a b
refused 2 'exakt: there is no such one; there are exact, kvm, uml, host; did you mean exact?' run --kernel dio --machine exakt
refused 2 'not in range 1 to 100' run --kernel dio --seeds 0

# Kernels, suites and cells: all faults of a command at once.
refused 2 'which kernel? (diobench kernel list shows them)' run
refused 2 'dioo: there is none|did you mean dio?|falback: there is none|did you mean fallback?|quik: known suites|did you mean quick?' run --kernel dioo --kernel falback --suite quik
refused 2 'did you mean dio?|did you mean fallback?|quik: known suites' gate --baseline dioo --candidate falback --suite quik
refused 2 'gate --baseline: it is missing|gate --candidate: it is missing' gate
refused 2 'bisect --candidate: it is missing|bisect --baseline: it is missing' bisect
refused 2 'there is no file series.toml in that folder; did you mean slow-buffered?' verify --mutants slow-bufered
refused 2 'slow-bufered: there is no such kernel|did you mean slow-buffered?|slow-cpy: there is no such kernel|did you mean slow-copy?' calibrate slow-bufered slow-cpy
refused 2 'dta/*: no case has such a name|did you mean data?|zzz: no case' verify dio --case 'dta/*' --case zzz
refused 2 'loup: no case is held against such a one; there are blockdev, file, file-directio, fscache, loop|did you mean loop?|fill: no case' verify dio --backend loup,fill
refused 2 'protocol/*: its cases are not held against loop' verify dio --case 'protocol/*' --backend loop
refused 2 'there is no dimension "blok_size"|did you mean block_size?|io="direkt"|did you mean direct?' plan --where blok_size=4k,io=direkt
refused 2 'no cell of suite quick has such an id; there is, for instance' plan --filter zzz
refused 2 'no cell of suite quick has this label; there are rand 4k qd1 pread' plan --filter 'rand 4k qd7'
refused 2 'there are only 2 boots' plan --shard 3/3
refused 2 'latencyns.mean: there is no such metric|did you mean latency_ns.mean?' bisect --baseline dio-sync --candidate dio --cell x --metric latencyns.mean

printf '[a]\nioengin=psync\nrw=randreed\n' > "$at/job.fio"
refused 2 'job.fio:2: ioengin=psync|did you mean ioengine?|job.fio:3: rw=randreed: must be read or randread' plan --fio-job "$at/job.fio"

# Output folders are looked at before anything is built for them.
refused 2 "$at/junk: there is something in it: name a new folder, or an empty one" run --kernel dio --out "$at/junk"
refused 2 "$at/file: this is a file" verify dio --out "$at/file"
refused 2 'nothing can be written in /proc' gate --baseline dio --candidate fallback --out /proc/x
refused 2 'the folder /nowhere is not there' overhead --out /nowhere/x

# What is read.
refused 2 'nowhere: there is no such file or folder|diobench history runs' show nowhere
refused 2 "$at/empty: nothing that has ended lies there" show "$at/empty"
refused 2 'show README.md: nothing that has ended lies there' show README.md
refused 4 'this key is missing' show "$at/junk"
refused 4 'it may be cut off' report "$at/cut"
refused 2 "make a run with 'diobench run'" report "$at/empty"
refused 2 'say what to write: --prometheus FILE' export "$at/cut"
refused 2 "$at/empty/results.json: there is no such file" compare "$at/empty" "$at/empty"
refused 2 "$at/empty/results.json: there is no such file" gate --results-baseline "$at/empty" --results-candidate "$at/empty"
refused 2 'nowhere' gate --baseline dio --candidate fallback --policy nowhere
refused 2 'nowhere' nightly --config nowhere
refused 2 'nowhere' trace show nowhere
refused 2 'the first line must be "# diobench-trace 1"' trace check "$at/file"
refused 2 'nowhere' serve --nights nowhere --port 0
refused 2 'nowhere' doctor --probe --kernel-image nowhere

# The history: of nothing, of what is not in it.
refused 2 "there is no store yet: make a run with 'diobench run'" history runs
refused 2 "$at/empty: it has neither results.json nor gate.json|$at/junk" history import "$at/empty" "$at/junk"
refused 2 "the store has none yet: make one with 'diobench run'" history runs
refused 2 "the store has none; 'diobench history pin NAME RUN' makes one" history pins
refused 2 'there is no build of it in the cache|nothing2: there is no build' kernel remove nothing1 nothing2

# One voice: a description tells the program what to do.
commands_of() { "$diobench" "$@" --help | awk '/^  [a-z]/ { print $1 }'; }
imperative() {
    local first
    first=$("$diobench" "$@" --help | head -1)
    [[ $first =~ ^[A-Z][a-z]*[^s\ ]\  ]] || fail "$* --help does not begin with an imperative: $first"
}
for command in $(commands_of); do imperative "$command"; done
for command in kernel trace history; do
    for subcommand in $(commands_of "$command"); do imperative "$command" "$subcommand"; done
done
