// SPDX-License-Identifier: GPL-2.0-only
// The output directory of a finished run.
#pragma once

#include "bench/run/run_suite.h"

namespace diobench {

/// Writes everything of DESIGN's contract; results.json last of the data, so
/// that a directory that has one is whole.  Also records the run in the store
/// and points out/latest at it (if the directory lies in out/).
[[nodiscard]] Status write_outputs(const fs::path& directory, const Results& results, const RunOptions& options);

/// A shell script that makes the same run again.
[[nodiscard]] std::string reproduce_script(const Results& results, const RunOptions& options);

}  // namespace diobench
