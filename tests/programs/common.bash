# SPDX-License-Identifier: GPL-2.0-only
# For the programs of this folder: called with source and binary directory.
set -euo pipefail
source_dir=$1
binary_dir=$2
diobench=$binary_dir/diobench
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# What was found out elsewhere must not decide here.
export DIOBENCH_STORE=$scratch/results.sqlite
export XDG_CONFIG_HOME=$scratch/config
cd "$source_dir"

fail() {
    echo "FAILED: $*" >&2
    exit 1
}
# told: what $scratch/out says, without its lines of progress
told() {
    grep -v ' left  ' "$scratch/out" || true
}
# expect_exit CODE COMMAND...: output goes to $scratch/out
expect_exit() {
    local want=$1 got=0
    shift
    "$@" > "$scratch/out" 2>&1 || got=$?
    [ "$got" = "$want" ] || { told; fail "exit $got instead of $want: $*"; }
}
# wait_for FILE [-s]: until it is there, or something is in it
wait_for() {
    for _ in $(seq 6000); do
        [ ! "${2:--e}" "$1" ] || return 0
        sleep 0.05
    done
    fail "$1 did not come"
}
# all_ended PATTERN: no process matches any more; what was killed may need a moment
all_ended() {
    for _ in $(seq 200); do
        pgrep -f -- "$1" > /dev/null || return 0
        sleep 0.05
    done
    fail "a process is left: $(pgrep -af -- "$1")"
}
skip() {
    echo "skipped: $*" >&2
    [ -z "${DIOBENCH_REQUIRE:-}" ] || fail "skips are not allowed (DIOBENCH_REQUIRE)"
    exit 77
}
# share N: today's share of what is too much for one run, as "K/N"; after N days all had their turn. scripts/test --all: "1/1"
share() {
    [ "${DIOBENCH_TESTS:-}" = all ] && echo 1/1 || echo "$((${DIOBENCH_TEST_DAY:-$(date +%s) / 86400} % $1 + 1))/$1"
}
# today_is K...: whether it is one of these days of the week (1 to 7); scripts/test --all: always
today_is() {
    local share
    share=$(share 7)
    [ "$share" = 1/1 ] || [[ " $* " = *" ${share%/*} "* ]]
}
# its_turn K...: ends the test with a skip on all other days. Days 1 to 7 have long tests of their own (nights, uml and pages,
# sanitize, sanitize and selftest, bisect, package, readme); what else boots takes turns on the days between.
its_turn() {
    today_is "$@" && return
    echo "skipped: its turn is on day $* of 7, today is day $(share 7 | cut -d/ -f1) (scripts/test --all runs it)" >&2
    exit 77
}
