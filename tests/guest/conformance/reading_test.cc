// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/reading.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/guest/conformance/bad_memory.h"
#include "bench/guest/conformance/mapped_file.h"
#include "bench/guest/conformance/segments.h"

using namespace diobench;
using testing::HasSubstr;

namespace {

/// A file of an image that exists, and a buffer with what a perfect read leaves.
class Reading : public testing::Test {
protected:
    Subject subject_{find_test_image("scattered-64k").value(), find_test_image("scattered-64k").value()->file("size-10000"), 1};
    std::vector<std::byte> perfect(uint64_t offset, size_t length) const {
        std::vector<std::byte> out(length, kPoison);
        auto right = right_bytes(subject_, offset, length);
        std::copy(right.begin(), right.end(), out.begin());
        return out;
    }
    std::string check(uint64_t offset, ssize_t result, const std::vector<std::byte>& buffer) const {
        return check_read(subject_, {"pread", "direct", offset, result}, buffer);
    }
};

}  // namespace

TEST_F(Reading, APerfectReadHasNothingWrong) {
    EXPECT_EQ(check(0, 8192, perfect(0, 8192)), "");
    EXPECT_EQ(check(8192, 1808, perfect(8192, 16384)), "");
    EXPECT_EQ(check(12288, 0, perfect(12288, 4096)), "");
}

TEST_F(Reading, TheRestOfTheLastBlockMayBeZeroAndNothingElse) {
    auto buffer = perfect(8192, 8192);
    std::fill(buffer.begin() + 1808, buffer.begin() + 4096, std::byte{0});
    EXPECT_EQ(check(8192, 1808, buffer), "");
    buffer[4096] = std::byte{0};
    EXPECT_THAT(check(8192, 1808, buffer), HasSubstr("wrote behind what it returned: byte 4096"));
    buffer = perfect(8192, 8192);
    buffer[2000] = std::byte{7};
    EXPECT_THAT(check(8192, 1808, buffer), HasSubstr("byte 2000"));
}

TEST_F(Reading, WrongCountsAndErrorsAreNamed) {
    EXPECT_THAT(check(8192, 4096, perfect(8192, 4096)), HasSubstr("returned 4096; right is 1808"));
    EXPECT_THAT(check(0, 4096, perfect(0, 8192)), HasSubstr("returned 4096; right is 8192"));
    auto text = check(8192, -EINVAL, perfect(8192, 4096));
    EXPECT_THAT(text, HasSubstr("direct pread, 4096 bytes at 8192 of scattered-64k/size-10000"));
    EXPECT_THAT(text, HasSubstr("EINVAL"));
}

TEST_F(Reading, WhereWrongBytesCameFromIsSaid) {
    auto buffer = perfect(0, 8192);
    auto replace = [&](std::vector<std::byte> with) {
        buffer = perfect(0, 8192);
        std::copy(with.begin(), with.end(), buffer.begin() + 4096);
        return check(0, 8192, buffer);
    };
    EXPECT_THAT(replace(std::vector<std::byte>(4096)), HasSubstr("at 4096 there are zeros"));
    EXPECT_THAT(replace(std::vector<std::byte>(4096, kPoison)), HasSubstr("what was in the buffer before"));
    EXPECT_THAT(replace(right_bytes(subject_, 0, 4096)), HasSubstr("offset 0 of the same file (shifted by -4096 bytes)"));
    EXPECT_THAT(replace(right_bytes(subject_, 4096 + 512, 4096)), HasSubstr("shifted by +512 bytes"));
    Subject other{subject_.image, subject_.image->file("several"), 1};
    EXPECT_THAT(replace(right_bytes(other, 65536, 4096)), HasSubstr("offset 65536 of another file, several"));
    EXPECT_THAT(replace(std::vector<std::byte>(4096, std::byte{0x5C})), HasSubstr("data of no file of the image, beginning 5c5c5c5c"));
    EXPECT_THAT(replace(std::vector<std::byte>(4096)), HasSubstr("in [4096, 8192) of the file"));
}

TEST_F(Reading, OfAFileOfGigabytesOnlyItsDataAreSearched) {
    const TestImage* image = find_test_image("sparse-far").value();
    const Subject far{image, image->file("behind-5g"), 1};
    const uint64_t begin = far.file->holes.front().blocks * kBlockBytes;
    EXPECT_THAT(origin_of(far, begin, right_bytes(far, begin + kBlockBytes, kBlockBytes)), HasSubstr("shifted by +4096 bytes"));
    EXPECT_THAT(origin_of(far, begin, right_bytes({image, image->file("behind-2g"), 1}, uint64_t{2} << 30, kBlockBytes)), HasSubstr("behind-2g"));
}

TEST_F(Reading, DataWhereAHoleShouldBeIsWrong) {
    Subject sparse{find_test_image("sparse-4k").value(), find_test_image("sparse-4k").value()->file("hole-odd"), 1};
    std::vector<std::byte> found = right_bytes(sparse, 0, 8192);
    EXPECT_EQ(wrong_bytes(sparse, 0, found), "");
    std::copy_n(found.begin(), 4096, found.begin() + 4096);
    EXPECT_THAT(wrong_bytes(sparse, 0, found), HasSubstr("right is zeros (a hole)"));
}

TEST_F(Reading, ComplaintsTellTheFirstAndCountTheRest) {
    Complaints complaints;
    complaints.add("");
    EXPECT_EQ(complaints.finding().outcome, Outcome::pass);
    for (const char* text : {"one", "two", "three", "four"}) complaints.add(text);
    auto finding = complaints.finding();
    EXPECT_EQ(finding.outcome, Outcome::fail);
    EXPECT_THAT(finding.text, HasSubstr("4 of 5 checks failed. one\ntwo\nthree"));
    EXPECT_EQ(finding.text.find("four"), std::string::npos);
    EXPECT_FALSE(complaints.enough());
}

TEST(Segments, TheyAreApartInMemoryAndInOrderInTheFile) {
    auto buffer = ReadBuffer::create(segments_room(std::array<size_t, 3>{4096, 12288, 8192})).value();
    buffer.poison(buffer.size());
    auto segments = cut_segments(buffer, std::array<size_t, 3>{4096, 12288, 8192});
    for (size_t i = 0; i < 3; ++i) std::fill_n(static_cast<std::byte*>(segments[i].iov_base), segments[i].iov_len, std::byte(i + 1));
    auto all = gather(segments);
    ASSERT_EQ(all.size(), 4096u + 12288 + 8192);
    EXPECT_EQ(all[4095], std::byte{1});
    EXPECT_EQ(all[4096], std::byte{2});
    EXPECT_EQ(all.back(), std::byte{3});
    EXPECT_GT(segments[0].iov_base, segments[1].iov_base);
    auto bytes = buffer.first(buffer.size());
    EXPECT_EQ(std::count(bytes.begin(), bytes.end(), kPoison), 3 * 4096);
    std::mt19937_64 random(1);
    auto lengths = unequal_lengths(random, 50, 4);
    for (size_t i = 1; i < lengths.size(); ++i) EXPECT_NE(lengths[i], lengths[i - 1]);
}

TEST(BadMemory, OnlyTheBadPartFaults) {
    for (auto kind : {BadMemory::Kind::unmapped, BadMemory::Kind::no_access}) {
        auto memory = BadMemory::create(16384, kind, 1, 2).value();
        std::array<std::byte, 16> copy{};
        EXPECT_TRUE(copy_guarded(copy, memory.span().data())) << bad_memory_name(kind);
        EXPECT_EQ(copy[0], kPoison);
        EXPECT_FALSE(copy_guarded(copy, memory.span().data() + 4096)) << bad_memory_name(kind);
        EXPECT_FALSE(copy_guarded(copy, memory.span().data() + 12280)) << bad_memory_name(kind);
        EXPECT_TRUE(copy_guarded(copy, memory.span().data() + 12288)) << bad_memory_name(kind);
        EXPECT_EQ(memory.good_bytes(), 4096u);
    }
}
