#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The static fio and its t/io_uring: need no library, and fio takes the shipped job files as they are.
# label: unit
# timeout: 120
. "$(dirname "$0")/common.bash"
fio=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}/deps/fio-3.33/fio
[ -x "$fio" ] && [ -x "${fio%/*}/t/io_uring" ] || skip "no static fio with its t/io_uring; run scripts/setup"
for program in "$fio" "${fio%/*}/t/io_uring"; do
    readelf --program-headers "$program" > "$scratch/headers" || fail "$program is no program"
    ! grep -q INTERP "$scratch/headers" || fail "$program wants a dynamic loader"
done
head -c 16777216 /dev/zero > "$scratch/file"
for job in workloads/fio/*.fio; do
    # /tmp may refuse O_DIRECT and a host io_uring; what is tested is that fio takes every option.
    DIOBENCH_FILE=$scratch/file expect_exit 0 "$fio" --readonly --parse-only --warnings-fatal "$job"
done
# It really reads.
cd "$scratch"
expect_exit 0 "$fio" --readonly --thread=1 --name=x --filename="$scratch/file" --rw=randread --number_ios=100 --eta=never
