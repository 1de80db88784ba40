// SPDX-License-Identifier: GPL-2.0-only
// What gates and was not looked at.
#pragma once

#include <span>
#include <string_view>

#include "bench/verdict/judge/gate_input.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

/// Known from counts by function, which not every run makes.
[[nodiscard]] constexpr bool is_counted(const Metric& metric) { return metric.source == MetricSource::functions; }

/// How the note begins that such metrics were not looked at.
inline constexpr std::string_view kNotCountedNote = "not checked: metrics from counts by kernel function";

/// These counts are there on both sides with every seed, and made in one way.
[[nodiscard]] bool all_counted(std::span<const RunPair> pairs);

/// Who has what functions executed.
struct KnownCounts {
    bool everywhere = true;      ///< all_counted()
    size_t cells_without = 0;    ///< cells in which metrics from it would gate
};
/// Adds notes of gated metrics without a number, and problems: lines of the policy whose metric no cell of a whole suite has a number of.
/// The report's cells are judged.
void tell_unseen(const GateInput& input, const Policy& policy, const KnownCounts& counting, GateReport& report);

}  // namespace diobench
