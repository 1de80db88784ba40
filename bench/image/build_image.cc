// SPDX-License-Identifier: GPL-2.0-only
#include "bench/image/build_image.h"

#include <array>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>

#include "bench/base/fd.h"
#include "bench/base/paths.h"
#include "bench/base/process.h"
#include "bench/base/text.h"

namespace diobench {

namespace {

// Raised when what is built from the same parameters changes.
constexpr int kImageFormat = 1;

Status write_data_file(const Layout& layout, uint64_t seed, const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_WRONLY | O_CREAT | O_TRUNC);
    if (!fd) return forward(fd);
    FileContent content = layout.content(seed);
    std::array<std::byte, kBlockBytes> block;
    for (uint64_t at = 0; at < layout.size_bytes; at += kBlockBytes) {
        fill_block(content.key, at / kBlockBytes, block);
        auto length = std::min<uint64_t>(kBlockBytes, layout.size_bytes - at);
        if (auto s = write_all(fd->get(), {reinterpret_cast<const char*>(block.data()), length}, path.string()); !s) return s;
    }
    return {};
}

template <class T>
T load(const std::string& image, uint64_t at) {
    T value{};
    if (at + sizeof value <= image.size()) std::memcpy(&value, image.data() + at, sizeof value);
    return value;
}

constexpr uint64_t kSuperOffset = 1024;
constexpr uint32_t kSuperMagic = 0xE0F5E1E2;
constexpr uint32_t kNullAddress = 0xFFFFFFFF;
constexpr uint64_t kDirentBytes = 12;
constexpr uint16_t kChunkBased = 4;
constexpr uint16_t kChunkIndexes = 0x20;

struct Inode {
    uint64_t offset = 0;
    bool extended = false;
    uint16_t data_layout = 0;
    uint32_t xattr_bytes = 0;
    uint32_t raw_blkaddr = 0;
    uint64_t size = 0;
    [[nodiscard]] uint64_t body() const { return offset + (extended ? 64 : 32) + xattr_bytes; }
};

Inode read_inode(const std::string& image, uint64_t nid) {
    Inode inode;
    inode.offset = uint64_t{load<uint32_t>(image, kSuperOffset + 40)} * kBlockBytes + nid * 32;
    auto format = load<uint16_t>(image, inode.offset);
    inode.extended = (format & 1) != 0;
    inode.data_layout = (format >> 1) & 7;
    auto xattr_count = load<uint16_t>(image, inode.offset + 2);
    inode.xattr_bytes = xattr_count == 0 ? 0 : 12 + 4 * (xattr_count - 1);
    inode.size = inode.extended ? load<uint64_t>(image, inode.offset + 8) : load<uint32_t>(image, inode.offset + 8);
    inode.raw_blkaddr = load<uint32_t>(image, inode.offset + 16);
    return inode;
}

/// nid of data.bin in the root directory (one block or inline, as mkfs makes it for one entry).
Result<uint64_t> find_data_file(const std::string& image) {
    auto root_nid = load<uint16_t>(image, kSuperOffset + 14);
    Inode root = read_inode(image, root_nid);
    uint64_t at = root.data_layout == 2 ? root.body() : uint64_t{root.raw_blkaddr} * kBlockBytes;
    auto entries = load<uint16_t>(image, at + 8) / kDirentBytes;
    for (uint64_t i = 0; i < entries; ++i) {
        auto name_at = load<uint16_t>(image, at + i * kDirentBytes + 8);
        if (image.compare(at + name_at, std::strlen(kDataFile), kDataFile) == 0)
            return load<uint64_t>(image, at + i * kDirentBytes);
    }
    return fail("read image", "", "no data.bin in its root directory", ExitCode::invalid);
}

}  // namespace

Status punch_holes(const Layout& layout, std::string& image) {
    if (layout.holes.empty()) return {};
    if (load<uint32_t>(image, kSuperOffset) != kSuperMagic) return fail("read image", layout.name, "no EROFS superblock", ExitCode::invalid);
    auto nid = find_data_file(image);
    if (!nid) return forward(nid);
    Inode inode = read_inode(image, *nid);
    if (inode.data_layout != kChunkBased || inode.size != layout.size_bytes)
        return fail("punch holes in", layout.name, "data.bin is not the chunk-based file that was asked for", ExitCode::invalid);
    bool indexes = (inode.raw_blkaddr & kChunkIndexes) != 0;
    uint64_t unit = indexes ? 8 : 4;
    uint64_t map = (inode.body() + unit - 1) / unit * unit;
    uint64_t blocks_per_chunk = layout.chunk_bytes / kBlockBytes;
    for (const Hole& hole : layout.holes) {
        if (hole.first_block % blocks_per_chunk != 0 || hole.blocks % blocks_per_chunk != 0)
            return fail("punch holes in", layout.name, "a hole is not made of whole chunks");
        for (uint64_t c = 0; c < hole.blocks / blocks_per_chunk; ++c) {
            uint64_t entry = map + (hole.first_block / blocks_per_chunk + c) * unit + (indexes ? 4 : 0);
            if (entry + sizeof kNullAddress > image.size()) return fail("punch holes in", layout.name, "chunk map ends early", ExitCode::invalid);
            std::memcpy(image.data() + entry, &kNullAddress, sizeof kNullAddress);
        }
    }
    return {};
}

Result<uint64_t> find_first_block(const Layout& layout, uint64_t seed, const std::string& image) {
    uint64_t first = content_word({seed, layout.file_id}, 0, 0);
    for (uint64_t at = 0; at + kBlockBytes <= image.size(); at += kBlockBytes)
        if (load<uint64_t>(image, at) == first) return at;
    return fail("find the data of", layout.name, "block 0 is not in the image", ExitCode::invalid);
}

Result<fs::path> build_image(const Layout& layout, uint64_t seed) {
    auto mkfs = find_program("mkfs.erofs", "erofs-utils");
    if (!mkfs) return forward(mkfs);
    auto version = run_command({mkfs->string(), "--version"});
    if (!version) return forward(version);
    std::string key = fmt::format("{}-{}-seed{}-{:08x}", layout.name, layout.size_bytes, seed,
                                  crc32c(fmt::format("{} {} {} {}", kImageFormat, trim(version->output),
                                                     join(layout.mkfs_options, " "),
                                                     [&] {
                                                         std::string holes;
                                                         for (auto h : layout.holes) holes += fmt::format("{}+{},", h.first_block, h.blocks);
                                                         return holes;
                                                     }())));
    fs::path folder = cache_root() / "images";
    fs::path result = folder / (key + ".erofs");
    if (fs::exists(result)) return result;
    auto lock = FileLock::acquire(folder / "lock");
    if (!lock) return forward(lock);
    if (fs::exists(result)) return result;
    auto work = TempDirectory::create(folder, "make");
    if (!work) return forward(work);
    if (auto s = make_directories(work->path() / "root"); !s) return forward(s);
    if (auto s = write_data_file(layout, seed, work->path() / "root" / kDataFile); !s) return forward(s);
    fs::path raw = work->path() / "image";
    std::vector<std::string> argv = {mkfs->string(), "-T0", "-U00000000-0000-4000-8000-000000000001", "--all-root"};
    argv.insert(argv.end(), layout.mkfs_options.begin(), layout.mkfs_options.end());
    argv.insert(argv.end(), {raw.string(), (work->path() / "root").string()});
    if (auto made = run_checked(argv); !made) return forward(made);
    auto image = read_file(raw);
    if (!image) return forward(image);
    if (auto s = punch_holes(layout, *image); !s) return forward(s);
    image->resize((image->size() + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
    if (auto s = write_file_atomic(result, *image); !s) return forward(s);
    return result;
}

}  // namespace diobench
