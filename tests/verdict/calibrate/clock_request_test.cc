// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/calibrate/clock_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace diobench {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(ClockRequest, GoesOnOnlyWhereItWasBegun) {
    auto folder = TempDirectory::create(testing::TempDir(), "clock");
    ASSERT_TRUE(folder);
    EXPECT_THAT(read_clock_request(folder->path()).error().message(), HasSubstr("clock-run.json"));
    ClockOptions options;
    options.candidates = {"dio-sync", "dio"};
    options.filter = {"*/ram/*", "io=direct"};
    options.machine = MachineKind::uml;
    options.pairs = 7;
    options.seed = 5;
    ASSERT_TRUE(write_clock_request(folder->path(), options));
    auto back = read_clock_request(folder->path());
    ASSERT_TRUE(back) << back.error().message();
    EXPECT_EQ(back->candidates, options.candidates);
    EXPECT_EQ(back->filter, options.filter);
    EXPECT_EQ(back->machine, options.machine);
    EXPECT_EQ(back->pairs, 7u);
    EXPECT_EQ(back->seed, 5u);
    EXPECT_EQ(back->output, folder->path());
    EXPECT_TRUE(back->go_on);
    auto text = *read_file(folder->path() / kClockRequestFileName);
    const size_t at = text.find("\"kernel\": \"");
    ASSERT_NE(at, std::string::npos);
    text.insert(at + 11, "another-");
    ASSERT_TRUE(write_file_atomic(folder->path() / kClockRequestFileName, text));
    EXPECT_THAT(read_clock_request(folder->path()).error().message(), HasSubstr("another kernel"));
}

TEST(ClockOptions, TooFewPairsAreRefused) {
    ClockOptions options;
    options.pairs = kFewestPairs - 1;
    EXPECT_THAT(calibrate_clock(options).error().message(), AllOf(HasSubstr("--pairs 5"), HasSubstr("at least 6")));
    options.pairs = 0;
    options.candidates = {"fallback"};
    EXPECT_THAT(calibrate_clock(options).error().message(), HasSubstr("no ratio with itself"));
}

}  // namespace
}  // namespace diobench
