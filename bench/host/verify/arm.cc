// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/arm.h"

#include "bench/common/plan/case_name.h"
#include "bench/host/kernel/base.h"
#include "bench/host/run/collect.h"

namespace diobench {

namespace {

constexpr const char* kBase = "base";

/// `base` as it is for a version.
Result<Series> base_of(const std::string& version) {
    auto base = load_series(kBase);
    if (!base) return base;
    std::vector<Series> alone = {std::move(*base)};
    if (auto s = choose_variants(alone, version); !s) return forward(s);
    return std::move(alone.front());
}

/// Says of a new failure that the unpatched kernel has it, too.
void add_what_base_fails(const std::string& version, std::vector<ConformanceEntry>& entries) {
    auto base = base_of(version);
    if (!base) return;
    for (auto& entry : entries)
        for (const auto& known : base->known_failures)
            if (entry.status == ConformanceStatus::fail && !entry.known && speaks_of(known.case_glob, entry.case_name))
                entry.reason += " (the unpatched kernel fails this case as well: " + known.reason + ")";
}

}  // namespace

Result<VerifyArm> make_arm(const std::string& name) {
    auto kernel = resolve_kernel(name);
    if (!kernel) return forward(kernel);
    VerifyArm arm;
    arm.name = kernel->name;
    arm.base = kernel->base;
    arm.chain = std::move(kernel->chain);
    return arm;
}

Status take_base(VerifyArm& arm, ArmKind kind, const std::string& version) {
    if (auto s = choose_variants(arm.chain, version); !s) return s;
    if (kind == ArmKind::kernel || arm.chain.size() > 1) {
        arm.known = arm.chain[arm.chain.size() - (kind == ArmKind::kernel ? 1 : 2)].known_failures;
        return {};
    }
    auto base = base_of(version);
    if (!base) return forward(base);
    arm.known = base->known_failures;
    return {};
}

KernelResult describe(const VerifyArm& arm, const Judgement& judgement) {
    KernelResult out = describe_kernel(arm.name, arm.chain, arm.kernel ? &*arm.kernel : nullptr);
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
    add_what_base_fails(out.base_version, out.conformance);
    return out;
}

}  // namespace diobench
