// SPDX-License-Identifier: GPL-2.0-only
// What a gate judges, and by which policy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/verdict/gate/gate_options.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"
#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// Everything a gate knows before its first boot.
struct GatePlan {
    Policy policy;
    std::vector<std::string> cells;  ///< that the filter leaves
    std::string machine;
    std::string suite;
    CellFilter filter;
    uint64_t seed = 1;
};

/// options.policy, or the project's.
[[nodiscard]] Result<Policy> find_policy(const GateOptions& options);
/// The policy is held against the whole suite, the filter only narrows what is measured.
[[nodiscard]] Result<GatePlan> make_plan(const GateOptions& options);

/// By wall clock cells that do not gate are sentinels; where instructions are counted they would only take time.
[[nodiscard]] std::vector<std::string> cells_to_measure(const GatePlan& plan);

/// judge_pairs() of the planned cells. `confirm`: the independent set of a real clock, if it was made.
[[nodiscard]] GateReport judge_planned(const GatePlan& plan, const std::vector<RunPair>& pairs, const std::vector<RunPair>& confirm);

}  // namespace diobench
