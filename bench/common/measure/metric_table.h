// SPDX-License-Identifier: GPL-2.0-only
// The one table of metrics.  JSON, Prometheus, plots, tables and gates follow
// from it; a new metric is a new row.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace diobench {

enum class Direction { lower_is_better, higher_is_better, neutral };
/// How the values of several boots of one cell become one.
enum class Aggregation { median, sum, maximum, identical };
/// Who knows the value.
enum class MetricSource {
    guest,      ///< the guest's record of the cell
    functions,  ///< counts by kernel function, from outside of the guest, in runs that count (docs/profile.md)
    model,      ///< the cost model, from the same runs; gates nothing
};

struct Metric {
    /// Path in a cell's "metrics" object; a dot goes one object deeper.
    std::string_view name;
    /// "ns", "bytes", "bytes_per_s", "ops", "ops_per_s", "s", "ratio", "instructions", "count", "per_op" (so many a read).
    std::string_view unit;
    Direction direction;
    Aggregation aggregation;
    /// One sentence: what it is and where it comes from.
    std::string_view help;
    MetricSource source = MetricSource::guest;
};

/// All rows, in the order in which tables and JSON show them.
[[nodiscard]] std::span<const Metric> metric_table();
/// The row of that name, or nullptr.
[[nodiscard]] const Metric* find_metric(std::string_view name);

}  // namespace diobench
