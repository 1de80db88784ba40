// SPDX-License-Identifier: GPL-2.0-only
// Names by content.
#pragma once

#include <string>
#include <string_view>

namespace diobench {

/// SHA-256 as 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace diobench
