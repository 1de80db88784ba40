// SPDX-License-Identifier: GPL-2.0-only
// What a run was asked for, kept in its output directory so that it can be resumed.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/host/run/run_suite.h"

namespace diobench {

inline constexpr std::string_view kResumeFileName = "run.json";

[[nodiscard]] Status write_resume_file(const fs::path& output, const Run& run, const RunOptions& options);
/// The same as JSON, and out of it: a run that is to be made in `output`. Throws nlohmann::json::exception.
[[nodiscard]] nlohmann::json run_options_json(const fs::path& output, const std::string& run_id, const RunOptions& options);
[[nodiscard]] RunOptions run_options_from_json(const nlohmann::json& json, const fs::path& output);
/// The options of the run in `output`, to be made once more there.
[[nodiscard]] Result<RunOptions> read_resume_file(const fs::path& output);

}  // namespace diobench
