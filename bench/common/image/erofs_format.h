// SPDX-License-Identifier: GPL-2.0-only
// The parts of an uncompressed EROFS image that mkfs.erofs 1.5 cannot make as
// they are wanted: chunk maps and the device table, read and changed in place.
// Source: Linux 6.12 fs/erofs/erofs_fs.h; places as in fs/erofs/data.c
// erofs_map_blocks(), fs/erofs/super.c erofs_scan_devices().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Where a chunk begins: block `block` of device `device_id` (0: the image
/// itself, 1..: extra devices in the order of the device table).
struct ChunkAddress {
    uint16_t device_id = 0;
    uint32_t block = 0;
};
/// The block number of a chunk that is a hole.
constexpr uint32_t kHoleAddress = 0xFFFFFFFF;

/// How an inode says where its data is.
enum class DataLayout : uint16_t { flat = 0, compressed_full = 1, inline_tail = 2, compressed_compact = 3, chunks = 4 };

struct ErofsInode {
    uint64_t nid = 0;
    uint64_t offset_bytes = 0;      ///< in the image
    DataLayout data_layout = DataLayout::flat;
    bool extended = false;          ///< 64 bytes instead of 32
    uint32_t xattr_bytes = 0;
    uint32_t raw_block = 0;         ///< i_u: first block of flat data, or the chunk format
    uint64_t size_bytes = 0;
    /// Behind inode and xattrs: inline data or, aligned, the chunk map.
    [[nodiscard]] uint64_t body_offset() const { return offset_bytes + (extended ? 64 : 32) + xattr_bytes; }
};

/// The chunk map of one file.
struct ChunkMap {
    uint64_t offset_bytes = 0;  ///< in the image
    uint64_t chunk_bytes = 0;
    uint64_t chunks = 0;
    bool indexes = false;       ///< 8-byte entries with a device instead of 4-byte block numbers
};

/// One row of the device table.
struct ErofsDevice {
    std::string tag;      ///< at most 64 bytes; stands for `device=` at mount
    uint32_t blocks = 0;
};

/// An image in memory.  Made with -Enosbcrc if it is changed: the checksum of
/// the superblock is not kept.
class ErofsImage {
public:
    /// Takes the bytes of an image; refuses what has no superblock with blocks of 4096 bytes.
    [[nodiscard]] static Result<ErofsImage> open(std::string bytes);

    [[nodiscard]] Result<ErofsInode> inode(uint64_t nid) const;
    /// The inode of a path below the root, "a/b".
    [[nodiscard]] Result<ErofsInode> find(std::string_view path) const;
    /// Refuses files that are not chunk based and maps that reach behind the image.
    [[nodiscard]] Result<ChunkMap> chunk_map(const ErofsInode& inode) const;
    [[nodiscard]] ChunkAddress chunk(const ChunkMap& map, uint64_t index) const;
    /// Makes a chunk-based file longer without another entry in its map: each stands for `chunk_bytes`, a power of
    /// two of blocks, from now on.  Refuses another number of chunks, and an inode without room for the size.
    [[nodiscard]] Status stretch(const ErofsInode& inode, uint64_t size_bytes, uint64_t chunk_bytes);
    /// Refuses a device other than 0 in a map without indexes, and an index behind the map.
    [[nodiscard]] Status set_chunk(const ChunkMap& map, uint64_t index, ChunkAddress address);
    /// Replaces the device table by one in a block of its own at the end of the
    /// image; no devices: removes it.
    [[nodiscard]] Status set_devices(const std::vector<ErofsDevice>& devices);
    /// Appends data, padded to whole blocks; returns its first block.
    uint32_t append(std::string_view data);

    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    [[nodiscard]] uint32_t blocks() const;
    /// Writes the number of blocks into the superblock and gives the bytes away.
    [[nodiscard]] std::string finish() &&;

private:
    explicit ErofsImage(std::string bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] Result<uint64_t> find_in_directory(const ErofsInode& directory, std::string_view name) const;
    std::string bytes_;
};

}  // namespace diobench
