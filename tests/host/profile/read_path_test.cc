// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/profile/read_path.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/measure/metric_table.h"
#include "bench/host/profile/read_profiles.h"
#include "bench/host/profile/regions.h"

namespace diobench {
namespace {

TEST(ReadPath, IsToldByTheBeginningOfNames) {
    for (const char* ours : {"erofs_fscache_direct_read", "z_erofs_read_folio", "cachefiles_read", "fscache_end_operation", "__fscache_begin_read_operation", "netfs_read_folio", "erofs_map_dev [erofs]"})
        EXPECT_TRUE(is_read_path_function(ours)) << ours;
    for (const char* other : {"__rmqueue_pcplist", "xas_find_marked", "[user]", "ext4_file_read_iter", "erofsish", "__", ""}) EXPECT_FALSE(is_read_path_function(other)) << other;
}

TEST(ReadPath, CountsItsOwnInstructionsPerRead) {
    CellProfile profile;
    profile.user = {1000, 0, 0, 0};
    profile.functions = {{"erofs_map_blocks", {60, 1, 1, 4}}, {"cachefiles_read", {20, 1, 1, 4}}, {"kmalloc_noprof", {999, 1, 1, 4}}};
    EXPECT_EQ(read_path_instructions_per_op(profile), 0) << "no reads";
    profile.ops = 4;
    EXPECT_EQ(read_path_instructions_per_op(profile), 20);
}

/// A run of one kernel and one boot with two cells, one of which another program read.
Results counted_run() {
    Results results;
    KernelResult kernel;
    kernel.name = "dio";
    kernel.boots.emplace_back();
    kernel.boots.back().console = "logs/dio-ram.console.txt";
    results.kernels.push_back(kernel);
    for (const char* engine : {"fio:libaio", "pread"}) {
        CellResult cell;
        cell.kernel = "dio";
        cell.cell = std::string("rand-read/") + engine;
        cell.status = CellStatus::ok;
        cell.dimensions.engine = engine;
        cell.metrics = Metrics{{"ops", int64_t{2}}, {"seconds", 0.001}};
        results.cells.push_back(std::move(cell));
    }
    return results;
}

TEST(ReadPath, EveryCountedCellGetsTheMetric) {
    auto folder = TempDirectory::create(fs::temp_directory_path(), "read-path");
    ASSERT_TRUE(folder);
    Results results = counted_run();
    ASSERT_TRUE(make_directories(folder->path() / "dio"));
    const std::string region = fmt::format("region {:08x}\n30 1 1 2 erofs_map_blocks\n12 0 0 1 memcpy\ncopied 8192 4096\nend 2 42\n", profile_tag("rand-read/pread"));
    ASSERT_TRUE(write_file_atomic(folder->path() / "dio" / "ram.txt", region));
    const Status done = add_read_path_instructions(folder->path(), results);
    ASSERT_TRUE(done) << done.error().message();
    EXPECT_EQ(results.cells[0].metric(kReadPathInstructions), std::nullopt);
    EXPECT_EQ(results.cells[1].metric(kReadPathInstructions), 15);
    EXPECT_NE(find_metric(kReadPathInstructions), nullptr);

    results.kernels.front().status = KernelStatus::boot_failed;
    EXPECT_TRUE(add_read_path_instructions(folder->path() / "not-there", results)) << "a kernel that died has counted nothing";
    results.kernels.front().status = KernelStatus::ok;
    EXPECT_FALSE(add_read_path_instructions(folder->path() / "not-there", results)) << "one that lives has";
}

}  // namespace
}  // namespace diobench
