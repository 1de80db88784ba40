// SPDX-License-Identifier: GPL-2.0-only
// The shipped traces: they are what their scripts make, and have the shape they say.
#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <optional>

#include "bench/common/base/paths.h"
#include "bench/common/base/process.h"
#include "bench/common/trace/trace.h"

using namespace diobench;

namespace {

fs::path folder() { return project_root() / "workloads" / "traces"; }

/// The image layout `container`, as docs/traces.md promises it to traces.
std::optional<uint64_t> container_size(const std::string& file) {
    if (file == "data.bin") return (32U << 20) + 1234;
    for (uint64_t i = 0; i < 64; ++i)
        if (file == fmt::format("bin/{:03}", i)) return i * 7919 % 120000 + 5000;
    return std::nullopt;
}

class ContainerStart : public testing::Test {
protected:
    const fs::path path_ = folder() / "container-start.trace";
    const Trace trace_ = read_trace(path_).value();
};

TEST_F(ContainerStart, IsWhatItsScriptMakes) {
    auto made = run_checked({"/usr/bin/python3", (folder() / "make-container-start.py").string()});
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_TRUE(made->output == read_file(path_).value()) << "make it anew, and commit both";
}

TEST_F(ContainerStart, FitsTheLayoutContainer) {
    auto fits = check_trace_fits(trace_, path_.string(), container_size);
    EXPECT_TRUE(fits) << fits.error().message();
}

TEST_F(ContainerStart, IsASmallReadStormThenAStream) {
    const TraceSummary all = summarize_trace(trace_);
    EXPECT_NEAR(static_cast<double>(all.reads), 600, 50);
    EXPECT_NEAR(static_cast<double>(all.bytes) / (1 << 20), 24, 3);
    EXPECT_NEAR(static_cast<double>(trace_.files.size()), 61, 3);
    EXPECT_NEAR(static_cast<double>(all.direct_reads) / static_cast<double>(all.reads), 0.2, 0.05);
    const auto first_large = std::find_if(trace_.reads.begin(), trace_.reads.end(), [](const TraceRead& read) { return read.length_bytes > (68U << 10); });
    EXPECT_NEAR(static_cast<double>(first_large - trace_.reads.begin()), 560, 10);
    uint64_t expected_bytes = 0;
    for (auto read = first_large; read != trace_.reads.end(); ++read) {
        EXPECT_EQ(trace_.files[read->file], "data.bin");
        EXPECT_EQ(read->offset_bytes, expected_bytes);
        EXPECT_GE(read->length_bytes, 128U << 10);
        EXPECT_LE(read->length_bytes, 1U << 20);
        expected_bytes += read->length_bytes;
    }
}

TEST_F(ContainerStart, DirectReadsAreWholeBlocksAndBufferedOnesNotAlways) {
    size_t odd = 0;
    for (const auto& read : trace_.reads) {
        const bool aligned = read.offset_bytes % 4096 == 0 && read.length_bytes % 4096 == 0;
        EXPECT_TRUE(aligned || !read.direct) << read.offset_bytes << " " << read.length_bytes;
        odd += aligned ? 0 : 1;
    }
    EXPECT_GT(odd, 100U);
}

TEST(LazyImage, EachPieceIsReadAsOftenAndHasHolesBesideIt) {
    auto made = run_checked({"/usr/bin/python3", (folder() / "make-lazy-image.py").string(), "400"});
    ASSERT_TRUE(made) << made.error().message();
    const auto trace = parse_trace(made->output, "made");
    ASSERT_TRUE(trace) << trace.error().message();
    std::map<uint64_t, unsigned> times;
    for (const auto& read : trace->reads) ++times[read.offset_bytes / 4096];
    EXPECT_EQ(times.size(), 400U);
    for (const auto& [block, count] : times) {
        EXPECT_EQ(count, 3U);
        EXPECT_FALSE(times.contains(block + 1)) << block;
        EXPECT_LT(block, 8192U);
    }
}

}  // namespace
