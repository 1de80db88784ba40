// SPDX-License-Identifier: GPL-2.0-only
// A run as Prometheus metric families: what metrics.prom, the textfile, the
// Pushgateway and the exporter of `serve` are made of.
#pragma once

#include <functional>
#include <optional>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/units.h"
#include "bench/common/measure/metric_table.h"
#include "bench/results/store/results.h"

namespace diobench {


using Families = std::vector<prometheus::MetricFamily>;
using Labels = std::vector<prometheus::ClientMetric::Label>;

/// Without samples yet.
[[nodiscard]] prometheus::MetricFamily metric_family(std::string name, std::string_view help, prometheus::MetricType type = prometheus::MetricType::Gauge);
[[nodiscard]] prometheus::ClientMetric gauge_sample(Labels labels, double value);

/// Seconds since 1970 of "2026-11-23T01:00:00Z"; empty if the text is no such time.
[[nodiscard]] std::optional<double> unix_seconds(const std::string& iso8601);

/// How much of a run is told.
struct PrometheusContent {
    /// Which numbers of which cells; empty: all.
    std::function<bool(const CellResult&, const Metric&)> wanted;
    /// Cells whose numbers are told at all; empty: all. Of the others there is only the page cache that direct reads added.
    std::function<bool(const CellResult&)> told;
    /// Cells whose latencies are told as a histogram; empty: all.
    std::function<bool(const CellResult&)> with_histogram;
    enum class Status { each_cell, counts } status = Status::each_cell;  ///< counts: only cells that are not ok have a series of their own

    [[nodiscard]] bool is_told(const CellResult& cell) const { return !told || told(cell); }
    [[nodiscard]] bool has_number(const CellResult& cell, const Metric& metric) const { return cell.metric(metric.name) && (!wanted || wanted(cell, metric)); }
    [[nodiscard]] bool has_histogram(const CellResult& cell) const { return cell.histogram && (!with_histogram || with_histogram(cell)); }
};

/// The families of one run, boots collapsed; those without a sample are left out. Two cells with the same labels are an error.
[[nodiscard]] Result<Families> prometheus_families(const Results& results, const PrometheusContent& content = {});
/// Adds the samples of `more` to the families of the same name. A series that is there already keeps its first value.
void merge_families(Families& into, Families more);
/// How many samples a server will store: a histogram counts its buckets, sum and count.
[[nodiscard]] size_t sample_count(const Families& families);
/// How many of them are a cell's own: those that there are only if it is told.
[[nodiscard]] size_t sample_count(const CellResult& cell, const PrometheusContent& content);
/// The text format.
[[nodiscard]] std::string prometheus_text(const Families& families);

}  // namespace diobench
