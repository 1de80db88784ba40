// SPDX-License-Identifier: GPL-2.0-only
// What the policy accepts though it is worse: trade-offs and waivers (docs/gate.md, "Policy").
#pragma once

#include "bench/verdict/judge/gate_input.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

/// A metric that is not a pass becomes one that says so if a waiver covers it, or, of a regression, if a trade-off allows it with every
/// seed. `samples`: every pair of its cell.
void accept_metric(MetricReport& report, const CellSamples& samples, const GateInput& input, const Policy& policy);
/// The same of a cell that has a verdict as a whole; only a waiver of the whole cell covers it, and none covers a candidate that is invalid.
void accept_cell(CellReport& report, const CellSamples& samples, const GateInput& input, const Policy& policy);

}  // namespace diobench
