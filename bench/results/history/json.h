// SPDX-License-Identifier: GPL-2.0-only
// Histories for programs (docs/history.md, "JSON").
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "bench/results/history/analysis.h"
#include "bench/results/store/pin.h"
#include "bench/results/store/stored_run.h"

namespace diobench {

/// One object a series: its points, changes of level, and how it stands against the pins. What is not known is null.
[[nodiscard]] nlohmann::ordered_json history_json(const std::vector<HistorySeries>& all, const std::vector<Pin>& pins);
[[nodiscard]] nlohmann::ordered_json runs_json(const std::vector<StoredRun>& runs);
[[nodiscard]] nlohmann::ordered_json pins_json(const std::vector<Pin>& pins);

}  // namespace diobench
