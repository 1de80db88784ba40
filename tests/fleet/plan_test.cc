// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/fleet/plan.h"

namespace diobench {

namespace {

FleetUnit unit(const std::string& kernel, const std::string& boot, double seconds) { return {kernel, 0, boot, seconds}; }

double seconds_of(const std::vector<FleetUnit>& shard) {
    double sum = 0;
    for (const auto& one : shard) sum += one.expected_s;
    return sum;
}

TEST(FleetPlan, ShardsAreOfEqualLength) {
    std::vector<FleetUnit> units;
    for (int i = 1; i <= 12; ++i) units.push_back(unit("dio", "boot-" + std::to_string(i), i * 10));
    const auto shards = equal_shards(units, 4);
    ASSERT_EQ(shards.size(), 4U);
    for (const auto& shard : shards) EXPECT_NEAR(seconds_of(shard), 195, 16);
}

TEST(FleetPlan, EachUnitIsInOneShard) {
    std::vector<FleetUnit> units;
    for (int i = 1; i <= 7; ++i) units.push_back(unit("dio", "boot-" + std::to_string(i), 100.0 / i));
    std::vector<std::string> boots;
    for (const auto& shard : equal_shards(units, 3))
        for (const auto& one : shard) boots.push_back(one.boot);
    EXPECT_THAT(boots, testing::UnorderedElementsAre("boot-1", "boot-2", "boot-3", "boot-4", "boot-5", "boot-6", "boot-7"));
}

TEST(FleetPlan, NoShardIsEmpty) {
    EXPECT_EQ(equal_shards({unit("dio", "ram", 1), unit("dio", "nvme", 1)}, 9).size(), 2U);
    EXPECT_EQ(equal_shards({unit("dio", "ram", 1)}, 0).size(), 1U);
    EXPECT_TRUE(equal_shards({}, 3).empty());
}

TEST(FleetPlan, AKernelThatTakesLongerGetsMoreShards) {
    std::vector<FleetUnit> units;
    for (int i = 0; i < 8; ++i) units.push_back(unit("slow", "boot-" + std::to_string(i), 30));
    for (int i = 0; i < 8; ++i) units.push_back(unit("fast", "boot-" + std::to_string(i), 10));
    const auto shards = equal_shards_of_kernels(units, {"slow", "fast"}, 8);
    EXPECT_EQ(std::count_if(shards.begin(), shards.end(), [](const auto& shard) { return shard.front().kernel == "slow"; }), 6);
    EXPECT_EQ(std::count_if(shards.begin(), shards.end(), [](const auto& shard) { return shard.front().kernel == "fast"; }), 2);
    for (const auto& shard : shards) EXPECT_NEAR(seconds_of(shard), 40, 21);
}

TEST(FleetPlan, EachKernelHasAShard) {
    const auto shards = equal_shards_of_kernels({unit("a", "ram", 1000), unit("b", "ram", 1)}, {"a", "b"}, 1);
    EXPECT_EQ(shards.size(), 2U);
}

TEST(FleetPlan, AJobSaysWhatItIs) {
    FleetJob job;
    job.number = 4;
    job.kernel = "dio";
    job.units = {unit("dio", "ram", 1), unit("dio", "ram-2", 1)};
    EXPECT_EQ(job.text(), "shard 4: dio, boots ram, ram-2");
    EXPECT_EQ(job.work().at("boots").at(0).at("labels").size(), 2U);
}

}  // namespace

}  // namespace diobench
