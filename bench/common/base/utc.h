// SPDX-License-Identifier: GPL-2.0-only
// Points in time as files have them.
#pragma once

#include <ctime>
#include <string>

namespace diobench {

/// "2026-11-30T21:15:00Z".
[[nodiscard]] std::string utc_text(std::time_t at = std::time(nullptr));

}  // namespace diobench
