// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_runs.h"

#include <atomic>
#include <fmt/format.h>

#include "bench/host/kernel/base.h"
#include "bench/host/kernel/touched_functions.h"
#include "bench/host/run/resume_file.h"

namespace diobench {

namespace {

constexpr const char* kRunsFolder = "runs";

std::string name_of_pair(uint64_t seed) { return fmt::format("seed-{}", seed); }

/// The id of the run that an earlier attempt began there; empty: none.
std::string begun_before(const fs::path& output) {
    auto asked = read_resume_file(output);
    return asked ? asked->run_id : std::string();
}

/// With the patches that it has on its base; of a series that is not meant for that the run will say so.
Result<NamedKernel> kernel_of(const std::string& name, Bases& bases) {
    Progress progress("kernel source");
    auto there = resolve_on_base(name, bases, progress);
    return there ? std::move(there) : resolve_kernel(name);
}

}  // namespace

Result<GateRuns> GateRuns::create(const GateOptions& options, fs::path directory) {
    GateRuns runs(options, std::move(directory));
    if (options.machine == MachineKind::host) {
        runs.baseline_ = runs.candidate_ = kHostKernel;
        return runs;
    }
    Bases bases(options.tree, options.revision);
    auto baseline = kernel_of(options.baseline, bases);
    if (!baseline) return forward(baseline);
    auto candidate = kernel_of(options.candidate, bases);
    if (!candidate) return forward(candidate);
    auto patched = functions_between(baseline->chain, candidate->chain);
    if (!patched) return forward(patched);
    runs.baseline_ = baseline->name;
    runs.candidate_ = candidate->name;
    runs.patched_functions_ = std::move(*patched);
    return runs;
}

fs::path GateRuns::place_of(const std::string& run) const { return directory_ / kRunsFolder / run; }

RunOptions GateRuns::options_of(const std::vector<std::string>& kernels, uint64_t seed, const std::string& run, unsigned jobs) const {
    RunOptions options;
    if (options_.machine != MachineKind::host) options.kernels = kernels;
    options.suite = options_.suite;
    options.own = options_.own;
    options.filter = options_.filter;
    options.only = only_;
    options.backwards = alternates_ && seed % 2 == 0;
    options.machine = options_.machine;
    options.seed = seed;
    options.output = place_of(run);
    options.tree = options_.tree;
    options.revision = options_.revision;
    options.allow_missing = options_.allow_missing;
    options.jobs = jobs;
    options.argv = options_.argv;
    // The candidate is always booted: what is judged is not to be remembered.
    options.share_boots = true;
    if (baseline_ != candidate_) options.reuse_boots_of = {baseline_};
    if (options_.attribute && options_.machine == MachineKind::exact) options.profile_directory = options.output / kProfileFolder;
    options.cost_model = options_.cost_model;
    return options;
}

std::vector<RunOptions> GateRuns::planned() const {
    std::vector<RunOptions> out;
    if (baseline_ == candidate_) return out;
    for (uint64_t seed = options_.seed; seed < options_.seed + options_.seeds; ++seed)
        out.push_back(options_of({options_.baseline, options_.candidate}, seed, name_of_pair(seed), options_.jobs));
    return out;
}

Result<RunOutcome> GateRuns::run(const std::vector<std::string>& kernels, uint64_t seed, const std::string& run, unsigned jobs, GoOn go_on, Profiles* profiles,
                                 const Told& told) const {
    RunOptions options = options_of(kernels, seed, run, jobs);
    if (go_on == GoOn::yes) options.run_id = begun_before(options.output);
    options.shown = told.shown;
    options.on_progress = told.on_progress;
    auto outcome = run_suite(options);
    if (!outcome) return forward(outcome);
    std::atomic_ref(reused_boots_) += outcome->reused_boots;
    if (profiles != nullptr && !options.profile_directory.empty()) {
        auto counted = read_profiles(options.profile_directory, outcome->results);
        if (!counted) return forward(counted);
        *profiles = std::move(*counted);
    }
    return outcome;
}

Result<RunPair> GateRuns::pair_side_by_side(uint64_t seed, ProfiledPair* profiles, const Told& told) const {
    RunPair pair;
    pair.seed = static_cast<int64_t>(seed);
    const std::string name = name_of_pair(seed);
    const bool one_run = baseline_ != candidate_;
    const GoOn go_on = options_.go_on ? GoOn::yes : GoOn::no;
    ProfiledPair counted;
    counted.seed = seed;
    auto first = one_run ? run({options_.baseline, options_.candidate}, seed, name, options_.jobs, go_on, profiles ? &counted.baseline : nullptr, told)
                         : run({options_.baseline}, seed, name + "-baseline", options_.jobs, go_on, profiles ? &counted.baseline : nullptr, told);
    if (!first) return forward(first);
    auto baseline = take_arm(first->results, baseline_);
    if (!baseline) return forward(baseline);
    pair.baseline = std::move(*baseline);
    if (one_run) counted.candidate = counted.baseline;
    auto second = one_run ? std::move(first) : run({options_.candidate}, seed, name + "-candidate", options_.jobs, go_on, profiles ? &counted.candidate : nullptr, told);
    if (!second) return forward(second);
    auto candidate = take_arm(second->results, candidate_);
    if (!candidate) return forward(candidate);
    pair.candidate = std::move(*candidate);
    if (profiles != nullptr) *profiles = std::move(counted);
    return pair;
}

Result<AloneRun> GateRuns::alone(PairSide side, uint64_t seed, const std::string& name, const Told& told, GoOn go_on) const {
    auto outcome = run({side == PairSide::baseline ? options_.baseline : options_.candidate}, seed, name, 1, go_on, nullptr, told);
    if (!outcome) return forward(outcome);
    auto arm = take_arm(outcome->results, side == PairSide::baseline ? baseline_ : candidate_);
    if (!arm) return forward(arm);
    const size_t boots = arm->results.kernels.front().boots.size();
    return AloneRun{std::move(*arm), boots > 0 && outcome->restored_boots == boots};
}

Result<Results> GateRuns::self_test(uint64_t seed, const std::string& name, const Told& told) const {
    RunOptions options;
    options.kernels = {options_.candidate};
    options.suite = kSelfTestSuite;
    options.machine = options_.machine;
    options.seed = seed;
    options.output = place_of(name);
    options.tree = options_.tree;
    options.revision = options_.revision;
    options.allow_missing = options_.allow_missing;
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
