// SPDX-License-Identifier: GPL-2.0-only
// What a reader of a gate's report should know besides its verdict.
#pragma once

#include <string>
#include <vector>

#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// What the boots of the pairs compared, byte by byte, before they measured.
[[nodiscard]] std::string verification_note(const std::vector<RunPair>& pairs);
/// The images of the two arms; the same twice is worth saying.
void note_images(const std::vector<RunPair>& pairs, GateReport& report);
/// A boot's checks are of the images it measures: says so of a candidate whose conformance nobody has looked at.
/// Errors: of the history's database.
[[nodiscard]] Status note_never_verified(const std::vector<RunPair>& pairs, GateReport& report);
/// Metrics that passed although some seeds were beyond the floor: one that is worse with one seed of three is not decided by the
/// rule, and should be known.
void note_minorities(GateReport& report);

}  // namespace diobench
