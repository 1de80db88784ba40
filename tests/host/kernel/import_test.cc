// SPDX-License-Identifier: GPL-2.0-only
// Real-shaped mails (tests/host/kernel/mails/) and what becomes of each: a series
// that applies, or one sentence.
#include "bench/host/kernel/import_series.h"

#include <gmock/gmock.h>

#include "bench/host/kernel/git_commits.h"
#include "bench/host/kernel/misfit.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Import : public FakeKernel {
protected:
    static fs::path mails() { return fs::path(DIOBENCH_TEST_DATA).parent_path() / "mails"; }
    static KernelSource source() { return {mails() / "tree", "6.12.117", std::string(64, '0'), "the test's tree"}; }
    fs::path into() const { return scratch() / "series"; }

    Result<ImportedSeries> import(const std::vector<std::string>& files, ImportOptions options = {}) {
        if (options.name.empty()) options.name = "mine";
        options.into = into();
        notes_.clear();
        std::vector<RawMail> all;
        for (const auto& file : files) {
            auto some = read_mails(file.starts_with("/") ? fs::path(file) : mails() / file, notes_);
            if (!some) return forward(some);
            all.insert(all.end(), some->begin(), some->end());
        }
        Progress progress("test");
        auto added = import_series(all, source(), options, progress);
        if (added) notes_.insert(notes_.end(), added->notes.begin(), added->notes.end());
        return added;
    }

    /// The titles of what was imported; an error's words if it was refused.
    std::vector<std::string> titles(const std::vector<std::string>& files, ImportOptions options = {}) {
        options.existing = Existing::replace;
        auto added = import(files, options);
        if (!added) return {added.error().message()};
        std::vector<std::string> out;
        for (const auto& patch : added->patches) out.push_back(patch.title);
        return out;
    }

    /// The sentence of a refusal, after which nothing must be left.
    std::string refusal(const std::vector<std::string>& files, const ImportOptions& options = {}) {
        auto added = import(files, options);
        if (added) return "was imported";
        EXPECT_FALSE(fs::exists(into() / "mine"));
        std::error_code ec;
        for (const auto& left : fs::directory_iterator(into(), ec)) ADD_FAILURE() << "left behind: " << left.path();
        for (const auto& left : fs::directory_iterator(cache() / "tmp", ec)) ADD_FAILURE() << "left behind: " << left.path();
        EXPECT_EQ(added.error().code, ExitCode::usage);
        return added.error().message();
    }

    /// A file of the tree after the series that was imported last.
    std::string patched(const std::string& name) {
        auto series = load_series((into() / "mine").string());
        EXPECT_TRUE(series) << series.error().message();
        if (!series) return {};
        auto files = apply_patches(source().tree, series->patches, scratch() / "log");
        EXPECT_TRUE(files) << files.error().message();
        if (!files || !files->contains(name)) return "not changed";
        return files->at(name) ? files->at(name)->data : "removed";
    }

    std::string patch_file(size_t index) { return *read_file(load_series((into() / "mine").string())->patches.at(index)); }

    static constexpr const char* kCount = "erofs: count direct reads";
    static constexpr const char* kReport = "erofs: report the count at unmount = always, and keep the subject line long enough to be folded";
    static constexpr const char* kForget = "erofs: forget a step";
    std::vector<std::string> notes_;
};

TEST_F(Import, OnePatchIsWrittenAsGitWritesIt) {
    ASSERT_THAT(titles({"format-patch.patch"}), ElementsAre(kCount));
    EXPECT_THAT(patched("fs/erofs/data.c"), HasSubstr("value + 8"));
    EXPECT_TRUE(fs::exists(into() / "mine/0001-erofs-count-direct-reads.patch"));
    EXPECT_THAT(patch_file(0), AllOf(::testing::StartsWith("From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\nFrom: =?UTF-8?q?J=C3=B6rg=20M=C3=BCller?= <joerg@example.org>\n"
                                                            "Date: Mon, 4 Mar 2024 10:00:00 +0800\nSubject: [PATCH] erofs: count direct reads\n"),
                                     HasSubstr("\nThe number of direct reads was not known.\n\nSigned-off-by: Jörg Müller <joerg@example.org>\n---\n")));
    auto series = load_series((into() / "mine").string());
    EXPECT_EQ(series->purpose, kCount);
    EXPECT_EQ(series->base_min, "6.12.0");
    EXPECT_EQ(series->base_max, "6.12.999");
}

TEST_F(Import, AThreadGivesItsPatchesInOrder) {
    for (const char* file : {"thread.mbox", "crlf.mbox", "duplicates.mbox", "attachments.eml"}) {
        EXPECT_THAT(titles({file}), ElementsAre(kCount, kReport, kForget)) << file;
        EXPECT_THAT(patched("fs/erofs/super.c"), HasSubstr("value + 15")) << file;
        EXPECT_THAT(patched("fs/erofs/data.c"), AllOf(HasSubstr("value + 8"), HasSubstr("data_get(inode, 5)"), Not(HasSubstr("\r")))) << file;
    }
    titles({"thread.mbox"});
    EXPECT_THAT(notes_, Contains("passed over 2 replies"));
    EXPECT_EQ(load_series((into() / "mine").string())->purpose, "erofs: count direct reads, and say so");
    titles({"duplicates.mbox"});
    EXPECT_THAT(notes_, Contains("passed over 2 copies of the same mail"));
}

TEST_F(Import, FilesInAnyOrderAndAFolder) {
    ASSERT_TRUE(titles({"thread.mbox"}).size() == 3);
    const fs::path folder = scratch() / "folder";
    fs::copy(into() / "mine", folder);
    EXPECT_THAT(titles({folder.string()}), ElementsAre(kCount, kReport, kForget));
    EXPECT_THAT(notes_, Contains("passed over series.toml: no mail or patch by its name"));
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().extension() == ".patch") files.push_back(entry.path().string());
    std::sort(files.rbegin(), files.rend());
    EXPECT_THAT(titles(files), ElementsAre(kCount, kReport, kForget));
}

TEST_F(Import, AGzippedThread) {
    const fs::path file = scratch() / "t.mbox.gz";
    ASSERT_EQ(run_command({"bash", "-c", "gzip < \"$1\" > \"$2\"", "x", (mails() / "thread.mbox").string(), file.string()})->exit_status, 0);
    EXPECT_THAT(titles({file.string()}), ElementsAre(kCount, kReport, kForget));
    write(file, read_file(file)->substr(0, 300));
    EXPECT_THAT(titles({file.string()}), ElementsAre(HasSubstr("it is gzipped and damaged")));
}

TEST_F(Import, EncodingsAreUndone) {
    for (const char* file : {"base64.eml", "base64-crlf.eml", "inline-attachment.eml", "attachment.eml", "flowed.eml", "footer.eml", "no-newline.patch", "no-prefix.patch"}) {
        EXPECT_THAT(titles({file}), ElementsAre(kCount)) << file;
        EXPECT_THAT(patched("fs/erofs/data.c"), AllOf(HasSubstr("\treturn data_put(inode, value + 8);\n}\n\nstatic"), Not(HasSubstr("\r")))) << file;
        EXPECT_THAT(patch_file(0), AllOf(HasSubstr("From: =?UTF-8?q?J=C3=B6rg=20M=C3=BCller?= <joerg@example.org>"), HasSubstr("The number of direct reads was not known.\n"),
                                         Not(HasSubstr("mailing list")))) << file;
    }
    titles({"flowed.eml"});
    EXPECT_THAT(notes_, Contains(HasSubstr("was sent as format=flowed: its lines were put together again")));
    EXPECT_THAT(titles({"quoted-printable.eml"}), ElementsAre(kReport));
    EXPECT_THAT(patched("fs/erofs/super.c"), HasSubstr("value + 15"));
    EXPECT_THAT(titles({"latin1.eml"}), ElementsAre("erofs: größer"));
    EXPECT_THAT(patched("fs/erofs/data.c"), HasSubstr("Für Größen."));
    EXPECT_THAT(titles({"folded-subject.eml"}), ElementsAre("erofs: count direct reads – all of them"));
    EXPECT_THAT(titles({"mboxrd.mbox"}), ElementsAre("erofs: report"));
    EXPECT_THAT(patch_file(0), HasSubstr("\nFrom the count nobody could tell.\n"));
}

TEST_F(Import, AuthorOfThePatchAndNotOfTheMail) {
    EXPECT_THAT(titles({"inbody-from.eml"}), ElementsAre(kCount));
    EXPECT_THAT(patch_file(0), AllOf(HasSubstr("From: =?UTF-8?q?J=C3=B6rg=20M=C3=BCller?= <joerg@example.org>"), Not(HasSubstr("Sender"))));
}

TEST_F(Import, ABareDiffIsNamedAfterItsFile) {
    EXPECT_THAT(titles({"bare.diff"}), ElementsAre("bare"));
    EXPECT_THAT(patched("fs/erofs/data.c"), HasSubstr("value + 8"));
    EXPECT_THAT(notes_, Contains(HasSubstr("has no author")));
}

TEST_F(Import, NewestCompleteVersion) {
    EXPECT_THAT(titles({"v2-in-thread.mbox"}), ElementsAre(kCount, "erofs: report at unmount"));
    EXPECT_THAT(patched("fs/erofs/data.c"), HasSubstr("value + 9"));
    EXPECT_THAT(notes_, Contains("passed over v1 (2 patches) (--version 1 takes it)"));
    ImportOptions first;
    first.version = PatchVersion{1};
    titles({"v2-in-thread.mbox"}, first);
    EXPECT_THAT(patched("fs/erofs/data.c"), HasSubstr("value + 8"));
    first.version = PatchVersion{3};
    EXPECT_THAT(titles({"v2-in-thread.mbox"}, first), ElementsAre("take patches --version 3: there is no such version here; there is 1, 2"));
    titles({"v2-incomplete.mbox"});
    EXPECT_THAT(patched("fs/erofs/data.c"), HasSubstr("value + 8"));
    EXPECT_THAT(notes_, Contains("passed over v2 (2 patches), which is not complete: 1/2 missing"));
}

TEST_F(Import, FilesMadeRenamedMarkedAndRemoved) {
    EXPECT_THAT(titles({"shapes-1.patch", "shapes-2.patch"}), ElementsAre("erofs: rename, make and mark executable", "erofs: remove a file"));
    EXPECT_THAT(patched("fs/erofs/new.h"), HasSubstr("int n;"));
    EXPECT_THAT(patched("fs/erofs/mount.c"), HasSubstr("super_step_0"));
    EXPECT_EQ(patched("fs/erofs/super.c"), "removed");
    EXPECT_EQ(patched("fs/erofs/data.c"), "removed");
    EXPECT_EQ(patched("fs/erofs/tool.sh"), *read_file(mails() / "tree/fs/erofs/tool.sh"));
}

TEST_F(Import, RefusalsAreOneSentenceAndLeaveNothing) {
    const std::string at = mails().string() + "/";
    EXPECT_EQ(refusal({"missing.mbox"}), "take patches \"[PATCH 1/3] erofs: count direct reads\": the series is not complete: 2/3 is missing; save the whole thread, or give the missing files too");
    EXPECT_EQ(refusal({"junk.bin"}), "read " + at + "junk.bin: it is binary data and no mail (a zero byte at offset 0)");
    EXPECT_EQ(refusal({"empty.patch"}), "read " + at + "empty.patch: it is empty");
    EXPECT_EQ(refusal({"page.html"}), "read " + at + "page.html: it is a web page: save the thread as mbox (\"mbox.gz\" on lore.kernel.org) or the mail as \"raw\"");
    EXPECT_EQ(refusal({"html.eml"}), "take patches html.eml: it is an HTML mail with no patch in it: ask for it as plain text or attachment");
    EXPECT_EQ(refusal({"prose.txt"}), "take patches prose.txt: there is no patch in it: no \"diff --git\", no \"--- a/file\"");
    EXPECT_EQ(refusal({"only-replies.mbox"}), "take patches: there are only replies here, which quote patches and are none");
    EXPECT_EQ(refusal({"cover-only.mbox"}), "take patches \"[PATCH 0/3] erofs: count direct reads, and say so\": there is only the cover letter, and none of its patches: save the whole thread");
    EXPECT_EQ(refusal({"no-diff.mbox"}), "take patches \"[PATCH 1/1] erofs: x\": there is no diff in it (no-diff.mbox, mail 2)");
    EXPECT_THAT(refusal({"two-series.mbox"}), HasSubstr("two different patches have the number 1 of 2: \"erofs: count direct reads\" (two-series.mbox, mail 1) and \"erofs: forget a step\" (two-series.mbox, mail 3)"));
    EXPECT_THAT(refusal({"git-binary.patch"}), HasSubstr("fs/erofs/logo.png: it is a binary patch, and only text can be reviewed and applied"));
    EXPECT_THAT(refusal({"truncated.patch"}), HasSubstr("the patch ends in the middle of it"));
    EXPECT_THAT(refusal({"wrapped.eml"}), AllOf(HasSubstr("is no line of it: was a long line wrapped by a mail program?"), HasSubstr("\"inode *inode)\"")));
    EXPECT_THAT(refusal({"flowed-damaged.eml"}), HasSubstr("format=flowed, which breaks patches"));
    EXPECT_EQ(refusal({"nowhere.patch"}), "read " + at + "nowhere.patch: there is no such file or folder");
    EXPECT_THAT(refusal({(mails() / "tree/fs").string()}), HasSubstr("there is no patch in this folder"));
}

TEST_F(Import, NothingLeavesTheTree) {
    EXPECT_EQ(refusal({"traversal.patch"}), "take patch of ../../outside.c: it is a path that leaves the tree, and a patch may only change files of the kernel tree "
                                            "(\"[PATCH] erofs: count direct reads\", traversal.patch)");
    EXPECT_THAT(refusal({"absolute.patch"}), HasSubstr("take patch of /etc/passwd: it is an absolute path"));
    EXPECT_THAT(refusal({"dot-git.patch"}), HasSubstr("it is a path into git's own folder"));
    EXPECT_THAT(refusal({"symlink.patch"}), HasSubstr("it makes or changes a symbolic link"));
    ImportOptions options;
    for (const char* name : {"../x", ".x", "", "a/b", "a b", "-x"}) {
        options.name = name;
        EXPECT_THAT(check_import(options).error().message(), HasSubstr("letters, digits")) << name;
    }
}

TEST_F(Import, AnExistingSeriesStays) {
    ASSERT_TRUE(import({"format-patch.patch"}));
    auto again = import({"thread.mbox"});
    ASSERT_FALSE(again);
    EXPECT_THAT(again.error().message(), AllOf(HasSubstr("there is one of this name already"), HasSubstr("--force")));
    ImportOptions replace;
    replace.existing = Existing::replace;
    ASSERT_TRUE(import({"thread.mbox"}, replace));
    EXPECT_EQ(load_series((into() / "mine").string())->patches.size(), 3u);
    EXPECT_EQ(std::distance(fs::directory_iterator(into()), fs::directory_iterator()), 1);
    // A replacement that fails leaves the old one.
    ASSERT_FALSE(import({"misfit.patch"}, replace));
    EXPECT_EQ(load_series((into() / "mine").string())->patches.size(), 3u);
    fs::create_directories(into() / "other");
    replace.name = "other";
    EXPECT_THAT(import({"format-patch.patch"}, replace).error().message(), HasSubstr("is no series; it is left alone"));
}

TEST_F(Import, AMisfitNamesHunkLineAndNearestLines) {
    const std::string said = refusal({"misfit.patch"});
    EXPECT_EQ(said, "apply patch \"[PATCH] erofs: count direct reads\" (misfit.patch): hunk 1 of fs/erofs/data.c (@@ -17,7 +17,7 @@ static int data_step_1(struct inode *inode)) "
                    "does not fit Linux 6.12.117: its line \"if (value < 1)\" is not there; the nearest place is lines 17-23\n"
                    "      17: \n      18: \tif (value < 0)\n      19: \t\treturn value;\n--3way tries to merge it");
    EXPECT_EQ(refusal({"gone.patch"}), "apply patch \"[PATCH] erofs: count direct reads\" (gone.patch): fs/erofs/fscache.c does not exist in Linux 6.12.117\n--3way tries to merge it");
}

TEST_F(Import, ThreewayMergesAndSaysSo) {
    ImportOptions options;
    options.fit = Fit::threeway;
    EXPECT_THAT(titles({"fuzz.patch"}, options), ElementsAre(kCount));
    EXPECT_THAT(patched("fs/erofs/data.c"), AllOf(HasSubstr("value + 8"), HasSubstr("struct inode *inode)\n{\n\tint value = data_get(inode, 2)")));
    EXPECT_THAT(notes_, Contains("\"[PATCH] erofs: count direct reads\": hunk 1 of fs/erofs/data.c fits without its outermost two lines of context, now at line 19"));
    // A refreshed patch fits without --3way.
    EXPECT_THAT(patch_file(0), AllOf(HasSubstr(" \tif (value < 0)"), Not(HasSubstr("unlikely"))));
    EXPECT_THAT(titles({"misfit.patch"}, options), ElementsAre(kCount));
}

TEST_F(Import, StackedOnASeries) {
    ASSERT_TRUE(import({"format-patch.patch"}));
    ImportOptions options;
    options.name = "upper";
    options.on = {"mine"};
    auto twice = import({"format-patch.patch"}, options);
    ASSERT_FALSE(twice);
    EXPECT_THAT(twice.error().message(), HasSubstr("is in Linux 6.12.117 already, at lines 17-23: was this patch applied before?"));
    auto upper = import({"quoted-printable.eml"}, options);
    ASSERT_TRUE(upper) << upper.error().message();
    EXPECT_THAT(upper->below, ElementsAre("mine"));
    EXPECT_THAT(load_series((into() / "upper").string())->requires_series, ElementsAre("mine"));
    options.name = "lost";
    options.on = {"nothing"};
    EXPECT_THAT(import({"quoted-printable.eml"}, options).error().message(), HasSubstr("find series nothing: there is none of this name"));
    options.on = {};
    options.revises = "nothing";
    EXPECT_THAT(import({"quoted-printable.eml"}, options).error().message(), HasSubstr("find series nothing"));
}

TEST_F(Import, WhatIsSaidIsWritten) {
    ImportOptions options;
    options.purpose = "say \"why\" \\ not";
    options.base_min = "6.12.7";
    options.base_max = "6.13.0";
    options.known_failures = {{"*sparse*", "holes"}};
    ASSERT_TRUE(import({"format-patch.patch"}, options));
    auto series = load_series((into() / "mine").string());
    ASSERT_TRUE(series) << series.error().message();
    EXPECT_EQ(series->purpose, "say \"why\" \\ not");
    EXPECT_EQ(series->base_max, "6.13.0");
    EXPECT_EQ(series->known_failures.at(0).reason, "holes");
    options.name = "other";
    options.base_min = "6.13";
    EXPECT_THAT(import({"format-patch.patch"}, options).error().message(), HasSubstr("Linux 6.12.117, which the patches are checked against, is not in this range"));
}

TEST_F(Import, FailsWhatTheSeriesUnderItIsKnownToFail) {
    ImportOptions options;
    options.known_failures = {{"*sparse*", "holes"}};
    ASSERT_TRUE(import({"format-patch.patch"}, options));
    options = {};
    options.name = "upper";
    options.on = {"mine"};
    auto upper = import({"quoted-printable.eml"}, options);
    ASSERT_TRUE(upper) << upper.error().message();
    EXPECT_THAT(upper->assumptions, testing::Contains(HasSubstr("the 1 of mine, which it stands on")));
    auto series = load_series((into() / "upper").string());
    ASSERT_TRUE(series) << series.error().message();
    ASSERT_EQ(series->known_failures.size(), 1u);
    EXPECT_EQ(series->known_failures[0].case_glob, "*sparse*");
}

TEST_F(Import, CommitsOfATree) {
    const fs::path repository = scratch() / "git";
    fs::copy(mails() / "tree", repository, fs::copy_options::recursive);
    auto sh = [&](const std::string& script) {
        CommandOptions options;
        options.working_directory = repository;
        options.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_AUTHOR_NAME", "A"}, {"GIT_AUTHOR_EMAIL", "a@b.org"}, {"GIT_COMMITTER_NAME", "C"}, {"GIT_COMMITTER_EMAIL", "c@d.org"}};
        auto r = run_checked({"bash", "-ec", script}, options);
        EXPECT_TRUE(r) << r.error().message();
    };
    sh("git init -q -b main; git config diff.noprefix true; git config format.attach true; git add -A; git commit -qm base; git tag base;"
       "sed -i 's/value + 7)/value + 8)/' fs/erofs/data.c; git commit -qam 'erofs: one'; sed -i 's/value + 14)/value + 15)/' fs/erofs/super.c; git commit -qam 'erofs: two'");
    auto import_range = [&](const std::string& range) -> std::string {
        auto commits = read_commits(repository, range);
        if (!commits) return commits.error().message();
        EXPECT_EQ(commits->base_version, "6.12.117");
        ImportOptions options;
        options.name = "mine";
        options.into = into();
        options.existing = Existing::replace;
        Progress progress("test");
        auto added = import_series(commits->mails, source(), options, progress);
        if (!added) return added.error().message();
        std::vector<std::string> out;
        for (const auto& patch : added->patches) out.push_back(patch.title + " of " + patch.author);
        return join(out, ", ");
    };
    EXPECT_EQ(import_range("base..main"), "erofs: one of A <a@b.org>, erofs: two of A <a@b.org>");
    EXPECT_THAT(patched("fs/erofs/super.c"), HasSubstr("value + 15"));
    EXPECT_EQ(import_range("main"), "erofs: two of A <a@b.org>");
    EXPECT_THAT(import_range("base"), HasSubstr("it is the first commit of this tree"));
    EXPECT_THAT(import_range("main..base"), HasSubstr("there is no commit between the two"));
    EXPECT_THAT(import_range("base..nothing"), HasSubstr("git does not know this revision"));
    EXPECT_THAT(import_range("base...main"), HasSubstr("A..B with two dots"));
    sh("git checkout -q -b side base; sed -i 's/echo/printf/' fs/erofs/tool.sh; git commit -qam side; git merge -q -m merge main");
    EXPECT_THAT(import_range("base..side"), HasSubstr("there is a merge among them"));
    EXPECT_THAT(read_commits(mails() / "tree", "a..b").error().message(), HasSubstr("it is no git tree"));
}

TEST_F(Import, AVariantIsAddedToItsSeriesForAnotherKernel) {
    ASSERT_TRUE(import({"format-patch.patch"}));
    write(into() / "mine/series.toml", replace_all(*read_file(into() / "mine/series.toml"), "6.12.", "6.1.") + "# a remark\n");
    ImportOptions options;
    options.existing = Existing::extend;
    auto added = import({"format-patch.patch"}, options);
    ASSERT_TRUE(added) << added.error().message();
    EXPECT_EQ(added->patches.at(0).file, "6.12/0001-erofs-count-direct-reads.patch");
    auto series = load_series((into() / "mine").string());
    ASSERT_TRUE(series) << series.error().message();
    EXPECT_EQ(series->bases(), "6.1.0 to 6.1.999, 6.12.0 to 6.12.999");
    EXPECT_EQ(series->variants.at(0).patches.at(0), into() / "mine/6.12/0001-erofs-count-direct-reads.patch");
    EXPECT_TRUE(fs::exists(series->patches.at(0)));
    EXPECT_THAT(*read_file(into() / "mine/series.toml"), HasSubstr("# a remark")) << "what somebody wrote stays";
    EXPECT_THAT(import({"format-patch.patch"}, options).error().message(), HasSubstr("already"));
}

TEST_F(Import, AVariantNeedsItsSeriesAndNothingThatThatSays) {
    ImportOptions options;
    options.existing = Existing::extend;
    EXPECT_THAT(refusal({"format-patch.patch"}, options), HasSubstr("no series of this name"));
    ASSERT_TRUE(import({"format-patch.patch"}));
    options.purpose = "another";
    EXPECT_THAT(import({"format-patch.patch"}, options).error().message(), HasSubstr("--purpose"));
}
