// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/given_runs.h"

#include <fmt/format.h>
#include <map>
#include <set>

#include "bench/common/base/text.h"
#include "bench/host/run/conformance_gate.h"
#include "bench/host/run/environment.h"
#include "bench/results/compare/comparison.h"

namespace diobench {

namespace {

std::string arm_of(const Results& results, const std::string& wanted) {
    if (!wanted.empty() || results.kernels.size() != 1) return wanted;
    return results.kernels.front().name;
}

/// A run of one side.
struct GivenRun {
    ArmOfRun arm;
    Results head;  ///< for check_comparable()
};

Result<std::vector<GivenRun>> take_side(std::vector<Results> runs, const std::string& kernel, std::string_view option) {
    std::vector<GivenRun> out;
    for (auto& results : runs) {
        if (auto s = refuse_unverified_numbers(results); !s) return forward(s);
        const std::string name = arm_of(results, kernel);
        if (name.empty()) {
            std::vector<std::string> names;
            for (const auto& one : results.kernels) names.push_back(one.name);
            return fail("gate", results.run.id, fmt::format("this run has several kernels, {}: say which one with {}", join(names, ", "), option));
        }
        auto arm = take_arm(results, name);
        if (!arm) return forward(arm);
        results.cells.clear();
        out.push_back({std::move(*arm), std::move(results)});
    }
    return out;
}

/// A side is one kernel, measured in one way.
Status check_side(const std::vector<GivenRun>& side, std::string_view option) {
    const GivenRun& first = side.front();
    const KernelResult* kernel = first.arm.results.find_kernel(first.arm.kernel);
    for (const GivenRun& run : side) {
        const KernelResult* other = run.arm.results.find_kernel(run.arm.kernel);
        auto refuse = [&](std::string_view why) { return fail("gate", std::string(option), fmt::format("runs {} and {} are of {}", first.head.run.id, run.head.run.id, why)); };
        if (run.arm.kernel != first.arm.kernel) return refuse(fmt::format("two kernels, {} and {}", first.arm.kernel, run.arm.kernel));
        if (kernel == nullptr || other == nullptr) continue;  // judging says so
        if (other->image_sha256 != kernel->image_sha256 && !other->image_sha256.empty() && !kernel->image_sha256.empty())
            return refuse(fmt::format("two kernels that are both called {}: their images differ", first.arm.kernel));
        if (auto s = check_comparable(first.head, run.head); !s) return s;
    }
    return {};
}

/// Instructions of the guest program and of the kernel's compiler are in every number of the virtual clock.
Status check_tools(const std::vector<GivenRun>& baseline, const std::vector<GivenRun>& candidate) {
    const Run& first = baseline.front().head.run;
    for (const auto* side : {&baseline, &candidate})
        for (const auto& one : *side)
            if (const std::string other = why_other_instructions(first, one.head.run); !other.empty())
                return fail("gate", one.head.run.id, fmt::format("it was measured with {} than run {}: the numbers are not of the same instructions; measure both again", other, first.id));
    return {};
}

/// By seed: each seed once on each side.
Result<std::vector<RunPair>> pair_by_seed(std::vector<GivenRun> baseline, std::vector<GivenRun> candidate) {
    std::map<int64_t, GivenRun*> by_seed;
    for (auto& run : candidate)
        if (!by_seed.try_emplace(run.head.run.seed, &run).second)
            return fail("gate", run.head.run.id, fmt::format("two runs of the candidate have seed {}: a seed is one sample", run.head.run.seed));
    std::vector<RunPair> out;
    for (auto& run : baseline) {
        auto found = by_seed.find(run.head.run.seed);
        if (found == by_seed.end())
            return fail("gate", run.head.run.id, fmt::format("the candidate has no run with its seed {} (or two of the baseline have it): runs are paired by seed", run.head.run.seed));
        if (auto s = check_comparable(run.head, found->second->head); !s) return forward(s);
        out.push_back({run.head.run.seed, std::move(run.arm), std::move(found->second->arm)});
        by_seed.erase(found);
    }
    if (!by_seed.empty()) return fail("gate", by_seed.begin()->second->head.run.id, fmt::format("the baseline has no run with its seed {}", by_seed.begin()->first));
    return out;
}

/// The same run twice would count as two boots.
Status check_once(const std::vector<GivenRun>& side, std::string_view option) {
    std::set<std::string> seen;
    for (const auto& one : side)
        if (!seen.insert(one.head.run.id).second) return fail("gate", std::string(option), fmt::format("run {} is given twice", one.head.run.id));
    return {};
}

Result<std::vector<RunPair>> pair_in_order(std::vector<GivenRun> baseline, std::vector<GivenRun> candidate) {
    if (auto s = check_once(baseline, "--results-baseline"); !s) return forward(s);
    if (auto s = check_once(candidate, "--results-candidate"); !s) return forward(s);
    if (baseline.size() != candidate.size())
        return fail("gate", "--results-candidate", fmt::format("{} runs of the baseline and {} of the candidate: runs by wall clock are paired in order", baseline.size(), candidate.size()));
    std::vector<RunPair> out;
    for (size_t i = 0; i < baseline.size(); ++i) {
        if (auto s = check_comparable(baseline[i].head, candidate[i].head); !s) return forward(s);
        out.push_back({baseline[i].head.run.seed, std::move(baseline[i].arm), std::move(candidate[i].arm)});
    }
    return out;
}

}  // namespace

Result<GivenPairs> pair_given_runs(std::vector<Results> baseline, const std::string& baseline_arm, std::vector<Results> candidate, const std::string& candidate_arm) {
    if (baseline.empty() || candidate.empty()) return fail("gate", baseline.empty() ? "baseline" : "candidate", "there is no run of it");
    auto old_runs = take_side(std::move(baseline), baseline_arm, "--baseline NAME");
    if (!old_runs) return forward(old_runs);
    auto new_runs = take_side(std::move(candidate), candidate_arm, "--candidate NAME");
    if (!new_runs) return forward(new_runs);
    GivenPairs out{old_runs->front().head.run, old_runs->front().arm.kernel, new_runs->front().arm.kernel, {}};
    if (auto s = check_side(*old_runs, "--results-baseline"); !s) return forward(s);
    if (auto s = check_side(*new_runs, "--results-candidate"); !s) return forward(s);
    if (!out.have_real_clock())
        if (auto s = check_tools(*old_runs, *new_runs); !s) return forward(s);
    auto pairs = out.have_real_clock() ? pair_in_order(std::move(*old_runs), std::move(*new_runs)) : pair_by_seed(std::move(*old_runs), std::move(*new_runs));
    if (!pairs) return forward(pairs);
    out.pairs = std::move(*pairs);
    return out;
}

}  // namespace diobench
