// SPDX-License-Identifier: GPL-2.0-only
// How a run ended.
#pragma once

#include <string_view>

#include "bench/results/store/results.h"

namespace diobench {

/// How a finding begins that is no fault of a kernel or cell.
inline constexpr std::string_view kNotCounted = "what was counted by function is not known: ";

/// One sentence for each thing that went wrong, and the exit code they amount to.
void conclude(Results& results);

}  // namespace diobench
