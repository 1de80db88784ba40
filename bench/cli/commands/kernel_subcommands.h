// SPDX-License-Identifier: GPL-2.0-only
// The subcommands of `diobench kernel` that have a file of their own.
#pragma once

#include <string>

#include "bench/cli/commands/command.h"

namespace diobench {

void register_kernel_add(CLI::App& kernel, CommandContext& context);
void register_kernel_list(CLI::App& kernel, CommandContext& context);
/// fetch and sources.
void register_kernel_fetch(CLI::App& kernel, CommandContext& context);

/// "8.1 s", "3 min 05 s"
[[nodiscard]] std::string seconds_text(double seconds);

}  // namespace diobench
