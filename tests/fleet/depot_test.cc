// SPDX-License-Identifier: GPL-2.0-only
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/fleet/depot.h"

namespace diobench {

namespace {

class DepotTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDirectory::create(fs::temp_directory_path(), "depot-test");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        ASSERT_TRUE(make_directories(path("from/inner")));
        ASSERT_TRUE(write_file_atomic(path("from/a"), "1"));
        ASSERT_TRUE(write_file_atomic(path("from/inner/b"), "2"));
    }
    fs::path path(const std::string& name) const { return folder_->path() / name; }
    std::optional<TempDirectory> folder_;
};

TEST_F(DepotTest, WhatIsPutIsGotAgain) {
    const Depot depot(path("depot").string());
    ASSERT_TRUE(depot.put(path("from"), "things/x"));
    auto got = depot.get("things/x", path("to/x"));
    ASSERT_TRUE(got && *got);
    EXPECT_EQ(sha256_of_tree(path("to/x")).value(), sha256_of_tree(path("from")).value());
}

TEST_F(DepotTest, WhatIsPutAgainReplacesTheOld) {
    const Depot depot(path("depot").string());
    ASSERT_TRUE(depot.put(path("from"), "x"));
    fs::remove(path("from/a"));
    ASSERT_TRUE(depot.put(path("from"), "x"));
    EXPECT_FALSE(fs::exists(path("depot/x/a")));
    EXPECT_TRUE(fs::exists(path("depot/x/inner/b")));
}

TEST_F(DepotTest, WhatIsNotThereIsSaid) {
    auto got = Depot(path("depot").string()).get("nothing", path("to/x"));
    ASSERT_TRUE(got);
    EXPECT_FALSE(*got);
}

TEST_F(DepotTest, TheHashTellsContentAndNames) {
    const std::string before = sha256_of_tree(path("from")).value();
    ASSERT_TRUE(write_file_atomic(path("from/a"), "other"));
    EXPECT_NE(sha256_of_tree(path("from")).value(), before);
    ASSERT_TRUE(write_file_atomic(path("from/a"), "1"));
    EXPECT_EQ(sha256_of_tree(path("from")).value(), before);
    fs::rename(path("from/a"), path("from/c"));
    EXPECT_NE(sha256_of_tree(path("from")).value(), before);
}

TEST(Depot, AHostIsToldFromAFolder) {
    EXPECT_TRUE(Depot("lab-1:/srv/diobench").is_remote());
    EXPECT_TRUE(Depot("me@lab-1:diobench").is_remote());
    EXPECT_FALSE(Depot("/srv/a:b").is_remote());
    EXPECT_FALSE(Depot("/srv/diobench").is_remote());
}

}  // namespace

}  // namespace diobench
