#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The store as a file and on a server, a PostgreSQL of this test's own: copied there and back nothing differs; twenty programs
# write at once; one that is killed and started again while runs are recorded loses none and halves none; one that is gone is
# said in one sentence, without a password. A year of nights (400 nights, 1,200 cells, 6 kernels, 70 metrics; generated, and
# marked so): any page takes a second at most, a night's insertion ten, on a slow host longer.
# label: program
# timeout: 1500
. "$(dirname "$0")/common.bash"
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb)
[ -x "${programs%%$'\n'*}" ] || skip "postgresql is not installed: scripts/setup --tests"
# A path of a socket may have some 100 letters only.
server=$(mktemp -d /tmp/diobench-pg.XXXXXX)
pid=''
stop() {
    [ -z "$pid" ] || kill "$pid" 2> /dev/null || true
    [ -z "$pid" ] || wait "$pid" 2> /dev/null || true
    pid=''
}
trap 'stop; bash tests/results/sql/postgresql.bash stop "$server"; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
first=$(bash tests/results/sql/postgresql.bash start "$server" $$)
sql() { psql -qtA -v ON_ERROR_STOP=1 "$first" -c "$1"; }
# database NAME: makes it and sets `address`; a password that nobody asks for is in it, and must not be shown.
database() {
    sql "CREATE DATABASE $1"
    address=${first/diobench@\/postgres/diobench:secret@/$1}
}
generated() { /usr/bin/python3 -B -m tests.results.serve.generated_store "$@"; }
# exports STORE: all that a store says of its runs and numbers
exports() {
    "$diobench" --quiet history --store "$1" --json
    "$diobench" --quiet history runs --store "$1" --json
    "$diobench" --quiet history pins --store "$1" --json
}
# elapsed COMMAND...: its seconds in `took`
elapsed() {
    local begin=$EPOCHREALTIME
    "$@"
    took=$(jq -n "$EPOCHREALTIME - $begin")
}

# There and back.
generated "$scratch/from.sqlite" 14 8
database copied
expect_exit 0 "$diobench" store copy "$scratch/from.sqlite" "$address"
grep -q 'runs *14 added, 0 replaced, 0 there already' "$scratch/out" || { told; fail "14 runs were not copied"; }
expect_exit 0 "$diobench" store copy "$address" "$scratch/back.sqlite"
expect_exit 0 "$diobench" store copy "$scratch/from.sqlite" "$address"
grep -q 'runs *0 added, 0 replaced, 14 there already' "$scratch/out" || { told; fail "a copy that was made is made again"; }
exports "$scratch/from.sqlite" > "$scratch/from.json"
[ "$(wc -c < "$scratch/from.json")" -gt 10000 ] || fail "there is hardly anything in the exports"
for other in "$address" "$scratch/back.sqlite"; do
    exports "$other" > "$scratch/other.json"
    cmp "$scratch/from.json" "$scratch/other.json" || fail "what ${other##*/} exports differs"
done
for store in "$address" "$scratch/back.sqlite"; do
    expect_exit 0 "$diobench" store info --store "$store" --json
    [ "$(jq '.runs == 14 and .cells == 448 and .size_bytes > 100000' "$scratch/out")" = true ] || { told; fail "info does not know what is there"; }
    ! grep -q secret "$scratch/out" || fail "info shows a password"
done

# strict: a generated results.json as this program reads it: without the groups of metrics that are empty
strict() {
    jq -c '.cells[].metrics |= (if . == null then . else del(.[] | nulls) | del((.page_cache_bytes, .page_cache_byte_seconds | objects)[] | nulls) end)
        | (.cells[].observed_io | select(. == "mmap")) = "buffered"'
}

# Whole runs: twenty of them at once, into a file and onto a server that dies in the middle.
/usr/bin/python3 -B -m tests.reports.generated "$scratch/run" 3 quick
strict < "$scratch/run/results.json" > "$scratch/strict.json" && mv "$scratch/strict.json" "$scratch/run/results.json"
for i in $(seq 20); do
    mkdir "$scratch/run-$i"
    sed "s/GENERATED-nothing-was-measured/run-$i/" "$scratch/run/results.json" > "$scratch/run-$i/results.json"
done
# import_all STORE: each by a program of its own
import_all() {
    local importers=()
    for i in $(seq 20); do
        DIOBENCH_STORE=$1 "$diobench" history import "$scratch/run-$i" "$scratch/run" > "$scratch/import-$i" 2>&1 &
        importers+=($!)
    done
    [ -z "${2:-}" ] || "$2"
    for i in "${!importers[@]}"; do wait "${importers[i]}" || { cat "$scratch/import-$((i + 1))"; fail "writer $((i + 1)) of 20 failed"; }; done
    for i in $(seq 20); do
        DIOBENCH_STORE=$1 "$diobench" history runs --json | jq -e "map(select(.id == \"run-$i\")) | length == 1" > /dev/null || fail "run-$i is not there once"
    done
}
die_and_come_back() {
    sleep 0.3
    bash tests/results/sql/postgresql.bash kill "$server"
    sleep 1
    bash tests/results/sql/postgresql.bash again "$server"
}
import_all "$scratch/written.sqlite"
database written
import_all "$address" die_and_come_back
expect_exit 0 "$diobench" store copy "$address" "$scratch/written.sqlite"
grep -q 'runs *0 added, 0 replaced, 21 there already' "$scratch/out" || { told; fail "twenty writers on a server that died wrote something else than into a file"; }

# A day a week: it waits half a minute for a server, and a year takes its time.
today_is 4 || exit 0
# Gone for good.
bash tests/results/sql/postgresql.bash kill "$server"
expect_exit 2 "$diobench" history runs --store "$address"
[ "$(told | wc -l)" = 1 ] || { told; fail "it is not one sentence"; }
grep -q "$server" "$scratch/out" || fail "it does not say which server"
! grep -q secret "$scratch/out" || fail "it shows a password"
bash tests/results/sql/postgresql.bash again "$server"

command -v curl > /dev/null || skip "curl is not installed: scripts/setup --tests"
serve() {
    stop
    base=''
    DIOBENCH_STORE=$1 "$diobench" serve --port 0 --out "$scratch/night" > "$scratch/serve.out" 2> "$scratch/serve.err" &
    pid=$!
    for _ in $(seq 300); do
        base=$(sed -n 's#^\(http://[^/]*\)/$#\1#p' "$scratch/serve.out")
        [ -z "$base" ] || return 0
        sleep 0.1
    done
    fail "serve does not start: $(cat "$scratch/serve.err")"
}
# slowness: how many times as long as usual this host takes for a computation now, at least 1
slowness() { /usr/bin/python3 -c 'import time; b = time.perf_counter(); sum(i * i for i in range(3_000_000)); print(max(1, (time.perf_counter() - b) / 0.25))'; }
# within SECONDS WHAT COMMAND...: the best of three, on a slow host as many times longer
within() {
    local most=$1 what=$2 best=1000000 slow
    shift 2
    slow=$(slowness)
    for _ in $(seq "${tries:-3}"); do
        elapsed "$@"
        best=$(jq -n "[$best, $took] | min")
    done
    echo "$what: $best s, host $slow times as slow as usual"
    [ "$(jq -n "$best < $most * $slow")" = true ] || fail "$what took $best s, more than $most times $slow"
}
page() { curl -sf -o "$scratch/page" "$base$1" || fail "page $1 is not there"; }
insert_night() { expect_exit 0 "$diobench" history import "$scratch/night" --store "$store"; }

mkdir "$scratch/night"
/usr/bin/python3 -B -c 'import json, tests.reports.generated as g; print(json.dumps(g.nightly(["base", "fallback", "dio-sync", "dio", "file-fallback", "file-dio"])))' | strict > "$scratch/night/results.json"
generated "$scratch/year.sqlite" 400 1200 6 70
[ "$(sqlite3 "$scratch/year.sqlite" "SELECT count(*) FROM runs WHERE suite <> 'generated'")" = 0 ] || fail "a run of the store is not marked as generated"
database year
elapsed expect_exit 0 "$diobench" store copy "$scratch/year.sqlite" "$address"
echo "copied in $took s"
for store in "$scratch/year.sqlite" "$address"; do
    expect_exit 0 "$diobench" store info --store "$store"
    told
    serve "$store"
    for path in / /history '/history?page=50' '/history?kernel=dio' '/history?metric=throughput_bytes_per_s&cell=*4k*' /metrics; do within 1 "$path" page "$path"; done
    stop
    # Another run each time, or nothing would be written.
    for i in 1 2; do
        sed -i "s/GENERATED-[^\"]*/GENERATED-$i/" "$scratch/night/results.json"
        tries=1 within 10 "inserting a night, its results.json read" insert_night
    done
done
