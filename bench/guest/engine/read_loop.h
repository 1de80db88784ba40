// SPDX-License-Identifier: GPL-2.0-only
// The timed loops, once for all engines.
//
// Queue is the engine's side, all noexcept and without allocation:
//   static Result<std::unique_ptr<Queue>> create(const ReadPlan&)
//   void stage(unsigned slot, const Request&)    queue a read, not yet submitted
//   int submit(bool wait)                        hand over all staged; wait: one completion may be waited
//                                                for in the same system call; 0 or -errno
//   int reap(uint64_t& now, int64_t timeout_ns, Done&& done)
//                                                wait for at least one completion (timeout_ns < 0) or at most so
//                                                long, set now, call done(slot, result) for each; 0 or -errno
#pragma once

#include <ctime>

#include "bench/guest/engine/engine.h"

namespace diobench {

/// CLOCK_MONOTONIC in ns, through the vDSO.
inline uint64_t now_ns() {
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

/// Sleeps until a moment of CLOCK_MONOTONIC.
inline void sleep_until_ns(uint64_t moment_ns) {
    const timespec t{static_cast<time_t>(moment_ns / 1'000'000'000), static_cast<long>(moment_ns % 1'000'000'000)};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, nullptr) == EINTR) {
    }
}

/// Free slots in the order in which they became free, and what is in the others.
class Slots {
public:
    Slots(unsigned count, ReadStats& stats) : ring_(count), request_of_(count), submitted_at_(count) {
        for (unsigned i = 0; i < count; ++i) ring_[i] = i;
        stats.last_request.assign(count, ReadStats::kNothing);
    }
    unsigned take(size_t request, uint64_t now) {
        const unsigned slot = ring_[head_];
        if (++head_ == ring_.size()) head_ = 0;
        request_of_[slot] = request;
        submitted_at_[slot] = now;
        return slot;
    }
    void give_back(unsigned slot) {
        ring_[tail_] = slot;
        if (++tail_ == ring_.size()) tail_ = 0;
    }
    [[nodiscard]] size_t request(unsigned slot) const { return request_of_[slot]; }
    [[nodiscard]] uint64_t submitted_at(unsigned slot) const { return submitted_at_[slot]; }

private:
    std::vector<unsigned> ring_;  // never full: head to tail are free
    size_t head_ = 0;
    size_t tail_ = 0;
    std::vector<size_t> request_of_;
    std::vector<uint64_t> submitted_at_;
};

/// One completed read into the statistics; `intended_ns` is what its latency is counted from.
inline void account(const ReadPlan& plan, ReadStats& stats, const Slots& slots, unsigned slot, int64_t result, uint64_t intended_ns,
                    uint64_t now) {
    const size_t request = slots.request(slot);
    if (result == static_cast<int64_t>(plan.requests[request].expected_bytes)) {
        stats.last_request[slot] = request;
    } else {
        stats.last_request[slot] = ReadStats::kNothing;
        if (stats.errors++ == 0 && result < 0) stats.first_errno = static_cast<int>(-result);
    }
    if (result > 0) stats.bytes += static_cast<uint64_t>(result);
    stats.latency.record(now - intended_ns);
    if (!stats.spans.empty()) stats.spans[request] = {slots.submitted_at(slot), now};
    if (stats.ops++ == 0) stats.first_read_ns = now - stats.started_ns;
}

/// Keeps `plan.iodepth` reads in flight until all were made.  One clock
/// reading a reaped batch, nothing else between the kernel calls: it ends the
/// latency of the reads reaped and starts that of those which take their place,
/// so a read's latency holds the loop's own bookkeeping (the `null` row).
template <class Queue>
[[nodiscard]] Status closed_loop(Queue& queue, const ReadPlan& plan, ReadStats& stats) {
    const size_t total = plan.requests.size();
    Slots slots(plan.slots, stats);
    size_t next = 0;
    size_t in_flight = 0;
    uint64_t now = stats.started_ns = now_ns();
    while (stats.ops < total) {
        bool staged = false;
        while (in_flight < plan.iodepth && next < total) {
            queue.stage(slots.take(next, now), plan.requests[next]);
            ++next;
            ++in_flight;
            staged = true;
        }
        if (staged)
            if (int error = queue.submit(true); error != 0) return fail_errno("submit reads", "", -error);
        auto done = [&](unsigned slot, int64_t result) {
            account(plan, stats, slots, slot, result, slots.submitted_at(slot), now);
            slots.give_back(slot);
            --in_flight;
        };
        if (int error = queue.reap(now, -1, done); error != 0) return fail_errno("wait for reads", "", -error);
    }
    stats.elapsed_ns = now - stats.started_ns;
    return {};
}

/// Issues each read when it is due, at most `plan.iodepth` at once; one that
/// has to wait for a free slot is late, and its latency says so.
template <class Queue>
[[nodiscard]] Status open_loop(Queue& queue, const ReadPlan& plan, ReadStats& stats) {
    const size_t total = plan.requests.size();
    Slots slots(plan.slots, stats);
    size_t next = 0;
    size_t in_flight = 0;
    uint64_t now = stats.started_ns = now_ns();
    auto due = [&](size_t request) { return stats.started_ns + plan.due_ns[request]; };
    auto done = [&](unsigned slot, int64_t result) {
        stats.service.record(now - slots.submitted_at(slot));
        account(plan, stats, slots, slot, result, due(slots.request(slot)), now);
        slots.give_back(slot);
        --in_flight;
    };
    while (stats.ops < total) {
        bool staged = false;
        while (in_flight < plan.iodepth && next < total && due(next) <= now) {
            queue.stage(slots.take(next, now), plan.requests[next]);
            ++next;
            ++in_flight;
            staged = true;
        }
        if (staged) {
            stats.last_submit_ns = now - stats.started_ns;
            if (int error = queue.submit(false); error != 0) return fail_errno("submit reads", "", -error);
        }
        if (in_flight == 0) {
            sleep_until_ns(due(next));
            now = now_ns();
            continue;
        }
        const bool may_submit = next < total && in_flight < plan.iodepth;
        now = now_ns();
        const int64_t timeout_ns = !may_submit ? -1 : due(next) > now ? static_cast<int64_t>(due(next) - now) : 0;
        if (int error = queue.reap(now, timeout_ns, done); error != 0) return fail_errno("wait for reads", "", -error);
    }
    stats.elapsed_ns = now - stats.started_ns;
    return {};
}

/// An engine that is nothing but its queue.
template <class Queue>
class QueueEngine : public Engine {
public:
    Status prepare(const ReadPlan& plan) override {
        auto queue = Queue::create(plan);
        if (!queue) return forward(queue);
        queue_ = std::move(*queue);
        return {};
    }
    Status run(const ReadPlan& plan, ReadStats& stats) override {
        return plan.due_ns.empty() ? closed_loop(*queue_, plan, stats) : open_loop(*queue_, plan, stats);
    }

private:
    std::unique_ptr<Queue> queue_;
};

/// For EngineInfo::create.
template <class Queue>
std::unique_ptr<Engine> create_queue_engine() {
    return std::make_unique<QueueEngine<Queue>>();
}

/// A queue of one read at a time.  Call: int64_t operator()(slot's buffer, const Request&), bytes or -errno.
template <class Call>
class SynchronousQueue {
public:
    static Result<std::unique_ptr<SynchronousQueue>> create(const ReadPlan& plan) {
        auto call = Call::create(plan);
        if (!call) return forward(call);
        return std::unique_ptr<SynchronousQueue>(new SynchronousQueue(plan, std::move(*call)));
    }
    void stage(unsigned slot, const Request& request) {
        slot_ = slot;
        request_ = &request;
    }
    int submit(bool) {
        result_ = call_(plan_.buffer(slot_), *request_);
        return 0;
    }
    template <class Done>
    int reap(uint64_t& now, int64_t, Done&& done) {
        now = now_ns();
        done(slot_, result_);
        return 0;
    }

private:
    SynchronousQueue(const ReadPlan& plan, Call call) : plan_(plan), call_(std::move(call)) {}
    const ReadPlan& plan_;
    Call call_;
    unsigned slot_ = 0;
    const Request* request_ = nullptr;
    int64_t result_ = 0;
};

}  // namespace diobench
