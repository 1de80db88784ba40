// SPDX-License-Identifier: GPL-2.0-only
#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/paths.h"
#include "bench/host/run/boot_plan.h"
#include "bench/host/run/select_cells.h"
#include "bench/results/compare/comparison.h"

using namespace diobench;

TEST(ShippedWorkloads, AreReadAndQuickCoversWhatItPromises) {
    auto set = load_workloads({project_root() / "workloads"}, abilities());
    ASSERT_TRUE(set) << set.error().message();
    auto cells = set->suite("quick");
    ASSERT_TRUE(cells);
    auto has = [&](auto predicate) { return std::any_of(cells->begin(), cells->end(), predicate); };
    for (const char* device : {"ram", "nvme-80us"})
        for (uint64_t size : {4096u, 131072u, 1048576u})
            for (auto [engine, iodepth] : {std::pair{"pread", 1u}, {"io_uring", 1u}, {"libaio", 32u}, {"io_uring", 32u}})
                for (Pattern pattern : {Pattern::sequential, Pattern::random})
                    for (IoMode io : {IoMode::buffered, IoMode::direct})
                        EXPECT_TRUE(has([&](const Cell& c) {
                            return c.backend == kFscache && c.device == device && c.block_size_bytes == size && c.engine == engine &&
                                   c.iodepth == iodepth && c.pattern == pattern && c.io == io && c.cache_state == CacheState::local;
                        })) << device << size << engine << iodepth;
    EXPECT_TRUE(has([](const Cell& c) { return c.cache_state == CacheState::remote; }));
    EXPECT_TRUE(has([](const Cell& c) { return c.cache_state == CacheState::resident; }));
    // Every direct local cell on a flat image has its raw read and its floor, with fixed buffers too.
    for (const Cell& c : *cells) {
        if (c.backend != kFscache || c.layout != "flat" || c.cache_state != CacheState::local || c.io != IoMode::direct) continue;
        for (auto [backend, engine] : {std::pair{kRaw, std::string_view(c.engine)}, {kDevice, std::string_view(c.engine)}, {kDevice, std::string_view("io_uring-fixed")}})
            EXPECT_TRUE(has([&](const Cell& other) {
                return other.backend == backend && other.device == c.device && other.pattern == c.pattern && other.engine == engine &&
                       other.iodepth == c.iodepth && other.block_size_bytes == c.block_size_bytes && other.ops == c.ops;
            })) << c.id() << " by " << backend << " " << engine;
    }
    EXPECT_FALSE(set->suite("no-such"));
}


TEST(ShippedWorkloads, NightlyAsksEveryQuestionAndEveryBackEndEngineAndDeviceIsInIt) {
    auto set = load_workloads({project_root() / "workloads"}, abilities());
    ASSERT_TRUE(set) << set.error().message();
    auto cells = set->suite("nightly");
    ASSERT_TRUE(cells);
    auto has = [&](auto predicate) { return std::any_of(cells->begin(), cells->end(), predicate); };
    const Abilities all = abilities();
    for (const auto& backend : all.backends) EXPECT_TRUE(has([&](const Cell& c) { return c.backend == backend.name; })) << backend.name;
    for (const auto& engine : all.engines) {
        if (engine.name.starts_with("null-")) continue;
        EXPECT_TRUE(has([&](const Cell& c) { return c.engine == engine.name; })) << engine.name;
    }
    for (const auto& device : set->devices) EXPECT_TRUE(has([&](const Cell& c) { return c.device == device.profile.name; })) << device.profile.name;
    for (const auto& fetch : set->fetches) EXPECT_TRUE(has([&](const Cell& c) { return c.fetch == fetch.profile.name; })) << fetch.profile.name;
    for (const auto& workload : set->workloads) {
        if (workload.name == "matrix" || workload.name == "self-test" || workload.name == "headline") continue;
        EXPECT_NE(std::find(workload.suites.begin(), workload.suites.end(), "nightly"), workload.suites.end()) << workload.name;
    }
}

namespace {

/// The read itself, whatever the workload is called.
std::string read_of(const Cell& cell) { return cell.id().substr(cell.workload.size()); }

}  // namespace

TEST(ShippedWorkloads, HeadlineHasTheMainReadsThatQuickHasAndNoOthers) {
    auto set = load_workloads({project_root() / "workloads"}, abilities());
    ASSERT_TRUE(set) << set.error().message();
    auto quick = set->suite("quick");
    auto headline = set->suite("headline");
    ASSERT_TRUE(quick && headline);
    std::set<std::string> main, listed, all;
    for (const Cell& c : *quick)
        if (is_main_read(c)) main.insert(read_of(c));
    for (const Cell& c : *headline) {
        all.insert(read_of(c));
        if (c.backend == kFscache && c.io == IoMode::direct) listed.insert(read_of(c));
    }
    EXPECT_EQ(main, listed);
    EXPECT_EQ(headline->front().device, "nvme-80us") << "docs/calibration.md says what machines with a device of their own are held against";
    for (const Cell& c : *headline) {
        if (c.backend == kNull) continue;
        // Each has the read it makes a ratio with.
        Cell other = c;
        if (c.backend != kRaw) {
            other.io = c.io == IoMode::direct ? IoMode::buffered : IoMode::direct;
            EXPECT_TRUE(all.contains(read_of(other))) << c.id();
        }
        if (c.backend == kFscache) continue;
        other = c;
        other.backend = kFscache;
        EXPECT_TRUE(all.contains(read_of(other))) << c.id();
        other.backend = "ext4";
        EXPECT_TRUE(all.contains(read_of(other))) << c.id();
    }
    EXPECT_EQ(plan_boots(*headline, {1}).size(), 2u) << "one boot a device";
}

TEST(BootPlan, EveryCellIsInOneBootAndShardsAreAllOfThem) {
    auto set = load_workloads({project_root() / "workloads"}, abilities());
    ASSERT_TRUE(set);
    auto cells = set->suite("nightly");
    ASSERT_TRUE(cells);
    const auto boots = plan_boots(*cells, {1});
    size_t count = 0;
    std::set<std::string> labels;
    for (const auto& boot : boots) {
        count += boot.cells.size();
        EXPECT_TRUE(labels.insert(boot.label).second) << boot.label;
        for (const Cell& cell : boot.cells) EXPECT_EQ(cell.device, boot.device);
    }
    EXPECT_EQ(count, cells->size());
    size_t shared = 0;
    for (unsigned part = 1; part <= 3; ++part) shared += take_shard(boots, part, 3).value().size();
    EXPECT_EQ(shared, boots.size());
    EXPECT_EQ(plan_boots(*cells, {1, 2}).size(), 2 * boots.size());
    // The plan's hash is of one seed's boots, and another cell in a boot is another plan.
    EXPECT_EQ(plan_sha256(plan_boots(*cells, {1, 2})), plan_sha256(plan_boots(*cells, {7})));
    EXPECT_NE(plan_sha256(plan_boots({cells->begin() + 1, cells->end()}, {1})), plan_sha256(boots));
}

TEST(BootPlan, TheQuickSuiteIsOneBootADevice) {
    auto set = load_workloads({project_root() / "workloads"}, abilities());
    ASSERT_TRUE(set);
    auto cells = set->suite("quick");
    ASSERT_TRUE(cells);
    EXPECT_EQ(plan_boots(*cells, {1}).size(), 2u);
}
