// SPDX-License-Identifier: GPL-2.0-only
// The program: every command, its options, and what its end means.
#pragma once

#include <memory>

#include "bench/cli/commands/command.h"

namespace diobench {

/// All commands with their options, which fill `context`.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(CommandContext& context);

/// Reads the command line, runs the command and says what went wrong.  The program's exit status (docs/architecture.md, "Contracts").
[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace diobench
