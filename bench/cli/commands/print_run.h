// SPDX-License-Identifier: GPL-2.0-only
// A run on the terminal and as a page, when it ends and when it is looked at again.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/run/run_suite.h"
#include "bench/results/store/results.h"

namespace diobench {

/// The answer, what a nanosecond is, how far a stopwatch agrees, what went wrong, and the command to go on with.
/// `directory`: of the run, for the clock.json in it.
void print_run(const Results& results, const fs::path& directory);
/// Draws the plots and report.html into the run's directory, with how the numbers that gate went; the page's path.
[[nodiscard]] Result<fs::path> draw_run(const fs::path& directory, const Results& results);
/// How a run is told when it ends: options of each command that ends with one.
struct RunShown {
    bool json = false;
    bool report = true;
};
/// --json, --no-report.
void add_shown_options(CLI::App& command, RunShown& shown);
/// Draws and prints what was asked for; at the end "ID HOW; PAGE". The run's exit code.
[[nodiscard]] Result<ExitCode> tell_run(const RunOutcome& outcome, const RunShown& shown, const std::string& how);

}  // namespace diobench
