// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/judge_ends.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "bench/common/base/paths.h"
#include "bench/common/measure/known_metric.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/run/run_suite.h"
#include "bench/host/run/select_cells.h"
#include "bench/verdict/gate/gate_self_test.h"
#include "bench/verdict/gate/judge_given.h"
#include "bench/verdict/gate/run_gate.h"
#include "bench/verdict/judge/deciding_lines.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

namespace {

bool walks_commits(const Walk& walk) { return !walk.patches.front().commit.empty(); }

GateOptions gate_options(const BisectOptions& options, const fs::path& directory) {
    GateOptions gate;
    gate.baseline = options.baseline;
    gate.candidate = options.candidate;
    gate.suite = options.suite;
    gate.own = options.own;
    gate.filter = options.filter;
    gate.machine = MachineKind::exact;
    gate.seed = options.seed;
    gate.seeds = options.seeds;
    gate.policy = options.policy;
    gate.output = directory / "ends";
    gate.tree = options.tree;
    gate.revision = options.revision;
    gate.jobs = options.jobs;
    gate.argv = options.argv;
    return gate;
}

/// One run of an end with one seed, with results.json in its directory and nothing in the history.
Result<Results> run_end(const BisectOptions& options, const StateKernel& kernel, uint64_t seed, const fs::path& output) {
    RunOptions run;
    run.kernels = {kernel.series};
    run.suite = options.suite;
    run.own = options.own;
    run.filter = options.filter;
    run.machine = MachineKind::exact;
    run.seed = seed;
    run.output = output;
    run.tree = kernel.tree;
    run.revision = kernel.revision;
    run.jobs = options.jobs;
    run.profile_directory = output / kProfileFolder;
    run.keep = KeepRun::no;
    run.argv = options.argv;
    auto outcome = run_suite(run);
    if (!outcome) return forward(outcome);
    for (const auto& arm : outcome->results.kernels)
        if (arm.status == KernelStatus::build_failed) return fail("bisect", fmt::format("{} on {}", kernel.arm, kernel.revision.substr(0, 12)), arm.reason);
    if (auto s = write_results(outcome->directory, outcome->results); !s) return forward(s);
    return std::move(outcome->results);
}

Result<std::vector<Results>> run_end_with_every_seed(const BisectOptions& options, const StateKernel& kernel, const fs::path& runs, std::string_view end) {
    std::vector<Results> out;
    for (uint64_t seed = options.seed; seed < options.seed + options.seeds; ++seed) {
        auto results = run_end(options, kernel, seed, runs / fmt::format("seed-{}-{}", seed, end));
        if (!results) return forward(results);
        out.push_back(std::move(*results));
    }
    return out;
}

/// A gate that its self-tests keep from being made.
GateReport stopped_gate(const SelfTestOutcome& tests) {
    GateReport report;
    report.problems = {tests.problem};
    report.exit_code = tests.build_failed ? ExitCode::usage : ExitCode::invalid;
    return report;
}

Result<GateReport> judge_commits(const BisectOptions& options, const Walk& walk, const fs::path& directory) {
    auto baseline = walk.kernel(0);
    if (!baseline) return forward(baseline);
    auto candidate = walk.kernel(walk.length());
    if (!candidate) return forward(candidate);
    GateOptions gate = gate_options(options, directory);
    gate.baseline = gate.candidate = candidate->series;
    gate.revision = candidate->revision;
    if (auto s = make_directories(gate.output); !s) return forward(s);
    auto tests = run_self_tests(gate, gate.output);
    if (!tests) return forward(tests);
    if (!tests->problem.empty()) return stopped_gate(*tests);
    const fs::path runs = gate.output / "runs";
    auto old_runs = run_end_with_every_seed(options, *baseline, runs, "baseline");
    if (!old_runs) return forward(old_runs);
    auto new_runs = run_end_with_every_seed(options, *candidate, runs, "candidate");
    if (!new_runs) return forward(new_runs);
    gate.baseline = gate.candidate = candidate->arm;
    return judge_results(std::move(*old_runs), std::move(*new_runs), gate, std::move(tests->tests));
}

/// With what the policy allows of it, if it gates.
Result<Followed> followed_of(const BisectOptions& options, const std::string& cell, const Metric& metric) {
    auto policy = read_policy(options.policy.empty() ? project_root() / kPolicyFileName : options.policy);
    if (!policy) return forward(policy);
    Followed out{{cell, &metric}, {}, Followed::Wanted::any};
    for (const auto& gated : gated_metrics(*policy, cell, machine_name(MachineKind::exact), options.suite)) {
        if (gated.metric != &metric) continue;
        out.tolerance = gated.line->tolerance;
        out.floor_of = gated.line->floor_of;
    }
    return out;
}

/// What stands out most can be read from every state between the ends.
double share_of_read(const MetricReport& metric) { return std::abs(metric.paired.relative) * metric.part; }

}  // namespace

Result<GateReport> judge_ends(const BisectOptions& options, const Walk& walk, const fs::path& directory) {
    return walks_commits(walk) ? judge_commits(options, walk, directory) : run_gate(gate_options(options, directory));
}

std::optional<Followed> deciding_regression(const GateReport& report) {
    const auto lines = deciding_lines(report);
    const DecidingLine* clearest = nullptr;
    for (const auto& line : lines) {
        if (line.metric == nullptr || line.metric->verdict != Verdict::regression) continue;
        if (clearest == nullptr || share_of_read(*line.metric) > share_of_read(*clearest->metric)) clearest = &line;
    }
    if (clearest != nullptr) return Followed{{clearest->cell->cell, clearest->metric->metric}, clearest->metric->tolerance, Followed::Wanted::worse};
    for (const auto& line : lines)
        if (line.metric == nullptr && line.cell->verdict == Verdict::regression) return Followed{{line.cell->cell, nullptr}, {}, Followed::Wanted::any};
    return std::nullopt;
}

Result<Followed> named_regression(const BisectOptions& options) {
    auto metric = known_metric("bisect", "--metric " + options.metric, options.metric);
    if (!metric) return forward(metric);
    RunOptions run;
    run.suite = options.suite;
    run.own = options.own;
    run.machine = MachineKind::exact;
    auto selected = select_cells(run);
    if (!selected) return forward(selected);
    const auto cells = named_cells(selected->cells);
    auto place = find_named_cell(options.cell, cells, "suite " + options.suite);
    if (!place) return forward(place);
    return followed_of(options, cells[*place].id, **metric);
}

}  // namespace diobench
