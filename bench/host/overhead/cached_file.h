// SPDX-License-Identifier: GPL-2.0-only
// A file that lies in the page cache whole.
#pragma once

#include <cstdint>

#include "bench/common/base/files.h"

namespace diobench {

/// Makes the file, with no hole, and reads it once.
[[nodiscard]] Status make_cached_file(const fs::path& path, uint64_t bytes);
/// Reads it once, so that what fits into memory is in the page cache.
[[nodiscard]] Status read_into_page_cache(const fs::path& path);

}  // namespace diobench
