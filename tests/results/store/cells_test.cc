// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/store/cells.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::HasSubstr;

TEST(Cells, GlobStarCrossesSlashes) {
    const char* id = "rand-4k/fscache/flat/ram/local/direct/pread/qd1";
    EXPECT_TRUE(match_glob("*", id));
    EXPECT_TRUE(match_glob("rand-4k/*", id));
    EXPECT_TRUE(match_glob("*/local/*/qd?", id));
    EXPECT_FALSE(match_glob("*/remote/*", id));
    EXPECT_FALSE(match_glob("rand-4k", id));
}

TEST(Cells, TheSameReadIsOfTheSameArmAndLoad) {
    Results results = sample_results();
    const auto& cell = results.cells[3];  // dio, fscache, direct
    EXPECT_EQ(same_read(results.cells, cell, kRaw), &results.cells[5]);
    results.cells[5].dimensions.iodepth = 32;
    EXPECT_EQ(same_read(results.cells, cell, kRaw), nullptr);
}

namespace {

std::optional<double> seconds_of(const CellResult& c) { return c.metric("seconds"); }

/// The sample run's dio and a read of the device by the same engine and one with fixed buffers.
Results with_device() {
    Results results = sample_results();
    results.cells.push_back(sample_ok_cell("dio", "device", "direct", {512, 0.004, 8000, 0}));
    results.cells.push_back(sample_ok_cell("dio", "device", "direct", {512, 0.003, 8000, 0}));
    results.cells.back().dimensions.engine = kFixedBuffers;
    return results;
}

}  // namespace

TEST(Cells, TheFloorIsTheBetterOfTheSameEngineAndFixedBuffers) {
    Results results = with_device();
    const auto& cell = results.cells[3];
    auto floor = floor_of(results.cells, cell);
    ASSERT_TRUE(floor);
    EXPECT_EQ(floor->same, &results.cells[6]);
    EXPECT_EQ(floor->fixed, &results.cells[7]);
    EXPECT_EQ(floor->value(seconds_of, Direction::lower_is_better), 0.003);
    EXPECT_EQ(floor->value(seconds_of, Direction::higher_is_better), 0.004);
    // Without the one by the same engine there is none, whatever else there is.
    results.cells[6].dimensions.engine = "libaio";
    EXPECT_FALSE(floor_of(results.cells, cell));
    EXPECT_FALSE(floor_of(sample_results().cells, sample_results().cells[3]));
}

TEST(Cells, AFloorWithoutNumbersHasNone) {
    Results results = with_device();
    for (size_t i : {6, 7}) {
        results.cells[i].status = CellStatus::failed;
        results.cells[i].metrics.reset();
    }
    auto floor = floor_of(results.cells, results.cells[3]);
    ASSERT_TRUE(floor);
    EXPECT_EQ(floor->value(seconds_of, Direction::lower_is_better), std::nullopt);
}

TEST(Cells, TheFloorBindsWhatComesFromTheDevice) {
    CellResult cell = sample_ok_cell("dio", "fscache", "direct", {});
    EXPECT_TRUE(is_bound_by_floor(cell));
    (*cell.metrics)["device.read_bytes"] = int64_t{512 * 4096};
    EXPECT_TRUE(is_bound_by_floor(cell));
    (*cell.metrics)["device.read_bytes"] = int64_t{4096};  // holes
    EXPECT_FALSE(is_bound_by_floor(cell));
    EXPECT_FALSE(is_bound_by_floor(sample_ok_cell("dio", "loop", "direct", {512, 0.01, 20000, 512 * 4096})));  // its image file's page cache
    EXPECT_FALSE(is_bound_by_floor(sample_ok_cell("dio", "fscache", "buffered", {})));
    EXPECT_FALSE(is_bound_by_floor(sample_ok_cell("dio", "device", "direct", {})));
    EXPECT_FALSE(is_bound_by_floor(sample_cell("dio", "fscache", "direct")));
    cell = sample_ok_cell("fallback", "fscache", "direct", {});
    cell.observed_io = ObservedIo::buffered;
    EXPECT_FALSE(is_bound_by_floor(cell));
}

TEST(Cells, CounterpartAndOtherIo) {
    Results results = sample_results();
    EXPECT_EQ(counterpart(results.cells, results.cells[3], "fallback"), &results.cells[0]);
    EXPECT_EQ(counterpart(results.cells, results.cells[3], "base"), nullptr);
    EXPECT_EQ(with_other_io(results.cells, results.cells[0], IoMode::buffered), &results.cells[1]);
}

TEST(Cells, PageCacheGrowthIsMissingWhenAPartIs) {
    Results results = sample_results();
    EXPECT_EQ(page_cache_growth_bytes(results.cells[0]), 2097152.0);
    results.cells[0].metrics->erase("page_cache_bytes.guest_total.before");
    EXPECT_EQ(page_cache_growth_bytes(results.cells[0]), std::nullopt);
    EXPECT_EQ(page_cache_growth_bytes(results.cells[4]), std::nullopt);
}

TEST(Cells, BootsCollapseByTheRuleOfEachMetric) {
    std::vector<CellResult> boots;
    for (int64_t boot : {0, 1, 2}) {
        auto cell = sample_ok_cell("dio", "fscache", "direct", {512, 0.01 + 0.01 * static_cast<double>(boot * boot), 20000, 0});
        cell.boot = boot;
        (*cell.metrics)["latency_ns.max"] = int64_t{100 * (boot + 1)};  // maximum
        (*cell.metrics)["errors"] = boot;                              // sum
        if (boot == 2) (*cell.metrics)["ops"] = int64_t{513};           // identical: it is not
        boots.push_back(cell);
    }
    auto one = collapse_boots(boots);
    ASSERT_EQ(one.size(), 1u);
    EXPECT_DOUBLE_EQ(one[0].metric("seconds").value(), 0.02);  // the median, not the mean
    EXPECT_EQ(one[0].metric("latency_ns.max"), 300.0);
    EXPECT_EQ(one[0].metric("errors"), 3.0);
    EXPECT_EQ(one[0].metric("ops"), std::nullopt);
    EXPECT_EQ(one[0].metric("bytes"), 512.0 * 4096);
    EXPECT_EQ(one[0].histogram->count(), 3u * 512);
}

TEST(Cells, OneBootWithoutNumbersIsSeen) {
    auto good = sample_ok_cell("dio", "fscache", "direct", {});
    auto bad = sample_cell("dio", "fscache", "direct");
    bad.boot = 1;
    auto one = collapse_boots({good, bad});
    ASSERT_EQ(one.size(), 1u);
    EXPECT_EQ(one[0].status, CellStatus::failed);
    EXPECT_FALSE(one[0].metrics);
    EXPECT_THAT(one[0].reason, HasSubstr("boot 1"));
}

TEST(Cells, LabelsUseFiosWords) {
    Dimensions d = sample_cell("dio", "fscache", "direct").dimensions;
    EXPECT_EQ(read_label(d), "rand 4k qd1 pread");
    d.pattern = Pattern::sequential;
    d.block_size_bytes = 1 << 20;
    d.numjobs = 4;
    EXPECT_EQ(read_label(d), "seq 1m qd1 pread x4");
}
