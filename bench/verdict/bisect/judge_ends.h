// SPDX-License-Identifier: GPL-2.0-only
// The gate over the two ends of a walk.
#pragma once

#include <optional>

#include "bench/verdict/bisect/bisect.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// Judges the candidate's end against the baseline's as `diobench gate` does; its files go to `directory`/ends. Of
/// commits, which are two sources, runs are made with `seeds` seeds and judged afterwards: an undecided metric gets no more of them.
[[nodiscard]] Result<GateReport> judge_ends(const BisectOptions& options, const Walk& walk, const fs::path& directory);

/// The regression that a bisection follows: the largest difference of a metric, else a read that is not
/// supported, or not direct, any more. Nothing: there is no regression in the report.
[[nodiscard]] std::optional<Followed> deciding_regression(const GateReport& report);

/// What --cell and --metric name, with the tolerance that the policy has for it (none: any difference counts).
/// Errors: a cell that the suite does not have, an unknown metric.
[[nodiscard]] Result<Followed> named_regression(const BisectOptions& options);

}  // namespace diobench
