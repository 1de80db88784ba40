// SPDX-License-Identifier: GPL-2.0-only
// Init of a conformance machine: runs the plan of /conformance.json.
#pragma once

namespace diobench {

/// For process 1, with /proc, /sys and /dev mounted.  Sends the records of
/// bench/guest/conformance/plan.h and ends the machine.
[[noreturn]] void conform_main();

}  // namespace diobench
