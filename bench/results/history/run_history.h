// SPDX-License-Identifier: GPL-2.0-only
// history.json beside a run: how its numbers that gate went over the runs before it (docs/history.md).
#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "bench/common/base/lineage.h"
#include "bench/common/measure/metric_table.h"
#include "bench/results/store/database.h"

namespace diobench {

inline constexpr std::string_view kHistoryFileName = "history.json";
inline constexpr int64_t kRunHistorySchemaVersion = 1;
/// Runs that are told, the newest ones.
inline constexpr size_t kMostHistoryRuns = 60;

using HistoryMetricFilter = std::function<bool(const Run& run, const CellResult& cell, const Metric& metric)>;

/// Names of the pages that points and verdicts lead to: id of a run or gate -> path from the directory the history is for.
using PageLinks = std::function<std::string(const std::string& id)>;

/// Of every metric that `wanted` says of a cell of `results`, and each arm: one point a run of the same suite, machine and seed, with the
/// ratios of the cells to the first run in the window.
[[nodiscard]] Result<nlohmann::ordered_json> run_history(ResultStore& store, const Results& results, const Revisions& revises, const HistoryMetricFilter& wanted,
                                                         const PageLinks& link);

}  // namespace diobench
