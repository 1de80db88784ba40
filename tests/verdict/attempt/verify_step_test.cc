// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/attempt/verify_step.h"

#include <gmock/gmock.h>

#include "bench/common/base/paths.h"

using namespace diobench;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

KernelResult kernel_with(std::vector<ConformanceEntry> cases) {
    KernelResult out;
    out.name = "mine";
    out.conformance = std::move(cases);
    return out;
}

TEST(VerifyStep, SaysHowManyCasesPass) {
    std::string first;
    const auto kernel = kernel_with({{"a", ConformanceStatus::pass, false, "", 1, ""}, {"b", ConformanceStatus::skip, false, "x", 1, ""}, {"c", ConformanceStatus::fail, true, "x", 1, ""}});
    const StepOutcome outcome = verify_outcome(kernel, ExitCode::ok, "", first);
    EXPECT_EQ(outcome.result, "pass");
    EXPECT_EQ(outcome.sentence, "1 of 3 cases pass, 1 fail as known, 1 not asked of it");
    EXPECT_TRUE(first.empty());
}

TEST(VerifyStep, NamesTheCasesThatAreWrong) {
    std::string first;
    const auto kernel = kernel_with({{"a", ConformanceStatus::fail, true, "known before", 1, ""}, {"data/x", ConformanceStatus::fail, false, "byte 7 is 0", 1, "BUG: KASAN: y"}, {"data/y", ConformanceStatus::fail, false, "byte 7 is 0", 1, ""}});
    const StepOutcome outcome = verify_outcome(kernel, ExitCode::failed_check, "", first);
    EXPECT_EQ(outcome.result, "wrong");
    EXPECT_EQ(first, "data/x");
    EXPECT_EQ(outcome.sentence, "mine fails 2 of 3 cases, the first is data/x");
    EXPECT_THAT(outcome.detail, AllOf(HasSubstr("data/x, data/y"), HasSubstr("byte 7 is 0"), HasSubstr("BUG: KASAN: y"), Not(HasSubstr("known before"))));
}

TEST(VerifyStep, ShowsTheOopsOfAKernelThatDoesNotBoot) {
    auto scratch = TempDirectory::create(fs::temp_directory_path(), "verify-step");
    ASSERT_TRUE(scratch);
    ASSERT_TRUE(write_file_atomic(scratch->path() / "console", "[    0.100000] Booting\n[    0.200000] erofs: initialized\n[    0.200001] Kernel panic - not syncing: on purpose\n[    0.200002] CPU: 0\n"));
    KernelResult kernel = kernel_with({});
    kernel.status = KernelStatus::boot_failed;
    kernel.reason = "Kernel panic";
    kernel.boots.push_back({0, BootOutcome::panic, "", "console", 1, ""});
    std::string first;
    const StepOutcome outcome = verify_outcome(kernel, ExitCode::invalid, scratch->path(), first);
    EXPECT_EQ(outcome.code, ExitCode::invalid);
    EXPECT_EQ(outcome.result, "does not boot");
    EXPECT_THAT(outcome.sentence, HasSubstr("its own fault: Kernel panic"));
    EXPECT_EQ(outcome.detail, "  Kernel panic - not syncing: on purpose\n  CPU: 0\n");
}

TEST(VerifyStep, FindsTheFirstBadState) {
    for (size_t last = 1; last <= 9; ++last)
        for (size_t bad = 1; bad <= last; ++bad) {
            std::vector<size_t> asked;
            auto found = first_bad_state(last, [&](size_t state) -> Result<bool> {
                asked.push_back(state);
                return state >= bad;
            });
            EXPECT_EQ(*found, bad);
            EXPECT_LE(asked.size(), 4U);
            EXPECT_THAT(asked, testing::Each(testing::AllOf(testing::Ge(1U), testing::Lt(last)))) << "both ends are known";
        }
    EXPECT_FALSE(first_bad_state(4, [](size_t) -> Result<bool> { return fail("x", "", ""); }));
}

}  // namespace
