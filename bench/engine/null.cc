// SPDX-License-Identifier: GPL-2.0-only
// null: the whole loop without the kernel.  What it takes is the harness's own
// cost per read; its row is in every report.
#include "bench/engine/read_loop.h"

namespace diobench {
namespace {

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

private:
    explicit NullQueue(const ReadPlan& plan) : result_(plan.slot_bytes), staged_(plan.slots) {}
    int64_t result_;
    std::vector<unsigned> staged_;
    size_t count_ = 0;
};

const EngineRegistration registration({
    .name = "null",
    .purpose = "no I/O: the cost of the harness itself",
    .max_iodepth = 4096,
    .reads_file = false,
    .create = create_queue_engine<NullQueue>,
});

}  // namespace
}  // namespace diobench
