// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/gate/gate_self_test.h"

#include <fmt/format.h>
#include <optional>

#include "bench/verdict/gate/gate_runs.h"

namespace diobench {

namespace {

/// Why self-tests cannot say anything: the candidate itself is broken.
std::optional<std::string> broken_candidate(const Results& results) {
    for (const auto& kernel : results.kernels)
        if (kernel.status != KernelStatus::ok) return fmt::format("candidate {}: {}: {}", kernel.name, status_name(kernel.status), kernel.reason);
    // What the gated cells may be is the policy's business; these are read in every gate to find what the suite does not measure.
    for (const auto& cell : results.cells)
        if (!cell.known && (cell.status == CellStatus::invalid || cell.status == CellStatus::failed))
            return fmt::format("candidate {}: {}: {}: {}", cell.kernel, cell.cell, status_name(cell.status), cell.reason);
    return std::nullopt;
}

Result<SelfTestOutcome> self_tests_of(const GateRuns& runs, const GateOptions& options) {
    auto first = runs.self_test(options.seed, kFirstSelfTest);
    if (!first) return forward(first);
    SelfTestOutcome out = look_at_candidate(*first);
    if (!out.problem.empty()) return out;
    auto second = runs.self_test(options.seed, kSecondSelfTest);
    if (!second) return forward(second);
    out.tests = judge_self_tests(*first, *second);
    return out;
}

}  // namespace

SelfTestOutcome look_at_candidate(const Results& first) {
    SelfTestOutcome out;
    if (auto problem = broken_candidate(first)) {
        out.problem = *problem;
        out.build_failed = first.kernels.front().status == KernelStatus::build_failed;
    }
    return out;
}

std::vector<SelfTest> judge_self_tests(const Results& first, const Results& second) { return {check_same_twice(first, second), check_control(first)}; }

Result<SelfTestOutcome> run_self_tests(const GateOptions& options, const fs::path& directory) {
    GateOptions alone = options;
    alone.baseline = options.candidate;
    auto runs = GateRuns::create(alone, directory);
    if (!runs) return forward(runs);
    return self_tests_of(*runs, alone);
}

}  // namespace diobench
