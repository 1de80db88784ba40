// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/expectation.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/host/verify/case_selection.h"

namespace diobench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CaseRecord record(const std::string& name, Outcome outcome, const std::string& text = "") { return {name, outcome, text, "", 0.5}; }

TEST(JudgeCases, ANewFailureCounts) {
    auto out = judge_cases({"a/1", "a/2"}, {record("a/1", Outcome::pass), record("a/2", Outcome::fail, "wrong bytes")}, {});
    EXPECT_EQ(out.failures, 1u);
    ASSERT_EQ(out.entries.size(), 2u);
    EXPECT_EQ(out.entries[0].status, ConformanceStatus::pass);
    EXPECT_EQ(out.entries[1].reason, "wrong bytes");
    EXPECT_FALSE(out.entries[1].known);
}

TEST(JudgeCases, AKnownFailureDoesNotAndSaysWhyItIsKnown) {
    auto out = judge_cases({"data/sparse-4k/mmap"}, {record("data/sparse-4k/mmap", Outcome::fail, "zeros")}, {{"*sparse*", "a hole too long"}});
    EXPECT_EQ(out.failures, 0u);
    EXPECT_TRUE(out.entries[0].known);
    EXPECT_THAT(out.entries[0].reason, HasSubstr("zeros (known: a hole too long)"));
    EXPECT_TRUE(out.repaired.empty());
}

TEST(JudgeCases, ACaseThatDidNotComeBackIsAFailure) {
    auto out = judge_cases({"a/1"}, {}, {});
    EXPECT_EQ(out.failures, 1u);
    EXPECT_EQ(out.entries[0].status, ConformanceStatus::fail);
    EXPECT_THAT(out.entries[0].reason, HasSubstr("did not come back"));
}

TEST(JudgeCases, AKnownFailureThatPassesEverywhereIsRepaired) {
    const std::vector<KnownFailure> known = {{"a/*", "x"}, {"b/*", "y"}, {"c/*", "z"}, {"d/*", "never ran"}};
    auto out = judge_cases({"a/1", "a/2", "b/1", "b/2", "c/1"},
                           {record("a/1", Outcome::pass), record("a/2", Outcome::pass), record("b/1", Outcome::pass),
                            record("b/2", Outcome::fail, "still"), record("c/1", Outcome::skip, "not here")},
                           known);
    EXPECT_THAT(out.repaired, ElementsAre("a/*"));
    EXPECT_EQ(out.failures, 0u);
}

TEST(JudgeCases, NothingButAPassIsWithoutAReason) {
    auto out = judge_cases({"a/1", "a/2"}, {record("a/1", Outcome::skip), record("a/2", Outcome::fail)}, {});
    for (const auto& entry : out.entries) EXPECT_FALSE(entry.reason.empty()) << entry.case_name;
}

TEST(CaseSelection, TakesGlobsAndRefusesWhatMatchesNothing) {
    auto all = select_cases({});
    ASSERT_TRUE(all);
    EXPECT_GT(all->size(), 150u);
    auto some = select_cases({"end-of-file/*"});
    ASSERT_TRUE(some);
    EXPECT_GT(some->size(), 2u);
    EXPECT_LT(some->size(), all->size());
    auto none = select_cases({"end-of-life/*"});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ExitCode::usage);
    EXPECT_THAT(none.error().message(), HasSubstr("end-of-file"));
}

TEST(CaseSelection, BackEndsAreChosenByNameAndByGlob) {
    EXPECT_THAT(case_backends(), ::testing::UnorderedElementsAre("blockdev", "file", "file-directio", "fscache", "loop", "loop-directio"));
    auto fscache = select_cases({}, {"fscache"});
    ASSERT_TRUE(fscache);
    for (const Case* one : *fscache) EXPECT_EQ(one->name.find('@'), std::string::npos) << one->name;
    auto both = select_cases({"data/flat/*"}, {"loop", "file"});
    ASSERT_TRUE(both);
    EXPECT_EQ(both->size(), 2u);
    auto by_glob = select_cases({"data/flat/*@loop", "data/flat/*@file"});
    ASSERT_TRUE(by_glob);
    EXPECT_EQ(*by_glob, *both);
    EXPECT_GT(select_cases({"data/flat/*"}).value().size(), 10u);
}

TEST(CaseSelection, RefusesAllFaultsOfBackEndsAtOnce) {
    auto unknown = select_cases({"end-of-life/*"}, {"loup", "fille", "file"});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ExitCode::usage);
    for (const char* text : {"loup", "did you mean loop?", "fille", "did you mean file?", "end-of-life", "fscache, loop"})
        EXPECT_THAT(unknown.error().message(), HasSubstr(text));
    auto nothing = select_cases({"protocol/*"}, {"loop", "file"});
    ASSERT_FALSE(nothing);
    EXPECT_THAT(nothing.error().message(), HasSubstr("not held against loop or file"));
}

TEST(CaseSelection, FirstOnesComeFirstAndTheDealLosesNone) {
    auto all = select_cases({});
    ASSERT_TRUE(all);
    auto ordered = in_run_order(*all, {"signals/*"});
    EXPECT_EQ(ordered.size(), all->size());
    EXPECT_EQ(ordered.front()->name.substr(0, 8), "signals/");
    size_t dealt = 0;
    for (const auto& part : deal(*all, 3)) dealt += part.size();
    EXPECT_EQ(dealt, all->size());
    EXPECT_EQ(deal({}, 4).size(), 1u);
}

TEST(CaseSelection, LockdepSeesAllOtherCasesBeforeMappingsOfFiles) {
    auto all = select_cases({});
    ASSERT_TRUE(all);
    for (const auto& part : deal(in_run_order(*all), 3)) {
        const auto first = std::find_if(part.begin(), part.end(), [](const Case* one) { return one->maps_files; });
        ASSERT_NE(first, part.end());
        EXPECT_GT(first - part.begin(), 40);
        EXPECT_TRUE(std::all_of(first, part.end(), [](const Case* one) { return one->maps_files || one->name.starts_with("data/"); }));
    }
}

TEST(AllCases, ReadLikeASpecification) {
    std::string before;
    for (const auto& one : all_cases()) {
        EXPECT_NE(one.name, before) << "two cases of one name";
        before = one.name;
        EXPECT_EQ(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-./@"), std::string::npos) << one.name;
        EXPECT_NE(one.name.find('/'), std::string::npos) << one.name;
        EXPECT_GT(one.right.size(), 20u) << one.name << " does not say what is right";
        EXPECT_GT(one.source.size(), 8u) << one.name << " does not say why";
        EXPECT_TRUE(one.run != nullptr) << one.name;
        EXPECT_LE(one.limit_s, 45u) << one.name << ": longer than the silence a boot is allowed";
    }
}

}  // namespace
}  // namespace diobench
