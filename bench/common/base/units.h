// SPDX-License-Identifier: GPL-2.0-only
// Multiples.
#pragma once

#include <cstdint>

namespace diobench {

inline constexpr uint64_t kKiB = 1 << 10;
inline constexpr uint64_t kMiB = 1 << 20;
inline constexpr uint64_t kGiB = 1 << 30;
inline constexpr double kNsPerSecond = 1e9;

/// The first multiple of `unit` that is not less than `value`.
constexpr uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

/// The last multiple of `unit` that is not more than `value`.
constexpr uint64_t round_down(uint64_t value, uint64_t unit) { return value / unit * unit; }

}  // namespace diobench
