// SPDX-License-Identifier: GPL-2.0-only
// The boots of a gate on the exact machine, and what they say: the self-test, then a pair a seed.
#pragma once

#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/gate/gate_runs.h"

namespace diobench {

/// Undecided metrics get more seeds until there are so many times those asked for.
inline constexpr size_t kMostSeedsFactor = 2;

/// The self-test's first boot shows whether there is anything to measure; all other boots are made together. Nothing is judged of a
/// candidate that is broken or by a machine that fails a self-test. Errors: of runs; a broken kernel is a problem of the report.
[[nodiscard]] Result<MeasuredGate> gate_exact(const GateOptions& options, const GatePlan& plan, const GateRuns& runs);

}  // namespace diobench
