// SPDX-License-Identifier: GPL-2.0-only
#include <cstdlib>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/files.h"
#include "bench/host/overhead/cached_file.h"
#include "bench/host/overhead/instructions.h"
#include "bench/host/overhead/overhead.h"
#include "bench/host/overhead/sides.h"
#include "bench/host/overhead/t_io_uring.h"

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
    out.t_io_uring = {{128, {900, 800, 950}, {1000, 1000}}};
    return out;
}

/// As fio 3.33 prints it at iodepth 32.
std::string t_io_uring_output(const std::string& rate) {
    return "submitter=0, tid=4711, file=/tmp/overhead-1/cached, node=-1\npolled=0, fixedbufs=1/0, register_files=1, buffered=1, QD=32\n"
           "Engine=io_uring, sq_ring=32, cq_ring=32\n" + rate + "\nExiting on timeout\nMaximum IOPS=98765\n";
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
    overhead.t_io_uring[0].ours = {899};
    const auto missed = overhead.missed_aims();
    ASSERT_EQ(missed.size(), 3u);
    EXPECT_THAT(missed[0], HasSubstr("iodepth 1 takes 101 instructions of ours and 200 of fio's; the aim is at most 100"));
    EXPECT_THAT(missed[1], HasSubstr("199 reads a second of ours and 200 of fio's"));
    EXPECT_THAT(missed[2], HasSubstr("iodepth 128 makes 899 reads a second of ours and 1000 of t/io_uring's (medians); the aim is at least 900"));
}

TEST(OverheadAims, DoNotHoldWithoutFigures) {
    EXPECT_EQ(Overhead{}.missed_aims().size(), 3u);
    auto overhead = good();
    overhead.iops[0].ours.clear();
    overhead.t_io_uring[0].theirs.clear();
    overhead.instructions[0].fio = 0;
    EXPECT_EQ(overhead.missed_aims().size(), 3u);
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

TEST(OverheadJson, SaysWhichFeaturesBothHadOn) {
    const auto json = good().to_json().at("t_io_uring");
    EXPECT_EQ(json.at("engine"), "io_uring-registered");
    EXPECT_EQ(json.at("aim_ratio"), 0.9);
    EXPECT_THAT(json.at("features"), testing::Contains(nlohmann::json({{"name", "registered files"}, {"on", true}, {"option", "-F1"}})));
    EXPECT_THAT(json.at("features"), testing::Contains(nlohmann::json({{"name", "O_DIRECT"}, {"on", false}, {"option", "-O0"}})));
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
    // What another version measured has not what this one asks for.
    ASSERT_TRUE(write_file_atomic(directory.path() / "overhead.json", R"({"schema_version": 1})"));
    auto other = newest_overhead();
    ASSERT_TRUE(other) << other.error().message();
    EXPECT_FALSE(*other);
    ASSERT_TRUE(write_file_atomic(directory.path() / "overhead.json", "{"));
    EXPECT_FALSE(newest_overhead());
    ::unsetenv("DIOBENCH_CACHE");
}

TEST(OverheadText, NamesAllSidesAndWhatWasMissed) {
    auto overhead = good();
    overhead.instructions[0].ours = 150;
    const auto text = overhead_text(overhead);
    EXPECT_THAT(text, HasSubstr("fio-3.33"));
    EXPECT_THAT(text, HasSubstr("t/io_uring"));
    EXPECT_THAT(text, HasSubstr("both: registered files, registered buffers, registered ring, O_NOATIME; neither: random offsets, O_DIRECT, polled completions"));
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
    const Programs programs{"/r", "/f", "/t"};
    const SideLoad load{.ioengine = "io_uring", .iodepth = 32, .number_ios = 100, .file = "/data"};
    for (Side side : {Side::ours, Side::fio}) {
        const auto argv = command_of(side, programs, load, "/result");
        for (const char* option : {"--ioengine=io_uring", "--iodepth=32", "--bs=4096", "--number_ios=100", "--rw=randread", "--direct=0"})
            EXPECT_THAT(argv, testing::Contains(option));
    }
}

TEST(Sides, TIoUringHasTheFeaturesThatOursHas) {
    const SideLoad load{.rw = "read", .noatime = true, .ioengine = std::string(kSameFeaturesEngine), .iodepth = 32, .file = "/data"};
    const auto argv = command_of(Side::t_io_uring, {"/r", "/f", "/t"}, load, "/result");
    EXPECT_EQ(argv.front(), "/t");
    EXPECT_EQ(argv.back(), "/data");
    for (const char* option : {"-n1", "-b4096", "-d32", "-s32", "-c1", "-R0", "-F1", "-B1", "-X1", "-O0", "-p0"}) EXPECT_THAT(argv, testing::Contains(option));
    EXPECT_THAT(command_of(Side::ours, {"/r", "/f", "/t"}, load, "/result"), testing::IsSupersetOf({"--rw=read", "--noatime=1", "--ioengine=io_uring-registered", "--iodepth=32"}));
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

TEST(Sides, OneThatWritesNothingHasNoResultOfAnother) {
    const auto directory = scratch();
    const SideLoad load{.ioengine = "null", .number_ios = 100, .file = {}};
    EXPECT_THAT(run_side(Side::fio, {"/r", "/bin/true", "/t"}, load, directory.path(), std::chrono::seconds(10)).error().message(), HasSubstr("wrote no result: is it fio?"));
    ASSERT_TRUE(write_file_atomic(directory.path() / "result", "{\n\"a\": 1\n}\n"));
    EXPECT_THAT(reads_per_s(Side::fio, load, directory.path() / "result").error().message(), HasSubstr("no result of fio's"));
}

TEST(TIoUring, RatesAreReadWithTheirUnits) {
    EXPECT_DOUBLE_EQ(t_io_uring_reads_per_s(t_io_uring_output("IOPS=98765, BW=385MiB/s, IOS/call=1/1"), 32).value(), 98765);
    EXPECT_DOUBLE_EQ(t_io_uring_reads_per_s(t_io_uring_output("IOPS=412.51K, BW=1611MiB/s, IOS/call=32/31"), 32).value(), 412'510);
    EXPECT_DOUBLE_EQ(t_io_uring_reads_per_s(t_io_uring_output("IOPS=1.27M, BW=4.96GiB/s, IOS/call=32/32"), 32).value(), 1'270'000);
}

TEST(TIoUring, WhatIsNotUnderstoodIsAnErrorThatQuotesIt) {
    const std::string rate = "IOPS=98765, BW=385MiB/s, IOS/call=1/1";
    // Another iodepth than it was told, a complaint, a rate that is missing, nothing at all, more than it says.
    EXPECT_THAT(t_io_uring_reads_per_s(t_io_uring_output(rate), 1).error().message(), HasSubstr("line 2"));
    EXPECT_THAT(t_io_uring_reads_per_s(t_io_uring_output("io: unexpected ret=-5"), 32).error().message(), HasSubstr("io: unexpected ret=-5"));
    EXPECT_THAT(t_io_uring_reads_per_s(t_io_uring_output("IOPS=1.2G, BW=385MiB/s, IOS/call=1/1"), 32).error().message(), HasSubstr("line 4"));
    EXPECT_THAT(t_io_uring_reads_per_s(t_io_uring_output(rate + "\n" + rate), 32).error().message(), HasSubstr("line 5"));
    EXPECT_THAT(t_io_uring_reads_per_s("open: Permission denied\n", 32).error().message(), HasSubstr("Permission denied"));
    EXPECT_FALSE(t_io_uring_reads_per_s("", 32));
    EXPECT_THAT(t_io_uring_reads_per_s(t_io_uring_output(rate) + "more\n", 32).error().message(), HasSubstr("\"more\" instead of none"));
}

TEST(CachedFile, StaysThoughItIsDropped) {
    const auto fetched_blocks = [] {
        rusage usage{};
        EXPECT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
        return usage.ru_inblock;
    };
    const auto directory = scratch();
    auto file = CachedFile::make(directory.path() / "cached", 3 << 20);
    ASSERT_TRUE(file);
    EXPECT_EQ(fs::file_size(file->path()), 3u << 20);
    EXPECT_EQ(file->bytes(), 3u << 20);
    auto fd = UniqueFd::open(file->path().string(), O_RDONLY);
    ASSERT_TRUE(fd);
    ASSERT_EQ(::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_DONTNEED), 0);
    const auto before = fetched_blocks();
    std::string data(3 << 20, '\0');
    ASSERT_EQ(::pread(fd->get(), data.data(), data.size(), 0), 3 << 20);
    EXPECT_EQ(fetched_blocks(), before);
    EXPECT_EQ(data, std::string(3 << 20, 'd'));
    EXPECT_FALSE(CachedFile::make(directory.path() / "absent" / "cached", 1 << 20));
}
