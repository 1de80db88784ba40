// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/kernel/source.h"

#include <gmock/gmock.h>

#include "bench/common/digest/sha256.h"
#include "bench/host/kernel/manifest.h"
#include "tests/host/kernel/fake_kernel.h"

using namespace diobench;
using ::testing::HasSubstr;

class Source : public FakeKernel {
protected:
    void git(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"git", "-C", tree().string(), "-c", "user.name=t", "-c", "user.email=t@t"});
        auto r = run_checked(arguments);
        ASSERT_TRUE(r) << r.error().message();
    }
    void make_repository() {
        git({"init", "--quiet"});
        git({"add", "."});
        git({"commit", "--quiet", "-m", "one"});
    }
    Progress progress_{"test"};
};

TEST_F(Source, FolderIsCopiedAndLeftUntouched) {
    auto before = *list_files(tree());
    auto source = tree_source(tree(), "", progress_);
    ASSERT_TRUE(source) << source.error().message();
    EXPECT_EQ(source->version, "6.12.50");
    EXPECT_EQ(*read_file(source->tree / "a.c"), lines("a"));
    ASSERT_TRUE(build("base"));
    EXPECT_EQ(*list_files(tree()), before);
    write(tree() / "a.c", "int other;\n");
    auto changed = tree_source(tree(), "", progress_);
    ASSERT_TRUE(changed);
    EXPECT_NE(changed->sha256, source->sha256);
    EXPECT_EQ(*read_file(source->tree / "a.c"), lines("a"));
}

TEST_F(Source, GitTreeIsExportedAtItsRevisionAndLeftUntouched) {
    make_repository();
    git({"tag", "first"});
    write(tree() / "a.c", "int second;\n");
    auto uncommitted = tree_source(tree(), "", progress_);
    ASSERT_FALSE(uncommitted);
    EXPECT_THAT(uncommitted.error().message(), HasSubstr("uncommitted"));
    git({"commit", "--quiet", "-a", "-m", "two"});
    auto before = *list_files(tree());
    auto head = tree_source(tree(), "", progress_);
    ASSERT_TRUE(head) << head.error().message();
    EXPECT_EQ(*read_file(head->tree / "a.c"), "int second;\n");
    auto first = tree_source(tree(), "first", progress_);
    ASSERT_TRUE(first) << first.error().message();
    EXPECT_EQ(*read_file(first->tree / "a.c"), lines("a"));
    EXPECT_NE(first->sha256, head->sha256);
    EXPECT_EQ(*list_files(tree()), before);
    EXPECT_FALSE(fs::exists(first->tree / ".git"));
    EXPECT_EQ(tree_source(tree(), "first~0", progress_)->sha256, first->sha256);
}

TEST_F(Source, WhatCannotBeUsedIsRefusedByName) {
    EXPECT_THAT(tree_source("/no/such/folder", "", progress_).error().message(), HasSubstr("/no/such/folder"));
    EXPECT_THAT(tree_source(tree(), "v6.12", progress_).error().message(), HasSubstr("--rev v6.12"));
    make_repository();
    EXPECT_THAT(tree_source(tree(), "no-such-rev", progress_).error().message(), HasSubstr("no-such-rev"));
    EXPECT_FALSE(tree_source(tree(), "--output=/tmp/x", progress_));
    fs::create_directories(scratch() / "empty");
    EXPECT_THAT(tree_source(scratch() / "empty", "", progress_).error().message(), HasSubstr("no kernel"));
    for (const auto& entry : fs::directory_iterator(cache() / "sources")) EXPECT_FALSE(entry.is_directory()) << entry.path();
}

TEST_F(Source, TarballIsUnpackedOnceAndPartsOfAKilledRunGo) {
    fs::create_directories(scratch() / "pack");
    fs::copy(tree(), scratch() / "pack/linux-source-6.12", fs::copy_options::recursive);
    const auto tarball = scratch() / "linux.tar.xz";
    ASSERT_TRUE(run_checked({"tar", "-cJf", tarball.string(), "-C", (scratch() / "pack").string(), "linux-source-6.12"}));
    ::setenv("DIOBENCH_KERNEL_SOURCE", tarball.c_str(), 1);
    EXPECT_FALSE(known_distribution_source());
    const auto sha256 = sha256_hex(*read_file(tarball));
    const auto part = cache() / "sources" / (sha256.substr(0, 16) + ".part.killed");
    write(part / "Makefile", "half");
    auto source = distribution_source(progress_);
    ASSERT_TRUE(source) << source.error().message();
    EXPECT_EQ(source->version, "6.12.50");
    EXPECT_EQ(source->sha256, sha256);
    EXPECT_FALSE(fs::exists(part));
    EXPECT_EQ(known_distribution_source()->tree, source->tree);
    ::setenv("DIOBENCH_KERNEL_SOURCE", (scratch() / "missing.tar.xz").c_str(), 1);
    EXPECT_THAT(distribution_source(progress_).error().message(), HasSubstr("linux-source-6.12"));
    ::unsetenv("DIOBENCH_KERNEL_SOURCE");
}

TEST_F(Source, TruncatedTarballLeavesNothing) {
    const auto tarball = scratch() / "linux.tar.xz";
    ASSERT_TRUE(run_checked({"tar", "-cJf", tarball.string(), "-C", scratch().string(), "tree"}));
    auto data = *read_file(tarball);
    write(tarball, data.substr(0, data.size() / 2));
    ::setenv("DIOBENCH_KERNEL_SOURCE", tarball.c_str(), 1);
    EXPECT_FALSE(distribution_source(progress_));
    EXPECT_FALSE(known_distribution_source());
    for (const auto& entry : fs::directory_iterator(cache() / "sources")) EXPECT_FALSE(entry.is_directory()) << entry.path();
    ::unsetenv("DIOBENCH_KERNEL_SOURCE");
}

TEST_F(Source, ManifestFindsChangesWhateverTheClockSays) {
    write(tree() / "kept.o", "kept");
    write(tree() / "changed.o", "before");
    auto manifest = *list_files(tree());
    write(tree() / "changed.o", "after!");
    write(tree() / "sub/new.o", "new");
    fs::last_write_time(tree() / "changed.o", fs::file_time_type::clock::now() - std::chrono::hours(1000));
    fs::last_write_time(tree() / "sub/new.o", fs::file_time_type::clock::now() - std::chrono::hours(1000));
    auto changed = changed_files(tree(), manifest);
    ASSERT_TRUE(changed);
    EXPECT_THAT(*changed, ::testing::UnorderedElementsAre(tree() / "changed.o", tree() / "sub/new.o"));
}
