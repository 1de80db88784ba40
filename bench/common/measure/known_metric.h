// SPDX-License-Identifier: GPL-2.0-only
// Metrics by the names that people type.
#pragma once

#include <string>

#include "bench/common/base/error.h"
#include "bench/common/measure/metric_table.h"

namespace diobench {

/// What is wrong with a metric's name that find_metric() does not know: the names that there are, and the nearest.
[[nodiscard]] std::string no_such_metric(std::string_view name);
/// The row of `name`; the error's operation and object are the caller's.
[[nodiscard]] Result<const Metric*> known_metric(std::string_view operation, std::string_view object, std::string_view name);

}  // namespace diobench
