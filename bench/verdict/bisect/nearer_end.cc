// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/nearer_end.h"

#include <algorithm>
#include <cmath>

namespace diobench {

StateSide nearer_end(double value, const EndValues& ends) {
    if (!std::isfinite(value)) return StateSide::unknown;
    const double to_baseline = std::abs(value - ends.baseline);
    const double to_candidate = std::abs(value - ends.candidate);
    if (to_baseline == to_candidate) return StateSide::unknown;
    return to_baseline < to_candidate ? StateSide::baseline : StateSide::candidate;
}

EndDifference end_difference(const EndValues& ends, const Metric& metric, const Tolerance& tolerance) {
    const double change = ends.candidate - ends.baseline;
    const double allowed = std::max(tolerance.floor * std::abs(ends.baseline), tolerance.margin);
    if (!(std::abs(change) > allowed)) return EndDifference::none;
    if (metric.direction == Direction::neutral) return EndDifference::worse;
    const bool more_is_worse = metric.direction == Direction::lower_is_better;
    return (change > 0) == more_is_worse ? EndDifference::worse : EndDifference::better;
}

double share_of_difference(double before, double after, const EndValues& ends) {
    return (after - before) / (ends.candidate - ends.baseline);
}

}  // namespace diobench
