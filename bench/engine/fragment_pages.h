// SPDX-License-Identifier: GPL-2.0-only
// Buffers whose physical layout is not left to luck.
#pragma once

#include <cstddef>

#include "bench/base/error.h"

namespace diobench {

/// Moves the touched pages of the mapping of `bytes` at `data` to a new range, ordered by descending page frame, so that no page follows
/// its neighbour in memory: each is a segment of its own in a bio. Returns the new range, which is as long; the old one is
/// unmapped. Needs CAP_SYS_ADMIN to read page frames.
[[nodiscard]] Result<std::byte*> fragment_pages(std::byte* data, size_t bytes);

}  // namespace diobench
