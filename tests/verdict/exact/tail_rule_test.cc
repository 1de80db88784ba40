// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/exact/tail_rule.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

namespace diobench {
namespace {

constexpr uint64_t kFast = 95'000;
constexpr Tolerance kFloor{0.05, 0};
const Metric kP99{"latency_ns.p99", "ns", Direction::lower_is_better, Aggregation::median, ""};

/// 512 reads, so many of them slow.
CellResult cell(unsigned slow, uint64_t slow_ns = 107'000, uint64_t fast_ns = kFast) {
    CellResult out;
    out.histogram.emplace();
    for (unsigned i = 0; i < 512; ++i) out.histogram->record(i < slow ? slow_ns : fast_ns);
    return out;
}

struct Seeds {
    std::vector<CellResult> baseline;
    std::vector<CellResult> candidate;

    [[nodiscard]] TailCount count() const {
        CellSamples samples{"a/cell", {}};
        for (size_t i = 0; i < baseline.size(); ++i) samples.pairs.push_back({static_cast<int64_t>(i), &baseline[i], &candidate[i]});
        auto counted = count_tail(samples, kP99, kFloor);
        EXPECT_TRUE(counted);
        return counted.value_or(TailCount{});
    }
};

TEST(TailRule, APercentileThatJumpsOverOneReadIsTooLittle) {
    const Seeds seeds{{cell(5), cell(5), cell(5)}, {cell(6), cell(6), cell(7)}};
    // Each seed's percentile has moved by 12 %.
    EXPECT_GT(seeds.candidate[0].histogram->quantile_ns(0.99), 1.1 * static_cast<double>(seeds.baseline[0].histogram->quantile_ns(0.99)));
    const TailCount count = seeds.count();
    EXPECT_EQ(count.baseline, 15u);
    EXPECT_EQ(count.candidate, 19u);
    EXPECT_FALSE(count.is_enough());
    EXPECT_EQ(count.text(), "not enough slow reads to judge (19 after 15, 37 needed)");
}

TEST(TailRule, ManyMoreSlowReadsAreNone) {
    EXPECT_TRUE((Seeds{{cell(5), cell(5), cell(5)}, {cell(16), cell(16), cell(16)}}).count().is_enough());
    // Of the fast ones a fiftieth.
    EXPECT_TRUE((Seeds{{cell(0), cell(0), cell(0)}, {cell(10, 600'000), cell(10, 600'000), cell(10, 600'000)}}).count().is_enough());
}

TEST(TailRule, ReadsUnderWayTogetherAreSlowTogether) {
    Seeds seeds{{cell(5), cell(5), cell(5)}, {cell(16), cell(16), cell(16)}};
    for (auto* side : {&seeds.baseline, &seeds.candidate})
        for (auto& one : *side) one.dimensions.iodepth = 16, one.dimensions.numjobs = 2;
    EXPECT_EQ(seeds.count().together, 32u);
    EXPECT_FALSE(seeds.count().is_enough()) << "one event made 32 reads slow";
    for (auto& one : seeds.candidate) {
        one = cell(256);
        one.dimensions.iodepth = 32;
    }
    EXPECT_TRUE(seeds.count().is_enough());
}

TEST(TailRule, NeededIsTheFirstCountBeyondThreeDeviations) {
    for (const uint64_t together : {1, 2, 32})
        for (const uint64_t before : {0, 1, 5, 15, 300}) {
            const TailCount count{0, before, 0, together};
            const auto beyond = [&](uint64_t after) {
                return static_cast<double>(after - before) > 3 * std::sqrt(static_cast<double>(together * (after + before)));
            };
            EXPECT_TRUE(beyond(count.needed())) << before << " " << together;
            EXPECT_FALSE(beyond(count.needed() - 1)) << before << " " << together;
        }
    EXPECT_EQ((TailCount{0, 0, 96, 32}).text(), "not enough slow reads to judge (96, 289 needed)");
    EXPECT_EQ((TailCount{1000, 0, 300, 32}).text(), "0 and 300 reads took longer than 1000 ns");
}

TEST(TailRule, ReadsThatAreAllSlowerAreNone) {
    EXPECT_TRUE((Seeds{{cell(5)}, {cell(5, 120'000, 106'000)}}).count().is_enough());
}

TEST(TailRule, SpeaksOfPercentilesAlone) {
    const CellResult one = cell(5);
    const CellResult bare;
    const Metric mean{"latency_ns.mean", "ns", Direction::lower_is_better, Aggregation::median, ""};
    EXPECT_FALSE(count_tail({"a/cell", {{1, &one, &one}}}, mean, kFloor));
    EXPECT_FALSE(count_tail({"a/cell", {{1, &one, &bare}}}, kP99, kFloor));
    EXPECT_FALSE(count_tail({"a/cell", {}}, kP99, kFloor));
}

}  // namespace
}  // namespace diobench
