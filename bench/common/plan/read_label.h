// SPDX-License-Identifier: GPL-2.0-only
// The name of a read in tables.
#pragma once

#include <string>

#include "bench/common/plan/dimensions.h"

namespace diobench {

/// "rand 4k qd32 io_uring": what a cell reads, for tables and axes.
[[nodiscard]] std::string read_label(const Dimensions& dimensions);

}  // namespace diobench
