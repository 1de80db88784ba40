// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_runs.h"

#include <atomic>
#include <fmt/format.h>

#include "bench/host/kernel/series.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/host/run/run_suite.h"

namespace diobench {

namespace {

constexpr const char* kRunsFolder = "runs";

}  // namespace

Result<GateRuns> GateRuns::create(const GateOptions& options, fs::path directory) {
    GateRuns runs(options, std::move(directory));
    auto baseline = resolve_series(options.baseline);
    if (!baseline) return forward(baseline);
    auto candidate = resolve_series(options.candidate);
    if (!candidate) return forward(candidate);
    auto patched = functions_between(*baseline, *candidate);
    if (!patched) return forward(patched);
    runs.baseline_ = baseline->back().name;
    runs.candidate_ = candidate->back().name;
    runs.patched_functions_ = std::move(*patched);
    return runs;
}

Result<Results> GateRuns::run(const std::vector<std::string>& kernels, uint64_t seed, const std::string& run, unsigned jobs, Profiles* profiles,
                              const Told& told) const {
    RunOptions options;
    options.kernels = kernels;
    options.suite = options_.suite;
    options.filter = options_.filter;
    options.only = only_;
    options.machine = options_.machine;
    options.seed = seed;
    options.output = directory_ / kRunsFolder / run;
    options.tree = options_.tree;
    options.revision = options_.revision;
    options.jobs = jobs;
    options.argv = options_.argv;
    options.shown = told.shown;
    options.on_progress = told.on_progress;
    // The candidate is always booted: what is judged is not to be remembered.
    options.share_boots = true;
    if (baseline_ != candidate_) options.reuse_boots_of = {baseline_};
    if (options_.attribute && options_.machine == MachineKind::exact) options.profile_directory = options.output / kProfileFolder;
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    std::atomic_ref(reused_boots_) += outcome->reused_boots;
    if (profiles != nullptr && !options.profile_directory.empty()) {
        auto counted = read_profiles(options.profile_directory, outcome->results);
        if (!counted) return forward(counted);
        *profiles = std::move(*counted);
    }
    return std::move(outcome->results);
}

Result<RunPair> GateRuns::pair_side_by_side(uint64_t seed, ProfiledPair* profiles, const Told& told) const {
    RunPair pair;
    pair.seed = static_cast<int64_t>(seed);
    const std::string name = fmt::format("seed-{}", seed);
    const bool one_run = baseline_ != candidate_;
    ProfiledPair counted;
    counted.seed = seed;
    auto first = one_run ? run({options_.baseline, options_.candidate}, seed, name, options_.jobs, profiles ? &counted.baseline : nullptr, told)
                         : run({options_.baseline}, seed, name + "-baseline", options_.jobs, profiles ? &counted.baseline : nullptr, told);
    if (!first) return forward(first);
    auto baseline = take_arm(*first, baseline_);
    if (!baseline) return forward(baseline);
    pair.baseline = std::move(*baseline);
    if (one_run) counted.candidate = counted.baseline;
    auto second = one_run ? std::move(first) : run({options_.candidate}, seed, name + "-candidate", options_.jobs, profiles ? &counted.candidate : nullptr, told);
    if (!second) return forward(second);
    auto candidate = take_arm(*second, candidate_);
    if (!candidate) return forward(candidate);
    pair.candidate = std::move(*candidate);
    if (profiles != nullptr) *profiles = std::move(counted);
    return pair;
}

Result<ArmOfRun> GateRuns::alone(PairSide side, uint64_t seed, const std::string& name, const Told& told) const {
    auto results = run({side == PairSide::baseline ? options_.baseline : options_.candidate}, seed, name, 1, nullptr, told);
    if (!results) return forward(results);
    return take_arm(*results, side == PairSide::baseline ? baseline_ : candidate_);
}

Result<Results> GateRuns::self_test(uint64_t seed, const std::string& name, const Told& told) const {
    RunOptions options;
    options.kernels = {options_.candidate};
    options.suite = kSelfTestSuite;
    options.machine = options_.machine;
    options.seed = seed;
    options.output = directory_ / kRunsFolder / name;
    options.tree = options_.tree;
    options.revision = options_.revision;
    options.jobs = options_.jobs;
    options.keep = KeepRun::no;
    options.argv = options_.argv;
    options.shown = told.shown;
    options.on_progress = told.on_progress;
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    return std::move(outcome->results);
}

}  // namespace diobench
