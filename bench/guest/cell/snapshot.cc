// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cell/snapshot.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <linux/fs.h>
#include <map>
#include <memory>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "bench/common/base/files.h"
#include "bench/common/base/text.h"

#ifndef SYS_cachestat
#define SYS_cachestat 451
#endif

namespace diobench {

namespace {

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

/// Calls `use` with every line.  A snapshot is taken around every cell: nothing of it is copied.
template <class Use>
void each_line(std::string_view text, Use&& use) {
    while (!text.empty()) {
        const size_t end = std::min(text.find('\n'), text.size());
        use(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// Lines "name value" of /proc/vmstat whose name starts with `prefix`, summed.
uint64_t vmstat_sum(std::string_view vmstat, std::string_view prefix) {
    uint64_t sum = 0;
    each_line(vmstat, [&](std::string_view line) {
        if (line.starts_with(prefix)) sum += first_number(line.substr(line.find(' ')));
    });
    return sum;
}

/// Calls `use` with the name of every entry of a folder; of none if it cannot be read.
template <class Use>
void each_entry(const char* folder, Use&& use) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(folder), ::closedir);
    if (!stream) return;
    while (const dirent* entry = ::readdir(stream.get())) use(std::string_view(entry->d_name));
}

/// Whether a process is a thread of the kernel: a child of kthreadd.  The answer for a pid that lives does not change.
bool is_kernel_thread(pid_t pid) {
    static std::map<pid_t, bool> known;
    if (auto found = known.find(pid); found != known.end()) return found->second;
    auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
    if (!text) return false;
    // "2 (kthreadd) S 0 ...": the parent is the second word behind the name, which may hold anything.
    const auto words = split(text->substr(std::min(text->size(), text->rfind(')') + 2)), ' ');
    return known[pid] = pid == 2 || (words.size() > 1 && words[1] == "2");
}

uint64_t kernel_threads_cpu_ns() {
    uint64_t sum = 0;
    each_entry("/proc", [&](std::string_view name) {
        pid_t pid = 0;
        if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr == name.data() + name.size() && is_kernel_thread(pid)) sum += process_cpu_ns(pid);
    });
    return sum;
}

/// Bytes that loop devices have read, which the devices below them count again.
uint64_t loop_read_bytes() {
    uint64_t sectors = 0;
    each_entry("/sys/block", [&](std::string_view name) {
        if (!name.starts_with("loop")) return;
        auto text = read_file("/sys/block/" + std::string(name) + "/stat");
        if (!text) return;
        std::vector<std::string> words;
        for (auto& word : split(*text, ' '))
            if (!word.empty()) words.push_back(std::move(word));
        if (words.size() > 2) sectors += first_number(words[2]);
    });
    return sectors * 512;
}

/// Cached and evicted bytes of files together.
Result<CacheStat> cache_stats(const std::vector<int>& fds) {
    CacheStat sum;
    for (int fd : fds) {
        auto one = cache_stat(fd);
        if (!one) return one;
        sum.cached_bytes += one->cached_bytes;
        sum.evicted_bytes += one->evicted_bytes;
    }
    return sum;
}

}  // namespace

Result<uint64_t> fscache_reads() {
    // Since Linux 6.7 a symbolic link to /proc/fs/netfs.
    auto text = read_file("/proc/fs/fscache/stats");
    if (!text) return forward(text);
    for (const auto& line : split(*text, '\n'))
        if (line.starts_with("IO "))
            if (auto at = line.find("rd="); at != std::string::npos) return first_number(std::string_view(line).substr(at));
    return fail("read", "/proc/fs/fscache/stats", "no line \"IO : rd=\" in it", ExitCode::invalid);
}

uint64_t sum_of_values(const std::string& text, const std::string& label) {
    uint64_t sum = 0;
    each_line(text, [&](std::string_view line) {
        if (auto at = line.find(label); at != std::string_view::npos)
            if (auto colon = line.find(':', at + label.size()); colon != std::string_view::npos) sum += first_number(line.substr(colon));
    });
    return sum;
}

Result<uint64_t> resident_bytes(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) < 0) return fail_errno("fstat", "");
    auto size = static_cast<uint64_t>(status.st_size);
    if (S_ISBLK(status.st_mode) && ::ioctl(fd, BLKGETSIZE64, &size) < 0) return fail_errno("BLKGETSIZE64", "");
    constexpr uint64_t kMostMapped = 256 << 20;
    std::vector<unsigned char> pages(kMostMapped / kPageBytes);
    uint64_t resident = 0;
    for (uint64_t at = 0; at < size; at += kMostMapped) {
        const uint64_t length = std::min(size - at, kMostMapped);
        void* mapped = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(at));
        if (mapped == MAP_FAILED) return fail_errno("map", "");
        const int failed = ::mincore(mapped, length, pages.data()) < 0 ? errno : 0;
        ::munmap(mapped, length);
        if (failed != 0) return fail_errno("mincore", "", failed);
        const auto end = pages.begin() + static_cast<long>((length + kPageBytes - 1) / kPageBytes);
        resident += kPageBytes * static_cast<uint64_t>(std::count_if(pages.begin(), end, [](unsigned char page) { return (page & 1) != 0; }));
    }
    return resident;
}

Result<CacheStat> cache_stat(int fd) {
    struct Range {
        uint64_t offset, length;
    } range{0, 0};
    struct {
        uint64_t cache, dirty, writeback, evicted, recently_evicted;
    } stat{};
    if (::syscall(SYS_cachestat, fd, &range, &stat, 0) < 0) {
        if (errno != ENOSYS) return fail_errno("cachestat", "");
        auto resident = resident_bytes(fd);
        if (!resident) return forward(resident);
        return CacheStat{*resident, 0};
    }
    return CacheStat{stat.cache * kPageBytes, stat.evicted * kPageBytes};
}

Result<Snapshot> take_snapshot(const SnapshotTarget& target) {
    Snapshot out;
    // Folds the per-CPU page counters into the global ones; they are exact then.  A kernel for one CPU has no others, and no such file.
    if (auto refreshed = read_file("/proc/sys/vm/stat_refresh"); !refreshed && refreshed.error().errno_value != ENOENT) return forward(refreshed);
    auto vmstat = read_file("/proc/vmstat");
    if (!vmstat) return forward(vmstat);
    out.guest_total_bytes = vmstat_sum(*vmstat, "nr_file_pages ") * kPageBytes;
    out.reclaimed_pages = vmstat_sum(*vmstat, "pgsteal_anon ") + vmstat_sum(*vmstat, "pgsteal_file ") + vmstat_sum(*vmstat, "drop_pagecache ");
    const uint64_t read_bytes = vmstat_sum(*vmstat, "pgpgin ") * 1024;
    const uint64_t loops = loop_read_bytes();
    out.device_read_bytes = read_bytes > loops ? read_bytes - loops : 0;
    auto erofs = cache_stats(target.erofs_fds);
    if (!erofs) return forward(erofs);
    if (!target.erofs_fds.empty()) out.erofs_file_bytes = erofs->cached_bytes;
    out.erofs_file_evicted_bytes = erofs->evicted_bytes;
    auto backing = cache_stats(target.backing_fds);
    if (!backing) return forward(backing);
    if (target.has_backing) out.backing_file_bytes = backing->cached_bytes;
    auto source = cache_stats(target.source_fds);
    if (!source) return forward(source);
    if (!target.source_fds.empty()) out.daemon_source_bytes = source->cached_bytes;
    if (target.block_device_fd >= 0) {
        auto device = cache_stat(target.block_device_fd);
        if (!device) return forward(device);
        out.block_device_bytes = device->cached_bytes;
    }
    if (target.on_demand) {
        auto reads = fscache_reads();
        if (!reads) return forward(reads);
        out.backing_reads = *reads;
    }
    out.cpus = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN));
    out.reader_cpu_ns = process_cpu_ns(target.reader);
    out.daemon_cpu_ns = process_cpu_ns(target.daemon) + process_cpu_ns(target.server);
    out.neighbour_cpu_ns = process_cpu_ns(target.neighbour);
    out.kernel_threads_cpu_ns = kernel_threads_cpu_ns();
    auto timers = read_file("/proc/timer_list");
    if (!timers) return forward(timers);
    // Linux 7.3 took these lines out, and what it says elsewhere is in steps of a tick.
    if (timers->find(".idle_sleeptime") != std::string::npos)
        out.idle_ns = sum_of_values(*timers, ".idle_sleeptime") + sum_of_values(*timers, ".iowait_sleeptime");
    out.init_cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    out.time_ns = clock_ns(CLOCK_MONOTONIC);
    return out;
}

}  // namespace diobench
