// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/collect.h"

#include <gtest/gtest.h>

#include "tests/host/run/plain_cell.h"

using namespace diobench;
using json = nlohmann::json;

namespace {

json record_of(const Cell& cell, const std::string& status = "ok") {
    json r = {{"type", "cell"}, {"cell", cell.id()}, {"observed_io", "direct"}, {"status", status}, {"reason", status == "ok" ? "" : "why"},
              {"metrics", status == "ok" ? json{{"ops", 1}} : json()}, {"histogram", nullptr}, {"histograms", nullptr}, {"page_cache_curve", nullptr}};
    return r;
}

BootReport boot_of(std::vector<Cell> cells) {
    BootReport boot;
    boot.device = "ram";
    boot.result.outcome = BootOutcome::ok;
    boot.result.complete = true;
    for (const Cell& cell : cells) boot.records.push_back(record_of(cell));
    boot.cells = std::move(cells);
    return boot;
}

json conformance(const std::string& layout, const std::string& status) {
    return {{"type", "conformance"}, {"layout", layout}, {"path", "direct"}, {"device", "ram"}, {"status", status}, {"reason", "wrong bytes"}, {"seconds", 1.0}};
}

void expect_no_numbers(const ArmOutcome& arm) {
    for (const auto& cell : arm.cells) {
        EXPECT_NE(cell["status"], "ok");
        EXPECT_TRUE(cell["metrics"].is_null());
        EXPECT_FALSE(cell["reason"].get<std::string>().empty());
    }
}

}  // namespace

TEST(Collect, AWholeBootGivesItsCellsInTheOrderAskedFor) {
    auto boot = boot_of({plain_cell("b"), plain_cell("a")});
    std::swap(boot.records[0], boot.records[1]);
    auto arm = collect_arm("dio", {}, {boot});
    EXPECT_EQ(arm.status, KernelStatus::ok);
    ASSERT_EQ(arm.cells.size(), 2u);
    EXPECT_EQ(arm.cells[0]["workload"], "b");
    EXPECT_EQ(arm.cells[0]["metrics"]["ops"], 1);
}

TEST(Collect, AMachineThatDiedTakesAllNumbersOfItsArm) {
    for (auto outcome : {BootOutcome::panic, BootOutcome::oops, BootOutcome::warning, BootOutcome::hang, BootOutcome::cannot_start}) {
        auto good = boot_of({plain_cell("a")});
        auto bad = boot_of({plain_cell("b")});
        bad.result.outcome = outcome;
        bad.result.reason = "it died";
        auto arm = collect_arm("dio", {}, {good, bad});
        EXPECT_EQ(arm.status, KernelStatus::boot_failed);
        EXPECT_NE(arm.reason.find("it died"), std::string::npos);
        expect_no_numbers(arm);
    }
}

TEST(Collect, AnIncompleteStreamIsNotAPass) {
    auto boot = boot_of({plain_cell("a")});
    boot.result.complete = false;
    auto arm = collect_arm("dio", {}, {boot});
    EXPECT_NE(arm.status, KernelStatus::ok);
    expect_no_numbers(arm);
}

TEST(Collect, AMissingCellIsFailedAndLoud) {
    auto boot = boot_of({plain_cell("a"), plain_cell("b")});
    boot.records.pop_back();
    auto arm = collect_arm("dio", {}, {boot});
    EXPECT_EQ(arm.status, KernelStatus::invalid);
    ASSERT_EQ(arm.cells.size(), 2u);
    EXPECT_EQ(arm.cells[1]["status"], "failed");
}

TEST(Collect, WrongBytesTakeAllNumbersOfTheArmUnlessTheSeriesListsThem) {
    auto boot = boot_of({plain_cell("a")});
    boot.records.push_back(conformance("sparse", "fail"));
    auto arm = collect_arm("dio", {}, {boot});
    EXPECT_EQ(arm.status, KernelStatus::invalid);
    expect_no_numbers(arm);
    auto known = collect_arm("base", {{"*sparse*", "FACT"}}, {boot});
    EXPECT_EQ(known.status, KernelStatus::ok);
    EXPECT_TRUE(known.conformance.at(0).known);
    EXPECT_EQ(known.cells[0]["status"], "ok");
    boot.records.back() = conformance("flat", "fail");
    EXPECT_EQ(collect_arm("base", {{"*sparse*", "FACT"}}, {boot}).status, KernelStatus::invalid);
    boot.records.back() = conformance("flat", "refused");
    EXPECT_EQ(collect_arm("base", {}, {boot}).status, KernelStatus::ok);
}

TEST(Collect, TheGuestsOwnErrorIsTheReason) {
    auto boot = boot_of({plain_cell("a")});
    boot.records.push_back({{"type", "error"}, {"message", "mount erofs: no such device"}});
    boot.result.complete = false;
    auto arm = collect_arm("dio", {}, {boot});
    EXPECT_NE(arm.reason.find("no such device"), std::string::npos);
    expect_no_numbers(arm);
}

TEST(Collect, AnArmThatNeverRanHasAllItsCellsWithTheReason) {
    auto cells = absent_cells("bad", {plain_cell("a"), plain_cell("b")}, "it does not compile");
    ASSERT_EQ(cells.size(), 2u);
    EXPECT_EQ(cells[0]["status"], "failed");
    EXPECT_EQ(cells[0]["reason"], "it does not compile");
}
