// SPDX-License-Identifier: GPL-2.0-only
// Where a series of numbers changed its level: E-divisive (Matteson and James,
// "A Nonparametric Approach for Multiple Change Point Analysis of Multivariate
// Data", JASA 109, 2014) with mean differences, each split tested by permutation.
// Pure functions; the same numbers give the same answer on every run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace diobench {

struct ChangePointSettings {
    double alpha = 0.01;        ///< a split is taken if its p-value is at most this
    size_t permutations = 999;  ///< of the test
    /// A split that none of so many first permutations reached is taken without the others. That makes false alarms likelier by the mean over p of
    /// (1 - p)^299 P(at least 10 of 700 at p): 0.01 % of tests.
    size_t clear_after = 299;
    size_t min_segment = 2;     ///< values on each side of a split, at least 2
    uint64_t seed = 1;          ///< of the permutations
};

struct ChangePoint {
    size_t index = 0;    ///< first value of the new level
    double p = 1;        ///< of the permutation test
    double before = 0;   ///< median of the values since the change before it
    double after = 0;    ///< median of the values until the next one
};

/// Of at least one value.
[[nodiscard]] double median_of(std::span<const double> values);

/// Sum and place of the best split of `values` in two.
struct Split {
    size_t index = 0;      ///< first value of the right part; 0: too few values
    double statistic = 0;  ///< m n / (m + n) * (2 E|X-Y| - E|X-X'| - E|Y-Y'|), at least 0
};
/// The split with the largest energy statistic, each side having at least
/// `min_segment` (>= 2) values; the first of equals. O(n log n).
[[nodiscard]] Split best_split(std::span<const double> values, size_t min_segment);

/// Every change of level, in order: segments are split again and again at their best place, the clearest first;
/// one whose best place could be chance is left whole. Values must be finite.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> values, const ChangePointSettings& settings = {});

/// Where neighbours differ by more than `floor` (share of the one before; any difference from 0): what a clock
/// that repeats itself exactly needs no test for. `p` is 0.
[[nodiscard]] std::vector<ChangePoint> steps(std::span<const double> values, double floor);

}  // namespace diobench
