// SPDX-License-Identifier: GPL-2.0-only
// calibration.json: what `diobench calibrate` last found of each machine, kept in the cache and put beside every run.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

inline constexpr std::string_view kCalibrationFileName = "calibration.json";

/// Writes `directory`/calibration.json.
[[nodiscard]] Status write_calibration(const fs::path& directory, const nlohmann::ordered_json& calibration);
/// Keeps it in the cache as the newest of its machine.
[[nodiscard]] Status keep_calibration(const nlohmann::ordered_json& calibration);
/// Copies the newest of this machine into `directory`; does nothing if there is none.
[[nodiscard]] Status copy_calibration(const std::string& machine, const fs::path& directory);

}  // namespace diobench
