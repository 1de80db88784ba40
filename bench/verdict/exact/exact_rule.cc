// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/exact/exact_rule.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "bench/verdict/pairs/statistics.h"

namespace diobench {

namespace {

double how_much_worse(const ValuePair& pair, Direction direction) {
    const double change = *pair.candidate - *pair.baseline;
    switch (direction) {
    case Direction::lower_is_better: return change;
    case Direction::higher_is_better: return -change;
    case Direction::neutral: break;
    }
    return std::abs(change);
}

double relative_to(double difference, double baseline) {
    if (difference == 0) return 0;
    if (baseline == 0) return std::copysign(std::numeric_limits<double>::infinity(), difference);
    return difference / std::abs(baseline);
}

/// All but a quarter must agree: 3 of 3, 4 of 5, 6 of 7.
size_t agreement(size_t pairs) { return pairs - pairs / 4; }

/// Pairs whose value is missing, in words; empty if none.
std::string what_is_missing(std::span<const ValuePair> pairs) {
    if (pairs.empty()) return "no pair of runs has this cell";
    for (const auto& pair : pairs) {
        if (pair.baseline && pair.candidate) continue;
        if (!pair.baseline && !pair.candidate) return fmt::format("both kernels have no value with seed {}", pair.seed);
        return fmt::format("the {} has no value with seed {}", pair.baseline ? "candidate" : "baseline", pair.seed);
    }
    return {};
}

struct Side {
    size_t worse = 0;
    size_t better = 0;
};

void judge_count(const Side& side, size_t pairs, PairedJudgement& out) {
    out.beyond = side.worse;
    out.better = side.better == pairs;
    out.verdict = side.worse == 0 ? Verdict::pass : side.better == 0 ? Verdict::regression : Verdict::inconclusive;
    if (out.verdict == Verdict::inconclusive)
        out.reason = fmt::format("more with {} of {} seeds, less with {}", side.worse, pairs, side.better);
    else if (out.verdict == Verdict::regression) out.reason = fmt::format("{} of {} seeds", side.worse, pairs);
}

void judge_time(const Side& side, size_t pairs, double typical_tolerance, double noise, PairedJudgement& out) {
    const bool may_be_noise = std::abs(out.median_difference) <= noise && pairs < kSeedsAgainstNoise;
    out.beyond = side.worse;
    out.better = side.better >= agreement(pairs) && !may_be_noise;
    const bool median_beyond = out.median_difference > typical_tolerance;
    if (side.worse >= agreement(pairs) && median_beyond && !may_be_noise) out.verdict = Verdict::regression;
    else if (median_beyond) out.verdict = Verdict::inconclusive;
    else out.verdict = Verdict::pass;
    if (out.verdict != Verdict::pass) out.reason = fmt::format("{} of {} seeds say so", side.worse, pairs);
    else if (side.worse > 0) out.reason = fmt::format("{} of {} seeds are beyond the threshold, the median is not", side.worse, pairs);
    if (out.verdict == Verdict::inconclusive && may_be_noise) out.reason += fmt::format("; what comes only now and then makes as much: it takes {} seeds", kSeedsAgainstNoise);
}

}  // namespace

Tolerance share_of(const Tolerance& tolerance, double whole) { return {0, std::max(tolerance.margin, tolerance.floor * whole), tolerance.noise}; }

bool is_count(const Metric& metric) {
    if (metric.aggregation == Aggregation::identical || metric.aggregation == Aggregation::sum) return true;
    return metric.unit == "bytes" || metric.unit == "count" || metric.unit == "ops";
}

PairedJudgement judge_exact(std::span<const ValuePair> pairs, const Metric& metric, const Tolerance& tolerance, CountRule counts) {
    PairedJudgement out;
    out.reason = what_is_missing(pairs);
    if (!out.reason.empty()) return out;
    std::vector<double> baselines;
    std::vector<double> candidates;
    Side side;
    for (const auto& pair : pairs) {
        baselines.push_back(*pair.baseline);
        candidates.push_back(*pair.candidate);
        const double difference = how_much_worse(pair, metric.direction);
        const double allowed = std::max(tolerance.floor * std::abs(*pair.baseline), tolerance.margin);
        side.worse += difference > allowed ? 1 : 0;
        side.better += -difference > allowed ? 1 : 0;
        out.differences.push_back(difference);
    }
    out.baseline = median(baselines);
    out.candidate = median(candidates);
    out.median_difference = median(out.differences);
    const auto [smallest, largest] = std::minmax_element(out.differences.begin(), out.differences.end());
    out.spread = *largest - *smallest;
    out.relative = relative_to(out.median_difference, out.baseline);
    if (is_count(metric) && counts == CountRule::any_pair) judge_count(side, pairs.size(), out);
    else judge_time(side, pairs.size(), std::max(tolerance.floor * std::abs(out.baseline), tolerance.margin), tolerance.noise, out);
    return out;
}

}  // namespace diobench
