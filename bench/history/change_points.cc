// SPDX-License-Identifier: GPL-2.0-only
#include "bench/history/change_points.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace diobench {

namespace {

double median_of(std::span<const double> values) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// How many values of each rank were seen, and their sum: both below a rank in O(log n) (a Fenwick tree).
class RankSums {
public:
    explicit RankSums(size_t ranks) : count_(ranks + 1), sum_(ranks + 1) {}

    void add(size_t rank, double value) {
        for (size_t i = rank + 1; i < count_.size(); i += i & (~i + 1)) {
            count_[i] += 1;
            sum_[i] += value;
        }
        ++all_count_;
        all_sum_ += value;
    }

    /// Sum of |value - other| over all that were added.
    [[nodiscard]] double distances(size_t rank, double value) const {
        double count = 0;
        double sum = 0;
        for (size_t i = rank + 1; i > 0; i -= i & (~i + 1)) {
            count += count_[i];
            sum += sum_[i];
        }
        return (value * count - sum) + ((all_sum_ - sum) - value * (all_count_ - count));
    }

private:
    std::vector<double> count_;
    std::vector<double> sum_;
    double all_count_ = 0;
    double all_sum_ = 0;
};

std::vector<size_t> ranks_of(std::span<const double> values) {
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] < values[b]; });
    std::vector<size_t> ranks(values.size());
    for (size_t i = 0; i < order.size(); ++i) ranks[order[i]] = i;
    return ranks;
}

/// Sums of |x_i - x_k| over the pairs of the first 0, 1, ... n values.
std::vector<double> sums_within(std::span<const double> values, std::span<const size_t> ranks) {
    std::vector<double> out = {0};
    RankSums seen(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
        out.push_back(out.back() + seen.distances(ranks[i], values[i]));
        seen.add(ranks[i], values[i]);
    }
    return out;
}

/// Draws below `bound` that are the same with every standard library.
size_t draw(std::mt19937_64& random, size_t bound) { return static_cast<size_t>(random() % bound); }

void shuffle(std::vector<double>& values, std::mt19937_64& random) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[draw(random, i)]);
}

/// Rounding must not make a permutation that only exchanges equals look different.
bool at_least(double a, double b) { return a >= b - 1e-9 * std::abs(b); }

/// Half-open, of the series.
struct Segment {
    size_t begin = 0;
    size_t end = 0;
    Split split;  ///< the best one, index from `begin`
};

Segment segment(std::span<const double> values, size_t begin, size_t end, size_t min_segment) {
    return {begin, end, best_split(values.subspan(begin, end - begin), min_segment)};
}

/// The share of permutations of the segment's values whose best split is at
/// least as good; the draws end when the answer is known to be above alpha.
double permutation_p(std::span<const double> values, double statistic, const ChangePointSettings& settings) {
    std::vector<double> shuffled(values.begin(), values.end());
    std::mt19937_64 random(settings.seed);
    const double all = static_cast<double>(settings.permutations) + 1;
    double hits = 1;
    for (size_t i = 0; i < settings.permutations; ++i) {
        shuffle(shuffled, random);
        if (at_least(best_split(shuffled, settings.min_segment).statistic, statistic)) ++hits;
        if (hits > settings.alpha * all) return hits / all;
    }
    return hits / all;
}

void fill_levels(std::span<const double> values, std::vector<ChangePoint>& points) {
    std::sort(points.begin(), points.end(), [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
    for (size_t i = 0; i < points.size(); ++i) {
        const size_t begin = i == 0 ? 0 : points[i - 1].index;
        const size_t end = i + 1 == points.size() ? values.size() : points[i + 1].index;
        points[i].before = median_of(values.subspan(begin, points[i].index - begin));
        points[i].after = median_of(values.subspan(points[i].index, end - points[i].index));
    }
}

}  // namespace

Split best_split(std::span<const double> values, size_t min_segment) {
    const size_t size = values.size();
    min_segment = std::max<size_t>(min_segment, 2);
    if (size < 2 * min_segment) return {};
    const auto ranks = ranks_of(values);
    const auto left = sums_within(values, ranks);
    const std::vector<double> backward(values.rbegin(), values.rend());
    const std::vector<size_t> backward_ranks(ranks.rbegin(), ranks.rend());
    const auto right = sums_within(backward, backward_ranks);  // of the last 0, 1, ... n values
    Split best;
    for (size_t at = min_segment; at + min_segment <= size; ++at) {
        const auto m = static_cast<double>(at);
        const auto n = static_cast<double>(size - at);
        const double across = left[size] - left[at] - right[size - at];
        const double energy = 2 * across / (m * n) - 2 * left[at] / (m * (m - 1)) - 2 * right[size - at] / (n * (n - 1));
        const double statistic = m * n / (m + n) * energy;
        if (best.index == 0 || statistic > best.statistic) best = {at, statistic};
    }
    best.statistic = std::max(best.statistic, 0.0);
    return best;
}

std::vector<ChangePoint> change_points(std::span<const double> values, const ChangePointSettings& settings) {
    std::vector<ChangePoint> found;
    std::vector<Segment> open = {segment(values, 0, values.size(), settings.min_segment)};
    while (!open.empty()) {
        const auto best = std::max_element(open.begin(), open.end(), [](const Segment& a, const Segment& b) { return a.split.statistic < b.split.statistic; });
        const Segment chosen = *best;
        open.erase(best);
        if (chosen.split.index == 0 || chosen.split.statistic <= 0) continue;
        const double p = permutation_p(values.subspan(chosen.begin, chosen.end - chosen.begin), chosen.split.statistic, settings);
        if (p > settings.alpha) continue;
        const size_t at = chosen.begin + chosen.split.index;
        found.push_back({at, p, 0, 0});
        open.push_back(segment(values, chosen.begin, at, settings.min_segment));
        open.push_back(segment(values, at, chosen.end, settings.min_segment));
    }
    fill_levels(values, found);
    return found;
}

std::vector<ChangePoint> steps(std::span<const double> values, double floor) {
    std::vector<ChangePoint> found;
    for (size_t i = 1; i < values.size(); ++i)
        if (std::abs(values[i] - values[i - 1]) > floor * std::abs(values[i - 1])) found.push_back({i, 0, 0, 0});
    fill_levels(values, found);
    return found;
}

}  // namespace diobench
