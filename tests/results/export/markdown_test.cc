// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/results/compare/answer.h"
#include "tests/results/store/sample_results.h"

using namespace diobench;
using testing::AllOf;
using testing::HasSubstr;

TEST(Markdown, SaysTheAnswerAndHowToMakeItAgain) {
    const Results results = sample_results();
    const std::string text = markdown_text(results, "diobench run --filter '*/ram/*'").value();
    auto answer = answer_of(compare_arms(results, {}).value()).value();
    EXPECT_THAT(text, AllOf(HasSubstr("## diobench: dio against fallback\n"), HasSubstr("**Recommendation.** " + answer.recommendation.front().text),
                            HasSubstr("| instructions per read, counted | dio |\n|:--|--:|\n| cold random, small |"), HasSubstr("### Cost\n"),
                            HasSubstr("dio (Linux 6.12.117): 1 of 2 checks of bytes passed (1 failed as its series says); 2 of 3 cells have numbers (1 failed); 2 patches, 3 files, +120 -14 lines; checkpatch"),
                            HasSubstr("```sh\ndiobench run --filter '*/ram/*'\n```\n")));
    for (const auto& sentence : answer.worst) EXPECT_THAT(text, HasSubstr("* " + escape_markdown(sentence) + "\n"));
}

TEST(Markdown, EscapesWhatWouldBreakATableOrALine) {
    EXPECT_EQ(escape_markdown("a|b <c> *d*\ne"), "a\\|b &lt;c> \\*d\\* e");
}

TEST(Markdown, ARunWithoutCellsIsAnError) {
    Results results = sample_results();
    results.cells.clear();
    auto text = markdown_text(results, "diobench verify");
    ASSERT_FALSE(text);
    EXPECT_THAT(text.error().message(), HasSubstr("it measured no cell"));
}
