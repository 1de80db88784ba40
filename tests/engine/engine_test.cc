// SPDX-License-Identifier: GPL-2.0-only
#include "bench/engine/engine.h"

#include <algorithm>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <map>
#include <unistd.h>

#include "bench/base/fd.h"
#include "bench/base/files.h"
#include "bench/engine/measure_cell.h"

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
        if (GetParam() == "null") c.backend = Backend::null;
        return c;
    }
    ReadTarget target() const { return {path_, 0, 0, FileContent{{1, 1}, kFileBytes, {}}}; }
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
    EXPECT_NE(bad.error().message().find("io_uring, libaio, null, pread"), std::string::npos);
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
    if (GetParam() == "null") GTEST_SKIP() << "reads nothing";
    UniqueFd fd(::open(path_.c_str(), O_WRONLY));
    for (uint64_t at = 100; at < kFileBytes; at += 4096) ASSERT_EQ(::pwrite(fd.get(), "X", 1, static_cast<off_t>(at)), 1);
    auto m = measure_cell(cell(1, Pattern::sequential), target(), 1, {});
    ASSERT_TRUE(m);
    ASSERT_TRUE(m->mismatch_offset_bytes);
    EXPECT_EQ(*m->mismatch_offset_bytes % 4096, 100u);
}

TEST_P(EngineTest, ShortReadsAreErrors) {
    if (GetParam() == "null") GTEST_SKIP() << "reads nothing";
    ReadTarget longer = target();
    longer.size_bytes = 2 * kFileBytes;
    Cell c = cell(1, Pattern::sequential);
    c.ops = kFileBytes / 4096 + 5;
    auto m = measure_cell(c, longer, 1, {});
    ASSERT_TRUE(m);
    EXPECT_EQ(m->stats.errors, 5u);
}

TEST_P(EngineTest, FailedReadsAreErrorsWithTheirErrno) {
    if (GetParam() == "null") GTEST_SKIP() << "reads nothing";
    ReadTarget directory{dir_->path().string(), 0, kFileBytes, std::nullopt};
    auto m = measure_cell(cell(1, Pattern::sequential), directory, 1, {});
    ASSERT_TRUE(m) << m.error().message();
    EXPECT_EQ(m->stats.errors, 200u);
    EXPECT_NE(m->stats.first_errno, 0);
}

TEST_P(EngineTest, AFileThatCannotBeOpenedIsNotAnErrorOfTheEngine) {
    if (GetParam() == "null") GTEST_SKIP() << "reads nothing";
    auto m = measure_cell(cell(1, Pattern::sequential), {path_ + ".none", 0, 0, std::nullopt}, 1, {});
    ASSERT_TRUE(m);
    EXPECT_EQ(m->open_errno, ENOENT);
}

TEST_P(EngineTest, AnswerSurvivesTheWayToInit) {
    auto m = measure_cell(cell(1, Pattern::sequential), target(), 1, {});
    ASSERT_TRUE(m);
    EXPECT_EQ(CellMeasurement::from_json(m->to_json()).value().to_json(), m->to_json());
}

INSTANTIATE_TEST_SUITE_P(All, EngineTest, testing::ValuesIn(names()), [](const auto& param) { return param.param; });
