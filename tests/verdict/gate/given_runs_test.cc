// SPDX-License-Identifier: GPL-2.0-only
// Which runs that were made before may be judged against each other.
#include "bench/verdict/gate/judge_given.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "tests/verdict/pairs/sample_runs.h"

namespace diobench {
namespace {

using testing::HasSubstr;

class GivenRuns : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDirectory::create(testing::TempDir(), "given");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        ::setenv("DIOBENCH_STORE", (folder_->path() / "results.sqlite").c_str(), 1);
        options_.policy = folder_->path() / "gate.toml";
        options_.filter.glob = "made-up/*";
        ASSERT_TRUE(write_file_atomic(options_.policy, "[[gate]]\nname = \"time\"\ncells = [\"made-up/*\"]\nmetrics = [\"latency_ns.mean\"]\nfloor_percent = 1\n"));
        for (int64_t seed : {1, 2}) {
            baseline_.push_back(run_of("old", seed));
            candidate_.push_back(run_of("new", seed));
        }
    }
    void TearDown() override { ::unsetenv("DIOBENCH_STORE"); }

    static Results run_of(const std::string& kernel, int64_t seed) {
        Results out = sample_arm(kernel, seed, {sample_cell(kernel, "made-up/x", 1000)}).results;
        out.kernels.front().image_sha256 = "image of " + kernel;
        out.run.id = kernel + "-" + std::to_string(seed);
        out.run.suite = "quick";
        out.run.machine = "exact";
        out.run.clock.kind = "virtual";
        out.run.clock.comparable = true;
        out.run.tool = {{"guest", "g1"}, {"qemu", "7.2"}, {"compiler", "gcc 12"}};
        return out;
    }
    Result<GateReport> judged() { return judge_results(baseline_, candidate_, options_); }
    std::string refusal() {
        auto report = judged();
        return report ? "none" : report.error().message();
    }

    std::optional<TempDirectory> folder_;
    GateOptions options_;
    std::vector<Results> baseline_, candidate_;
};

TEST_F(GivenRuns, EqualOnesPass) {
    auto report = judged();
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->verdict, Verdict::pass);
    EXPECT_THAT(report->seeds, testing::ElementsAre(1, 2));
}

TEST_F(GivenRuns, AreJudgedWhereTheFilterSays) {
    options_.filter.where = "cache_state=remote";
    EXPECT_THAT(refusal(), HasSubstr("has cache_state=remote: their cache_state is local"));
    for (auto* side : {&baseline_, &candidate_})
        for (auto& run : *side) {
            run.cells.push_back(run.cells.front());
            run.cells.back().cell = "made-up/y";
            run.cells.back().dimensions.cache_state = CacheState::remote;
        }
    auto report = judged();
    ASSERT_TRUE(report) << report.error().message();
    ASSERT_EQ(report->cells.size(), 1U);
    EXPECT_EQ(report->cells[0].cell, "made-up/y");
}

TEST_F(GivenRuns, EachSeedIsOnceOnEachSide) {
    candidate_[1].run.seed = 3;
    EXPECT_THAT(refusal(), HasSubstr("the candidate has no run with its seed 2"));
    candidate_[1].run.seed = 1;
    EXPECT_THAT(refusal(), HasSubstr("two runs of the candidate have seed 1"));
    candidate_[1].run.seed = 2;
    candidate_.push_back(run_of("new", 3));
    EXPECT_THAT(refusal(), HasSubstr("the baseline has no run with its seed 3"));
}

TEST_F(GivenRuns, OneGuestProgramAndCompilerMeasuredAll) {
    for (auto* side : {&baseline_, &candidate_})
        for (const char* tool : {"guest", "compiler"}) {
            side->at(1).run.tool[tool] = "another";
            EXPECT_THAT(refusal(), HasSubstr(side->at(1).run.id + ": it was measured with another " + tool));
            side->at(1).run.tool = side->at(0).run.tool;
        }
    EXPECT_EQ(refusal(), "none");
}

TEST_F(GivenRuns, WhatOneSeedOfThreeSaysIsANote) {
    baseline_.push_back(run_of("old", 3));
    candidate_.push_back(run_of("new", 3));
    (*candidate_[1].cells[0].metrics)["latency_ns.mean"] = 1300.0;
    auto report = judged();
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->verdict, Verdict::pass);
    EXPECT_THAT(report->notes, testing::Contains(HasSubstr("latency_ns.mean of made-up/x by +30.00 % (1 of 3 seeds are beyond the threshold")));
}

TEST_F(GivenRuns, OfASuiteThatIsNotKnownAnyMoreNothingIsMissedAndThatIsSaid) {
    for (auto* side : {&baseline_, &candidate_})
        for (auto& run : *side) run.run.suite = "renamed";
    auto report = judged();
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_THAT(report->notes, testing::Contains(HasSubstr("what suite renamed should hold is not known")));
}

TEST_F(GivenRuns, ByWallClockARunIsOneBoot) {
    for (auto* side : {&baseline_, &candidate_})
        for (auto& run : *side) {
            run.run.machine = "uml";
            run.run.clock.kind = "real";
        }
    candidate_[1] = candidate_[0];
    EXPECT_THAT(refusal(), HasSubstr("run new-1 is given twice"));
}

TEST_F(GivenRuns, ASideIsOneKernelOnOneMachine) {
    candidate_[1].kernels.front().image_sha256 = "another";
    EXPECT_THAT(refusal(), HasSubstr("two kernels that are both called new"));
    candidate_[1] = run_of("newer", 2);
    EXPECT_THAT(refusal(), HasSubstr("two kernels, new and newer"));
    candidate_[1] = run_of("new", 2);
    candidate_[1].run.machine = "kvm";
    EXPECT_THAT(refusal(), HasSubstr("machine"));
    candidate_[1] = run_of("new", 2);
    candidate_[1].run.tool["qemu"] = "8.0";
    EXPECT_THAT(refusal(), HasSubstr("emulator"));
}

TEST_F(GivenRuns, WhatOneSideLacksIsInvalid) {
    candidate_[1].cells.clear();
    auto report = judged();
    ASSERT_TRUE(report) << report.error().message();
    EXPECT_EQ(report->verdict, Verdict::invalid);
}

}  // namespace
}  // namespace diobench
