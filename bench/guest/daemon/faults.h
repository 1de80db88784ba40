// SPDX-License-Identifier: GPL-2.0-only
// What a daemon can be told, at any moment and from another process, to do wrong.
#pragma once

#include <atomic>
#include <cstdint>

namespace diobench {

/// How a daemon treats the requests that reach it from now on.  Lies in memory
/// shared with whoever controls the daemon.  A READ is treated as these said
/// when it arrived, whatever they say when it is answered.
struct DaemonFaults {
    static constexpr uint64_t kAll = UINT64_MAX;

    std::atomic<uint64_t> read_delay_ns{0};           ///< a READ is filled and answered this much later
    std::atomic<bool> hold_reads{false};              ///< READs are taken and not answered...
    std::atomic<uint64_t> releases{0};                ///< ...until this number is raised: all held so far are served
    std::atomic<bool> fill_nothing{false};            ///< answer READs at once, write nothing
    std::atomic<uint64_t> fill_at_most_bytes{kAll};   ///< write only a prefix of what a READ asks for (rounded down to pages)
    std::atomic<bool> leave_zeros_out{false};         ///< of what a READ asks for do not write the sectors at its end that hold nothing but zeros
    std::atomic<uint64_t> fill_elsewhere_bytes{0};    ///< write the range this far behind the one that was asked for
    std::atomic<bool> fail_writes{false};             ///< write from memory that is not there: the kernel's write fails with EFAULT
    std::atomic<int> open_errno{0};                   ///< answer OPENs with this errno (positive; 0: serve them)

    /// Serve everything again; READs that are held stay held until release().
    void clear() {
        read_delay_ns = 0;
        hold_reads = fill_nothing = fail_writes = leave_zeros_out = false;
        fill_at_most_bytes = kAll;
        fill_elsewhere_bytes = 0;
        open_errno = 0;
    }
    /// READs that are held are served; later ones are not held.
    void release() {
        hold_reads = false;
        ++releases;
    }
};

}  // namespace diobench
