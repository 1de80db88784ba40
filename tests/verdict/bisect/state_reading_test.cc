// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/state_reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

const WatchedCell kMean{"rand-4k/fscache/flat/ram/local/direct/pread/qd1", find_metric("latency_ns.mean")};
const WatchedCell kWay{kMean.cell, nullptr};

/// Three boots of one cell of "dio", with these latencies.
Results three_boots(const std::vector<uint64_t>& latencies_ns) {
    Results results = sample_results();
    results.cells.clear();
    for (uint64_t latency_ns : latencies_ns) {
        results.cells.push_back(sample_ok_cell("dio", "fscache", "direct", {512, 0.01, latency_ns, 0}));
        results.cells.back().boot = static_cast<int64_t>(results.cells.size() - 1);
    }
    return results;
}

}  // namespace

TEST(StateReading, IsTheMedianOverSeeds) {
    const StateReading reading = read_state(three_boots({20000, 20500, 20100}), "dio", kMean, 3);
    ASSERT_TRUE(reading.known()) << reading.problem;
    EXPECT_EQ(reading.value, 20100);
    EXPECT_THAT(reading.values, ElementsAre(20000, 20500, 20100));
}

TEST(StateReading, AMissingSeedIsNoAnswer) {
    EXPECT_THAT(read_state(three_boots({20000, 20500}), "dio", kMean, 3).problem, HasSubstr("2 boots of 3"));
    EXPECT_THAT(read_state(three_boots({}), "dio", kMean, 3).problem, HasSubstr("0 boots of 3"));
    EXPECT_FALSE(read_state(three_boots({}), "dio", kMean, 0).known());
    EXPECT_FALSE(read_state(three_boots({1, 2, 3}), "no-such-kernel", kMean, 3).known());
}

TEST(StateReading, OneBadSeedIsNoAnswer) {
    Results results = three_boots({20000, 20500, 20100});
    results.cells[1] = sample_cell("dio", "fscache", "direct");
    const StateReading reading = read_state(results, "dio", kMean, 3);
    EXPECT_FALSE(reading.known());
    EXPECT_THAT(reading.problem, HasSubstr("the guest did not come back"));
    EXPECT_EQ(reading.code, ExitCode::invalid);
}

TEST(StateReading, AMissingMetricIsNoAnswer) {
    Results results = three_boots({20000, 20500, 20100});
    results.cells[2].metrics->erase("latency_ns.mean");
    EXPECT_THAT(read_state(results, "dio", kMean, 3).problem, HasSubstr("latency_ns.mean is missing"));
}

TEST(StateReading, ABrokenKernelIsNoAnswerWhateverItsCellsSay) {
    Results results = three_boots({20000, 20500, 20100});
    results.kernels[1].status = KernelStatus::build_failed;
    results.kernels[1].reason = "fs/erofs/data.c:12: error";
    const StateReading reading = read_state(results, "dio", kMean, 3);
    EXPECT_THAT(reading.problem, HasSubstr("fs/erofs/data.c:12: error"));
    EXPECT_EQ(reading.code, ExitCode::usage);
    results.kernels[1].status = KernelStatus::invalid;
    EXPECT_EQ(read_state(results, "dio", kMean, 3).code, ExitCode::invalid);
}

TEST(StateReading, WithoutAMetricItIsTheWayOfReading) {
    Results results = three_boots({1, 2, 3});
    EXPECT_EQ(read_state(results, "dio", kWay, 3).way, "direct");
    for (auto& cell : results.cells) {
        cell = sample_cell("dio", "fscache", "direct");
        cell.status = CellStatus::unsupported;
    }
    EXPECT_EQ(read_state(results, "dio", kWay, 3).way, "refused");
    results.cells[0] = sample_ok_cell("dio", "fscache", "direct", {});
    EXPECT_THAT(read_state(results, "dio", kWay, 3).problem, HasSubstr("direct with one seed and refused with another"));
}
