// SPDX-License-Identifier: GPL-2.0-only
// The on-demand daemon: serves blobs to cachefiles.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "bench/base/error.h"
#include "bench/base/fd.h"

namespace diobench {

struct DaemonFaults;

/// What the daemon did, in memory shared with whoever started it.
struct DaemonCounters {
    std::atomic<uint64_t> opens{0};
    std::atomic<uint64_t> closes{0};
    std::atomic<uint64_t> reads{0};           ///< READs answered
    std::atomic<uint64_t> reads_taken{0};     ///< READs that arrived
    std::atomic<uint64_t> most_in_flight{0};  ///< READs taken and not answered, at most
    std::atomic<uint64_t> bytes{0};    ///< written into the cache
    std::atomic<uint64_t> errors{0};   ///< requests answered with an error, or whose answer the kernel refused
};

struct DaemonOptions {
    /// Files that are served: name -> path.  An object of cookie key K is served
    /// from K, or from what stands before K's first '.', so that one image can be
    /// mounted cold any number of times as "flat.1", "flat.2"...  "VOLUME/K"
    /// comes first: two volumes may have blobs of one name.
    std::map<std::string, std::string> blobs;
    uint64_t round_trip_ns = 0;
    uint64_t bandwidth_bytes_per_s = 0;
    unsigned threads = 4;      ///< that write into the cache side by side
    bool restore = false;      ///< take over from a daemon that died: ask for its requests again
    const DaemonFaults* faults = nullptr;  ///< what to do wrong (shared memory); null: nothing.  With it, complaints are counted, not printed
};

/// Opens /dev/cachefiles and binds `directory` (on a file system with tmpfile,
/// xattrs and sync_fs) in on-demand mode.  The descriptor must stay open
/// somewhere for as long as the cache lives: closing it kills the cache.
[[nodiscard]] Result<UniqueFd> bind_cache(const std::string& directory, const std::string& tag);

/// Serves requests until `stop_fd` becomes readable.  Counts into `counters`.
[[nodiscard]] Status run_daemon(int device_fd, int stop_fd, const DaemonOptions& options, DaemonCounters& counters);

}  // namespace diobench
