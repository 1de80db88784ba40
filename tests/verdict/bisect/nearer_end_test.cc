// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/nearer_end.h"

#include <gtest/gtest.h>
#include <limits>

using namespace diobench;

namespace {

const Metric& latency() { return *find_metric("latency_ns.mean"); }
const Metric& throughput() { return *find_metric("throughput_bytes_per_s"); }
const Metric& neutral() { return *find_metric("backing.reads"); }

}  // namespace

TEST(NearerEnd, TheNearerOneDecides) {
    const EndValues ends{100, 105};
    EXPECT_EQ(nearer_end(100, ends), StateSide::baseline);
    EXPECT_EQ(nearer_end(102.4, ends), StateSide::baseline);
    EXPECT_EQ(nearer_end(102.6, ends), StateSide::candidate);
    EXPECT_EQ(nearer_end(105, ends), StateSide::candidate);
    EXPECT_EQ(nearer_end(90, ends), StateSide::baseline);
    EXPECT_EQ(nearer_end(500, ends), StateSide::candidate);
    // The same where less is worse.
    EXPECT_EQ(nearer_end(104, {105, 100}), StateSide::baseline);
    EXPECT_EQ(nearer_end(101, {105, 100}), StateSide::candidate);
}

TEST(NearerEnd, NeitherIsUnknown) {
    EXPECT_EQ(nearer_end(102.5, {100, 105}), StateSide::unknown);
    EXPECT_EQ(nearer_end(std::numeric_limits<double>::quiet_NaN(), {100, 105}), StateSide::unknown);
    EXPECT_EQ(nearer_end(std::numeric_limits<double>::infinity(), {100, 105}), StateSide::unknown);
}

TEST(NearerEnd, EndsMustDifferByMoreThanTheTolerance) {
    EXPECT_EQ(end_difference({1000, 1002}, latency(), {0.001, 0}), EndDifference::worse);
    EXPECT_EQ(end_difference({1000, 1001}, latency(), {0.001, 0}), EndDifference::none);
    EXPECT_EQ(end_difference({1000, 1002}, latency(), {0.001, 5}), EndDifference::none);  // the larger of the two counts
    EXPECT_EQ(end_difference({1000, 998}, latency(), {0.001, 0}), EndDifference::better);
    EXPECT_EQ(end_difference({1000, 1000}, latency(), {0, 0}), EndDifference::none);
}

TEST(NearerEnd, TheMetricSaysWhatIsWorse) {
    EXPECT_EQ(end_difference({1000, 900}, throughput(), {0, 0}), EndDifference::worse);
    EXPECT_EQ(end_difference({1000, 1100}, throughput(), {0, 0}), EndDifference::better);
    EXPECT_EQ(end_difference({10, 9}, neutral(), {0, 0}), EndDifference::worse);
    EXPECT_EQ(end_difference({10, 11}, neutral(), {0, 0}), EndDifference::worse);
}

TEST(NearerEnd, ShareOfTheDifference) {
    EXPECT_DOUBLE_EQ(share_of_difference(100, 105, {100, 105}), 1);
    EXPECT_DOUBLE_EQ(share_of_difference(102, 103, {100, 104}), 0.25);
    EXPECT_DOUBLE_EQ(share_of_difference(104, 102, {104, 100}), 0.5);
    EXPECT_DOUBLE_EQ(share_of_difference(100, 120, {100, 110}), 2);
}
