#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The static fio: needs no library, runs on any x86-64, and runs the shipped job files by hand.
# label: unit
# timeout: 120
. "$(dirname "$0")/common.bash"
fio=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/deps/fio-3.33/fio
[ -x "$fio" ] || skip "no static fio; run scripts/setup"
file_type=$(head -c 4 "$fio" | tail -c 3)
[ "$file_type" = ELF ] || fail "$fio is no program"
! grep -aq ld-linux "$fio" || fail "$fio wants a dynamic loader"
head -c 16777216 /dev/zero > "$scratch/file"
for job in workloads/fio/*.fio; do
    # /tmp may refuse O_DIRECT and a host io_uring; what is tested is that fio takes every option.
    DIOBENCH_FILE=$scratch/file expect_exit 0 "$fio" --readonly --parse-only --warnings-fatal "$job"
done
# By hand and without a processor's newer instructions.
cd "$scratch"
expect_exit 0 "$fio" --readonly --thread=1 --name=x --filename="$scratch/file" --rw=randread --number_ios=100 --eta=never
