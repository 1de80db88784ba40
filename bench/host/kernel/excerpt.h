// SPDX-License-Identifier: GPL-2.0-only
// What is quoted of somebody's text in a sentence.
#pragma once

#include <string>
#include <string_view>

namespace diobench {

/// The beginning of `text` in at most 120 bytes of whole characters, with "..." behind it if that is not all;
/// control characters become blanks.
[[nodiscard]] std::string excerpt(std::string_view text);

}  // namespace diobench
