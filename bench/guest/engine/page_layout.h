// SPDX-License-Identifier: GPL-2.0-only
// Buffers whose physical layout is not left to luck.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Touches the pages of a fresh private mapping of `bytes` at `data`, so that no page frame is the one behind that of the page
/// before: each page is a segment of its own in a bio. Needs CAP_SYS_ADMIN to read page frames.
[[nodiscard]] Status touch_fragmented(std::byte* data, size_t bytes);

/// The opposite: the frames of all pages follow each other, and one segment of a bio holds them all. Replaces the mapping, and
/// takes a buffer of at most a few dozen pages: longer runs of frames are luck.
[[nodiscard]] Status touch_contiguous(std::byte* data, size_t bytes);

/// The page frame of each page of memory that is there. Needs CAP_SYS_ADMIN.
[[nodiscard]] Result<std::vector<uint64_t>> page_frames(const std::byte* data, size_t bytes);

}  // namespace diobench
