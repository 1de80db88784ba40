// SPDX-License-Identifier: GPL-2.0-only
// A small run for tests: two arms, one device, every status a cell can have.
#pragma once

#include <fmt/format.h>

#include "bench/results/store/results.h"

namespace diobench {

/// Numbers of one cell: `ops` reads of 4 KiB in `seconds`, all of `latency_ns`.
struct SampleNumbers {
    int64_t ops = 512;
    double seconds = 0.01;
    uint64_t latency_ns = 20000;
    int64_t cache_growth_bytes = 0;
};

inline Metrics sample_metrics(const SampleNumbers& n, int64_t block_size_bytes) {
    auto latency = static_cast<int64_t>(n.latency_ns);
    return {{"ops", n.ops},
            {"bytes", n.ops * block_size_bytes},
            {"seconds", n.seconds},
            {"throughput_bytes_per_s", static_cast<double>(n.ops * block_size_bytes) / n.seconds},
            {"ops_per_s", static_cast<double>(n.ops) / n.seconds},
            {"latency_ns.min", latency},
            {"latency_ns.mean", static_cast<double>(latency)},
            {"latency_ns.p50", latency},
            {"latency_ns.p99", latency},
            {"latency_ns.max", latency},
            {"cpu_ns_per_op.total", 8000.5},
            {"page_cache_bytes.erofs_file.before", int64_t{0}},
            {"page_cache_bytes.erofs_file.after", n.cache_growth_bytes},
            {"page_cache_bytes.guest_total.before", int64_t{1048576}},
            {"page_cache_bytes.guest_total.after", int64_t{1048576} + n.cache_growth_bytes},
            {"errors", int64_t{0}}};
}

/// A cell of 4 KiB random reads without numbers; `status` decides the rest.
inline CellResult sample_cell(const std::string& kernel, const std::string& backend, const std::string& io) {
    CellResult cell;
    cell.kernel = kernel;
    cell.workload = "rand-4k";
    cell.cell = fmt::format("rand-4k/{}/flat/ram/local/{}/pread/qd1", backend, io);
    Dimensions& d = cell.dimensions;
    d.backend = backend;
    d.layout = "flat";
    d.device = "ram";
    d.cache_state = CacheState::local;
    d.io = parse_enum<IoMode>(io).value();
    d.pattern = Pattern::random;
    d.block_size_bytes = 4096;
    d.engine = "pread";
    d.iodepth = d.numjobs = 1;
    cell.declared_io = io;
    cell.reason = "the guest did not come back";
    return cell;
}

inline CellResult sample_ok_cell(const std::string& kernel, const std::string& backend, const std::string& io,
                                 const SampleNumbers& numbers) {
    CellResult cell = sample_cell(kernel, backend, io);
    cell.status = CellStatus::ok;
    cell.reason.clear();
    cell.observed_io = io == "direct" ? ObservedIo::direct : ObservedIo::buffered;
    cell.metrics = sample_metrics(numbers, static_cast<int64_t>(cell.dimensions.block_size_bytes));
    cell.histogram.emplace();
    for (int64_t i = 0; i < numbers.ops; ++i) cell.histogram->record(numbers.latency_ns);
    return cell;
}

inline KernelResult sample_kernel(const std::string& name) {
    KernelResult kernel;
    kernel.name = name;
    kernel.base_version = "6.12.117";
    kernel.series = {name};
    kernel.purpose = "an arm of the tests";
    kernel.patch_sha256 = std::string(64, 'a');
    kernel.config_sha256 = std::string(64, 'b');
    kernel.image_sha256 = std::string(64, 'c');
    kernel.size = {{2, 3, 120, 14, CheckpatchCounts{0, 1, 2}, ""}};
    kernel.build_seconds = 31.5;
    kernel.conformance = {{"verify/flat/ram/direct", ConformanceStatus::pass, false, "", 0.25, ""},
                          {"verify/sparse/ram/direct", ConformanceStatus::fail, true, "holes read as garbage", 0.5, ""}};
    kernel.boots = {{0, BootOutcome::ok, "ram", "logs/" + name + "-0.console.txt", 21.0, ""}};
    return kernel;
}

inline Results sample_results() {
    Results results;
    results.run.id = "20261122T211500-quick-exact-3f2a";
    results.run.started_at = "2026-11-22T21:15:00Z";
    results.run.elapsed_s = 81.25;
    results.run.suite = "quick";
    results.run.machine = "exact";
    results.run.accelerator = "tcg";
    results.run.seed = 1;
    results.run.clock = {"virtual", "1 guest instruction = 1 ns; idle time is skipped", true, ""};
    results.run.host = {"a processor", 2, 8589934592, "6.1.0", "Debian 12"};
    results.run.tool = {{"version", "0.1.0"}, {"git", "0123abc"}, {"qemu", "7.2.22"}};
    results.run.argv = {"diobench", "run"};
    results.run.command_lines = {{"kernel", "console=ttyS0"}};
    results.run.status = RunStatus::invalid;
    results.run.exit_code = 4;
    results.run.findings = {"dio: rand-4k failed"};
    results.kernels = {sample_kernel("fallback"), sample_kernel("dio")};
    results.cells = {sample_ok_cell("fallback", "fscache", "direct", {512, 0.02, 40000, 2097152}),
                     sample_ok_cell("fallback", "fscache", "buffered", {512, 0.02, 40001, 2097152}),
                     sample_ok_cell("fallback", "raw", "direct", {512, 0.005, 10000, 0}),
                     sample_ok_cell("dio", "fscache", "direct", {512, 0.01, 20000, 0}),
                     sample_cell("dio", "fscache", "buffered"),
                     sample_ok_cell("dio", "raw", "direct", {512, 0.005, 10000, 0})};
    return results;
}

}  // namespace diobench
