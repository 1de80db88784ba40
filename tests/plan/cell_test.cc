// SPDX-License-Identifier: GPL-2.0-only
#include "bench/plan/cell.h"

#include <gtest/gtest.h>
#include <set>

#include "bench/plan/guest_plan.h"

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
    EXPECT_NE(bad.error().message().find("buffered, direct"), std::string::npos);
}

TEST(GuestPlan, JsonRoundTrip) {
    GuestPlan plan;
    plan.device = {"ram", "brd", 0, 1 << 20, "/dev/ram0"};
    plan.images.push_back({"sparse", "/images/sparse", "aa", 4096, 999, 3, {{0, 4}}, false});
    plan.cells.emplace_back();
    plan.cells.back().engine = "null";
    auto back = GuestPlan::from_json(plan.to_json());
    ASSERT_TRUE(back);
    EXPECT_EQ(back->to_json(), plan.to_json());
}
