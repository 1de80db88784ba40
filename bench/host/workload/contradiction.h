// SPDX-License-Identifier: GPL-2.0-only
// What cannot be, in one cell.
#pragma once

#include <string>

#include "bench/host/workload/workload.h"

namespace diobench {

/// Why the cell cannot be run on any kernel, and what would be right; empty if it can.
[[nodiscard]] std::string contradiction(const Cell& cell, const Abilities& abilities);

}  // namespace diobench
