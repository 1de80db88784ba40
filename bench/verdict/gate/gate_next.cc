// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_next.h"

#include <fmt/format.h>

#include "bench/common/base/text.h"
#include "bench/host/kernel/base.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/host/machine/qemu.h"
#include "bench/verdict/judge/next_step.h"

namespace diobench {

namespace {

std::string option(std::string_view name, const std::string& value, std::string_view usual) {
    return value == usual ? std::string() : fmt::format(" {} {}", name, shell_text({value}));
}

/// What another command must be told as well to judge the same.
std::string options_text(const GateOptions& options) {
    return (options.own.any() ? options.own.options_text() : option("--suite", options.suite, GateOptions().suite)) + option("--machine", std::string(machine_name(options.machine)), machine_name(GateOptions().machine)) +
           option("--policy", options.policy.string(), "") + option("--tree", options.tree.string(), "") + option("--rev", options.revision, "");
}

}  // namespace

void set_next(const GateOptions& options, Verified verified, GateReport& report) {
    AskedGate asked{options.baseline.empty() ? report.baseline : options.baseline, options.candidate.empty() ? report.candidate : options.candidate, options_text(options), options.filter};
    asked.verified = verified == Verified::yes;
    auto baseline = resolve_kernel(asked.baseline);
    auto candidate = resolve_kernel(asked.candidate);
    // Between two bases there is more than patches.
    if (!baseline || !candidate || baseline->base != candidate->base) return;
    auto patches = patches_between(baseline->chain, candidate->chain);
    if (!patches || (report.verdict == Verdict::regression && *patches == 0)) return;
    asked.patches = *patches;
    report.next = next_step(report, asked);
}

}  // namespace diobench
