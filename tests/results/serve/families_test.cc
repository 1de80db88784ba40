// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/serve/store_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

constexpr int64_t kDay_s = 86400;
constexpr const char* kCell = "rand-4k/fscache/flat/ram/local/direct/pread/qd1";

class Serve : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    Result<ResultStore> store_ = ResultStore::open(directory_.value().path() / "results.sqlite");
    int64_t now_ = static_cast<int64_t>(unix_seconds("2026-01-10T00:00:00Z").value());

    void record(int day, const std::function<void(Results&)>& change = {}) {
        Results results = sample_results();
        results.run.id = fmt::format("run-{}", day);
        results.run.started_at = fmt::format("2026-01-{:02}T01:00:00Z", day);
        results.run.status = RunStatus::ok;
        results.run.exit_code = 0;
        results.run.findings.clear();
        results.cells.erase(results.cells.begin() + 4);
        if (change) change(results);
        ASSERT_TRUE(store_->record_run(results));
    }
    std::string text(const ServeContent& content = {}) {
        auto families = store_families(*store_, content, now_);
        EXPECT_TRUE(families) << families.error().message();
        return families ? prometheus_text(*families) : "";
    }
    static size_t count(const std::string& text, const std::string& part) {
        size_t n = 0;
        for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
        return n;
    }
};

}  // namespace

TEST_F(Serve, OnlyTheNewestRunOfASuiteAndMachineIsTold) {
    record(1);
    record(9);
    record(8, [](Results& r) { r.run.suite = "nightly"; });
    const std::string all = text();
    EXPECT_EQ(count(all, "diobench_run_info{"), 2u);
    EXPECT_THAT(all, HasSubstr("run_id=\"run-9\""));
    EXPECT_THAT(all, HasSubstr("run_id=\"run-8\""));
    EXPECT_THAT(all, HasSubstr("diobench_store_runs 3\n"));
    EXPECT_EQ(count(all, "diobench_latency_seconds_count{"), 6u);
    EXPECT_EQ(count(all, "# TYPE diobench_latency_seconds histogram"), 1u);
}

/// Many more cells like the sample's own, each of another iodepth.
void add_cells(Results& results, unsigned count) {
    const std::vector<CellResult> own = results.cells;
    for (unsigned i = 0; i < count; ++i)
        for (CellResult cell : own) {
            cell.dimensions.iodepth = 100 + i;
            cell.cell += fmt::format("-{}", i);
            results.cells.push_back(std::move(cell));
        }
}

TEST_F(Serve, AScrapeHasRoomForSoManySamplesAndSaysWhatItLeavesOut) {
    record(9, [](Results& r) { add_cells(r, 400); });
    ServeContent content;
    auto families = store_families(*store_, content, now_);
    ASSERT_TRUE(families) << families.error().message();
    EXPECT_LE(sample_count(*families), kMostScrapedSamples);
    EXPECT_GT(sample_count(*families), kMostScrapedSamples * 9 / 10) << "what there is room for is told";
    const std::string told = prometheus_text(*families);
    EXPECT_THAT(told, HasSubstr("diobench_latency_seconds_count{kernel=\"dio\",workload=\"rand-4k\",backend=\"fscache\"")) << "of the headline reads";
    EXPECT_THAT(told, testing::ContainsRegex("diobench_scrape_cells\\{told=\"no\",suite=\"quick\",machine=\"exact\"\\} [1-9]"));
    content.most_samples.reset();
    const std::string all = text(content);
    EXPECT_GT(all.size(), 3 * told.size());
    EXPECT_THAT(all, Not(HasSubstr("diobench_scrape_cells")));
    EXPECT_EQ(count(all, "diobench_latency_mean_seconds{kernel=\"dio\""), 401u * 2);
}

TEST_F(Serve, WhatIsOldIsHistory) {
    record(1);
    ServeContent content;
    content.max_age_s = 5 * kDay_s;
    EXPECT_THAT(text(content), Not(HasSubstr("run-1")));
    content.max_age_s = 10 * kDay_s;
    EXPECT_THAT(text(content), HasSubstr("run-1"));
}

TEST_F(Serve, ACellThatDisappearsLeavesNoSeriesButIsCounted) {
    record(8);
    const std::string series = "diobench_latency_mean_seconds{kernel=\"dio\",workload=\"rand-4k\",backend=\"fscache\"";
    EXPECT_THAT(text(), HasSubstr(series));
    record(9, [](Results& r) { r.cells.erase(r.cells.begin() + 3); });
    const std::string after = text();
    EXPECT_THAT(after, Not(HasSubstr(series)));
    EXPECT_THAT(after, HasSubstr("diobench_cells_disappeared{kernel=\"dio\",suite=\"quick\",machine=\"exact\"} 1\n"));
    EXPECT_THAT(after, HasSubstr("diobench_cells_disappeared{kernel=\"fallback\",suite=\"quick\",machine=\"exact\"} 0\n"));
    record(9, [](Results& r) {  // a run of chosen cells misses none
        r.cells.erase(r.cells.begin() + 3);
        r.run.argv = {"diobench", "run", "--filter", "*"};
    });
    EXPECT_THAT(text(), Not(HasSubstr("diobench_cells_disappeared")));
}

TEST_F(Serve, CountsOfCellsAndCasesKeepTheirZeros) {
    record(9, [](Results& r) { r.cells.push_back(sample_cell("dio", "fscache", "buffered")); });
    const std::string all = text();
    EXPECT_THAT(all, HasSubstr("diobench_cells{kernel=\"dio\",suite=\"quick\",machine=\"exact\",status=\"failed\",known=\"no\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("diobench_cells{kernel=\"fallback\",suite=\"quick\",machine=\"exact\",status=\"failed\",known=\"no\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("diobench_conformance_cases{kernel=\"dio\",suite=\"quick\",machine=\"exact\",status=\"fail\",known=\"no\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("diobench_conformance_cases{kernel=\"dio\",suite=\"quick\",machine=\"exact\",status=\"fail\",known=\"yes\"} 1\n"));
}

TEST_F(Serve, TheNewestGateOfAPairAndTheNewestNight) {
    StoredJudgement gate{"g1", "gate", "2026-01-08T00:00:00Z", 60, "quick", "exact", "fallback", "dio", "run-8", "regression", 1, {}};
    gate.verdicts = {{kCell, "latency_ns.mean", "regression", 100, 105, 0.05, {}, {}, "", ""}, {kCell, "latency_ns.p99", "pass", 1, 1, 0, {}, {}, "", ""}};
    ASSERT_TRUE(store_->record_judgement(gate));
    const std::string labels = "baseline=\"fallback\",candidate=\"dio\",suite=\"quick\",machine=\"exact\"";
    std::string all = text();
    EXPECT_THAT(all, HasSubstr("diobench_gate_verdict{" + labels + ",verdict=\"regression\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("diobench_gate_verdict{" + labels + ",verdict=\"pass\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("diobench_gate_metrics{" + labels + ",verdict=\"pass\"} 1\n"));
    EXPECT_EQ(count(all, "diobench_gate_worse_ratio{"), 1u);
    gate.id = "g2";
    gate.started_at = "2026-01-09T00:00:00Z";
    gate.verdict = "pass";
    gate.exit_code = 0;
    gate.verdicts[0].verdict = "pass";
    ASSERT_TRUE(store_->record_judgement(gate));
    ASSERT_TRUE(store_->record_judgement({"n1", "night", "2025-11-01T00:00:00Z", 3600, "", "", "", "", "", "invalid", 4, {}}));
    all = text();
    EXPECT_THAT(all, HasSubstr("diobench_gate_verdict{" + labels + ",verdict=\"regression\"} 0\n"));
    EXPECT_EQ(count(all, "diobench_gate_worse_ratio{"), 0u);
    EXPECT_THAT(all, HasSubstr("diobench_night_exit_code{suite=\"\",machine=\"\"} 4\n"));  // however old
}

TEST_F(Serve, TwoKindsOfNightsDoNotHideEachOther) {
    const auto night = [&](const std::string& id, const std::string& started_at, const std::string& machine, const std::string& verdict, int64_t code) {
        ASSERT_TRUE(store_->record_judgement({id, "night", started_at, 3600, "nightly", machine, "", "", "", verdict, code, {}}));
    };
    night("n1", "2026-01-07T02:00:00Z", "exact", "pass", 0);
    night("n2", "2026-01-09T02:00:00Z", "exact", "regression", 1);
    night("n3", "2026-01-09T04:00:00Z", "uml", "pass", 0);
    night("n4", "2025-11-01T04:00:00Z", "kvm", "invalid", 4);  // given up long ago
    const std::string all = text();
    const std::string exact = "{suite=\"nightly\",machine=\"exact\"} ";
    EXPECT_THAT(all, HasSubstr("diobench_night_exit_code" + exact + "1\n"));
    EXPECT_THAT(all, HasSubstr("diobench_night_exit_code{suite=\"nightly\",machine=\"uml\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("diobench_night_passed_timestamp_seconds" + exact + fmt::format("{}", static_cast<int64_t>(*unix_seconds("2026-01-07T02:00:00Z")))));
    EXPECT_THAT(all, Not(HasSubstr("kvm")));
}

TEST_F(Serve, TheSeedsOfANightAreNotHeldAgainstEachOther) {
    const auto seed = [](int64_t number, const char* time, bool less) {
        return [=](Results& r) {
            r.run.seed = number;
            r.run.id += fmt::format("-{}", number);
            r.run.started_at.replace(11, 8, time);
            if (less) r.cells.erase(r.cells.begin() + 3);
        };
    };
    record(8, seed(1, "01:00:00", false));
    record(8, seed(2, "02:00:00", false));
    record(9, seed(1, "01:00:00", true));
    record(9, seed(2, "02:00:00", true));
    EXPECT_THAT(text(), HasSubstr("diobench_cells_disappeared{kernel=\"dio\",suite=\"quick\",machine=\"exact\"} 1\n"));
}

TEST_F(Serve, ByWallClockAPinIsHeldAgainstAnySeed) {
    const auto by_wall = [](Results& r) {
        r.run.machine = "uml";
        r.run.clock.kind = "real";
    };
    record(2, by_wall);
    ASSERT_TRUE(store_->add_pin({"good", "run-2", "dio", "*", ""}));
    record(9, [&](Results& r) {
        by_wall(r);
        r.run.seed += 1;
        (*r.cells[3].metrics)["latency_ns.mean"] = 22000.0;
    });
    EXPECT_EQ(count(text(), "metric=\"latency_ns.mean\",suite=\"quick\",machine=\"uml\"} 0.1\n"), 1u);
}

TEST_F(Serve, APinIsHeldAgainstItsOwnSeedAndTools) {
    record(2);
    ASSERT_TRUE(store_->add_pin({"good", "run-2", "dio", "*", ""}));
    record(9, [](Results& r) { (*r.cells[3].metrics)["latency_ns.mean"] = 22000.0; });
    record(9, [](Results& r) {  // newer, of another seed
        r.run.id = "other-seed";
        r.run.seed += 1;
        r.run.started_at = "2026-01-09T02:00:00Z";
        (*r.cells[3].metrics)["latency_ns.mean"] = 99000.0;
    });
    std::string all = text();
    EXPECT_THAT(all, HasSubstr("diobench_pin_comparable{pin=\"good\"} 1\n"));
    EXPECT_EQ(count(all, "metric=\"latency_ns.mean\",suite=\"quick\",machine=\"exact\"} 0.1\n"), 1u) << all;
    record(9, [](Results& r) {
        r.run.id = "other-tools";
        r.run.started_at = "2026-01-09T03:00:00Z";
        r.run.tool["guest"] = "another";
    });
    all = text();
    EXPECT_THAT(all, HasSubstr("diobench_pin_comparable{pin=\"good\"} 0\n"));
    EXPECT_THAT(all, Not(HasSubstr("diobench_pinned_worse_ratio{")));
}

TEST_F(Serve, PinsFollowTheRevisionsOfTheirArm) {
    record(2);
    ASSERT_TRUE(store_->add_pin({"good", "run-2", "dio", "*/fscache/*", ""}));
    record(9, [](Results& r) {
        for (auto& cell : r.cells)
            if (cell.kernel == "dio") cell.kernel = "dio-v2";
        r.kernels[1].name = "dio-v2";
        (*r.cells[3].metrics)["latency_ns.mean"] = 22000.0;
    });
    ServeContent content;
    content.revises = {{"dio-v2", "dio"}};
    const std::string all = text(content);
    EXPECT_THAT(all, HasSubstr("diobench_pinned_worse_ratio{pin=\"good\",kernel=\"dio-v2\",cell=\"" + std::string(kCell) +
                               "\",metric=\"latency_ns.mean\",suite=\"quick\",machine=\"exact\"} 0.1"));
    EXPECT_THAT(all, Not(HasSubstr("pin=\"good\",kernel=\"fallback\"")));
    EXPECT_THAT(all, Not(HasSubstr("metric=\"ops\"")));  // neutral ones are nobody's baseline
    EXPECT_THAT(text(), Not(HasSubstr("diobench_pinned_worse_ratio")));  // who revises whom is not known
    EXPECT_THAT(text(), HasSubstr("diobench_pin_info{pin=\"good\",run_id=\"run-2\"} 1\n"));
}

TEST_F(Serve, HashesAndIdsAreInInfoMetricsAlone) {
    record(9);
    auto families = store_families(*store_, {}, now_);
    ASSERT_TRUE(families) << families.error().message();
    for (const auto& family : *families)
        for (const auto& metric : family.metric)
            for (const auto& label : metric.label) {
                if (!label.name.ends_with("sha256") && !label.name.ends_with("_id") && label.name != "git") continue;
                EXPECT_THAT(family.name, testing::EndsWith("_info"));
            }
}

TEST_F(Serve, ProgressThatWasNotTouchedForLongIsStale) {
    ProgressState state{"night", "n1", "nightly", "exact", "running", "measure", "dio-ram", 3, 12, "2026-01-09T23:00:00Z", "2026-01-09T23:55:00Z", {}};
    std::string all = prometheus_text(progress_families({state}, now_));
    const std::string labels = "kind=\"night\",suite=\"nightly\",machine=\"exact\"";
    EXPECT_THAT(all, HasSubstr("diobench_progress_running{" + labels + "} 1\n"));
    EXPECT_THAT(all, HasSubstr("diobench_progress_done_steps{" + labels + ",stage=\"measure\"} 3\n"));
    all = prometheus_text(progress_families({state}, now_ + 3600));
    EXPECT_THAT(all, HasSubstr("diobench_progress_running{" + labels + "} 0\n"));
    EXPECT_THAT(all, HasSubstr("diobench_progress_stale{" + labels + "} 1\n"));
    EXPECT_THAT(all, Not(HasSubstr("done_steps")));
    state.state = "ended";
    EXPECT_THAT(prometheus_text(progress_families({state}, now_ + 3600)), HasSubstr("diobench_progress_stale{" + labels + "} 0\n"));
}
