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

TEST(Cells, RawLimitIsOfTheSameArmAndRead) {
    Results results = sample_results();
    const auto& cell = results.cells[3];  // dio, fscache, direct
    const auto* raw = raw_limit(results.cells, cell);
    ASSERT_NE(raw, nullptr);
    EXPECT_EQ(raw, &results.cells[5]);
    EXPECT_DOUBLE_EQ(ratio_to_raw(results.cells, cell).value(), 0.5);
    results.cells[5].dimensions.iodepth = 32;
    EXPECT_EQ(raw_limit(results.cells, cell), nullptr);
    EXPECT_EQ(ratio_to_raw(results.cells, cell), std::nullopt);
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
