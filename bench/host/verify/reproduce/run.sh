#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh BZIMAGE    boot this kernel in QEMU (x86-64, emulated: no KVM, no root)
# run.sh --here     use the kernel that runs here, as root; it may need a reboot afterwards
#
# Exit: 0 all is right, 1 the fault shows, 2 neither was found out.  What was printed is in output.txt.
# Needs: gcc and a static C library, mkfs.ext4; for QEMU also cpio and qemu-system-x86_64.
set -eu
[ $# = 1 ] || { sed -n 's/^#  *//p' "$0" >&2; exit 2; }
[ "$1" = --here ] || kernel=$(realpath "$1")
cd "$(dirname "$0")"
folder=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A cache file system with room for the images twice.
size=$((2 * $(du -sm images | cut -f1) + 16))
mkdir "$work/root"
cp -r images files steps "$work/root"
cd "$work/root"
mkdir cache mnt proc dev
gcc -O1 -static -o init "$folder/reproduce.c"
truncate -s ${size}M cache.ext4
mkfs.ext4 -q -F -b 4096 -J size=4 -E lazy_itable_init=0,lazy_journal_init=0,nodiscard cache.ext4

if [ "$1" = --here ]; then
    modprobe -qa loop ext4 erofs cachefiles || true
    mount -o loop cache.ext4 cache
    ./init 2>&1 | tee "$folder/output.txt" || true
    umount mnt 2> /dev/null || true
    umount cache || echo "cache is still in use: $work is left" >&2
    ! mountpoint -q cache || trap - EXIT
else
    find . | cpio --quiet -o -H newc > ../initramfs
    # slub_debug: what is freed is overwritten, so that a use after it shows without KASAN, too.
    timeout 100 qemu-system-x86_64 -accel tcg,thread=multi -smp "${CPUS:-1},sockets=${CPUS:-1}" -m $((384 + 4 * size))M -no-reboot \
        -nodefaults -display none -serial stdio -kernel "$kernel" -initrd ../initramfs -append \
        "console=ttyS0 loglevel=4 panic=-1 oops=panic no_timer_check slub_debug=FZP brd.rd_nr=1 brd.rd_size=$((size * 1024)) rdinit=/init" \
        < /dev/null | tr -d '\r' | tee "$folder/output.txt" || true
fi

complaint='BUG: |KASAN: |WARNING: |Oops: |general protection fault|blocked for more than|REPRODUCE: the fault shows'
if sed -n '/^ *1 /,$p' "$folder/output.txt" | grep -aEq "$complaint"; then
    echo "== the fault shows =="
    exit 1
fi
grep -aq 'REPRODUCE: all is right' "$folder/output.txt" && echo "== all is right: the fault does not show ==" && exit 0
echo "== nothing was found out: the kernel or a step before the fault failed =="
exit 2
