// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/judge/size_in_time.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace diobench {

namespace {

/// Reads that take at least as long as the metric says.
double share_of_reads(std::string_view metric) {
    if (metric.ends_with(".p50")) return 0.5;
    if (metric.ends_with(".p90")) return 0.1;
    if (metric.ends_with(".p99")) return 0.01;
    if (metric.ends_with(".p99_9")) return 0.001;
    return 1;
}

}  // namespace

double worse_by(const MetricReport& metric) { return metric.wall ? std::expm1(metric.wall->shift.value) * metric.paired.baseline : metric.paired.median_difference; }

double worse_by_share(const MetricReport& metric) { return metric.wall ? std::expm1(metric.wall->shift.value) : metric.paired.relative; }

std::optional<double> time_ns(const MetricReport& metric) {
    if (metric.verdict == Verdict::invalid || (metric.metric->unit != "ns" && metric.metric->unit != "instructions")) return std::nullopt;
    return worse_by(metric) * share_of_reads(metric.metric->name);
}

std::optional<double> time_ns(const CellReport& cell) {
    std::optional<double> out;
    for (const auto& metric : cell.metrics)
        if (const auto time = time_ns(metric); time && metric.verdict == cell.verdict) out = std::max(out.value_or(*time), *time);
    return out;
}

}  // namespace diobench
