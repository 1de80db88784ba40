// SPDX-License-Identifier: GPL-2.0-only
// The output directory of a finished run.
#pragma once

#include "bench/host/run/run_suite.h"

namespace diobench {

/// Lets "latest" beside `directory` point at it, in one step.
[[nodiscard]] Status point_latest(const fs::path& directory);

enum class LatestLink { point, leave };
/// Whether the store remembers the run: what somebody only tries is no part of a history.
enum class History { record, leave };

/// Writes everything of DESIGN's contract; results.json last of the data, so
/// that a directory that has one is whole.  If asked to, also records the run in the store
/// and points the folder's `latest` at it.
[[nodiscard]] Status write_outputs(const fs::path& directory, const Results& results, const std::string& reproduce, LatestLink latest, History history = History::record);

/// The first lines of reproduce.sh, up to the program's path, for any command.
[[nodiscard]] std::string reproduce_head(const Results& results);

/// A shell script that makes the same run again.
[[nodiscard]] std::string reproduce_script(const Results& results, const RunOptions& options);

}  // namespace diobench
