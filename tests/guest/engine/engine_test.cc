// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/engine.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/guest/engine/measure_cell.h"

using namespace diobench;

namespace {

constexpr uint64_t kFileBytes = 1 << 20;

class EngineTest : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        auto dir = TempDirectory::create(fs::temp_directory_path(), "diobench-engine");
        ASSERT_TRUE(dir);
        dir_.emplace(std::move(*dir));
        path_ = (dir_->path() / "data").string();
        std::string bytes(kFileBytes, '\0');
        for (uint64_t b = 0; b < kFileBytes / kBlockBytes; ++b)
            fill_block({1, 1}, b, std::span<std::byte, kBlockBytes>(reinterpret_cast<std::byte*>(bytes.data()) + b * kBlockBytes, kBlockBytes));
        ASSERT_TRUE(write_file_atomic(path_, bytes));
    }
    Cell cell(unsigned iodepth, Pattern pattern) const {
        Cell c;
        c.engine = GetParam();
        c.iodepth = iodepth;
        c.pattern = pattern;
        c.io = IoMode::buffered;
        c.ops = 200;
        if (!find_engine(GetParam()).value()->reads_file) c.backend = kNull;
        if (find_engine(GetParam()).value()->mapped) c.io = IoMode::mmap;
        return c;
    }
    ReadTarget target() const {
        if (!find_engine(GetParam()).value()->reads_file) return {};
        return {{{path_, 0, 0, TestFile{"data", 1, kFileBytes, {}}}}, 1, ""};
    }
    std::optional<TempDirectory> dir_;
    std::string path_;
};

std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const auto& engine : all_engines()) out.emplace_back(engine.name);
    return out;
}

}  // namespace

TEST(Engines, AreFoundByNameAndUnknownOnesAreAnsweredWithTheList) {
    for (const char* name : {"pread", "libaio", "io_uring", "null"}) EXPECT_TRUE(find_engine(name)) << name;
    auto bad = find_engine("psync");
    ASSERT_FALSE(bad);
    EXPECT_NE(bad.error().message().find("io_uring-vectored, libaio"), std::string::npos);
}

TEST_P(EngineTest, ReadsAllOfItAndKeepsSamplesThatAreRight) {
    auto info = find_engine(GetParam()).value();
    for (unsigned iodepth : {1u, 3u, 32u}) {
        if (iodepth > info->max_iodepth) continue;
        for (Pattern pattern : {Pattern::sequential, Pattern::random}) {
            auto m = measure_cell(cell(iodepth, pattern), target(), 1, {});
            ASSERT_TRUE(m) << m.error().message();
            EXPECT_EQ(m->stats.ops, 200u);
            EXPECT_EQ(m->stats.errors, 0u);
            EXPECT_EQ(m->stats.bytes, 200u * 4096);
            EXPECT_EQ(m->stats.latency.count(), 200u);
            EXPECT_GT(m->stats.elapsed_ns, 0u);
            EXPECT_EQ(m->checked_reads, info->reads_file ? std::max(iodepth, 8u) : 0u);
            EXPECT_EQ(m->mismatch_offset_bytes, std::nullopt);
        }
    }
}

TEST_P(EngineTest, WrongBytesAreSeen) {
    if (!find_engine(GetParam()).value()->reads_file) GTEST_SKIP() << "reads nothing";
    UniqueFd fd(::open(path_.c_str(), O_WRONLY));
    for (uint64_t at = 100; at < kFileBytes; at += 4096) ASSERT_EQ(::pwrite(fd.get(), "X", 1, static_cast<off_t>(at)), 1);
    auto m = measure_cell(cell(1, Pattern::sequential), target(), 1, {});
    ASSERT_TRUE(m);
    ASSERT_TRUE(m->mismatch_offset_bytes);
    EXPECT_EQ(*m->mismatch_offset_bytes % 4096, 100u);
}

TEST_P(EngineTest, ShortReadsAreErrors) {
    if (!find_engine(GetParam()).value()->reads_file) GTEST_SKIP() << "reads nothing";
    ReadTarget longer = target();
    if (find_engine(GetParam()).value()->mapped) GTEST_SKIP() << "a mapping ends where the file ends: SIGBUS";
    longer.files[0].size_bytes = 2 * kFileBytes;
    Cell c = cell(1, Pattern::sequential);
    c.ops = kFileBytes / 4096 + 5;
    auto m = measure_cell(c, longer, 1, {});
    ASSERT_TRUE(m);
    EXPECT_EQ(m->stats.errors, 5u);
}

TEST_P(EngineTest, FailedReadsAreErrorsWithTheirErrno) {
    if (!find_engine(GetParam()).value()->reads_file) GTEST_SKIP() << "reads nothing";
    if (find_engine(GetParam()).value()->mapped) GTEST_SKIP() << "a directory cannot be mapped";
    ReadTarget directory{{{dir_->path().string(), 0, kFileBytes, std::nullopt}}, 1, ""};
    auto m = measure_cell(cell(1, Pattern::sequential), directory, 1, {});
    ASSERT_TRUE(m) << m.error().message();
    EXPECT_EQ(m->stats.errors, 200u);
    EXPECT_NE(m->stats.first_errno, 0);
}

TEST_P(EngineTest, AFileThatCannotBeOpenedIsNotAnErrorOfTheEngine) {
    if (!find_engine(GetParam()).value()->reads_file) GTEST_SKIP() << "reads nothing";
    auto m = measure_cell(cell(1, Pattern::sequential), ReadTarget{{{path_ + ".none", 0, 0, std::nullopt}}, 1, ""}, 1, {});
    ASSERT_TRUE(m);
    EXPECT_EQ(m->open_errno, ENOENT);
}

TEST_P(EngineTest, AnswerSurvivesTheWayToInit) {
    auto m = measure_cell(cell(1, Pattern::sequential), target(), 1, {});
    ASSERT_TRUE(m);
    EXPECT_EQ(CellMeasurement::from_json(m->to_json()).value().to_json(), m->to_json());
}

TEST_P(EngineTest, AnOpenLoopKeepsItsTimes) {
    Cell c = cell(find_engine(GetParam()).value()->max_iodepth == 1 ? 1 : 16, Pattern::random);
    c.arrival = Arrival::constant;
    c.rate_iops = 10000;
    auto m = measure_cell(c, target(), 1, {});
    ASSERT_TRUE(m) << m.error().message();
    EXPECT_EQ(m->stats.ops, 200u);
    EXPECT_EQ(m->stats.service.count(), 200u);
    EXPECT_EQ(m->offered_ns, 199u * 100000);
    EXPECT_GE(m->stats.last_submit_ns, m->offered_ns);
    EXPECT_GE(m->stats.latency.sum_ns(), m->stats.service.sum_ns()) << "latency counts from when a read was due";
}

TEST_P(EngineTest, JobsShareTheReads) {
    Cell c = cell(1, Pattern::random);
    c.numjobs = 3;
    auto m = measure_cell(c, target(), 1, {});
    ASSERT_TRUE(m) << m.error().message();
    EXPECT_EQ(m->stats.ops, 200u);
    EXPECT_EQ(m->job_ops, (std::vector<uint64_t>{67, 67, 66}));
    EXPECT_EQ(m->stats.latency.count(), 200u);
}

TEST_P(EngineTest, ReplaysATrace) {
    if (!find_engine(GetParam()).value()->reads_file) GTEST_SKIP() << "reads nothing";
    ReadTarget traced = target();
    traced.trace = "# diobench-trace 1\n0 data 100 1000 buffered\n200 data 8192 4096 direct\n300 data 65536 70000 buffered\n";
    Cell c = cell(1, Pattern::trace);
    c.block_size_bytes = 0;
    c.trace = "t";
    c.ops = 3;
    auto m = measure_cell(c, traced, 1, {});
    ASSERT_TRUE(m) << m.error().message();
    EXPECT_EQ(m->stats.errors, 0u);
    EXPECT_EQ(m->stats.bytes, 1000u + 4096 + 70000);
    EXPECT_EQ(m->unique_bytes, 1000u + 4096 + 70000);
    EXPECT_EQ(m->checked_reads, 3u);
    EXPECT_EQ(m->mismatch_offset_bytes, std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(All, EngineTest, testing::ValuesIn(names()), [](const auto& param) {
    std::string name = param.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

namespace {

/// Page frames of a range, in its order; 0 where they are hidden.
std::vector<uint64_t> frames_of(const std::byte* data, size_t bytes) {
    std::vector<uint64_t> out(bytes / 4096);
    auto fd = UniqueFd::open("/proc/self/pagemap", O_RDONLY);
    EXPECT_TRUE(fd);
    const auto at = static_cast<off_t>(reinterpret_cast<uintptr_t>(data) / 4096 * sizeof(uint64_t));
    EXPECT_EQ(::pread(fd->get(), out.data(), out.size() * sizeof(uint64_t), at), static_cast<ssize_t>(out.size() * sizeof(uint64_t)));
    for (auto& frame : out) frame &= (uint64_t{1} << 55) - 1;
    return out;
}

TEST(AlignedBuffer, FragmentedPagesNeverFollowEachOther) {
    auto plain = AlignedBuffer::create(64 * 4096);
    ASSERT_TRUE(plain);
    if (frames_of(plain->data(), plain->size()).front() == 0) GTEST_SKIP() << "page frames are shown to root alone";
    auto buffer = AlignedBuffer::create(64 * 4096, PageOrder::fragmented);
    ASSERT_TRUE(buffer) << buffer.error().message();
    std::memset(buffer->data(), 7, buffer->size());
    const auto frames = frames_of(buffer->data(), buffer->size());
    for (size_t i = 1; i < frames.size(); ++i) EXPECT_NE(frames[i], frames[i - 1] + 1) << i;
    EXPECT_TRUE(AlignedBuffer::create(10000, PageOrder::fragmented));
}

}  // namespace
