// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/test_images.h"

#include <algorithm>
#include <fmt/format.h>

#include "bench/common/base/units.h"

namespace diobench {

namespace {

// Layouts of measured images begin at 1.
constexpr uint32_t kFirstFileId = 0x100;
constexpr uint32_t kFileIdsPerImage = 0x100;

uint64_t blocks_of(uint64_t bytes) { return (bytes + kBlockBytes - 1) / kBlockBytes; }

TestFile sized(uint64_t size_bytes) { return {fmt::format("size-{}", size_bytes), 0, size_bytes, {}}; }

/// Sizes around the edges of sectors, blocks and `edge_bytes`, and one of `several_bytes`.
std::vector<TestFile> edge_files(uint64_t edge_bytes, uint64_t several_bytes) {
    std::vector<TestFile> files;
    for (uint64_t size : {uint64_t{0}, uint64_t{1}, uint64_t{511}, uint64_t{4095}, uint64_t{4096}, uint64_t{4097}, uint64_t{8192}, uint64_t{10000}})
        files.push_back(sized(size));
    if (edge_bytes > kBlockBytes)
        for (uint64_t size : {edge_bytes - 1, edge_bytes, edge_bytes + 1}) files.push_back(sized(size));
    files.push_back({"several", 0, several_bytes, {}});
    return files;
}

/// A file of `chunks` chunks and a partial one, those of `holes` missing.
TestFile sparse_file(const std::string& name, uint64_t chunk_bytes, uint64_t chunks, const std::vector<uint64_t>& holes) {
    TestFile file{name, 0, chunks * chunk_bytes + kTail, {}};
    for (uint64_t chunk : holes) {
        uint64_t first = chunk * chunk_bytes / kBlockBytes;
        uint64_t count = std::min(chunk_bytes / kBlockBytes, blocks_of(file.size_bytes) - first);
        file.holes.push_back({first, count});
    }
    return file;
}

std::vector<uint64_t> every(uint64_t step, uint64_t first, uint64_t end) {
    std::vector<uint64_t> out;
    for (uint64_t i = first; i < end; i += step) out.push_back(i);
    return out;
}

/// Every pattern of holes over `chunks` whole chunks and a partial one.
std::vector<TestFile> sparse_files(uint64_t chunk_bytes, uint64_t chunks) {
    auto file = [&](const char* name, const std::vector<uint64_t>& holes) { return sparse_file(name, chunk_bytes, chunks, holes); };
    return {
        file("no-hole", {}),
        file("hole-start", {0}),
        file("hole-middle", {chunks / 2}),
        file("hole-before-tail", {chunks - 1}),
        file("hole-at-end", {chunks}),
        file("hole-odd", every(2, 1, chunks + 1)),
        file("hole-even", every(2, 0, chunks + 1)),
        file("hole-all", every(1, 0, chunks + 1)),
    };
}

/// Nothing but a hole of `chunks` chunks and some data behind it.
TestFile far_file(const std::string& name, uint64_t chunk_bytes, uint64_t chunks) {
    return {name, 0, chunks * chunk_bytes + 300 * kKiB + kTail, {{0, chunks * chunk_bytes / kBlockBytes}}};
}

/// Chunks beside the borders of 128 KiB windows are missing: before one, behind one, on both sides.
TestFile window_file(uint64_t chunk_bytes) {
    uint64_t window = 128 * kKiB / chunk_bytes;
    return sparse_file("hole-at-windows", chunk_bytes, 5 * window, {window - 1, 2 * window, 4 * window - 1, 4 * window});
}

std::vector<TestFile> with_windows(std::vector<TestFile> files, uint64_t chunk_bytes) {
    files.push_back(window_file(chunk_bytes));
    return files;
}

/// Files in a directory that is larger than a block.
std::vector<TestFile> many_files() {
    std::vector<TestFile> files;
    for (uint64_t i = 0; i < 48; ++i)
        files.push_back({fmt::format("directory/a-name-of-{:03}-{}", i, std::string(80, 'x')), 0, (i * 1237) % 9001, {}});
    return files;
}

/// Names in a directory of several blocks: prefixes of each other, long ones that differ at their end, the longest
/// but one, gaps between neighbours, names in front of "." and behind all letters.  The size tells which file one is.
std::vector<TestFile> named_files() {
    constexpr size_t kMkfsLongest = 254;  // mkfs.erofs 1.5 loses the end of a name of 255 bytes
    std::vector<std::string> names = {"!", "-", "0", "~", "z", "zz", "\xc3\xa9", "\xef\xbf\xbd"};
    for (size_t i = 1; i <= 40; ++i) names.push_back(std::string(i, 'p'));
    for (int i = 0; i < 60; ++i) names.push_back(fmt::format("long-{}-{:03}", std::string(200, 'l'), 2 * i));
    for (char c = 'a'; c <= 'l'; ++c) names.push_back(fmt::format("{}{}", std::string(kMkfsLongest - 1, 'q'), c));
    for (int i = 0; i < 80; ++i) names.push_back(fmt::format("entry-{:04}", 3 * i));
    std::vector<TestFile> files;
    for (const auto& name : names) files.push_back({"names/" + name, 0, files.size() + 1, {}});
    return files;
}

std::vector<TestFile> compressible(std::vector<TestFile> files) {
    for (auto& file : files) file.texture = Texture::compressible;
    return files;
}

std::vector<TestImage> with_file_ids(std::vector<TestImage> images) {
    uint32_t first = kFirstFileId;
    for (auto& image : images) {
        uint32_t id = first;
        for (auto& file : image.files) file.file_id = id++;
        first += kFileIdsPerImage;
    }
    return images;
}

std::vector<TestImage> make_images() {
    // What changes chunk maps must not be caught by the superblock's checksum.
    const std::vector<std::string> chunked = {"-Enosbcrc"};
    std::vector<TestImage> images;
    images.push_back({.name = "flat", .purpose = "each file one contiguous extent, no inline tails",
                      .mkfs_options = {"-Enoinline_data"}, .files = edge_files(64 * kKiB, 300 * kKiB + kTail)});
    images.push_back({.name = "inline-tail", .purpose = "the last partial block of each file lies behind its inode (mkfs.erofs's default)",
                      .mkfs_options = {}, .files = edge_files(64 * kKiB, 300 * kKiB + kTail)});
    images.push_back({.name = "many", .purpose = "many small files in a directory larger than a block",
                      .mkfs_options = {}, .data_cases = DataCases::few, .files = many_files()});
    images.push_back({.name = "chunk-4k", .purpose = "4 KiB chunks behind a block map", .mkfs_options = chunked,
                      .chunk_bytes = 4 * kKiB, .files = edge_files(4 * kKiB, 300 * kKiB + kTail)});
    images.push_back({.name = "chunk-64k", .purpose = "64 KiB chunks behind a block map", .mkfs_options = chunked,
                      .chunk_bytes = 64 * kKiB, .files = edge_files(64 * kKiB, 5 * 64 * kKiB + kTail)});
    images.push_back({.name = "chunk-1m", .purpose = "1 MiB chunks behind a block map", .mkfs_options = chunked,
                      .chunk_bytes = 1 * kMiB, .files = edge_files(1 * kMiB, 2 * kMiB + 12 * kKiB + kTail)});
    images.push_back({.name = "index-4k", .purpose = "4 KiB chunks behind chunk indexes, a map of several blocks", .mkfs_options = chunked,
                      .chunk_bytes = 4 * kKiB, .placement = Placement::indexes, .data_cases = DataCases::few,
                      .files = edge_files(4 * kKiB, 2200 * kKiB + kTail)});
    images.push_back({.name = "index-64k", .purpose = "64 KiB chunks behind chunk indexes", .mkfs_options = chunked,
                      .chunk_bytes = 64 * kKiB, .placement = Placement::indexes, .data_cases = DataCases::few,
                      .files = edge_files(64 * kKiB, 5 * 64 * kKiB + kTail)});
    images.push_back({.name = "sparse-4k", .purpose = "holes of 4 KiB chunks, block map", .mkfs_options = chunked,
                      .chunk_bytes = 4 * kKiB, .files = with_windows(sparse_files(4 * kKiB, 34), 4 * kKiB)});
    images.push_back({.name = "sparse-index-4k", .purpose = "holes of 4 KiB chunks, chunk indexes", .mkfs_options = chunked,
                      .chunk_bytes = 4 * kKiB, .placement = Placement::indexes, .data_cases = DataCases::few,
                      .files = with_windows(sparse_files(4 * kKiB, 20), 4 * kKiB)});
    images.push_back({.name = "sparse-64k", .purpose = "holes of 64 KiB chunks, block map", .mkfs_options = chunked,
                      .chunk_bytes = 64 * kKiB, .files = with_windows(sparse_files(64 * kKiB, 3), 64 * kKiB)});
    images.push_back({.name = "sparse-1m", .purpose = "holes of 1 MiB chunks, chunk indexes", .mkfs_options = chunked,
                      .chunk_bytes = 1 * kMiB, .placement = Placement::indexes,
                      .files = {sparse_file("hole-start", 1 * kMiB, 2, {0}), sparse_file("hole-before-tail", 1 * kMiB, 2, {1}),
                                sparse_file("hole-at-end", 1 * kMiB, 1, {1}), sparse_file("hole-all", 1 * kMiB, 1, {0, 1})}});
    images.push_back({.name = "scattered-4k", .purpose = "4 KiB chunks whose order on the blob is not the file's", .mkfs_options = chunked,
                      .chunk_bytes = 4 * kKiB, .placement = Placement::scattered, .files = edge_files(4 * kKiB, 400 * kKiB + kTail)});
    images.push_back({.name = "scattered-64k", .purpose = "64 KiB chunks whose order on the blob is not the file's", .mkfs_options = chunked,
                      .chunk_bytes = 64 * kKiB, .placement = Placement::scattered, .files = edge_files(64 * kKiB, 17 * 64 * kKiB + kTail)});
    images.push_back({.name = "blob", .purpose = "the data on an extra device, as mkfs.erofs --blobdev makes it", .mkfs_options = chunked,
                      .chunk_bytes = 64 * kKiB, .extra_devices = 1, .data_cases = DataCases::few, .files = edge_files(64 * kKiB, 5 * 64 * kKiB + kTail)});
    images.push_back({.name = "blobs", .purpose = "each file spread over the image and two extra devices", .mkfs_options = chunked,
                      .chunk_bytes = 16 * kKiB, .placement = Placement::devices, .extra_devices = 2,
                      .files = edge_files(16 * kKiB, 29 * 16 * kKiB + kTail)});
    images.push_back({.name = "domain", .purpose = "an extra device shared by two mounts of one domain", .mkfs_options = chunked,
                      .chunk_bytes = 64 * kKiB, .extra_devices = 1, .shared_domain = true, .data_cases = DataCases::few,
                      .files = edge_files(64 * kKiB, 3 * 64 * kKiB + kTail)});
    images.push_back({.name = "compressed", .purpose = "compressed with LZ4", .mkfs_options = {"-zlz4"}, .compressed = true,
                      .files = compressible({sized(65536), sized(100001), {"several", 0, 700 * kKiB + kTail, {}}})});
    images.push_back({.name = "large", .purpose = "one large file in one extent, for cases that need room", .mkfs_options = {"-Enoinline_data"},
                      .data_cases = DataCases::none, .files = {{"large", 0, 8 * kMiB + kTail, {}}}});
    images.push_back({.name = "sparse-far", .purpose = "data behind 2 GiB, 4 GiB and 5 GiB of hole", .mkfs_options = {"-Enosbcrc,force-inode-extended"},
                      .chunk_bytes = 4 * kKiB, .stretched_chunk_bytes = kGiB, .placement = Placement::indexes, .data_cases = DataCases::none,
                      .files = {far_file("behind-2g", kGiB, 2), far_file("behind-4g", kGiB, 4), far_file("behind-5g", kGiB, 5)}});
    images.push_back({.name = "names", .purpose = "names of every kind in a directory of several blocks", .data_cases = DataCases::none, .files = named_files()});
    images.push_back({.name = "links", .purpose = "symbolic links behind their inode, in a block of their own and on the border between", .data_cases = DataCases::none,
                      .files = {sized(1)}, .links = {1, 31, 59, 60, 61, 255, 1000, 3000, 4000, 4031, 4032, 4033, 4063, 4064, 4065, 4095}});
    images.push_back({.name = "sparse-huge", .purpose = "more than 65,536 pages, hole but for the first MiB: what counts pages in 16 bits",
                      .mkfs_options = {"-Enosbcrc,force-inode-extended"}, .chunk_bytes = 4 * kKiB, .stretched_chunk_bytes = kMiB, .placement = Placement::indexes,
                      .data_cases = DataCases::none, .files = {{"huge", 0, 256 * kMiB + kBlockBytes, {{kMiB / kBlockBytes, 255 * kMiB / kBlockBytes + 1}}}}});
    return with_file_ids(std::move(images));
}

}  // namespace

const TestFile* TestImage::file(std::string_view file_name) const {
    for (const auto& one : files)
        if (one.name == file_name) return &one;
    return nullptr;
}

std::string link_name(size_t target_bytes) { return fmt::format("link-{}", target_bytes); }

std::string link_target(size_t target_bytes) {
    std::string target;
    for (unsigned part = 0; target.size() < target_bytes; ++part) target += fmt::format("part-{}/", part);
    return target.substr(0, target_bytes);
}

std::span<const TestImage> all_test_images() {
    static const std::vector<TestImage> images = make_images();
    return images;
}

Result<const TestImage*> find_test_image(std::string_view name) {
    std::string known;
    for (const auto& image : all_test_images()) {
        if (image.name == name) return &image;
        known += (known.empty() ? "" : ", ") + image.name;
    }
    return fail("find test image", name, "known images are " + known);
}

std::string test_image_blob_name(const TestImage& image, unsigned index) { return fmt::format("{}.{}.erofs", image.name, index); }

}  // namespace diobench
