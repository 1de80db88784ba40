# SPDX-License-Identifier: GPL-2.0-only
# For scripts that say where their time went.  Sourced.

timing_names=() timing_elapsed=() timing_cpu=()

# timed NAME COMMAND...: runs it and remembers its time on the clock and the CPU time of all its processes, in seconds.
timed() {
    local name=$1 code=0 clock=$EPOCHREALTIME cpu
    shift
    cpu=$(timing_children)
    "$@" || code=$?
    timing_names+=("$name")
    timing_elapsed+=("$(awk -v a="$clock" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }')")
    timing_cpu+=("$(awk -v a="$cpu" -v b="$(timing_children)" 'BEGIN { printf "%.1f", b - a }')")
    return $code
}
# CPU seconds of all children that this shell has waited for, and of theirs (proc(5): cutime, cstime).
timing_children() {
    awk -v ticks="$(getconf CLK_TCK)" '{ print ($16 + $17) / ticks }' "/proc/$$/stat"
}
# timing_of NAME: its CPU seconds
timing_of() {
    local i
    for i in "${!timing_names[@]}"; do [ "${timing_names[i]}" != "$1" ] || echo "${timing_cpu[i]}"; done
}
timing_table() {
    local i
    printf '%-16s %10s %10s\n' what seconds 'CPU s'
    for i in "${!timing_names[@]}"; do printf '%-16s %10s %10s\n' "${timing_names[i]}" "${timing_elapsed[i]}" "${timing_cpu[i]}"; done
    printf '%-16s %10s %10s\n' all "$(printf '%s\n' "${timing_elapsed[@]}" | awk '{ s += $1 } END { printf "%.1f", s }')" \
        "$(printf '%s\n' "${timing_cpu[@]}" | awk '{ s += $1 } END { printf "%.1f", s }')"
}
