// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/measure/histogram.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

#include "bench/common/measure/metric_table.h"

using namespace diobench;

TEST(Histogram, BucketsTileTheRangeWithoutGapOrOverlap) {
    for (uint32_t i = 0; i + 1 < Histogram::kBuckets; ++i) {
        uint64_t low = Histogram::lower_bound_ns(i);
        uint64_t high = Histogram::upper_bound_ns(i);
        ASSERT_LT(low, high) << i;
        ASSERT_EQ(Histogram::index_of(low), i);
        ASSERT_EQ(Histogram::index_of(high - 1), i);
        ASSERT_EQ(Histogram::index_of(high), i + 1);
    }
    EXPECT_EQ(Histogram::index_of(~uint64_t{0}), Histogram::kBuckets - 1);
}

TEST(Histogram, ReportedValueIsWithinTheDerivedBound) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200000; ++i) {
        uint64_t value = random() >> (24 + random() % 39);
        Histogram h;
        h.record(value);
        h.record(0);                       // so that min and max do not clamp the middle
        h.record((uint64_t{1} << 40) - 1);
        uint64_t got = h.quantile_ns(0.5);
        ASSERT_LE(std::abs(static_cast<double>(got) - static_cast<double>(value)),
                  static_cast<double>(value) * Histogram::kRelativeErrorBound)
            << value;
    }
    EXPECT_LE(Histogram::kRelativeErrorBound, 0.01);
}

TEST(Histogram, QuantilesAgreeWithSortedValues) {
    std::mt19937_64 random(3);
    std::lognormal_distribution<double> distribution(10, 1.5);
    std::vector<uint64_t> values;
    Histogram h;
    for (int i = 0; i < 10007; ++i) {
        values.push_back(static_cast<uint64_t>(distribution(random)));
        h.record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (double q : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        auto rank = std::max<size_t>(1, static_cast<size_t>(std::ceil(q * static_cast<double>(values.size()))));
        double exact = static_cast<double>(values[rank - 1]);
        EXPECT_NEAR(static_cast<double>(h.quantile_ns(q)), exact, exact * Histogram::kRelativeErrorBound + 1) << q;
    }
    EXPECT_EQ(h.min_ns(), values.front());
    EXPECT_EQ(h.max_ns(), values.back());
}

TEST(Histogram, EmptyAndOneSample) {
    Histogram h;
    EXPECT_EQ(h.quantile_ns(0.5), 0u);
    EXPECT_EQ(h.min_ns(), 0u);
    h.record(81234);
    EXPECT_EQ(h.quantile_ns(0.001), 81234u);
    EXPECT_EQ(h.quantile_ns(0.999), 81234u);
    EXPECT_DOUBLE_EQ(h.mean_ns(), 81234.0);
}

TEST(Histogram, JsonRoundTripAndDamageIsSeen) {
    Histogram h;
    for (uint64_t v : {1u, 1u, 200u, 81000u, 90000000u}) h.record(v);
    auto json = h.to_json();
    auto back = Histogram::from_json(json);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_json(), json);
    json["counts"][0][1] = 7;
    EXPECT_FALSE(Histogram::from_json(json));
}

TEST(MetricTable, NamesAreUniqueAndUnitsAreInThem) {
    for (const auto& metric : metric_table()) {
        EXPECT_EQ(find_metric(metric.name), &metric) << metric.name;
        EXPECT_FALSE(metric.help.empty());
        if (metric.unit == "ns" || metric.unit == "bytes_per_s" || metric.unit == "ops_per_s") {
            EXPECT_NE(metric.name.find(metric.unit), std::string_view::npos) << metric.name;
        }
    }
    EXPECT_EQ(find_metric("no_such"), nullptr);
}
