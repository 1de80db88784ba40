// SPDX-License-Identifier: GPL-2.0-only
// The on-demand daemon: serves blobs to cachefiles.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"

namespace diobench {

struct DaemonFaults;

/// What the daemon did, in memory shared with whoever started it.
struct DaemonCounters {
    std::atomic<uint64_t> opens{0};
    std::atomic<uint64_t> closes{0};
    std::atomic<uint64_t> reads{0};           ///< READs answered
    std::atomic<uint64_t> reads_taken{0};     ///< READs that arrived and whose treatment (DaemonFaults) is settled
    std::atomic<uint64_t> most_in_flight{0};  ///< READs taken and not answered, at most
    std::atomic<uint64_t> bytes{0};    ///< written into the cache
    std::atomic<uint64_t> errors{0};   ///< requests answered with an error, or whose answer the kernel refused
};

/// The link blobs come over, in shared memory: whoever started the daemon may
/// change it while no READ is under way.
struct DaemonLink {
    std::atomic<uint64_t> round_trip_ns{0};
    std::atomic<uint64_t> bandwidth_bytes_per_s{0};  ///< 0: unlimited
    std::atomic<uint64_t> jitter_ns{0};              ///< at most so much more a round trip
    std::atomic<uint64_t> jitter_seed{0};            ///< the n-th READ since it was set gets the n-th draw
    std::atomic<uint64_t> draws{0};
};

/// What was fetched, in shared memory: the last kEntries READs.
struct FetchLog {
    static constexpr size_t kEntries = 16384;
    struct Entry {
        uint64_t taken_ns = 0;      ///< CLOCK_MONOTONIC: the daemon took the READ
        uint64_t done_ns = 0;       ///< its bytes are in the cache; the kernel is told next
        uint64_t offset_bytes = 0;  ///< in the blob
        uint64_t length_bytes = 0;
    };
    std::atomic<uint64_t> count{0};  ///< READs logged since the daemon began
    std::array<Entry, kEntries> entries;
};

struct DaemonOptions {
    /// Files that are served: name -> path.  An object of cookie key K is served
    /// from K, or from what stands before K's first '.', so that one image can be
    /// mounted cold any number of times as "flat.1", "flat.2"...  "VOLUME/K"
    /// comes first: two volumes may have blobs of one name.
    std::map<std::string, std::string> blobs;
    uint64_t round_trip_ns = 0;
    uint64_t bandwidth_bytes_per_s = 0;
    DaemonLink* link = nullptr;    ///< instead of the two figures above, if given
    FetchLog* log = nullptr;
    unsigned threads = 4;      ///< that write into the cache side by side
    bool restore = false;      ///< take over from a daemon that died: ask for its requests again
    const DaemonFaults* faults = nullptr;  ///< what to do wrong (shared memory); null: nothing.  With it, complaints are counted, not printed
};

/// Opens /dev/cachefiles and binds `directory` (on a file system with tmpfile,
/// xattrs and sync_fs) in on-demand mode.  The descriptor must stay open
/// somewhere for as long as the cache lives: closing it kills the cache.
/// `limits`: commands given before it is bound ("brun 30%"), after those that let nearly all space be used.
[[nodiscard]] Result<UniqueFd> bind_cache(const std::string& directory, const std::string& tag, const std::vector<std::string>& limits = {});

/// Serves requests until `stop_fd` becomes readable.  Counts into `counters`.
[[nodiscard]] Status run_daemon(int device_fd, int stop_fd, const DaemonOptions& options, DaemonCounters& counters);

}  // namespace diobench
