// SPDX-License-Identifier: GPL-2.0-only
// Makes the blobs of a test image: mkfs.erofs writes inodes, directories and
// chunk maps; where chunks lie is changed afterwards.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <random>
#include <unistd.h>

#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/common/image/erofs_format.h"
#include "bench/common/image/mkfs.h"
#include "bench/common/image/test_images.h"

namespace diobench {

namespace {

// Raised when what is built from the same row changes.
constexpr int kTestImageFormat = 1;

/// Everything the blobs depend on, as text.
std::string describe(const TestImage& image, uint64_t seed, const Mkfs& mkfs) {
    std::string text = fmt::format("{} {} seed {} options {} chunk {} placement {} devices {}\n", kTestImageFormat, mkfs.version, seed,
                                   join(image.mkfs_options, " "), image.chunk_bytes, static_cast<int>(image.placement), image.extra_devices);
    if (image.stretched_chunk_bytes != 0) text += fmt::format("stretched {}\n", image.stretched_chunk_bytes);
    for (const auto& file : image.files) {
        text += fmt::format("{} {} {} {}", file.name, file.file_id, file.size_bytes, static_cast<int>(file.texture));
        for (const auto& hole : file.holes) text += fmt::format(" {}+{}", hole.first_block, hole.blocks);
        text += "\n";
    }
    for (const size_t bytes : image.links) text += fmt::format("link {}\n", bytes);
    return text;
}

Status write_files(const TestImage& image, uint64_t seed, const fs::path& root) {
    for (const auto& file : image.files) {
        if (auto s = make_directories((root / file.name).parent_path()); !s) return s;
        FileContent content = file.content(seed);
        if (image.stretched_chunk_bytes != 0)
            content = {content.key, (file.size_bytes + image.stretched_chunk_bytes - 1) / image.stretched_chunk_bytes * image.chunk_bytes, {}, content.texture};
        if (auto s = write_content(content, root / file.name); !s) return s;
    }
    for (const size_t bytes : image.links)
        if (::symlink(link_target(bytes).c_str(), (root / link_name(bytes)).c_str()) < 0) return fail_errno("link", link_name(bytes));
    return {};
}

std::string file_blocks(const FileContent& content, uint64_t first_block, uint64_t blocks) {
    std::string out(blocks * kBlockBytes, '\0');
    for (uint64_t b = 0; b < blocks; ++b)
        content.fill(first_block + b, std::span<std::byte, kBlockBytes>(reinterpret_cast<std::byte*>(out.data() + b * kBlockBytes), kBlockBytes));
    // The rest of a file's last block is zero, as mkfs.erofs makes it.
    uint64_t end = content.size_bytes > first_block * kBlockBytes ? content.size_bytes - first_block * kBlockBytes : 0;
    if (end < out.size()) std::fill(out.begin() + static_cast<ptrdiff_t>(end), out.end(), '\0');
    return out;
}

/// A chunk of a file, with its place in the map.
struct Chunk {
    const TestFile* file = nullptr;
    ChunkMap map;
    uint64_t index = 0;
    uint64_t first_block = 0;  ///< of the file
    uint64_t blocks = 0;
};

Result<std::vector<Chunk>> chunks_of(const ErofsImage& image, const TestFile& file) {
    std::vector<Chunk> chunks;
    if (file.size_bytes == 0) return chunks;
    auto inode = image.find(file.name);
    if (!inode) return forward(inode);
    auto map = image.chunk_map(*inode);
    if (!map) return forward(map);
    uint64_t per_chunk = map->chunk_bytes / kBlockBytes;
    uint64_t file_block_count = (file.size_bytes + kBlockBytes - 1) / kBlockBytes;
    for (uint64_t i = 0; i < map->chunks; ++i)
        chunks.push_back({&file, *map, i, i * per_chunk, std::min(per_chunk, file_block_count - i * per_chunk)});
    return chunks;
}

Status stretch(ErofsImage& image, const TestImage& row) {
    for (const auto& file : row.files) {
        auto inode = image.find(file.name);
        if (!inode) return forward(inode);
        if (auto s = image.stretch(*inode, file.size_bytes, row.stretched_chunk_bytes); !s) return s;
    }
    return {};
}

/// Clears the map where the files have holes.  Chunks of which only a part is a hole are refused.
Status punch(ErofsImage& image, const TestImage& row, uint64_t seed) {
    for (const auto& file : row.files) {
        if (file.holes.empty()) continue;
        auto chunks = chunks_of(image, file);
        if (!chunks) return forward(chunks);
        FileContent content = file.content(seed);
        for (const auto& chunk : *chunks) {
            uint64_t missing = 0;
            for (uint64_t b = 0; b < chunk.blocks; ++b) missing += content.in_hole(chunk.first_block + b) ? 1 : 0;
            if (missing == 0) continue;
            if (missing != chunk.blocks) return fail("punch holes in", row.name + "/" + file.name, "a hole is not made of whole chunks");
            if (auto s = image.set_chunk(chunk.map, chunk.index, {0, kHoleAddress}); !s) return s;
        }
    }
    return {};
}

/// The chunks of all files with data, in order.
Result<std::vector<Chunk>> data_chunks(const ErofsImage& image, const TestImage& row, uint64_t seed) {
    std::vector<Chunk> all;
    for (const auto& file : row.files) {
        auto chunks = chunks_of(image, file);
        if (!chunks) return forward(chunks);
        FileContent content = file.content(seed);
        std::copy_if(chunks->begin(), chunks->end(), std::back_inserter(all),
                     [&](const Chunk& chunk) { return !content.in_hole(chunk.first_block); });
    }
    return all;
}

/// Runs of one to four chunks, the runs in another order.
std::vector<Chunk> scatter(const std::vector<Chunk>& chunks, uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<std::vector<Chunk>> runs;
    for (const auto& chunk : chunks) {
        bool begin = runs.empty() || runs.back().back().file != chunk.file || runs.back().size() == 4 || random() % 3 == 0;
        if (begin) runs.emplace_back();
        runs.back().push_back(chunk);
    }
    // Fisher-Yates by hand: std::shuffle's choice is the library's.
    for (size_t i = runs.size(); i > 1; --i) std::swap(runs[i - 1], runs[random() % i]);
    std::vector<Chunk> out;
    for (const auto& run : runs) out.insert(out.end(), run.begin(), run.end());
    return out;
}

/// Appends the chunks to the image itself, in this order.
Status place_in_image(ErofsImage& image, const std::vector<Chunk>& chunks, uint64_t seed) {
    for (const auto& chunk : chunks) {
        uint32_t block = image.append(file_blocks(chunk.file->content(seed), chunk.first_block, chunk.blocks));
        if (auto s = image.set_chunk(chunk.map, chunk.index, {0, block}); !s) return s;
    }
    return {};
}

/// The device of chunk k: single chunks and runs, every change of device among them.
uint16_t device_of_chunk(uint64_t k) {
    static constexpr std::array<uint16_t, 12> kPattern = {0, 1, 2, 1, 1, 2, 2, 0, 0, 1, 0, 2};
    return kPattern.at(k % kPattern.size());
}

/// Chunks go to the image and its devices in turn, each at the address behind
/// the one before, whatever device that was on.  Returns the extra devices.
Result<std::vector<std::string>> place_on_devices(ErofsImage& image, const std::vector<Chunk>& chunks, const TestImage& row, uint64_t seed) {
    if (auto s = image.set_devices(std::vector<ErofsDevice>(row.extra_devices)); !s) return forward(s);
    uint64_t first = image.blocks();
    uint64_t end = first;
    for (const auto& chunk : chunks) end += chunk.blocks;
    FileContent gaps{{seed, kGapFileId}, UINT64_MAX, {}};
    std::vector<std::string> devices;
    for (unsigned d = 0; d <= row.extra_devices; ++d) {
        gaps.key.seed = seed + d;
        devices.push_back(file_blocks(gaps, 0, end));
    }
    uint64_t at = first;
    for (size_t k = 0; k < chunks.size(); ++k) {
        uint16_t device = device_of_chunk(k);
        if (auto s = image.set_chunk(chunks[k].map, chunks[k].index, {device, static_cast<uint32_t>(at)}); !s) return forward(s);
        devices[device].replace(at * kBlockBytes, chunks[k].blocks * kBlockBytes,
                                file_blocks(chunks[k].file->content(seed), chunks[k].first_block, chunks[k].blocks));
        at += chunks[k].blocks;
    }
    image.append(std::string_view(devices[0]).substr(first * kBlockBytes));
    devices.erase(devices.begin());
    return devices;
}

/// Each file whole on one of the extra devices in turn.  Returns those.
Result<std::vector<std::string>> place_on_blobs(ErofsImage& image, const std::vector<Chunk>& chunks, const TestImage& row, uint64_t seed) {
    if (auto s = image.set_devices(std::vector<ErofsDevice>(row.extra_devices)); !s) return forward(s);
    std::vector<std::string> devices(row.extra_devices);
    std::map<const TestFile*, uint16_t> device_of;
    for (const auto& chunk : chunks) {
        auto device = device_of.try_emplace(chunk.file, static_cast<uint16_t>(device_of.size() % row.extra_devices)).first->second;
        const auto block = static_cast<uint32_t>(devices[device].size() / kBlockBytes);
        if (auto s = image.set_chunk(chunk.map, chunk.index, {static_cast<uint16_t>(device + 1), block}); !s) return forward(s);
        devices[device] += file_blocks(chunk.file->content(seed), chunk.first_block, chunk.blocks);
    }
    return devices;
}

using Blobs = std::vector<std::string>;

/// Puts the chunks where the row wants them, after mkfs.erofs --blobdev: the image holds no data yet.
Result<Blobs> place(ErofsImage image, const TestImage& row, uint64_t seed) {
    auto chunks = data_chunks(image, row, seed);
    if (!chunks) return forward(chunks);
    if (row.placement == Placement::devices || row.placement == Placement::blobs) {
        auto devices = row.placement == Placement::blobs ? place_on_blobs(image, *chunks, row, seed) : place_on_devices(image, *chunks, row, seed);
        if (!devices) return devices;
        devices->insert(devices->begin(), std::move(image).finish());
        return devices;
    }
    if (auto s = image.set_devices({}); !s) return forward(s);
    auto order = row.placement == Placement::scattered ? scatter(*chunks, seed) : *chunks;
    if (auto s = place_in_image(image, order, seed); !s) return forward(s);
    if (auto s = punch(image, row, seed); !s) return forward(s);
    return Blobs{std::move(image).finish()};
}

Result<std::string> read_padded(const fs::path& path) {
    auto data = read_file(path);
    if (data) data->resize((data->size() + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
    return data;
}

/// What mkfs.erofs made, with holes.
Result<Blobs> keep_placement(const TestImage& row, uint64_t seed, std::string bytes, const fs::path& device) {
    Blobs blobs = {std::move(bytes)};
    if (row.extra_devices > 0) {
        auto data = read_padded(device);
        if (!data) return forward(data);
        blobs.push_back(std::move(*data));
    }
    bool sparse = std::any_of(row.files.begin(), row.files.end(), [](const TestFile& file) { return !file.holes.empty(); });
    if (!sparse) return blobs;
    auto image = ErofsImage::open(std::move(blobs[0]));
    if (!image) return forward(image);
    if (auto s = punch(*image, row, seed); !s) return forward(s);
    blobs[0] = image->bytes();
    return blobs;
}

/// Each file has the chunks that mkfs.erofs was told to make.
Status check_chunks(const std::string& bytes, const TestImage& row, const Mkfs& mkfs) {
    auto image = ErofsImage::open(bytes);
    if (!image) return forward(image);
    for (const auto& file : row.files) {
        auto chunks = chunks_of(*image, file);
        if (!chunks) return forward(chunks);
        if (!chunks->empty() && chunks->front().map.chunk_bytes != row.chunk_bytes)
            return fail("make test image", row.name, fmt::format("{} ({}) makes chunks of {} bytes where {} were asked for; run scripts/setup, which builds one that does not",
                                                                 mkfs.program.string(), mkfs.version.substr(0, mkfs.version.find('\n')), chunks->front().map.chunk_bytes, row.chunk_bytes));
    }
    return {};
}

Result<Blobs> make_blobs(const TestImage& row, uint64_t seed, const Mkfs& mkfs, const fs::path& work) {
    fs::path root = work / "root";
    fs::path raw = work / "image";
    fs::path device = work / "device";
    if (row.stretched_chunk_bytes != 0 && row.placement == Placement::mkfs)
        return fail("make test image", row.name, "mkfs.erofs's own placement cannot be stretched", ExitCode::invalid);
    if (auto s = write_files(row, seed, root); !s) return forward(s);
    auto options = row.mkfs_options;
    if (row.chunk_bytes > 0) options.push_back(fmt::format("--chunksize={}", row.chunk_bytes));
    if (row.placement != Placement::mkfs || row.extra_devices > 0) {
        // mkfs.erofs 1.8 does not make it.
        if (auto s = write_file_atomic(device, ""); !s) return forward(s);
        options.push_back("--blobdev=" + device.string());
    }
    if (auto s = mkfs.make(options, root, raw); !s) return forward(s);
    auto bytes = read_padded(raw);
    if (!bytes) return forward(bytes);
    if (row.chunk_bytes > 0)
        if (auto s = check_chunks(*bytes, row, mkfs); !s) return forward(s);
    if (row.placement == Placement::mkfs) return keep_placement(row, seed, std::move(*bytes), device);
    auto image = ErofsImage::open(std::move(*bytes));
    if (!image) return forward(image);
    if (row.stretched_chunk_bytes != 0)
        if (auto s = stretch(*image, row); !s) return forward(s);
    return place(std::move(*image), row, seed);
}

}  // namespace

Result<std::vector<fs::path>> test_image_blobs(const TestImage& image, uint64_t seed) {
    auto mkfs = Mkfs::find();
    if (!mkfs) return forward(mkfs);
    fs::path folder = cache_root() / "images";
    auto key = fmt::format("{}-seed{}-{:08x}", image.name, seed, crc32c(describe(image, seed, *mkfs)));
    std::vector<fs::path> paths;
    for (unsigned i = 0; i < image.blobs(); ++i) paths.push_back(folder / fmt::format("{}.{}.erofs", key, i));
    auto complete = [&] { return std::all_of(paths.begin(), paths.end(), [](const fs::path& path) { return fs::exists(path); }); };
    if (complete()) return paths;
    auto lock = FileLock::acquire(folder / "lock");
    if (!lock) return forward(lock);
    if (complete()) return paths;
    auto work = TempDirectory::create(folder, "make");
    if (!work) return forward(work);
    auto blobs = make_blobs(image, seed, *mkfs, work->path());
    if (!blobs) return forward(blobs);
    if (blobs->size() != paths.size())
        return fail("make test image", image.name, fmt::format("{} blobs came out, {} are right", blobs->size(), paths.size()), ExitCode::invalid);
    for (size_t i = 0; i < paths.size(); ++i)
        if (auto s = write_file_atomic(paths[i], (*blobs)[i]); !s) return forward(s);
    return paths;
}

}  // namespace diobench
