#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A reproducer shows its fault with nothing of ours: on the unpatched kernel, and not on a repaired one.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
folder=$scratch/reproducer
expect_exit 0 "$diobench" verify base --reproduce compressed/partly-here --out "$folder"
for file in README.md reproduce.c run.sh steps kernel.config checks.config expected.txt wrong.txt images/compressed.0.erofs files/compressed/several; do
    [ -s "$folder/$file" ] || fail "$file is missing"
done
grep -q 'WRONG: does not return' "$folder/wrong.txt" || fail "the reader came back: $(tail -5 "$folder/wrong.txt")"
gcc -Wall -Wextra -Werror -O1 -static -o "$scratch/reproduce" "$folder/reproduce.c" || fail "the program does not compile without a warning"
# Somebody else's machine: another folder, nothing of ours in reach.
"$diobench" kernel build dio --json > "$scratch/kernel.json" 2> /dev/null || fail "dio is not built"
image=$(/usr/bin/python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[0]["image"])' "$scratch/kernel.json")
mv "$folder" "$scratch/elsewhere"
expect_exit 0 env -i PATH="$PATH" "$scratch/elsewhere/run.sh" "$image"
# Every line of what is expected comes, in order; the kernel's own lie between.
/usr/bin/python3 - "$scratch/elsewhere" <<'END'
import pathlib, re, sys
folder = pathlib.Path(sys.argv[1])
printed = re.sub(r"\[ *\d+\.\d+\] .*\n", "", (folder / "output.txt").read_text())
printed = [line for line in printed.splitlines() if re.match(r" *\d+ |REPRODUCE|ok", line)]
assert "".join(printed) == "".join((folder / "expected.txt").read_text().splitlines()), printed
END
# A kernel that does all of it right has nothing to show.
expect_exit 3 "$diobench" verify dio --reproduce compressed/daemon-fills-nothing --out "$scratch/right"
[ ! -e "$scratch/right/wrong.txt" ] || fail "a right kernel has a wrong.txt"
expect_exit 2 "$diobench" verify base --reproduce leaks/kmemleak
grep -q 'compressed/partly-here' "$scratch/out" || fail "those that have a reproducer are not named: $(told)"
expect_exit 2 "$diobench" verify base dio --reproduce compressed/partly-here
