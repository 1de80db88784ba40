// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/arm.h"

#include "bench/common/plan/case_name.h"
#include "bench/host/run/collect.h"

namespace diobench {

namespace {

constexpr const char* kBase = "base";

/// Says of a new failure that the unpatched kernel has it, too.
void add_what_base_fails(std::vector<ConformanceEntry>& entries) {
    auto base = load_series(kBase);
    if (!base) return;
    for (auto& entry : entries)
        for (const auto& known : base->known_failures)
            if (entry.status == ConformanceStatus::fail && !entry.known && speaks_of(known.case_glob, entry.case_name))
                entry.reason += " (the unpatched kernel fails this case as well: " + known.reason + ")";
}

}  // namespace

Result<VerifyArm> make_arm(const std::string& series) {
    auto chain = resolve_series(series);
    if (!chain) return forward(chain);
    VerifyArm arm;
    arm.name = chain->back().name;
    arm.known = chain->back().known_failures;
    arm.chain = std::move(*chain);
    return arm;
}

Result<VerifyArm> make_mutant_arm(const std::string& series) {
    auto arm = make_arm(series);
    if (!arm) return arm;
    if (arm->chain.size() > 1) {
        arm->known = arm->chain[arm->chain.size() - 2].known_failures;
    } else {
        auto base = load_series(kBase);
        if (!base) return forward(base);
        arm->known = base->known_failures;
    }
    return arm;
}

KernelResult describe(const VerifyArm& arm, const Judgement& judgement) {
    KernelResult out = describe_kernel(arm.chain, arm.kernel ? &*arm.kernel : nullptr);
    if (!arm.kernel) {
        out.status = KernelStatus::build_failed;
        out.reason = arm.build_error;
        return out;
    }
    out.boots = arm.run.boots;
    if (!arm.run.machine_fault.empty()) {
        out.status = KernelStatus::boot_failed;
        out.reason = arm.run.machine_fault;
    }
    out.conformance = judgement.entries;
    add_what_base_fails(out.conformance);
    return out;
}

}  // namespace diobench
