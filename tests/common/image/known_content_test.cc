// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/image/known_content.h"

#include <array>
#include <gtest/gtest.h>

using namespace diobench;

namespace {

constexpr std::array<Hole, 1> kHoles = {{{1, 2}}};

std::vector<std::byte> whole(const FileContent& content) {
    std::vector<std::byte> out((content.size_bytes + kBlockBytes - 1) / kBlockBytes * kBlockBytes);
    for (size_t at = 0; at < out.size(); at += kBlockBytes) content.fill(at / kBlockBytes, std::span<std::byte, kBlockBytes>(out.data() + at, kBlockBytes));
    return out;
}

}  // namespace

TEST(KnownContent, FindsWhatFileContentFinds) {
    for (const FileContent& content : {FileContent{{3, 7}, 20000, {}, Texture::random}, FileContent{{3, 7}, 20000, kHoles, Texture::random},
                                       FileContent{{3, 7}, 20000, {}, Texture::compressible}})
        for (uint64_t room : {uint64_t{0}, uint64_t{1} << 20}) {
            KnownContents contents(room);
            const KnownContent& known = contents.of(content);
            auto data = whole(content);
            EXPECT_EQ(known.size_bytes(), 20000u);
            EXPECT_EQ(known.first_mismatch(0, data), std::nullopt);
            EXPECT_EQ(known.first_mismatch(5000, std::span(data).subspan(5000)), std::nullopt);
            EXPECT_EQ(known.first_mismatch(20000, data), std::nullopt) << "behind the end nothing is looked at";
            for (size_t wrong : {size_t{0}, size_t{5000}, size_t{19999}}) {
                auto damaged = data;
                damaged[wrong] ^= std::byte{1};
                EXPECT_EQ(known.first_mismatch(0, damaged), wrong);
                EXPECT_EQ(known.first_mismatch(4096, std::span(damaged).subspan(4096)), wrong < 4096 ? std::nullopt : std::optional<uint64_t>(wrong));
            }
            auto behind = data;
            behind[20000] ^= std::byte{1};
            EXPECT_EQ(known.first_mismatch(0, behind), std::nullopt);
        }
}

TEST(KnownContents, AreSharedByEqualContentsAlone) {
    KnownContents contents(1 << 20);
    const FileContent one{{1, 1}, 8192, {}, Texture::random};
    const KnownContent& first = contents.of(one);
    EXPECT_EQ(&first, &contents.of(FileContent{{1, 1}, 8192, {}, Texture::random}));
    for (const FileContent& other : {FileContent{{2, 1}, 8192, {}, Texture::random}, FileContent{{1, 2}, 8192, {}, Texture::random},
                                     FileContent{{1, 1}, 4096, {}, Texture::random}, FileContent{{1, 1}, 8192, kHoles, Texture::random},
                                     FileContent{{1, 1}, 8192, {}, Texture::compressible}})
        EXPECT_NE(&first, &contents.of(other));
    EXPECT_EQ(&first, &contents.of(one));
}
