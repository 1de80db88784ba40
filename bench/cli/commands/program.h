// SPDX-License-Identifier: GPL-2.0-only
// The program: every command, its options, and what its end means.
#pragma once

namespace diobench {

/// Reads the command line, runs the command and says what went wrong.  The program's exit status (docs/architecture.md, "Contracts").
[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace diobench
