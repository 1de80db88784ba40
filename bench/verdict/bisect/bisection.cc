// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/bisect/bisection.h"

#include <bit>

namespace diobench {

std::optional<size_t> Bisection::next() const {
    std::optional<size_t> best;
    size_t least = 0;
    for (size_t state = baseline_ + 1; state < candidate_; ++state) {
        if (unknown_.contains(state)) continue;
        const size_t twice = 2 * state;
        const size_t middle = baseline_ + candidate_;  // twice the middle
        const size_t distance = twice < middle ? middle - twice : twice - middle;
        if (best && distance >= least) continue;
        best = state;
        least = distance;
    }
    return best;
}

void Bisection::record(size_t state, StateSide side) {
    if (state <= baseline_ || state >= candidate_) return;
    if (side == StateSide::baseline) baseline_ = state;
    else if (side == StateSide::candidate) candidate_ = state;
    else unknown_.insert(state);
}

size_t Bisection::steps_left() const {
    size_t untried = 0;
    for (size_t state = baseline_ + 1; state < candidate_; ++state) untried += unknown_.contains(state) ? 0 : 1;
    return static_cast<size_t>(std::bit_width(untried));
}

}  // namespace diobench
