// SPDX-License-Identifier: GPL-2.0-only
// Times by wall clock: all gated ones together, since Holm's correction is over all of them.
#pragma once

#include <span>
#include <string>

#include "bench/verdict/judge/gate_input.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

/// A metric's place in the report, and its cell in both sets.
struct WallMetric {
    MetricReport* report;
    const CellSamples* first;
    const CellSamples* confirm;  ///< nullptr: not in the independent set
};
/// Verdicts by the judged set; if there is an independent set, what that says of suspicions.
void judge_wall_metrics(std::span<const WallMetric> metrics, const GateInput& input, const Policy& policy);
/// The sentence behind the verdict of a metric that was judged so.
[[nodiscard]] std::string wall_reason(const MetricReport& report);

/// True if a real clock's report has a suspicion that an independent set must confirm.
[[nodiscard]] bool has_suspicion(const GateReport& report);
/// Real clocks: true while an interval is wider than the policy wants and the cap is not reached.
[[nodiscard]] bool wants_more_pairs(const GateReport& report, const Policy& policy);

}  // namespace diobench
