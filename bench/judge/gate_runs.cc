// SPDX-License-Identifier: GPL-2.0-only
#include "bench/judge/gate_runs.h"

#include <fmt/format.h>

#include "bench/kernel/series.h"
#include "bench/run/run_suite.h"

namespace diobench {

namespace {

constexpr const char* kRunsFolder = "runs";

Result<std::string> arm_name(const std::string& series) {
    auto chain = resolve_series(series);
    if (!chain) return forward(chain);
    return chain->back().name;
}

}  // namespace

Result<GateRuns> GateRuns::create(const GateOptions& options, fs::path directory) {
    GateRuns runs(options, std::move(directory));
    auto baseline = arm_name(options.baseline);
    if (!baseline) return forward(baseline);
    auto candidate = arm_name(options.candidate);
    if (!candidate) return forward(candidate);
    runs.baseline_ = *baseline;
    runs.candidate_ = *candidate;
    return runs;
}

Result<Results> GateRuns::run(const std::vector<std::string>& kernels, uint64_t seed, const std::string& run, unsigned jobs) const {
    RunOptions options;
    options.kernels = kernels;
    options.suite = options_.suite;
    options.filter = options_.filter;
    options.machine = options_.machine;
    options.seed = seed;
    options.output = directory_ / kRunsFolder / run;
    options.tree = options_.tree;
    options.revision = options_.revision;
    options.jobs = jobs;
    options.argv = options_.argv;
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    return std::move(outcome->results);
}

Result<RunPair> GateRuns::pair_side_by_side(uint64_t seed) const {
    RunPair pair;
    pair.seed = static_cast<int64_t>(seed);
    const std::string name = fmt::format("seed-{}", seed);
    const bool one_run = baseline_ != candidate_;
    auto first = one_run ? run({options_.baseline, options_.candidate}, seed, name, options_.jobs)
                         : run({options_.baseline}, seed, name + "-baseline", options_.jobs);
    if (!first) return forward(first);
    auto baseline = take_arm(*first, baseline_);
    if (!baseline) return forward(baseline);
    pair.baseline = std::move(*baseline);
    auto second = one_run ? std::move(first) : run({options_.candidate}, seed, name + "-candidate", options_.jobs);
    if (!second) return forward(second);
    auto candidate = take_arm(*second, candidate_);
    if (!candidate) return forward(candidate);
    pair.candidate = std::move(*candidate);
    return pair;
}

Result<ArmOfRun> GateRuns::alone(PairSide side, uint64_t seed, const std::string& name) const {
    auto results = run({side == PairSide::baseline ? options_.baseline : options_.candidate}, seed, name, 1);
    if (!results) return forward(results);
    return take_arm(*results, side == PairSide::baseline ? baseline_ : candidate_);
}

Result<Results> GateRuns::self_test(uint64_t seed, const std::string& name) const {
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
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    return std::move(outcome->results);
}

}  // namespace diobench
