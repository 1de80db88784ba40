// SPDX-License-Identifier: GPL-2.0-only
// Contents that are compared with again and again: made once, as far as there is room.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "bench/common/image/content.h"

namespace diobench {

/// The content of one file, its bytes at hand or made at each look.
class KnownContent {
public:
    KnownContent(const FileContent& content, bool at_hand);
    KnownContent(KnownContent&&) = delete;

    [[nodiscard]] uint64_t size_bytes() const { return content_.size_bytes; }
    /// As FileContent::first_mismatch().
    [[nodiscard]] std::optional<uint64_t> first_mismatch(uint64_t offset_bytes, std::span<const std::byte> data) const;

private:
    std::vector<Hole> holes_;
    FileContent content_;
    std::vector<std::byte> bytes_;  ///< whole blocks; empty: not at hand
};

/// Contents by what they are: files of several images that have the same share it.
class KnownContents {
public:
    /// `room_bytes` is for all together; those that no longer fit are made at each look.
    explicit KnownContents(uint64_t room_bytes) : room_bytes_(room_bytes) {}
    /// Stays until this object ends.
    [[nodiscard]] const KnownContent& of(const FileContent& content);

private:
    using Key = std::tuple<uint64_t, uint32_t, uint64_t, Texture, std::vector<std::pair<uint64_t, uint64_t>>>;

    uint64_t room_bytes_;
    std::map<Key, KnownContent> known_;
};

}  // namespace diobench
