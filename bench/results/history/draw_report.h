// SPDX-License-Identifier: GPL-2.0-only
// A run's page, with how its numbers went over the runs before it.
#pragma once

#include "bench/common/base/files.h"
#include "bench/results/history/run_history.h"

namespace diobench {

/// Writes answer.json, history.json and report.html into the run's directory; the page's path. `revises`: which series revises which.
[[nodiscard]] Result<fs::path> draw_report(const fs::path& directory, const Results& results, const Revisions& revises,
                                           const HistoryMetricFilter& wanted);

}  // namespace diobench
