// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pairs/statistics.h"

#include <cmath>
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <random>

#include "bench/common/base/process.h"

namespace diobench {
namespace {

constexpr double kAgreement = 1e-9;
using Values = std::vector<double>;

TEST(Median, OfNothingOneAndTies) {
    EXPECT_TRUE(std::isnan(median({})));
    EXPECT_EQ(median(Values{3}), 3);
    EXPECT_EQ(median(Values{4, 1, 4, 2}), 3);
    EXPECT_EQ(median_absolute_deviation(Values{1, 1, 1, 9}), 0);
    EXPECT_EQ(median_absolute_deviation(Values{1, 2, 9}), 1);
}

TEST(LogRatios, NeedPositiveValues) {
    EXPECT_TRUE(log_ratios(Values{1, 0}, Values{1, 1}).empty());
    EXPECT_TRUE(log_ratios(Values{1, 1}, Values{1, -1}).empty());
    EXPECT_TRUE(log_ratios(Values{1}, Values{1, 1}).empty());
    EXPECT_THAT(log_ratios(Values{2}, Values{2}), testing::ElementsAre(0));
}

TEST(HodgesLehmann, TooFewValuesBoundNothing) {
    for (size_t n = 0; n < 6; ++n) {
        auto estimate = hodges_lehmann(Values(n, 1.0), 0.95);
        EXPECT_TRUE(std::isinf(estimate.interval.low) && std::isinf(estimate.interval.high)) << n;
        EXPECT_EQ(position_of(estimate.interval, 0.5), Position::undecided) << n;
    }
    auto six = hodges_lehmann(Values{1, 2, 3, 4, 5, 6}, 0.95);
    EXPECT_EQ(six.value, 3.5);
    EXPECT_EQ(six.interval.low, 1);
    EXPECT_EQ(six.interval.high, 6);
    EXPECT_NEAR(six.confidence, 1 - 2.0 / 64, kAgreement);
}

TEST(Binomial, SumsItsTerms) {
    EXPECT_NEAR(binomial_cdf(1, 3, 0.5), 0.5, kAgreement);
    EXPECT_EQ(binomial_cdf(3, 3, 0.5), 1);
    EXPECT_EQ(binomial_cdf(0, 3, 1), 0);
    EXPECT_EQ(binomial_cdf(0, 3, 0), 1);
}

TEST(BinomialInterval, HasAWidthEvenIfAllOrNoneAreHits) {
    // All of n: (tail)^(1/n) is the lower bound.
    EXPECT_NEAR(binomial_interval(32, 32, 0.95).low, std::pow(0.025, 1.0 / 32), kAgreement);
    EXPECT_EQ(binomial_interval(32, 32, 0.95).high, 1);
    EXPECT_EQ(binomial_interval(0, 32, 0.95).low, 0);
    EXPECT_NEAR(binomial_interval(0, 32, 0.95).high, 1 - std::pow(0.025, 1.0 / 32), kAgreement);
    EXPECT_EQ(binomial_interval(0, 0, 0.95).low, 0);
    EXPECT_EQ(binomial_interval(0, 0, 0.95).high, 1);
}

TEST(MedianInterval, IsTwoOfTheValues) {
    auto of = [](size_t n) {
        Values values;
        for (size_t i = n; i > 0; --i) values.push_back(static_cast<double>(i));
        return median_interval(values, 0.95);
    };
    // The ranks of the tables of the sign test: 6 values 1 and 6, 9 values 2 and 8, 20 values 6 and 15.
    for (auto [n, low, high] : {std::tuple{size_t{6}, 1.0, 6.0}, {size_t{9}, 2.0, 8.0}, {size_t{10}, 2.0, 9.0}, {size_t{20}, 6.0, 15.0}}) {
        EXPECT_EQ(of(n).low, low) << n;
        EXPECT_EQ(of(n).high, high) << n;
    }
    for (size_t n = 0; n < 6; ++n) EXPECT_TRUE(std::isinf(of(n).low) && std::isinf(of(n).high)) << n;
}

TEST(SignFlip, CountsAllWays) {
    EXPECT_EQ(sign_flip_p({}, Tail::greater), 1);
    EXPECT_EQ(sign_flip_p(Values{1}, Tail::greater), 0.5);
    EXPECT_EQ(sign_flip_p(Values{0, 0, 0}, Tail::two_sided), 1);
    EXPECT_EQ(sign_flip_p(Values{1, 1, 1, 1}, Tail::greater), 1.0 / 16);
    EXPECT_EQ(sign_flip_p(Values{1, 1, 1, 1}, Tail::less), 1);
    // 0.1 + 0.2 - 0.3 is not 0 in binary: sums that are equal on paper must count as equal.
    EXPECT_EQ(sign_flip_p(Values{0.1, 0.2, -0.3}, Tail::greater), 5.0 / 8);
}

TEST(SignFlip, DrawsAreSeededAndNearTheTruth) {
    Values many(kLargestExactFlips + 1);
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal(0.3, 1);
    for (auto& value : many) value = normal(random);
    double once = sign_flip_p(many, Tail::greater, 5, 20'000);
    EXPECT_EQ(once, sign_flip_p(many, Tail::greater, 5, 20'000));
    double other = sign_flip_p(many, Tail::greater, 6, 20'000);
    EXPECT_NE(once, other);
    EXPECT_NEAR(once, other, 0.02);
    EXPECT_EQ(sign_flip_p(Values(30, 1.0), Tail::greater, 1, 999), 1.0 / 1000);
}

TEST(Holm, IsMonotoneAndInTheOrderGiven) {
    EXPECT_TRUE(holm({}).empty());
    // Holm (1979): 0.01 x 4, 0.02 x 3, then no smaller than the one before.
    EXPECT_THAT(holm(Values{0.02, 0.01, 0.04, 0.03}), testing::ElementsAre(0.06, 0.04, 0.06, 0.06));
    EXPECT_THAT(holm(Values{0.9, 0.9}), testing::ElementsAre(1, 1));
}

TEST(Position, OnlyAnIntervalBelowTheFloorIsNotWorse) {
    EXPECT_EQ(position_of({0.02, 0.04}, 0.01), Position::worse);
    EXPECT_EQ(position_of({-0.02, 0.009}, 0.01), Position::not_worse);
    EXPECT_EQ(position_of({-0.02, 0.011}, 0.01), Position::undecided);
    EXPECT_EQ(position_of({0, 0}, 0), Position::not_worse);
    EXPECT_EQ(position_of({NAN, NAN}, 0.1), Position::undecided);
}

TEST(FewestPairs, ReachesAlphaAfterHolm) {
    EXPECT_EQ(fewest_pairs(1, 0.05), 5u);
    EXPECT_EQ(fewest_pairs(100, 0.05), 11u);
    EXPECT_EQ(holm(Values{sign_flip_p(Values(5, 1.0), Tail::greater)}).front(), 1.0 / 32);
}

/// Equal kernels are called worse at most as often as the interval allows; a shift is found.
TEST(Controls, SameIsSameAndShiftedIsShifted) {
    std::mt19937_64 random(11);
    std::normal_distribution<double> noise(0, 0.01);
    int false_alarms = 0;
    int found = 0;
    constexpr int kTrials = 2000;
    for (int trial = 0; trial < kTrials; ++trial) {
        Values same(8);
        Values shifted(8);
        for (size_t i = 0; i < same.size(); ++i) {
            same[i] = noise(random) - noise(random);
            shifted[i] = same[i] + 0.05;
        }
        false_alarms += position_of(hodges_lehmann(same, 0.95).interval, 0) == Position::worse ? 1 : 0;
        found += position_of(hodges_lehmann(shifted, 0.95).interval, 0.01) == Position::worse ? 1 : 0;
    }
    EXPECT_LE(false_alarms, kTrials * 0.035);  // 2.5 % at most, and chance
    EXPECT_GE(found, kTrials * 0.99);
}

/// What /usr/bin/python3 with scipy says; null without it.
nlohmann::json scipy_says() {
    auto ran = run_command({"/usr/bin/python3", std::string(DIOBENCH_TEST_DATA) + "/scipy_reference.py"});
    if (!ran || ran->exit_status != 0) return nullptr;
    return nlohmann::json::parse(ran->output, nullptr, false);
}

class AgainstScipy : public testing::Test {
protected:
    void SetUp() override {
        static const nlohmann::json kSaid = scipy_says();
        said_ = &kSaid;
        if (said_->is_object()) return;
        ASSERT_EQ(std::getenv("DIOBENCH_REQUIRE"), nullptr) << "no scipy: scripts/setup --tests installs it";
        GTEST_SKIP() << "no scipy in /usr/bin/python3: scripts/setup --tests installs it";
    }
    const nlohmann::json* said_ = nullptr;
};

TEST_F(AgainstScipy, BinomialIntervalsAgree) {
    ASSERT_GT((*said_)["binomial"].size(), 10u);
    for (const auto& one : (*said_)["binomial"]) {
        const Interval interval = binomial_interval(one["hits"], one["trials"], one["confidence"]);
        EXPECT_NEAR(interval.low, one["low"].get<double>(), kAgreement) << one;
        EXPECT_NEAR(interval.high, one["high"].get<double>(), kAgreement) << one;
        EXPECT_NEAR(binomial_cdf(one["hits"], one["trials"], 0.3), one["cdf_at_0_3"].get<double>(), kAgreement) << one;
    }
}

TEST_F(AgainstScipy, SamplesAgree) {
    ASSERT_GT((*said_)["samples"].size(), 10u);
    for (const auto& sample : (*said_)["samples"]) {
        const Values values = sample["values"];
        EXPECT_NEAR(median(values), sample["median"].get<double>(), kAgreement);
        EXPECT_NEAR(median_absolute_deviation(values), sample["mad"].get<double>(), kAgreement);
        auto estimate = hodges_lehmann(values, sample["confidence"]);
        EXPECT_NEAR(estimate.value, sample["hodges_lehmann"].get<double>(), kAgreement);
        ASSERT_TRUE(sample["low"].is_number());
        EXPECT_NEAR(estimate.interval.low, sample["low"].get<double>(), kAgreement) << values.size();
        EXPECT_NEAR(estimate.interval.high, sample["high"].get<double>(), kAgreement) << values.size();
        for (auto [name, tail] : {std::pair("greater", Tail::greater), {"less", Tail::less}, {"two_sided", Tail::two_sided}}) {
            if (!sample["sign_flip"].contains(name)) continue;  // scipy takes too long to count all ways
            EXPECT_NEAR(sign_flip_p(values, tail), sample["sign_flip"][name].get<double>(), kAgreement) << values.size() << name;
        }
    }
}

TEST_F(AgainstScipy, SignedRanksAgree) {
    for (const auto& [n, said] : (*said_)["rank_cdf"].items()) {
        auto ours = signed_rank_cdf(std::stoul(n));
        ASSERT_EQ(ours.size(), said.size());
        for (size_t w = 0; w < ours.size(); ++w) EXPECT_NEAR(ours[w], said[w].get<double>(), kAgreement) << n << " " << w;
    }
}

TEST_F(AgainstScipy, ManyValuesAgree) {
    const auto& large = (*said_)["large"];
    const Values values = large["values"];
    auto estimate = hodges_lehmann(values, large["confidence"]);
    EXPECT_NEAR(estimate.value, large["hodges_lehmann"].get<double>(), kAgreement);
    auto walsh = walsh_averages(values);
    EXPECT_EQ(estimate.interval.low, walsh[large["rank"].get<size_t>()]);
    EXPECT_NEAR(estimate.confidence, 1 - 2 * large["probability"].get<double>(), kAgreement);
    const auto& ratios = (*said_)["log_ratios"];
    auto ours = log_ratios(ratios["baseline"].get<Values>(), ratios["candidate"].get<Values>());
    for (size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], ratios["value"][i].get<double>(), kAgreement);
}

}  // namespace
}  // namespace diobench
