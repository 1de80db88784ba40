// SPDX-License-Identifier: GPL-2.0-only
// Which kernel of a pair boots first.
#pragma once

#include <cstdint>
#include <random>

namespace diobench {

enum class PairSide { baseline, candidate };

[[nodiscard]] constexpr PairSide other_side(PairSide side) { return side == PairSide::baseline ? PairSide::candidate : PairSide::baseline; }

/// Blocks of two pairs are A B B A or B A A B, so that a host that drifts
/// drifts for both kernels alike; which of them is drawn from `seed`.
class PairOrder {
public:
    explicit PairOrder(uint64_t seed) : random_(seed) {}
    /// The side that the next pair boots first.
    [[nodiscard]] PairSide next_first();

private:
    std::mt19937_64 random_;
    PairSide last_ = PairSide::baseline;
    bool in_block_ = false;
};

}  // namespace diobench
