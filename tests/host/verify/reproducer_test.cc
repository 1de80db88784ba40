// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/verify/reproducer.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/common/base/text.h"
#include "bench/guest/conformance/case.h"

namespace diobench {
namespace {

constexpr size_t kMostLines = 300;
constexpr size_t kMostColumns = 120;

std::string reproduce_program() { return read_file(project_root() / "bench/host/verify/reproduce/reproduce.c").value_or(""); }

TEST(Reproducer, EachIsOfACaseThatThereIsOnAnImageThatThereIs) {
    std::set<std::string> names;
    for (const auto& one : all_reproducers()) {
        EXPECT_NE(nullptr, find_case(one.case_name)) << one.case_name;
        EXPECT_NE(nullptr, one.image) << one.case_name;
        EXPECT_TRUE(names.insert(one.case_name).second) << one.case_name;
    }
    for (const char* topic : {"compressed/", "protocol/", "failure/", "signals/", "data/"})
        EXPECT_TRUE(std::any_of(names.begin(), names.end(), [&](const auto& name) { return name.starts_with(topic); })) << topic;
}

TEST(Reproducer, EveryStepIsOneThatTheProgramKnowsAndNamesAFileOfTheImage) {
    const std::string program = reproduce_program();
    for (const auto& one : all_reproducers()) {
        EXPECT_NE(std::string::npos, one.steps.front().find("mount " + one.image->name)) << one.case_name;
        for (const auto& step : one.steps) {
            const auto words = split(step, ' ');
            ASSERT_GE(words.size(), 2u) << step;
            EXPECT_NE(std::string::npos, program.find("IS(\"" + words[1] + "\")")) << step;
            if (words[1] != "read" && words[1] != "start") continue;
            ASSERT_EQ(7u, words.size()) << step;
            EXPECT_NE(nullptr, one.image->file(words[2])) << one.case_name << ": " << step;
            // What is read directly is aligned.
            if (words[6] != "direct") continue;
            for (size_t number : {3, 4, 5}) EXPECT_EQ(0u, std::stoull(words[number]) % kBlockBytes) << step;
        }
    }
}

TEST(Reproducer, ACaseWithoutOneIsRefusedWithThoseThatHaveOne) {
    auto found = find_reproducer("leaks/kmemleak");
    ASSERT_FALSE(found);
    EXPECT_NE(std::string::npos, found.error().message().find("compressed/partly-here, "));
    EXPECT_NE(std::string::npos, find_reproducer("compressed/partly-her").error().message().find("did you mean compressed/partly-here?"));
}

TEST(Reproducer, WhatIsExpectedHasALineForEachStep) {
    auto found = find_reproducer("compressed/reader-killed");
    ASSERT_TRUE(found);
    const std::string expected = expected_output(**found);
    EXPECT_TRUE(expected.starts_with("  1 mount compressed: ok\n")) << expected;
    EXPECT_EQ((*found)->steps.size() + 1, static_cast<size_t>(std::count(expected.begin(), expected.end(), '\n')));
}

TEST(Reproducer, TheProgramCanBeReadInOneSitting) {
    const auto lines = split(reproduce_program(), '\n');
    EXPECT_GT(lines.size(), 100u);
    EXPECT_LE(lines.size(), kMostLines + 1);
    for (const auto& line : lines) EXPECT_LE(line.size(), kMostColumns) << line;
}

}  // namespace
}  // namespace diobench
