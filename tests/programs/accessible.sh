#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Pages for everyone: those of a run, a gate and a verification (all generated), as files and as served, are looked at by
# axe-core in headless Chromium, in light and dark, on a screen, a phone and paper (tests/reports/accessible.py).
# A page that is broken on purpose is seen to be so.
# label: program
# timeout: 600
. "$(dirname "$0")/common.bash"
its_turn 1 6
axe=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/deps/axe-core-4.10.3/axe.min.js
command -v chromium > /dev/null || skip "chromium is not installed: scripts/setup --tests"
command -v curl > /dev/null || skip "curl is not installed: scripts/setup --tests"
[ -f "$axe" ] || skip "axe-core is not installed: scripts/setup --tests"

pid=''
trap '[ -z "$pid" ] || kill "$pid" 2> /dev/null || true; rm -rf "$scratch"' EXIT
look() { /usr/bin/python3 -B -m tests.reports.accessible "$axe" "$scratch/profile" "$@"; }
# sees WHAT SED_EXPRESSION: a page made worse by sed
sees() {
    sed "$2" "$out/gate/report.html" > "$scratch/broken.html"
    ! cmp -s "$out/gate/report.html" "$scratch/broken.html" || fail "$2 changes nothing"
    ! look "file://$scratch/broken.html" > "$scratch/broken" || fail "not seen: $2"
    grep -q "$1" "$scratch/broken" || fail "it is not said to be '$1': $(cat "$scratch/broken")"
}

out=$scratch/out
/usr/bin/python3 -B -m tests.reports.accessible_sample "$out"
for page in run gate verify; do /usr/bin/python3 -B -m reports "$out/$page"; done

/usr/bin/python3 -B -m tests.results.serve.generated_store "$DIOBENCH_STORE" 14 8
"$diobench" serve --port 0 --out "$out" > "$scratch/serve.out" 2> "$scratch/serve.err" &
pid=$!
wait_for "$scratch/serve.out" -s
base=$(sed -n 's#^\(http://[^/]*\)/$#\1#p' "$scratch/serve.out")
curl -sf "$base/run/report.html" | cmp -s - "$out/run/report.html" || fail "the page that is served is not the one that was drawn"
served=("$base/run/report.html" "$base/" "$base/history")
look "file://$out/"{gate,verify}/report.html "${served[@]}" || fail "not for everyone"

sees 'color-contrast' 's/--dim: #[0-9a-f]*/--dim: #bbb/'
sees 'image-alt' 's/ alt="[^"]*"//'
sees 'scrolls sideways' 's/class="scroll"/class="wide"/'
sees 'not on paper' 's/details::details-content/details::nothing/'
sees 'in a tooltip alone' 's/<h1>/<h1 title="a reason">/'
