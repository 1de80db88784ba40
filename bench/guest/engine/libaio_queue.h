// SPDX-License-Identifier: GPL-2.0-only
// Linux native asynchronous I/O: io_submit(2), io_getevents(2).
#pragma once

#include <libaio.h>

#include "bench/guest/engine/read_loop.h"
#include "bench/guest/engine/segments.h"

namespace diobench {

enum class AioForm { plain, vectored };

template <AioForm kForm>
class LibaioQueue {
public:
    static Result<std::unique_ptr<LibaioQueue>> create(const ReadPlan& plan) {
        io_context_t context = nullptr;
        if (int error = io_setup(static_cast<int>(plan.iodepth), &context); error < 0)
            return fail_errno("io_setup", "iodepth " + std::to_string(plan.iodepth), -error);
        return std::unique_ptr<LibaioQueue>(new LibaioQueue(plan, context));
    }
    LibaioQueue(const LibaioQueue&) = delete;
    LibaioQueue& operator=(const LibaioQueue&) = delete;
    ~LibaioQueue() { io_destroy(context_); }

    void stage(unsigned slot, const Request& request) {
        iocb* cb = &control_[slot];
        const int fd = plan_.fds[request.file];
        if constexpr (kForm == AioForm::plain) {
            io_prep_pread(cb, fd, plan_.buffer(slot), request.length_bytes, static_cast<long long>(request.offset_bytes));
        } else {
            const unsigned count = cut_segments(plan_.buffer(slot), request.length_bytes, segments_[slot]);
            io_prep_preadv(cb, fd, segments_[slot].data(), static_cast<int>(count), static_cast<long long>(request.offset_bytes));
        }
        cb->data = reinterpret_cast<void*>(static_cast<uintptr_t>(slot));
        staged_[count_++] = cb;
    }
    int submit(bool) {
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
    int reap(uint64_t& now, int64_t timeout_ns, Done&& done) {
        if (refused_slot_ != kNone) {
            now = now_ns();
            done(static_cast<unsigned>(refused_slot_), refused_error_);
            refused_slot_ = kNone;
            return count_ == 0 ? 0 : submit(false);
        }
        timespec limit{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
        int n = 0;
        do {
            n = io_getevents(context_, timeout_ns < 0 ? 1 : timeout_ns == 0 ? 0 : 1, static_cast<long>(events_.size()), events_.data(),
                             timeout_ns < 0 ? nullptr : &limit);
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
    LibaioQueue(const ReadPlan& plan, io_context_t context)
        : plan_(plan), context_(context), control_(plan.slots), segments_(kForm == AioForm::vectored ? plan.slots : 0),
          staged_(plan.slots), events_(plan.iodepth) {}

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
    std::vector<Segments> segments_;
    std::vector<iocb*> staged_;
    std::vector<io_event> events_;
    size_t count_ = 0;
    int64_t refused_slot_ = kNone;
    int refused_error_ = 0;
};

}  // namespace diobench
