// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/other_backends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/guest/backend/backend.h"

namespace diobench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(OtherBackends, AreThoseOfMeasuring) {
    for (const auto& backend : other_backends()) {
        auto info = find_backend(backend.name);
        ASSERT_TRUE(info) << backend.name;
        EXPECT_EQ(backend.takes_blobs, !(*info)->one_blob_only) << backend.name;
        EXPECT_FALSE((*info)->on_demand) << backend.name;
        EXPECT_TRUE((*info)->program.empty()) << backend.name << " is not the kernel's own EROFS";
    }
}

TEST(OtherBackends, WhatAKernelLacksIsUnsupportedWithTheReason) {
    GuestPlan plan;
    plan.absent_features = {{"file-backed", "EROFS mounted from a file came with Linux 6.12"}};
    Backends backends({plan, nullptr, "/nowhere"});
    GuestImage image;
    image.layout = "flat";
    auto opened = backends.open("file", image, CacheState::local);
    ASSERT_FALSE(opened);
    EXPECT_TRUE(is_unsupported(opened.error()));
    EXPECT_THAT(opened.error().message(), ::testing::HasSubstr("came with Linux 6.12"));
    auto other = backends.open("fscache", image, CacheState::local);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().message(), ::testing::HasSubstr("no on-demand cache")) << "what is not said to be absent is looked for";
}

std::vector<std::string> names_of(const std::vector<Case>& cases) {
    std::vector<std::string> out;
    for (const auto& one : cases) out.push_back(one.name);
    return out;
}

TEST(OtherBackends, AStatementKeepsItsNameOverFscacheAndIsNamedAfterTheOthers) {
    const Case statement{"topic/what", "right", "why", [](World&) -> Result<Finding> { return passed(); }};
    EXPECT_THAT(names_of(everywhere(statement)), ElementsAre("topic/what", "topic/what@file", "topic/what@file-directio", "topic/what@loop", "topic/what@loop-directio", "topic/what@blockdev"));
}

TEST(OtherBackends, DirectReadsAreHeldAgainstAllOfThem) {
    const auto names = names_of(both_ways_everywhere("topic/what", "right", "why", [](World&, int) -> Result<Finding> { return passed(); }));
    EXPECT_THAT(names, Contains("topic/what-buffered@file"));
    EXPECT_THAT(names, Contains("topic/what-direct@loop"));
    EXPECT_THAT(names, Contains("topic/what-direct"));
    EXPECT_THAT(names, Contains("topic/what-direct@file"));
}

TEST(OtherBackends, OfFileBackedMountsASeriesSaysWhatODirectIs) {
    EXPECT_TRUE(is_file_backed("file"));
    EXPECT_TRUE(is_file_backed("file-directio"));
    EXPECT_FALSE(is_file_backed("loop"));
    EXPECT_FALSE(is_file_backed("fscache"));
}

}  // namespace
}  // namespace diobench
