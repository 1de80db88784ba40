// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/commit_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>

#include "bench/common/base/process.h"
#include "bench/common/base/text.h"
#include "bench/host/kernel/git.h"

using namespace diobench;
using testing::HasSubstr;
using testing::SizeIs;

/// A git tree: v0 - one - two - merge(side) - three.
class CommitRangeTest : public testing::Test {
protected:
    void SetUp() override {
        auto made = TempDirectory::create(fs::temp_directory_path(), "diobench-commits-test");
        ASSERT_TRUE(made);
        folder_.emplace(std::move(*made));
        git({"init", "--quiet", "--initial-branch=main"});
        commit("v0");
        git({"tag", "v0"});
        commit("one");
        commit("two");
        git({"checkout", "--quiet", "-b", "side", "v0"});
        commit("beside");
        git({"checkout", "--quiet", "main"});
        git({"merge", "--quiet", "--no-ff", "-m", "merge side", "side"});
        commit("three");
    }

    const fs::path& tree() const { return folder_->path(); }

    std::string git(const std::vector<std::string>& arguments) {
        CommandOptions options;
        options.working_directory = tree();
        options.environment = git_environment(tree());
        std::vector<std::string> all = {"-c", "user.name=A", "-c", "user.email=a@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        auto r = run_checked(git_command(all), options);
        EXPECT_TRUE(r) << r.error().message();
        return r ? std::string(trim(r->output)) : "";
    }

    void commit(const std::string& subject) {
        const std::string file = subject + ".txt";
        ASSERT_TRUE(write_file_atomic(tree() / file, subject));
        git({"add", "--", file});
        git({"commit", "--quiet", "-m", subject});
    }

private:
    std::optional<TempDirectory> folder_;
};

TEST_F(CommitRangeTest, IsTheLineOfFirstParentsTheOldestFirst) {
    auto range = list_commits(tree(), "v0..main");
    ASSERT_TRUE(range) << range.error().message();
    ASSERT_THAT(range->commits, SizeIs(4));
    EXPECT_EQ(range->old_commit, git({"rev-parse", "v0"}));
    EXPECT_EQ(range->commits[0].subject, "one");
    EXPECT_EQ(range->commits[1].subject, "two");
    EXPECT_EQ(range->commits[2].subject, "merge side");
    EXPECT_EQ(range->commits[3].subject, "three");
    EXPECT_EQ(range->commits[3].hash, git({"rev-parse", "main"}));
}

TEST_F(CommitRangeTest, RefusesWhatIsNoLine) {
    EXPECT_THAT(list_commits(tree(), "main..v0").error().message(), HasSubstr("no commit from the first to the second"));
    EXPECT_THAT(list_commits(tree(), "side..main").error().message(), HasSubstr("line of first parents"));
    EXPECT_THAT(list_commits(tree(), "v0...main").error().message(), HasSubstr("expected OLD..NEW"));
    EXPECT_THAT(list_commits(tree(), "main").error().message(), HasSubstr("expected OLD..NEW"));
    EXPECT_THAT(list_commits(tree(), "v0..").error().message(), HasSubstr("expected OLD..NEW"));
    EXPECT_THAT(list_commits(tree(), "v0..nowhere").error().message(), HasSubstr("nowhere"));
    EXPECT_THAT(list_commits("/proc", "v0..main").error().message(), HasSubstr("no git tree"));
}
