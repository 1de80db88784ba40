// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/snapshot.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/base/files.h"
#include "bench/base/text.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

namespace diobench {

namespace {

constexpr uint64_t kPageBytes = 4096;

uint64_t clock_ns(clockid_t clock) {
    timespec t{};
    if (::clock_gettime(clock, &t) < 0) return 0;
    return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(t.tv_nsec);
}

uint64_t process_cpu_ns(pid_t pid) {
    clockid_t clock{};
    if (pid <= 0 || ::clock_getcpuclockid(pid, &clock) != 0) return 0;
    return clock_ns(clock);
}

uint64_t first_number(std::string_view text) {
    size_t at = text.find_first_of("0123456789");
    uint64_t value = 0;
    if (at != std::string_view::npos) std::from_chars(text.data() + at, text.data() + text.size(), value);
    return value;
}

/// Lines "name value" of /proc/vmstat whose name starts with `prefix`, summed.
uint64_t vmstat_sum(const std::vector<std::string>& lines, std::string_view prefix) {
    uint64_t sum = 0;
    for (const auto& line : lines)
        if (line.starts_with(prefix)) sum += first_number(std::string_view(line).substr(line.find(' ')));
    return sum;
}

}  // namespace

Result<uint64_t> fscache_reads() {
    auto text = read_file("/proc/fs/netfs/stats");
    if (!text) return forward(text);
    for (const auto& line : split(*text, '\n'))
        if (line.starts_with("IO "))
            if (auto at = line.find("rd="); at != std::string::npos) return first_number(std::string_view(line).substr(at));
    return fail("read", "/proc/fs/netfs/stats", "no line \"IO : rd=\" in it", ExitCode::invalid);
}

uint64_t sum_of_values(const std::string& text, const std::string& label) {
    uint64_t sum = 0;
    for (const auto& line : split(text, '\n'))
        if (auto at = line.find(label); at != std::string::npos)
            if (auto colon = line.find(':', at + label.size()); colon != std::string::npos)
                sum += first_number(std::string_view(line).substr(colon));
    return sum;
}

Result<CacheStat> cache_stat(int fd) {
    struct Range {
        uint64_t offset, length;
    } range{0, 0};
    struct {
        uint64_t cache, dirty, writeback, evicted, recently_evicted;
    } stat{};
    if (::syscall(SYS_cachestat, fd, &range, &stat, 0) < 0) return fail_errno("cachestat", "");
    return CacheStat{stat.cache * kPageBytes, stat.evicted * kPageBytes};
}

Result<Snapshot> take_snapshot(const SnapshotTarget& target) {
    Snapshot out;
    // Folds the per-CPU page counters into the global ones; they are exact then.
    if (auto refreshed = read_file("/proc/sys/vm/stat_refresh"); !refreshed) return forward(refreshed);
    auto vmstat = read_file("/proc/vmstat");
    if (!vmstat) return forward(vmstat);
    auto lines = split(*vmstat, '\n');
    out.guest_total_bytes = vmstat_sum(lines, "nr_file_pages ") * kPageBytes;
    out.reclaimed_pages = vmstat_sum(lines, "pgsteal_anon ") + vmstat_sum(lines, "pgsteal_file ") + vmstat_sum(lines, "drop_pagecache ");
    struct Layer {
        int fd;
        std::optional<uint64_t>& out;
    };
    std::optional<uint64_t> device_bytes;
    for (Layer layer : {Layer{target.erofs_fd, out.erofs_file_bytes}, Layer{target.backing_fd, out.backing_file_bytes},
                        Layer{target.block_device_fd, device_bytes},
                        Layer{target.daemon_source_fd, out.daemon_source_bytes}}) {
        if (layer.fd < 0) continue;
        auto stat = cache_stat(layer.fd);
        if (!stat) return forward(stat);
        layer.out = stat->cached_bytes;
    }
    out.block_device_bytes = device_bytes.value_or(0);
    auto reads = fscache_reads();
    if (!reads) return forward(reads);
    out.backing_reads = *reads;
    out.cpus = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
    out.reader_cpu_ns = process_cpu_ns(target.reader);
    out.daemon_cpu_ns = process_cpu_ns(target.daemon);
    auto timers = read_file("/proc/timer_list");
    if (!timers) return forward(timers);
    out.idle_ns = sum_of_values(*timers, ".idle_sleeptime") + sum_of_values(*timers, ".iowait_sleeptime");
    out.init_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    out.time_ns = clock_ns(CLOCK_MONOTONIC);
    return out;
}

}  // namespace diobench
