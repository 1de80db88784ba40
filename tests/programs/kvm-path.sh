#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The kvm machine's path (cache file system on a virtio disk), emulated: bytes
# and modes hold, and it says that its clock means nothing.
# label: booted
# timeout: 1800
. "$(dirname "$0")/common.bash"
expect_exit 0 "$diobench" run --machine kvm --accel tcg --kernel dio --no-report --out "$scratch/run" --filter '*/sparse/*'
grep -q 'clock means nothing' "$scratch/out" || { cat "$scratch/out"; fail "it does not say that its clock means nothing"; }
truncate -s 192M "$scratch/disk"
expect_exit 0 "$diobench" run --machine kvm --accel tcg --cache-device "$scratch/disk" --kernel dio --no-report --out "$scratch/run2" --filter '*/sparse/*'
expect_exit 2 "$diobench" run --machine exact --cache-device "$scratch/disk" --kernel dio --no-report --out "$scratch/run3"
