// SPDX-License-Identifier: GPL-2.0-only
// From pairs of runs and a policy to a verdict.  Pure functions.
#pragma once

#include <string_view>

#include "bench/verdict/judge/gate_input.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

/// Why a planned cell is invalid that is in none of the runs.
inline constexpr std::string_view kNoResult = "this cell gates and no run has a result of it";

/// Judges every planned cell that gates. Self-tests, names, directory and times are the caller's to add, then conclude().
[[nodiscard]] GateReport judge_pairs(const GateInput& input, const Policy& policy);

}  // namespace diobench
