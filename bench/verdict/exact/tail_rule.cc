// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/exact/tail_rule.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <string_view>

namespace diobench {

namespace {

constexpr double kDeviations = 3;

struct Percentile {
    std::string_view metric;
    double quantile;
};
constexpr Percentile kPercentiles[] = {
    {"latency_ns.p50", 0.5}, {"latency_ns.p90", 0.9}, {"latency_ns.p99", 0.99}, {"latency_ns.p99_9", 0.999}};

std::optional<double> quantile_of(std::string_view metric) {
    for (const auto& one : kPercentiles)
        if (one.metric == metric) return one.quantile;
    return std::nullopt;
}

/// All of a bucket or nothing of it: by its lower bound.
uint64_t count_above(const Histogram& histogram, double threshold_ns) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < Histogram::kBuckets; ++i)
        if (static_cast<double>(Histogram::lower_bound_ns(i)) > threshold_ns) count += histogram.bucket_count(i);
    return count;
}

}  // namespace

bool TailCount::is_luck() const {
    const auto before = static_cast<double>(baseline);
    const auto after = static_cast<double>(candidate);
    return after - before <= kDeviations * std::sqrt(static_cast<double>(together) * (before + after));
}

std::string TailCount::text() const {
    return fmt::format("{} and {} reads took longer than {:.0f} ns{}", baseline, candidate, threshold_ns, is_luck() ? ", which is luck" : "");
}

std::optional<TailCount> count_tail(const CellSamples& samples, const Metric& metric, const Tolerance& tolerance) {
    const auto quantile = quantile_of(metric.name);
    if (!quantile || samples.pairs.empty()) return std::nullopt;
    TailCount out;
    // 17 KiB each.
    auto baseline = std::make_unique<Histogram>();
    auto candidate = std::make_unique<Histogram>();
    for (const auto& pair : samples.pairs) {
        if (pair.baseline == nullptr || pair.candidate == nullptr || !pair.baseline->histogram || !pair.candidate->histogram) return std::nullopt;
        const Dimensions& load = pair.baseline->dimensions;
        out.together = std::max(uint64_t{1}, uint64_t{load.iodepth} * load.numjobs);
        baseline->merge(*pair.baseline->histogram);
        candidate->merge(*pair.candidate->histogram);
    }
    const auto percentile = static_cast<double>(baseline->quantile_ns(*quantile));
    out.threshold_ns = percentile + std::max(tolerance.floor * percentile, tolerance.margin);
    out.baseline = count_above(*baseline, out.threshold_ns);
    out.candidate = count_above(*candidate, out.threshold_ns);
    return out;
}

}  // namespace diobench
