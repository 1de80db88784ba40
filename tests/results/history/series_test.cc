// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/history/analysis.h"
#include "bench/results/history/json.h"
#include "bench/results/history/result_pages.h"
#include "bench/results/history/run_history.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kCell = "rand-4k/fscache/flat/ram/local/direct/pread/qd1";

class History : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    Result<ResultStore> store_ = ResultStore::open(directory_.value().path() / "results.sqlite");

    /// A good run of fallback and `arm`, whose direct reads take `latency_ns`.
    void record(int night, const std::string& arm, uint64_t latency_ns) { record(fmt::format("night-{}", night), night, 1, arm, latency_ns); }
    void record(const std::string& id, int night, int64_t seed, const std::string& arm, uint64_t latency_ns) {
        Results results = sample_results();
        results.run.id = id;
        results.run.seed = seed;
        results.run.started_at = fmt::format("2026-01-{:02}T01:00:00Z", night);
        results.run.suite = "nightly";
        results.run.status = RunStatus::ok;
        results.run.exit_code = 0;
        results.run.findings.clear();
        results.kernels = {sample_kernel("fallback"), sample_kernel(arm)};
        results.cells = {sample_ok_cell("fallback", "fscache", "direct", {512, 0.02, 40000, 0}), sample_ok_cell(arm, "fscache", "direct", {512, 0.01, latency_ns, 0})};
        ASSERT_TRUE(store_->record_run(results, directory_->path() / id));
    }
    /// A gate of dio with a run a seed, whose direct reads take so long.
    void record_gate(int night, const std::map<int64_t, uint64_t>& latency_ns, const std::string& verdict) {
        StoredJudgement gate{fmt::format("gate-{}", night), "gate", fmt::format("2026-01-{:02}T00:30:00Z", night), 60, "nightly", "exact", "fallback", "dio", "", verdict, 1, {}};
        for (const auto& [seed, latency] : latency_ns) {
            gate.runs.push_back(fmt::format("run-{}-{}", night, seed));
            record(gate.runs.back(), night, seed, "dio", latency);
        }
        gate.baseline_runs = gate.runs;
        gate.run_id = gate.runs.back();
        gate.verdicts = {{kCell, "latency_ns.mean", verdict, 20000, 24000, 0.2, {}, {}, "", ""}};
        ASSERT_TRUE(store_->record_judgement(gate));
    }
    std::vector<HistorySeries> series_of(const std::string& kernel) {
        SeriesRequest request;
        request.cell_glob = kCell;
        request.kernel = kernel;
        return read_series(*store_, request, {}).value();
    }
};

}  // namespace

TEST(Revisions, AreWalkedToTheFirst) {
    const Revisions revises = {{"v3", "v2"}, {"v2", "v1"}, {"x", "y"}};
    EXPECT_THAT(revisions_of("v3", revises), ElementsAre("v3", "v2", "v1"));
    EXPECT_THAT(revisions_of("v1", revises), ElementsAre("v1"));
    EXPECT_THAT(newest_revisions({"v1", "v3", "other"}, revises), ElementsAre("v3", "other"));
    EXPECT_THAT(revisions_of("a", {{"a", "b"}, {"b", "a"}}), ElementsAre("a", "b"));  // a circle ends
}

TEST_F(History, FollowsTheRevisionsOfAnArm) {
    record(1, "v1", 20000);
    record(2, "v1", 20000);
    record(3, "v2", 24000);
    SeriesRequest request;
    request.cell_glob = kCell;
    auto all = read_series(*store_, request, {{"v2", "v1"}});
    ASSERT_TRUE(all) << all.error().message();
    ASSERT_EQ(all->size(), 2u);  // fallback and v2
    const auto& series = all->at(1);
    EXPECT_EQ(series.kernel, "v2");
    EXPECT_EQ(series.clock_kind, "virtual");
    ASSERT_EQ(series.points.size(), 3u);
    EXPECT_EQ(series.points[1].kernel, "v1");
    EXPECT_EQ(series.points[2].kernel, "v2");
    EXPECT_EQ(series.points[2].value, 24000);
    EXPECT_EQ(series.points[2].reference, 40000);
    EXPECT_TRUE(series.points[2].good);
    EXPECT_THAT(series.points[2].environment, HasSubstr("QEMU 7.2.22, Linux 6.12.117"));
    EXPECT_FALSE(all->at(0).points[0].reference);  // fallback against itself says nothing
    request.last = 1;
    EXPECT_EQ(read_series(*store_, request, {{"v2", "v1"}})->at(1).points.size(), 1u);
    EXPECT_EQ(read_series(*store_, request, {})->size(), 3u);  // no revisions known: three arms
}

TEST_F(History, ACellThatGaveNoNumberIsAPointWithout) {
    record(1, "dio", 20000);
    Results broken = sample_results();  // its direct cell of dio is there, the buffered one failed
    broken.run.started_at = "2026-01-02T01:00:00Z";
    broken.cells[3] = sample_cell("dio", "fscache", "direct");
    ASSERT_TRUE(store_->record_run(broken));
    SeriesRequest request;
    request.cell_glob = kCell;
    request.kernel = "dio";
    auto all = read_series(*store_, request, {});
    ASSERT_TRUE(all) << all.error().message();
    ASSERT_EQ(all->at(0).points.size(), 2u);
    EXPECT_FALSE(all->at(0).points[1].value);
    EXPECT_FALSE(all->at(0).points[1].good);
}

TEST_F(History, VerdictsMarkTheRunTheyAreOf) {
    record(1, "dio", 20000);
    record(2, "dio", 24000);
    StoredJudgement gate{"gate-2", "gate", "2026-01-02T02:00:00Z", 60, "nightly", "exact", "fallback", "dio", "night-2", "regression", 1, {}};
    gate.verdicts = {{kCell, "latency_ns.mean", "regression", 20000, 24000, 0.2, {}, {}, "slower", ""}};
    ASSERT_TRUE(store_->record_judgement(gate));
    SeriesRequest request;
    request.cell_glob = kCell;
    request.kernel = "dio";
    auto all = read_series(*store_, request, {});
    ASSERT_TRUE(all);
    EXPECT_EQ(all->at(0).points[0].verdict, "");
    EXPECT_TRUE(all->at(0).points[0].good);
    EXPECT_EQ(all->at(0).points[1].verdict, "regression");
    EXPECT_FALSE(all->at(0).points[1].good);
    request.metric = "latency_ns.p99";
    EXPECT_EQ(read_series(*store_, request, {})->at(0).points[1].verdict, "");
}

TEST_F(History, SeedsOfAGateAreOnePointAndNoNights) {
    record_gate(1, {{1, 20000}, {2, 26000}, {3, 21000}}, "pass");
    record_gate(2, {{1, 20000}, {2, 26000}, {3, 21000}}, "pass");
    record_gate(3, {{1, 24000}, {2, 31000}, {3, 25000}}, "regression");
    const auto all = series_of("dio");
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].seeds, "seeds 1 to 3");
    ASSERT_EQ(all[0].points.size(), 3u);
    EXPECT_THAT(all[0].points[0].runs, ElementsAre("run-1-1", "run-1-2", "run-1-3"));
    EXPECT_THAT(all[0].points[0].seeds, ElementsAre(1, 2, 3));
    EXPECT_EQ(all[0].points[0].value, 21000);
    EXPECT_EQ(all[0].points[2].value, 25000);
    EXPECT_EQ(all[0].points[2].reference, 40000);
    EXPECT_EQ(all[0].points[2].verdict, "regression");
    EXPECT_EQ(all[0].points[2].gate, "gate-3");
    EXPECT_FALSE(all[0].points[2].good);
    const auto changes = level_changes(all[0]);
    ASSERT_EQ(changes.size(), 1u);
    EXPECT_EQ(changes[0].index, 2u);
    const auto fallback = series_of("fallback");  // whose candidate failed
    ASSERT_EQ(fallback.size(), 1u);
    for (const auto& point : fallback[0].points) {
        EXPECT_TRUE(point.good);
        EXPECT_EQ(point.verdict, "");
    }
    EXPECT_EQ(history_json(all, {})[0]["points"][2]["gate"], "gate-3");
    EXPECT_EQ(history_json(all, {})[0]["points"][2]["runs"].size(), 3u);
}

TEST_F(History, SeedsThatWereMadeAloneHaveALineEach) {
    for (int night = 1; night <= 2; ++night)
        for (int64_t seed = 1; seed <= 2; ++seed) record(fmt::format("r{}-{}", night, seed), night, seed, "dio", seed == 1 ? 20000 : 26000);
    record_gate(3, {{1, 20000}, {3, 21000}}, "pass");  // and a gate of other seeds its own
    const auto all = series_of("dio");
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].seeds, "seed 1");
    EXPECT_EQ(all[1].seeds, "seed 2");
    EXPECT_EQ(all[2].seeds, "seeds 1, 3");
    EXPECT_EQ(all[0].points.size(), 2u);
    for (const auto& series : all) EXPECT_TRUE(level_changes(series).empty());
}

TEST_F(History, ARunWithoutANumberTakesThatOfItsGate) {
    record_gate(1, {{1, 20000}, {2, 26000}}, "pass");
    record_gate(2, {{1, 20000}, {2, 26000}}, "invalid");
    Results broken = sample_results();
    broken.run.id = "run-2-2";
    broken.run.seed = 2;
    broken.run.started_at = "2026-01-02T01:00:00Z";
    broken.cells[3] = sample_cell("dio", "fscache", "direct");
    ASSERT_TRUE(store_->record_run(broken));
    const auto all = series_of("dio");
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].points[0].value, 23000);
    EXPECT_FALSE(all[0].points[1].value);
    EXPECT_EQ(all[0].points[1].verdict, "invalid");
}

TEST_F(History, ASeedThatIsThereTwiceIsAnotherPoint) {
    record("first", 1, 1, "dio", 20000);
    record("second", 2, 1, "dio", 20000);
    ASSERT_TRUE(store_->record_judgement({"gate", "gate", "2026-01-02T00:00:00Z", 1, "nightly", "exact", "fallback", "dio", "second", "pass", 0, {}, {"first", "second"}}));
    const auto all = series_of("dio");
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].seeds, "seed 1");
    EXPECT_EQ(all[0].points.size(), 2u);
}

TEST_F(History, OfARunPointsAndVerdictsHaveTheirPages) {
    record_gate(1, {{1, 20000}, {2, 26000}}, "pass");
    record_gate(2, {{1, 24000}, {2, 31000}}, "regression");
    const auto wanted = [](const diobench::Run&, const CellResult&, const Metric& metric) { return metric.name == "latency_ns.mean"; };
    auto results = store_->load_run("run-2-1");
    ASSERT_TRUE(results);
    auto told = run_history(*store_, *results, {}, wanted, [](const std::string& id) { return id == "run-1-1" ? "" : "../" + id + "/report.html"; });
    ASSERT_TRUE(told) << told.error().message();
    const auto& arms = (*told)["metrics"][0]["arms"];
    EXPECT_EQ(arms[0]["kernel"], "fallback");
    EXPECT_EQ(arms[0]["points"][1]["gate"], "");
    EXPECT_EQ(arms[1]["points"].size(), 2u);  // of this seed
    EXPECT_EQ(arms[1]["points"][1]["gate"], "gate-2");
    EXPECT_EQ((*told)["pages"], (nlohmann::ordered_json{{"gate-1", "../gate-1/report.html"}, {"gate-2", "../gate-2/report.html"}, {"run-2-1", "../run-2-1/report.html"}}));
}

TEST_F(History, PagesAreFoundWhereTheyWereWrittenOrByTheirId) {
    record("known", 1, 1, "dio", 20000);
    const auto pages = ResultPages::open(*store_, directory_->path() / "out", directory_->path() / "nights");
    ASSERT_TRUE(pages) << pages.error().message();
    EXPECT_EQ(pages->directory_of("known"), "");
    ASSERT_TRUE(make_directories(directory_->path() / "out" / "known"));
    EXPECT_EQ(pages->directory_of("known"), directory_->path() / "out" / "known");
    EXPECT_EQ(pages->page_of("known"), "");
    ASSERT_TRUE(make_directories(directory_->path() / "known"));
    EXPECT_EQ(pages->directory_of("known"), directory_->path() / "known");
    ASSERT_TRUE(write_file_atomic(directory_->path() / "known" / "summary.txt", "text"));
    EXPECT_EQ(pages->page_of("known").filename(), "summary.txt");
    ASSERT_TRUE(write_file_atomic(directory_->path() / "known" / "report.html", "page"));
    EXPECT_EQ(pages->page_of("known").filename(), "report.html");
    EXPECT_EQ(pages->page_of("nobody"), "");
    EXPECT_EQ(pages->directory_of(""), "");
}

TEST_F(History, CellsCanBeTakenInPages) {
    record(1, "dio", 20000);
    Results more = sample_results();
    more.run.id = "more";
    ASSERT_TRUE(store_->record_run(more));  // three cells
    SeriesRequest request;
    EXPECT_EQ(count_cells(*store_, request), 3u);
    request.skip_cells = 1;
    request.most_cells = 1;
    auto all = read_series(*store_, request, {});
    ASSERT_TRUE(all) << all.error().message();
    for (const auto& series : *all) EXPECT_EQ(series.cell, kCell);  // the second by name
}

TEST_F(History, FindsCellsByTheirLabel) {
    record(1, "dio", 20000);
    SeriesRequest request;
    request.cell_glob = "rand 4k qd1 pread";
    auto all = read_series(*store_, request, {});
    ASSERT_TRUE(all) << all.error().message();
    for (const auto& series : *all) EXPECT_EQ(series.cell, kCell);
    EXPECT_EQ(*count_cells(*store_, request), 1u);
    request.cell_glob = "rand 8k *";
    EXPECT_EQ(*count_cells(*store_, request), 0u);
}

TEST_F(History, AReferenceThatNobodyHasIsRefusedIfItWasNamed) {
    record(1, "dio", 20000);
    SeriesRequest request;
    request.reference = "fallbak";
    EXPECT_TRUE(read_series(*store_, request, {}));
    request.reference_named = true;
    EXPECT_THAT(read_series(*store_, request, {}).error().message(), AllOf(HasSubstr("fallbak"), HasSubstr("did you mean"), HasSubstr("fallback")));
}

TEST_F(History, NothingFoundSaysWhatThereIs) {
    SeriesRequest request;
    EXPECT_THAT(read_series(*store_, request, {}).error().message(), HasSubstr("no run with cells yet"));
    record(1, "dio", 20000);
    request.cell_glob = "nothing/*";
    EXPECT_THAT(read_series(*store_, request, {}).error().message(), HasSubstr("none of the store's 1 cells"));
    request.cell_glob = "*";
    request.metric = "latency_ns.typo";
    EXPECT_THAT(read_series(*store_, request, {}).error().message(), HasSubstr("latency_ns.typo"));
    request.metric = "fairness";
    EXPECT_THAT(read_series(*store_, request, {}).error().message(), HasSubstr("none has a number of fairness"));
}
