// SPDX-License-Identifier: GPL-2.0-only
// clock.json: what `diobench calibrate --clock` last found on each host, kept in the cache and put beside runs of the exact machine.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

inline constexpr std::string_view kClockFileName = "clock.json";
inline constexpr int64_t kClockSchemaVersion = 1;
/// Of a summary: of no family in particular.
inline constexpr std::string_view kAllFamilies = "all";

/// Writes `directory`/clock.json.
[[nodiscard]] Status write_clock(const fs::path& directory, const nlohmann::ordered_json& clock);
/// Keeps it in the cache as the newest of its host: a processor by its name, and how many of them.
[[nodiscard]] Status keep_clock(const nlohmann::ordered_json& clock);
/// Copies the newest of this host into `directory`; does nothing if there is none.
[[nodiscard]] Status copy_clock(const HostInfo& host, const fs::path& directory);

/// The sentence for the front: "A stopwatch on this host (uml) names the same side as faster in 30 of 32 comparisons (95 %: 79 to 99 %), ratios
/// apart by a factor of 1.38 in the median (1.21 to 1.52)", one for each clock that was held, against what is counted.
[[nodiscard]] std::string stopwatch_sentence(const nlohmann::ordered_json& clock);
/// That of `directory`/clock.json; else that there is none, and what to do. Errors: a file that is not of this version.
[[nodiscard]] Result<std::string> stopwatch_sentence_of(const fs::path& directory);

}  // namespace diobench
