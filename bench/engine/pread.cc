// SPDX-License-Identifier: GPL-2.0-only
// pread(2): one synchronous read at a time.
#include <cerrno>
#include <unistd.h>

#include "bench/engine/closed_loop.h"

namespace diobench {
namespace {

class PreadQueue {
public:
    explicit PreadQueue(const ReadPlan& plan) : plan_(plan) {}
    void stage(unsigned slot, uint64_t offset) {
        slot_ = slot;
        offset_ = offset;
    }
    int submit() {
        ssize_t n = ::pread(plan_.fd, plan_.buffers + size_t{slot_} * plan_.block_size_bytes, plan_.block_size_bytes,
                            static_cast<off_t>(offset_));
        result_ = n < 0 ? -errno : n;
        return 0;
    }
    template <class Done>
    int reap(uint64_t& now, Done&& done) {
        now = now_ns();
        done(slot_, result_);
        return 0;
    }

private:
    const ReadPlan& plan_;
    unsigned slot_ = 0;
    uint64_t offset_ = 0;
    int64_t result_ = 0;
};

class PreadEngine : public Engine {
public:
    Status prepare(const ReadPlan&) override { return {}; }
    Status run(const ReadPlan& plan, ReadStats& stats) override {
        PreadQueue queue(plan);
        return closed_loop(queue, plan, stats);
    }
};

const EngineRegistration registration({
    .name = "pread",
    .purpose = "pread(2), one at a time",
    .max_iodepth = 1,
    .reads_file = true,
    .create = []() -> std::unique_ptr<Engine> { return std::make_unique<PreadEngine>(); },
});

}  // namespace
}  // namespace diobench
