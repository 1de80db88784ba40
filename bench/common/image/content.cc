// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/content.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace diobench {

void fill_block(ContentKey key, uint64_t block, std::span<std::byte, kBlockBytes> out) {
    for (unsigned i = 0; i < kBlockBytes / sizeof(uint64_t); ++i) {
        uint64_t word = content_word(key, block, i);
        std::memcpy(out.data() + i * sizeof word, &word, sizeof word);
    }
}

void FileContent::fill(uint64_t block, std::span<std::byte, kBlockBytes> out) const {
    if (in_hole(block)) {
        std::fill(out.begin(), out.end(), std::byte{0});
        return;
    }
    fill_block(key, block, out);
    if (texture == Texture::random) return;
    constexpr size_t kRepeatBytes = 64;
    for (size_t at = 0; at < kBlockBytes; at += 2 * kRepeatBytes)
        std::memcpy(out.data() + at + kRepeatBytes, out.data() + at, kRepeatBytes);
}

bool FileContent::in_hole(uint64_t block) const {
    return std::any_of(holes.begin(), holes.end(), [&](const Hole& hole) {
        return block >= hole.first_block && block < hole.first_block + hole.blocks;
    });
}

std::optional<uint64_t> FileContent::first_mismatch(uint64_t offset_bytes, std::span<const std::byte> data) const {
    if (offset_bytes >= size_bytes) return std::nullopt;
    data = data.first(std::min<uint64_t>(data.size(), size_bytes - offset_bytes));
    std::array<std::byte, kBlockBytes> expected;
    while (!data.empty()) {
        uint64_t block = offset_bytes / kBlockBytes;
        size_t within = offset_bytes % kBlockBytes;
        fill(block, expected);
        size_t length = std::min(data.size(), kBlockBytes - within);
        if (std::memcmp(data.data(), expected.data() + within, length) != 0) {
            auto [got, want] = std::mismatch(data.begin(), data.begin() + static_cast<ptrdiff_t>(length),
                                             expected.begin() + static_cast<ptrdiff_t>(within));
            return offset_bytes + static_cast<uint64_t>(got - data.begin());
        }
        data = data.subspan(length);
        offset_bytes += length;
    }
    return std::nullopt;
}

}  // namespace diobench
