// SPDX-License-Identifier: GPL-2.0-only
#include "bench/image/build_image.h"

#include <cstring>
#include <fmt/format.h>

#include "bench/base/paths.h"
#include "bench/base/text.h"
#include "bench/image/erofs_format.h"
#include "bench/image/mkfs.h"

namespace diobench {

namespace {

// Raised when what is built from the same parameters changes.
constexpr int kImageFormat = 1;

std::string cache_key(const Layout& layout, uint64_t seed, const Mkfs& mkfs) {
    std::string holes;
    for (auto h : layout.holes) holes += fmt::format("{}+{},", h.first_block, h.blocks);
    auto made_from = fmt::format("{} {} {} {}", kImageFormat, mkfs.version, join(layout.mkfs_options, " "), holes);
    return fmt::format("{}-{}-seed{}-{:08x}", layout.name, layout.size_bytes, seed, crc32c(made_from));
}

Status clear_chunks(const Layout& layout, ErofsImage& image) {
    auto inode = image.find(kDataFile);
    if (!inode) return forward(inode);
    auto map = image.chunk_map(*inode);
    if (!map) return forward(map);
    if (inode->size_bytes != layout.size_bytes || map->chunk_bytes != layout.chunk_bytes)
        return fail("punch holes in", layout.name, "data.bin is not the chunk-based file that was asked for", ExitCode::invalid);
    uint64_t blocks_per_chunk = layout.chunk_bytes / kBlockBytes;
    for (const Hole& hole : layout.holes) {
        if (hole.first_block % blocks_per_chunk != 0 || hole.blocks % blocks_per_chunk != 0)
            return fail("punch holes in", layout.name, "a hole is not made of whole chunks");
        for (uint64_t c = 0; c < hole.blocks / blocks_per_chunk; ++c)
            if (auto s = image.set_chunk(*map, hole.first_block / blocks_per_chunk + c, {0, kHoleAddress}); !s) return s;
    }
    return {};
}

}  // namespace

Status punch_holes(const Layout& layout, std::string& image) {
    if (layout.holes.empty()) return {};
    auto opened = ErofsImage::open(image);
    if (!opened) return forward(opened);
    if (auto s = clear_chunks(layout, *opened); !s) return s;
    image = opened->bytes();
    return {};
}

Result<uint64_t> find_first_block(const Layout& layout, uint64_t seed, const std::string& image) {
    uint64_t first = content_word({seed, layout.file_id}, 0, 0);
    for (uint64_t at = 0; at + kBlockBytes <= image.size(); at += kBlockBytes)
        if (std::memcmp(image.data() + at, &first, sizeof first) == 0) return at;
    return fail("find the data of", layout.name, "block 0 is not in the image", ExitCode::invalid);
}

Result<fs::path> build_image(const Layout& layout, uint64_t seed) {
    auto mkfs = Mkfs::find();
    if (!mkfs) return forward(mkfs);
    fs::path folder = cache_root() / "images";
    fs::path result = folder / (cache_key(layout, seed, *mkfs) + ".erofs");
    if (fs::exists(result)) return result;
    auto lock = FileLock::acquire(folder / "lock");
    if (!lock) return forward(lock);
    if (fs::exists(result)) return result;
    auto work = TempDirectory::create(folder, "make");
    if (!work) return forward(work);
    fs::path root = work->path() / "root";
    if (auto s = make_directories(root); !s) return forward(s);
    // Holes are punched into a file that has data there.
    FileContent content{{seed, layout.file_id}, layout.size_bytes, {}};
    if (auto s = write_content(content, root / kDataFile); !s) return forward(s);
    if (auto s = mkfs->make(layout.mkfs_options, root, work->path() / "image"); !s) return forward(s);
    auto image = read_file(work->path() / "image");
    if (!image) return forward(image);
    if (auto s = punch_holes(layout, *image); !s) return forward(s);
    image->resize((image->size() + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
    if (auto s = write_file_atomic(result, *image); !s) return forward(s);
    return result;
}

}  // namespace diobench
