// SPDX-License-Identifier: GPL-2.0-only
// Whether a percentile moved because reads became slower, or because a few of
// the many that were always slow fell on its other side.
//
// A cell of 512 reads has five above its 99th percentile, and each tick of a
// timer makes one read slow: whether five or seven meet one is noise, and the
// percentile jumps from the fast reads to the slow ones with the sixth.  What
// noise cannot do is to make many more reads slow: with all seeds together the
// slow ones are counted. What makes one slow makes all slow that are under way
// with it, so the events are independent but for those.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bench/verdict/exact/exact_rule.h"
#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// Reads of all pairs together that took longer than the baseline's percentile and the tolerance.
struct TailCount {
    double threshold_ns = 0;
    uint64_t baseline = 0;
    uint64_t candidate = 0;
    uint64_t together = 1;  ///< reads that are under way at a time, and slow at a time

    /// From how many slow reads of the candidate on it is slower: a surplus of more than three standard deviations of a difference of
    /// two Poisson counts of `together` reads each.
    [[nodiscard]] uint64_t needed() const;
    [[nodiscard]] bool is_enough() const { return candidate >= needed(); }
    /// "12 and 150 reads took longer than 99700 ns", or "not enough slow reads to judge (96, 289 needed)"
    [[nodiscard]] std::string text() const;
};

/// For percentiles of a cell's latency ("latency_ns.p99"); nothing for other
/// metrics, and where a cell has no histogram.
[[nodiscard]] std::optional<TailCount> count_tail(const CellSamples& samples, const Metric& metric, const Tolerance& tolerance);

}  // namespace diobench
