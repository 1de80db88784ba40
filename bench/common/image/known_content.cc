// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/known_content.h"

#include <algorithm>
#include <cstring>

namespace diobench {

namespace {

uint64_t whole_blocks(uint64_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; }

}  // namespace

KnownContent::KnownContent(const FileContent& content, bool at_hand) : holes_(content.holes.begin(), content.holes.end()), content_(content) {
    content_.holes = holes_;
    if (!at_hand) return;
    const uint64_t blocks = whole_blocks(content.size_bytes);
    bytes_.resize(blocks * kBlockBytes);
    for (uint64_t block = 0; block < blocks; ++block) content_.fill(block, std::span<std::byte, kBlockBytes>(bytes_.data() + block * kBlockBytes, kBlockBytes));
}

std::optional<uint64_t> KnownContent::first_mismatch(uint64_t offset_bytes, std::span<const std::byte> data) const {
    if (bytes_.empty() || offset_bytes >= size_bytes()) return content_.first_mismatch(offset_bytes, data);
    const size_t length = std::min<uint64_t>(data.size(), size_bytes() - offset_bytes);
    if (std::memcmp(data.data(), bytes_.data() + offset_bytes, length) == 0) return std::nullopt;
    return content_.first_mismatch(offset_bytes, data);  // says where
}

const KnownContent& KnownContents::of(const FileContent& content) {
    Key key{content.key.seed, content.key.file_id, content.size_bytes, content.texture, {}};
    for (const Hole& hole : content.holes) std::get<4>(key).emplace_back(hole.first_block, hole.blocks);
    if (auto found = known_.find(key); found != known_.end()) return found->second;
    const uint64_t bytes = whole_blocks(content.size_bytes) * kBlockBytes;
    const bool fits = bytes <= room_bytes_;
    if (fits) room_bytes_ -= bytes;
    return known_.try_emplace(std::move(key), content, fits).first->second;
}

}  // namespace diobench
