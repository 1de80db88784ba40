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

uint64_t TailCount::needed() const {
    // The surplus s of which s^2 = k^2 q (s + 2 b): beyond it k deviations are exceeded.
    const double deviations = kDeviations * kDeviations * static_cast<double>(together);
    const double surplus = (deviations + std::sqrt(deviations * deviations + 8 * deviations * static_cast<double>(baseline))) / 2;
    return baseline + static_cast<uint64_t>(std::floor(surplus)) + 1;
}

std::string TailCount::text() const {
    if (is_enough()) return fmt::format("{} and {} reads took longer than {:.0f} ns", baseline, candidate, threshold_ns);
    return fmt::format("not enough slow reads to judge ({}{}, {} needed)", candidate, baseline > 0 ? fmt::format(" after {}", baseline) : "", needed());
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
