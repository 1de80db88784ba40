// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/verdict.h"

#include <csignal>
#include <cstring>
#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/guest/record/leave.h"

namespace diobench {

namespace {

const char* process_of(MachineKind kind) {
    return kind == MachineKind::host ? "the guest program" : kind == MachineKind::uml ? "the kernel's process" : "QEMU";
}

/// ": " and QEMU's last line, or nothing.
std::string qemu_says(std::string_view qemu_output) {
    const std::string line = last_lines(trim(qemu_output), 1);
    return line.empty() ? std::string() : ": " + line;
}

std::string fatal_sentence(BootOutcome outcome, const std::string& evidence) {
    switch (outcome) {
        case BootOutcome::panic: return "the kernel panicked: " + evidence;
        case BootOutcome::oops: return "the kernel has a fault: " + evidence;
        default: return "the kernel hangs: " + evidence;
    }
}

BootVerdict never_started(const Watched& watched, const BootRequest& request, std::string_view qemu_output) {
    if (watched.end == WatchEnd::exited && watched.exit_status == 0)
        return {BootOutcome::cannot_start, "the machine reset itself before the kernel's first line: the image does not run on this machine"};
    if (watched.end == WatchEnd::exited)
        return {BootOutcome::cannot_start, fmt::format("{} ended with status {} before the kernel's first line{}", process_of(request.kind),
                                                       watched.exit_status, qemu_says(request.kind == MachineKind::uml ? watched.console_rest : qemu_output))};
    const auto waited = watched.end == WatchEnd::silence ? request.silence_allowed(false) : request.total_limit;
    return {BootOutcome::cannot_start,
            fmt::format("no line from the kernel within {} s: it does not run on this machine{}", waited.count(), qemu_says(qemu_output))};
}

BootVerdict killed(const Watched& watched, const BootRequest& request, std::string_view qemu_output) {
    const int signal = watched.exit_status - 128;
    const bool crashed = signal == SIGABRT || signal == SIGSEGV || signal == SIGBUS || signal == SIGILL || signal == SIGFPE;
    return {watched.console.kernel_seen() ? BootOutcome::hang : BootOutcome::cannot_start,
            fmt::format("{} {} signal {} ({}); the machine did not come to its end{}",
                        process_of(request.kind), crashed ? "crashed with" : "was killed from outside by", signal, ::strsignal(signal), qemu_says(qemu_output)),
            !crashed};
}

/// ARCH=um aborts now and then (one boot in 470) while it ends its processes on the host: the kernel has powered down by then.
bool aborted_behind_the_end(const Watched& watched, const BootRequest& request) {
    return request.kind == MachineKind::uml && watched.exit_status == 128 + SIGABRT && watched.console.end_seen() && watched.records.complete();
}

/// The guest ended the machine itself: what matters now is its text and its records.
BootVerdict orderly(const Watched& watched, const BootRequest& request) {
    BootVerdict out{watched.console.outcome(), "", false};
    if (out.outcome == BootOutcome::warning) out.reason = "the kernel warned: " + watched.console.evidence();
    if (watched.records.complete()) return out;
    if (!out.reason.empty()) out.reason += "; ";
    out.reason += "the records are not complete: " + watched.records.fault();
    if (disk_is_full(request.log_dir)) out.reason += fmt::format("; no space is left in {}", request.log_dir.string());
    return out;
}

}  // namespace

BootVerdict judge_boot(const Watched& watched, const BootRequest& request, std::string_view qemu_output) {
    const auto& console = watched.console;
    if (console.fatal()) return {console.outcome(), fatal_sentence(console.outcome(), console.evidence())};
    if (watched.end == WatchEnd::no_space)
        return {BootOutcome::cannot_start, fmt::format("no space is left in {} for console and results: free some and run again", request.log_dir.string()), true};
    const bool exited = watched.end == WatchEnd::exited;
    if (exited && aborted_behind_the_end(watched, request)) return orderly(watched, request);
    if (exited && watched.exit_status > 128) return killed(watched, request, qemu_output);
    if (request.kind == MachineKind::host && exited) return orderly(watched, request);
    if (!console.kernel_seen() && request.kind != MachineKind::host) return never_started(watched, request, qemu_output);
    if (watched.end == WatchEnd::silence)
        return {BootOutcome::hang, fmt::format("neither a record nor console text for {} s, after {} records", request.silence_limit.count(), watched.records.records())};
    if (watched.end == WatchEnd::time_limit)
        return {BootOutcome::hang, fmt::format("not at its end after {} s, {} records came", request.total_limit.count(), watched.records.records())};
    if (exited && watched.exit_status == 0 && !console.end_seen())
        return {BootOutcome::panic, "the machine reset itself without a word (a triple fault)"};
    if (exited && watched.exit_status != 0 && watched.exit_status != kExitStatus)
        return {BootOutcome::hang, fmt::format("QEMU ended with status {} in the middle of the run{}", watched.exit_status, qemu_says(qemu_output))};
    return orderly(watched, request);
}

}  // namespace diobench
