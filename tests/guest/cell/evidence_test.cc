// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/evidence.h"

#include <cerrno>
#include <gtest/gtest.h>

#include "bench/common/base/units.h"
#include "bench/common/measure/metric_table.h"
#include "bench/guest/cell/ondemand_split.h"
#include "bench/guest/cell/verify.h"

using namespace diobench;

namespace {

Cell cell_of(IoMode io, CacheState state, std::string_view backend = kFscache) {
    Cell cell;
    cell.workload = "w";
    cell.layout = "flat";
    cell.device = "ram";
    cell.engine = "pread";
    cell.io = io;
    cell.cache_state = state;
    cell.backend = backend;
    cell.ops = 256;
    return cell;
}

/// A true direct, local read of 1 MiB; every test changes one thing.
CellEvidence direct_evidence() {
    CellEvidence e;
    e.measured.stats.ops = 256;
    e.measured.stats.bytes = kMiB;
    e.measured.stats.elapsed_ns = 2'000'000;
    for (int i = 0; i < 256; ++i) e.measured.stats.latency.record(8000);
    e.measured.unique_bytes = kMiB;
    e.measured.checked_reads = 8;
    e.measured.cpu_ns = 1'500'000;
    e.before.erofs_file_bytes = e.after.erofs_file_bytes = 0;
    e.before.backing_file_bytes = e.after.backing_file_bytes = 0;
    e.before.backing_reads = 10;
    e.after.backing_reads = 266;
    e.before.time_ns = 1'000'000;
    e.after.time_ns = 4'000'000;
    e.before.idle_ns = e.after.idle_ns = 0;
    e.before.guest_total_bytes = e.after.guest_total_bytes = 80 * kMiB;
    e.base_line_bytes = 79 * kMiB;
    return e;
}

CellEvidence buffered_evidence() {
    CellEvidence e = direct_evidence();
    e.after.erofs_file_bytes = 2 * kMiB;
    e.after.guest_total_bytes = 82 * kMiB;
    return e;
}

}  // namespace

TEST(Evidence, TrueDirectIsProvedByAnEmptyPageCacheAndBackingReads) {
    auto v = judge_cell(cell_of(IoMode::direct, CacheState::local), direct_evidence());
    EXPECT_EQ(v.observed_io, "direct");
    EXPECT_EQ(v.status, "ok");
    EXPECT_EQ(v.reason, "");
}

TEST(Evidence, MoreIdleTimeThanPassedIsNoCpuTime) {
    CellEvidence e = direct_evidence();
    e.after.idle_ns = 3'000'000;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::local), e).status, "ok");
    e.after.idle_ns = 3'000'001;
    auto v = judge_cell(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_EQ(v.status, "invalid");
    EXPECT_EQ(v.reason, "idle time went from 0 to 3000001 ns (/proc/timer_list) while 3000000 ns passed on 1 CPUs: no CPU time follows from that");
    e.before.idle_ns = e.after.idle_ns = std::nullopt;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::local), e).status, "ok") << "a kernel that does not say it";
}

TEST(Evidence, DirectServedFromThePageCacheIsObservedAsBuffered) {
    auto v = judge_cell(cell_of(IoMode::direct, CacheState::local), buffered_evidence());
    EXPECT_EQ(v.observed_io, "buffered");
    EXPECT_EQ(v.status, "ok");
}

TEST(Evidence, DirectThatLeavesSomePagesIsInvalid) {
    auto e = direct_evidence();
    e.after.erofs_file_bytes = 4096;
    auto v = judge_cell(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_EQ(v.observed_io, "mixed");
    EXPECT_EQ(v.status, "invalid");
}

TEST(Evidence, NoPagesAndNoBackingReadsProveNothing) {
    auto e = direct_evidence();
    e.after.backing_reads = e.before.backing_reads;
    auto v = judge_cell(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_EQ(v.observed_io, "mixed");
    EXPECT_EQ(v.status, "invalid");
}

TEST(Evidence, BufferedThatCachesNothingIsInvalid) {
    auto v = judge_cell(cell_of(IoMode::buffered, CacheState::local), direct_evidence());
    EXPECT_EQ(v.status, "invalid");
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::local), buffered_evidence()).status, "ok");
}

TEST(Evidence, RefusedOpenIsUnsupportedOtherErrorsFail) {
    auto e = direct_evidence();
    e.measured.open_errno = EINVAL;
    auto v = judge_cell(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_EQ(v.observed_io, "refused");
    EXPECT_EQ(v.status, "unsupported");
    EXPECT_FALSE(v.reason.empty());
    e.measured.open_errno = EIO;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::local), e).status, "failed");
    e.measured.open_errno = EINVAL;
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::local), e).status, "failed");
}

TEST(Evidence, WrongBytesErrorsAndUncheckedRunsHaveNoNumber) {
    auto cell = cell_of(IoMode::direct, CacheState::local);
    auto e = direct_evidence();
    e.measured.mismatch_offset_bytes = 4096;
    EXPECT_EQ(judge_cell(cell, e).status, "invalid");
    EXPECT_NE(judge_cell(cell, e).reason.find("4096"), std::string::npos);
    e = direct_evidence();
    e.measured.stats.errors = 1;
    EXPECT_EQ(judge_cell(cell, e).status, "invalid");
    e = direct_evidence();
    e.measured.checked_reads = 0;
    EXPECT_EQ(judge_cell(cell, e).status, "invalid");
    e = direct_evidence();
    e.after.daemon_errors = 1;
    EXPECT_EQ(judge_cell(cell, e).status, "invalid");
}

TEST(Evidence, TheDeclaredCacheStateMustHold) {
    auto e = direct_evidence();
    e.after.ondemand_reads = 1;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::local), e).status, "invalid");
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::remote), e).status, "ok");
    e.after.ondemand_reads = 0;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::remote), e).status, "invalid");
    auto b = buffered_evidence();
    b.before.erofs_file_bytes = 4096;
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::local), b).status, "invalid");
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::resident), b).status, "invalid");
    b.before.erofs_file_bytes = 2 * kMiB;
    b.after.backing_reads = b.before.backing_reads;
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::resident), b).status, "ok");
}

TEST(Evidence, DirectBesideAWarmPageCacheIsStillDirect) {
    auto e = direct_evidence();
    e.before.erofs_file_bytes = e.after.erofs_file_bytes = 32 * kMiB;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::resident), e).observed_io, "direct");
    e.after.backing_reads = e.before.backing_reads;
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::resident), e).observed_io, "buffered");
}

TEST(Evidence, RawIsJudgedByTheBackingFile) {
    auto cell = cell_of(IoMode::direct, CacheState::local, kRaw);
    auto e = direct_evidence();
    e.before.erofs_file_bytes = e.after.erofs_file_bytes = std::nullopt;
    e.after.backing_reads = e.before.backing_reads;
    EXPECT_EQ(judge_cell(cell, e).status, "ok");
    e.after.backing_file_bytes = 2 * kMiB;
    EXPECT_NE(judge_cell(cell, e).observed_io, "direct");
}

TEST(Metrics, CpuIsSplitAndSumsToTheBusyTime) {
    auto e = direct_evidence();
    e.after.idle_ns = 500'000;           // of 3,000,000: busy 2,500,000
    e.after.reader_cpu_ns = 1'600'000;
    e.after.daemon_cpu_ns = 200'000;
    e.after.init_cpu_ns = 100'000;
    auto m = cell_metrics(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_DOUBLE_EQ(m["cpu_ns_per_op"]["reader"], 1'500'000 / 256.0);
    EXPECT_DOUBLE_EQ(m["cpu_ns_per_op"]["daemon"], 200'000 / 256.0);
    EXPECT_DOUBLE_EQ(m["cpu_ns_per_op"]["kernel"], 600'000 / 256.0);
    EXPECT_DOUBLE_EQ(m["throughput_bytes_per_s"], kMiB / 0.002);
}

TEST(Metrics, WhatAKernelDoesNotSayOfIdleTimeIsNoCpuTime) {
    auto e = direct_evidence();
    e.after.idle_ns = std::nullopt;
    auto m = cell_metrics(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_DOUBLE_EQ(m["cpu_ns_per_op"]["reader"], 1'500'000 / 256.0);
    for (const char* unknown : {"kernel", "kernel_threads", "interrupts", "total"}) EXPECT_TRUE(m["cpu_ns_per_op"][unknown].is_null()) << unknown;
}

TEST(Metrics, WhatIsNotKnownIsNull) {
    auto e = buffered_evidence();
    e.before.backing_file_bytes = e.after.backing_file_bytes = std::nullopt;
    e.after.reclaimed_pages = 1;
    auto m = cell_metrics(cell_of(IoMode::buffered, CacheState::local), e);
    EXPECT_TRUE(m["page_cache_bytes"]["backing_file"]["after"].is_null());
    EXPECT_TRUE(m["page_cache_bytes"]["blob_metadata"]["after"].is_null());
    EXPECT_TRUE(m["page_cache_bytes"]["erofs_file"]["peak"].is_null()) << "pages were reclaimed: the peak is not known";
    EXPECT_TRUE(m["read_amplification"].is_null());
}

TEST(Metrics, BlobMetadataIsWhatTheRestDoesNotExplain) {
    auto m = cell_metrics(cell_of(IoMode::buffered, CacheState::local), buffered_evidence());
    EXPECT_EQ(m["page_cache_bytes"]["blob_metadata"]["after"], kMiB);  // 82 - 79 - 2
}

TEST(Metrics, EveryRowOfTheTableIsThere) {
    auto m = cell_metrics(cell_of(IoMode::direct, CacheState::remote), direct_evidence());
    for (const auto& metric : metric_table()) {
        if (metric.source != MetricSource::guest) continue;  // counted outside, by the plugin
        std::string pointer = "/" + std::string(metric.name);
        for (auto& c : pointer)
            if (c == '.') c = '/';
        EXPECT_TRUE(m.contains(nlohmann::json::json_pointer(pointer))) << metric.name;
    }
}

TEST(Evidence, AnOpenLoopThatFallsBehindIsInvalid) {
    auto cell = cell_of(IoMode::direct, CacheState::local);
    cell.arrival = Arrival::constant;
    auto e = direct_evidence();
    e.measured.offered_ns = 1'000'000;
    e.measured.stats.last_submit_ns = 1'020'000;
    EXPECT_EQ(judge_cell(cell, e).status, "ok");
    e.measured.stats.last_submit_ns = 1'040'000;
    EXPECT_EQ(judge_cell(cell, e).status, "invalid");
}

TEST(Evidence, PagesThatWereDroppedMeanwhileWereReadThroughThePageCache) {
    auto e = buffered_evidence();
    e.after.erofs_file_bytes = kMiB / 2;
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::local), e).status, "invalid");
    e.after.erofs_file_evicted_bytes = kMiB / 2;
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::local), e).status, "ok");
    e.after.erofs_file_evicted_bytes = 0;
    e.after.reclaimed_pages = 128;
    EXPECT_EQ(judge_cell(cell_of(IoMode::buffered, CacheState::local), e).status, "ok");
}

TEST(Evidence, AnEngineThatTheKernelRefusesIsUnsupported) {
    auto e = direct_evidence();
    e.measured.unsupported = "io_uring_queue_init iodepth 8: Function not implemented";
    EXPECT_EQ(judge_cell(cell_of(IoMode::direct, CacheState::local), e).status, "unsupported");
}

TEST(Metrics, AreaUnderTheCurveAndFairness) {
    auto e = direct_evidence();
    e.curve = {{0, 0, 0, 100}, {1'000'000'000, 4096, 0, 4196}, {3'000'000'000, 4096, 0, 4196}};
    e.measured.job_ops = {100, 100};
    e.measured.job_elapsed_ns = {1000, 3000};
    auto m = cell_metrics(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_DOUBLE_EQ(m["page_cache_byte_seconds"]["erofs_file"], 4096.0 * 2);
    EXPECT_DOUBLE_EQ(m["page_cache_byte_seconds"]["guest_total"], 4096.0 * 2);
    EXPECT_EQ(m["page_cache_bytes"]["erofs_file"]["peak"], 4096);
    EXPECT_NEAR(m["fairness"].get<double>(), 0.8, 1e-12) << "(1 + 1/3)^2 / (2 * (1 + 1/9))";
}

TEST(Metrics, ANeighbourIsToldInBytesAndNanoseconds) {
    auto e = direct_evidence();
    auto& n = e.neighbour.emplace();
    n.hot_set_bytes = kMiB;
    n.cached_before_bytes = kMiB;
    n.cached_after_bytes = kMiB / 4;
    n.alone.record(1000);
    n.beside.record(5000);
    auto m = cell_metrics(cell_of(IoMode::direct, CacheState::local), e);
    EXPECT_EQ(m["neighbour"]["evicted_bytes"], kMiB * 3 / 4);
    EXPECT_DOUBLE_EQ(m["neighbour"]["slowdown"], 5.0);
}

TEST(OnDemandSplit, AReadWaitedIfItsOwnBytesWereFetchedDuringIt) {
    const std::vector<Request> requests = {{0, 4096, 4096, 0}, {8192, 4096, 4096, 0}, {0, 4096, 4096, 0}};
    const std::vector<ReadSpan> spans = {{100, 300}, {100, 200}, {400, 410}};
    std::vector<FetchLog::Entry> fetches = {{120, 290, 1000 + 0, 4096}};
    auto split = split_on_demand(requests, spans, fetches, 1000, 2);
    ASSERT_TRUE(split);
    EXPECT_EQ(split->wait.count(), 1u);
    EXPECT_EQ(split->hit.count(), 2u);
    EXPECT_EQ(split->wait.max_ns(), 200u);
    EXPECT_FALSE(split_on_demand(requests, spans, fetches, std::nullopt, 2)) << "it cannot be told which";
    EXPECT_TRUE(split_on_demand(requests, spans, fetches, std::nullopt, 1));
}

TEST(Snapshot, TimerListValuesAreSummedOverCpus) {
    EXPECT_EQ(sum_of_values("  .idle_sleeptime : 12 nsecs\n  .iowait_sleeptime: 5 nsecs\ncpu: 1\n  .idle_sleeptime : 30 nsecs\n", ".idle_sleeptime"), 42u);
}

TEST(ReadPath, CellsDependOnTheVerificationOfTheirOwnPath) {
    EXPECT_EQ(path_of(cell_of(IoMode::direct, CacheState::local)), ReadPath::direct);
    Cell random = cell_of(IoMode::buffered, CacheState::local);
    random.pattern = Pattern::random;
    EXPECT_EQ(path_of(random), ReadPath::buffered_random);
}
