// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/paths.h"
#include "bench/verdict/calibrate/calibration.h"
#include "bench/verdict/calibrate/expected.h"

namespace diobench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kExpected = "cells = \"*\"\nmetric = \"instructions\"\nabout_per_op = 27\nfunctions = [\"f\"]\n";

TEST(Expected, EverySlowedKernelSaysWhatMustBeSeen) {
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator(project_root() / "kernel-patches/mutants")) {
        if (!entry.path().filename().string().starts_with("slow-")) continue;
        auto expected = read_expected(entry.path());
        ASSERT_TRUE(expected) << expected.error().message();
        EXPECT_FALSE(expected->functions.empty());
        ++count;
    }
    EXPECT_GE(count, 11u);
}

TEST(Expected, IsReadStrictly) {
    ASSERT_TRUE(parse_expected(kExpected, "e.toml"));
    EXPECT_THAT(parse_expected(std::string(kExpected) + "about_per_mib = 1\n", "e.toml").error().message(), HasSubstr("about_per_op"));
    EXPECT_THAT(parse_expected(std::string(kExpected) + "more = 1\n", "e.toml").error().message(), HasSubstr("e.toml:5: more: unknown key"));
}

TEST(Expected, InstructionsAreSeenInTimes) {
    auto expected = parse_expected(kExpected, "e.toml");
    EXPECT_TRUE(is_expected_metric(*expected, "latency_ns.mean"));
    EXPECT_TRUE(is_expected_metric(*expected, "cpu_ns_per_op.total"));
    EXPECT_FALSE(is_expected_metric(*expected, "page_cache_bytes.erofs_file.after"));
}

Calibration sample() {
    Calibration c;
    c.machine = "exact";
    c.baseline = "dio";
    c.same = {{"dio", 2, 600, 2400, 0, 0, 0, ""}, {"same-layout", 1, 400, 1600, 0, 0, 0.0001, "latency_ns.mean of a"}};
    SlowTrial found;
    found.name = "slow-a";
    found.found = found.attributed = true;
    found.smallest_metric = "latency_ns.mean";
    found.smallest = 0.005;
    SlowTrial finer = found;
    finer.name = "slow-b";
    finer.smallest = 0.001;
    c.slow = {found, finer};
    return c;
}

TEST(Calibration, ReportsTheSmallestThatWasFound) {
    const auto c = sample();
    EXPECT_EQ(c.false_alarms_per_thousand(), 0.0);
    ASSERT_EQ(c.smallest_found().size(), 1u);
    EXPECT_EQ(c.smallest_found()[0].by, "slow-b");
    EXPECT_THAT(c.failures(), ElementsAre());
    EXPECT_EQ(c.to_json().at("smallest_found").at(0).at("change"), 0.001);
}

TEST(Calibration, EverythingItGotWrongIsAFailure) {
    auto c = sample();
    c.same[0].false_alarms = 3;
    c.slow[0].found = false;
    c.slow[1].attributed = false;
    c.slow[1].function = "memcpy";
    EXPECT_EQ(c.false_alarms_per_thousand(), 3.0);
    EXPECT_THAT(c.failures(), ElementsAre(HasSubstr("3 false alarms"), HasSubstr("slow-a was not found"), HasSubstr("attributed to memcpy")));
    EXPECT_EQ(Calibration{}.failures().size(), 1u);  // nothing was judged
}

}  // namespace
}  // namespace diobench
