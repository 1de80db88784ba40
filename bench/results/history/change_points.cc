// SPDX-License-Identifier: GPL-2.0-only
#include "bench/results/history/change_points.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace diobench {

double median_of(std::span<const double> values) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

namespace {

/// The best splits of all orders of the same values. What does not depend on the order is computed once: a test looks at a thousand.
class Splits {
public:
    explicit Splits(std::span<const double> values) : ranks_(values.size()), sorted_(values.size()), to_all_(values.size()), below_(values.size() + 1) {
        std::vector<uint32_t> order(values.size());
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return values[a] < values[b]; });
        for (uint32_t rank = 0; rank < order.size(); ++rank) {
            ranks_[order[rank]] = rank;
            sorted_[rank] = values[order[rank]] - values[order[order.size() / 2]];  // differences are the same, sums are smaller
        }
        sum_distances();
    }

    /// The ranks of the values, in their order.
    [[nodiscard]] const std::vector<uint32_t>& ranks() const { return ranks_; }

    /// Of the values in the order of `ranks`, a permutation of ranks(). O(n log n): each value goes from the right part to the left one, and takes its distances along.
    [[nodiscard]] Split best(std::span<const uint32_t> ranks, size_t min_segment) {
        std::fill(below_.begin(), below_.end(), Below());
        Split best;
        double left = 0, right = total_, sum = 0;
        for (size_t at = 1; at + min_segment <= ranks.size(); ++at) {
            const uint32_t rank = ranks[at - 1];
            const double value = sorted_[rank];
            const Below below = below_rank(rank);
            const double to_left = value * (2 * below.count - static_cast<double>(at - 1)) + sum - 2 * below.sum;
            left += to_left;
            right -= to_all_[rank] - to_left;
            sum += value;
            add(rank, value);
            if (at < min_segment) continue;
            const double statistic = statistic_of(left, right, static_cast<double>(at), static_cast<double>(ranks.size() - at));
            if (best.index == 0 || statistic > best.statistic) best = {at, statistic};
        }
        best.statistic = std::max(best.statistic, 0.0);
        return best;
    }

private:
    /// Of the values in the left part that have at most some rank.
    struct Below {
        double count = 0;
        double sum = 0;
    };

    /// Sums of |value - other|, of each value and of all pairs.
    void sum_distances() {
        const double sum = std::accumulate(sorted_.begin(), sorted_.end(), 0.0);
        double before = 0;
        for (size_t rank = 0; rank < sorted_.size(); ++rank) {
            const double value = sorted_[rank], count = static_cast<double>(rank);
            to_all_[rank] = value * (2 * count - static_cast<double>(sorted_.size())) + sum - 2 * before;
            total_ += to_all_[rank] / 2;
            before += value;
        }
    }

    [[nodiscard]] double statistic_of(double left, double right, double m, double n) const {
        const double energy = 2 * (total_ - left - right) / (m * n) - 2 * left / (m * (m - 1)) - 2 * right / (n * (n - 1));
        return m * n / (m + n) * energy;
    }

    // Both in O(log n): a Fenwick tree.
    [[nodiscard]] Below below_rank(uint32_t rank) const {
        Below out;
        for (uint32_t i = rank + 1; i > 0; i &= i - 1) {
            out.count += below_[i].count;
            out.sum += below_[i].sum;
        }
        return out;
    }
    void add(uint32_t rank, double value) {
        for (uint32_t i = rank + 1; i < below_.size(); i += i & (~i + 1)) {
            below_[i].count += 1;
            below_[i].sum += value;
        }
    }

    std::vector<uint32_t> ranks_;
    std::vector<double> sorted_;  ///< by rank, less their median
    std::vector<double> to_all_;  ///< by rank
    std::vector<Below> below_;
    double total_ = 0;            ///< over all pairs
};

/// Draws below `bound` that are the same with every standard library.
size_t draw(std::mt19937_64& random, size_t bound) { return static_cast<size_t>(random() % bound); }

void shuffle(std::vector<uint32_t>& values, std::mt19937_64& random) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[draw(random, i)]);
}

/// Rounding must not make a permutation that only exchanges equals look different.
bool at_least(double a, double b) { return a >= b - 1e-9 * std::abs(b); }

/// A sum over pairs needs two.
size_t least_segment(size_t wanted) { return std::max<size_t>(wanted, 2); }

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
/// least as good; the draws end when the answer is known to be above alpha, or is clear.
double permutation_p(std::span<const double> values, double statistic, const ChangePointSettings& settings) {
    Splits splits(values);
    std::vector<uint32_t> shuffled = splits.ranks();
    std::mt19937_64 random(settings.seed);
    const size_t min_segment = least_segment(settings.min_segment);
    const double all = static_cast<double>(settings.permutations) + 1;
    const double clear_p = 1 / (static_cast<double>(settings.clear_after) + 1);
    double hits = 1;
    for (size_t i = 0; i < settings.permutations; ++i) {
        shuffle(shuffled, random);
        if (at_least(splits.best(shuffled, min_segment).statistic, statistic)) ++hits;
        if (hits > settings.alpha * all) return hits / all;
        if (i + 1 == settings.clear_after && hits == 1 && clear_p <= settings.alpha) return clear_p;
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
    if (values.size() < 2 * least_segment(min_segment)) return {};
    Splits splits(values);
    return splits.best(splits.ranks(), least_segment(min_segment));
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
