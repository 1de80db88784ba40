// SPDX-License-Identifier: GPL-2.0-only
// The timed loop, once for all engines.
#pragma once

#include <ctime>

#include "bench/engine/engine.h"

namespace diobench {

/// CLOCK_MONOTONIC in ns, through the vDSO.
inline uint64_t now_ns() {
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

/// Keeps `plan.iodepth` reads in flight until all offsets were read.  One clock
/// reading a reaped batch, nothing else between the kernel calls: it ends the
/// latency of the reads reaped and starts that of those which take their place,
/// so a read's latency holds the loop's own bookkeeping (the `null` row).
///
/// Queue is the engine's side, all noexcept and without allocation:
///   void stage(unsigned slot, uint64_t offset);     queue a read, not yet submitted
///   int submit();                                   hand over all staged; 0 or -errno
///   int reap(uint64_t& now, Done&& done);           wait for at least one completion, set now,
///                                                   call done(slot, result) for each; 0 or -errno
template <class Queue>
[[nodiscard]] Status closed_loop(Queue& queue, const ReadPlan& plan, ReadStats& stats) {
    const size_t total = plan.offsets.size();
    // Free slots in the order in which they became free; a ring, never full.
    std::vector<unsigned> ring(plan.slots);
    for (unsigned i = 0; i < plan.slots; ++i) ring[i] = i;
    size_t free_head = 0;
    size_t free_tail = 0;  // entries between are taken: tail - head + free == slots
    std::vector<uint64_t> submitted_at(plan.slots);
    std::vector<uint64_t> offset_of(plan.slots);
    stats.last_offset.assign(plan.slots, ReadStats::kNothing);

    size_t next = 0;
    size_t in_flight = 0;
    const uint64_t started = now_ns();
    uint64_t now = started;
    while (stats.ops < total) {
        bool staged = false;
        while (in_flight < plan.iodepth && next < total) {
            unsigned slot = ring[free_head];
            if (++free_head == plan.slots) free_head = 0;
            submitted_at[slot] = now;
            offset_of[slot] = plan.offsets[next];
            queue.stage(slot, plan.offsets[next]);
            ++next;
            ++in_flight;
            staged = true;
        }
        if (staged)
            if (int error = queue.submit(); error != 0) return fail_errno("submit reads", "", -error);
        auto done = [&](unsigned slot, int64_t result) {
            if (result == static_cast<int64_t>(plan.block_size_bytes)) {
                stats.last_offset[slot] = offset_of[slot];
            } else {
                stats.last_offset[slot] = ReadStats::kNothing;
                if (stats.errors++ == 0 && result < 0) stats.first_errno = static_cast<int>(-result);
            }
            if (result > 0) stats.bytes += static_cast<uint64_t>(result);
            stats.latency.record(now - submitted_at[slot]);
            ring[free_tail] = slot;
            if (++free_tail == plan.slots) free_tail = 0;
            --in_flight;
            ++stats.ops;
        };
        int error = queue.reap(now, done);
        if (error != 0) return fail_errno("wait for reads", "", -error);
    }
    stats.elapsed_ns = now - started;
    return {};
}

}  // namespace diobench
