// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/patch_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace diobench;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Patches named by letters; the same letter is the same change.
std::vector<SeriesPatch> patches(const std::string& letters, const std::string& folder) {
    std::vector<SeriesPatch> out;
    for (char c : letters) out.push_back({fs::path(folder) / std::string(1, c), std::string("change ") + c, std::string(1, c)});
    return out;
}

Result<PatchWalk> plan(const std::string& baseline, const std::string& candidate) {
    return PatchWalk::plan("old", patches(baseline, "/old"), "new", patches(candidate, "/new"));
}

std::vector<std::string> states(const PatchWalk& walk) {
    std::vector<std::string> out;
    for (size_t i = 0; i <= walk.length(); ++i) {
        std::string letters;
        for (const auto& patch : walk.state(i)) letters += patch.identity;
        out.push_back(letters);
    }
    return out;
}

constexpr const char* kPatch = "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
                               "From: A <a@example.org>\nDate: Mon, 23 Nov 2026 05:00:00 +0000\n"
                               "Subject: [PATCH v2 2/7] erofs: read\n more at once\n\nBecause it is quicker.\n---\n a.c | 1 +\n\n"
                               "diff --git a/a.c b/a.c\nindex 5b129b6..f5180bf 100644\n--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,3 @@\n int a;\n+int x;\n int b;\n";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
    return text;
}

}  // namespace

TEST(PatchWalk, MorePatchesComeOneByOne) {
    auto walk = plan("ab", "abcd");
    ASSERT_TRUE(walk);
    EXPECT_EQ(walk->length(), 2u);
    EXPECT_FALSE(walk->replaces());
    EXPECT_THAT(states(*walk), ElementsAre("ab", "abc", "abcd"));
    EXPECT_EQ(walk->patch(1).identity, "c");
    EXPECT_EQ(walk->patch(2).subject, "change d");
}

TEST(PatchWalk, FromNothing) {
    auto walk = plan("", "ab");
    ASSERT_TRUE(walk);
    EXPECT_THAT(states(*walk), ElementsAre("", "a", "ab"));
}

TEST(PatchWalk, ARevisionTakesThePlaceOfTheOther) {
    auto walk = plan("abcd", "axyz");
    ASSERT_TRUE(walk);
    EXPECT_TRUE(walk->replaces());
    EXPECT_THAT(states(*walk), ElementsAre("abcd", "axcd", "axyd", "axyz"));
    // From the right folder, too.
    EXPECT_EQ(walk->state(1)[1].file, "/new/x");
    EXPECT_EQ(walk->state(1)[2].file, "/old/c");
}

TEST(PatchWalk, APatchOfARevisionThatIsTheSameIsAStateOfItsOwn) {
    auto walk = plan("abc", "xbz");
    ASSERT_TRUE(walk);
    EXPECT_THAT(states(*walk), ElementsAre("abc", "xbc", "xbc", "xbz"));
}

TEST(PatchWalk, RefusesWhatHasNoWay) {
    EXPECT_THAT(plan("ab", "ab").error().message(), HasSubstr("they have the same patches"));
    EXPECT_THAT(plan("abc", "a").error().message(), HasSubstr("without its last 2 patches: walk the other way round, --baseline new --candidate old"));
    EXPECT_THAT(plan("abc", "axyz").error().message(), HasSubstr("after the 1 patches they begin with in common the baseline has 2 and the candidate 3"));
    EXPECT_EQ(plan("ab", "ab").error().code, ExitCode::usage);
}

TEST(PatchIdentity, IsWhatThePatchChanges) {
    const std::string patch = kPatch;
    EXPECT_EQ(patch_identity(patch), patch_identity(replaced(patch, "Because", "Perhaps")));
    EXPECT_EQ(patch_identity(patch), patch_identity(replaced(patch, "5b129b6..f5180bf", "1111111..2222222")));
    EXPECT_NE(patch_identity(patch), patch_identity(replaced(patch, "+int x;", "+int y;")));
    EXPECT_NE(patch_identity("no diff"), patch_identity("none either"));
}

TEST(PatchTitle, IsTheSubjectWithoutItsTag) {
    EXPECT_EQ(patch_title(kPatch), "erofs: read more at once");
    EXPECT_EQ(patch_title("--- a/x\n+++ b/x\n"), "");
    EXPECT_EQ(patch_title("From: A <a@example.org>\n\nSubject: of the message\n"), "");
}
