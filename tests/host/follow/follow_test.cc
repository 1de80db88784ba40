// SPDX-License-Identifier: GPL-2.0-only
// Three kinds of archives with the same mails, that grow between two looks.
#include "bench/host/follow/follow_list.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"

using namespace diobench;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

std::string mail(const std::string& id, const std::string& subject, const std::string& answers, const std::string& file, const std::string& change = "b") {
    std::string out = "From: Ada Example <ada@example.org>\nSubject: " + subject + "\nDate: Mon, 02 Mar 2026 10:00:00 +0000\nMessage-ID: <" + id + ">\n";
    if (!answers.empty()) out += "In-Reply-To: <" + answers + ">\n";
    if (file.empty()) return out + "\nWords.\n";
    return out + "\nWhy.\n---\n--- a/" + file + "\n+++ b/" + file + "\n@@ -1 +1 @@\n-a\n+" + change + "\n";
}

/// A series, a review, another list's patch, a reroll of one patch, one of two.
const std::vector<std::string> kFirst = {mail("c", "[PATCH 0/2] erofs: count things", "", ""), mail("a1", "[PATCH 1/2] erofs: one", "c", "fs/erofs/data.c"),
                                         mail("a2", "[PATCH 2/2] erofs: two", "c", "fs/erofs/super.c"), mail("r", "Re: [PATCH 1/2] erofs: one", "a1", ""),
                                         mail("x", "[PATCH] net: x", "", "net/x.c")};
const std::vector<std::string> kLater = {mail("b1", "[PATCH v2 1/2] erofs: one", "a1", "fs/erofs/data.c", "c"), mail("h", "[PATCH 1/2] erofs: half", "", "fs/erofs/zmap.c")};

}  // namespace

class Follow : public ::testing::Test {
public:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-follow-test");
        ASSERT_TRUE(made);
        folder_ = std::make_unique<TempDirectory>(std::move(*made));
        ::setenv("DIOBENCH_CACHE", (folder_->path() / "cache").c_str(), 1);
    }
    void TearDown() override { ::unsetenv("DIOBENCH_CACHE"); }

    fs::path at(const std::string& name) const { return folder_->path() / name; }

    void sh(const std::string& script) const {
        CommandOptions options;
        options.working_directory = folder_->path();
        options.environment = {{"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_AUTHOR_NAME", "A"}, {"GIT_AUTHOR_EMAIL", "a@b.org"}, {"GIT_COMMITTER_NAME", "C"}, {"GIT_COMMITTER_EMAIL", "c@d.org"}};
        auto r = run_checked({"bash", "-ec", script}, options);
        ASSERT_TRUE(r) << r.error().message();
    }

    static void append(const fs::path& path, const std::string& text) {
        std::ofstream out(path, std::ios::app);
        out << text;
    }

    void grow_mbox(const std::vector<std::string>& mails) const {
        for (const auto& text : mails) append(at("list.mbox"), "From mboxrd@z Thu Jan  1 00:00:00 1970\n" + text + "\n");
    }
    void grow_maildir(const std::vector<std::string>& mails) const {
        for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(at("maildir") / part);
        // What was new has been read since.
        for (const auto& entry : fs::directory_iterator(at("maildir/new"))) fs::rename(entry.path(), at("maildir/cur") / (entry.path().filename().string() + ":2,S"));
        for (const auto& text : mails) append(at("maildir/new") / std::to_string(1000 + files_++), text);
    }
    void grow_git(const std::vector<std::string>& mails) const {
        sh("mkdir -p inbox/git; [ -d inbox/git/0.git ] || git init -q -b master inbox/git/0.git");
        for (const auto& text : mails) {
            fs::remove(at("inbox/git/0.git/m"));
            append(at("inbox/git/0.git/m"), text);
            sh("git -C inbox/git/0.git add m; git -C inbox/git/0.git commit -qm mail");
        }
    }

    /// "NAME: patches", "NAME: why it is refused", and how many mails were new.
    std::vector<std::string> look(const fs::path& archive) {
        auto archives = MailArchive::open(archive);
        if (!archives) return {archives.error().message()};
        auto state = FollowState::open(at("state.sqlite"));
        if (!state) return {state.error().message()};
        Progress progress("test", Progress::Shown::no);
        auto read = read_list(*archives, {{"fs/erofs/*"}, {}}, *state, progress);
        if (!read) return {read.error().message()};
        list_ = std::move(*read);
        std::vector<std::string> out;
        for (const auto& series : list_.series) {
            std::vector<std::string> titles;
            for (const auto& patch : series.patches) titles.push_back(patch.tag + " " + patch.title);
            out.push_back(series.name + ": " + (series.refusal.empty() ? join(titles, ", ") : series.refusal));
        }
        out.push_back(std::to_string(list_.fresh) + " new");
        return out;
    }

    ListRead list_;

private:
    std::unique_ptr<TempDirectory> folder_;
    mutable int files_ = 0;
};

TEST_F(Follow, TheSameOfEachKindOfArchive) {
    struct Kind {
        const char* path;
        void (Follow::*grow)(const std::vector<std::string>&) const;
    };
    for (const Kind& kind : {Kind{"list.mbox", &Follow::grow_mbox}, {"maildir", &Follow::grow_maildir}, {"inbox", &Follow::grow_git}}) {
        fs::remove(at("state.sqlite"));
        const std::string first = "erofs-count-things-v1: [PATCH 1/2] erofs: one, [PATCH 2/2] erofs: two";
        (this->*kind.grow)(kFirst);
        EXPECT_THAT(look(at(kind.path)), ElementsAre(first, "5 new")) << kind.path;
        EXPECT_EQ(std::tuple(list_.series[0].title, list_.series[0].message_id, list_.series[0].superseded), std::tuple("erofs: count things", "c", false));
        EXPECT_THAT(look(at(kind.path)), ElementsAre(first, "0 new")) << kind.path;
        (this->*kind.grow)(kLater);
        EXPECT_THAT(look(at(kind.path)), ElementsAre(first, "erofs-count-things-v2: [PATCH v2 1/2] erofs: one, [PATCH 2/2] erofs: two",
                                                     "erofs-half-v1: the series is not complete: 2/2 is missing; save the whole thread, or give the missing files too", "2 new")) << kind.path;
        EXPECT_EQ(std::tuple(list_.series[0].superseded, list_.series[1].revises, list_.mails), std::tuple(true, "erofs-count-things-v1", 7u));
        EXPECT_THAT(look(at(kind.path)).back(), "0 new") << kind.path;
    }
}

TEST_F(Follow, AnArchiveThatWasWrittenAnewIsReadAgain) {
    grow_mbox(kFirst);
    EXPECT_EQ(look(at("list.mbox")).back(), "5 new");
    fs::remove(at("list.mbox"));
    grow_mbox({kFirst[4], kFirst[0], kFirst[1], kFirst[2], kLater[0], kFirst[3]});
    EXPECT_EQ(look(at("list.mbox")).back(), "6 new");
    EXPECT_EQ(list_.mails, 6u);
}

TEST_F(Follow, AnMboxOfWhichTheOldEndHappensToBeginAMailIsNoContinuation) {
    grow_mbox(kFirst);
    EXPECT_EQ(look(at("list.mbox")).back(), "5 new");
    fs::remove(at("list.mbox"));
    auto other = kFirst;
    other[4] = mail("y", "[PATCH] net: y", "", "net/y.c");
    ASSERT_EQ(other[4].size(), kFirst[4].size());
    grow_mbox(other);
    grow_mbox(kLater);
    EXPECT_EQ(look(at("list.mbox")).back(), "7 new");
    EXPECT_EQ(list_.mails, 7u) << "a mail that is gone is still counted";
}

TEST_F(Follow, WhatIsGoneFromAnArchiveIsForgotten) {
    grow_mbox(kFirst);
    grow_maildir(kFirst);
    EXPECT_EQ(look(at("list.mbox")).size(), 2u);
    EXPECT_EQ(look(at("maildir")).size(), 2u);
    fs::remove(at("list.mbox"));
    grow_mbox({kFirst[3], kFirst[4]});
    for (const char* part : {"new", "cur"})
        for (const auto& entry : fs::directory_iterator(at("maildir") / part))
            if (const auto text = read_file(entry.path()); text && text->find("+++ b/fs/erofs") != std::string::npos) fs::remove(entry.path());
    EXPECT_THAT(look(at("list.mbox")), ElementsAre("2 new"));
    EXPECT_EQ(list_.mails, 2u);
    EXPECT_THAT(look(at("maildir")), ElementsAre("3 new"));
    EXPECT_EQ(list_.mails, 3u);
}

TEST_F(Follow, AMailOfTwoArchivesIsThereAsLongAsOneHasIt) {
    grow_mbox(kFirst);
    grow_maildir(kFirst);
    auto archives = MailArchive::open(at("list.mbox")).value();
    archives.push_back(MailArchive::open(at("maildir")).value().front());
    auto state = FollowState::open(at("state.sqlite")).value();
    Progress progress("test", Progress::Shown::no);
    EXPECT_EQ(read_list(archives, {{"fs/erofs/*"}, {}}, state, progress).value().mails, 5u);
    std::ofstream(at("list.mbox"), std::ios::trunc);
    const auto left = read_list(archives, {{"fs/erofs/*"}, {}}, state, progress);
    ASSERT_TRUE(left) << left.error().message();
    EXPECT_EQ(std::pair(left->mails, left->series.size()), std::pair(size_t{5}, size_t{1}));
}

TEST_F(Follow, WhatIsNoArchiveIsSaid) {
    EXPECT_THAT(look(at("nowhere")), ElementsAre(HasSubstr("there is no such file or folder")));
    fs::create_directories(at("empty"));
    EXPECT_THAT(look(at("empty")), ElementsAre(HasSubstr("it is no archive: expected a git repository of public-inbox, a Maildir (cur/ and new/) or an mbox")));
    append(at("text"), "hello\n");
    EXPECT_THAT(look(at("text")), ElementsAre(HasSubstr("it is no mbox: it does not begin with a \"From \" line")));
    append(at("nothing"), "");
    EXPECT_THAT(look(at("nothing")), ElementsAre("0 new"));
    sh("git init -q unborn");
    EXPECT_THAT(look(at("unborn")), ElementsAre("0 new"));
}

TEST_F(Follow, InterestIsAskedFor) {
    const auto read = [&](const std::string& text) {
        std::ofstream(at("follow.toml")) << text;
        auto interest = read_follow_settings(at("follow.toml"));
        return interest ? std::string("read") : interest.error().message();
    };
    EXPECT_EQ(read("paths = [\"fs/erofs/*\"]\nsubjects = [\"*on-demand*\"]\n"), "read");
    EXPECT_THAT(read("paths = []\n"), HasSubstr("it names neither paths nor subjects"));
    EXPECT_THAT(read("paths = \"fs\"\n"), HasSubstr("paths: expected a list of globs"));
    EXPECT_THAT(read("path = []\n"), HasSubstr("unknown key path: expected paths, subjects, on, from and notify"));
    EXPECT_EQ(read("subjects = [\"*\"]\non = [\"dio\"]\nfrom = \"A <a@b.org>\"\nnotify = [\"mail\", \"{file}\"]\n"), "read");
    EXPECT_THAT(read("subjects = [\"*\"]\non = \"dio\"\nfrom = 3\n"), AllOf(HasSubstr("on: expected a list of words, such as [\"base\"]"), HasSubstr("from: expected one text")));
    EXPECT_THAT(read("paths = [\n"), HasSubstr("follow.toml:"));
    const ListInterest interest{{"fs/erofs/*"}, {"*on-demand*"}};
    EXPECT_TRUE(interest.in_text("\n", "cachefiles: on-demand again"));
    EXPECT_TRUE(interest.in_text("x\n+++ b/fs/erofs/data.c\n", "x"));
    EXPECT_FALSE(interest.in_text("x\n> +++ b/fs/erofs/data.c\n", "x"));
    EXPECT_EQ(series_name_of("erofs: count (direct) reads", {2, 0}), "erofs-count-direct-reads-v2");
    EXPECT_EQ(series_name_of("größer", {3, 1}), "gr-er-v3.1");
    EXPECT_EQ(series_name_of("", {}), "series-v1");
    EXPECT_LE(series_name_of(std::string(300, 'x') + " y", {}).size(), 64u);
}
