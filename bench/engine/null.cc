// SPDX-License-Identifier: GPL-2.0-only
// null: the whole loop without the kernel.  What it takes is the harness's own
// cost per read; its row is in every report.
#include "bench/engine/closed_loop.h"

namespace diobench {
namespace {

class NullQueue {
public:
    explicit NullQueue(const ReadPlan& plan) : block_size_bytes_(plan.block_size_bytes), staged_(plan.slots) {}
    void stage(unsigned slot, uint64_t) { staged_[count_++] = slot; }
    int submit() { return 0; }
    template <class Done>
    int reap(uint64_t& now, Done&& done) {
        now = now_ns();
        for (size_t i = 0; i < count_; ++i) done(staged_[i], block_size_bytes_);
        count_ = 0;
        return 0;
    }

private:
    int64_t block_size_bytes_;
    std::vector<unsigned> staged_;
    size_t count_ = 0;
};

class NullEngine : public Engine {
public:
    Status prepare(const ReadPlan& plan) override {
        queue_ = std::make_unique<NullQueue>(plan);
        return {};
    }
    Status run(const ReadPlan& plan, ReadStats& stats) override {
        auto status = closed_loop(*queue_, plan, stats);
        // Nothing was read: there is no content to check.
        stats.last_offset.assign(plan.slots, ReadStats::kNothing);
        return status;
    }

private:
    std::unique_ptr<NullQueue> queue_;
};

const EngineRegistration registration({
    .name = "null",
    .purpose = "no I/O: the cost of the harness itself",
    .max_iodepth = 4096,
    .reads_file = false,
    .create = []() -> std::unique_ptr<Engine> { return std::make_unique<NullEngine>(); },
});

}  // namespace
}  // namespace diobench
