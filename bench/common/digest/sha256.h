// SPDX-License-Identifier: GPL-2.0-only
// Names by content.
#pragma once

#include <string>
#include <string_view>

#include "bench/common/base/files.h"

namespace diobench {

/// SHA-256 as 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);
/// The same of what is in a file, which may be larger than one wants in memory.
[[nodiscard]] Result<std::string> sha256_of_file(const fs::path& path);

}  // namespace diobench
