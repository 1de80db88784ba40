// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr const char* kCell = "rand-4k/fscache/flat/ram/local/direct/pread/qd1";

class History : public testing::Test {
protected:
    Result<TempDirectory> directory_ = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    Result<ResultStore> store_ = ResultStore::open(directory_.value().path() / "results.sqlite");

    /// A good run of fallback and `arm`, whose direct reads take `latency_ns`.
    void record(int night, const std::string& arm, uint64_t latency_ns) {
        Results results = sample_results();
        results.run.id = fmt::format("night-{}", night);
        results.run.started_at = fmt::format("2026-01-{:02}T01:00:00Z", night);
        results.run.suite = "nightly";
        results.run.status = RunStatus::ok;
        results.run.exit_code = 0;
        results.run.findings.clear();
        results.kernels = {sample_kernel("fallback"), sample_kernel(arm)};
        results.cells = {sample_ok_cell("fallback", "fscache", "direct", {512, 0.02, 40000, 0}), sample_ok_cell(arm, "fscache", "direct", {512, 0.01, latency_ns, 0})};
        ASSERT_TRUE(store_->record_run(results));
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
