// SPDX-License-Identifier: GPL-2.0-only
// Reads that are done as soon as they are asked for.
#pragma once

#include "bench/guest/engine/read_loop.h"

namespace diobench {

class NullQueue {
public:
    static Result<std::unique_ptr<NullQueue>> create(const ReadPlan& plan) { return std::unique_ptr<NullQueue>(new NullQueue(plan)); }
    void stage(unsigned slot, const Request&) { staged_[count_++] = slot; }
    int submit(bool) { return 0; }
    template <class Done>
    int reap(uint64_t& now, int64_t, Done&& done) {
        now = now_ns();
        for (size_t i = 0; i < count_; ++i) done(staged_[i], result_);
        count_ = 0;
        return 0;
    }

protected:
    explicit NullQueue(const ReadPlan& plan) : result_(plan.slot_bytes), staged_(plan.slots) {}

private:
    int64_t result_;
    std::vector<unsigned> staged_;
    size_t count_ = 0;
};

}  // namespace diobench
