// SPDX-License-Identifier: GPL-2.0-only
// What a number says about a state: the nearer of the two ends.  Pure functions.
#pragma once

#include "bench/common/measure/metric_table.h"
#include "bench/verdict/bisect/bisection.h"
#include "bench/verdict/exact/exact_rule.h"

namespace diobench {

/// A metric of a cell at both ends, in the metric's unit.
struct EndValues {
    double baseline = 0;
    double candidate = 0;
};

/// The end whose value is nearer; unknown for equal distances and for what is not a finite number.
[[nodiscard]] StateSide nearer_end(double value, const EndValues& ends);

enum class EndDifference { none, worse, better };
/// How the candidate's end differs from the baseline's beyond the tolerance: the larger of floor (a share of the
/// baseline) and margin. Of a neutral metric any difference is "worse".
[[nodiscard]] EndDifference end_difference(const EndValues& ends, const Metric& metric, const Tolerance& tolerance);

/// How much of the ends' difference lies between two neighbouring states: 1 is all of it, more is possible.
/// The ends differ.
[[nodiscard]] double share_of_difference(double before, double after, const EndValues& ends);

}  // namespace diobench
