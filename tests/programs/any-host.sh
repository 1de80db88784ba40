#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# User Mode Linux on hosts with any XSAVE area: a preloaded ptrace() makes this host look like one without AVX, one with
# AMX and one that is still to come. Processes keep their registers, verify gives its usual verdicts; without the
# machine's patches (on one day of the week: a whole build) nothing runs, and no kernel is blamed.
# label: booted
# timeout: 1200
. "$(dirname "$0")/common.bash"
its_turn 4 7
shim=$binary_dir/tests/libdiobench-test-host-xsave.so
[ -e "$shim" ] || fail "$shim is not built"
# on_host BYTES COMMAND...
on_host() {
    local bytes=$1
    shift
    env LD_PRELOAD="$shim" DIOBENCH_TEST_XSAVE_BYTES="$bytes" "$@"
}
# A process of its own that loads its registers, is switched, forked, executed, traced and interrupted, and looks again.
expect_exit 0 "$diobench" kernel build dio --target uml-checked --json
linux=$(/usr/bin/python3 -c 'import json, sys; text = open(sys.argv[1]).read(); print(json.loads(text[text.index("["):])[0]["image"])' "$scratch/out")
mkdir "$scratch/root"
gcc -O2 -Wall -static -pthread -o "$scratch/root/init" tests/host/machine/guest/fp_state.c
(cd "$scratch/root" && echo init | cpio -o -H newc --quiet > ../initramfs)
# registers BYTES LEVEL
registers() {
    local bytes=$1 level=$2
    on_host "$bytes" timeout 300 "$linux" mem=256M initrd="$scratch/initramfs" uml_dir="$scratch/" con=null con0=null,fd:1 panic=-1 \
        FP_LEVEL="$level" FP_XSAVE_BYTES="$bytes" > "$scratch/registers" 2>&1 < /dev/null || true
    grep -aq '^PASS' "$scratch/registers" || { tail -n 40 "$scratch/registers"; fail "registers with an area of $bytes bytes"; }
    ! grep -aE 'BUG:|WARNING:|KASAN' "$scratch/registers" || fail "the kernel complains with an area of $bytes bytes"
}
level=sse
grep -qw avx /proc/cpuinfo && level=avx
grep -qw avx512f /proc/cpuinfo && level=avx512
registers 576 sse
registers 11008 $level
registers 40000 $level

for bytes in 576 11008; do
    cases=(--case 'data/flat/*' --case 'data/chunk-4k/*')
    # Two threads of one process share the wide registers that a host of 576 bytes does not have.
    [ $bytes = 576 ] || cases+=(--case 'signals/*' --case 'concurrency/*')
    expect_exit 0 on_host "$bytes" "$diobench" doctor --json
    /usr/bin/python3 - "$scratch/out" "$bytes" <<'EOP'
import json, sys
(uml,) = [m for m in json.load(open(sys.argv[1]))["machines"] if m["name"] == "uml"]
assert uml["usable"] == "yes" and f"XSAVE area {sys.argv[2]} bytes" in uml["what"], uml
EOP
    expect_exit 0 on_host "$bytes" "$diobench" verify dio "${cases[@]}" --no-report --out "$scratch/$bytes"
done

today_is 4 || exit 0
# The same kernel without the machine's patches, in a tree of its own: the other one would be compiled anew after this.
mkdir "$scratch/project"
cp -r workloads kernel-patches reports gate.toml "$scratch/project"
rm -r "$scratch/project/kernel-patches/machines"
expect_exit 2 on_host 11008 env DIOBENCH_ROOT="$scratch/project" DIOBENCH_CACHE="$scratch/cache" "$diobench" verify dio --case 'data/flat/*' --no-report --out "$scratch/without"
grep -q 'ptrace set fp regs failed' "$scratch/without"/logs/*console* || fail "it failed for another reason: $(cat "$scratch/out")"
