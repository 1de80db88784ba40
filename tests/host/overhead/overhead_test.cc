// SPDX-License-Identifier: GPL-2.0-only
#include <cstdlib>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/common/base/files.h"
#include "bench/host/overhead/cached_file.h"
#include "bench/host/overhead/instructions.h"
#include "bench/host/overhead/overhead.h"
#include "bench/host/overhead/sides.h"

using namespace diobench;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

Overhead good() {
    Overhead out;
    out.measured_at = "2026-01-02T03:04:05Z";
    out.fio_version = "fio-3.33";
    out.valgrind_version = "valgrind-3.19.0";
    out.host_kernel = "6.1";
    out.file_bytes = 1 << 20;
    out.instructions = {{1, 100, 200}, {32, 99.5, 1000}};
    out.iops = {{1, {100, 300, 200}, {200, 100, 200}}};
    return out;
}

TempDirectory scratch() { return TempDirectory::create(fs::temp_directory_path(), "overhead-test-").value(); }

}  // namespace

TEST(OverheadSpread, MatchesNumpy) {
    // numpy.percentile([7, 1, 3, 10], [25, 50, 75]) = 2.5, 5.0, 7.75
    const Spread spread = spread_of({7, 1, 3, 10});
    EXPECT_DOUBLE_EQ(spread.low, 2.5);
    EXPECT_DOUBLE_EQ(spread.median, 5.0);
    EXPECT_DOUBLE_EQ(spread.high, 7.75);
    EXPECT_DOUBLE_EQ(spread_of({4}).median, 4);
    EXPECT_DOUBLE_EQ(spread_of({}).median, 0);
}

TEST(OverheadAims, HoldExactlyAtTheLimit) { EXPECT_THAT(good().missed_aims(), IsEmpty()); }

TEST(OverheadAims, SayWhichIsMissedWithItsFigures) {
    auto overhead = good();
    overhead.instructions[0].ours = 101;
    overhead.iops[0].ours = {199, 199, 300};
    const auto missed = overhead.missed_aims();
    ASSERT_EQ(missed.size(), 2u);
    EXPECT_THAT(missed[0], HasSubstr("iodepth 1 takes 101 instructions of ours and 200 of fio's; the aim is at most 100"));
    EXPECT_THAT(missed[1], HasSubstr("199 reads a second of ours and 200 of fio's"));
}

TEST(OverheadAims, DoNotHoldWithoutFigures) {
    EXPECT_EQ(Overhead{}.missed_aims().size(), 2u);
    auto overhead = good();
    overhead.iops[0].ours.clear();
    overhead.instructions[0].fio = 0;
    EXPECT_EQ(overhead.missed_aims().size(), 2u);
}

TEST(OverheadJson, SurvivesAndRefusesOtherVersions) {
    const auto json = good().to_json();
    auto again = Overhead::from_json(json);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->to_json(), json);
    auto other = json;
    other["schema_version"] = 99;
    EXPECT_THAT(Overhead::from_json(other).error().message(), HasSubstr("another version"));
    EXPECT_FALSE(Overhead::from_json(nlohmann::json()));
}

TEST(OverheadKept, ComesBackAndMayBeAbsent) {
    const auto directory = scratch();
    ::setenv("DIOBENCH_CACHE", directory.path().c_str(), 1);
    auto none = newest_overhead();
    ASSERT_TRUE(none) << none.error().message();
    EXPECT_FALSE(*none);
    ASSERT_TRUE(keep_overhead(good()));
    auto kept = newest_overhead();
    ASSERT_TRUE(kept && *kept);
    EXPECT_EQ((*kept)->to_json(), good().to_json());
    ASSERT_TRUE(write_file_atomic(directory.path() / "overhead.json", "{"));
    EXPECT_FALSE(newest_overhead());
    ::unsetenv("DIOBENCH_CACHE");
}

TEST(OverheadText, NamesBothSidesAndWhatWasMissed) {
    auto overhead = good();
    overhead.instructions[0].ours = 150;
    const auto text = overhead_text(overhead);
    EXPECT_THAT(text, HasSubstr("fio-3.33"));
    EXPECT_THAT(text, HasSubstr("MISSED"));
    EXPECT_THAT(text, HasSubstr("0.75"));
}

TEST(Callgrind, AddsThreadsOfOursAndTakesFiosBusiest) {
    const auto directory = scratch();
    ASSERT_TRUE(write_file_atomic(directory.path() / "totals-01", "events: Ir\nsummary: 10\ntotals: 10\n"));
    ASSERT_TRUE(write_file_atomic(directory.path() / "totals-02", "events: Ir\n\ntotals: 25\n"));
    ASSERT_TRUE(write_file_atomic(directory.path() / "totals", "version: 1\n"));
    EXPECT_EQ(callgrind_instructions(Side::ours, directory.path()).value(), 35u);
    EXPECT_EQ(callgrind_instructions(Side::fio, directory.path()).value(), 25u);
    ASSERT_TRUE(write_file_atomic(directory.path() / "totals-03", "totals: many\n"));
    EXPECT_THAT(callgrind_instructions(Side::ours, directory.path()).error().message(), HasSubstr("has no number"));
}

TEST(Callgrind, NoTotalsIsAnError) {
    const auto directory = scratch();
    EXPECT_FALSE(callgrind_instructions(Side::fio, directory.path()));
}

TEST(Sides, DoTheSameReads) {
    const Programs programs{"/r", "/f"};
    const SideLoad load{.ioengine = "io_uring", .iodepth = 32, .number_ios = 100, .file = "/data"};
    for (Side side : {Side::ours, Side::fio}) {
        const auto argv = command_of(side, programs, load, "/result");
        for (const char* option : {"--ioengine=io_uring", "--iodepth=32", "--bs=4096", "--number_ios=100", "--rw=randread", "--direct=0"})
            EXPECT_THAT(argv, testing::Contains(option));
    }
}

TEST(Sides, ReadWhatEachWrote) {
    const auto directory = scratch();
    const auto result = directory.path() / "result";
    const SideLoad load{.ioengine = "null", .number_ios = 100, .file = {}};
    ASSERT_TRUE(write_file_atomic(result, R"({"benchmarks": [{"name": "x", "items_per_second": 1234.5}]})"));
    EXPECT_DOUBLE_EQ(reads_per_s(Side::ours, load, result).value(), 1234.5);
    ASSERT_TRUE(write_file_atomic(result, R"({"benchmarks": [{"name": "x", "error_occurred": true, "error_message": "boom"}]})"));
    EXPECT_THAT(reads_per_s(Side::ours, load, result).error().message(), HasSubstr("boom"));
    ASSERT_TRUE(write_file_atomic(result, R"({"benchmarks": []})"));
    EXPECT_FALSE(reads_per_s(Side::ours, load, result));
    ASSERT_TRUE(write_file_atomic(result, "fio: note\n{\n\"jobs\": [{\"read\": {\"total_ios\": 100, \"iops\": 77.0}}]\n}\n"));
    EXPECT_DOUBLE_EQ(reads_per_s(Side::fio, load, result).value(), 77.0);
    ASSERT_TRUE(write_file_atomic(result, "{\n\"jobs\": [{\"read\": {\"total_ios\": 99, \"iops\": 77.0}}]\n}\n"));
    EXPECT_THAT(reads_per_s(Side::fio, load, result).error().message(), HasSubstr("99 reads instead of 100"));
}

TEST(CachedFile, IsThereWholeUntilItIsDropped) {
    const auto directory = scratch();
    const auto file = directory.path() / "cached";
    ASSERT_TRUE(make_cached_file(file, 3 << 20));
    EXPECT_EQ(fs::file_size(file), 3u << 20);
    EXPECT_DOUBLE_EQ(cached_share(file).value(), 1.0);
    EXPECT_FALSE(cached_share(directory.path() / "absent"));
}
