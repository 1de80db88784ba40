// SPDX-License-Identifier: GPL-2.0-only
#include "bench/export/prometheus.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <iomanip>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <set>
#include <sstream>

#include "bench/base/text.h"
#include "bench/store/cells.h"

namespace diobench {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kNsPerSecond = 1e9;

/// What a unit of the metric table becomes.
struct BaseUnit {
    std::string_view unit;    ///< in the table
    std::string_view spelled; ///< how it is spelled inside the metric's name
    std::string_view suffix;  ///< of the Prometheus name; empty for plain counts
    double divisor;
};
constexpr std::array kBaseUnits = {
    BaseUnit{"ns", "ns", "seconds", kNsPerSecond},
    BaseUnit{"s", "seconds", "seconds", 1},
    BaseUnit{"bytes", "bytes", "bytes", 1},
    BaseUnit{"bytes_per_s", "bytes_per_s", "bytes_per_second", 1},
    BaseUnit{"byte_seconds", "byte_seconds", "byte_seconds", 1},
    BaseUnit{"ops", "ops", "ops", 1},
    BaseUnit{"ops_per_s", "ops_per_s", "ops_per_second", 1},
    BaseUnit{"ratio", "ratio", "ratio", 1},
    BaseUnit{"count", "", "", 1},
};

const BaseUnit& base_unit(std::string_view unit) {
    for (const auto& known : kBaseUnits)
        if (known.unit == unit) return known;
    return kBaseUnits.back();
}

ClientMetric sample(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
}

MetricFamily family(std::string name, std::string_view help, MetricType type = MetricType::Gauge) {
    MetricFamily out;
    out.name = std::move(name);
    out.help = help;
    out.type = type;
    return out;
}

/// Few values each: what a cell is, and nothing that changes from run to run.
Labels cell_labels(const Run& run, const CellResult& cell) {
    const Dimensions& d = cell.dimensions;
    return {{"kernel", cell.kernel},       {"workload", cell.workload}, {"backend", d.backend},
            {"layout", d.layout},          {"device", d.device},        {"cache_state", d.cache_state},
            {"io", d.io},                  {"pattern", d.pattern},      {"block_size", size_name(static_cast<uint64_t>(d.block_size_bytes))},
            {"engine", d.engine},          {"iodepth", std::to_string(d.iodepth)},
            {"numjobs", std::to_string(d.numjobs)}, {"variant", variant_of(d)}, {"machine", run.machine}};
}

Labels with(Labels labels, std::string name, std::string_view value) {
    labels.push_back({std::move(name), std::string(value)});
    return labels;
}

/// When it started, as seconds since 1970; nullopt if the text is no time.
std::optional<double> unix_seconds(const std::string& iso8601) {
    std::tm tm{};
    std::istringstream in(iso8601);
    in >> std::get_time(&tm, "%Y-%m-%dT%H:%M:%SZ");
    if (in.fail()) return std::nullopt;
    return static_cast<double>(timegm(&tm));
}

void add_run(const Run& run, std::vector<MetricFamily>& out) {
    auto of = [](const std::map<std::string, std::string>& map, const char* key) {
        auto it = map.find(key);
        return it == map.end() ? std::string() : it->second;
    };
    Labels machine = {{"suite", run.suite}, {"machine", run.machine}};
    auto info = family("diobench_run_info", "The last run: what made it and where; always 1.");
    info.metric.push_back(sample({{"run_id", run.id}, {"suite", run.suite}, {"machine", run.machine}, {"accelerator", run.accelerator},
                                  {"clock", run.clock.kind}, {"seed", std::to_string(run.seed)}, {"status", std::string(status_name(run.status))},
                                  {"version", of(run.tool, "version")}, {"git", of(run.tool, "git")}, {"qemu", of(run.tool, "qemu")},
                                  {"host_kernel", run.host.kernel}}, 1));
    out.push_back(std::move(info));
    auto exit_code = family("diobench_run_exit_code", "How the run ended: 0 ok, 1 failed check, 2 usage, 3 inconclusive, 4 invalid.");
    exit_code.metric.push_back(sample(machine, run.exit_code));
    out.push_back(std::move(exit_code));
    auto findings = family("diobench_run_findings", "Things that went wrong in the run.");
    findings.metric.push_back(sample(machine, static_cast<double>(run.findings.size())));
    out.push_back(std::move(findings));
    auto elapsed = family("diobench_run_elapsed_seconds", "How long the run took by the clock on the wall.");
    elapsed.metric.push_back(sample(machine, run.elapsed_s));
    out.push_back(std::move(elapsed));
    if (auto started = unix_seconds(run.started_at)) {
        auto time = family("diobench_run_started_timestamp_seconds", "When the run started, in seconds since 1970.");
        time.metric.push_back(sample(machine, *started));
        out.push_back(std::move(time));
    }
}

void add_kernels(const Results& results, std::vector<MetricFamily>& out) {
    auto info = family("diobench_kernel_info", "The kernels of the run and their hashes; always 1.");
    auto status = family("diobench_kernel_status", "The status of each kernel is the label; always 1.");
    for (const auto& kernel : results.kernels) {
        info.metric.push_back(sample({{"kernel", kernel.name}, {"base_version", kernel.base_version}, {"patch_sha256", kernel.patch_sha256},
                                      {"config_sha256", kernel.config_sha256}, {"image_sha256", kernel.image_sha256}}, 1));
        status.metric.push_back(sample({{"kernel", kernel.name}, {"status", std::string(status_name(kernel.status))}}, 1));
    }
    out.push_back(std::move(info));
    out.push_back(std::move(status));
}

void add_cell_status(const Run& run, const std::vector<CellResult>& cells, std::vector<MetricFamily>& out) {
    auto status = family("diobench_cell_status", "The status of each cell is the label (ok, unsupported, invalid, failed); always 1.");
    auto known = family("diobench_cell_known_failure", "1 if the series lists what is wrong with this cell as known.");
    for (const auto& cell : cells) {
        status.metric.push_back(sample(with(cell_labels(run, cell), "status", status_name(cell.status)), 1));
        if (cell.status == CellStatus::invalid || cell.status == CellStatus::failed)
            known.metric.push_back(sample(cell_labels(run, cell), cell.known ? 1 : 0));
    }
    out.push_back(std::move(status));
    out.push_back(std::move(known));
}

void add_metrics(const Run& run, const std::vector<CellResult>& cells, std::vector<MetricFamily>& out) {
    for (const auto& metric : metric_table()) {
        auto gauges = family(prometheus_name(metric), metric.help);
        for (const auto& cell : cells)
            if (auto value = cell.metric(metric.name))
                gauges.metric.push_back(sample(cell_labels(run, cell), prometheus_value(metric, *value)));
        out.push_back(std::move(gauges));
    }
}

ClientMetric histogram_sample(Labels labels, const Histogram& histogram) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.histogram.sample_count = histogram.count();
    metric.histogram.sample_sum = static_cast<double>(histogram.sum_ns()) / kNsPerSecond;
    auto counts = rebin(histogram);
    for (size_t i = 0; i < counts.size(); ++i)
        metric.histogram.bucket.push_back({counts[i], static_cast<double>(kLatencyBounds_ns[i]) / kNsPerSecond});
    return metric;
}

void add_latency(const Run& run, const std::vector<CellResult>& cells, std::vector<MetricFamily>& out) {
    auto latency = family("diobench_latency_seconds", "Latency of the reads of a cell, from submission to completion as seen by the reader.",
                          MetricType::Histogram);
    for (const auto& cell : cells)
        if (cell.histogram) latency.metric.push_back(histogram_sample(cell_labels(run, cell), *cell.histogram));
    out.push_back(std::move(latency));
}

/// Prometheus would take the last of two samples of one series without a word.
Status check_distinct(const Run& run, const std::vector<CellResult>& cells) {
    std::set<Labels> seen;
    for (const auto& cell : cells)
        if (!seen.insert(cell_labels(run, cell)).second)
            return fail("export to Prometheus", cell.cell, "another cell of this kernel has the same dimensions", ExitCode::invalid);
    return {};
}

}  // namespace

std::array<uint64_t, kLatencyBounds_ns.size()> rebin(const Histogram& histogram) {
    std::array<uint64_t, kLatencyBounds_ns.size()> counts{};
    uint64_t seen = 0;
    uint32_t index = 0;
    for (size_t i = 0; i < kLatencyBounds_ns.size(); ++i) {
        for (uint32_t end = Histogram::index_of(kLatencyBounds_ns[i] + 1); index < end; ++index) seen += histogram.bucket_count(index);
        counts[i] = seen;
    }
    return counts;
}

std::string prometheus_name(const Metric& metric) {
    const BaseUnit& unit = base_unit(metric.unit);
    std::string name = fmt::format("_{}_", metric.name);
    std::replace(name.begin(), name.end(), '.', '_');
    if (std::string inside = fmt::format("_{}_", unit.spelled); !unit.spelled.empty())
        if (size_t at = name.find(inside); at != std::string::npos) name.replace(at, inside.size(), "_");
    name = "diobench" + name;
    return unit.suffix.empty() ? name.substr(0, name.size() - 1) : name + std::string(unit.suffix);
}

double prometheus_value(const Metric& metric, double value) { return value / base_unit(metric.unit).divisor; }

Result<std::string> prometheus_text(const Results& results) {
    auto cells = collapse_boots(results.cells);
    if (auto s = check_distinct(results.run, cells); !s) return forward(s);
    std::vector<MetricFamily> families;
    add_run(results.run, families);
    add_kernels(results, families);
    add_cell_status(results.run, cells, families);
    add_metrics(results.run, cells, families);
    add_latency(results.run, cells, families);
    std::erase_if(families, [](const MetricFamily& f) { return f.metric.empty(); });
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return out.str();
}

Status write_prometheus(const fs::path& file, const Results& results) {
    auto text = prometheus_text(results);
    if (!text) return forward(text);
    return write_file_atomic(file, *text);
}

}  // namespace diobench
