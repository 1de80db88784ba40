// SPDX-License-Identifier: GPL-2.0-only
// How much longer a read takes: what lists are sorted by, whatever the metric.
#pragma once

#include <optional>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// How much worse, in the metric's unit: by wall clock the estimate, else the median over pairs.
[[nodiscard]] double worse_by(const MetricReport& metric);
/// The same as a share of the baseline; infinite from 0 to something.
[[nodiscard]] double worse_by_share(const MetricReport& metric);
/// What that is of the time of all reads, in ns a read: an instruction counts as one, a percentile for the reads that are beyond it.
/// Nothing for metrics without a number and those that are no time.
[[nodiscard]] std::optional<double> time_ns(const MetricReport& metric);
/// The largest of the metrics that have the cell's verdict; nothing if none is a time.
[[nodiscard]] std::optional<double> time_ns(const CellReport& cell);

}  // namespace diobench
