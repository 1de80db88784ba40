#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Ctrl-C while a machine runs: no process left, nothing that looks like a result, and the next run works.
# label: booted
# timeout: 900
. "$(dirname "$0")/common.bash"
# break_off NAME COMMAND...: a run that is broken off when the command is done
break_off() {
    local name=$1 out=$scratch/run-$1 pid code=0
    shift
    setsid "$diobench" run --kernel dio --seeds 3 --no-report --out "$out" --filter '*/4k/*' > "$scratch/out" 2>&1 &
    pid=$!
    # A job of the background ignores SIGINT until it says otherwise.
    until grep -q '^SigCgt:.*[2367abef]$' "/proc/$pid/status"; do
        kill -0 "$pid" || fail "$name: it ended by itself"
        sleep 0.01
    done
    "$@"
    kill -INT "$pid" 2> /dev/null || fail "$name: it ended by itself"
    wait "$pid" || code=$?
    [ "$code" = 130 ] || { cat "$scratch/out"; fail "$name: exit $code after Ctrl-C"; }
    [ ! -e "$out/results.json" ] || fail "a broken-off run left a results.json"
    all_ended "$out"
}
for delay in 1 3 6; do break_off "$delay" sleep "$delay"; done

# While QEMU is asked for its version.
mkdir "$scratch/slow"
cat > "$scratch/slow/qemu-system-x86_64" << end
#!/bin/sh
case "\$*" in *-version) touch "$scratch/asked"; sleep 20 ;; esac
exec $(command -v qemu-system-x86_64) "\$@"
end
chmod +x "$scratch/slow/qemu-system-x86_64"
PATH=$scratch/slow:$PATH break_off asked wait_for "$scratch/asked"
expect_exit 0 "$diobench" run --kernel dio --no-report --out "$scratch/whole" --filter 'harness*'
