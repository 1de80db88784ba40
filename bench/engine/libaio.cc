// SPDX-License-Identifier: GPL-2.0-only
// Linux native asynchronous I/O: io_submit(2), io_getevents(2).
#include <libaio.h>

#include "bench/engine/closed_loop.h"

namespace diobench {
namespace {

class LibaioQueue {
public:
    LibaioQueue(const ReadPlan& plan, io_context_t context)
        : plan_(plan), context_(context), control_(plan.slots), staged_(plan.slots), events_(plan.iodepth) {}
    void stage(unsigned slot, uint64_t offset) {
        iocb* cb = &control_[slot];
        io_prep_pread(cb, plan_.fd, plan_.buffers + size_t{slot} * plan_.block_size_bytes, plan_.block_size_bytes,
                      static_cast<long long>(offset));
        cb->data = reinterpret_cast<void*>(static_cast<uintptr_t>(slot));
        staged_[count_++] = cb;
    }
    int submit() {
        size_t from = 0;
        while (from < count_) {
            int n = io_submit(context_, static_cast<long>(count_ - from), staged_.data() + from);
            if (n < 0 && n != -EINTR) return refuse(from, n);
            if (n > 0) from += static_cast<size_t>(n);
        }
        count_ = 0;
        return 0;
    }
    template <class Done>
    int reap(uint64_t& now, Done&& done) {
        if (refused_slot_ != kNone) {
            now = now_ns();
            done(static_cast<unsigned>(refused_slot_), refused_error_);
            refused_slot_ = kNone;
            return count_ == 0 ? 0 : submit();
        }
        int n = 0;
        do {
            n = io_getevents(context_, 1, static_cast<long>(events_.size()), events_.data(), nullptr);
        } while (n == -EINTR);
        if (n < 0) return n;
        now = now_ns();
        for (int i = 0; i < n; ++i)
            done(static_cast<unsigned>(reinterpret_cast<uintptr_t>(events_[static_cast<size_t>(i)].data)),
                 static_cast<int64_t>(events_[static_cast<size_t>(i)].res));
        return 0;
    }

private:
    static constexpr int64_t kNone = -1;
    /// io_submit says no to the first control block it cannot take: that read
    /// failed; the ones behind it are submitted later.
    int refuse(size_t from, int error) {
        refused_slot_ = static_cast<int64_t>(reinterpret_cast<uintptr_t>(staged_[from]->data));
        refused_error_ = error;
        for (size_t i = from + 1; i < count_; ++i) staged_[i - from - 1] = staged_[i];
        count_ -= from + 1;
        return 0;
    }

    const ReadPlan& plan_;
    io_context_t context_;
    std::vector<iocb> control_;
    std::vector<iocb*> staged_;
    std::vector<io_event> events_;
    size_t count_ = 0;
    int64_t refused_slot_ = kNone;
    int refused_error_ = 0;
};

class LibaioEngine : public Engine {
public:
    ~LibaioEngine() override {
        if (context_ != nullptr) io_destroy(context_);
    }
    Status prepare(const ReadPlan& plan) override {
        if (int error = io_setup(static_cast<int>(plan.iodepth), &context_); error < 0)
            return fail_errno("io_setup", "iodepth " + std::to_string(plan.iodepth), -error);
        queue_ = std::make_unique<LibaioQueue>(plan, context_);
        return {};
    }
    Status run(const ReadPlan& plan, ReadStats& stats) override { return closed_loop(*queue_, plan, stats); }

private:
    io_context_t context_ = nullptr;
    std::unique_ptr<LibaioQueue> queue_;
};

const EngineRegistration registration({
    .name = "libaio",
    .purpose = "io_submit(2) and io_getevents(2)",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = []() -> std::unique_ptr<Engine> { return std::make_unique<LibaioEngine>(); },
});

}  // namespace
}  // namespace diobench
