#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The package, installed into a clean system (debootstrap) in which this folder is not: doctor, plan, verify of one case with
# kernels of this host's cache, a small run with its report, completion, manual, removal.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
its_turn 6
[ "$(id -u)" = 0 ] || skip "only root makes a system in a folder"
command -v debootstrap > /dev/null || skip "no debootstrap; run scripts/setup --tests"
# shellcheck source=/dev/null
. /etc/os-release
cache=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}
root=$scratch/system
# What is mounted is for the command alone, and gone before anything is removed here.
inside() {
    unshare --mount --propagation private sh -c '
        mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --bind "$1" "$0/root/.cache/diobench" || exit 125
        root=$0
        shift
        exec chroot "$root" env -i HOME=/root DIOBENCH_STORE=/work/results.sqlite PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
    ' "$root" "$cache" "$@"
}

scripts/package "$scratch/package" > "$scratch/made" || fail "no package"
package=$(tail -n 1 "$scratch/made")
expect_exit 0 "$diobench" kernel build dio
expect_exit 0 "$diobench" kernel build dio --target uml-checked

# The mirrors that this host uses; what was fetched once is kept.
mirror=$({ grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2> /dev/null || true; } | head -n 1 | tr -d ' ')
archives=$cache/deps/archives-$VERSION_CODENAME
mkdir -p "$archives"
debootstrap --variant=minbase --cache-dir="$archives" "$VERSION_CODENAME" "$root" "${mirror:-http://deb.debian.org/debian}" > "$scratch/debootstrap" 2>&1 ||
    { tail -n 5 "$scratch/debootstrap"; fail "debootstrap"; }
rm -f "$root"/etc/apt/sources.list
cp -a /etc/apt/sources.list.d/*.sources "$root/etc/apt/sources.list.d/" 2> /dev/null || true
[ ! -e /etc/apt/sources.list ] || cp /etc/apt/sources.list "$root/etc/apt/"
# Only Debian's own: keys of others are not there.
for list in "$root"/etc/apt/sources.list.d/*; do grep -q debian.org "$list" || rm -f "$list"; done
cp /etc/resolv.conf "$root/etc/" 2> /dev/null || true
[ ! -d /etc/apt/apt.conf.d ] || grep -rhi proxy /etc/apt/apt.conf.d > "$root/etc/apt/apt.conf.d/90host" 2> /dev/null || true
mkdir -p "$root/root/.cache/diobench" "$root/work"
cp "$archives"/*.deb "$root/var/cache/apt/archives/" 2> /dev/null || true
cp "$package" "$root/root/"
inside apt-get -q update > "$scratch/apt" 2>&1 || { tail -n 5 "$scratch/apt"; fail "apt-get update"; }
inside sh -c 'apt-get -q -y --no-install-recommends install /root/*.deb bash-completion man-db zsh' >> "$scratch/apt" 2>&1 ||
    { tail -n 15 "$scratch/apt"; fail "the package cannot be installed"; }
cp -u "$root"/var/cache/apt/archives/*.deb "$archives/"
[ ! -e "$root$source_dir" ] || fail "the source folder is there"

before=$(find "$root/usr" -newer "$package" -type f | sort | md5sum)
run_inside() { inside sh -c "cd /work && $1"; }
expect_exit 0 run_inside 'diobench doctor --json'
grep -q '"can_run": true' "$scratch/out" || { told; fail "doctor"; }
! grep -q scripts/setup "$scratch/out" || { told; fail "doctor names what is not installed"; }
expect_exit 0 run_inside 'diobench kernel list'
expect_exit 0 run_inside 'diobench plan --suite quick'
expect_exit 0 run_inside "diobench verify dio --case 'data/flat/*' --no-report"
expect_exit 0 run_inside "diobench run --kernel dio --filter 'rand-read/*/ram/*/4k/*'"
expect_exit 0 run_inside 'diobench report'
for file in report.html results.json reproduce.sh; do [ -s "$root/work/out/latest/$file" ] || fail "no $file"; done
/usr/bin/python3 - "$root/work/out/latest/results.json" "$(git describe --always --dirty --abbrev=12)" <<'EOP'
import json, sys
run = json.load(open(sys.argv[1]))
assert run["cells"] and all(cell["status"] == "ok" for cell in run["cells"]), run["cells"]
assert run["run"]["tool"]["git"] == sys.argv[2], run["run"]["tool"]
EOP
# A job of one's own: the static fio is in the package.
printf '[mine]\nrw=randread\nbs=4k\nfilename=/data/x\nsize=1m\n' > "$root/work/mine.fio"
expect_exit 0 run_inside 'diobench run --kernel dio --fio-job mine.fio --no-report'
[ "$before" = "$(find "$root/usr" -newer "$package" -type f | sort | md5sum)" ] || fail "something was written below /usr"

# The manual and completion, as a user of this system has them.
expect_exit 0 inside sh -c 'man diobench-run | col -b | grep -q -- --fio-job && man diobench | col -b | grep -q config/diobench'
expect_exit 0 inside bash -ic '. /usr/share/bash-completion/bash_completion; _completion_loader diobench 2> /dev/null || _comp_load diobench; complete -p diobench'
grep -q '_diobench diobench' "$scratch/out" || { told; fail "bash does not complete diobench"; }
expect_exit 0 inside zsh -fc 'autoload -U compinit && compinit -u && print $_comps[diobench]'
grep -q _diobench "$scratch/out" || { told; fail "zsh does not complete diobench"; }
expect_exit 0 inside test -s /usr/lib/systemd/user/diobench-nightly.service
expect_exit 2 run_inside 'diobench nightly'
grep -q '/usr/share/doc/diobench/examples/nightly.toml' "$scratch/out" || { told; fail "nightly does not say how to begin"; }

expect_exit 0 inside dpkg --purge diobench
[ ! -e "$root/usr/share/diobench" ] || fail "something of it is left: $(find "$root/usr/share/diobench")"
