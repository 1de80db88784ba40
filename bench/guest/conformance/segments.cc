// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/segments.h"

#include <numeric>

namespace diobench {

size_t segments_room(std::span<const size_t> lengths) {
    return std::accumulate(lengths.begin(), lengths.end(), size_t{0}) + lengths.size() * kBlockBytes;
}

std::vector<iovec> cut_segments(const ReadBuffer& buffer, std::span<const size_t> lengths) {
    std::vector<iovec> segments;
    std::byte* end = buffer.data() + buffer.size();
    for (size_t length : lengths) {
        segments.push_back({end - length, length});
        end -= length + kBlockBytes;
    }
    return segments;
}

std::vector<std::byte> gather(std::span<const iovec> segments) {
    std::vector<std::byte> out;
    for (const auto& segment : segments) {
        const auto* from = static_cast<const std::byte*>(segment.iov_base);
        out.insert(out.end(), from, from + segment.iov_len);
    }
    return out;
}

std::vector<size_t> unequal_lengths(std::mt19937_64& random, size_t count, size_t most_blocks) {
    std::vector<size_t> lengths;
    for (size_t i = 0; i < count; ++i) {
        size_t blocks = 1 + random() % most_blocks;
        if (i > 0 && blocks * kBlockBytes == lengths.back() && most_blocks > 1) blocks = blocks % most_blocks + 1;
        lengths.push_back(blocks * kBlockBytes);
    }
    return lengths;
}

}  // namespace diobench
