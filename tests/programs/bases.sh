#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Bases by name: what is not here is told with the command that brings it, and an archive that nobody signed is refused.
# label: program
# timeout: 60
. "$(dirname "$0")/common.bash"
export DIOBENCH_CACHE=$scratch/cache
says() { grep -q -- "$1" "$scratch/out" || { told; fail "it is not said: $1"; }; }

for command in "kernel build" "verify" "run --kernel" "profile --kernel" "gate --baseline base --candidate" "bisect --baseline base --candidate"; do
    # shellcheck disable=SC2086
    expect_exit 2 "$diobench" $command base@5.10
    says 'find base 5.10'
    says 'kernel fetch 5.10'
    echo "ok   $command base@5.10"
done
expect_exit 2 "$diobench" kernel build base@newest
says 'kernel fetch newest'
expect_exit 2 "$diobench" kernel build base@six base@/no/such/tree nothing@5.10
for name in six /no/such/tree nothing; do says "$name"; done
expect_exit 2 "$diobench" kernel fetch
says 'which kernel?'
expect_exit 2 "$diobench" kernel fetch 6.1 --list
expect_exit 0 "$diobench" kernel sources
says 'kernel fetch --list'

# A mirror on this disk that has a package, and no signature.
for suite in bookworm bookworm-updates bookworm-backports bookworm-security trixie trixie-updates trixie-backports trixie-security sid; do
    mkdir -p "$scratch/mirror/dists/$suite/main/binary-amd64"
    printf 'Package: linux-source-6.1\nVersion: 6.1.999-1\nArchitecture: all\nFilename: pool/x.deb\nSize: 1\n\n' > "$scratch/mirror/dists/$suite/main/binary-amd64/Packages"
done
mkdir "$scratch/apt"
for suite in bookworm bookworm-security; do echo "deb file:$scratch/mirror $suite main"; done > "$scratch/apt/sources.list"
before=$(find /etc/apt /var/lib/apt/lists -type f -newer "$scratch/apt/sources.list" 2> /dev/null | sort)
expect_exit 2 env DIOBENCH_APT_SOURCES="$scratch/apt" "$diobench" kernel fetch 6.1
says 'could be read'
! grep -q 6.1.999 "$scratch/out" || fail "a package that nobody signed was offered"
[ ! -e "$DIOBENCH_CACHE"/debian/sources/linux-source-6.1_6.1.999-1 ] || fail "a package that nobody signed was fetched"
[ "$before" = "$(find /etc/apt /var/lib/apt/lists -type f -newer "$scratch/apt/sources.list" 2> /dev/null | sort)" ] || fail "the system's apt was touched"
echo "ok   an unsigned archive"

# The real one, where it can be reached; some days a week, since it sends 31 MB.
today_is 2 5 || exit 0
if ! "$diobench" kernel fetch --list > "$scratch/out" 2>&1; then
    grep -q 'could be read\|Could not resolve\|Failed to fetch' "$scratch/out" || { told; fail "kernel fetch --list"; }
    echo "note: Debian's archive cannot be reached from here"
    exit 0
fi
says 'linux-source-6.12 '
expect_exit 2 "$diobench" kernel fetch 5.10
says 'it has '
expect_exit 0 "$diobench" kernel sources
says 'can be fetched'
echo "ok   Debian's archive"
