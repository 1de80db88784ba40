// SPDX-License-Identifier: GPL-2.0-only
// The statistics of a verdict: pure functions of numbers, the same on every run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace diobench {

/// Middle value; of an even number the mean of the two in the middle. NaN of nothing.
[[nodiscard]] double median(std::span<const double> values);
/// Median distance from the median, not scaled. NaN of nothing.
[[nodiscard]] double median_absolute_deviation(std::span<const double> values);

/// ln(candidate / baseline) of each pair. Both spans have one length; empty
/// if a value is not positive and finite, for which there is no ratio.
[[nodiscard]] std::vector<double> log_ratios(std::span<const double> baseline, std::span<const double> candidate);

/// Means of all pairs i <= j, ascending: n (n + 1) / 2 of them.
[[nodiscard]] std::vector<double> walsh_averages(std::span<const double> values);

/// P(W <= w) for w = 0 .. n (n + 1) / 2, of Wilcoxon's signed rank sum W of `n`
/// symmetric values without ties, exact by counting subsets of 1 .. n (Hollander
/// and Wolfe, Nonparametric Statistical Methods, 3.1). n at most kLargestExactRanks.
inline constexpr size_t kLargestExactRanks = 200;
[[nodiscard]] std::vector<double> signed_rank_cdf(size_t n);

struct Interval {
    double low = 0;   ///< -infinity if there are too few values to bound it
    double high = 0;  ///< +infinity likewise
};

struct ShiftEstimate {
    double value = 0;       ///< Hodges-Lehmann: the median of the Walsh averages
    Interval interval;      ///< two-sided
    double confidence = 0;  ///< what the interval really has: at least what was asked for, 1 if it is unbounded
};
/// The shift of paired differences with its distribution-free interval: the
/// shifts that an exact two-sided signed rank test does not reject at
/// 1 - `confidence` (0 < confidence < 1). At 95 % it is bounded from 6 values on.
/// Beyond kLargestExactRanks values the normal approximation takes the place of the exact distribution.
[[nodiscard]] ShiftEstimate hodges_lehmann(std::span<const double> differences, double confidence);

/// P(X <= hits) of a binomial count of `trials` with chance `p` each, exact by summing its terms. 0 <= hits <= trials.
[[nodiscard]] double binomial_cdf(size_t hits, size_t trials, double p);
/// The chance behind `hits` of `trials`: those that neither one-sided test rejects at (1 - `confidence`) / 2 (Clopper and
/// Pearson, The Use of Confidence or Fiducial Limits, 1934). Of all hits, or none, it still has a width. [0, 1] of no trials.
[[nodiscard]] Interval binomial_interval(size_t hits, size_t trials, double confidence);
/// The median behind `values` that are drawn independently, whatever their distribution: two of the values themselves, by the
/// sign test (Conover, Practical Nonparametric Statistics, 3.2). At 95 % it is bounded from 6 values on.
[[nodiscard]] Interval median_interval(std::span<const double> values, double confidence);

enum class Tail { greater, less, two_sided };
/// The p-value of "the differences are symmetric about 0" against a sum in
/// `tail`: the share of the 2^n ways to choose signs whose sum is at least as
/// far out as the one seen. Up to kLargestExactFlips values all ways are
/// counted; beyond, `draws` random ones from `seed`, and p = (hits + 1) / (draws + 1).
/// two_sided is twice the smaller tail, at most 1. 1 of nothing.
inline constexpr size_t kLargestExactFlips = 16;
[[nodiscard]] double sign_flip_p(std::span<const double> differences, Tail tail, uint64_t seed = 1, uint64_t draws = 100'000);

/// Holm's adjusted p-values, in the order given: to reject those at most alpha
/// keeps the chance of any false rejection at alpha, whatever the dependence.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

/// Where an interval of "how much worse" lies against the floor (>= 0) below which nobody cares.
enum class Position {
    worse,        ///< all of it beyond the floor
    not_worse,    ///< none of it beyond the floor: equivalent or better
    undecided,    ///< it holds the floor, or a bound is not known
};
[[nodiscard]] Position position_of(const Interval& interval, double floor);

/// The fewest pairs whose sign-flip test can reach `alpha` after Holm over `tests` tests: 2^-n <= alpha / tests.
[[nodiscard]] size_t fewest_pairs(size_t tests, double alpha);

}  // namespace diobench
