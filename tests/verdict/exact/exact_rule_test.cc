// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/exact/exact_rule.h"

#include <cmath>
#include <gtest/gtest.h>

namespace diobench {
namespace {

const Metric& metric(std::string_view name) { return *find_metric(name); }
const Metric& kMean = metric("latency_ns.mean");
const Metric& kThroughput = metric("throughput_bytes_per_s");
const Metric& kFetches = metric("ondemand.reads");
const Metric& kBackingReads = metric("backing.reads");

std::vector<ValuePair> pairs(std::vector<std::pair<double, double>> values) {
    std::vector<ValuePair> out;
    for (auto [baseline, candidate] : values) out.push_back({static_cast<int64_t>(out.size()) + 1, baseline, candidate});
    return out;
}

TEST(ExactTimes, EqualIsAPass) {
    auto judged = judge_exact(pairs({{1000, 1000}, {2000, 2000}, {1500, 1500}}), kMean, {});
    EXPECT_EQ(judged.verdict, Verdict::pass);
    EXPECT_EQ(judged.relative, 0);
    EXPECT_EQ(judged.spread, 0);
    EXPECT_FALSE(judged.better);
}

TEST(ExactTimes, AllSeedsBeyondTheFloorAreARegression) {
    auto judged = judge_exact(pairs({{1000, 1002}, {2000, 2003}, {1500, 1503}}), kMean, {0.001, 0});
    EXPECT_EQ(judged.verdict, Verdict::regression);
    EXPECT_EQ(judged.beyond, 3u);
    EXPECT_NEAR(judged.median_difference, 3, 1e-12);
    EXPECT_NEAR(judged.relative, 0.002, 1e-12);
    EXPECT_NEAR(judged.spread, 1, 1e-12);
}

// Of 512 direct reads that a patch left alone single seeds took up to 9.5 us more.
TEST(ExactTimes, WhatComesNowAndThenIsNoRegressionOfThreeSeeds) {
    const Tolerance tolerance{0.0005, 0, 10000.0 / 512};
    auto judged = judge_exact(pairs({{6720, 6738}, {6720, 6729}, {6720, 6728}}), kMean, tolerance);
    EXPECT_EQ(judged.verdict, Verdict::inconclusive);
    EXPECT_EQ(judged.reason, "3 of 3 seeds say so; what comes only now and then makes as much: it takes 6 seeds");
    EXPECT_EQ(judge_exact(pairs({{6720, 6738}, {6720, 6729}, {6720, 6728}, {6720, 6720}, {6720, 6720}, {6720, 6719}}), kMean, tolerance).verdict, Verdict::inconclusive) << "half of six";
    EXPECT_EQ(judge_exact(pairs({{6720, 6740}, {6720, 6740}, {6720, 6740}}), kMean, tolerance).verdict, Verdict::regression) << "more than the noise";
    EXPECT_EQ(judge_exact(pairs({{6720, 6725}, {6720, 6725}, {6720, 6725}, {6720, 6725}, {6720, 6725}, {6720, 6719}}), kMean, tolerance).verdict, Verdict::regression)
        << "five instructions a read are found, with six seeds";
}

TEST(ExactTimes, WhatComesNowAndThenIsNoImprovementOfThreeSeeds) {
    const auto values = pairs({{42136, 41559}, {42136, 39133}, {42136, 39249}});  // CPU time of eight reads
    EXPECT_FALSE(judge_exact(values, kMean, {0.003, 300, 110000.0 / 8}).better);
    EXPECT_TRUE(judge_exact(values, kMean, {0.003, 300, 0}).better);
}

TEST(ExactTimes, AtTheFloorIsAPassAndJustBeyondIsNot) {
    EXPECT_EQ(judge_exact(pairs({{1000, 1001}}), kMean, {0.001, 0}).verdict, Verdict::pass);
    EXPECT_EQ(judge_exact(pairs({{1000, 1001.001}}), kMean, {0.001, 0}).verdict, Verdict::regression);
    EXPECT_EQ(judge_exact(pairs({{1000, 1005}}), kMean, {0.001, 5}).verdict, Verdict::pass);
}

TEST(ExactTimes, SeedsThatDisagreeDecideNothing) {
    auto judged = judge_exact(pairs({{1000, 1100}, {1000, 1100}, {1000, 990}}), kMean, {0.001, 0});
    EXPECT_EQ(judged.verdict, Verdict::inconclusive);
    EXPECT_EQ(judged.reason, "2 of 3 seeds say so");
    // Four of five are enough, three are not.
    EXPECT_EQ(judge_exact(pairs({{100, 110}, {100, 110}, {100, 110}, {100, 110}, {100, 90}}), kMean, {}).verdict, Verdict::regression);
    EXPECT_EQ(judge_exact(pairs({{100, 110}, {100, 110}, {100, 110}, {100, 90}, {100, 90}}), kMean, {}).verdict, Verdict::inconclusive);
}

TEST(ExactTimes, OneSeedOfThreeIsSaidButNoVerdict) {
    auto judged = judge_exact(pairs({{1000, 1000}, {1000, 1200}, {1000, 1000}}), kMean, {0.001, 0});
    EXPECT_EQ(judged.verdict, Verdict::pass);
    EXPECT_EQ(judged.beyond, 1u);
    EXPECT_NE(judged.reason, "");
}

TEST(ExactTimes, DirectionComesFromTheTable) {
    EXPECT_EQ(judge_exact(pairs({{100, 90}, {100, 90}, {100, 90}}), kThroughput, {0.01, 0}).verdict, Verdict::regression);
    auto faster = judge_exact(pairs({{100, 110}, {100, 110}, {100, 110}}), kThroughput, {0.01, 0});
    EXPECT_EQ(faster.verdict, Verdict::pass);
    EXPECT_TRUE(faster.better);
    EXPECT_NEAR(faster.relative, -0.1, 1e-12);
}

TEST(ExactCounts, OneMoreFetchWithOneSeedIsARegression) {
    EXPECT_EQ(judge_exact(pairs({{32, 32}, {32, 33}, {32, 32}}), kFetches, {}).verdict, Verdict::regression);
    EXPECT_EQ(judge_exact(pairs({{32, 32}, {32, 33}, {32, 32}}), kFetches, {0, 1}).verdict, Verdict::pass);
    EXPECT_EQ(judge_exact(pairs({{32, 31}, {32, 33}, {32, 32}}), kFetches, {}).verdict, Verdict::inconclusive);
    EXPECT_TRUE(judge_exact(pairs({{32, 30}, {32, 30}}), kFetches, {}).better);
    EXPECT_EQ(judge_exact(pairs({{32, 32}, {32, 33}, {32, 32}}), kFetches, {}, CountRule::most_pairs).verdict, Verdict::pass);
}

TEST(ExactCounts, FromNothingToSomethingIsInfinitelyWorse) {
    auto judged = judge_exact(pairs({{0, 4096}}), metric("page_cache_bytes.erofs_file.after"), {0.5, 0});
    EXPECT_EQ(judged.verdict, Verdict::regression);
    EXPECT_TRUE(std::isinf(judged.relative));
    EXPECT_EQ(judge_exact(pairs({{0, 0}}), metric("errors"), {}).relative, 0);
}

TEST(ExactCounts, OfANeutralMetricAnyChangeCounts) {
    EXPECT_EQ(judge_exact(pairs({{10, 9}, {10, 11}}), kBackingReads, {}).verdict, Verdict::regression);
    EXPECT_EQ(judge_exact(pairs({{10, 9}, {10, 11}}), kBackingReads, {0, 1}).verdict, Verdict::pass);
}

TEST(Exact, WhatIsMissingIsInvalid) {
    EXPECT_EQ(judge_exact({}, kMean, {}).verdict, Verdict::invalid);
    std::vector<ValuePair> one_side = {{1, 5.0, 5.0}, {2, 5.0, std::nullopt}};
    auto judged = judge_exact(one_side, kMean, {});
    EXPECT_EQ(judged.verdict, Verdict::invalid);
    EXPECT_EQ(judged.reason, "the candidate has no value with seed 2");
    std::vector<ValuePair> both = {{1, 5.0, 5.0}, {2, std::nullopt, std::nullopt}};
    EXPECT_EQ(judge_exact(both, kMean, {}).verdict, Verdict::invalid);
}

TEST(Exact, CountsAreToldFromTimesByTheTable) {
    for (const char* name : {"ondemand.reads", "ondemand.bytes", "errors", "page_cache_bytes.erofs_file.after", "backing.reads", "context_switches"})
        EXPECT_TRUE(is_count(metric(name))) << name;
    for (const char* name : {"latency_ns.mean", "latency_ns.max", "cpu_ns_per_op.total", "throughput_bytes_per_s", "seconds", "read_amplification"})
        EXPECT_FALSE(is_count(metric(name))) << name;
}

}  // namespace
}  // namespace diobench
