// SPDX-License-Identifier: GPL-2.0-only
// The rule for numbers that are the same on every run: pairs by seed
// (docs/gate.md, "Exact").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "bench/common/measure/metric_table.h"
#include "bench/verdict/pairs/samples.h"
#include "bench/verdict/pairs/verdict.h"

namespace diobench {

/// What may differ before anybody cares.
struct Tolerance {
    double floor = 0;   ///< share of the baseline, 0.01 is 1 %
    double margin = 0;  ///< in the metric's unit; the larger of the two counts
    double noise = 0;   ///< in the metric's unit: what comes only now and then (a tick, new random numbers) makes so much, and few pairs may have it alike
};

/// Where such things fall goes by the seed. Three seeds were seen to agree by that in a cell that a patch left alone; a difference within
/// the noise takes twice as many.
inline constexpr size_t kSeedsAgainstNoise = 6;

/// The tolerance whose floor is a share of another metric, which is `whole`: a margin.
[[nodiscard]] Tolerance share_of(const Tolerance& tolerance, double whole);

/// True for what is counted (fetches, bytes, page cache, errors), false for what is timed.
[[nodiscard]] bool is_count(const Metric& metric);

/// How many pairs make a count a regression.
enum class CountRule {
    any_pair,    ///< counts that noise has no part in: the exact machine
    most_pairs,  ///< as times are judged: real clocks move counts, too
};

/// A metric of a cell on both kernels. Differences are how much worse the
/// candidate is, in the metric's unit, so that more is always worse; of a
/// neutral metric they are sizes, since any change counts.
struct PairedJudgement {
    Verdict verdict = Verdict::invalid;
    bool better = false;              ///< beyond the tolerance in the good direction, by the same rule
    double baseline = 0;              ///< median over seeds
    double candidate = 0;
    std::vector<double> differences;  ///< one a pair, in their order
    double median_difference = 0;
    double spread = 0;                ///< largest less smallest difference
    double relative = 0;              ///< median_difference / |baseline|; infinite from 0 to something, 0 for 0 to 0
    size_t beyond = 0;                ///< pairs whose difference is beyond the tolerance
    std::string reason;               ///< one sentence, for people
    bool too_few_slow = false;        ///< a percentile that moved over too few reads to judge (tail_rule.h)
};

/// Counts: any pair beyond the tolerance is a regression, unless others are as
/// far off in the good direction, which is inconclusive. Times: a regression
/// needs the median and all but a quarter of the pairs (of 3: all, of 5: 4)
/// beyond; a median beyond without that, or one within the noise of fewer than
/// kSeedsAgainstNoise pairs, is inconclusive. A missing value on one side is invalid.
[[nodiscard]] PairedJudgement judge_exact(std::span<const ValuePair> pairs, const Metric& metric, const Tolerance& tolerance,
                                         CountRule counts = CountRule::any_pair);

}  // namespace diobench
