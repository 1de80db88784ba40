// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/attribute_given.h"

#include "bench/host/kernel/series.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/verdict/judge/attribute.h"

namespace diobench {

namespace {

std::set<std::string> patched_between(const std::string& baseline, const std::string& candidate) {
    auto before = resolve_series(baseline);
    auto after = resolve_series(candidate);
    if (!before || !after) return {};
    return functions_between(*before, *after).value_or(std::set<std::string>());
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
    attribute_by_instructions(counted, patched_between(report.baseline, report.candidate), report);
    return {};
}

}  // namespace diobench
