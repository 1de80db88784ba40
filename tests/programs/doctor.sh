#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# doctor tells the truth on hosts that lack something, and verify, run and gate say the same before they build a kernel.
# label: unit
# timeout: 300
. "$(dirname "$0")/common.bash"
export DIOBENCH_CACHE=$scratch/cache
forbid=$binary_dir/tests/forbid-ptrace
mkdir "$DIOBENCH_CACHE"
# doctor_says NAME USABLE PATTERN [COMMAND...]: what it says of one machine (or of a check, with its state)
doctor_says() {
    local name=$1 state=$2 pattern=$3
    shift 3
    "$@" "$diobench" doctor --json > "$scratch/out" 2> "$scratch/err" || true
    /usr/bin/python3 - "$scratch/out" "$name" "$state" "$pattern" <<'END' || fail "doctor on another host ($*)"
import json, re, sys
said = json.load(open(sys.argv[1]))
one = [e for e in said["machines"] + said["checks"] if e["name"] == sys.argv[2]]
assert len(one) == 1, said
found = one[0].get("usable", one[0].get("state"))
text = one[0].get("what", one[0].get("found")) + " -> " + one[0]["advice"]
assert found == sys.argv[3] and re.search(sys.argv[4], text), (found, text, one[0].get("xsave_bytes"))
assert found in ("yes", "ok", "unknown") or one[0]["advice"], one[0]
END
}
# refuses CODE PATTERN COMMAND...: with one sentence, in less than 30 s, and nothing is left behind
refuses() {
    local code=$1 pattern=$2 began=$SECONDS
    shift 2
    expect_exit "$code" "$@" --out "$scratch/refused"
    [ "$(told | wc -l)" = 1 ] || { told; fail "not one sentence: $*"; }
    told | grep -q "$pattern" || { told; fail "it does not say \"$pattern\": $*"; }
    [ $((SECONDS - began)) -lt 30 ] || fail "it took $((SECONDS - began)) s: $*"
    [ ! -e "$scratch/refused" ] || fail "it left results behind: $*"
    [ ! -e "$DIOBENCH_CACHE/kernels" ] || fail "it began to build kernels: $*"
}

# This host, as it is.
if "$forbid" errno true 2> /dev/null; then seccomp=yes; else seccomp=; fi
doctor_says exact yes 'QEMU 7.*TCG.*plugin'
if doctor_says uml yes 'ptrace works, memory is in .*XSAVE area [0-9]* bytes' 2> /dev/null; then ptrace=yes; else ptrace=; fi

# One that forbids ptrace, in both ways.
if [ "$seccomp" ]; then
    doctor_says uml no 'seccomp filter.*forbids ptrace.*--cap-add=SYS_PTRACE' "$forbid" errno
    doctor_says uml no 'seccomp filter.*kills who uses ptrace.*seccomp=unconfined' "$forbid" kill
    doctor_says exact yes 'TCG' "$forbid" errno
    for way in errno kill; do
        refuses 2 'machine uml does not run on this host: a seccomp filter.*ptrace.*; docker run' "$forbid" "$way" "$diobench" verify base
        refuses 2 'machine uml does not run on this host: a seccomp filter' "$forbid" "$way" "$diobench" run --machine uml --kernel base
        refuses 2 'machine uml does not run on this host: a seccomp filter' "$forbid" "$way" "$diobench" gate --machine uml --baseline base --candidate dio
    done
else
    echo "no seccomp filter can be set here: hosts that forbid ptrace are not tried" >&2
    [ -z "${DIOBENCH_REQUIRE:-}" ] || fail "skips are not allowed (DIOBENCH_REQUIRE)"
fi
[ ! -e "$DIOBENCH_STORE" ] || fail "a refusal is on record in the store"

# One whose processor has AMX.
amx=$(find "$binary_dir" -maxdepth 2 -name '*host[-_]xsave*.so' | head -n 1)
if [ "$ptrace" ] && [ "$amx" ]; then
    doctor_says uml yes 'XSAVE area 11008 bytes' env DIOBENCH_TEST_XSAVE_BYTES=11008 LD_PRELOAD="$amx"
fi

# One whose QEMU is missing, does not run, or is another one.
mkdir "$scratch/bin"
# find_program() looks into sbin folders as well, where there is no QEMU.
for tool in env sh nproc; do ln -s "$(command -v $tool)" "$scratch/bin"; done
doctor_says exact no 'not installed.*qemu-system-x86' env PATH="$scratch/bin"
doctor_says kvm no 'qemu|/dev/kvm' env PATH="$scratch/bin"
refuses 2 'machine exact does not run on this host: QEMU.*not installed' env PATH="$scratch/bin" "$diobench" run --kernel base
refuses 2 'machine exact does not run on this host: QEMU.*not installed' env PATH="$scratch/bin" "$diobench" gate --baseline base --candidate dio
expect_exit 2 env PATH="$scratch/bin" "$diobench" doctor
fake_qemu() {
    rm -rf "$scratch/fake"
    mkdir "$scratch/fake"
    printf '#!/bin/sh\n%s\n' "$1" > "$scratch/fake/qemu-system-x86_64"
    chmod +x "$scratch/fake/qemu-system-x86_64"
}
answers='case "$*" in *-version) echo "QEMU emulator version 99.1"; exit 0;; esac'
with_fake="env PATH=$scratch/fake:$PATH"
fake_qemu 'echo "error while loading shared libraries: libfoo.so" >&2; exit 127'
doctor_says exact no 'libfoo.*reinstall' $with_fake
fake_qemu "$answers; echo 'qemu: unsupported machine type' >&2; exit 1"
doctor_says exact no 'QEMU 99.1 does not start .exit status 1.: qemu: unsupported machine type.*Debian 12' $with_fake
refuses 2 'machine exact does not run on this host: QEMU 99.1 does not start' $with_fake "$diobench" run --kernel base
# The disks of machine exact are a plugin.
fake_qemu "$answers; case \"\$*\" in *-plugin*) echo 'qemu: -plugin: invalid option' >&2; exit 1;; esac; exit 33"
doctor_says exact no 'QEMU 99.1.*invalid option.*Debian 12' $with_fake
refuses 2 'machine exact does not run on this host: QEMU 99.1' $with_fake "$diobench" gate --baseline base --candidate dio
# One that does nothing at all and says that all is well.
fake_qemu "$answers; exit 0"
doctor_says exact no 'does not start .exit status 0' $with_fake

# One without room.
mkdir "$scratch/small"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=16m none "$scratch/small" 2> /dev/null; then
    trap 'umount -l "$scratch/small"; rm -rf "$scratch"' EXIT
    doctor_says cache missing '16.00 MiB free in .*small.*DIOBENCH_CACHE' env DIOBENCH_CACHE="$scratch/small"
    doctor_says 'temporary files' missing '16.00 MiB free.*TMPDIR' env TMPDIR="$scratch/small"
    dd if=/dev/zero of="$scratch/small/filler" bs=64k 2> /dev/null || true
    doctor_says cache missing '^0 B free in .*small' env DIOBENCH_CACHE="$scratch/small"
    doctor_says exact yes TCG env DIOBENCH_CACHE="$scratch/small" TMPDIR="$scratch/small"
    if [ "$ptrace" ]; then
        doctor_says uml no 'are needed.*--shm-size' env TMPDIR="$scratch/small"
        refuses 2 'machine uml does not run on this host: the memory of a machine' env TMPDIR="$scratch/small" "$diobench" verify base
        mount -o remount,noexec "$scratch/small"
        doctor_says uml no 'noexec.*remount' env TMPDIR="$scratch/small"
    fi
    cd "$scratch/small"
    doctor_says output missing 'free in out.*--out DIR'
    cd "$source_dir"
else
    echo "no tmpfs can be mounted here: a host without room is not tried" >&2
    [ -z "${DIOBENCH_REQUIRE:-}" ] || [ "$(id -u)" != 0 ] || fail "skips are not allowed (DIOBENCH_REQUIRE)"
fi
