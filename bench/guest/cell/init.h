// SPDX-License-Identifier: GPL-2.0-only
// Process 1 of a measuring machine: prepares, verifies, runs the cells of
// /plan.json, sends a record of each, and ends the machine.
#pragma once

namespace diobench {

[[noreturn]] void init_main();

/// Runs a plan on the kernel that runs here (machine host), as root: records
/// go to descriptor 3, copies of images into `directory`.  Returns the exit status.
int host_main(const char* plan_path, const char* directory);

}  // namespace diobench
