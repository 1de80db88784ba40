// SPDX-License-Identifier: GPL-2.0-only
// Is what is tried slower, and if so, since which patch?
#pragma once

#include <string>

#include "bench/verdict/attempt/attempt.h"
#include "bench/verdict/attempt/attempt_options.h"
#include "bench/verdict/attempt/candidate.h"
#include "bench/verdict/gate/gate_options.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// The gate that a trial runs, of the candidate (a series) against what it stands on.
[[nodiscard]] GateOptions gate_of_attempt(const AttemptOptions& options, const SourceOfBuilds& source, const std::string& baseline, const std::string& candidate, const fs::path& directory);
/// Runs it, writes its files and its page. `report` is what it found.
[[nodiscard]] Result<StepOutcome> gate_candidate(const GateOptions& gate, const AttemptOptions& options, GateReport& report);
[[nodiscard]] StepOutcome gate_outcome(const GateReport& report, const GateOptions& gate);

/// Names the patch that makes the worst regression of the gate's report; with its cell alone, or if it has no metric with both
/// ends judged again.
[[nodiscard]] Result<StepOutcome> bisect_slow(const GateOptions& gate, const GateReport& report, const fs::path& directory);

}  // namespace diobench
