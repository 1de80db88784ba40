// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/content.h"

#include <array>
#include <gtest/gtest.h>
#include <vector>

#include "bench/common/image/layout.h"

using namespace diobench;

namespace {

std::vector<std::byte> file_bytes(const FileContent& content) {
    std::vector<std::byte> out((content.size_bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
    for (uint64_t b = 0; b * kBlockBytes < out.size(); ++b)
        if (!content.in_hole(b)) fill_block(content.key, b, std::span<std::byte, kBlockBytes>(out.data() + b * kBlockBytes, kBlockBytes));
    return out;
}

}  // namespace

TEST(Content, EveryFlippedByteIsFoundAndItsPlaceIsNamed) {
    std::array holes = {Hole{2, 1}};
    FileContent content{{1, 1}, 5 * kBlockBytes + 100, holes};
    auto bytes = file_bytes(content);
    EXPECT_EQ(content.first_mismatch(0, bytes), std::nullopt);
    for (size_t at : {size_t{0}, size_t{4095}, size_t{4096}, 2 * kBlockBytes + 5, 5 * kBlockBytes + 99}) {
        bytes[at] ^= std::byte{1};
        EXPECT_EQ(content.first_mismatch(0, bytes), at);
        EXPECT_EQ(content.first_mismatch(512, std::span(bytes).subspan(512)).value_or(at), at);
        bytes[at] ^= std::byte{1};
    }
    // Behind the end of the file nothing is promised.
    bytes[5 * kBlockBytes + 100] ^= std::byte{1};
    EXPECT_EQ(content.first_mismatch(0, bytes), std::nullopt);
}

TEST(Content, ShiftedZeroedAndForeignDataIsFound) {
    FileContent content{{1, 1}, 4 * kBlockBytes, {}};
    auto bytes = file_bytes(content);
    EXPECT_EQ(content.first_mismatch(kBlockBytes, bytes), kBlockBytes);
    std::vector<std::byte> zero(kBlockBytes);
    EXPECT_EQ(content.first_mismatch(0, zero), 0u);
    FileContent other{{1, 2}, 4 * kBlockBytes, {}};
    EXPECT_EQ(content.first_mismatch(0, file_bytes(other)), 0u);
    FileContent reseeded{{2, 1}, 4 * kBlockBytes, {}};
    EXPECT_EQ(content.first_mismatch(0, file_bytes(reseeded)), 0u);
}

TEST(Layout, NamesAreUniqueAndHolesAreInsideTheFile) {
    for (const auto& layout : all_layouts()) {
        EXPECT_EQ(find_layout(layout.name).value(), &layout);
        for (const auto& file : layout.files)
            for (const Hole& hole : file.holes) EXPECT_LE((hole.first_block + hole.blocks - 1) * kBlockBytes, file.size_bytes) << layout.name;
    }
    EXPECT_FALSE(find_layout("no-such"));
}
