// SPDX-License-Identifier: GPL-2.0-only
// Which numbers gate.toml looks at: what monitoring tells of every cell.
#pragma once

#include <set>
#include <string>

#include "bench/results/history/run_history.h"

namespace diobench {

/// True for the metrics of a cell that gate.toml of the project gates on the run's machine and suite, and for
/// throughput_bytes_per_s, which people look at first.
[[nodiscard]] Result<HistoryMetricFilter> gate_metrics();
/// All metrics that it is true for in some cell.
[[nodiscard]] Result<std::set<std::string>> gate_metric_names();

}  // namespace diobench
