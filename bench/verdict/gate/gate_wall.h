// SPDX-License-Identifier: GPL-2.0-only
// The boots of a gate by wall clock, and what they say: pairs, one machine at a time.
#pragma once

#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/gate_runs.h"

namespace diobench {

/// Pairs of single boots until intervals are narrow, then an independent set if there is a suspicion. A host that is too busy is a
/// problem of the report. Errors: of runs, an interrupt.
[[nodiscard]] Result<MeasuredGate> gate_wall(const GateOptions& options, const GatePlan& plan, const GateRuns& runs);

}  // namespace diobench
