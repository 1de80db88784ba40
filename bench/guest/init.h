// SPDX-License-Identifier: GPL-2.0-only
// Process 1 of a measuring machine: prepares, verifies, runs the cells of
// /plan.json, sends a record of each, and ends the machine.
#pragma once

namespace diobench {

[[noreturn]] void init_main();

}  // namespace diobench
