// SPDX-License-Identifier: GPL-2.0-only
#include "bench/verdict/wall/pair_order.h"

namespace diobench {

PairSide PairOrder::next_first() {
    if (in_block_) last_ = other_side(last_);
    else last_ = (random_() & 1) == 0 ? PairSide::baseline : PairSide::candidate;
    in_block_ = !in_block_;
    return last_;
}

}  // namespace diobench
