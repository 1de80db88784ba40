// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>

#include "bench/common/fio/number.h"

using namespace diobench;

TEST(FioNumber, SizesHaveFiosUnits) {
    const std::pair<const char*, int64_t> right[] = {
        {"0", 0}, {"512", 512}, {"1b", 1}, {"4k", 4096}, {"4K", 4096}, {"4kb", 4096}, {"4ki", 4096}, {"4kib", 4000}, {"10m", 10 << 20}, {"10MiB", 10'000'000},
        {"2g", int64_t{2} << 30}, {"1Gi", int64_t{1} << 30}, {"100GiB", 100'000'000'000}, {"1t", int64_t{1} << 40}, {"1p", int64_t{1} << 50},
        {"-8k", -8192}, {"0x1000", 4096}, {"(2*4k)", 8192}, {"(1m-4k)/2", ((1 << 20) - 4096) / 2}, {"((1+2)*2)", 6},
    };
    for (const auto& [text, bytes] : right) {
        auto number = parse_fio_bytes(text);
        ASSERT_TRUE(number) << text << ": " << number.error().message();
        EXPECT_EQ(*number, bytes) << text;
    }
    EXPECT_EQ(parse_fio_bytes("4k", KbBase::k1000).value(), 4000);
    EXPECT_EQ(parse_fio_bytes("4kib", KbBase::k1000).value(), 4096);
    EXPECT_EQ(parse_fio_bytes("4ki", KbBase::k1000).value(), 4000);
}

TEST(FioNumber, WhatFioWouldMisreadIsRefused) {
    for (const char* wrong : {"", "k", "4x", "1.5g", "4kk", "4 k b", "(1", "1)", "()", "1/0", "99999999999999999999", "9000000t", "--1", "4k,8k"})
        EXPECT_FALSE(parse_fio_bytes(wrong)) << wrong;
    EXPECT_NE(parse_fio_bytes("1.5g").error().text.find("1 byte"), std::string::npos);
    EXPECT_FALSE(parse_fio_bytes(std::string(40, '(') + "1" + std::string(40, ')')));
}

TEST(FioNumber, TimesHaveFiosUnits) {
    EXPECT_EQ(parse_fio_time_ns("10", BareTime::seconds).value(), 10'000'000'000u);
    EXPECT_EQ(parse_fio_time_ns("10", BareTime::microseconds).value(), 10'000u);
    EXPECT_EQ(parse_fio_time_ns("500ms", BareTime::seconds).value(), 500'000'000u);
    EXPECT_EQ(parse_fio_time_ns("20usec", BareTime::seconds).value(), 20'000u);
    EXPECT_EQ(parse_fio_time_ns("2m", BareTime::microseconds).value(), 120'000'000'000u);
    EXPECT_EQ(parse_fio_time_ns("1d", BareTime::seconds).value(), 86'400'000'000'000u);
    for (const char* wrong : {"", "-1", "10sec", "1.5s", "99999999999h"}) EXPECT_FALSE(parse_fio_time_ns(wrong, BareTime::seconds)) << wrong;
}

TEST(FioNumber, SharesAreWholePercent) {
    EXPECT_EQ(parse_fio_percent("70%").value(), 70u);
    for (const char* wrong : {"", "%", "70", "101%", "7 %", "70%%"}) EXPECT_FALSE(parse_fio_percent(wrong)) << wrong;
}

TEST(FioNumber, TimesAreWrittenAsShortAsTheyAreExact) {
    EXPECT_EQ(fio_time_text(2'000'000'000), "2s");
    EXPECT_EQ(fio_time_text(500'000'000), "500ms");
    EXPECT_EQ(fio_time_text(20'000), "20us");
}
