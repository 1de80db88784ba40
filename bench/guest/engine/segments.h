// SPDX-License-Identifier: GPL-2.0-only
// How vectored engines cut a read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sys/uio.h>

namespace diobench {

/// At most so many segments a read.
constexpr unsigned kMaxSegments = 4;
constexpr uint32_t kSegmentAlignmentBytes = 4096;

using Segments = std::array<iovec, kMaxSegments>;

/// Cuts a buffer into kMaxSegments segments of whole pages (fewer if it has
/// fewer pages); the last takes the rest.  Returns their number.
inline unsigned cut_segments(std::byte* buffer, uint32_t length_bytes, Segments& out) {
    const uint32_t pages = std::max(1u, length_bytes / kSegmentAlignmentBytes);
    const unsigned count = std::min(kMaxSegments, pages);
    const uint32_t each = pages / count * kSegmentAlignmentBytes;
    for (unsigned i = 0; i < count; ++i) out[i] = {buffer + size_t{i} * each, each};
    out[count - 1].iov_len = length_bytes - size_t{count - 1} * each;
    return count;
}

}  // namespace diobench
