// SPDX-License-Identifier: GPL-2.0-only
// What a person may give, and how what is wrong is answered; nothing is applied here.
#include "bench/verdict/attempt/candidate.h"

#include <gmock/gmock.h>

#include "bench/common/base/paths.h"

using namespace diobench;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

namespace {

class CandidateTest : public testing::Test {
protected:
    void SetUp() override {
        auto scratch = TempDirectory::create(fs::temp_directory_path(), "candidate");
        ASSERT_TRUE(scratch);
        scratch_.emplace(std::move(*scratch));
    }
    std::string file(const std::string& name, const std::string& text = "x") const {
        const fs::path path = scratch_->path() / name;
        fs::create_directories(path.parent_path());
        EXPECT_TRUE(write_file_atomic(path, text));
        return path.string();
    }
    static Result<CandidateSource> find(const std::vector<std::string>& what, const std::string& on = "", const fs::path& tree = {}, const std::string& revision = "") {
        AttemptOptions options;
        options.what = what;
        options.on = on;
        options.tree = tree;
        options.revision = revision;
        return find_candidate(options);
    }
    static std::string error(const Result<CandidateSource>& found) { return found ? "found " + found->name : found.error().message(); }

    std::optional<TempDirectory> scratch_;
};

TEST_F(CandidateTest, NamesASeriesAfterWhatIsGiven) {
    EXPECT_EQ(series_name_for("0001-erofs-x.patch"), "0001-erofs-x");
    EXPECT_EQ(series_name_for("t.mbox.gz"), "t");
    EXPECT_EQ(series_name_for("v6.12..my branch~1"), "v6.12..my-branch-1");
    EXPECT_EQ(series_name_for("-_."), "patch");
    EXPECT_EQ(series_name_for(".patch"), "patch");
    for (const std::string& given : std::vector<std::string>{"0001-erofs-x.patch", "a..b", "\xc3\xa4", "~/x y.eml", std::string(200, 'a')}) EXPECT_TRUE(is_series_name(series_name_for(given))) << given;
}

TEST_F(CandidateTest, StandsOnDioIfNobodySaysOtherwise) {
    auto found = find({file("0001-x.patch")});
    ASSERT_TRUE(found) << error(found);
    EXPECT_EQ(found->name, "0001-x");
    EXPECT_EQ(found->baseline, "dio");
    EXPECT_EQ(find({file("0001-x.patch")}, "fallback")->baseline, "fallback");
    EXPECT_THAT(error(find({file("0001-x.patch")}, "no-such")), HasSubstr("no-such"));
}

TEST_F(CandidateTest, KnowsWhatTheBaselineFails) {
    const auto compressed = Contains(Field("case_glob", &KnownFailure::case_glob, "compressed/partly-here"));
    auto known = known_failures_of("base", "6.12.117");
    ASSERT_TRUE(known) << known.error().message();
    EXPECT_THAT(*known, Contains(Field("case_glob", &KnownFailure::case_glob, "*sparse*")));
    EXPECT_THAT(*known, compressed);
    EXPECT_THAT(*known_failures_of("base@6.1", "6.1.192"), ::testing::Not(compressed)) << "each base has its own";
}

TEST_F(CandidateTest, AsksTheFolderOfASeriesWhatItStandsOn) {
    const std::string folder = (project_root() / "kernel-patches/mutants/hole-buffered-past").string();
    auto found = find({folder + "/"});
    ASSERT_TRUE(found) << error(found);
    EXPECT_EQ(found->name, "hole-buffered-past");
    EXPECT_EQ(found->baseline, "fix-compressed");
    EXPECT_EQ(find({folder}, "dio")->baseline, "dio") << "who says it is right";
}

TEST_F(CandidateTest, GivesEachOfTwoComparedKernelsAName) {
    const std::string mail = file("dio/0001-x.patch");
    EXPECT_EQ(find({fs::path(mail).parent_path().string()})->name, "dio-tried");
}

TEST_F(CandidateTest, TakesARevisionOfATree) {
    auto found = find({"v6.12..mine"}, "", scratch_->path());
    ASSERT_TRUE(found) << error(found);
    EXPECT_TRUE(found->files.empty());
    EXPECT_EQ(found->revision, "v6.12..mine");
    EXPECT_THAT(error(find({"v6.12..mine"}, "", scratch_->path(), "v6.12")), HasSubstr("leave --rev out"));
}

TEST_F(CandidateTest, SaysWhatWouldBeRight) {
    EXPECT_THAT(error(find({})), HasSubstr("such as: diobench try"));
    EXPECT_THAT(error(find({"no-such.patch"})), AllOf(HasSubstr("no-such.patch"), HasSubstr("no such file or folder"), HasSubstr("--tree DIR")));
    EXPECT_THAT(error(find({file("0001-x.patch"), "no-such.patch"})), AllOf(HasSubstr("no-such.patch"), HasSubstr("no such file or folder")));
}

}  // namespace
