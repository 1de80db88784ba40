// SPDX-License-Identifier: GPL-2.0-only
// A run on the terminal, when it ends and when it is looked at again.
#pragma once

#include "bench/common/base/files.h"
#include "bench/results/store/results.h"

namespace diobench {

/// The answer, what a nanosecond is, how far a stopwatch agrees, what went wrong, and the command to go on with.
/// `directory`: of the run, for the clock.json in it.
void print_run(const Results& results, const fs::path& directory);

}  // namespace diobench
