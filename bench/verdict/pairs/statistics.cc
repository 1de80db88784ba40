// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/pairs/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace diobench {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double median_of_sorted(std::span<const double> sorted) {
    if (sorted.empty()) return kNan;
    size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/// The largest rank k with P(W <= k) <= tail, or -1; and that probability.
struct RankBound {
    int64_t rank = -1;
    double probability = 0;
};

RankBound exact_bound(size_t n, double tail) {
    const auto cdf = signed_rank_cdf(n);
    RankBound bound;
    for (size_t w = 0; w < cdf.size() && cdf[w] <= tail; ++w) bound = {static_cast<int64_t>(w), cdf[w]};
    return bound;
}

double normal_cdf(double z) { return std::erfc(-z / std::sqrt(2.0)) / 2; }

/// W is near normal with mean n (n + 1) / 4 and variance n (n + 1) (2 n + 1) / 24; half a rank of continuity.
RankBound normal_bound(size_t n, double tail) {
    const double count = static_cast<double>(n);
    const double mean = count * (count + 1) / 4;
    const double deviation = std::sqrt(count * (count + 1) * (2 * count + 1) / 24);
    auto probability = [&](int64_t w) { return normal_cdf((static_cast<double>(w) + 0.5 - mean) / deviation); };
    int64_t low = -1;
    int64_t high = static_cast<int64_t>(mean) + 1;  // P > tail there, as tail < 1/2
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        (probability(middle) <= tail ? low : high) = middle;
    }
    return {low, low < 0 ? 0 : probability(low)};
}

/// The largest chance in [0, 1] for which `keep` holds, which holds up to there; halved until a double tells no more.
template <class Keep>
double last_kept(Keep keep) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (keep(middle) ? low : high) = middle;
    }
    return low;
}

/// Sums of all 2^n choices of signs, one change of sign a step (Gray code), each handed to `take`.
template <class Take>
void each_sum_of_signs(std::span<const double> values, Take take) {
    std::vector<double> term(values.begin(), values.end());
    const uint64_t ways = uint64_t{1} << values.size();
    for (uint64_t way = 0;;) {
        // Summed anew: adding and taking away would gather rounding errors, and equal sums must compare equal.
        take(std::accumulate(term.begin(), term.end(), 0.0));
        if (++way == ways) return;
        double& flipped = term[static_cast<size_t>(__builtin_ctzll(way))];
        flipped = -flipped;
    }
}

struct Hits {
    uint64_t at_least = 0;
    uint64_t at_most = 0;
    uint64_t total = 0;
};

/// Sums that differ by rounding alone count as equal.
class HitCounter {
public:
    explicit HitCounter(std::span<const double> values) : seen_(std::accumulate(values.begin(), values.end(), 0.0)) {
        for (double value : values) tolerance_ += std::abs(value);
        tolerance_ *= 1e-14;
    }
    void operator()(double sum) {
        hits.at_least += sum >= seen_ - tolerance_ ? 1 : 0;
        hits.at_most += sum <= seen_ + tolerance_ ? 1 : 0;
        ++hits.total;
    }
    Hits hits;

private:
    double seen_;
    double tolerance_ = 0;
};

double tail_p(double greater, double less, Tail tail) {
    switch (tail) {
    case Tail::greater: return greater;
    case Tail::less: return less;
    case Tail::two_sided: break;
    }
    return std::min(1.0, 2 * std::min(greater, less));
}

}  // namespace

double median(std::span<const double> values) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    return median_of_sorted(sorted);
}

double median_absolute_deviation(std::span<const double> values) {
    const double middle = median(values);
    std::vector<double> distances;
    for (double value : values) distances.push_back(std::abs(value - middle));
    return median(distances);
}

std::vector<double> log_ratios(std::span<const double> baseline, std::span<const double> candidate) {
    auto usable = [](double v) { return v > 0 && std::isfinite(v); };
    if (baseline.size() != candidate.size() || !std::all_of(baseline.begin(), baseline.end(), usable) ||
        !std::all_of(candidate.begin(), candidate.end(), usable))
        return {};
    std::vector<double> out;
    for (size_t i = 0; i < baseline.size(); ++i) out.push_back(std::log(candidate[i] / baseline[i]));
    return out;
}

std::vector<double> walsh_averages(std::span<const double> values) {
    std::vector<double> out;
    out.reserve(values.size() * (values.size() + 1) / 2);
    for (size_t i = 0; i < values.size(); ++i)
        for (size_t j = i; j < values.size(); ++j) out.push_back((values[i] + values[j]) / 2);
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<double> signed_rank_cdf(size_t n) {
    // share[w]: of the 2^k subsets of 1 .. k, those with sum w.
    std::vector<double> share(n * (n + 1) / 2 + 1);
    share[0] = 1;
    for (size_t rank = 1, top = 0; rank <= n; ++rank) {
        top += rank;
        for (size_t w = top + 1; w-- > 0;) share[w] = (share[w] + (w >= rank ? share[w - rank] : 0)) / 2;
    }
    std::partial_sum(share.begin(), share.end(), share.begin());
    return share;
}

ShiftEstimate hodges_lehmann(std::span<const double> differences, double confidence) {
    const auto walsh = walsh_averages(differences);
    ShiftEstimate out{median_of_sorted(walsh), {-kInfinity, kInfinity}, 1};
    const double tail = (1 - confidence) / 2;
    const size_t n = differences.size();
    if (n == 0) return out;
    const RankBound bound = n <= kLargestExactRanks ? exact_bound(n, tail) : normal_bound(n, tail);
    if (bound.rank < 0) return out;
    // k averages below a shift mean a rank sum of k: those with k <= bound.rank are rejected.
    const auto rank = static_cast<size_t>(bound.rank);
    out.interval = {walsh[rank], walsh[walsh.size() - 1 - rank]};
    out.confidence = 1 - 2 * bound.probability;
    return out;
}

double binomial_cdf(size_t hits, size_t trials, double p) {
    if (hits >= trials || p <= 0) return 1;
    if (p >= 1) return 0;
    const double n = static_cast<double>(trials);
    double sum = 0;
    for (size_t i = 0; i <= hits; ++i) {
        const double k = static_cast<double>(i);
        sum += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) + (n - k) * std::log1p(-p));
    }
    return std::min(sum, 1.0);
}

Interval binomial_interval(size_t hits, size_t trials, double confidence) {
    const double tail = (1 - confidence) / 2;
    Interval out{0, 1};
    if (trials == 0) return out;
    // P(X >= hits) rises with the chance, P(X <= hits) falls.
    if (hits > 0) out.low = last_kept([&](double p) { return 1 - binomial_cdf(hits - 1, trials, p) <= tail; });
    if (hits < trials) out.high = last_kept([&](double p) { return binomial_cdf(hits, trials, p) > tail; });
    return out;
}

Interval median_interval(std::span<const double> values, double confidence) {
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const double tail = (1 - confidence) / 2;
    // Values that may lie on one side of the median together: as few as `outside` there would be too strange.
    size_t outside = 0;
    while (2 * outside < sorted.size() && binomial_cdf(outside, sorted.size(), 0.5) <= tail) ++outside;
    if (outside == 0) return {-kInfinity, kInfinity};
    return {sorted[outside - 1], sorted[sorted.size() - outside]};
}

double sign_flip_p(std::span<const double> differences, Tail tail, uint64_t seed, uint64_t draws) {
    if (differences.empty()) return 1;
    HitCounter counter(differences);
    if (differences.size() <= kLargestExactFlips) {
        each_sum_of_signs(differences, [&](double sum) { counter(sum); });
        const auto total = static_cast<double>(counter.hits.total);
        return tail_p(static_cast<double>(counter.hits.at_least) / total, static_cast<double>(counter.hits.at_most) / total, tail);
    }
    std::mt19937_64 random(seed);
    for (uint64_t draw = 0; draw < draws; ++draw) {
        double sum = 0;
        uint64_t bits = 0;
        for (size_t i = 0; i < differences.size(); ++i, bits >>= 1) {
            if (i % 64 == 0) bits = random();
            sum += (bits & 1) != 0 ? differences[i] : -differences[i];
        }
        counter(sum);
    }
    const auto total = static_cast<double>(draws + 1);
    return tail_p(static_cast<double>(counter.hits.at_least + 1) / total, static_cast<double>(counter.hits.at_most + 1) / total, tail);
}

std::vector<double> holm(std::span<const double> p_values) {
    std::vector<size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
    std::vector<double> out(p_values.size());
    double largest = 0;
    for (size_t i = 0; i < order.size(); ++i) {
        largest = std::max(largest, std::min(1.0, static_cast<double>(order.size() - i) * p_values[order[i]]));
        out[order[i]] = largest;
    }
    return out;
}

Position position_of(const Interval& interval, double floor) {
    if (interval.low > floor) return Position::worse;
    if (interval.high <= floor) return Position::not_worse;
    return Position::undecided;
}

size_t fewest_pairs(size_t tests, double alpha) {
    size_t pairs = 1;
    while (std::ldexp(static_cast<double>(std::max<size_t>(tests, 1)), -static_cast<int>(pairs)) > alpha) ++pairs;
    return pairs;
}

}  // namespace diobench
