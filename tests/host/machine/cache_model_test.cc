// SPDX-License-Identifier: GPL-2.0-only
// The simulated caches of the plugin.
#include "bench/host/machine/plugin/cache_model.h"

#include <gtest/gtest.h>

using namespace diobench::plugin;

namespace {

/// 4 lines in L1 (2 sets of 2), 16 in L2, 64 in L3.
constexpr Processor kSmall{.name = "small", .l1 = {4 * 64, 2}, .l2 = {16 * 64, 4}, .l3 = {64 * 64, 4}};

}  // namespace

TEST(CacheModel, ALineIsFoundWhereItWasLeft) {
    CacheModel model(kSmall);
    model.access(0x10000, 8);
    EXPECT_EQ(model.traffic().missed, 1U);
    model.access(0x10008, 8);
    model.access(0x10000, 64);
    EXPECT_EQ(model.traffic().l1, 2U);
    // Two lines of the same set of L1, far from each other, and the first is gone from there but not from L2.
    model.access(0x20000, 8);
    model.access(0x30000, 8);
    model.access(0x10000, 8);
    EXPECT_EQ(model.traffic().l2, 1U);
    EXPECT_EQ(model.traffic().missed, 3U);
}

TEST(CacheModel, TheLineUsedLongestAgoGoes) {
    CacheModel model(kSmall);
    for (uint64_t address : {0x10000, 0x20000, 0x10000, 0x30000, 0x10000}) model.access(address, 8);
    EXPECT_EQ(model.traffic().l1, 2U) << "the first was used again before the third came";
}

TEST(CacheModel, WhatFollowsAStreamWasSeenComing) {
    CacheModel model(kSmall);
    for (uint64_t line = 0; line < 1000; ++line) model.access(0x100000 + line * 64, 64);
    EXPECT_EQ(model.traffic().missed, 1U);
    EXPECT_EQ(model.traffic().streamed, 999U);
    const LineCounts before = model.traffic();
    for (uint64_t line = 0; line < 1000; ++line) model.access(0x100000 + line * 7919 % 1000 * 64, 64);
    EXPECT_GT((model.traffic() - before).missed, 800U) << "in no order";
}

TEST(CacheModel, AnAccessMayTouchTwoLines) {
    CacheModel model(kSmall);
    model.access(0x1003c, 8);
    EXPECT_EQ(model.traffic().missed + model.traffic().streamed, 2U);
}

TEST(CacheModel, TheModelledProcessorHasWholeSets) {
    for (const CacheSize& size : {kModelledProcessor.l1, kModelledProcessor.l2, kModelledProcessor.l3}) EXPECT_EQ(size.bytes % (64 * size.ways), 0U);
    CacheModel model(kModelledProcessor);
    // Twice through 512 KiB: not in L1, all of it in L2.
    for (int round = 0; round < 2; ++round)
        for (uint64_t line = 0; line < 8192; ++line) model.access(line * 64, 8);
    EXPECT_EQ(model.traffic().l2, 8192U);
    EXPECT_EQ(model.traffic().l1 + model.traffic().l3, 0U);
}
