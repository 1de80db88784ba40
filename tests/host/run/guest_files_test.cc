// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/run/guest_files.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <set>

#include "bench/common/base/files.h"
#include "bench/common/base/paths.h"
#include "bench/host/machine/probe.h"

namespace diobench {
namespace {

TEST(ConstantInitramfs, StaysWhileItIsHeldHoweverManyFollow) {
    auto cache = TempDirectory::create(fs::temp_directory_path(), "cache");
    ASSERT_TRUE(cache);
    ::setenv("DIOBENCH_CACHE", cache->path().c_str(), 1);
    const fs::path holder = cache_root() / "holder";
    ASSERT_TRUE(make_directories(holder));
    // What is in it does not matter here, and it may not be built yet.
    const fs::path program = installed_guest_program();
    const bool there = fs::exists(program);
    if (!there) ASSERT_TRUE(write_file_atomic(program, "a program"));
    std::set<fs::path> held;
    for (int i = 0; i < 7; ++i) {
        const fs::path image = cache->path() / "image";
        ASSERT_TRUE(write_file_atomic(image, "content " + std::to_string(i)));
        auto made = constant_initramfs({{"images/a.erofs", image, false}}, holder);
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_TRUE(held.insert(*made).second) << "other content, the same name";
        EXPECT_EQ(constant_initramfs({{"images/a.erofs", image, false}}, holder), *made);
    }
    for (const auto& path : held) EXPECT_TRUE(fs::exists(path)) << path;
    size_t cached = 0;
    for (const auto& entry : fs::directory_iterator(cache_root() / "initramfs")) cached += entry.path().extension() == ".cpio" ? 1 : 0;
    EXPECT_LT(cached, held.size()) << "the cache forgets none";
    if (!there) fs::remove(program);
    ::unsetenv("DIOBENCH_CACHE");
}

}  // namespace
}  // namespace diobench
