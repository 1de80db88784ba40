// SPDX-License-Identifier: GPL-2.0-only
// Threads as archives have them: which mails become the series, and which mail each patch is from.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "bench/host/kernel/import_series.h"
#include "bench/host/kernel/select_patches.h"
#include "bench/host/kernel/series_input.h"
#include "bench/host/kernel/thread_revisions.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

namespace {

/// A mail of the thread in a test; what is empty is left out.
struct Sent {
    std::string id;
    std::string subject;
    std::string answers;
    std::string body;  ///< "1": a patch that adds 1 to a constant of the test's tree; else the text
    std::string headers = "Content-Type: text/plain; charset=\"utf-8\"\n";
    std::string from = "Ada Example <ada@example.org>";
};

std::string patch_adding(const std::string& amount) {
    return "One more.\n\nSigned-off-by: Ada Example <ada@example.org>\n---\n fs/erofs/data.c | 2 +-\n\n"
           "diff --git a/fs/erofs/data.c b/fs/erofs/data.c\n--- a/fs/erofs/data.c\n+++ b/fs/erofs/data.c\n@@ -17,7 +17,7 @@ static int data_step_1(struct inode *inode)\n"
           " \n \tif (value < 0)\n \t\treturn value;\n-\treturn data_put(inode, value + 7);\n+\treturn data_put(inode, value + 7" + amount + ");\n }\n \n static int data_step_2(struct inode *inode)\n";
}

std::string other_patch() {
    return "Two more.\n---\n"
           "--- a/fs/erofs/super.c\n+++ b/fs/erofs/super.c\n@@ -17,7 +17,7 @@ static int super_step_1(struct inode *inode)\n"
           " \n \tif (value < 0)\n \t\treturn value;\n-\treturn super_put(inode, value + 7);\n+\treturn super_put(inode, value + 72);\n }\n \n static int super_step_2(struct inode *inode)\n";
}

std::string text_of(const Sent& mail) {
    const bool amount = mail.body.size() == 1;
    std::string out = "From: " + mail.from + "\nSubject: " + mail.subject + "\nDate: Mon, 02 Mar 2026 10:0" + (amount ? mail.body : "0") + ":00 +0000\n";
    if (!mail.id.empty()) out += "Message-ID: <" + mail.id + ">\n";
    if (!mail.answers.empty()) out += "In-Reply-To: <" + mail.answers + ">\n";
    return out + mail.headers + "\n" + (amount ? patch_adding(mail.body) : mail.body) + "\n";
}

std::string mbox_of(const std::vector<Sent>& mails) {
    std::string out;
    for (const auto& mail : mails) out += "From mboxrd@z Thu Jan  1 00:00:00 1970\n" + text_of(mail) + "\n";
    return out;
}

}  // namespace

class Thread : public FakeKernel {
protected:
    /// "v2 1/2 t.mbox, mail 3" of each patch that is taken, or why none is.
    std::vector<std::string> taken(const std::vector<std::string>& files, std::optional<PatchVersion> version = {}) {
        notes_.clear();
        chosen_ = {};
        auto input = read_series_mails({files, {}, {}});
        if (!input) return {input.error().message()};
        Progress progress("test", Progress::Shown::no);
        auto chosen = choose_patches(input->mails, version, progress);
        if (!chosen) return {chosen.error().message()};
        chosen_ = std::move(*chosen);
        notes_ = input->notes;
        notes_.insert(notes_.end(), chosen_.notes.begin(), chosen_.notes.end());
        std::vector<std::string> out;
        for (const auto& mail : chosen_.patches) out.push_back(imported_patch(mail).tag + " " + mail.origin);
        return out;
    }
    std::vector<std::string> taken(const std::vector<Sent>& mails, std::optional<PatchVersion> version = {}) { return taken({file("t.mbox", mbox_of(mails))}, version); }
    std::vector<std::string> taken_alone(const Sent& mail) { return taken({file("one.eml", text_of(mail))}); }

    std::string file(const std::string& name, const std::string& text) {
        write(scratch() / "given" / name, text);
        return (scratch() / "given" / name).string();
    }
    const Mail& first() const { return chosen_.patches.at(0); }

    SelectedPatches chosen_;
    std::vector<std::string> notes_;
};

TEST_F(Thread, APartialRerollIsMadeWholePatchByPatch) {
    std::vector<Sent> mails = {{"c", "[PATCH v2 0/2] x", "", "Cover."}, {"a1", "[PATCH v2 1/2] x", "c", "1"}, {"a2", "[PATCH v2 2/2] y", "c", other_patch()},
                               {"r", "Re: [PATCH v2 1/2] x", "a1", "> +1\n\nA name for it, please."}, {"b1", "[PATCH v3 1/2] x", "r", "2"}};
    EXPECT_THAT(taken(mails), ElementsAre("[PATCH v3 1/2] t.mbox, mail 5", "[PATCH v2 2/2] t.mbox, mail 3"));
    EXPECT_THAT(notes_, AllOf(Contains("v3 has 1/2 only, which takes the place of that in v2; 2/2 is of v2"), Contains("passed over what is left of v2 (2 patches) (--version 2 takes it)"),
                              Contains("passed over 1 reply")));
    ASSERT_TRUE(chosen_.cover);
    EXPECT_EQ(chosen_.cover->message_id, "c");
    EXPECT_THAT(taken(mails, PatchVersion{2}), ElementsAre("[PATCH v2 1/2] t.mbox, mail 2", "[PATCH v2 2/2] t.mbox, mail 3"));
    // And again: v4 is made of three versions.
    mails.push_back({"d2", "[PATCH v4 2/2] y", "a2", "3"});
    EXPECT_THAT(taken(mails), ElementsAre("[PATCH v3 1/2] t.mbox, mail 5", "[PATCH v4 2/2] t.mbox, mail 6"));
    EXPECT_THAT(notes_, AllOf(Contains(HasSubstr("v4 has 2/2 only")), Contains(HasSubstr("v3 has 1/2 only"))));
}

TEST_F(Thread, AVersionWithAHoleIsNoReroll) {
    // A new cover letter began a thread of its own, of which a mail is missing.
    const std::vector<Sent> mails = {{"a1", "[PATCH 1/2] x", "", "1"}, {"a2", "[PATCH 2/2] y", "a1", other_patch()}, {"c", "[PATCH v2 0/2] x", "a1", "Cover."}, {"b1", "[PATCH v2 1/2] x", "c", "2"}};
    EXPECT_THAT(taken(mails), ElementsAre("[PATCH 1/2] t.mbox, mail 1", "[PATCH 2/2] t.mbox, mail 2"));
    EXPECT_THAT(notes_, Contains("passed over v2 (2 patches), which is not complete: 2/2 missing"));
    EXPECT_THAT(taken(mails, PatchVersion{2}), ElementsAre(HasSubstr("the series is not complete: 2/2 is missing")));
}

TEST_F(Thread, APointRerollTakesItsVersionsOthers) {
    EXPECT_THAT(taken({{"a1", "[PATCH v3 1/2] x", "", "1"}, {"a2", "[PATCH v3 2/2] y", "a1", other_patch()}, {"b1", "[PATCH v3.1 1/2] x", "a1", "2"}}),
                ElementsAre("[PATCH v3.1 1/2] t.mbox, mail 3", "[PATCH v3 2/2] t.mbox, mail 2"));
    EXPECT_THAT(notes_, Contains("v3.1 has 1/2 only, which takes the place of that in v3; 2/2 is of v3"));
}

TEST_F(Thread, ARerollWithoutANumberIsThePatchItAnswers) {
    EXPECT_THAT(taken({{"a1", "[PATCH 1/2] x", "", "1"}, {"a2", "[PATCH 2/2] y", "a1", other_patch()}, {"b1", "[PATCH v2] x", "a1", "2"}}),
                ElementsAre("[PATCH v2] t.mbox, mail 3", "[PATCH 2/2] t.mbox, mail 2"));
    EXPECT_THAT(notes_, Contains(HasSubstr("v2 has 1/2 only")));
}

TEST_F(Thread, AChangedResendReplacesWhatWasSent) {
    for (const char* resend : {"[PATCH RESEND] x", "[RESEND PATCH] x", "[PATCH][REPOST] x"}) {
        EXPECT_THAT(taken({{"a", "[PATCH] x", "", "1"}, {"b", resend, "", "2"}}), ElementsAre("[PATCH RESEND] t.mbox, mail 2")) << resend;
        EXPECT_THAT(notes_, Contains(AllOf(HasSubstr("\"x\" was sent twice with different content: took the RESEND of"), HasSubstr("(t.mbox, mail 2), not t.mbox, mail 1"))));
        EXPECT_THAT(taken({{"b", resend, "", "1"}, {"a", "[PATCH] x", "", "2"}}), ElementsAre("[PATCH RESEND] t.mbox, mail 1")) << resend;
    }
    EXPECT_THAT(taken({{"a", "[PATCH 1/1] x", "", "1"}, {"b", "[PATCH RESEND 1/1] x", "", "2"}}), ElementsAre("[PATCH RESEND 1/1] t.mbox, mail 2"));
    // Two of one title in files that somebody chose are two patches.
    EXPECT_THAT(taken({file("1.patch", text_of({"", "[PATCH] x", "", "1"})), file("2.patch", text_of({"", "[PATCH] x", "", other_patch()}))}), ElementsAre("[PATCH] 1.patch", "[PATCH] 2.patch"));
}

TEST_F(Thread, OnePatchOfManyIfItIsWhatWasGiven) {
    EXPECT_THAT(taken_alone({"o", "[PATCH 07/61] x", "", "1"}), ElementsAre("[PATCH 7/61] one.eml"));
    EXPECT_THAT(notes_, Contains("it is 7 of 61, taken without the others since it is all that was given"));
    EXPECT_THAT(taken({{"o", "[PATCH 07/61] x", "", "1"}, {"r", "Re: [PATCH 07/61] x", "o", "Fine."}}),
                ElementsAre("take patches \"[PATCH 7/61] x\": the series is not complete: 1 to 6 and 8 to 61 of 61 are missing; save the whole thread, or give the missing files too"));
    EXPECT_EQ(patch_numbers({1, 2, 4, 5, 6, 9}, 9), "1 to 2, 4 to 6 and 9 of 9");
    EXPECT_EQ(patch_numbers({3}, 9), "3/9");
}

TEST_F(Thread, WhatCannotBeDecodedStopsNothingElse) {
    const std::string y = "Content-Type: text/plain; charset=\"y\"\n";
    const Sent patch = {"a", "[PATCH] x", "", "1"};
    EXPECT_THAT(taken({patch, {"r", "Re: [PATCH] x", "a", "Fine.", y}}), ElementsAre("[PATCH] t.mbox, mail 1"));
    EXPECT_THAT(notes_, Contains("passed over 1 reply"));
    EXPECT_THAT(taken({patch, {"r", "A bug?", "a", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,5 +1,5 @@\n cut\n"}}), ElementsAre("[PATCH] t.mbox, mail 1"));
    EXPECT_THAT(notes_, Contains(HasSubstr("passed over \"A bug?\" (t.mbox, mail 2): in t.mbox, mail 2: x: hunk 1")));
    // Of a patch UTF-8 is tried.
    EXPECT_THAT(taken_alone({"a", "[PATCH] größer", "", "1", y, "Jörg Müller <j@example.org>"}), ElementsAre("[PATCH] one.eml"));
    EXPECT_EQ(first().author, "Jörg Müller <j@example.org>");
    EXPECT_EQ(first().subject.title, "größer");
    EXPECT_THAT(notes_, Contains(HasSubstr("it cannot be read as \"y\", which it says it is written in, and was read as UTF-8")));
    EXPECT_THAT(taken_alone({"a", "[PATCH] x", "", "Gr\xf6\xdf" "er.\n" + patch_adding("1"), y}), ElementsAre(HasSubstr("it cannot be decoded: cannot convert from y to UTF-8")));
    // A version that cannot be read is no reason against another.
    EXPECT_THAT(taken({{"a", "[PATCH] x", "", "Gr\xf6\xdf" "er.\n" + patch_adding("1"), y}, {"b", "[PATCH v2] x", "a", "2"}}), ElementsAre("[PATCH v2] t.mbox, mail 2"));
}

TEST_F(Thread, TheAuthorBehindTheList) {
    struct Case {
        const char *from, *headers, *author;
    };
    for (const Case& c : {Case{"Ada Example via Linux-erofs <list@example.org>", "Reply-To: Ada Example <ada@example.org>\n", "Ada Example <ada@example.org>"},
                          {"=?utf-8?q?J=C3=B6rg_M=C3=BCller_via_Linux-erofs?= <list@example.org>", "Reply-To: =?utf-8?q?J=C3=B6rg_M=C3=BCller?= <j@example.org>\n", "Jörg Müller <j@example.org>"},
                          {"\"'Ada' via Group\" <g@example.org>", "Reply-To: g@example.org\nX-Original-From: Ada <ada@example.org>\n", "Ada <ada@example.org>"},
                          {"Ada via B4 Relay <devnull+ada@example.org>", "Reply-To: ada@example.org\n", "Ada <ada@example.org>"},
                          {"Ada (via list) <list@example.org>", "Reply-To: Bo <bo@example.org>, \"Example, Ada\" <ada@example.org>\n", "Example, Ada <ada@example.org>"},
                          {"Ada via X <list@example.org>", "", "Ada via X <list@example.org>"},
                          {"Ada <ada@example.org>", "Reply-To: Bo <bo@example.org>\n", "Ada <ada@example.org>"}}) {
        EXPECT_THAT(taken_alone({"a", "[PATCH] x", "", "1", c.headers, c.from}), ElementsAre("[PATCH] one.eml")) << c.from;
        EXPECT_EQ(first().author, c.author);
    }
    // Who is named in the body counts more.
    EXPECT_THAT(taken_alone({"a", "[PATCH] x", "", "From: Cy <cy@example.org>\n\n" + patch_adding("1"), "Reply-To: Ada <ada@example.org>\n", "Ada via X <list@example.org>"}), ElementsAre("[PATCH] one.eml"));
    EXPECT_EQ(first().author, "Cy <cy@example.org>");
}

TEST_F(Thread, HeadersOfADistributionsPatch) {
    const std::string diff = "---\nThis patch header follows DEP-3.\n" + patch_adding("1").substr(patch_adding("1").find("--- a/"));
    EXPECT_THAT(taken({file("dep3.patch", "Description: one more\n Than there was.\n .\n And why.\nOrigin: vendor\nAuthor: Ada Example <ada@example.org>\nBug: https://x\nLast-Update: 2026-03-02\n" + diff)}),
                ElementsAre("[PATCH] dep3.patch"));
    EXPECT_EQ(std::tuple(first().subject.title, first().author, first().date, first().message),
              std::tuple("one more", "Ada Example <ada@example.org>", "2026-03-02 00:00:00 +0000", "Than there was.\n\nAnd why."));
    EXPECT_THAT(taken({file("dep3.patch", "From: Ada\nDescription: one more\nForwarded: no\n\nFree text.\n" + diff)}), ElementsAre("[PATCH] dep3.patch"));
    EXPECT_EQ(std::tuple(first().subject.title, first().author, first().message), std::tuple("one more", "Ada <unknown@localhost>", "Free text."));
    EXPECT_THAT(taken({file("dep3.patch", "Author: ada@example.org\nSubject: [PATCH] one more\n\n" + diff)}), ElementsAre("[PATCH] dep3.patch"));
    EXPECT_EQ(std::tuple(first().subject.title, first().author), std::tuple("one more", "ada@example.org <ada@example.org>"));
}

TEST_F(Thread, QuiltsSeriesSaysTheOrder) {
    const std::string plain = patch_adding("1").substr(patch_adding("1").find("--- a/"));
    std::string bare = plain;
    bare.replace(bare.find("a/fs"), 4, "fs").replace(bare.find("b/fs"), 4, "fs");
    std::string deep = other_patch();
    deep.replace(deep.find("a/fs"), 4, "x/y/fs").replace(deep.find("b/fs"), 4, "x/z/fs");
    file("q/z.patch", "From: Ada <ada@example.org>\nSubject: [PATCH 2/2] first\n\nText.\n---\n" + bare);
    file("q/a.patch", "From: Ada <ada@example.org>\nSubject: [PATCH 1/7] second\n\n" + deep);
    file("q/left.patch", plain);
    file("q/series", "# order matters\n\nz.patch -p0\n a.patch\t-p 2 # comment\n");
    const std::string folder = (scratch() / "given/q").string();
    for (const auto& given : {folder, folder + "/series"}) {
        EXPECT_THAT(taken({given}), ElementsAre("[PATCH] z.patch", "[PATCH] a.patch")) << given;
        EXPECT_THAT(notes_, Contains("passed over left.patch: not in `series`"));
        EXPECT_EQ(first().diff.files.at(0).name(), "fs/erofs/data.c");
        EXPECT_THAT(first().diff.text, HasSubstr("--- a/fs/erofs/data.c\n+++ b/fs/erofs/data.c\n"));
        EXPECT_EQ(chosen_.patches.at(1).diff.files.at(0).name(), "fs/erofs/super.c");
    }
    const auto refused = [&](const std::string& series) {
        file("q/series", series);
        return taken({folder}).at(0);
    };
    EXPECT_THAT(refused("z.patch\nb.patch\n"), HasSubstr("it names b.patch, which is not there"));
    EXPECT_THAT(refused("z.patch\na.patch -R\n"), HasSubstr("series:2: a.patch is applied in reverse (-R), which is not done here"));
    EXPECT_THAT(refused("z.patch -x\n"), HasSubstr("series:1: \"-x\" is no option of a patch in a series: expected -pN or -pab"));
    EXPECT_THAT(refused("../../etc/passwd\n"), HasSubstr("series:1: \"../../etc/passwd\" lies outside of its folder"));
    EXPECT_THAT(refused("# nothing\n"), HasSubstr("it names no patch"));
}

TEST_F(Thread, ScissorsInAReply) {
    const Sent reply = {"s", "Re: [PATCH] old", "x", "> Does it need a name?\n\nLike this:\n\n-- >8 --\nSubject: [PATCH v2] x\n\n" + patch_adding("1")};
    EXPECT_THAT(taken_alone(reply), ElementsAre("[PATCH v2] one.eml"));
    EXPECT_EQ(first().subject.title, "x");
    EXPECT_THAT(first().message, AllOf(HasSubstr("One more."), Not(HasSubstr("name?"))));
    EXPECT_THAT(notes_, Contains(HasSubstr("took what stands below the scissors in the reply")));
    // Among others it is a reply as before.
    EXPECT_THAT(taken({{"a", "[PATCH] x", "", "2"}, reply}), ElementsAre("[PATCH] t.mbox, mail 1"));
    EXPECT_THAT(notes_, Contains(AllOf(HasSubstr("the reply \"[PATCH v2] x\" (t.mbox, mail 2) has a patch of its own in it"), HasSubstr("give that mail alone to take it"))));
    // The edges of a quoted log in a patch are none.
    EXPECT_THAT(taken_alone({"l", "[PATCH] x", "", "It says:\n\n---8<---\nBUG: oops\n--->8---\n\n" + patch_adding("1")}), ElementsAre("[PATCH] one.eml"));
    EXPECT_THAT(first().message, HasSubstr("It says:"));
}

TEST_F(Thread, HostileMailsEndInOneSentence) {
    std::string deep = "From: a@b.org\nSubject: [PATCH] x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b0\"\n\n";
    for (int i = 0; i < 1000; ++i) deep += fmt::format("--b{}\nContent-Type: multipart/mixed; boundary=\"b{}\"\n\n", i, i + 1);
    EXPECT_THAT(taken({file("deep.eml", deep)}), ElementsAre(Not(HasSubstr("\n"))));
    EXPECT_THAT(taken({file("long.eml", "From: a@b.org\nSubject: [PATCH] x\n\n" + std::string(kLargestMailBytes, 'x') + "\n")}), ElementsAre(HasSubstr("it has 16.00 MiB: is this a mail?")));
    fs::resize_file(file("large.mbox", "From"), (size_t{64} << 20) + 1);
    EXPECT_THAT(taken({(scratch() / "given/large.mbox").string()}), ElementsAre(HasSubstr("it has more than 64 MiB: is this one mail thread?")));
    EXPECT_THAT(taken({file("lines.diff", "--- a/x\n+++ b/x\n@@ -1,9999999 +1,9999999 @@\n" + std::string(2'000'000, '\n'))}), ElementsAre(HasSubstr("it has more than 1000000 lines")));
    EXPECT_THAT(taken({file("spaces.diff", "diff --git a" + std::string(1 << 20, ' ') + "b\n")}), ElementsAre(AllOf(HasSubstr("names no files"), ::testing::SizeIs(::testing::Lt(400u)))));
    std::string many;
    for (int i = 0; i < 501; ++i) many += "From a@b Thu Jan  1 00:00:00 1970\nSubject: [PATCH] x\n\nx\n\n";
    EXPECT_THAT(taken({file("many.mbox", many)}), ElementsAre(HasSubstr("501 mails that are no replies are here, and a thread has at most 500")));
    many.clear();
    for (int i = 0; i < 10001; ++i) many += "From a@b Thu Jan  1 00:00:00 1970\nSubject: Re: x\n\nx\n\n";
    EXPECT_THAT(taken({file("replies.mbox", many)}), ElementsAre(HasSubstr("10001 mails are an archive and no thread")));
    ASSERT_EQ(run_command({"bash", "-c", "head -c 100000000 /dev/zero | gzip > \"$1\"", "x", file("bomb.gz", "")})->exit_status, 0);
    EXPECT_THAT(taken({(scratch() / "given/bomb.gz").string()}), ElementsAre(HasSubstr("it unpacks to more than 64 MiB")));
    std::string out = patch_adding("1");
    for (size_t at; (at = out.find("/fs/erofs/data.c")) != std::string::npos;) out.replace(at, 16, "/../../x.c");
    EXPECT_THAT(taken_alone({"p", "[PATCH] x", "", out}), ElementsAre(HasSubstr("it is a path that leaves the tree")));
}
