// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/layout.h"

#include <cstring>
#include <fmt/format.h>

namespace diobench {

namespace {

constexpr uint64_t kLargeFile = 32 * kMiB + kTail;
// What changes chunk maps must not be caught by the superblock's checksum.
const char* const kNoChecksum = "-Enosbcrc";

TestFile data_file(uint32_t file_id, uint64_t size_bytes = kLargeFile, std::vector<Hole> holes = {}) {
    return {kDataFile, file_id, size_bytes, std::move(holes)};
}

TestImage chunked(std::string name, std::string purpose, uint32_t file_id, uint32_t chunk_bytes) {
    return {.name = std::move(name), .purpose = std::move(purpose), .mkfs_options = {kNoChecksum}, .chunk_bytes = chunk_bytes,
            .files = {data_file(file_id)}};
}

/// A large file beside 64 programs and libraries, as in a container's image.
std::vector<TestFile> container_files() {
    std::vector<TestFile> files = {data_file(0x40)};
    for (uint32_t i = 0; i < 64; ++i) files.push_back({fmt::format("bin/{:03}", i), 0x41 + i, (i * 7919) % 120000 + 5000, {}});
    return files;
}

std::vector<TestFile> small_files() {
    std::vector<TestFile> files;
    for (uint32_t i = 0; i < 2000; ++i)
        files.push_back({fmt::format("tree/{:02}/{:04}", i % 40, i), 0x1000 + i, (uint64_t{i} * 1237) % 9001 + 1, {}});
    return files;
}

TestImage container(std::string name, std::string purpose, bool shared_domain) {
    return {.name = std::move(name), .purpose = std::move(purpose), .mkfs_options = {kNoChecksum}, .chunk_bytes = 1 * kMiB,
            .placement = Placement::blobs, .extra_devices = 3, .shared_domain = shared_domain, .files = container_files()};
}

std::vector<TestImage> make_layouts() {
    std::vector<TestImage> out;
    out.push_back({.name = "flat", .purpose = "one contiguous extent, no inline tail", .mkfs_options = {"-Enoinline_data"}, .files = {data_file(1)}});
    out.push_back(chunked("chunk", "64 KiB chunks behind a chunk map, contiguous on the blob", 2, 64 << 10));
    // Holes at the start, in the middle and at the end of a 128 KiB
    // window, one over several windows, one at the end of the file.
    out.push_back({.name = "sparse", .purpose = "4 KiB chunks with holes", .mkfs_options = {kNoChecksum}, .chunk_bytes = 4096,
                   .files = {data_file(3, 1 * kMiB + kTail,
                                       {{0, 4}, {40, 2}, {60, 4}, {64, 1}, {95, 1}, {128, 40}, {200, 1}, {202, 1}, {204, 1}, {250, 7}})}});
    out.push_back(chunked("chunk-4k", "4 KiB chunks behind a chunk map, contiguous on the blob", 4, 4 << 10));
    out.push_back(chunked("chunk-1m", "1 MiB chunks behind a chunk map, contiguous on the blob", 5, 1 << 20));
    out.push_back({.name = "inline-tail", .purpose = "one contiguous extent, the end of the file behind its inode (mkfs.erofs's default)",
                   .files = {data_file(6)}});
    out.push_back({.name = "several", .purpose = "four files of 8 MiB", .mkfs_options = {"-Enoinline_data"},
                   .files = {{"data-0", 7, 8 * kMiB + kTail, {}}, {"data-1", 8, 8 * kMiB + kTail, {}},
                             {"data-2", 9, 8 * kMiB + kTail, {}}, {"data-3", 10, 8 * kMiB + kTail, {}}}});
    out.push_back({.name = "compressed", .purpose = "compressed with LZ4", .mkfs_options = {"-zlz4"}, .compressed = true,
                   .files = {{kDataFile, 11, 8 * kMiB + kTail, {}, Texture::compressible}}});
    out.push_back({.name = "blob", .purpose = "metadata on the image, data on one extra blob in 64 KiB chunks", .mkfs_options = {kNoChecksum},
                   .chunk_bytes = 64 << 10, .extra_devices = 1, .files = {data_file(12)}});
    out.push_back(container("container", "metadata blob and three data blobs, 1 MiB chunks: as container image services lay images out", false));
    out.push_back(container("container-shared", "the same, mounted twice in one domain: the other mount has fetched the blobs already", true));
    out.push_back({.name = "small", .purpose = "as flat, a file of 1 MiB: made ready and verified in no time", .mkfs_options = {"-Enoinline_data"},
                   .files = {data_file(13, 1 * kMiB + kTail)}});
    // Where a file is in pieces, or has an end, most faults are: each gate's self-test reads these, whatever its suite does.
    out.push_back({.name = "small-tail", .purpose = "as inline-tail, a file of 1 MiB", .files = {data_file(14, 1 * kMiB + kTail)}});
    out.push_back({.name = "small-scattered", .purpose = "a file of 1 MiB in 4 KiB chunks whose order on the blob is not the file's", .mkfs_options = {kNoChecksum},
                   .chunk_bytes = 4096, .placement = Placement::scattered, .files = {data_file(15, 1 * kMiB + kTail)}});
    out.push_back({.name = "small-devices", .purpose = "a file of 1 MiB in 16 KiB chunks, on the image and two extra devices in turn", .mkfs_options = {kNoChecksum},
                   .chunk_bytes = 16 << 10, .placement = Placement::devices, .extra_devices = 2, .files = {data_file(16, 1 * kMiB + kTail)}});
    out.push_back({.name = "small-files", .purpose = "2,000 files of 1 to 9,001 bytes in 40 directories", .files = small_files()});
    return out;
}

std::vector<const TestFile*> files_by(const std::vector<TestFile>& files, bool data) {
    std::vector<const TestFile*> out;
    for (const auto& file : files)
        if (file.name.starts_with("data") == data) out.push_back(&file);
    return out;
}

}  // namespace

std::span<const TestImage> all_layouts() {
    static const std::vector<TestImage> layouts = make_layouts();
    return layouts;
}

Result<const TestImage*> find_layout(std::string_view name) {
    std::string known;
    for (const auto& layout : all_layouts()) {
        if (layout.name == name) return &layout;
        known += (known.empty() ? "" : ", ") + layout.name;
    }
    return fail("find image layout", name, "known layouts are " + known);
}

std::vector<const TestFile*> data_files(const std::vector<TestFile>& files) { return files_by(files, true); }
std::vector<const TestFile*> tree_files(const std::vector<TestFile>& files) { return files_by(files, false); }

bool is_contiguous(const TestImage& image) {
    return image.extra_devices == 0 && !image.compressed && image.files.size() == 1 && image.files.front().holes.empty() &&
           (image.placement == Placement::mkfs || image.placement == Placement::indexes);
}

Result<uint64_t> find_first_block(const TestImage& image, uint64_t seed, const std::string& bytes) {
    const uint64_t first = content_word({seed, image.files.front().file_id}, 0, 0);
    for (uint64_t at = 0; at + kBlockBytes <= bytes.size(); at += kBlockBytes)
        if (std::memcmp(bytes.data() + at, &first, sizeof first) == 0) return at;
    return fail("find the data of", image.name, "block 0 is not in the image", ExitCode::invalid);
}

}  // namespace diobench
