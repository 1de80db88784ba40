// SPDX-License-Identifier: GPL-2.0-only
// One metric of all cells of a kernel in a run, as the store keeps it: "512 - 40000.5", a number for each cell by its place, '-' where
// it is missing.  A history reads one metric of many runs, so a row for each number would be a place on disk for each.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/results/store/results.h"

namespace diobench {

/// Every number comes back as it was, whole ones as whole ones.
[[nodiscard]] std::string number_list(const std::vector<std::optional<MetricValue>>& numbers);
[[nodiscard]] std::vector<std::optional<MetricValue>> read_number_list(std::string_view list);
/// Those at `places` alone, which ascend; what is beyond the end is missing.
[[nodiscard]] std::vector<std::optional<MetricValue>> numbers_at(std::string_view list, const std::vector<size_t>& places);

}  // namespace diobench
