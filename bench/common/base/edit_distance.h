// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <cstddef>
#include <string_view>

namespace diobench {

/// Levenshtein's distance: how many letters to add, drop or replace.
[[nodiscard]] size_t edit_distance(std::string_view a, std::string_view b);

/// Up to so far away a word may be what somebody meant to write.
inline constexpr size_t kMistypedAtMost = 2;

}  // namespace diobench
