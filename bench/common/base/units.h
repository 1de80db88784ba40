// SPDX-License-Identifier: GPL-2.0-only
// Multiples by name.
#pragma once

#include <cstdint>

namespace diobench {

inline constexpr uint64_t kKiB = 1 << 10;
inline constexpr uint64_t kMiB = 1 << 20;
inline constexpr uint64_t kGiB = 1 << 30;
inline constexpr double kNsPerSecond = 1e9;

}  // namespace diobench
