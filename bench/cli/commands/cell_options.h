// SPDX-License-Identifier: GPL-2.0-only
// Options that say which cells: the same for every command that has any.
#pragma once

#include <CLI/CLI.hpp>

#include "bench/host/run/run_suite.h"

namespace diobench {

/// The suite of a run of the user's own workload files and fio jobs.
inline constexpr const char* kOwnSuite = "own";

/// --filter and --where; `what` begins their help.
void add_filter_options(CLI::App& command, CellFilter& filter, const std::string& what = "Only");
/// --suite, --workload, --fio-job, --filter, --where, --shard, --seeds.
void add_cell_options(CLI::App& command, RunOptions& options);

}  // namespace diobench
