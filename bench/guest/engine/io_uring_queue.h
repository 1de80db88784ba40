// SPDX-License-Identifier: GPL-2.0-only
// io_uring through liburing, in several forms.
#pragma once

#include <cerrno>
#include <liburing.h>

#include "bench/guest/engine/read_loop.h"
#include "bench/guest/engine/segments.h"

namespace diobench {

/// What differs from one plain IORING_OP_READ after the other.
struct UringForm {
    bool fixed_buffers = false;     ///< IORING_OP_READ_FIXED on registered buffers
    bool registered_files = false;  ///< IOSQE_FIXED_FILE
    bool registered_ring = false;   ///< IORING_ENTER_REGISTERED_RING: the ring's own descriptor is registered
    bool sqpoll = false;            ///< a kernel thread takes submissions
    bool vectored = false;          ///< IORING_OP_READV, four segments a read
};

/// How long the kernel's thread looks for work before it sleeps.
constexpr unsigned kSqThreadIdleMs = 1;

template <UringForm kForm>
class UringQueue {
public:
    static Result<std::unique_ptr<UringQueue>> create(const ReadPlan& plan) {
        auto queue = std::unique_ptr<UringQueue>(new UringQueue(plan));
        if (auto s = queue->set_up(); !s) return forward(s);
        return queue;
    }
    UringQueue(const UringQueue&) = delete;
    UringQueue& operator=(const UringQueue&) = delete;
    ~UringQueue() {
        if (made_) io_uring_queue_exit(&ring_);
    }

    void stage(unsigned slot, const Request& request) {
        io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
        // A polling thread gives entries back after their reads may have ended: then there is none for a moment.
        while (kForm.sqpoll && sqe == nullptr) {
            io_uring_sqring_wait(&ring_);
            sqe = io_uring_get_sqe(&ring_);
        }
        const int fd = kForm.registered_files ? static_cast<int>(request.file) : plan_.fds[request.file];
        if constexpr (kForm.vectored) {
            const unsigned count = cut_segments(plan_.buffer(slot), request.length_bytes, segments_[slot]);
            io_uring_prep_readv(sqe, fd, segments_[slot].data(), count, request.offset_bytes);
        } else if constexpr (kForm.fixed_buffers) {
            io_uring_prep_read_fixed(sqe, fd, plan_.buffer(slot), request.length_bytes, request.offset_bytes, 0);
        } else {
            io_uring_prep_read(sqe, fd, plan_.buffer(slot), request.length_bytes, request.offset_bytes);
        }
        if constexpr (kForm.registered_files) sqe->flags |= IOSQE_FIXED_FILE;
        sqe->user_data = slot;
        ++staged_;
    }
    /// With `wait`, submits and waits for one completion in the same system call.
    int submit(bool wait) {
        while (staged_ > 0) {
            const int n = wait && !kForm.sqpoll ? io_uring_submit_and_wait(&ring_, 1) : io_uring_submit(&ring_);
            if (n == -EINTR) continue;
            if (n < 0) return n;
            // With a polling thread the answer counts what it has not taken yet as well, from before.
            staged_ -= std::min(staged_, static_cast<unsigned>(n));
        }
        return 0;
    }
    template <class Done>
    int reap(uint64_t& now, int64_t timeout_ns, Done&& done) {
        if (int error = wait(timeout_ns); error < 0) return error;
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
    explicit UringQueue(const ReadPlan& plan) : plan_(plan), segments_(kForm.vectored ? plan.slots : 0) {}

    /// 0 also when the time is over.
    int wait(int64_t timeout_ns) {
        io_uring_cqe* first = nullptr;
        int error = 0;
        do {
            if (timeout_ns < 0) {
                error = io_uring_wait_cqe(&ring_, &first);
            } else {
                __kernel_timespec limit{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
                error = io_uring_wait_cqe_timeout(&ring_, &first, &limit);
            }
        } while (error == -EINTR);
        return error == -ETIME ? 0 : error;
    }
    Status set_up() {
        io_uring_params params{};
        if (kForm.sqpoll) {
            params.flags = IORING_SETUP_SQPOLL;
            params.sq_thread_idle = kSqThreadIdleMs;
        } else {
            // Since 6.1: completions run in our own task when we ask for them.
            params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
        }
        int error = io_uring_queue_init_params(plan_.iodepth, &ring_, &params);
        // A kernel without these flags says EINVAL; then a plain ring serves.
        if (error == -EINVAL && !kForm.sqpoll) error = io_uring_queue_init(plan_.iodepth, &ring_, 0);
        if (error < 0) return fail_errno("io_uring_queue_init", "iodepth " + std::to_string(plan_.iodepth), -error);
        made_ = true;
        if (kForm.fixed_buffers) {
            const iovec all{plan_.buffers, size_t{plan_.slots} * plan_.slot_bytes};
            if (error = io_uring_register_buffers(&ring_, &all, 1); error < 0) return fail_errno("io_uring_register_buffers", "", -error);
        }
        if (kForm.registered_files)
            if (error = io_uring_register_files(&ring_, plan_.fds.data(), static_cast<unsigned>(plan_.fds.size())); error < 0)
                return fail_errno("io_uring_register_files", "", -error);
        if (kForm.registered_ring)
            // EINVAL: a kernel before 5.18, which cannot.
            if (error = io_uring_register_ring_fd(&ring_); error < 0) return fail_errno("io_uring_register_ring_fd", "", error == -EINVAL ? EOPNOTSUPP : -error);
        return {};
    }

    const ReadPlan& plan_;
    io_uring ring_{};
    bool made_ = false;
    std::vector<Segments> segments_;
    unsigned staged_ = 0;
};

}  // namespace diobench
