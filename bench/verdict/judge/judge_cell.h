// SPDX-License-Identifier: GPL-2.0-only
// One cell by the exact rule: its statuses and, if there are numbers, each gated metric.
#pragma once

#include <vector>

#include "bench/verdict/judge/gate_input.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

/// `samples` are of the judged set, `all` has the pairs of the independent set as well: only times need a set of their own. Times by wall
/// clock are left to judge_wall_metrics(); what the policy accepts of metrics to accept_metric().
[[nodiscard]] CellReport judge_cell(const CellSamples& samples, const CellSamples& all, const std::vector<GatedMetric>& gated, const GateInput& input,
                                    const Policy& policy);

}  // namespace diobench
