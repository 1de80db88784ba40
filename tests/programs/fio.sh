#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The static fio: needs no library, and takes the shipped job files as they are.
# label: unit
# timeout: 120
. "$(dirname "$0")/common.bash"
fio=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/deps/fio-3.33/fio
[ -x "$fio" ] || skip "no static fio; run scripts/setup"
readelf --program-headers "$fio" > "$scratch/headers" || fail "$fio is no program"
! grep -q INTERP "$scratch/headers" || fail "$fio wants a dynamic loader"
head -c 16777216 /dev/zero > "$scratch/file"
for job in workloads/fio/*.fio; do
    # /tmp may refuse O_DIRECT and a host io_uring; what is tested is that fio takes every option.
    DIOBENCH_FILE=$scratch/file expect_exit 0 "$fio" --readonly --parse-only --warnings-fatal "$job"
done
# It really reads.
cd "$scratch"
expect_exit 0 "$fio" --readonly --thread=1 --name=x --filename="$scratch/file" --rw=randread --number_ios=100 --eta=never
