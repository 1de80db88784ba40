// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/erofs_format.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <optional>

#include "bench/common/base/text.h"
#include "bench/common/image/content.h"
#include "bench/common/image/erofs_places.h"

namespace diobench {

namespace {

uint64_t entry_bytes(const ChunkMap& map) { return map.indexes ? 8 : 4; }

/// The name of entry `i` of `count` in one block of a directory: it ends where
/// the next one begins, the last one at a NUL or the end of the block.
std::string_view entry_name(std::string_view block, uint64_t i, uint64_t count) {
    auto name_at = [&](uint64_t k) {
        uint16_t at = 0;
        std::memcpy(&at, block.data() + k * kDirentBytes + 8, sizeof at);
        return std::min<uint64_t>(at, block.size());
    };
    uint64_t begin = name_at(i);
    uint64_t end = i + 1 < count ? std::max(begin, name_at(i + 1)) : block.size();
    std::string_view name = block.substr(begin, end - begin);
    return name.substr(0, name.find('\0'));
}

std::optional<uint64_t> find_in_block(std::string_view block, std::string_view name) {
    if (block.size() < kDirentBytes) return std::nullopt;
    uint16_t names_at = 0;
    std::memcpy(&names_at, block.data() + 8, sizeof names_at);
    uint64_t count = std::min<uint64_t>(names_at, block.size()) / kDirentBytes;
    for (uint64_t i = 0; i < count; ++i) {
        if (entry_name(block, i, count) != name) continue;
        uint64_t nid = 0;
        std::memcpy(&nid, block.data() + i * kDirentBytes, sizeof nid);
        return nid;
    }
    return std::nullopt;
}

}  // namespace

Result<ErofsImage> ErofsImage::open(std::string bytes) {
    if (bytes.size() < kSuperOffset + kSuperBytes || load<uint32_t>(bytes, kSuperOffset) != kSuperMagic)
        return fail("read EROFS image", "", "it has no EROFS superblock at 1024", ExitCode::invalid);
    if (auto bits = load<uint8_t>(bytes, kSuperBlockBits); bits != 12)
        return fail("read EROFS image", "", fmt::format("its blocks have 2^{} bytes, right is 2^12", bits), ExitCode::invalid);
    return ErofsImage(std::move(bytes));
}

Result<ErofsInode> ErofsImage::inode(uint64_t nid) const {
    ErofsInode inode;
    inode.nid = nid;
    inode.offset_bytes = uint64_t{load<uint32_t>(bytes_, kSuperMetaBlock)} * kBlockBytes + nid * kNidBytes;
    if (inode.offset_bytes + 64 > bytes_.size())
        return fail("read EROFS image", fmt::format("inode {}", nid), "it lies behind the end of the image", ExitCode::invalid);
    auto format = load<uint16_t>(bytes_, inode.offset_bytes);
    inode.extended = (format & 1) != 0;
    inode.data_layout = static_cast<DataLayout>((format >> 1) & 7);
    auto xattr_count = load<uint16_t>(bytes_, inode.offset_bytes + 2);
    inode.xattr_bytes = xattr_count == 0 ? 0 : 12 + 4 * (xattr_count - 1);
    inode.size_bytes = inode.extended ? load<uint64_t>(bytes_, inode.offset_bytes + kInodeSizeField) : load<uint32_t>(bytes_, inode.offset_bytes + kInodeSizeField);
    inode.raw_block = load<uint32_t>(bytes_, inode.offset_bytes + kInodeUnionField);
    return inode;
}

Result<uint64_t> ErofsImage::find_in_directory(const ErofsInode& directory, std::string_view name) const {
    for (uint64_t at = 0; at < directory.size_bytes; at += kBlockBytes) {
        uint64_t length = std::min<uint64_t>(kBlockBytes, directory.size_bytes - at);
        bool in_tail = directory.data_layout == DataLayout::inline_tail && length < kBlockBytes;
        uint64_t offset = in_tail ? directory.body_offset() : uint64_t{directory.raw_block} * kBlockBytes + at;
        if (offset + length > bytes_.size()) break;
        if (auto nid = find_in_block(std::string_view(bytes_).substr(offset, length), name)) return *nid;
    }
    return fail("read EROFS image", name, "its directory has no such entry", ExitCode::invalid);
}

Result<ErofsInode> ErofsImage::find(std::string_view path) const {
    auto at = inode(load<uint16_t>(bytes_, kSuperRootNid));
    for (const auto& name : split(path, '/')) {
        if (!at) return at;
        auto nid = find_in_directory(*at, name);
        if (!nid) return forward(nid);
        at = inode(*nid);
    }
    return at;
}

Result<ChunkMap> ErofsImage::chunk_map(const ErofsInode& inode) const {
    std::string name = fmt::format("inode {}", inode.nid);
    if (inode.data_layout != DataLayout::chunks) return fail("read chunk map of", name, "the file is not chunk based", ExitCode::invalid);
    ChunkMap map;
    map.indexes = (inode.raw_block & kChunkIndexes) != 0;
    map.chunk_bytes = kBlockBytes << (inode.raw_block & kChunkBitsMask);
    map.chunks = (inode.size_bytes + map.chunk_bytes - 1) / map.chunk_bytes;
    uint64_t unit = entry_bytes(map);
    map.offset_bytes = (inode.body_offset() + unit - 1) / unit * unit;
    if (map.offset_bytes + map.chunks * unit > bytes_.size())
        return fail("read chunk map of", name, "it reaches behind the end of the image", ExitCode::invalid);
    return map;
}

Status ErofsImage::stretch(const ErofsInode& inode, uint64_t size_bytes, uint64_t chunk_bytes) {
    const std::string name = fmt::format("inode {}", inode.nid);
    auto map = chunk_map(inode);
    if (!map) return forward(map);
    if (!inode.extended) return fail("stretch", name, "its size has 32 bits (mkfs.erofs -Eforce-inode-extended)", ExitCode::invalid);
    if (!std::has_single_bit(chunk_bytes) || chunk_bytes < kBlockBytes)
        return fail("stretch", name, fmt::format("{} bytes are no power of two of blocks", chunk_bytes), ExitCode::invalid);
    const uint64_t chunks = (size_bytes + chunk_bytes - 1) / chunk_bytes;
    if (chunks != map->chunks) return fail("stretch", name, fmt::format("it has {} chunks and would need {}", map->chunks, chunks), ExitCode::invalid);
    const auto bits = static_cast<uint32_t>(std::countr_zero(chunk_bytes / kBlockBytes));
    store(bytes_, inode.offset_bytes + kInodeSizeField, size_bytes);
    store(bytes_, inode.offset_bytes + kInodeUnionField, (inode.raw_block & ~kChunkBitsMask) | bits);
    return {};
}

// An index is {u16 advise, u16 device_id, u32 block}, an entry of a block map a u32.
ChunkAddress ErofsImage::chunk(const ChunkMap& map, uint64_t index) const {
    uint64_t at = map.offset_bytes + index * entry_bytes(map);
    if (!map.indexes) return {0, load<uint32_t>(bytes_, at)};
    return {load<uint16_t>(bytes_, at + 2), load<uint32_t>(bytes_, at + 4)};
}

Status ErofsImage::set_chunk(const ChunkMap& map, uint64_t index, ChunkAddress address) {
    std::string name = fmt::format("chunk {}", index);
    if (index >= map.chunks) return fail("set", name, fmt::format("the file has {} chunks", map.chunks), ExitCode::invalid);
    if (address.device_id != 0 && !map.indexes)
        return fail("set", name, "a map without indexes cannot name a device", ExitCode::invalid);
    uint64_t at = map.offset_bytes + index * entry_bytes(map);
    if (map.indexes) store(bytes_, at + 2, address.device_id);
    store(bytes_, at + (map.indexes ? 4 : 0), address.block);
    return {};
}

Status ErofsImage::set_devices(const std::vector<ErofsDevice>& devices) {
    auto incompat = load<uint32_t>(bytes_, kSuperIncompat);
    uint64_t table = 0;
    if (devices.empty()) {
        incompat &= ~kIncompatDeviceTable;
    } else {
        incompat |= kIncompatDeviceTable;
        std::string rows(devices.size() * kDeviceSlotBytes, '\0');
        for (size_t i = 0; i < devices.size(); ++i) {
            devices[i].tag.copy(rows.data() + i * kDeviceSlotBytes, kDeviceTagBytes);
            store(rows, i * kDeviceSlotBytes + kDeviceTagBytes, devices[i].blocks);
        }
        table = append(rows) * (kBlockBytes / kDeviceSlotBytes);
    }
    if (table > UINT16_MAX) return fail("set devices of", "an image", "the device table must lie in its first 8 MiB", ExitCode::invalid);
    store(bytes_, kSuperIncompat, incompat);
    store(bytes_, kSuperExtraDevices, static_cast<uint16_t>(devices.size()));
    store(bytes_, kSuperDeviceSlot, static_cast<uint16_t>(table));
    return {};
}

uint32_t ErofsImage::blocks() const { return static_cast<uint32_t>((bytes_.size() + kBlockBytes - 1) / kBlockBytes); }

uint32_t ErofsImage::append(std::string_view data) {
    uint32_t first = blocks();
    bytes_.resize(uint64_t{first} * kBlockBytes);
    bytes_.append(data);
    bytes_.resize(uint64_t{blocks()} * kBlockBytes);
    return first;
}

std::string ErofsImage::finish() && {
    bytes_.resize(uint64_t{blocks()} * kBlockBytes);
    store(bytes_, kSuperBlocks, blocks());
    return std::move(bytes_);
}

}  // namespace diobench
