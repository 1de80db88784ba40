#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The package, installed into a clean system (debootstrap) in which this folder is not: doctor, plan, verify of one case with
# kernels of this host's cache, a small run with its report, completion, manual, removal.
# label: booted
# timeout: 3600
. "$(dirname "$0")/common.bash"
its_turn 6
. "$(dirname "$0")/system.bash"

scripts/package "$scratch/package" > "$scratch/made" || fail "no package"
package=$(tail -n 1 "$scratch/made")
expect_exit 0 "$diobench" kernel build dio
expect_exit 0 "$diobench" kernel build dio --target uml-checked

make_system "$VERSION_CODENAME"
cp "$package" "$root/root/"
inside sh -c 'apt-get -q -y --no-install-recommends install /root/*.deb bash-completion man-db zsh' >> "$scratch/apt" 2>&1 ||
    { tail -n 15 "$scratch/apt"; fail "the package cannot be installed"; }
keep_archives
[ ! -e "$root$source_dir" ] || fail "the source folder is there"

before=$(find "$root/usr" -newer "$package" -type f | sort | md5sum)
expect_exit 0 run_inside 'diobench doctor --json'
grep -q '"can_run": true' "$scratch/out" || { told; fail "doctor"; }
! grep -q scripts/setup "$scratch/out" || { told; fail "doctor names what is not installed"; }
expect_exit 0 run_inside 'diobench kernel list'
expect_exit 0 run_inside 'diobench plan --suite quick'
expect_exit 0 run_inside "diobench verify dio --case 'data/flat/*' --no-report"
expect_exit 0 run_inside "diobench run --kernel dio --filter 'rand-read/*/ram/*/4k/*'"
expect_exit 0 run_inside 'diobench report'
for file in report.html results.json reproduce.sh; do [ -s "$root/work/out/latest/$file" ] || fail "no $file"; done
all_cells_ok out/latest "$(git describe --always --dirty --abbrev=12)" || fail "not what was to be measured"
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
