#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Patches as people send them: one that does not apply, does not compile, is wrong, is good, is slow, and of two one that is slow or wrong.
# Each day a third of them.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
few=rand-read/fscache/flat/ram/local/direct/random/4k/pread/qd1
few_cases=(--case 'data/flat/*' --case 'mode/*')
mutants=kernel-patches/mutants
before=$(git -C "$source_dir" status --porcelain; ls "$source_dir/kernel-patches/series")

# attempt EXIT VERDICT WHAT...: the exit code, the last line and try.json agree
attempt() {
    local want=$1 verdict=$2
    shift 2
    out=$scratch/out-$((++attempts))
    expect_exit "$want" "$diobench" try --out "$out" --no-report "$@"
    told | tail -1 | grep -q "^$verdict: " || { cat "$scratch/out"; fail "the last line is not $verdict"; }
    /usr/bin/python3 - "$out/try.json" "$want" "$verdict" <<'EOP'
import json, sys
attempt = json.load(open(sys.argv[1]))
assert attempt["exit_code"] == int(sys.argv[2]), attempt
assert attempt["verdict"].upper() == sys.argv[3], attempt["verdict"]
EOP
    echo "ok   $(told | tail -1)"
}
attempts=0
says() {
    for text in "$@"; do grep -q -- "$text" "$scratch/out" || { cat "$scratch/out"; fail "it does not say $text"; }; done
}

third() { [[ $(share 3) = 1/1 || $(share 3) = "$1/3" ]]; }

# Before anything is read or built; nothing is left then.
mkdir "$scratch/elsewhere"
cd "$scratch/elsewhere"
expect_exit 2 "$diobench" try no-such.patch
says 'no such file or folder' '--tree DIR'
expect_exit 2 "$diobench" try "$source_dir/$mutants/same-refactor" --where io=dirct,block_size=4q
says 'known are buffered, direct, mmap' 'a size as fio writes it'
expect_exit 2 "$diobench" try "$source_dir/$mutants/same-refactor" --case 'no/such*'
[ ! -e out ] || fail "a refused trial left an output directory"
cd "$source_dir"

if third 1; then
    # A patch for another kernel, and one for another series.
    sed 's/1\/10\]/1\/1]/; s/^ \tspinlock_t\t\t\tlock;/ \tspinlock_t\t\t\tlocks;/' kernel-patches/series/dio/0001-*.patch > "$scratch/misfit.patch"
    attempt 2 'DOES NOT APPLY' "$scratch/misfit.patch" --on dio-sync
    says 'misfit does not apply to series dio-sync' 'fs/cachefiles/internal.h' 'hunk [0-9]' 'spinlock_t'
    attempt 2 'DOES NOT APPLY' kernel-patches/mutants/slow-copy/*.patch --on base
    says 'the unpatched kernel' 'it applies to .*dio.*--on dio'
    attempt 2 'DOES NOT BUILD' tests/series/bad-compile
    says 'error:'

    # A kernel that panics before any program runs.
    cat > "$scratch/0001-panic.patch" <<'EOP'
From: A Tester <tester@example.org>
Subject: [PATCH] erofs: do not come up

---
diff --git a/fs/erofs/super.c b/fs/erofs/super.c
--- a/fs/erofs/super.c
+++ b/fs/erofs/super.c
@@ -931,3 +931,4 @@ static int __init erofs_module_init(void)
 	int err;
 
+	panic("on purpose");
 	erofs_check_ondisk_layout_definitions();
EOP
    attempt 4 'DOES NOT BOOT' "$scratch/0001-panic.patch" --on dio
    says 'its own fault' 'Kernel panic - not syncing: on purpose'
fi

if third 2; then
    attempt 1 WRONG "$mutants/eof-over-read" "${few_cases[@]}" --case 'end-of-file/*'
    says 'end-of-file/' 'next: diobench verify .*series/eof-over-read --case'
    [ ! -e "$out/gate" ] || fail "what is wrong was measured"

    attempt 0 PASS "$mutants/same-refactor" "${few_cases[@]}" --filter "$few"
    "$diobench" history runs > "$scratch/out" 2>&1 || true
    ! grep -q verify "$scratch/out" || fail "the history knows of what was only tried: $(cat "$scratch/out")"

    # Of two the second is wrong.
    mkdir "$scratch/two-wrong"
    cp "$mutants"/slow-instructions-267/*.patch "$scratch/two-wrong/0001-slow.patch"
    cp "$mutants"/eof-over-read/*.patch "$scratch/two-wrong/0002-wrong.patch"
    attempt 1 WRONG "$scratch/two-wrong" --case 'end-of-file/*'
    says 'bisect: patch 2 of 2: '
fi

if third 3; then
    attempt 1 REGRESSION "$mutants/slow-instructions-267" "${few_cases[@]}" --filter "$few"
    says 'mean latency' 'next: diobench profile '

    # Of two patches the second is slow.
    mkdir "$scratch/two-slow"
    cp "$mutants"/same-refactor/*.patch "$scratch/two-slow/0001-same.patch"
    cp "$mutants"/slow-instructions-267/*.patch "$scratch/two-slow/0002-slow.patch"
    attempt 1 REGRESSION "$scratch/two-slow" "${few_cases[@]}" --filter "$few"
    says 'bisect: patch 2 of 2'
fi

# Ctrl-C once it applies, while kernels are built or verified.
setsid "$diobench" try "$mutants/slow-copy" --out "$scratch/broken-off" > "$scratch/out" 2>&1 &
pid=$!
wait_for "$scratch/broken-off/series/slow-copy/series.toml"
kill -INT "$pid"
code=0
wait "$pid" || code=$?
[ "$code" = 130 ] || { cat "$scratch/out"; fail "exit $code after Ctrl-C"; }
[ ! -e "$scratch/broken-off" ] || fail "a trial that was broken off left its directory"
all_ended "$scratch/broken-off"

after=$(git -C "$source_dir" status --porcelain; ls "$source_dir/kernel-patches/series")
[ "$before" = "$after" ] || fail "something is left in the project: $(diff <(echo "$before") <(echo "$after"))"
