// SPDX-License-Identifier: GPL-2.0-only
// The state of the machine at one moment: page cache by layer, CPU time by
// whom, requests by kind.  Two of them, around the timed region, make a cell's
// evidence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// Of the page cache.
inline constexpr uint64_t kPageBytes = 4096;

struct CacheStat {
    uint64_t cached_bytes = 0;
    uint64_t evicted_bytes = 0;  ///< dropped since the file was first cached
};

/// Page cache of an open file or block device by mincore(2) of a mapping of it.
[[nodiscard]] Result<uint64_t> resident_bytes(int fd);
/// Page cache of an open file, all of it: by cachestat(2); a kernel without it (before 6.5) is asked by resident_bytes(),
/// and then nothing is known of what was evicted.
[[nodiscard]] Result<CacheStat> cache_stat(int fd);

/// Reads sent to cache files since boot: "IO : rd=12 wr=3" of /proc/fs/fscache/stats.
[[nodiscard]] Result<uint64_t> fscache_reads();

struct Snapshot {
    uint64_t time_ns = 0;
    /// Of all CPUs (/proc/timer_list: idle_sleeptime + iowait_sleeptime); nothing: this kernel does not say it.
    std::optional<uint64_t> idle_ns = {};
    unsigned cpus = 1;
    uint64_t reader_cpu_ns = 0;
    uint64_t daemon_cpu_ns = 0;
    uint64_t init_cpu_ns = 0;
    uint64_t neighbour_cpu_ns = 0;
    uint64_t kernel_threads_cpu_ns = 0;
    std::optional<uint64_t> erofs_file_bytes;    ///< of the files that are read; null: there are none in this cell
    uint64_t erofs_file_evicted_bytes = 0;       ///< of the same, dropped from the page cache since they were first in it
    std::optional<uint64_t> backing_file_bytes;  ///< null: it has no name to open it by
    std::optional<uint64_t> daemon_source_bytes; ///< the image the daemon serves; in the initramfs, so always cached and in the base line
    uint64_t block_device_bytes = 0;             ///< buffers of the cache device: ext4's own metadata
    uint64_t guest_total_bytes = 0;              ///< nr_file_pages
    uint64_t device_read_bytes = 0;              ///< all block devices but loop devices, since boot
    uint64_t reclaimed_pages = 0;                ///< pgsteal_* + pginvalidate and the like: pages that left the page cache
    uint64_t backing_reads = 0;                  ///< fscache: reads sent to the cache
    uint64_t ondemand_opens = 0;
    uint64_t ondemand_reads = 0;
    uint64_t ondemand_bytes = 0;
    uint64_t daemon_errors = 0;
};

/// What to look at.
struct SnapshotTarget {
    std::vector<int> erofs_fds;
    std::vector<int> backing_fds;
    std::vector<int> source_fds;
    bool has_backing = false;     ///< otherwise the layer is null
    int block_device_fd = -1;
    pid_t reader = -1;
    pid_t daemon = -1;
    pid_t server = -1;            ///< counted with the daemon
    pid_t neighbour = -1;
    bool on_demand = false;       ///< there is a cache, and fscache counts its reads
};

[[nodiscard]] Result<Snapshot> take_snapshot(const SnapshotTarget& target);

/// Sum of "label: N" or "label : N nsecs" lines of a text, for /proc/timer_list.
[[nodiscard]] uint64_t sum_of_values(const std::string& text, const std::string& label);

}  // namespace diobench
