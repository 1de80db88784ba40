# SPDX-License-Identifier: GPL-2.0-only
# A clean Debian in a folder, for the programs of this folder: source it after common.bash.
[ "$(id -u)" = 0 ] || skip "only root makes a system in a folder"
command -v debootstrap > /dev/null || skip "no debootstrap; run scripts/setup --tests"
cache=${DIOBENCH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/diobench}
root=$scratch/system
# Each release has its own of what scripts/setup builds.
deps=

# inside COMMAND...: in that system, with this host's cache. What is mounted is for the command alone, and gone before anything
# is removed here.
inside() {
    unshare --mount --propagation private sh -c '
        home=$0/root/.cache/diobench
        mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount --bind "$1" "$home" || exit 125
        [ -z "$2" ] || mount --bind "$2" "$home/deps" || exit 125
        root=$0
        shift 2
        exec chroot "$root" env -i HOME=/root DIOBENCH_STORE=/work/results.sqlite PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
    ' "$root" "$cache" "$deps" "$@"
}
# Where the user of an installed diobench is.
run_inside() { inside sh -c "cd /work && $1"; }

# make_system RELEASE: its smallest set of packages, from the mirrors that this host uses; what was fetched once is kept
make_system() {
    local release=$1 file mirror
    archives=$cache/deps/archives-$release
    mkdir -p "$archives"
    mirror=$({ grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2> /dev/null || true; } | head -n 1 | tr -d ' ')
    debootstrap --variant=minbase --cache-dir="$archives" "$release" "$root" "${mirror:-http://deb.debian.org/debian}" > "$scratch/debootstrap" 2>&1 ||
        { tail -n 5 "$scratch/debootstrap"; fail "debootstrap"; }
    rm -f "$root"/etc/apt/sources.list
    # Only Debian's own: keys of others are not there.
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
        [ -e "$file" ] && grep -q debian.org "$file" || continue
        sed "s/\b$VERSION_CODENAME\b/$release/g" "$file" > "$root$file"
    done
    cp /etc/resolv.conf "$root/etc/" 2> /dev/null || true
    [ ! -d /etc/apt/apt.conf.d ] || grep -rhi proxy /etc/apt/apt.conf.d > "$root/etc/apt/apt.conf.d/90host" 2> /dev/null || true
    mkdir -p "$root/root/.cache/diobench" "$root/work"
    cp "$archives"/*.deb "$root/var/cache/apt/archives/" 2> /dev/null || true
    inside apt-get -q update > "$scratch/apt" 2>&1 || { tail -n 5 "$scratch/apt"; fail "apt-get update"; }
}
# keep_archives: after packages were installed inside
keep_archives() { cp -u "$root"/var/cache/apt/archives/*.deb "$archives/" 2> /dev/null || true; }

# all_cells_ok RUN REVISION: a run inside whose cells are all measured, by a diobench of this revision
all_cells_ok() {
    /usr/bin/python3 - "$root/work/$1/results.json" "$2" <<'EOP'
import json, sys
run = json.load(open(sys.argv[1]))
assert run["cells"] and all(cell["status"] == "ok" for cell in run["cells"]), run["cells"]
assert run["run"]["tool"]["git"] == sys.argv[2], run["run"]["tool"]
EOP
}

# shellcheck source=/dev/null
. /etc/os-release
