// SPDX-License-Identifier: GPL-2.0-only
// Which steps a trial makes and what it comes to, with stand-ins for the steps.
#include "bench/verdict/attempt/attempt.h"

#include <gmock/gmock.h>

#include "bench/verdict/attempt/attempt_text.h"

using namespace diobench;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

namespace {

class AttemptTest : public testing::Test {
protected:
    /// All well until a test says otherwise; each step tells that it was made.
    AttemptTest() {
        report_.baseline = "dio";
        report_.candidate.name = "mine";
        report_.directory = "out/try";
        steps_.apply = [this](Candidate& candidate) -> Result<StepOutcome> {
            candidate.patches = patches_;
            return made("apply");
        };
        steps_.build = step("build");
        steps_.verify = step("verify");
        steps_.gate = step("gate");
        steps_.bisect_verify = step("bisect_verify");
        steps_.bisect_gate = step("bisect_gate");
        steps_.on_step = [this](const AttemptStep& one) { told_.push_back(one.name); };
    }

    std::function<Result<StepOutcome>(const Candidate&)> step(const std::string& name) {
        return [this, name](const Candidate&) { return made(name); };
    }
    Result<StepOutcome> made(const std::string& name) {
        made_.push_back(name);
        auto found = outcomes_.find(name);
        return found == outcomes_.end() ? StepOutcome{ExitCode::ok, "ok", name + " is fine", "", ""} : found->second;
    }
    ExitCode run() {
        EXPECT_TRUE(make_attempt(steps_, report_));
        return report_.exit_code();
    }

    AttemptSteps steps_;
    AttemptReport report_;
    size_t patches_ = 1;
    std::map<std::string, Result<StepOutcome>> outcomes_;
    std::vector<std::string> made_, told_;
};

TEST_F(AttemptTest, PassesWhatIsRightAndNotSlower) {
    patches_ = 3;
    EXPECT_EQ(run(), ExitCode::ok);
    EXPECT_THAT(made_, ElementsAre("apply", "build", "verify", "gate"));
    EXPECT_THAT(attempt_text(report_), EndsWith("PASS: gate is fine (0 s)\n"));
    EXPECT_EQ(attempt_json(report_)["verdict"], "pass");
}

TEST_F(AttemptTest, StopsAtWhatDoesNotApplyOrBuild) {
    outcomes_["apply"] = StepOutcome{ExitCode::usage, "does not apply", "mine does not apply to series dio", "hunk 2 of fs/x.c", ""};
    EXPECT_EQ(run(), ExitCode::usage);
    EXPECT_THAT(made_, ElementsAre("apply"));
    EXPECT_THAT(attempt_text(report_), testing::AllOf(HasSubstr("  hunk 2 of fs/x.c\n"), EndsWith("DOES NOT APPLY: mine does not apply to series dio (0 s)\n")));

    report_.steps.clear();
    outcomes_.clear();
    outcomes_["build"] = fail("compile kernel", "mine", "error: x");
    EXPECT_EQ(run(), ExitCode::usage);
    EXPECT_EQ(report_.steps.size(), 2U);
    EXPECT_EQ(report_.steps.back().outcome.sentence, "compile kernel mine: error: x");
}

TEST_F(AttemptTest, DoesNotMeasureWhatIsWrong) {
    outcomes_["verify"] = StepOutcome{ExitCode::failed_check, "wrong", "2 cases fail", "", "diobench verify x"};
    EXPECT_EQ(run(), ExitCode::failed_check);
    EXPECT_THAT(made_, ElementsAre("apply", "build", "verify")) << "one patch needs no bisection";
    EXPECT_EQ(report_.next(), "diobench verify x");
}

TEST_F(AttemptTest, NamesThePatchOfSeveralThatIsWrongOrDoesNotBoot) {
    patches_ = 2;
    for (const ExitCode code : {ExitCode::failed_check, ExitCode::invalid}) {
        report_.steps.clear();
        made_.clear();
        outcomes_["verify"] = StepOutcome{code, "wrong", "2 cases fail", "", "diobench verify x"};
        outcomes_["bisect_verify"] = StepOutcome{ExitCode::ok, "found", "patch 2 of 2", "", ""};
        EXPECT_EQ(run(), code) << "that it was found makes nothing better";
        EXPECT_THAT(made_, ElementsAre("apply", "build", "verify", "bisect_verify"));
        EXPECT_THAT(attempt_text(report_), EndsWith("WRONG: 2 cases fail; bisect: patch 2 of 2 (0 s)\n"));
        EXPECT_EQ(report_.next(), "diobench verify x");
    }
    EXPECT_EQ(told_.back(), "bisect");
}

TEST_F(AttemptTest, NamesThePatchOfSeveralThatIsSlower) {
    patches_ = 4;
    outcomes_["gate"] = StepOutcome{ExitCode::failed_check, "regression", "5 % worse", "", "diobench profile"};
    outcomes_["bisect_gate"] = StepOutcome{ExitCode::invalid, "invalid", "an end says nothing", "", "diobench bisect"};
    EXPECT_EQ(run(), ExitCode::failed_check) << "a bisection that does not come to an end takes no verdict back";
    EXPECT_THAT(made_, ElementsAre("apply", "build", "verify", "gate", "bisect_gate"));
    EXPECT_EQ(report_.next(), "diobench bisect");
}

TEST_F(AttemptTest, BisectsNothingThatSaysNothing) {
    patches_ = 4;
    for (const ExitCode code : {ExitCode::inconclusive, ExitCode::invalid, ExitCode::usage}) {
        report_.steps.clear();
        made_.clear();
        outcomes_["gate"] = StepOutcome{code, "x", "y", "", ""};
        EXPECT_EQ(run(), code);
        EXPECT_THAT(made_, ElementsAre("apply", "build", "verify", "gate"));
    }
}

TEST_F(AttemptTest, TellsOfEachStepAsItEnds) {
    run();
    EXPECT_THAT(told_, ElementsAre("apply", "build", "verify", "gate"));
}

}  // namespace
