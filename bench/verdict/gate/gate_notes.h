// SPDX-License-Identifier: GPL-2.0-only
// What a reader of a gate's report should know besides its verdict.
#pragma once

#include <string>
#include <vector>

#include "bench/verdict/gate/gate_plan.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// What the boots of the pairs compared, byte by byte, before they measured.
[[nodiscard]] std::string verification_note(const std::vector<RunPair>& pairs);
/// The sources of the two kernels; that they are two is worth saying.
void note_bases(const std::vector<RunPair>& pairs, GateReport& report);
/// The images of the two kernels; the same twice is worth saying.
void note_images(const std::vector<RunPair>& pairs, GateReport& report);
/// A boot's checks are of the images it measures: whether `diobench verify` has looked at the candidate, which is true of one that
/// cannot be known again. Errors: of the history's database.
[[nodiscard]] Result<bool> was_verified(const std::vector<RunPair>& pairs);
void note_never_verified(GateReport& report);

/// That the candidate passed these cases alone.
void note_verified_cases(const std::vector<std::string>& globs, GateReport& report);
void note_filter(const GatePlan& plan, GateReport& report);
/// Metrics that passed although some seeds were beyond the threshold, and percentiles with too few slow reads to judge: they are not
/// decided by the rule, and should be known. Of a test that is worse in another metric nothing is in doubt.
void note_minorities(GateReport& report);

}  // namespace diobench
