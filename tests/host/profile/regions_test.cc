// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/measure/marker.h"

namespace diobench {
namespace {

using testing::HasSubstr;

constexpr const char* kTwo =
    "region 0000002a\n"
    "100 10 5 0 [user]\n"
    "50 4 3 2 vfs_read\n"
    "7 1 0 0 vfs_read.cold\n"
    "9 0 0 1 f.isra.0.part.0\n"
    "3 0 0 0 [kernel, no symbol]\n"
    "copied 4096 8192\n"
    "end 5 169\n"
    "region ffffffff\n"
    "copied 0 0\n"
    "end 0 0\n";

std::string reason(std::string_view text) {
    auto parsed = parse_regions(text, "ram.txt");
    EXPECT_FALSE(parsed.has_value()) << text;
    if (parsed) return "";
    EXPECT_EQ(parsed.error().code, ExitCode::invalid);
    return parsed.error().message();
}

TEST(Regions, AreReadInOrderWithPartsOfAFunctionTogether) {
    auto regions = parse_regions(kTwo, "ram.txt");
    ASSERT_TRUE(regions.has_value()) << regions.error().message();
    ASSERT_EQ(regions->size(), 2u);
    const ProfileRegion& first = regions->front();
    EXPECT_EQ(first.tag, 0x2au);
    EXPECT_EQ(first.user, (InstructionCounts{100, 10, 5, 0}));
    EXPECT_EQ(first.functions.at("vfs_read"), (InstructionCounts{57, 5, 3, 2}));
    EXPECT_EQ(first.functions.at("f"), (InstructionCounts{9, 0, 0, 1}));
    EXPECT_EQ(first.functions.at("[kernel, no symbol]").instructions, 3u);
    EXPECT_EQ(first.functions.size(), 3u);
    EXPECT_EQ(first.copied, (CopyCounts{4096, 8192}));
    EXPECT_EQ(regions->back().tag, 0xffffffffu);
}

TEST(Regions, NoTextIsNoRegion) { EXPECT_TRUE(parse_regions("", "ram.txt")->empty()); }

/// The disk was full or the machine died: whatever was cut off is noticed.
TEST(Regions, ACutAnywhereButBetweenRegionsIsAnError) {
    const std::string text = kTwo;
    const size_t between = text.find("region ffffffff");
    for (size_t size = 1; size < text.size(); ++size)
        EXPECT_EQ(parse_regions(text.substr(0, size), "ram.txt").has_value(), size == between) << size;
}

TEST(Regions, AnyChangedDigitOfACountIsAnError) {
    const std::string text = kTwo;
    for (size_t at : {text.find("100"), text.find("50 4"), text.find("end 5") + 4, text.find("169")}) {
        std::string wrong = text;
        wrong[at] = wrong[at] == '2' ? '3' : '2';
        EXPECT_THAT(reason(wrong), HasSubstr("ram.txt:8")) << at;
    }
}

TEST(Regions, WhatIsNotARegionIsAnError) {
    EXPECT_THAT(reason("1 2 3 4 f\n"), HasSubstr("outside"));
    EXPECT_THAT(reason("end 0 0\n"), HasSubstr("not the end"));
    EXPECT_THAT(reason("region 12x\n"), HasSubstr("tag"));
    EXPECT_THAT(reason("region 12\nregion 13\n"), HasSubstr("before the one before"));
    EXPECT_THAT(reason("region 12\n1 2 3 f\n"), HasSubstr("four numbers"));
    EXPECT_THAT(reason("region 12\n1 2 3 4 \n"), HasSubstr("without a name"));
    EXPECT_THAT(reason("region 12\n1 2 3 4\n"), HasSubstr("without a name"));
    EXPECT_THAT(reason("region 12\n-1 2 3 4 f\n"), HasSubstr("four numbers"));
    EXPECT_THAT(reason("region 12\nend 0 0\n"), HasSubstr("without the bytes that were copied"));
    EXPECT_THAT(reason("region 12\ncopied 1\nend 0 0\n"), HasSubstr("not two numbers"));
    EXPECT_THAT(reason("region 12\ncopied 1 -2\nend 0 0\n"), HasSubstr("not two numbers"));
    EXPECT_THAT(reason("region 12\ncopied 1 2 3\nend 0 0\n"), HasSubstr("not two numbers"));
    EXPECT_THAT(reason("region 12\ncopied 1 2\ncopied 1 2\nend 0 0\n"), HasSubstr("second time"));
    EXPECT_THAT(reason("region 12\ncopied 1 2\n1 2 3 4 f\nend 1 1\n"), HasSubstr("between"));
    EXPECT_THAT(reason("copied 1 2\n"), HasSubstr("outside"));
    EXPECT_THAT(reason("fault a region that ends without a beginning\n"), HasSubstr("ends without a beginning"));
}

TEST(Regions, NamesLoseOnlyWhatTheCompilerAdds) {
    EXPECT_EQ(plain_function_name("f.cold"), "f");
    EXPECT_EQ(plain_function_name("f.constprop.0.isra.0"), "f");
    EXPECT_EQ(plain_function_name("f"), "f");
    EXPECT_EQ(plain_function_name(".hidden"), ".hidden");
}

// The check value of CRC-32C.
TEST(Regions, ATagIsTheChecksumOfTheCellsName) { EXPECT_EQ(profile_tag("123456789"), 0xe3069283u); }

TEST(Marker, IsALongNopWithOurName) {
    EXPECT_EQ(marker_bytes(Marker::begin), (std::array<uint8_t, 7>{0x0f, 0x1f, 0x80, 0x12, 0x64, 0x69, 0x62}));
    EXPECT_NE(marker_bytes(Marker::bit0), marker_bytes(Marker::bit1));
    begin_marked_region(0x12345678);  // does nothing, and above all does not crash
    end_marked_region();
}

}  // namespace
}  // namespace diobench
