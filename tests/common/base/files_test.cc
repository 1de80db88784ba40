// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/files.h"

#include <csignal>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/wait.h>
#include <unistd.h>

namespace diobench {
namespace {

class TempDirectoryTest : public ::testing::Test {
protected:
    /// A directory made by a process that is killed while it has it.
    fs::path made_by_killed(const std::string& prefix) const {
        const pid_t child = ::fork();
        if (child == 0) {
            auto made = TempDirectory::create(parent_.path(), prefix);
            if (!made || !write_file_atomic(made->path() / "file", "content")) ::_exit(1);
            ::raise(SIGKILL);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        EXPECT_TRUE(WIFSIGNALED(status));
        for (const auto& entry : fs::directory_iterator(parent_.path()))
            if (fs::exists(entry.path() / "file")) return entry.path();
        return {};
    }

    const TempDirectory parent_ = TempDirectory::create(fs::temp_directory_path(), "files_test").value();
};

TEST_F(TempDirectoryTest, WhatAKilledProgramLeftIsRemovedByTheNext) {
    const fs::path left = made_by_killed("run");
    ASSERT_FALSE(left.empty());
    const auto other = TempDirectory::create(parent_.path(), "other").value();
    EXPECT_TRUE(fs::exists(left));
    const auto next = TempDirectory::create(parent_.path(), "run").value();
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(fs::exists(next.path()));
}

TEST_F(TempDirectoryTest, OneInUseStaysUntilItsEnd) {
    fs::path first_path;
    {
        auto first = TempDirectory::create(parent_.path(), "run").value();
        first_path = first.path();
        const auto moved = std::move(first);
        const auto second = TempDirectory::create(parent_.path(), "run").value();
        EXPECT_TRUE(fs::exists(moved.path()));
        EXPECT_TRUE(fs::exists(second.path()));
        EXPECT_NE(moved.path(), second.path());
    }
    EXPECT_FALSE(fs::exists(first_path));
    EXPECT_TRUE(fs::is_empty(parent_.path()));
}

TEST_F(TempDirectoryTest, WhatIsNotOursIsLeftAlone) {
    for (const char* name : {"run", "run.1", "run.longer-than-ours", "running.abcdef"}) fs::create_directory(parent_.path() / name);
    ASSERT_TRUE(write_file_atomic(parent_.path() / "run.abcdef", "a file"));
    const auto made = TempDirectory::create(parent_.path(), "run").value();
    EXPECT_EQ(std::distance(fs::directory_iterator(parent_.path()), fs::directory_iterator()), 6);
}

}  // namespace
}  // namespace diobench
