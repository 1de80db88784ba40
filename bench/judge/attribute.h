// SPDX-License-Identifier: GPL-2.0-only
// Where a difference went: instructions by kernel function (docs/profile.md).
#pragma once

#include "bench/judge/drive.h"

namespace diobench {

/// Boots both kernels of a gate on the exact machine once more for each cell
/// that is asked for, with the counting plugin, and says which functions
/// account for its difference: all of it, the sum is exact.
[[nodiscard]] Result<Attribution> attribute_by_instructions(const GateReport& report, const GateOptions& options);

}  // namespace diobench
