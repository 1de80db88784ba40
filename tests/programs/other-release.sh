#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Debian 12 and 13: on the one that this host is not, everything is set up and built from source, packaged and installed; there
# machine exact has its disks, three boots are equal to the byte, and a kernel passes the gate against itself.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
its_turn 2
. "$(dirname "$0")/system.bash"
case $VERSION_CODENAME in
    trixie) other=bookworm ;;
    *) other=trixie ;;
esac

make_system "$other"
deps=$cache/deps/$other
mkdir -p "$deps"
# What git would clone, and what was changed since.
git clone -q . "$root/root/clone"
git diff --binary HEAD | git -C "$root/root/clone" apply --allow-empty
inside sh -c 'cd /root/clone && scripts/package /root/package' > "$scratch/made" 2>&1 || { tail -n 15 "$scratch/made"; fail "no package"; }
revision=$(inside git -C /root/clone describe --always --dirty --abbrev=12)
rm -rf "$root/root/clone"
inside sh -c 'apt-get -q -y --no-install-recommends install /root/package/*.deb' >> "$scratch/apt" 2>&1 ||
    { tail -n 15 "$scratch/apt"; fail "the package cannot be installed"; }
keep_archives

expect_exit 0 run_inside 'diobench doctor --json'
/usr/bin/python3 -c 'import json, sys
exact, = (one for one in json.load(sys.stdin)["machines"] if one["name"] == "exact")
assert exact["usable"] == "yes", exact' < "$scratch/out" || { told; fail "machine exact does not run there"; }
# With counts by function, for which the plugin counts inline.
for i in 1 2 3; do
    expect_exit 0 run_inside "diobench run --kernel dio --no-report --out run$i --filter 'rand-read/*/4k/*'"
    all_cells_ok "run$i" "$revision" || fail "not what was to be measured"
    /usr/bin/python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["cells"]))' "$root/work/run$i/results.json" > "$scratch/cells$i"
done
cmp "$scratch/cells1" "$scratch/cells2" || fail "the second run differs"
cmp "$scratch/cells1" "$scratch/cells3" || fail "the third run differs"
expect_exit 0 run_inside "diobench gate --baseline dio --candidate dio --no-report --filter 'rand-read/*/ram/*/4k/*'"
