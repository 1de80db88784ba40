// SPDX-License-Identifier: GPL-2.0-only
// What a run would measure: of `plan`, and of `run --dry-run`.
#pragma once

#include "bench/common/base/error.h"
#include "bench/host/run/run_suite.h"

namespace diobench {

enum class PlanShown { table, cells, json };

/// Prints the cells that the options take, the boots they make and how long they take; nothing is built or booted.
[[nodiscard]] Result<ExitCode> show_plan(const RunOptions& options, PlanShown shown);

}  // namespace diobench
