// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/damage.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <set>

#include "bench/common/base/text.h"
#include "bench/common/base/units.h"
#include "bench/common/image/erofs_format.h"
#include "bench/common/image/erofs_places.h"

namespace diobench {

namespace {

/// Entries of one chunk map, one directory block or one index that are taken: so many from the start, and the last.
constexpr uint64_t kEntries = 1;

struct Row {
    const char* name;
    uint64_t offset;
    uint32_t bytes;
    Touches touches;
};

constexpr Row kSuperblock[] = {
    {"magic", 0, 4, Touches::image},
    {"checksum", 4, 4, Touches::image},
    {"feature_compat", 8, 4, Touches::image},
    {"blkszbits", 12, 1, Touches::image},
    {"sb_extslots", 13, 1, Touches::image},
    {"root_nid", 14, 2, Touches::image},
    {"inos", 16, 8, Touches::nothing},
    {"build_time", 24, 8, Touches::nothing},
    {"build_time_nsec", 32, 4, Touches::nothing},
    {"blocks", 36, 4, Touches::nothing},
    {"meta_blkaddr", 40, 4, Touches::image},
    {"xattr_blkaddr", 44, 4, Touches::nothing},  // no file has extended attributes
    {"uuid", 48, 16, Touches::nothing},
    {"volume_name", 64, 16, Touches::nothing},
    {"feature_incompat", 80, 4, Touches::image},
    {"u1", 84, 2, Touches::image},
    {"extra_devices", 86, 2, Touches::image},
    {"devt_slotoff", 88, 2, Touches::image},
    {"dirblkbits", 90, 1, Touches::image},
    {"xattr_prefix_count", 91, 1, Touches::nothing},
    {"xattr_prefix_start", 92, 4, Touches::nothing},
    {"packed_nid", 96, 8, Touches::nothing},  // without fragments
    {"xattr_filter_reserved", 104, 1, Touches::nothing},
    {"reserved2", 105, 23, Touches::nothing},
};

// Names come from device=, and mapped_blkaddr is 0: `blocks` only counts for statfs.
constexpr Row kDeviceSlot[] = {
    {"tag", 0, 64, Touches::nothing},
    {"blocks", 64, 4, Touches::nothing},
    {"mapped_blkaddr", 68, 4, Touches::image},
    {"reserved", 72, 56, Touches::nothing},
};

constexpr Row kCompactInode[] = {
    {"i_format", 0, 2, Touches::file},     {"i_xattr_icount", 2, 2, Touches::file}, {"i_mode", 4, 2, Touches::file},
    {"i_nlink", 6, 2, Touches::nothing},   {"i_size", 8, 4, Touches::file},         {"i_reserved", 12, 4, Touches::nothing},
    {"i_u", 16, 4, Touches::file},         {"i_ino", 20, 4, Touches::nothing},      {"i_uid", 24, 2, Touches::nothing},
    {"i_gid", 26, 2, Touches::nothing},    {"i_reserved2", 28, 4, Touches::nothing},
};

constexpr Row kExtendedInode[] = {
    {"i_format", 0, 2, Touches::file},   {"i_xattr_icount", 2, 2, Touches::file}, {"i_mode", 4, 2, Touches::file},
    {"i_reserved", 6, 2, Touches::nothing}, {"i_size", 8, 8, Touches::file},      {"i_u", 16, 4, Touches::file},
    {"i_ino", 20, 4, Touches::nothing},  {"i_uid", 24, 4, Touches::nothing},      {"i_gid", 28, 4, Touches::nothing},
    {"i_mtime", 32, 8, Touches::nothing}, {"i_mtime_nsec", 40, 4, Touches::nothing}, {"i_nlink", 44, 4, Touches::nothing},
};

constexpr Row kChunkIndex[] = {
    {"advise", 0, 2, Touches::nothing},
    {"device_id", 2, 2, Touches::file},
    {"blkaddr", 4, 4, Touches::file},
};

constexpr Row kMapHeader[] = {
    {"h_fragmentoff", 0, 4, Touches::file},
    {"h_advise", 4, 2, Touches::file},
    {"h_algorithmtype", 6, 1, Touches::file},
    {"h_clusterbits", 7, 1, Touches::file},
};

constexpr Row kClusterIndex[] = {
    {"di_advise", 0, 2, Touches::file},
    {"di_clusterofs", 2, 2, Touches::file},
    {"di_u", 4, 4, Touches::file},
};

constexpr Row kDirent[] = {
    {"nid", 0, 8, Touches::image},
    {"nameoff", 8, 2, Touches::image},
    {"file_type", 10, 1, Touches::nothing},  // whoever opens by name does not ask for it
};

/// Gathers the fields of an image.
class Fields {
public:
    Fields(const TestImage& image, const ErofsImage& erofs) : image_(image), erofs_(erofs), bytes_(erofs.bytes()) {}

    Result<std::vector<ImageField>> all() {
        add("superblock", kSuperOffset, kSuperblock, "");
        add_devices();
        if (auto s = add_directory("", load<uint16_t>(bytes_, kSuperRootNid)); !s) return forward(s);
        std::set<std::string> directories;
        for (const auto& file : image_.files)
            if (auto end = file.name.find('/'); end != std::string::npos && directories.insert(file.name.substr(0, end)).second) {
                auto inode = erofs_.find(file.name.substr(0, end));
                if (!inode) return forward(inode);
                if (auto s = add_directory(file.name.substr(0, end), inode->nid); !s) return forward(s);
            }
        // The largest, the smallest that is not empty, the last.
        auto larger = [](const TestFile& a, const TestFile& b) { return a.size_bytes < b.size_bytes; };
        auto smaller = [](const TestFile& a, const TestFile& b) { return (a.size_bytes == 0 ? UINT64_MAX : a.size_bytes) < (b.size_bytes == 0 ? UINT64_MAX : b.size_bytes); };
        std::set<std::string> names = {std::max_element(image_.files.begin(), image_.files.end(), larger)->name,
                                       std::min_element(image_.files.begin(), image_.files.end(), smaller)->name, image_.files.back().name};
        for (const auto& name : names)
            if (auto s = add_file(name); !s) return forward(s);
        return std::move(fields_);
    }

private:
    template <size_t N>
    void add(const std::string& name, uint64_t at, const Row (&rows)[N], const std::string& file) {
        for (const auto& row : rows) {
            // What is a file's is the whole image's if it is a directory's.
            const Touches touches = row.touches == Touches::file && file.empty() ? Touches::image : row.touches;
            if (at + row.offset + row.bytes <= bytes_.size()) fields_.push_back({name + "." + row.name, at + row.offset, row.bytes, touches, touches == Touches::file ? file : ""});
        }
    }

    void add_devices() {
        if ((load<uint32_t>(bytes_, kSuperIncompat) & kIncompatDeviceTable) == 0) return;
        const uint64_t table = load<uint16_t>(bytes_, kSuperDeviceSlot) * kDeviceSlotBytes;
        for (uint64_t i = 0; i < load<uint16_t>(bytes_, kSuperExtraDevices); ++i) add(fmt::format("device-{}", i + 1), table + i * kDeviceSlotBytes, kDeviceSlot, "");
    }

    void add_inode(const std::string& name, const ErofsInode& inode, const std::string& file) {
        if (inode.extended) add("inode." + name, inode.offset_bytes, kExtendedInode, file);
        else add("inode." + name, inode.offset_bytes, kCompactInode, file);
    }

    Status add_directory(const std::string& path, uint64_t nid) {
        auto inode = erofs_.inode(nid);
        if (!inode) return forward(inode);
        const std::string name = path.empty() ? "root" : path;
        add_inode(name, *inode, "");
        for (uint64_t at = 0, block = 0; at < inode->size_bytes; at += kBlockBytes, ++block) {
            const bool in_tail = inode->data_layout == DataLayout::inline_tail && inode->size_bytes - at < kBlockBytes;
            add_dirents(fmt::format("directory.{}.{}", name, block), in_tail ? inode->body_offset() : uint64_t{inode->raw_block} * kBlockBytes + at);
        }
        return {};
    }

    void add_dirents(const std::string& name, uint64_t block_at) {
        const uint64_t count = load<uint16_t>(bytes_, block_at + 8) / kDirentBytes;
        for (uint64_t i = 0; i < count; ++i)
            if (i < kEntries || i + 1 == count) add(fmt::format("{}.{}", name, i), block_at + i * kDirentBytes, kDirent, "");
        // The first letter of the first name: the order is not what the search expects.
        const Row letter[] = {{"name", 0, 1, Touches::image}};
        add(name, block_at + count * kDirentBytes, letter, "");
    }

    Status add_file(const std::string& name) {
        auto inode = erofs_.find(name);
        if (!inode) return forward(inode);
        const std::string base = name.substr(name.rfind('/') + 1);
        add_inode(base, *inode, name);
        if (inode->size_bytes == 0) return {};
        if (inode->data_layout == DataLayout::chunks) return add_chunks(base, name, *inode);
        if (inode->data_layout == DataLayout::compressed_full || inode->data_layout == DataLayout::compressed_compact) add_clusters(base, name, *inode);
        return {};
    }

    Status add_chunks(const std::string& base, const std::string& file, const ErofsInode& inode) {
        auto map = erofs_.chunk_map(inode);
        if (!map) return forward(map);
        const Row block[] = {{"block", 0, 4, Touches::file}};
        for (uint64_t i = 0; i < map->chunks; ++i) {
            if (i >= kEntries && i + 1 != map->chunks) continue;
            const std::string name = fmt::format("chunk.{}.{}", base, i);
            if (map->indexes) add(name, map->offset_bytes + i * 8, kChunkIndex, file);
            else add(name, map->offset_bytes + i * 4, block, file);
        }
        return {};
    }

    void add_clusters(const std::string& base, const std::string& file, const ErofsInode& inode) {
        const uint64_t header = round_up(inode.body_offset(), 8);
        add("map." + base, header, kMapHeader, file);
        const bool full = inode.data_layout == DataLayout::compressed_full;
        const Row packed[] = {{"packed", 0, 8, Touches::file}};
        for (uint64_t i = 0; i <= kEntries; ++i) {
            if (full) add(fmt::format("cluster.{}.{}", base, i), header + 16 + i * 8, kClusterIndex, file);
            else add(fmt::format("cluster.{}.{}", base, i), header + 8 + i * 8, packed, file);
        }
    }

    const TestImage& image_;
    const ErofsImage& erofs_;
    const std::string& bytes_;
    std::vector<ImageField> fields_;
};

/// crc32c of block 0 from the superblock on, the checksum taken as 0, not inverted at the end
/// (fs/erofs/super.c, erofs_superblock_csum_verify()).
void repair_checksum(std::string& bytes) {
    if (bytes.size() < kBlockBytes || (load<uint32_t>(bytes, kSuperFeatureCompat) & kCompatChecksum) == 0) return;
    bytes.replace(kSuperChecksum, 4, 4, '\0');
    bytes.replace(kSuperChecksum, 4, little_endian(~crc32c(std::string_view(bytes).substr(kSuperOffset, kBlockBytes - kSuperOffset)), 4));
}

std::string hex_of(std::string_view bytes) {
    std::string out;
    for (char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return out;
}

std::string bytes_of(const std::string& hex) {
    std::string out;
    for (size_t i = 0; i + 1 < hex.size(); i += 2) out += static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16));
    return out;
}

/// Adds `by` as to one little-endian number.
std::string plus(std::string_view old, int by) {
    std::string out(old);
    for (char& c : out) {
        const auto before = static_cast<unsigned char>(c);
        c = static_cast<char>(before + by);
        if (by > 0 ? before != 0xff : before != 0) break;
    }
    return out;
}

}  // namespace

Result<std::vector<ImageField>> fields_of(const TestImage& image, const std::string& bytes) {
    auto erofs = ErofsImage::open(bytes);
    if (!erofs) return forward(erofs);
    return Fields(image, *erofs).all();
}

std::string little_endian(uint64_t value, uint32_t bytes) {
    std::string out(bytes, '\0');
    for (uint32_t i = 0; i < std::min<uint32_t>(bytes, 8); ++i) out[i] = static_cast<char>(value >> (8 * i));
    return out;
}

std::vector<std::string> values_of_interest(std::string_view old) {
    const auto bytes = static_cast<uint32_t>(old.size());
    std::string high(old);
    high.back() = static_cast<char>(high.back() ^ 0x80);
    std::vector<std::string> out;
    for (auto& value : {little_endian(0, bytes), little_endian(1, bytes), std::string(bytes, '\xff'), plus(old, 1), plus(old, -1), high})
        if (value != old && std::find(out.begin(), out.end(), value) == out.end()) out.push_back(value);
    return out;
}

ImageEdit edit_of(const ImageField& field, const std::string& bytes, std::string after) {
    return {field, bytes.substr(field.offset_bytes, field.bytes), std::move(after)};
}

std::string DamagedImage::apply(std::string bytes) const {
    bool repair = true;
    for (const auto& edit : edits) {
        bytes.replace(edit.field.offset_bytes, edit.after.size(), edit.after);
        repair = repair && edit.field.name != kChecksumField;
    }
    if (repair) repair_checksum(bytes);
    return bytes;
}

bool DamagedImage::leaves(std::string_view file) const {
    return std::all_of(edits.begin(), edits.end(), [&](const ImageEdit& edit) {
        return edit.field.touches == Touches::nothing || (edit.field.touches == Touches::file && edit.field.file != file);
    });
}

uint64_t DamagedImage::changed_bytes() const {
    uint64_t changed = 0;
    for (const auto& edit : edits)
        for (size_t i = 0; i < edit.after.size(); ++i) changed += edit.after[i] != edit.before.at(i) ? 1 : 0;
    return changed;
}

std::string DamagedImage::text() const {
    std::string out = image + ":";
    for (const auto& edit : edits)
        out += fmt::format("{} {} (at {}) {} -> {}", &edit == edits.data() ? "" : ",", edit.field.name, edit.field.offset_bytes, hex_of(edit.before), hex_of(edit.after));
    return edits.empty() ? image + " as it is" : out;
}

nlohmann::json DamagedImage::to_json() const {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& edit : edits)
        list.push_back({{"field", edit.field.name}, {"offset", edit.field.offset_bytes}, {"touches", static_cast<int>(edit.field.touches)}, {"file", edit.field.file},
                        {"before", hex_of(edit.before)}, {"after", hex_of(edit.after)}});
    return {{"image", image}, {"edits", list}};
}

Result<DamagedImage> DamagedImage::from_json(const nlohmann::json& json) {
    try {
        DamagedImage out{json.at("image"), {}};
        for (const auto& one : json.at("edits")) {
            ImageEdit edit{{one.at("field"), one.at("offset"), 0, static_cast<Touches>(one.at("touches").get<int>()), one.at("file")}, bytes_of(one.at("before")), bytes_of(one.at("after"))};
            edit.field.bytes = static_cast<uint32_t>(edit.after.size());
            if (edit.before.size() != edit.after.size()) return fail("read damaged image", edit.field.name, "its two texts differ in length", ExitCode::invalid);
            out.edits.push_back(std::move(edit));
        }
        return out;
    } catch (const std::exception& e) {
        return fail("read", "damaged image", e.what(), ExitCode::invalid);
    }
}

}  // namespace diobench
