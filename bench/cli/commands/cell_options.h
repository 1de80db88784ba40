// SPDX-License-Identifier: GPL-2.0-only
// Options that say which cells: the same for every command that has any.
#pragma once

#include <CLI/CLI.hpp>

#include "bench/host/run/run_suite.h"

namespace diobench {

/// --suite, --workload, --fio-job, --filter, --shard, --seeds.
void add_cell_options(CLI::App& command, RunOptions& options);

}  // namespace diobench
