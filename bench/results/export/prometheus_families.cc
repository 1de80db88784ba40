// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/export/prometheus_families.h"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <map>
#include <prometheus/text_serializer.h>
#include <set>
#include <sstream>

#include "bench/results/export/prometheus.h"
#include "bench/results/store/cells.h"

namespace diobench {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Cells = std::vector<CellResult>;

/// Few values each: what a cell is, and nothing that changes from run to run.
Labels cell_labels(const Run& run, const CellResult& cell) {
    Labels out = {{"kernel", cell.kernel}, {"workload", cell.workload}};
    for (const auto& row : dimension_table())
        if (!row.label.empty()) out.push_back({std::string(row.label), value_text(cell.dimensions, row)});
    out.insert(out.end(), {{"variant", variant_of(cell.dimensions)}, {"machine", run.machine}, {"suite", run.suite}});
    return out;
}

Labels kernel_labels(const Run& run, const std::string& kernel) { return {{"kernel", kernel}, {"suite", run.suite}, {"machine", run.machine}}; }

Labels with(Labels labels, std::string name, std::string_view value) {
    labels.push_back({std::move(name), std::string(value)});
    return labels;
}

void add_gauge(Families& out, std::string name, std::string_view help, Labels labels, double value) {
    out.push_back(metric_family(std::move(name), help));
    out.back().metric.push_back(gauge_sample(std::move(labels), value));
}

void add_run(const Run& run, Families& out) {
    auto tool = [&](const char* key) {
        auto it = run.tool.find(key);
        return it == run.tool.end() ? std::string() : it->second;
    };
    const Labels labels = {{"suite", run.suite}, {"machine", run.machine}};
    add_gauge(out, "diobench_run_info", "The last run: what made it and where; always 1.",
              {{"run_id", run.id}, {"suite", run.suite}, {"machine", run.machine}, {"accelerator", run.accelerator},
               {"clock", run.clock.kind}, {"seed", std::to_string(run.seed)}, {"status", std::string(status_name(run.status))},
               {"version", tool("version")}, {"git", tool("git")}, {"qemu", tool("qemu")}, {"host_kernel", run.host.kernel}}, 1);
    add_gauge(out, "diobench_run_exit_code", "How the run ended: 0 ok, 1 failed check, 2 usage, 3 inconclusive, 4 invalid.", labels, run.exit_code);
    add_gauge(out, "diobench_run_findings", "Things that went wrong in the run.", labels, static_cast<double>(run.findings.size()));
    add_gauge(out, "diobench_run_elapsed_seconds", "How long the run took by the clock on the wall.", labels, run.elapsed_s);
    if (auto started = unix_seconds(run.started_at))
        add_gauge(out, "diobench_run_started_timestamp_seconds", "When the run started, in seconds since 1970.", labels, *started);
}

void add_kernels(const Results& results, Families& out) {
    auto info = metric_family("diobench_kernel_info", "The kernels of the run and their hashes; always 1.");
    auto status = metric_family("diobench_kernel_status", "The status of each kernel is the label; always 1.");
    auto build = metric_family("diobench_kernel_build_seconds", "How long building the kernel took when it was built.");
    for (const auto& kernel : results.kernels) {
        const Labels labels = kernel_labels(results.run, kernel.name);
        Labels hashes = labels;
        hashes.insert(hashes.end(), {{"base_version", kernel.base_version}, {"patch_sha256", kernel.patch_sha256},
                                     {"config_sha256", kernel.config_sha256}, {"image_sha256", kernel.image_sha256}});
        info.metric.push_back(gauge_sample(hashes, 1));
        status.metric.push_back(gauge_sample(with(labels, "status", status_name(kernel.status)), 1));
        if (kernel.build_seconds) build.metric.push_back(gauge_sample(labels, *kernel.build_seconds));
    }
    for (auto* family : {&info, &status, &build}) out.push_back(std::move(*family));
}

/// A fixed set of series for each kernel, so that a count that falls to 0 is seen to.
void add_conformance(const Results& results, Families& out) {
    auto cases = metric_family("diobench_conformance_cases", "Cases of verification by how they ended; known: the series lists the failure.");
    for (const auto& kernel : results.kernels) {
        if (kernel.conformance.empty()) continue;
        auto count = [&](ConformanceStatus status, bool known) {
            return std::count_if(kernel.conformance.begin(), kernel.conformance.end(), [&](const auto& e) { return e.status == status && e.known == known; });
        };
        for (auto status : {ConformanceStatus::pass, ConformanceStatus::fail, ConformanceStatus::skip, ConformanceStatus::note})
            for (bool known : {false, true})
                if (status == ConformanceStatus::fail || !known)
                    cases.metric.push_back(gauge_sample(with(with(kernel_labels(results.run, kernel.name), "status", status_name(status)), "known", known ? "yes" : "no"),
                                                        static_cast<double>(count(status, known))));
    }
    out.push_back(std::move(cases));
}

void add_cell_counts(const Run& run, const Cells& cells, Families& out) {
    std::map<std::string, std::map<std::pair<CellStatus, bool>, size_t>> counts;
    for (const auto& cell : cells) ++counts[cell.kernel][{cell.status, cell.known}];
    auto family = metric_family("diobench_cells", "Cells of the run by status; known: the series lists what is wrong.");
    for (const auto& [kernel, by_status] : counts)
        for (auto status : {CellStatus::ok, CellStatus::unsupported, CellStatus::invalid, CellStatus::failed})
            for (bool known : {false, true}) {
                auto it = by_status.find({status, known});
                if (known && it == by_status.end()) continue;
                family.metric.push_back(gauge_sample(with(with(kernel_labels(run, kernel), "status", status_name(status)), "known", known ? "yes" : "no"),
                                                     it == by_status.end() ? 0 : static_cast<double>(it->second)));
            }
    out.push_back(std::move(family));
}

void add_cell_status(const Run& run, const Cells& cells, PrometheusContent::Status scope, Families& out) {
    auto status = metric_family("diobench_cell_status", "The status of each cell is the label (ok, unsupported, invalid, failed); always 1.");
    auto known = metric_family("diobench_cell_known_failure", "1 if the series lists what is wrong with this cell as known.");
    for (const auto& cell : cells) {
        if (scope == PrometheusContent::Status::each_cell || cell.status != CellStatus::ok)
            status.metric.push_back(gauge_sample(with(cell_labels(run, cell), "status", status_name(cell.status)), 1));
        if (cell.status == CellStatus::invalid || cell.status == CellStatus::failed)
            known.metric.push_back(gauge_sample(cell_labels(run, cell), cell.known ? 1 : 0));
    }
    out.push_back(std::move(status));
    out.push_back(std::move(known));
}

bool adds_to_page_cache(const CellResult& cell) { return page_cache_growth_bytes(cell) && cell.observed_io; }
/// Direct reads that fill the page cache are news, whatever cell it is.
bool is_seen_direct(const CellResult& cell) { return cell.observed_io == ObservedIo::direct; }

void add_footprint(const Run& run, const Cells& cells, const PrometheusContent& content, Families& out) {
    auto growth = metric_family("diobench_page_cache_growth_bytes", "Page cache of the whole machine that the timed region added.");
    for (const auto& cell : cells)
        if (adds_to_page_cache(cell) && (content.is_told(cell) || is_seen_direct(cell)))
            growth.metric.push_back(gauge_sample(with(cell_labels(run, cell), "observed_io", status_name(*cell.observed_io)), *page_cache_growth_bytes(cell)));
    out.push_back(std::move(growth));
}

void add_metrics(const Run& run, const Cells& cells, const PrometheusContent& content, Families& out) {
    for (const auto& metric : metric_table()) {
        auto gauges = metric_family(prometheus_name(metric), metric.help);
        for (const auto& cell : cells)
            if (content.is_told(cell) && content.has_number(cell, metric))
                gauges.metric.push_back(gauge_sample(cell_labels(run, cell), prometheus_value(metric, *cell.metric(metric.name))));
        out.push_back(std::move(gauges));
    }
}

/// Buckets with the infinite one, sum and count.
constexpr size_t kSamplesOfHistogram = kLatencyBounds_ns.size() + 3;

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

void add_latency(const Run& run, const Cells& cells, const PrometheusContent& content, Families& out) {
    auto latency = metric_family("diobench_latency_seconds", "Latency of the reads of a cell, from submission to completion as seen by the reader.",
                                 MetricType::Histogram);
    for (const auto& cell : cells)
        if (content.is_told(cell) && content.has_histogram(cell)) latency.metric.push_back(histogram_sample(cell_labels(run, cell), *cell.histogram));
    out.push_back(std::move(latency));
}

/// Prometheus would take the last of two samples of one series without a word.
Status check_distinct(const Run& run, const Cells& cells) {
    std::set<Labels> seen;
    for (const auto& cell : cells)
        if (!seen.insert(cell_labels(run, cell)).second)
            return fail("export to Prometheus", cell.cell, "another cell of this kernel has the same dimensions", ExitCode::invalid);
    return {};
}

}  // namespace

MetricFamily metric_family(std::string name, std::string_view help, MetricType type) {
    MetricFamily out;
    out.name = std::move(name);
    out.help = help;
    out.type = type;
    return out;
}

ClientMetric gauge_sample(Labels labels, double value) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    return metric;
}

std::optional<double> unix_seconds(const std::string& iso8601) {
    std::tm tm{};
    std::istringstream in(iso8601);
    in >> std::get_time(&tm, "%Y-%m-%dT%H:%M:%SZ");
    if (in.fail()) return std::nullopt;
    return static_cast<double>(timegm(&tm));
}

Result<Families> prometheus_families(const Results& results, const PrometheusContent& content) {
    const auto cells = collapse_boots(results.cells);
    if (auto s = check_distinct(results.run, cells); !s) return forward(s);
    Families out;
    add_run(results.run, out);
    add_kernels(results, out);
    add_conformance(results, out);
    add_cell_counts(results.run, cells, out);
    add_cell_status(results.run, cells, content.status, out);
    add_footprint(results.run, cells, content, out);
    add_metrics(results.run, cells, content, out);
    add_latency(results.run, cells, content, out);
    std::erase_if(out, [](const MetricFamily& f) { return f.metric.empty(); });
    return out;
}

void merge_families(Families& into, Families more) {
    for (auto& family : more) {
        auto same = std::find_if(into.begin(), into.end(), [&](const MetricFamily& f) { return f.name == family.name; });
        if (same == into.end()) {
            into.push_back(std::move(family));
            continue;
        }
        std::set<Labels> seen;
        for (const auto& metric : same->metric) seen.insert(metric.label);
        for (auto& metric : family.metric)
            if (seen.insert(metric.label).second) same->metric.push_back(std::move(metric));
    }
}

size_t sample_count(const Families& families) {
    size_t out = 0;
    for (const auto& family : families)
        for (const auto& metric : family.metric) out += family.type == MetricType::Histogram ? metric.histogram.bucket.size() + 3 : 1;
    return out;
}

size_t sample_count(const CellResult& cell, const PrometheusContent& content) {
    const auto& table = metric_table();
    auto out = static_cast<size_t>(std::count_if(table.begin(), table.end(), [&](const Metric& metric) { return content.has_number(cell, metric); }));
    if (content.has_histogram(cell)) out += kSamplesOfHistogram;
    if (adds_to_page_cache(cell) && !is_seen_direct(cell)) ++out;
    return out;
}

std::string prometheus_text(const Families& families) {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families);
    return out.str();
}

}  // namespace diobench
