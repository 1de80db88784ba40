// SPDX-License-Identifier: GPL-2.0-only
// Which numbers gate.toml looks at: what monitoring tells of every cell.
#pragma once

#include <functional>

#include "bench/base/error.h"
#include "bench/measure/metric_table.h"
#include "bench/store/results.h"

namespace diobench {

using WantedMetric = std::function<bool(const Run& run, const CellResult&, const Metric&)>;

/// True for the metrics of a cell that gate.toml of the project gates on the run's machine and suite, and for
/// throughput_bytes_per_s, which people look at first.
[[nodiscard]] Result<WantedMetric> gate_metrics();

}  // namespace diobench
