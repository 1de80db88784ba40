# SPDX-License-Identifier: GPL-2.0-only
# For the tests of fleets: a request, the same command on one machine, and what became of either.
. "$(dirname "$0")/common.bash"
shared=$scratch/shared
# A number of reads is enough; two devices are two boots of each kernel.
filter='rand-read/fscache/flat/*/local/*/random/4k/pread/qd1'
cat > "$scratch/request.toml" << END
command = "run"
kernels = ["fallback", "dio"]
filter = "$filter"
lease_s = 8
END
# whole: what one machine measures
whole() {
    expect_exit 0 "$diobench" run --kernel fallback --kernel dio --filter "$filter" --no-report --out "$scratch/whole" --store "$scratch/whole.sqlite"
}
# fleet COMMAND...: standard output is left in $scratch/out
fleet() { "$diobench" fleet "$@" --quiet > "$scratch/out" 2> "$scratch/err"; }
# submitted OPTION...: a request; its name
submitted() {
    fleet submit "$scratch/request.toml" --shared "$shared" "$@" || fail "not submitted: $(cat "$scratch/err")"
    head -n 1 "$scratch/out"
}
state_of() { "$diobench" fleet status "$1" --json | jq -r "$2"; }
# until_state ID FILTER VALUE SECONDS
until_state() {
    for _ in $(seq $((4 * $4))); do
        [ "$(state_of "$1" "$2" 2> /dev/null)" != "$3" ] || return 0
        [ "$(state_of "$1" .state)" != failed ] || break
        sleep 0.25
    done
    "$diobench" fleet status "$1" || true
    fail "request $1: $2 did not become $3"
}
cells() { sed -n '/^"cells": \[/,$p' "$1/results.json"; }
# same_cells ID: as the whole run's, byte by byte
same_cells() {
    [ "$(cells "$scratch/whole" | wc -l)" -ge 8 ] || fail "there is hardly a cell in it"
    cmp <(cells "$scratch/whole") <(cells "$shared/requests/$1/result") || fail "the fleet's cells are others"
    # The judge booted nothing.
    [ "$("$diobench" fleet logs "$1" | grep -c '4 of 4 boots were made by other machines')" = 1 ] || fail "the judge made boots itself: $("$diobench" fleet logs "$1")"
}
# in_store SQL
in_store() { sqlite3 -cmd '.timeout 20000' "$DIOBENCH_STORE" "$1"; }
# node_cache FOLDER: a machine's cache that has the kernels' source, as every machine has, and no kernel
node_cache() {
    local real=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench} part
    mkdir -p "$1"
    for part in sources debian deps trees; do [ ! -e "$real/$part" ] || ln -s "$real/$part" "$1/$part"; done
}
