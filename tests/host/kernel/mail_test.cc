// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>

#include "bench/host/kernel/mbox.h"
#include "bench/host/kernel/merge_hunks.h"
#include "bench/host/kernel/near_lines.h"
#include "bench/host/kernel/patch_subject.h"
#include "bench/host/kernel/unified_diff.h"

using namespace diobench;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(PatchSubject, TagsAreTakenApart) {
    struct Case {
        const char* subject;
        bool reply, tagged;
        int version, number, total;
        const char* title;
    };
    for (const Case& c : {Case{"[PATCH] erofs: x", false, true, 1, -1, -1, "erofs: x"}, {"[PATCH v2 3/6] erofs: x", false, true, 2, 3, 6, "erofs: x"},
                          {"[RFC PATCH 00/12] erofs: x", false, true, 1, 0, 12, "erofs: x"}, {"Re: [PATCH v3 1/2] x", true, true, 3, 1, 2, "x"},
                          {"[linux-erofs] Re: [PATCHv4 1/2] x", true, true, 4, 1, 2, "x"}, {"AW: Fwd: [PATCH RESEND,v2 1/1] x", true, true, 2, 1, 1, "x"},
                          {"[PATCH 6.12 011/134] x", false, true, 1, 11, 134, "x"}, {"[RFC][PATCH 1/2] [v7] x", false, true, 7, 1, 2, "x"}, {"erofs: re: x", false, false, 1, -1, -1, "erofs: re: x"},
                          {"[PATCH 7/6] x", false, true, 1, -1, -1, "x"}, {"", false, false, 1, -1, -1, ""}}) {
        const PatchSubject s = parse_patch_subject(c.subject);
        EXPECT_EQ(std::tuple(s.reply, s.tagged, s.version.number, s.number, s.total, s.title), std::tuple(c.reply, c.tagged, c.version, c.number, c.total, std::string(c.title))) << c.subject;
    }
    EXPECT_EQ(parse_patch_subject("[PATCH v2 3/6] x").tag(), "[PATCH v2 3/6]");
}

TEST(PatchSubject, AsArchivesHaveThem) {
    struct Case {
        const char* subject;
        const char* version;
        int number, total;
    };
    for (const Case& c : {Case{"[PATCH] [PATCH v3] x", "3", -1, -1}, {"[PATCH V3 2/3] x", "3", 2, 3}, {"[PATCH 6.12.y v2] x", "2", -1, -1}, {"[PATCH AUTOSEL 6.12 01/20] x", "1", 1, 20},
                          {"[PATCH AUTOSEL 6.12-5.4 1/3] x", "1", 1, 3}, {"[RFC PATCH net-next v2 3/7] x", "2", 3, 7}, {"[PATCH -next v4] x", "4", -1, -1}, {"[PATCH-V2] x", "2", -1, -1},
                          {"[PATCHv5 03/18] x", "5", 3, 18}, {"[PATCH1/2] x", "1", 1, 2}, {"[RFCv3 PATCH 1/2] x", "3", 1, 2}, {"[v2,3/6] x", "2", 3, 6}, {"[PATCH 1 of 7] x", "1", 1, 7},
                          {"[PATCH version 2] x", "2", -1, -1}, {"[PATCH v 2 1/2] x", "2", 1, 2}, {"[PATCH rev4 1/2] x", "4", 1, 2}, {"[PATCH v3.1 1/2] x", "3.1", 1, 2}, {"[patch 12/34] x", "1", 12, 34},
                          {"[PATCH v6.12 1/2] x", "1", 1, 2}, {"[PATCH v6.1 v2 1/2] x", "2", 1, 2}, {"[PATCH 5.10/5.15 1/2] x", "1", 1, 2}, {"[PATCH v2: 1/2] x", "2", 1, 2}, {"[PATCH v2 1/2]: x", "2", 1, 2},
                          {"[[PATCH v2] x", "2", -1, -1}, {"[RESEND][PATCH v2 1/2] x", "2", 1, 2}, {"[PATCH][v2][1/2] x", "2", 1, 2}, {"[PATCH v2-resend 1/2] x", "2", 1, 2}, {"[list] [PATCHSET v2 0/2] x", "2", 0, 2},
                          {"[PATCH v4l2] x", "1", -1, -1}, {"[PATCH 0/0] x", "1", -1, -1}, {"[PATCH v2 (1/2)] x", "2", 1, 2}, {"[PATCH v99999999999 1/2] x", "1", 1, 2}}) {
        const PatchSubject s = parse_patch_subject(c.subject);
        EXPECT_EQ(std::tuple(s.version.name(), s.number, s.total, s.title), std::tuple(std::string(c.version), c.number, c.total, std::string("x"))) << c.subject;
        EXPECT_FALSE(s.reply) << c.subject;
    }
    for (const char* reply : {"Re[2]: [PATCH] x", "RE: [PATCH] x", "回复: [PATCH] x", "答复：[PATCH] x", "Re : [PATCH] x"}) EXPECT_TRUE(parse_patch_subject(reply).reply) << reply;
    EXPECT_FALSE(parse_patch_subject("[PATCH] fw: x").reply);
    EXPECT_TRUE(parse_patch_subject("[PATCH REPOST] x").resend);
    EXPECT_FALSE(parse_patch_subject("[patchwork] x").tagged);
    EXPECT_EQ(parse_patch_subject("[PATCH v3.1 1/2] x").tag(), "[PATCH v3.1 1/2]");
}

TEST(Mbox, IsCutAtFromLinesOnly) {
    const auto mails = split_mails("From a@b Mon Mar  4 10:00:00 2024\r\nSubject: 1\r\n\r\nFrom here on 10:00\r\n>From there\r\n>>From x\r\n\r\nFrom c@d Mon Mar  4 10:00:00 2024\r\nSubject: 2\r\n\r\nx", "t");
    ASSERT_EQ(mails.size(), 2u);
    EXPECT_EQ(mails[0].text, "Subject: 1\n\nFrom here on 10:00\nFrom there\n>From x\n\n");
    EXPECT_EQ(mails[1].text, "Subject: 2\n\nx\n");
    EXPECT_EQ(mails[1].origin, "t, mail 2");
    EXPECT_EQ(split_mails("Subject: 1\n\n>From x\n", "t").at(0).text, "Subject: 1\n\n>From x\n");
}

TEST(UnifiedDiff, TextAroundItIsNotOfIt) {
    auto diff = parse_unified_diff("message\n--- not a file\n\ndiff --git a/x.c b/x.c\nindex 1..2 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@ int f(void)\n a\n--- b\n+++ b\n\n-- \n2.39\n+++ footer\n");
    ASSERT_TRUE(diff) << diff.error().message();
    ASSERT_EQ(diff->files.size(), 1u);
    EXPECT_THAT(diff->files[0].hunks.at(0).old_lines(), ElementsAre("a", "-- b", ""));
    EXPECT_THAT(diff->files[0].hunks.at(0).new_lines(), ElementsAre("a", "++ b", ""));
    EXPECT_EQ(diff->text, "diff --git a/x.c b/x.c\nindex 1..2 100644\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@ int f(void)\n a\n--- b\n+++ b\n \n");
    EXPECT_TRUE(parse_unified_diff("> diff --git a/x b/x\n> --- a/x\n")->files.empty());
    EXPECT_TRUE(parse_unified_diff("")->files.empty());
    auto plain = parse_unified_diff("--- linux.orig/fs/x.c\t2024-01-01\n+++ linux/fs/x.c\t2024-01-02\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->files.at(0).name(), "fs/x.c");
    EXPECT_EQ(plain->files.at(0).hunks.at(0).lines.back(), "\\ No newline at end of file");
    EXPECT_FALSE(parse_unified_diff("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-a\n"));
}

TEST(UnifiedDiff, AHunkWithADamagedHeaderIsNotPassedOver) {
    const std::string head = "diff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n@@ -1 +1 @@\n-a\n+b\n";
    EXPECT_TRUE(parse_unified_diff(head));
    auto damaged = parse_unified_diff(head + "@@ -9 +9 \n-c\n+d\n");
    ASSERT_FALSE(damaged);
    EXPECT_NE(damaged.error().message().find("f.c: line 7, \"@@ -9 +9 \", is the damaged header of hunk 2"), std::string::npos) << damaged.error().message();
    EXPECT_FALSE(parse_unified_diff("--- a/f.c\n+++ b/f.c\n@@ -0,0 +1 \n+b\n"));
}

TEST(UnifiedDiff, FoldersAreTakenOffItsNames) {
    const auto text_of = [](const std::string& names, int strip) {
        auto diff = parse_unified_diff(names + "@@ -1 +1 @@\n-a\n+b\n", strip);
        return diff ? diff->files.at(0).name() + ": " + diff->text.substr(0, diff->text.find("@@")) : diff.error().message();
    };
    EXPECT_EQ(text_of("--- fs/x.c\n+++ fs/x.c\n", 0), "fs/x.c: --- a/fs/x.c\n+++ b/fs/x.c\n");
    EXPECT_EQ(text_of("--- o/l/fs/x.c\n+++ n/l/fs/x.c\n", 2), "fs/x.c: --- a/fs/x.c\n+++ b/fs/x.c\n");
    EXPECT_EQ(text_of("diff --git fs/x.c fs/x.c\n--- fs/x.c\n+++ fs/x.c\n", 0), "fs/x.c: diff --git a/fs/x.c b/fs/x.c\n--- a/fs/x.c\n+++ b/fs/x.c\n");
    EXPECT_EQ(text_of("--- /dev/null\n+++ fs/x.c\n", 0), "fs/x.c: --- /dev/null\n+++ b/fs/x.c\n");
    // What leaves the tree still does.
    EXPECT_EQ(text_of("--- a/../../x.c\n+++ b/../../x.c\n", 2), "../../x.c: --- a/../../x.c\n+++ b/../../x.c\n");
}

class NearLines : public ::testing::Test {
protected:
    static Hunk hunk_of(const std::vector<std::string>& lines, size_t old_line) { return {"@@", old_line, lines}; }
    std::vector<std::string> file_ = {"int a;", "{", "\tfirst();", "\tsecond();", "\tthird();", "}", "", "int b;", "{", "\tfirst();", "\tfourth();", "}"};
};

TEST_F(NearLines, TheMostSimilarPlaceIsFound) {
    const auto place = find_near(file_, {"{", "\tfirst();", "\tsecond_changed();", "\tthird();", "}"}, 8);
    EXPECT_EQ(place.first, 1u);
    EXPECT_EQ(place.last, 5u);
    EXPECT_EQ(place.missing, 2u);
    EXPECT_GT(place.similarity, 0.6);
    EXPECT_FALSE(place.only_white_space);
    EXPECT_EQ(find_exactly(file_, {"{", "\tfirst();"}, 8, 0), 8u);
    EXPECT_EQ(find_exactly(file_, {"{", "\tfirst();"}, 2, 0), 1u);
    EXPECT_EQ(find_exactly(file_, {"{", "\tfirst();"}, 2, 2), 8u);
    EXPECT_FALSE(find_exactly(file_, {"{", "\tsecond();"}, 0, 0));
}

TEST_F(NearLines, TextsSayWhatIsMissing) {
    EXPECT_EQ(describe_near(file_, hunk_of({" \tfirst();", "-\tsecond_one();", " \tthird();"}, 3)),
              "its line \"second_one();\" is not there; the nearest place is lines 3-5\n       3: \tfirst();\n       4: \tsecond();\n       5: \tthird();");
    EXPECT_THAT(describe_near(file_, hunk_of({"         first();", "-        second();", "         third();"}, 3)), HasSubstr("with other white space, from \"first();\" on"));
    EXPECT_THAT(describe_near(file_, hunk_of({" \tfirst();", "-\tthird();"}, 3)), HasSubstr("not one after the other"));
    EXPECT_THAT(describe_near(file_, hunk_of({" \tcompletely();", "-\tthrid();"}, 3)), HasSubstr("nor most of the others; the lines most like it are"));
    EXPECT_EQ(describe_near({}, hunk_of({"-x"}, 1)), "the file is empty");
}

class MergeHunks : public ::testing::Test {
protected:
    Result<MergedFile> merge(const std::string& hunks) {
        auto diff = parse_unified_diff("--- a/f\n+++ b/f\n" + hunks);
        EXPECT_TRUE(diff) << diff.error().message();
        auto scratch = TempDirectory::create(fs::temp_directory_path(), "diobench-merge-test");
        return merge_hunks(diff->files.at(0), "1\n2\n3\n4\nfive\nsix\nseven\n8\n9\n10\n11\n", scratch->path());
    }
};

TEST_F(MergeHunks, ByOffsetByFuzzAndByMerge) {
    auto moved = merge("@@ -1,3 +1,3 @@\n five\n-six\n+6\n seven\n");
    ASSERT_TRUE(moved) << moved.error().message();
    EXPECT_EQ(moved->content, "1\n2\n3\n4\nfive\n6\nseven\n8\n9\n10\n11\n");
    EXPECT_THAT(moved->words, ElementsAre("hunk 1 of f moved by +4 lines, now at line 5"));
    auto fuzzy = merge("@@ -4,5 +4,5 @@\n four\n five\n-six\n+6\n seven\n eight\n");
    ASSERT_TRUE(fuzzy) << fuzzy.error().message();
    EXPECT_EQ(fuzzy->content, moved->content);
    EXPECT_THAT(fuzzy->words, ElementsAre("hunk 1 of f fits without its outermost line of context, now at line 5"));
}

TEST_F(MergeHunks, AMergeKeepsWhatTheSourceHas) {
    auto merged = merge("@@ -4,7 +4,7 @@\n 4\n-five\n+FIVE\n six\n sevenfold\n 8\n-9\n+nine\n 10\n");
    ASSERT_TRUE(merged) << merged.error().message();
    EXPECT_EQ(merged->content, "1\n2\n3\n4\nFIVE\nsix\nseven\n8\nnine\n10\n11\n");
    EXPECT_THAT(merged->words, ElementsAre(HasSubstr("merged into lines 4-10, which differ from its context: the source has no \"sevenfold\"")));
}

TEST_F(MergeHunks, ConflictsAndFarPlacesAreRefused) {
    auto conflict = merge("@@ -4,6 +4,6 @@\n 4\n five\n-sixfold\n+sevenfold\n seven\n 8\n 9\n");
    ASSERT_FALSE(conflict);
    EXPECT_THAT(conflict.error().message(), HasSubstr("it changes lines that the source has changed too"));
    auto far = merge("@@ -4,3 +4,3 @@\n alpha\n-beta\n+gamma\n delta\n");
    ASSERT_FALSE(far);
    EXPECT_THAT(far.error().message(), HasSubstr("no place in the source is similar enough"));
    auto there = merge("@@ -5,3 +5,3 @@\n five\n-sixth\n+six\n seven\n");
    EXPECT_TRUE(there);
}
