// SPDX-License-Identifier: GPL-2.0-only
// A run as Prometheus metrics in the text format (metrics.prom), for the
// textfile collector of node_exporter or a push.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/common/measure/histogram.h"
#include "bench/common/measure/metric_table.h"
#include "bench/results/store/results.h"

namespace diobench {

inline constexpr std::string_view kPrometheusFileName = "metrics.prom";

/// Upper bounds of the latency buckets, in whole ns: 2^e - 1, which is the
/// last value of a stored bucket (its bounds are at powers of two), so that
/// re-binning moves no value and every count is exact.
inline constexpr std::array<uint64_t, 21> kLatencyBounds_ns = [] {
    std::array<uint64_t, 21> bounds{};
    size_t i = 0;
    for (unsigned e = 9; e <= 27; ++e) bounds[i++] = (uint64_t{1} << e) - 1;
    for (unsigned e : {30u, 33u}) bounds[i++] = (uint64_t{1} << e) - 1;
    return bounds;
}();

/// How many values are at most each of kLatencyBounds_ns (cumulative).
[[nodiscard]] std::array<uint64_t, kLatencyBounds_ns.size()> rebin(const Histogram& histogram);

/// A metric's name in Prometheus, with its base unit: "latency_ns.p50" -> "diobench_latency_p50_seconds".
[[nodiscard]] std::string prometheus_name(const Metric& metric);
/// A value of that metric in the base unit.
[[nodiscard]] double prometheus_value(const Metric& metric, double value);

/// The whole text. Boots are collapsed (bench/results/store/cells.h); a missing metric
/// gives no sample. Two cells with the same labels are an error.
[[nodiscard]] Result<std::string> prometheus_text(const Results& results);
/// The same into a file, atomically: a collector never sees a part.
[[nodiscard]] Status write_prometheus(const fs::path& file, const Results& results);

}  // namespace diobench
