#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Python side: figures, questions and sentences; then the page of a whole (generated) nightly run, as a browser sees it.
# label: unit
# timeout: 1800
. "$(dirname "$0")/common.bash"
/usr/bin/python3 -B -m unittest discover -s tests/reports -t .

largest_page_bytes=15000000
out=$scratch/generated
/usr/bin/python3 -B -m tests.reports.generated "$out"
/usr/bin/python3 -B -m reports "$out"
size=$(stat -c %s "$out/report.html")
[ "$size" -lt "$largest_page_bytes" ] || fail "the page has $size bytes, more than $largest_page_bytes"
command -v chromium > /dev/null || skip "chromium is not installed: scripts/setup --tests"
timeout 300 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$scratch/page" --dump-dom "file://$out/report.html" > "$scratch/dom" 2> /dev/null \
    || fail "chromium cannot open the page"
for module in reports/questions/[a-z]*.py; do
    name=$(basename "$module" .py)
    case $name in luck | bases) continue ;; esac # one boot has no spread, one base no others beside it
    grep -q "<section id=\"${name//_/-}\">" "$scratch/dom" || fail "the page has no section of $module"
done
grep -q "nothing was measured" "$scratch/dom" || fail "the page does not say that its numbers are generated"
grep -q "</html>" "$scratch/dom" || fail "the page is cut off"
echo "page of a generated nightly run: $size bytes"
