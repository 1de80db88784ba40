// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/case_name.h"

#include <gtest/gtest.h>

namespace diobench {
namespace {

TEST(CaseName, SaysItsBackEndOrMeansFscache) {
    EXPECT_EQ(parse_case_name("data/flat/mmap").statement, "data/flat/mmap");
    EXPECT_EQ(parse_case_name("data/flat/mmap").backend, "fscache");
    EXPECT_EQ(parse_case_name("data/flat/every-way@loop-directio").statement, "data/flat/every-way");
    EXPECT_EQ(parse_case_name("data/flat/every-way@loop-directio").backend, "loop-directio");
}

TEST(CaseName, WhoAsksForAStatementAsksForItOnEveryBackEnd) {
    for (const char* glob : {"data/flat/*", "*", "data/flat/every-way", "*@loop", "data/*@loop", "data/flat/every-way@l*"})
        EXPECT_TRUE(asks_for(glob, "data/flat/every-way@loop")) << glob;
    for (const char* glob : {"data/flat/*@file", "*@fscache", "end-of-file/*", "data/flat/every"})
        EXPECT_FALSE(asks_for(glob, "data/flat/every-way@loop")) << glob;
    EXPECT_TRUE(asks_for("data/*@fscache", "data/flat/mmap"));
    EXPECT_FALSE(asks_for("data/*@file*", "data/flat/mmap"));
}

TEST(CaseName, AKnownFailureThatNamesNoBackEndIsOneOverFscache) {
    EXPECT_TRUE(speaks_of("*sparse*", "data/sparse-4k/mmap"));
    EXPECT_FALSE(speaks_of("*sparse*", "data/sparse-4k/every-way@file"));
    EXPECT_TRUE(speaks_of("*sparse*@file", "data/sparse-4k/every-way@file"));
    EXPECT_FALSE(speaks_of("*sparse*@file", "data/sparse-4k/every-way@file-directio"));
    EXPECT_TRUE(speaks_of("*sparse*@*", "data/sparse-4k/mmap"));
}

}  // namespace
}  // namespace diobench
