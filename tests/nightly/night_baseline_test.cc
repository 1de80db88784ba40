// SPDX-License-Identifier: GPL-2.0-only
// Which earlier night a kernel is held against, by what the store knows.
#include "bench/nightly/night_baseline.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/results/store/sample_results.h"

namespace diobench {
namespace {

using testing::HasSubstr;

class NightBaselineTest : public testing::Test {
protected:
    /// A good run of kernel "dio" with two cells.
    static Results run_of(const std::string& id, int64_t seed, const std::string& started_at) {
        Results out = sample_results();
        out.run.id = id;
        out.run.seed = seed;
        out.run.started_at = started_at;
        out.run.status = RunStatus::ok;
        out.run.exit_code = 0;
        out.run.findings.clear();
        out.kernels = {sample_kernel("dio")};
        out.cells = {sample_ok_cell("dio", "fscache", "direct", {}), sample_ok_cell("dio", "fscache", "buffered", {})};
        return out;
    }

    /// Night number `day` with its runs, one a seed.
    void add_night(int day, const std::string& verdict, const std::vector<int64_t>& seeds, const std::function<void(Results&)>& change = [](Results&) {},
                   const std::map<std::string, std::string>& kernels = {}) {
        StoredJudgement night;
        night.id = fmt::format("night-{}", day);
        night.kind = kNightJudgement;
        night.started_at = fmt::format("2026-11-{:02}T02:00:00Z", day);
        night.suite = "quick";
        night.machine = "exact";
        night.verdict = verdict;
        night.kernels = kernels;
        for (int64_t seed : seeds) {
            Results run = run_of(fmt::format("run-{}-{}", day, seed), seed, night.started_at);
            change(run);
            night.runs.push_back(run.run.id);
            ASSERT_TRUE(store_.record_run(run));
        }
        night.run_id = night.runs.back();
        ASSERT_TRUE(store_.record_judgement(night));
    }

    NightBaseline last_good() { return last_good_baseline(store_, "dio", tonight_).value(); }
    static std::string first_run(const NightBaseline& baseline) { return baseline.runs.empty() ? "" : baseline.runs.front().run.id; }

    TempDirectory directory_ = TempDirectory::create(fs::temp_directory_path(), "night-baseline-test").value();
    ResultStore store_ = ResultStore::open(directory_.path() / "results.sqlite").value();
    std::vector<Results> tonight_ = {run_of("tonight-1", 1, "2026-11-27T02:00:00Z"), run_of("tonight-2", 2, "2026-11-27T02:05:00Z")};
};

TEST_F(NightBaselineTest, ARegressionIsNotForgottenByAnotherSeed) {
    add_night(1, "pass", {11, 12});
    add_night(2, "regression", {11, 12});
    EXPECT_EQ(first_run(last_good()), "");
    EXPECT_TRUE(last_good().wanted);
    EXPECT_THAT(last_good().why, HasSubstr("night night-2 was a regression"));
    add_night(3, "regression", {11}, [](Results& run) { run.kernels.front().name = "other"; });
    EXPECT_THAT(last_good().why, HasSubstr("night-2")) << "that of another kernel says nothing of this one";
    add_night(4, "pass", {11, 12});
    EXPECT_FALSE(last_good().wanted);
    EXPECT_THAT(last_good().why, HasSubstr("tonight is the first"));
}

TEST_F(NightBaselineTest, TheNewestGoodNightIsTakenAndNoOther) {
    EXPECT_THAT(last_good().why, HasSubstr("tonight is the first"));
    add_night(20, "pass", {1, 2});
    add_night(21, "pass", {1, 2});
    add_night(22, "inconclusive", {1, 2});
    add_night(23, "regression", {1, 2});
    EXPECT_EQ(first_run(last_good()), "run-21-1");
    EXPECT_EQ(last_good().name, "dio@last-good");
}

TEST_F(NightBaselineTest, AnotherKernelThatFailsTakesNoBaseline) {
    const auto with_other = [](Results& run) {
        run.run.exit_code = 4;
        run.kernels.push_back(sample_kernel("other"));
        run.cells.push_back(sample_cell("other", "fscache", "direct"));
    };
    add_night(20, "pass", {1, 2});
    add_night(21, "regression", {1, 2}, with_other, {{"dio", "pass"}, {"other", "regression"}});
    EXPECT_EQ(first_run(last_good()), "run-21-1");
    add_night(22, "invalid", {1, 2}, with_other, {{"dio", "pass"}, {"other", "invalid"}});
    EXPECT_EQ(first_run(last_good()), "run-22-1");
    add_night(23, "regression", {1, 2}, with_other, {{"dio", "regression"}, {"other", "pass"}});
    EXPECT_EQ(first_run(last_good()), "run-22-1");
    // A later gate of that night's runs that finds this kernel worse does take it.
    ASSERT_TRUE(store_.record_judgement({"gate", "gate", "2026-11-24T00:00:00Z", 1, "quick", "exact", "fallback", "other", "run-22-1", "regression", 1, {}}));
    EXPECT_EQ(first_run(last_good()), "run-22-1");
    ASSERT_TRUE(store_.record_judgement({"gate", "gate", "2026-11-24T00:00:00Z", 1, "quick", "exact", "fallback", "dio", "run-22-1", "regression", 1, {}}));
    EXPECT_EQ(first_run(last_good()), "run-21-1");
}

TEST_F(NightBaselineTest, ANightThatMeasuredLessIsNotPreferred) {
    add_night(20, "pass", {1, 2});
    add_night(21, "pass", {1});
    add_night(22, "pass", {1, 2}, [](Results& run) { run.cells.pop_back(); });
    EXPECT_EQ(first_run(last_good()), "run-20-1");
    for (auto& run : tonight_) run.cells.pop_back();
    EXPECT_EQ(first_run(last_good()), "run-22-1");
}

TEST_F(NightBaselineTest, OtherToolsAreANewBeginningOnlyAfterAGoodNight) {
    add_night(20, "pass", {1, 2}, [](Results& run) { run.run.tool["guest"] = "other"; });
    EXPECT_THAT(last_good().why, HasSubstr("another guest"));
    EXPECT_THAT(last_good().why, HasSubstr("new beginning"));
    EXPECT_FALSE(last_good().wanted);
    add_night(21, "regression", {1, 2}, [](Results& run) { run.run.tool["guest"] = "other"; });
    EXPECT_TRUE(last_good().runs.empty());
    EXPECT_TRUE(last_good().wanted);
    EXPECT_THAT(last_good().why, HasSubstr("night-21 after it was not good"));
}

TEST_F(NightBaselineTest, APinWithoutRunsIsNotPassedOver) {
    add_night(20, "pass", {1, 2});
    ASSERT_TRUE(store_.add_pin({"v1", "run-20-1", "", "*/direct/*", ""}));
    auto found = pinned_baseline(store_, "v1", "dio", tonight_).value();
    EXPECT_EQ(first_run(found), "run-20-1");
    EXPECT_EQ(found.cells, "*/direct/*");
    auto other = pinned_baseline(store_, "v1", "another", tonight_).value();
    EXPECT_TRUE(other.runs.empty());
    EXPECT_TRUE(other.wanted);
    EXPECT_THAT(other.why, HasSubstr("no kernel another"));
    EXPECT_FALSE(pinned_baseline(store_, "v2", "dio", tonight_));
}

}  // namespace
}  // namespace diobench
