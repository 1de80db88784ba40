// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/attribute_given.h"

#include "bench/host/kernel/base.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/verdict/judge/attribute.h"

namespace diobench {

namespace {

/// The arm's series as it is for the kernel that was measured; nothing: there is no such series here.
std::vector<Series> chain_of(const KeptRun& run, const std::string& name) {
    const KernelResult* kernel = run.results.find_kernel(name);
    auto named = kernel == nullptr ? resolve_kernel(name) : resolve_kernel_at(name, kernel->base_version);
    return named ? std::move(named->chain) : std::vector<Series>();
}

std::set<std::string> patched_between(const std::vector<Series>& baseline, const std::vector<Series>& candidate) {
    if (baseline.empty() || candidate.empty()) return {};
    return functions_between(baseline, candidate).value_or(std::set<std::string>());
}

}  // namespace

Status attribute_given(const KeptRun& baseline, const KeptRun& candidate, GateReport& report) {
    for (const auto* run : {&baseline, &candidate})
        if (!fs::exists(run->directory / kProfileFolder)) return {};
    ProfiledPair counted{static_cast<uint64_t>(baseline.results.run.seed), {}, {}};
    for (auto [run, into] : {std::pair(&baseline, &counted.baseline), {&candidate, &counted.candidate}}) {
        auto profiles = read_profiles(run->directory / kProfileFolder, run->results);
        if (!profiles) return forward(profiles);
        *into = std::move(*profiles);
    }
    attribute_by_instructions(counted, patched_between(chain_of(baseline, report.baseline), chain_of(candidate, report.candidate)), report);
    return {};
}

}  // namespace diobench
