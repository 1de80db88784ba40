#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every page in a real browser: lists of runs, histories and reports of a small store and of a year of nights (365 nights,
# 60 cells, 4 kernels, 5 metrics; all of it generated, and marked so) are there in two seconds, on a slow host in as many more
# as it takes longer for another page.
# label: booted
# timeout: 900
. "$(dirname "$0")/common.bash"
its_turn 2
command -v chromium > /dev/null || skip "chromium is not installed: scripts/setup --tests"
longest_ms=2000
tries=3

pid=''
stop() {
    [ -z "$pid" ] || kill "$pid" 2> /dev/null || true
    [ -z "$pid" ] || wait "$pid" 2> /dev/null || true
    pid=''
}
trap 'stop; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
# serve STORE OUT: sets base to where it listens.
serve() {
    stop
    base=''
    DIOBENCH_STORE=$1 "$diobench" serve --port 0 --out "$2" > "$scratch/serve.out" 2> "$scratch/serve.err" &
    pid=$!
    for _ in $(seq 300); do
        base=$(sed -n 's#^\(http://[^/]*\)/$#\1#p' "$scratch/serve.out")
        [ -z "$base" ] || return 0
        sleep 0.1
    done
    fail "serve does not start: $(cat "$scratch/serve.err")"
}
# drawn WANT PATH: how many figures a page of history has.
drawn() {
    local got
    got=$(curl -sf "$base$2" | grep -o '<svg' | wc -l) || fail "$2 has no figure"
    [ "$got" = "$1" ] || fail "$2 shows $got figures and not $1"
}
# check NAME PATH...: each page loads in time.
check() {
    local name=$1 path ms slowness rest urls=()
    shift
    for path in "$@"; do urls+=("$base$path"); done
    /usr/bin/python3 -B -m tests.results.serve.page_load "$scratch/profile" "$tries" "${urls[@]}" > "$scratch/loads" || fail "$name: a page does not load"
    [ "$(wc -l < "$scratch/loads")" = $# ] || fail "$name: $(wc -l < "$scratch/loads") of $# pages were looked at"
    while read -r ms slowness rest; do
        echo "$name: $ms ms, host $slowness times as slow as usual, $rest"
        [ "$(jq -n "$ms < $longest_ms * $slowness")" = true ] || fail "$name took $ms ms, more than $longest_ms times $slowness: $rest"
    done < "$scratch/loads"
}
# try NAME NIGHTS CELLS SUITE: a store, a report, and all their pages.
try() {
    local name=$1 out=$scratch/$1
    local last
    last=generated-$(printf %04d $(($2 - 1)))
    /usr/bin/python3 -B -m tests.results.serve.generated_store "$scratch/$name.sqlite" "$2" "$3"
    [ "$(sqlite3 "$scratch/$name.sqlite" "SELECT count(*) FROM runs WHERE suite <> 'generated'")" = 0 ] || fail "a run of the store is not marked as generated"
    /usr/bin/python3 -B -m tests.reports.generated "$out/$last" "$2" "$4"
    /usr/bin/python3 -B -m reports "$out/$last" > /dev/null
    serve "$scratch/$name.sqlite" "$out"
    grep -q "href=\"/$last/report.html\"" <(curl -sf "$base/") || fail "the list of runs does not link to the report"
    local figures=$(($3 < 12 ? $3 * 4 : 48))
    drawn "$figures" /history
    drawn $((figures / 4)) '/history?kernel=dio'
    check "$name" / /history '/history?page=4' '/history?kernel=dio' '/history?metric=throughput_bytes_per_s&cell=*4k*' "/$last/report.html" /metrics
}
command -v sqlite3 > /dev/null || skip "sqlite3 is not installed: scripts/setup --tests"
command -v curl > /dev/null || skip "curl is not installed: scripts/setup --tests"
try small 14 8 quick
try year 365 60 nightly
