// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/text.h"

#include <gtest/gtest.h>

#include "bench/common/base/files.h"
#include "bench/common/base/process.h"

using namespace diobench;

TEST(Text, SizesAreFiosPowersOf1024) {
    EXPECT_EQ(parse_size_bytes("4k").value(), 4096u);
    EXPECT_EQ(parse_size_bytes("128KiB").value(), 131072u);
    EXPECT_EQ(parse_size_bytes("1m").value(), 1048576u);
    EXPECT_EQ(parse_size_bytes("512").value(), 512u);
    EXPECT_FALSE(parse_size_bytes("4q"));
    EXPECT_FALSE(parse_size_bytes(""));
    EXPECT_FALSE(parse_size_bytes("-4k"));
    EXPECT_FALSE(parse_size_bytes("99999999999999999999g"));
    for (uint64_t bytes : {512ull, 4096ull, 131072ull, 1048576ull, 3ull << 30})
        EXPECT_EQ(parse_size_bytes(size_name(bytes)).value(), bytes);
}

TEST(Text, DurationsAreNanoseconds) {
    EXPECT_EQ(parse_duration_ns("80us").value(), 80000u);
    EXPECT_EQ(parse_duration_ns("0").value(), 0u);
    EXPECT_FALSE(parse_duration_ns("80"));
}

TEST(Text, Crc32cIsThatOfRfc3720) {
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
    EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
}

TEST(Process, LastLines) {
    EXPECT_EQ(last_lines("a\nb\nc\n", 2), "b\nc");
    EXPECT_EQ(last_lines("a", 5), "a");
    EXPECT_EQ(last_lines("", 5), "");
}

TEST(Process, OutputExitStatusInputAndTimeLimit) {
    auto r = run_command({"sh", "-c", "echo out; echo err >&2; exit 3"});
    ASSERT_TRUE(r);
    EXPECT_EQ(r->exit_status, 3);
    EXPECT_EQ(r->output, "out\nerr\n");
    EXPECT_FALSE(run_command({"/no/such/program"}));
    CommandOptions input;
    input.input = "hello";
    EXPECT_EQ(run_command({"cat"}, input).value().output, "hello");
    CommandOptions limit;
    limit.time_limit = std::chrono::milliseconds(100);
    EXPECT_TRUE(run_command({"sleep", "20"}, limit).value().timed_out);
}

TEST(Files, AtomicWriteReplacesWhole) {
    auto dir = TempDirectory::create(fs::temp_directory_path(), "diobench-test");
    ASSERT_TRUE(dir);
    auto path = dir->path() / "f";
    ASSERT_TRUE(write_file_atomic(path, "one"));
    ASSERT_TRUE(write_file_atomic(path, "two"));
    EXPECT_EQ(read_file(path).value(), "two");
    EXPECT_EQ(std::distance(fs::directory_iterator(dir->path()), {}), 1);
    EXPECT_FALSE(write_file_atomic(dir->path() / "none" / "f", "x"));
}
