// SPDX-License-Identifier: GPL-2.0-only
// Series in a terminal: a line of blocks for many, a plot of dots for one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/results/history/analysis.h"

namespace diobench {

/// A number of that metric for people: "812 ns", "1.50 MiB", "0.982".
[[nodiscard]] std::string metric_text(const Metric& metric, double value);
/// "+4.1 %", "-0.02 %"; "from 0" where there is no share.
[[nodiscard]] std::string percent_text(double ratio);

/// One character a column, between the smallest and the largest value; a column of several values is their median, one
/// without any is a space. `columns` at least 1.
[[nodiscard]] std::string sparkline(std::span<const std::optional<double>> values, size_t columns);

struct PlotSize {
    size_t columns = 80;  ///< of the whole, the axis included
    size_t rows = 8;      ///< of the plot
};

/// The values as dots, the oldest left, with the extremes on the axis; below a line that marks changes of level (^),
/// another revision (|), verdicts (R regression, ! invalid, ? inconclusive) and runs without a number (x). One run has at
/// least one column where there is room.
[[nodiscard]] std::string plot(const HistorySeries& series, const std::vector<ChangePoint>& changes, const PlotSize& size);
/// The letter of a verdict in that line; a space: none.
[[nodiscard]] char verdict_mark(const std::string& verdict);
/// One sentence each: when, from what to what, what else was different.
[[nodiscard]] std::vector<std::string> describe_changes(const HistorySeries& series, const std::vector<ChangePoint>& changes);

}  // namespace diobench
