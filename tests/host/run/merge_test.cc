// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/merge.h"

#include <gtest/gtest.h>

#include "tests/host/run/plain_cell.h"

using namespace diobench;

namespace {

CellResult cell_of(const std::string& workload, int64_t boot) {
    const Cell cell = plain_cell(workload);
    CellResult out;
    out.kernel = "dio";
    out.workload = workload;
    out.cell = cell.id();
    out.boot = boot;
    out.dimensions = cell;
    out.declared_io = "direct";
    out.observed_io = ObservedIo::direct;
    out.status = CellStatus::ok;
    out.metrics = Metrics{{"ops", int64_t{1}}};
    return out;
}

/// Part `number` of two, of a run with three boots of one cell each: a, b, c.
Shard part(unsigned number) {
    Shard out;
    out.directory = "part-" + std::to_string(number);
    out.options.shard = number;
    out.options.shards = 2;
    Run& run = out.results.run;
    run.suite = "quick";
    run.machine = "exact";
    run.plan_sha256 = "plan";
    run.clock.kind = "virtual";
    run.tool = {{"qemu", "QEMU 7.2"}, {"guest", "abc"}, {"git", "of part " + std::to_string(number)}};
    KernelResult kernel;
    kernel.name = "dio";
    kernel.image_sha256 = "image";
    if (number == 1) {
        kernel.boots = {{0, BootOutcome::ok, "ram", "logs/a", 1, ""}, {1, BootOutcome::ok, "ram", "logs/c", 1, ""}};
        out.results.cells = {cell_of("a", 0), cell_of("c", 1)};
    } else {
        kernel.boots = {{0, BootOutcome::ok, "ram", "logs/b", 1, ""}};
        out.results.cells = {cell_of("b", 0)};
    }
    out.results.kernels = {kernel};
    return out;
}

std::string refusal(std::vector<Shard> shards) {
    auto merged = merge_results(std::move(shards));
    return merged ? "none" : merged.error().message();
}

}  // namespace

TEST(Merge, PartsInAnyOrderGiveTheBootsOfTheWholeRun) {
    auto merged = merge_results({part(2), part(1), part(2)});
    ASSERT_TRUE(merged) << merged.error().message();
    ASSERT_EQ(merged->cells.size(), 3u);
    for (size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(merged->cells[i].workload, std::string(1, static_cast<char>('a' + i)));
        EXPECT_EQ(merged->cells[i].boot, static_cast<int64_t>(i));
        EXPECT_EQ(merged->kernels[0].boots[i].console, "logs/" + merged->cells[i].workload);
    }
}

TEST(Merge, APartThatIsMissingIsNamed) {
    EXPECT_NE(refusal({part(1)}).find("2/2: this part is missing"), std::string::npos) << refusal({part(1)});
}

TEST(Merge, APartTwiceWithOtherCellsIsRefused) {
    Shard other = part(2);
    other.directory = "again";
    other.results.cells[0].metrics->at("ops") = int64_t{2};
    const std::string said = refusal({part(1), part(2), other});
    EXPECT_NE(said.find("again: part 2/2 is there twice, and differs from part-2 in dio: b/"), std::string::npos) << said;
}

TEST(Merge, AllThatDiffersIsNamedAtOnce) {
    Shard other = part(2);
    other.results.run.tool["qemu"] = "QEMU 10";
    other.results.run.tool["guest"] = "def";
    other.results.run.plan_sha256 = "other";
    other.results.run.seed = 7;
    other.results.kernels[0].image_sha256 = "built anew";
    const std::string said = refusal({part(1), other});
    for (const char* word : {"another QEMU: QEMU 10; QEMU 7.2", "another guest program: def; abc", "another plan of", "another seed: 7; 0", "another kernel dio"})
        EXPECT_NE(said.find(word), std::string::npos) << word << "\n" << said;
}

TEST(Merge, WhatOnlyOneOfThemHasDiffersWhicheverIsFirst) {
    Shard modelled = part(2);
    modelled.results.run.tool["cost_model"] = "a processor";
    EXPECT_NE(refusal({part(1), modelled}).find("another cost model: a processor; none"), std::string::npos) << refusal({part(1), modelled});
    EXPECT_NE(refusal({modelled, part(1)}).find("another cost model: none; a processor"), std::string::npos) << refusal({modelled, part(1)});
}

TEST(Merge, AnotherKernelIsNoPart) {
    Shard other = part(2);
    other.results.kernels[0].name = "base";
    EXPECT_NE(refusal({part(1), other}).find("another kernels: base; dio"), std::string::npos) << refusal({part(1), other});
}

TEST(Merge, AMachineThatDiedInOnePartTakesAllNumbersOfItsKernel) {
    Shard died = part(2);
    died.results.kernels[0].status = KernelStatus::boot_failed;
    died.results.kernels[0].reason = "panic";
    CellResult& cell = died.results.cells[0];
    cell.status = CellStatus::failed;
    cell.reason = "the cell did not come back";
    cell.metrics.reset();
    cell.observed_io.reset();
    auto merged = merge_results({part(1), died});
    ASSERT_TRUE(merged) << merged.error().message();
    EXPECT_EQ(merged->kernels[0].status, KernelStatus::boot_failed);
    for (const auto& one : merged->cells) {
        EXPECT_EQ(one.status, CellStatus::failed);
        EXPECT_FALSE(one.metrics);
    }
}
