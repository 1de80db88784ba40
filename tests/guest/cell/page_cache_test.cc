// SPDX-License-Identifier: GPL-2.0-only
// What is counted of the page cache, in both ways that kernels have.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <vector>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/guest/cell/snapshot.h"

namespace diobench {
namespace {

constexpr uint64_t kBytes = 3 * 1024 * 1024 + 100;

TEST(PageCache, ResidentBytesAreThoseOfTheFilesPages) {
    auto folder = TempDirectory::create(fs::temp_directory_path(), "diobench-page-cache-test");
    ASSERT_TRUE(folder);
    const fs::path path = folder->path() / "file";
    ASSERT_TRUE(write_file_atomic(path, std::string(kBytes, 'x')));
    auto fd = UniqueFd::open(path.string(), O_RDONLY);
    ASSERT_TRUE(fd);
    auto all = resident_bytes(fd->get());
    ASSERT_TRUE(all) << all.error().message();
    EXPECT_EQ(*all, (kBytes + kPageBytes - 1) / kPageBytes * kPageBytes);
    // Written back, a page may be let go of; where the file system keeps its files in memory none is.
    ASSERT_EQ(::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    auto less = resident_bytes(fd->get());
    ASSERT_TRUE(less);
    EXPECT_LE(*less, *all);
    if (auto counted = cache_stat(fd->get())) {
        EXPECT_EQ(counted->cached_bytes, *resident_bytes(fd->get())) << "cachestat(2) and mincore(2) agree";
    }
}

TEST(PageCache, AnEmptyFileHasNone) {
    auto folder = TempDirectory::create(fs::temp_directory_path(), "diobench-page-cache-test");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(write_file_atomic(folder->path() / "empty", ""));
    auto fd = UniqueFd::open((folder->path() / "empty").string(), O_RDONLY);
    ASSERT_TRUE(fd);
    EXPECT_EQ(resident_bytes(fd->get()).value_or(1), 0u);
}

}  // namespace
}  // namespace diobench
