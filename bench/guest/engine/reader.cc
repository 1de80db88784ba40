// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/reader.h"

#include <CLI/CLI.hpp>
#include <benchmark/benchmark.h>
#include <cstring>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"
#include "bench/guest/engine/measure_cell.h"

namespace diobench {

namespace {

struct ReaderOptions {
    std::string file;
    std::vector<std::string> patterns = {"read"};
    std::vector<std::string> block_sizes = {"4k"};
    std::vector<std::string> engines = {"pread"};
    std::vector<unsigned> iodepths = {1};
    std::vector<int> direct = {1};
    uint64_t number_ios = 1024;
    uint64_t seed = 1;
    bool noatime = false;
    // Inside a guest:
    int task_fd = -1;   ///< {"cell": ..., "target": ...}
    int sync_in = -1;
    int sync_out = -1;
    int result_fd = -1;
};

/// Tells the other side that we stand at a point, and waits until it says go.
Status meet(const ReaderOptions& options) {
    if (options.sync_in < 0) return {};
    char byte = '.';
    if (::write(options.sync_out, &byte, 1) != 1) return fail_errno("write", "sync pipe");
    if (::read(options.sync_in, &byte, 1) != 1) return fail_errno("read", "sync pipe");
    return {};
}

/// Runs one cell as one Google Benchmark iteration with manual time, and puts
/// what was measured into its counters.
void run_benchmark(benchmark::State& state, const Cell& cell, const ReadTarget& target, const ReaderOptions& options) {
    for (auto _ : state) {
        MeasureHooks hooks;
        hooks.before = hooks.after = [&] { return meet(options); };
        auto measured = measure_cell(cell, target, options.seed, hooks);
        if (!measured) {
            state.SkipWithError(measured.error().message().c_str());
            return;
        }
        if (options.result_fd >= 0)
            if (auto s = write_all(options.result_fd, measured->to_json().dump(), "result pipe"); !s) {
                state.SkipWithError(s.error().message().c_str());
                return;
            }
        if (!measured->unsupported.empty()) {
            state.SkipWithError(measured->unsupported.c_str());
            return;
        }
        if (measured->open_errno != 0) {
            state.SkipWithError(fmt::format("open: {}", std::strerror(measured->open_errno)).c_str());
            return;
        }
        const ReadStats& stats = measured->stats;
        if (stats.errors != 0) {
            state.SkipWithError(fmt::format("{} of {} reads failed or came back short{}{}", stats.errors, stats.ops,
                                            stats.first_errno != 0 ? ", the first with: " : "",
                                            stats.first_errno != 0 ? std::strerror(stats.first_errno) : "").c_str());
            return;
        }
        state.SetIterationTime(static_cast<double>(stats.elapsed_ns) / 1e9);
        auto per_op = [&](uint64_t value) { return static_cast<double>(value) / static_cast<double>(stats.ops); };
        state.SetBytesProcessed(static_cast<int64_t>(stats.bytes));
        state.SetItemsProcessed(static_cast<int64_t>(stats.ops));
        state.counters["lat_mean_ns"] = stats.latency.mean_ns();
        state.counters["lat_p50_ns"] = static_cast<double>(stats.latency.quantile_ns(0.5));
        state.counters["lat_p99_ns"] = static_cast<double>(stats.latency.quantile_ns(0.99));
        state.counters["lat_max_ns"] = static_cast<double>(stats.latency.max_ns());
        state.counters["cpu_ns_per_op"] = per_op(measured->cpu_ns);
        state.counters["csw_per_op"] = per_op(measured->context_switches);
    }
}

Result<std::vector<Cell>> cells_by_hand(const ReaderOptions& options) {
    std::vector<Cell> cells;
    for (const auto& engine : options.engines)
        for (const auto& pattern : options.patterns)
            for (const auto& size : options.block_sizes)
                for (unsigned iodepth : options.iodepths)
                    for (int direct : options.direct) {
                        auto info = find_engine(engine);
                        if (!info) return forward(info);
                        auto bytes = parse_size_bytes(size);
                        if (!bytes) return forward(bytes);
                        if (*bytes == 0 || *bytes > (1u << 30)) return fail("read --bs", size, "must be 1 to 1g");
                        if (pattern != "read" && pattern != "randread") return fail("read --rw", pattern, "known are read, randread");
                        Cell cell;
                        if (!(*info)->reads_file) cell.backend = kNull;
                        cell.engine = engine;
                        cell.pattern = pattern == "read" ? Pattern::sequential : Pattern::random;
                        cell.block_size_bytes = *bytes;
                        cell.iodepth = iodepth;
                        cell.io = (*info)->mapped ? IoMode::mmap : direct != 0 ? IoMode::direct : IoMode::buffered;
                        cell.ops = options.number_ios;
                        cells.push_back(cell);
                    }
    return cells;
}

std::string benchmark_name(const Cell& cell) {
    return fmt::format("{}/{}/{}/qd{}/{}", cell.engine, cell.pattern == Pattern::sequential ? "read" : "randread",
                       size_name(cell.block_size_bytes), cell.iodepth, name_of(cell.io));
}

/// Inside a guest nobody reads the table.
class SilentReporter : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override {
        for (const auto& run : runs)
            if (run.error_occurred) failed_ = run.error_message;
    }
    std::string failed_;
};

struct Task {
    Cell cell;
    ReadTarget target;
};

/// What the other side wrote into --task.
Result<Task> read_task(int fd) {
    auto text = read_file(fmt::format("/proc/self/fd/{}", fd));
    if (!text) return forward(text);
    auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object() || !json.contains("cell") || !json.contains("target")) return fail("read --task", "", "not a task");
    auto cell = Cell::from_json(json["cell"]);
    if (!cell) return forward(cell);
    auto target = ReadTarget::from_json(json["target"]);
    if (!target) return forward(target);
    return Task{std::move(*cell), std::move(*target)};
}

int run_guest_cell(const ReaderOptions& options, int argc, char** argv) {
    auto task = read_task(options.task_fd);
    if (!task) {
        fmt::print(stderr, "diobench-read: {}\n", task.error().message());
        return 2;
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RegisterBenchmark(benchmark_name(task->cell).c_str(), [&](benchmark::State& state) {
        run_benchmark(state, task->cell, task->target, options);
    })->UseManualTime()->Iterations(1);
    SilentReporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter);
    if (reporter.failed_.empty()) return 0;
    fmt::print(stderr, "diobench-read: {}\n", reporter.failed_);
    return 1;
}

}  // namespace

int reader_main(int argc, char** argv) {
    ReaderOptions options;
    CLI::App app("Reads a file and measures each read; a Google Benchmark program, one benchmark for each combination of the lists below.\n"
                 "Example: diobench-read --file /mnt/data.bin --bs 4k,128k --ioengine pread,io_uring --direct 0,1 --benchmark_format=json",
                 "diobench-read");
    app.allow_extras();
    std::string engines_help = "How to read:";
    for (const auto& engine : all_engines()) engines_help += fmt::format(" {} ({});", engine.name, engine.purpose);
    app.add_option("--file,--filename", options.file, "File to read");
    app.add_option("--rw", options.patterns, "read (ascending), randread (each block at most once)")->delimiter(',')->capture_default_str();
    app.add_option("--bs", options.block_sizes, "Bytes of one read: 4k, 128k, 1m")->delimiter(',')->capture_default_str();
    app.add_option("--ioengine", options.engines, engines_help)->delimiter(',')->capture_default_str();
    app.add_option("--iodepth", options.iodepths, "Reads in flight")->delimiter(',')->capture_default_str();
    app.add_option("--direct", options.direct, "1: O_DIRECT, 0: through the page cache")->delimiter(',')->capture_default_str();
    app.add_option("--noatime", options.noatime, "1: O_NOATIME, the kernel leaves the file's access time alone")->capture_default_str();
    app.add_option("--number_ios", options.number_ios, "Reads of one run")->capture_default_str();
    app.add_option("--randseed", options.seed, "Order of random offsets")->capture_default_str();
    app.add_option("--task", options.task_fd)->group("");
    app.add_option("--sync_in", options.sync_in)->group("");
    app.add_option("--sync_out", options.sync_out)->group("");
    app.add_option("--result", options.result_fd)->group("");
    app.footer("Google Benchmark's own flags work as everywhere: --benchmark_filter=REGEX, --benchmark_format=json,\n"
               "--benchmark_repetitions=N, --benchmark_out=FILE, --benchmark_list_tests.");
    CLI11_PARSE(app, argc, argv);

    std::vector<std::string> rest = app.remaining();
    std::vector<char*> rest_argv = {argv[0]};
    for (auto& argument : rest) rest_argv.push_back(argument.data());
    int rest_argc = static_cast<int>(rest_argv.size());
    rest_argv.push_back(nullptr);
    if (options.task_fd >= 0) return run_guest_cell(options, rest_argc, rest_argv.data());

    auto cells = cells_by_hand(options);
    if (!cells) {
        fmt::print(stderr, "diobench-read: {}\n", cells.error().message());
        return 2;
    }
    benchmark::Initialize(&rest_argc, rest_argv.data());
    if (benchmark::ReportUnrecognizedArguments(rest_argc, rest_argv.data())) return 2;
    ReadTarget target;
    target.noatime = options.noatime;
    if (!options.file.empty()) target.files.push_back({options.file, 0, 0, std::nullopt});
    for (const Cell& cell : *cells) {
        if (cell.backend != kNull && options.file.empty()) {
            fmt::print(stderr, "diobench-read: --file is missing: which file to read\n");
            return 2;
        }
        if (auto info = find_engine(cell.engine); info && cell.iodepth > (*info)->max_iodepth) continue;
        benchmark::RegisterBenchmark(benchmark_name(cell).c_str(), [cell, target, options](benchmark::State& state) {
            ReadTarget of_cell = cell.backend == kNull ? ReadTarget{} : target;
            run_benchmark(state, cell, of_cell, options);
        })->UseManualTime()->Iterations(1)->Unit(benchmark::kMicrosecond);
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace diobench
