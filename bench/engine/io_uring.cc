// SPDX-License-Identifier: GPL-2.0-only
// io_uring through liburing: plain IORING_OP_READ.
#include <cerrno>
#include <liburing.h>

#include "bench/engine/closed_loop.h"

namespace diobench {
namespace {

class UringQueue {
public:
    UringQueue(const ReadPlan& plan, io_uring& ring) : plan_(plan), ring_(ring) {}
    void stage(unsigned slot, uint64_t offset) {
        io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
        io_uring_prep_read(sqe, plan_.fd, plan_.buffers + size_t{slot} * plan_.block_size_bytes,
                           plan_.block_size_bytes, offset);
        sqe->user_data = slot;
        ++staged_;
    }
    /// Submits and waits for one completion in the same system call.
    int submit() {
        while (staged_ > 0) {
            int n = io_uring_submit_and_wait(&ring_, 1);
            if (n == -EINTR) continue;
            if (n < 0) return n;
            staged_ -= static_cast<unsigned>(n);
        }
        return 0;
    }
    template <class Done>
    int reap(uint64_t& now, Done&& done) {
        io_uring_cqe* first = nullptr;
        int error = 0;
        do {
            error = io_uring_wait_cqe(&ring_, &first);
        } while (error == -EINTR);
        if (error < 0) return error;
        now = now_ns();
        unsigned head = 0;
        unsigned seen = 0;
        io_uring_cqe* cqe = nullptr;
        io_uring_for_each_cqe(&ring_, head, cqe) {
            done(static_cast<unsigned>(cqe->user_data), cqe->res);
            ++seen;
        }
        io_uring_cq_advance(&ring_, seen);
        return 0;
    }

private:
    const ReadPlan& plan_;
    io_uring& ring_;
    unsigned staged_ = 0;
};

class UringEngine : public Engine {
public:
    ~UringEngine() override {
        if (made_) io_uring_queue_exit(&ring_);
    }
    Status prepare(const ReadPlan& plan) override {
        // Since 6.1: completions run in our own task when we ask for them.
        // A kernel without these flags says EINVAL; then a plain ring serves.
        io_uring_params params{};
        params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        int error = io_uring_queue_init_params(plan.iodepth, &ring_, &params);
        if (error == -EINVAL) error = io_uring_queue_init(plan.iodepth, &ring_, 0);
        if (error < 0) return fail_errno("io_uring_queue_init", "iodepth " + std::to_string(plan.iodepth), -error);
        made_ = true;
        queue_ = std::make_unique<UringQueue>(plan, ring_);
        return {};
    }
    Status run(const ReadPlan& plan, ReadStats& stats) override { return closed_loop(*queue_, plan, stats); }

private:
    io_uring ring_{};
    bool made_ = false;
    std::unique_ptr<UringQueue> queue_;
};

const EngineRegistration registration({
    .name = "io_uring",
    .purpose = "io_uring, IORING_OP_READ, one issuer, deferred task work",
    .max_iodepth = 4096,
    .reads_file = true,
    .create = []() -> std::unique_ptr<Engine> { return std::make_unique<UringEngine>(); },
});

}  // namespace
}  // namespace diobench
