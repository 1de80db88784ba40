// SPDX-License-Identifier: GPL-2.0-only
// Which of the guest's accesses to memory a processor's caches would have
// served: three levels of least recently used lines of 64 bytes, by physical
// address, and a prefetcher that follows streams.  One core has all of it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "bench/host/machine/plugin/processor.h"

namespace diobench::plugin {

/// Lines by where they were found.
struct LineCounts {
    uint64_t l1 = 0;
    uint64_t l2 = 0;
    uint64_t l3 = 0;
    uint64_t streamed = 0;  ///< memory, next to one that was accessed before
    uint64_t missed = 0;    ///< memory
    uint64_t string_steps = 0;  ///< stores of string instructions, which are instructions each to the emulator

    LineCounts operator-(const LineCounts& other) const {
        return {l1 - other.l1, l2 - other.l2, l3 - other.l3, streamed - other.streamed, missed - other.missed, string_steps - other.string_steps};
    }
};

class CacheModel {
public:
    explicit CacheModel(const Processor& processor);

    void access(uint64_t address, uint64_t bytes) {
        const uint64_t first = address / kLineBytes, last = (address + bytes - 1) / kLineBytes;
        touch(first);
        if (last != first) touch(last);
    }
    void string_step() { ++traffic_.string_steps; }
    [[nodiscard]] const LineCounts& traffic() const { return traffic_; }

private:
    static constexpr uint64_t kLineBytes = 64;
    static constexpr size_t kStreams = 16;

    /// Of one level: sets of lines, the last used first.
    class Level {
    public:
        explicit Level(CacheSize size);
        /// Whether the line was there; it is afterwards.
        bool touch(uint64_t line);

    private:
        unsigned ways_;
        uint64_t sets_;
        std::vector<uint64_t> lines_;  ///< line + 1; 0: empty
    };

    void touch(uint64_t line);
    [[nodiscard]] bool follows_stream(uint64_t line);

    Level l1_, l2_, l3_;
    std::array<uint64_t, kStreams> streams_{};  ///< the line that comes next
    size_t next_stream_ = 0;
    uint64_t last_ = ~uint64_t{0};
    LineCounts traffic_;
};

}  // namespace diobench::plugin
