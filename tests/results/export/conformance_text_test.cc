// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/conformance_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace diobench {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

KernelResult kernel(const std::string& name, std::vector<ConformanceEntry> entries) {
    KernelResult out;
    out.name = name;
    out.conformance = std::move(entries);
    return out;
}

TEST(MutantsText, OnlyANewFailureOfACaseKills) {
    const auto fail = ConformanceStatus::fail;
    EXPECT_THAT(mutants_text({kernel("m", {{"a/1", fail, false, "wrong bytes", 1, ""}})}, 100, Ink::plain), HasSubstr("killed by a/1"));
    EXPECT_THAT(mutants_text({kernel("m", {{"a/1", fail, true, "known", 1, ""}})}, 100, Ink::plain), HasSubstr("SURVIVED"));
    auto dark = kernel("m", {});
    dark.status = KernelStatus::boot_failed;
    dark.reason = "the guest stopped";
    EXPECT_THAT(mutants_text({dark}, 100, Ink::plain), Not(HasSubstr("killed")));
}

TEST(ConformanceText, CasesThatSayTheSameStandTogether) {
    const auto fail = ConformanceStatus::fail;
    const std::string text = conformance_text({kernel("k", {{"a/1", fail, false, "zeros", 1, "BUG: x"}, {"a/2", fail, false, "zeros", 1, ""},
                                                             {"b/1", fail, true, "zeros (known: y)", 1, "BUG: z"},
                                                             {"b/2", fail, true, "3 of 4 zeros (known: y)", 1, ""}, {"c/1", ConformanceStatus::pass, false, "", 1, ""}})}, 100, Ink::plain);
    EXPECT_THAT(text, HasSubstr("a/1, a/2\n      zeros\n        BUG: x\n"));
    EXPECT_THAT(text, HasSubstr("FAIL"));
    EXPECT_THAT(text, HasSubstr("known failures\n  b/1, b/2\n      (known: y)\n"));
    EXPECT_THAT(text, Not(HasSubstr("BUG: z")));
}

}  // namespace
}  // namespace diobench
