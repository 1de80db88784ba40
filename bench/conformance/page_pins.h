// SPDX-License-Identifier: GPL-2.0-only
// How many pages are pinned for I/O.
#pragma once

#include <cstdint>

namespace diobench {

/// Pages pinned now, by all processes (/proc/vmstat, nr_foll_pin_acquired - nr_foll_pin_released;
/// Documentation/core-api/pin_user_pages.rst).
[[nodiscard]] int64_t pinned_pages();

}  // namespace diobench
