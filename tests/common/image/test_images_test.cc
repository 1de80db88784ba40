// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/test_images.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/common/image/erofs_format.h"

using namespace diobench;

namespace {

/// A cache of its own, so that what is tested is made now.
class TestImages : public testing::Test {
protected:
    static void SetUpTestSuite() {
        folder_ = new TempDirectory(TempDirectory::create(fs::temp_directory_path(), "diobench-images").value());
        fs::create_symlink(cache_root() / "deps", folder_->path() / "deps");  // with mkfs.erofs, where scripts/setup built it
        ::setenv("DIOBENCH_CACHE", folder_->path().c_str(), 1);
    }
    static void TearDownTestSuite() {
        ::unsetenv("DIOBENCH_CACHE");
        delete folder_;
    }
    static std::vector<fs::path> paths(const TestImage& image, uint64_t seed = 1) { return test_image_blobs(image, seed).value(); }
    static std::vector<std::string> blobs(const TestImage& image, uint64_t seed = 1) {
        std::vector<std::string> out;
        for (const auto& path : paths(image, seed)) out.push_back(read_file(path).value());
        return out;
    }
    static TempDirectory* folder_;
};
TempDirectory* TestImages::folder_ = nullptr;

/// Where block `block` of a file lies, as the kernel finds it: device and offset, device 0xFFFF for a hole.
struct Place {
    uint16_t device = 0;
    uint64_t offset = 0;
};
constexpr uint16_t kNowhere = 0xFFFF;

Place place_of(const ErofsImage& image, const ErofsInode& inode, uint64_t block) {
    if (inode.data_layout == DataLayout::chunks) {
        auto map = image.chunk_map(inode).value();
        uint64_t per_chunk = map.chunk_bytes / kBlockBytes;
        auto chunk = image.chunk(map, block / per_chunk);
        if (chunk.block == kHoleAddress) return {kNowhere, 0};
        return {chunk.device_id, (chunk.block + block % per_chunk) * kBlockBytes};
    }
    bool last = block == (inode.size_bytes - 1) / kBlockBytes;
    if (inode.data_layout == DataLayout::inline_tail && last && inode.size_bytes % kBlockBytes != 0) return {0, inode.body_offset()};
    return {0, (inode.raw_block + block) * kBlockBytes};
}

/// Reads a whole file out of the blobs.
std::string extract(const std::vector<std::string>& blobs, const TestFile& file) {
    auto image = ErofsImage::open(blobs[0]).value();
    auto inode = image.find(file.name).value();
    EXPECT_EQ(inode.size_bytes, file.size_bytes);
    std::string out;
    for (uint64_t at = 0; at < inode.size_bytes; at += kBlockBytes) {
        uint64_t length = std::min<uint64_t>(kBlockBytes, inode.size_bytes - at);
        Place place = place_of(image, inode, at / kBlockBytes);
        out += place.device == kNowhere ? std::string(length, '\0') : blobs.at(place.device).substr(place.offset, length);
    }
    return out;
}

std::span<const std::byte> as_bytes(const std::string& text) { return std::as_bytes(std::span(text)); }

std::vector<ChunkAddress> addresses(const std::vector<std::string>& blobs, const std::string& name) {
    auto image = ErofsImage::open(blobs[0]).value();
    auto map = image.chunk_map(image.find(name).value()).value();
    std::vector<ChunkAddress> out;
    for (uint64_t i = 0; i < map.chunks; ++i) out.push_back(image.chunk(map, i));
    return out;
}

}  // namespace

TEST_F(TestImages, EveryByteOfEveryUncompressedFileIsWhereItsInodeSays) {
    for (const auto& row : all_test_images()) {
        if (row.compressed || row.stretched_chunk_bytes != 0) continue;
        auto images = blobs(row);
        for (const auto& file : row.files) {
            auto data = extract(images, file);
            ASSERT_EQ(data.size(), file.size_bytes) << row.name << "/" << file.name;
            EXPECT_EQ(file.content(1).first_mismatch(0, as_bytes(data)), std::nullopt) << row.name << "/" << file.name;
        }
    }
}

TEST_F(TestImages, HolesAreHolesOnDiskAndOnlyInImagesCalledSparse) {
    for (const auto& row : all_test_images()) {
        auto images = blobs(row);
        auto image = ErofsImage::open(images[0]).value();
        for (const auto& file : row.files) {
            EXPECT_TRUE(file.holes.empty() || row.name.find("sparse") != std::string::npos) << row.name;
            auto content = file.content(1);
            for (uint64_t b = 0; !row.compressed && b * kBlockBytes < file.size_bytes; ++b)
                ASSERT_EQ(place_of(image, image.find(file.name).value(), b).device == kNowhere, content.in_hole(b))
                    << row.name << "/" << file.name << " block " << b;
        }
    }
}

TEST_F(TestImages, ChunksHaveTheSizeAndTheMapOfTheRow) {
    for (const auto& row : all_test_images()) {
        if (row.chunk_bytes == 0) continue;
        auto image = ErofsImage::open(blobs(row)[0]).value();
        auto map = image.chunk_map(image.find(row.files.back().name).value()).value();
        EXPECT_EQ(map.chunk_bytes, row.stretched_chunk_bytes != 0 ? row.stretched_chunk_bytes : row.chunk_bytes) << row.name;
        EXPECT_EQ(map.indexes, row.placement != Placement::mkfs || row.extra_devices > 0) << row.name;
    }
}

TEST_F(TestImages, DataBehindGigabytesOfHoleAreWhereTheirInodeSays) {
    const auto& row = *find_test_image("sparse-far").value();
    auto images = blobs(row);
    auto image = ErofsImage::open(images[0]).value();
    for (const auto& file : row.files) {
        auto inode = image.find(file.name).value();
        ASSERT_EQ(inode.size_bytes, file.size_bytes);
        ASSERT_GT(file.size_bytes, uint64_t{2} << 30);
        const uint64_t begin = file.holes.front().blocks;
        for (uint64_t b = begin; b * kBlockBytes < file.size_bytes; ++b) {
            Place place = place_of(image, inode, b);
            ASSERT_EQ(place.device, 0) << file.name << " block " << b;
            auto data = images[0].substr(place.offset, kBlockBytes);
            ASSERT_EQ(file.content(1).first_mismatch(b * kBlockBytes, as_bytes(data)), std::nullopt) << file.name << " block " << b;
        }
    }
}

TEST_F(TestImages, WhatCannotBeStretchedIsRefused) {
    auto image = ErofsImage::open(blobs(*find_test_image("sparse-far").value())[0]).value();
    auto inode = image.find("behind-2g").value();
    EXPECT_FALSE(image.stretch(inode, uint64_t{9} << 30, uint64_t{1} << 30)) << "another number of chunks";
    auto compact = ErofsImage::open(blobs(*find_test_image("chunk-64k").value())[0]).value();
    EXPECT_FALSE(compact.stretch(compact.find("size-4096").value(), uint64_t{1} << 30, uint64_t{1} << 30)) << "an inode with a size of 32 bits";
    auto flat = ErofsImage::open(blobs(*find_test_image("flat").value())[0]).value();
    EXPECT_FALSE(flat.stretch(flat.find("several").value(), uint64_t{1} << 30, uint64_t{1} << 30)) << "no chunks";
}

TEST_F(TestImages, ScatteredChunksAreNeitherInOrderNorAllAlone) {
    auto chunks = addresses(blobs(*find_test_image("scattered-4k").value()), "several");
    unsigned next = 0, back = 0;
    for (size_t i = 1; i < chunks.size(); ++i) {
        next += chunks[i].block == chunks[i - 1].block + 1 ? 1 : 0;
        back += chunks[i].block < chunks[i - 1].block ? 1 : 0;
    }
    EXPECT_GT(next, chunks.size() / 4);
    EXPECT_LT(next, chunks.size() * 3 / 4);
    EXPECT_GT(back, chunks.size() / 10);
}

TEST_F(TestImages, DevicesTakeTurnsAtAddressesThatGoOn) {
    const auto& row = *find_test_image("blobs").value();
    auto chunks = addresses(blobs(row), "several");
    std::set<std::pair<uint16_t, uint16_t>> changes;
    for (size_t i = 1; i < chunks.size(); ++i) {
        EXPECT_EQ(chunks[i].block, chunks[i - 1].block + row.chunk_bytes / kBlockBytes);
        changes.insert({chunks[i - 1].device_id, chunks[i].device_id});
    }
    EXPECT_EQ(changes.size(), 9u) << "every change of device, and none, must occur";
}

TEST_F(TestImages, TheSameSeedGivesTheSameBytesAndAnotherGivesOthers) {
    const auto& row = *find_test_image("scattered-64k").value();
    auto first = blobs(row);
    EXPECT_NE(first, blobs(row, 2));
    for (const auto& path : paths(row)) fs::remove(path);
    EXPECT_EQ(first, blobs(row));
}

TEST_F(TestImages, CompressedFilesAreCompressed) {
    const auto& row = *find_test_image("compressed").value();
    auto image = ErofsImage::open(blobs(row)[0]).value();
    uint64_t bytes = 0;
    for (const auto& file : row.files) {
        auto layout = image.find(file.name).value().data_layout;
        EXPECT_TRUE(layout == DataLayout::compressed_full || layout == DataLayout::compressed_compact) << file.name;
        bytes += file.size_bytes;
    }
    EXPECT_LT(image.bytes().size(), bytes * 3 / 4);
}

TEST_F(TestImages, AllTogetherFitIntoABoot) {
    uint64_t bytes = 0;
    for (const auto& row : all_test_images())
        for (const auto& path : paths(row)) {
            EXPECT_EQ(fs::file_size(path) % kBlockBytes, 0u) << path;
            bytes += fs::file_size(path);
        }
    EXPECT_LT(bytes, uint64_t{48} << 20);
    RecordProperty("bytes", std::to_string(bytes));
}

TEST_F(TestImages, NamesAndFileIdsAreUnique) {
    std::set<std::string> names;
    std::set<uint32_t> ids = {1, 2, 3, kGapFileId};  // measured layouts and gaps
    for (const auto& row : all_test_images()) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        for (const auto& file : row.files) {
            EXPECT_TRUE(ids.insert(file.file_id).second) << row.name << "/" << file.name;
            // The content function looks at 16 bits of it.
            EXPECT_LT(file.file_id, kGapFileId);
        }
    }
    EXPECT_FALSE(find_test_image("no-such"));
    EXPECT_EQ(test_image_blob_name(*find_test_image("blobs").value(), 2), "blobs.2.erofs");
}

TEST(ErofsFormat, WhatIsNoImageOrAsksTooMuchIsRefused) {
    EXPECT_FALSE(ErofsImage::open(""));
    EXPECT_FALSE(ErofsImage::open(std::string(4096, '\0')));
    std::string block(4096, '\0');
    const uint32_t magic = 0xE0F5E1E2;
    std::memcpy(block.data() + 1024, &magic, sizeof magic);
    block[1024 + 12] = 9;  // blocks of 512 bytes
    EXPECT_FALSE(ErofsImage::open(block));
    block[1024 + 12] = 12;
    auto image = ErofsImage::open(block);
    ASSERT_TRUE(image);
    EXPECT_FALSE(image->inode(1000));
    EXPECT_FALSE(image->find("data.bin"));
    ChunkMap map{64, 4096, 2, false};
    EXPECT_FALSE(image->set_chunk(map, 2, {0, 1}));
    EXPECT_FALSE(image->set_chunk(map, 0, {1, 1}));
    EXPECT_TRUE(image->set_chunk(map, 1, {0, 7}));
    EXPECT_EQ(image->chunk(map, 1).block, 7u);
    ErofsInode no_chunks;
    no_chunks.data_layout = DataLayout::flat;
    EXPECT_FALSE(image->chunk_map(no_chunks));
}
