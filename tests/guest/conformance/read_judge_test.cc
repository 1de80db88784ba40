// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/read_judge.h"

#include <algorithm>
#include <cerrno>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace diobench;
using testing::HasSubstr;

namespace {

/// A read of 16 KiB at 4096 of a file of 10,000 bytes: 5,904 of them are there.
class ReadJudge : public testing::Test {
protected:
    static constexpr uint64_t kOffset = 4096;
    static constexpr size_t kLength = 16384;
    static constexpr ssize_t kRight = 5904;
    Subject subject_{find_test_image("flat").value(), find_test_image("flat").value()->file("size-10000"), 1};

    /// Memory after a perfect read of `bytes` of it.
    std::vector<std::byte> after(size_t bytes) const {
        std::vector<std::byte> out(kLength, kPoison);
        const auto right = right_bytes(subject_, kOffset, bytes);
        std::copy(right.begin(), right.end(), out.begin());
        return out;
    }
    std::string judge(ssize_t result, const std::vector<std::byte>& found, const ReadTerms& terms = {}, size_t writable = kLength) const {
        return judge_read(subject_, {"read", "direct", kOffset, result}, kLength, std::span(found).first(writable), terms);
    }
};

TEST_F(ReadJudge, TakesAllThatTheFileHas) {
    EXPECT_EQ(judge(kRight, after(kRight)), "");
    EXPECT_THAT(judge(8192, after(kRight)), HasSubstr("right is 5904"));
    EXPECT_THAT(judge(4096, after(4096)), HasSubstr("right is 5904"));
    EXPECT_THAT(judge(0, after(0)), HasSubstr("right is 5904"));
}

TEST_F(ReadJudge, LooksAtEachByteWhateverTheTerms) {
    auto found = after(kRight);
    found[5000] ^= std::byte{1};
    const ReadTerms all{.may_be_invalid = true, .nowait = true, .may_fail = true, .may_be_cancelled = true};
    for (const ReadTerms& terms : {ReadTerms{}, all}) {
        EXPECT_THAT(judge(kRight, found, terms), HasSubstr("1 wrong bytes in [9096, 9097)"));
        EXPECT_NE(judge(5500, found, terms), "");
    }
    EXPECT_THAT(judge(5500, found, all), HasSubstr("1 wrong bytes"));
    EXPECT_EQ(judge(4096, found, all), "");
}

TEST_F(ReadJudge, TakesNothingBehindWhatWasReturned) {
    auto found = after(kRight);
    found[kRight] = std::byte{0};  // the rest of the block
    EXPECT_EQ(judge(kRight, found), "");
    found[9000] = std::byte{0};
    EXPECT_THAT(judge(kRight, found), HasSubstr("wrote behind what it returned"));
}

TEST_F(ReadJudge, TakesFewerBytesWhereTheTermsSaySo) {
    for (const ReadTerms& terms : {ReadTerms{.nowait = true}, ReadTerms{.may_fail = true}, ReadTerms{.may_be_cancelled = true}}) {
        EXPECT_EQ(judge(4096, after(4096), terms), "");
        EXPECT_THAT(judge(0, after(0), terms), HasSubstr("or some of it"));
        EXPECT_NE(judge(8192, after(kRight), terms), "");
    }
    EXPECT_NE(judge(4096, after(4096), {.may_be_invalid = true}), "");
}

TEST_F(ReadJudge, TakesAnErrorWhoseCauseTheTermsName) {
    const auto untouched = after(0);
    const struct {
        int error;
        ReadTerms terms;
    } kPairs[] = {{EINVAL, {.may_be_invalid = true}}, {EAGAIN, {.nowait = true}},           {EOPNOTSUPP, {.nowait = true}},
                  {EIO, {.may_fail = true}},          {EINTR, {.may_be_cancelled = true}}, {ECANCELED, {.may_be_cancelled = true}}};
    for (const auto& one : kPairs) {
        EXPECT_EQ(judge(-one.error, untouched, one.terms), "") << one.error;
        EXPECT_NE(judge(-one.error, untouched), "") << one.error;
        for (const auto& other : kPairs)
            if (other.error != one.error && judge(-one.error, untouched, other.terms).empty()) {
                EXPECT_TRUE((other.terms.nowait && one.terms.nowait) || (other.terms.may_be_cancelled && one.terms.may_be_cancelled)) << one.error << " " << other.error;
            }
    }
    for (int error : {ENOBUFS, ENOMEM, ENODATA, ESTALE, EFAULT}) EXPECT_NE(judge(-error, untouched, {true, true, true, true}), "") << error;
}

TEST_F(ReadJudge, WhatIsInvalidWritesNothing) {
    EXPECT_THAT(judge(-EINVAL, after(100), {.may_be_invalid = true}), HasSubstr("wrote into the buffer all the same"));
}

TEST_F(ReadJudge, MemoryThatCannotBeWrittenEndsARead) {
    EXPECT_EQ(judge(-EFAULT, after(0), {}, 0), "");
    EXPECT_EQ(judge(-EFAULT, after(4096), {}, 4096), "");
    EXPECT_EQ(judge(4096, after(4096), {}, 4096), "");
    EXPECT_EQ(judge(1000, after(4096), {}, 4096), "");
    EXPECT_NE(judge(kRight, after(kRight), {}, 4096), "");
    EXPECT_EQ(judge(kRight, after(kRight), {}, 8192), "");
    EXPECT_NE(judge(-EIO, after(0), {}, 4096), "");
    EXPECT_NE(judge(0, after(0), {}, 4096), "");
}

TEST_F(ReadJudge, NothingIsRightBehindTheEnd) {
    const std::vector<std::byte> found(4096, kPoison);
    EXPECT_EQ(judge_read(subject_, {"read", "direct", 12288, 0}, 4096, found, {}), "");
    EXPECT_NE(judge_read(subject_, {"read", "direct", 12288, 4096}, 4096, found, {}), "");
    EXPECT_EQ(judge_read(subject_, {"read", "direct", 0, 0}, 0, {}, {}), "");
}

}  // namespace
