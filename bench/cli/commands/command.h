// SPDX-License-Identifier: GPL-2.0-only
// How a command hooks into the program: one file bench/cli/commands/NAME_command.cc a
// command, with one function that declares its options and sets the body.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// What the chosen command will do once all options were read.
struct CommandContext {
    std::vector<std::string> argv;  ///< as we were called, for the record
    std::function<Result<ExitCode>()> body;
};

void register_kernel_command(CLI::App& app, CommandContext& context);
void register_doctor_command(CLI::App& app, CommandContext& context);
void register_plan_command(CLI::App& app, CommandContext& context);
void register_run_command(CLI::App& app, CommandContext& context);
void register_try_command(CLI::App& app, CommandContext& context);
void register_verify_command(CLI::App& app, CommandContext& context);
void register_compare_command(CLI::App& app, CommandContext& context);
void register_merge_command(CLI::App& app, CommandContext& context);
void register_profile_command(CLI::App& app, CommandContext& context);
void register_follow_command(CLI::App& app, CommandContext& context);
void register_gate_command(CLI::App& app, CommandContext& context);
void register_calibrate_command(CLI::App& app, CommandContext& context);
void register_nightly_command(CLI::App& app, CommandContext& context);
void register_fleet_command(CLI::App& app, CommandContext& context);
void register_bisect_command(CLI::App& app, CommandContext& context);
void register_show_command(CLI::App& app, CommandContext& context);
void register_report_command(CLI::App& app, CommandContext& context);
void register_export_command(CLI::App& app, CommandContext& context);
void register_overhead_command(CLI::App& app, CommandContext& context);
void register_selftest_command(CLI::App& app, CommandContext& context);
void register_history_command(CLI::App& app, CommandContext& context);
void register_serve_command(CLI::App& app, CommandContext& context);
void register_store_command(CLI::App& app, CommandContext& context);
void register_trace_command(CLI::App& app, CommandContext& context);

}  // namespace diobench
