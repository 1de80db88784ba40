// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/change_points.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

using namespace diobench;

namespace {

/// Sum of twelve uniform draws less six: near enough to normal, and the same with every standard library.
std::vector<double> noise(size_t count, uint64_t seed, double sigma) {
    std::mt19937_64 random(seed);
    std::vector<double> out;
    for (size_t i = 0; i < count; ++i) {
        double sum = -6;
        for (int k = 0; k < 12; ++k) sum += static_cast<double>(random() >> 11) * 0x1p-53;
        out.push_back(100 + sigma * sum);
    }
    return out;
}

/// The definition, in O(n^2): what the fast one must agree with.
Split slow_split(std::span<const double> x, size_t min_segment) {
    Split best;
    for (size_t at = min_segment; at + min_segment <= x.size(); ++at) {
        double across = 0;
        double left = 0;
        double right = 0;
        for (size_t i = 0; i < x.size(); ++i)
            for (size_t k = i + 1; k < x.size(); ++k) (k < at ? left : i >= at ? right : across) += std::abs(x[i] - x[k]);
        const double m = static_cast<double>(at);
        const double n = static_cast<double>(x.size() - at);
        const double statistic = m * n / (m + n) * (2 * across / (m * n) - 2 * left / (m * (m - 1)) - 2 * right / (n * (n - 1)));
        if (best.index == 0 || statistic > best.statistic) best = {at, statistic};
    }
    return best;
}

}  // namespace

TEST(BestSplit, AgreesWithTheDefinition) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        auto values = noise(5 + seed * 2, seed, 3);
        if (seed % 3 == 0)
            for (auto& value : values) value = std::round(value / 4);  // ties
        for (size_t i = values.size() / 3; i < values.size() && seed % 2 == 0; ++i) values[i] += 10;
        const Split fast = best_split(values, 2);
        const Split slow = slow_split(values, 2);
        EXPECT_NEAR(fast.statistic, slow.statistic, 1e-9 * std::max(1.0, slow.statistic)) << seed;
        EXPECT_EQ(fast.index, slow.index) << seed;
    }
}

TEST(BestSplit, TooFewValuesHaveNone) {
    EXPECT_EQ(best_split({}, 2).index, 0u);
    const std::vector<double> three = {1, 2, 3};
    EXPECT_EQ(best_split(three, 2).index, 0u);
}

TEST(ChangePoints, OneStepIsFoundAtItsPlace) {
    auto values = noise(60, 7, 1);
    for (size_t i = 37; i < values.size(); ++i) values[i] += 5;
    auto found = change_points(values);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].index, 37u);
    EXPECT_LE(found[0].p, 0.01);
    EXPECT_NEAR(found[0].before, 100, 1);
    EXPECT_NEAR(found[0].after, 105, 1);
}

TEST(ChangePoints, UpAndDownAgainAreTwo) {
    auto values = noise(90, 11, 1);
    for (size_t i = 30; i < 60; ++i) values[i] += 6;
    auto found = change_points(values);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].index, 30u);
    EXPECT_EQ(found[1].index, 60u);
    EXPECT_NEAR(found[1].before - found[0].before, 6, 1);
    EXPECT_NEAR(found[1].after, found[0].before, 1);
}

TEST(ChangePoints, ConstantAndShortSeriesHaveNone) {
    EXPECT_TRUE(change_points(std::vector<double>(50, 3.25)).empty());
    EXPECT_TRUE(change_points({}).empty());
    EXPECT_TRUE(change_points(std::vector<double>{1}).empty());
    EXPECT_TRUE(change_points(std::vector<double>{1, 1, 9, 9}).empty());  // too few to be sure
}

TEST(ChangePoints, NoiseAloneIsRarelyOne) {
    size_t false_alarms = 0;
    for (uint64_t seed = 1; seed <= 200; ++seed) false_alarms += change_points(noise(40, 1000 + seed, 1)).empty() ? 0 : 1;
    EXPECT_LE(false_alarms, 6u);  // alpha is 1 %: 2 expected of 200, more than 6 in 0.5 % of such experiments
}

TEST(ChangePoints, AClearSplitNeedsFewerPermutations) {
    auto values = noise(60, 7, 1);
    for (size_t i = 37; i < values.size(); ++i) values[i] += 5;
    const auto early = change_points(values);
    const auto all = change_points(values, {.clear_after = 999});
    ASSERT_EQ(early.size(), 1u);
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(early[0].index, all[0].index);
    EXPECT_DOUBLE_EQ(early[0].p, 1.0 / 300);
    EXPECT_DOUBLE_EQ(all[0].p, 1.0 / 1000);
    const auto strict = change_points(values, {.alpha = 0.001});  // 299 cannot say so much
    ASSERT_EQ(strict.size(), 1u);
    EXPECT_DOUBLE_EQ(strict[0].p, 1.0 / 1000);
}

TEST(ChangePoints, StoppingEarlyHardlyMakesFalseAlarmsLikelier) {
    const ChangePointSettings settings;
    const auto rest = static_cast<double>(settings.permutations - settings.clear_after);
    const double steps = 20000;
    double added = 0;  // mean over p of: none of the first, and after all 999 it would not have been a change
    for (double step = 0.5; step < steps; ++step) {
        const double p = step / steps;
        double term = std::pow(1 - p, rest), few = term;  // P(0 of rest), then up to 9
        for (double k = 1; k < 10; ++k) few += term *= (rest - k + 1) / k * p / (1 - p);
        added += std::pow(1 - p, static_cast<double>(settings.clear_after)) * std::max(0.0, 1 - few) / steps;
    }
    EXPECT_NEAR(added, 0.0000923, 0.000001);  // scipy.stats.binom.sf(9, 700, p), integrated
}

TEST(ChangePoints, TheSameNumbersGiveTheSameAnswer) {
    auto values = noise(50, 3, 1);
    for (size_t i = 25; i < 50; ++i) values[i] += 1.2;
    auto first = change_points(values);
    auto again = change_points(values);
    ASSERT_EQ(first.size(), again.size());
    for (size_t i = 0; i < first.size(); ++i) {
        EXPECT_EQ(first[i].index, again[i].index);
        EXPECT_EQ(first[i].p, again[i].p);
    }
}

TEST(Steps, EveryDifferenceBeyondTheFloorIsOne) {
    const std::vector<double> values = {100, 100, 100.4, 103, 103, 103, 99};
    auto found = steps(values, 0.005);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].index, 3u);
    EXPECT_EQ(found[0].before, 100);
    EXPECT_EQ(found[0].after, 103);
    EXPECT_EQ(found[1].index, 6u);
    EXPECT_EQ(found[1].after, 99);
    EXPECT_EQ(steps(std::vector<double>{0, 0, 1}, 0.005).size(), 1u);
    EXPECT_TRUE(steps({}, 0.005).empty());
}
