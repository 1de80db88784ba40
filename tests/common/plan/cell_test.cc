// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/plan/cell.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "bench/common/plan/guest_plan.h"
#include "bench/common/plan/requests.h"

using namespace diobench;

TEST(Offsets, SequentialAscends) {
    EXPECT_EQ(make_offsets(Pattern::sequential, 4096, 3, 1 << 20, 1), (std::vector<uint64_t>{0, 4096, 8192}));
}

TEST(Offsets, RandomIsAPermutationOfWholeBlocks) {
    auto offsets = make_offsets(Pattern::random, 4096, 256, (1 << 20) + 777, 1);
    EXPECT_EQ(std::set<uint64_t>(offsets.begin(), offsets.end()).size(), 256u);
    for (uint64_t o : offsets) {
        EXPECT_EQ(o % 4096, 0u);
        EXPECT_LE(o + 4096, 1u << 20);
    }
    EXPECT_EQ(offsets, make_offsets(Pattern::random, 4096, 256, (1 << 20) + 777, 1));
    EXPECT_NE(offsets, make_offsets(Pattern::random, 4096, 256, (1 << 20) + 777, 2));
    EXPECT_FALSE(std::is_sorted(offsets.begin(), offsets.end()));
}

TEST(Cell, JsonRoundTripAndUnknownWordsAreNamed) {
    Cell cell;
    cell.workload = "w";
    cell.layout = "flat";
    cell.device = "ram";
    cell.engine = "pread";
    cell.ops = 5;
    auto back = Cell::from_json(cell.to_json());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->id(), "w/fscache/flat/ram/local/direct/sequential/4k/pread/qd1");
    auto json = cell.to_json();
    json["io"] = "odirect";
    auto bad = Cell::from_json(json);
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message().find("buffered, direct, mmap"), std::string::npos);
}

TEST(GuestPlan, JsonRoundTrip) {
    GuestPlan plan;
    plan.device = {"ram", "brd", 0, 0, 1 << 20, "/dev/ram0"};
    plan.images.push_back({"sparse", {"/images/sparse", "/images/blob"}, 4096, true, true, {{"data.bin", 3, 999, {{0, 4}}}}});
    plan.fetches.push_back({"lan", 1, 2, 3});
    plan.traces["t"] = "text";
    plan.cells.emplace_back();
    plan.cells.back().engine = "null";
    auto back = GuestPlan::from_json(plan.to_json());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_json(), plan.to_json());
}

TEST(Cell, WhatIsNotAsUsualIsAtTheEndOfItsId) {
    Cell cell;
    cell.workload = "w";
    cell.layout = "flat";
    cell.device = "ram";
    cell.engine = "io_uring";
    cell.numjobs = 4;
    cell.span_bytes = 8 << 20;
    cell.arrival = Arrival::poisson;
    cell.rate_iops = 5000;
    cell.memory_bytes = 48 << 20;
    cell.neighbour_bytes = 16 << 20;
    cell.cache_state = CacheState::remote;
    cell.fetch = "region";
    EXPECT_EQ(cell.id(), "w/fscache/flat/ram/remote/direct/sequential/4k/io_uring/qd1/jobs4/span8m/poisson5000/mem48m/neighbour16m/region");
    auto back = Cell::from_json(cell.to_json());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_json(), cell.to_json());
}

TEST(Blocks, StridedReadsEachOnceAndZipfHasAFavourite) {
    auto strided = make_blocks(Pattern::strided, 10, 10, 1);
    EXPECT_EQ(strided, (std::vector<uint64_t>{0, 4, 8, 1, 5, 9, 2, 6, 3, 7}));
    auto zipf = make_blocks(Pattern::zipf, 10000, 1000, 1);
    std::map<uint64_t, int> seen;
    for (uint64_t block : zipf) {
        ASSERT_LT(block, 1000u);
        ++seen[block];
    }
    int most = 0;
    for (auto [block, count] : seen) most = std::max(most, count);
    // 1 / H(1000, 0.99) = 0.129
    EXPECT_NEAR(most, 1290, 150);
    auto again = make_blocks(Pattern::reread, 1000, 10, 1);
    EXPECT_EQ(std::set<uint64_t>(again.begin(), again.end()).size(), 10u);
}

TEST(Requests, GoOverAllFilesAndAreSharedByJobs) {
    Cell cell;
    cell.pattern = Pattern::sequential;
    cell.ops = 7;
    cell.numjobs = 2;
    const std::vector<uint64_t> sizes = {8192 + 5, 4096, 100};
    auto first = make_requests(cell, sizes, 0, 1);
    ASSERT_EQ(first.size(), 4u);
    EXPECT_EQ(first[2].file, 1u);
    EXPECT_EQ(first[2].offset_bytes, 0u);
    EXPECT_EQ(first[3].file, 0u) << "begins again";
    EXPECT_EQ(make_requests(cell, sizes, 1, 1).size(), 3u);
    EXPECT_EQ(distinct_bytes(first), 12288u);
    cell.pattern = Pattern::tree;
    cell.numjobs = 1;
    for (const Request& r : make_requests(cell, sizes, 0, 1)) EXPECT_EQ(r.expected_bytes, sizes[r.file]);
}

TEST(Arrivals, HaveTheirRate) {
    auto constant = make_arrivals(Arrival::constant, 1000, 5, 1);
    EXPECT_EQ(constant, (std::vector<uint64_t>{0, 1000000, 2000000, 3000000, 4000000}));
    auto poisson = make_arrivals(Arrival::poisson, 1000, 20000, 1);
    EXPECT_TRUE(std::is_sorted(poisson.begin(), poisson.end()));
    EXPECT_NEAR(static_cast<double>(poisson.back()) / 1e9, 20.0, 0.5);
}
