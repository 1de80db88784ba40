// SPDX-License-Identifier: GPL-2.0-only
// Where what lies on an EROFS image, bytes.  Source: Linux 6.12 fs/erofs/erofs_fs.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace diobench {

inline constexpr uint64_t kSuperOffset = 1024;
inline constexpr uint32_t kSuperMagic = 0xE0F5E1E2;
inline constexpr uint64_t kSuperChecksum = kSuperOffset + 4;
inline constexpr uint64_t kSuperFeatureCompat = kSuperOffset + 8;
inline constexpr uint64_t kSuperBlockBits = kSuperOffset + 12;
inline constexpr uint64_t kSuperRootNid = kSuperOffset + 14;
inline constexpr uint64_t kSuperBlocks = kSuperOffset + 36;
inline constexpr uint64_t kSuperMetaBlock = kSuperOffset + 40;
inline constexpr uint64_t kSuperIncompat = kSuperOffset + 80;
inline constexpr uint64_t kSuperExtraDevices = kSuperOffset + 86;
inline constexpr uint64_t kSuperDeviceSlot = kSuperOffset + 88;
inline constexpr uint64_t kSuperBytes = 128;
inline constexpr uint32_t kCompatChecksum = 0x1;
inline constexpr uint32_t kIncompatDeviceTable = 0x8;
inline constexpr uint64_t kDeviceSlotBytes = 128;
inline constexpr uint64_t kDeviceTagBytes = 64;
inline constexpr uint64_t kDirentBytes = 12;
inline constexpr uint32_t kChunkBitsMask = 0x1F;
inline constexpr uint64_t kInodeSizeField = 8;
inline constexpr uint64_t kInodeUnionField = 16;
inline constexpr uint32_t kChunkIndexes = 0x20;
inline constexpr uint64_t kNidBytes = 32;

/// The number at a place of an image; 0 behind its end.
template <class T>
T load(const std::string& image, uint64_t at) {
    T value{};
    if (at + sizeof value <= image.size()) std::memcpy(&value, image.data() + at, sizeof value);
    return value;
}

template <class T>
void store(std::string& image, uint64_t at, T value) {
    std::memcpy(image.data() + at, &value, sizeof value);
}

}  // namespace diobench
