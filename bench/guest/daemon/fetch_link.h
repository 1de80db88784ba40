// SPDX-License-Identifier: GPL-2.0-only
// When a fetched range would have arrived: a round trip, then its bytes over
// one link that all requests share, first come first served.
#pragma once

#include <algorithm>
#include <cstdint>

namespace diobench {

class FetchLink {
public:
    /// Bandwidth 0: unlimited.
    FetchLink(uint64_t round_trip_ns, uint64_t bandwidth_bytes_per_s)
        : round_trip_ns_(round_trip_ns), bandwidth_bytes_per_s_(bandwidth_bytes_per_s) {}

    /// From now on; what is under way keeps its time.
    void set(uint64_t round_trip_ns, uint64_t bandwidth_bytes_per_s) {
        round_trip_ns_ = round_trip_ns;
        bandwidth_bytes_per_s_ = bandwidth_bytes_per_s;
    }
    /// Time (same clock as `now_ns`) at which `bytes`, asked for now, are here.
    [[nodiscard]] uint64_t arrival_ns(uint64_t now_ns, uint64_t bytes) {
        uint64_t start = std::max(now_ns + round_trip_ns_, link_free_ns_);
        uint64_t transfer = bandwidth_bytes_per_s_ == 0 ? 0 : bytes * 1'000'000'000 / bandwidth_bytes_per_s_;
        link_free_ns_ = start + transfer;
        return link_free_ns_;
    }

private:
    uint64_t round_trip_ns_;
    uint64_t bandwidth_bytes_per_s_;
    uint64_t link_free_ns_ = 0;
};

}  // namespace diobench
