// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/google_benchmark.h"

#include <array>
#include <fmt/format.h>
#include <map>

#include "bench/common/base/json_text.h"
#include "bench/common/measure/metric_table.h"

namespace diobench {

namespace {

using Json = nlohmann::ordered_json;

/// Metrics that the format has a key of its own for.
struct OwnKey {
    std::string_view metric;
    std::string_view key;
};
constexpr std::string_view kRealTime = "latency_ns.mean";
constexpr std::string_view kCpuTime = "cpu_ns_per_op.total";
constexpr std::string_view kReaderCpuTime = "cpu_ns_per_op.reader";
constexpr std::array kCounters = {OwnKey{"throughput_bytes_per_s", "bytes_per_second"}, OwnKey{"ops_per_s", "items_per_second"}};

std::string counter_name(std::string_view metric) {
    for (const auto& own : kCounters)
        if (own.metric == metric) return std::string(own.key);
    return std::string(metric);
}

/// The library's AddCustomContext() adds texts, so these are.
Json context_of(const Results& results, std::string_view kernel) {
    const Run& run = results.run;
    Json out = {{"date", run.started_at}, {"executable", "diobench"}, {"num_cpus", run.host.cpus}, {"cpu", run.host.cpu},
                {"run_id", run.id}, {"suite", run.suite}, {"machine", run.machine}, {"seed", std::to_string(run.seed)},
                {"clock", run.clock.unit_is}, {"kernel", kernel}};
    if (const KernelResult* arm = results.find_kernel(kernel)) {
        out["base_version"] = arm->base_version;
        out["patch_sha256"] = arm->patch_sha256;
        out["image_sha256"] = arm->image_sha256;
    }
    return out;
}

/// Why a boot of a cell has no times; empty: it has.
std::string why_no_times(const CellResult& cell) {
    if (cell.status != CellStatus::ok) return fmt::format("{}: {}", status_name(cell.status), cell.reason);
    if (!cell.metric(kRealTime)) return fmt::format("{} is missing", kRealTime);
    if (!cell.metric(kCpuTime) && !cell.metric(kReaderCpuTime)) return fmt::format("{} is missing", kCpuTime);
    return {};
}

void add_times(const CellResult& cell, Json& out) {
    const auto ops = cell.metrics->find("ops");
    out["iterations"] = ops != cell.metrics->end() ? std::visit([](auto v) { return static_cast<int64_t>(v); }, ops->second) : 0;
    out["real_time"] = *cell.metric(kRealTime);
    out["cpu_time"] = cell.metric(kCpuTime) ? *cell.metric(kCpuTime) : *cell.metric(kReaderCpuTime);
    out["time_unit"] = "ns";
    for (const auto& metric : metric_table()) {
        const auto found = cell.metrics->find(metric.name);
        if (found == cell.metrics->end() || metric.name == kRealTime || metric.name == kCpuTime || metric.name == "ops") continue;
        std::visit([&](auto v) { out[counter_name(metric.name)] = v; }, found->second);
    }
}

void add_error(const std::string& why, Json& out) {
    out["error_occurred"] = true;
    out["error_message"] = why;
    out["iterations"] = 0;
    out["real_time"] = 0.0;
    out["cpu_time"] = 0.0;
    out["time_unit"] = "ns";
}

/// Where an entry stands: which cell of the kernel, which boot of how many.
struct Place {
    size_t family = 0;
    size_t repetition = 0;
    size_t repetitions = 1;
};

Json entry_of(const CellResult& cell, const Place& place) {
    Json out = {{"name", cell.cell}, {"family_index", place.family}, {"per_family_instance_index", 0}, {"run_name", cell.cell},
                {"run_type", "iteration"}, {"repetitions", place.repetitions}, {"repetition_index", place.repetition},
                {"threads", cell.dimensions.numjobs}};
    const std::string why = why_no_times(cell);
    if (why.empty()) add_times(cell, out);
    else add_error(why, out);
    return out;
}

/// Boots by cell, cells in the order of the run.
std::vector<std::vector<const CellResult*>> cells_of(const Results& results, std::string_view kernel) {
    std::vector<std::vector<const CellResult*>> out;
    std::map<std::string_view, size_t> place;
    for (const auto& cell : results.cells) {
        if (cell.kernel != kernel) continue;
        const auto [it, is_new] = place.try_emplace(cell.cell, out.size());
        if (is_new) out.emplace_back();
        out[it->second].push_back(&cell);
    }
    return out;
}

}  // namespace

Json google_benchmark_json(const Results& results, std::string_view kernel) {
    Json benchmarks = Json::array();
    const auto cells = cells_of(results, kernel);
    for (size_t family = 0; family < cells.size(); ++family)
        for (size_t boot = 0; boot < cells[family].size(); ++boot) benchmarks.push_back(entry_of(*cells[family][boot], {family, boot, cells[family].size()}));
    return {{"context", context_of(results, kernel)}, {"benchmarks", std::move(benchmarks)}};
}

Result<std::vector<fs::path>> write_google_benchmark(const fs::path& directory, const Results& results) {
    if (results.cells.empty())
        return fail("write Google Benchmark's JSON of run", results.run.id, "it measured no cell: take a run of `diobench run`");
    if (auto s = make_directories(directory); !s) return forward(s);
    std::vector<fs::path> out;
    for (const auto& kernel : results.kernels) {
        const Json json = google_benchmark_json(results, kernel.name);
        if (json.at("benchmarks").empty()) continue;
        out.push_back(directory / fmt::format("benchmark-{}.json", kernel.name));
        if (auto s = write_file_atomic(out.back(), json_text(json) + "\n"); !s) return forward(s);
    }
    return out;
}

}  // namespace diobench
