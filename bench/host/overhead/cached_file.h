// SPDX-License-Identifier: GPL-2.0-only
// A file that lies in the page cache whole.
#pragma once

#include <cstdint>

#include "bench/common/base/files.h"

namespace diobench {

/// Makes the file, with no hole, and reads it once.
[[nodiscard]] Status make_cached_file(const fs::path& path, uint64_t bytes);
/// Share of its pages in the page cache, 0 to 1.
[[nodiscard]] Result<double> cached_share(const fs::path& path);

}  // namespace diobench
