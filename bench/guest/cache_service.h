// SPDX-License-Identifier: GPL-2.0-only
// The cache, its daemon process, and mounts of images by fsid.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <sys/types.h>

#include "bench/base/error.h"
#include "bench/base/fd.h"
#include "bench/daemon/daemon.h"
#include "bench/plan/guest_plan.h"

namespace diobench {

/// cachefiles bound to a directory and a daemon process that serves it.
class CacheService {
public:
    [[nodiscard]] static Result<CacheService> start(const std::string& directory, const GuestPlan& plan);
    CacheService(CacheService&&) = default;
    CacheService& operator=(CacheService&&) = delete;
    /// Stops the daemon and closes the device.
    ~CacheService();

    [[nodiscard]] pid_t daemon_pid() const { return daemon_pid_; }
    [[nodiscard]] const DaemonCounters& counters() const { return *counters_; }
    /// Path of the cache file of `fsid`'s primary blob, if it has a name by now:
    /// a new one is an O_TMPFILE until its mount is gone.
    [[nodiscard]] std::optional<std::string> backing_file(const std::string& fsid) const;
    /// Deletes the cache files of an fsid that is not mounted.
    [[nodiscard]] Status forget(const std::string& fsid) const;

private:
    CacheService(std::string directory, UniqueFd device, UniqueFd stop, DaemonCounters* counters, pid_t pid)
        : directory_(std::move(directory)), device_(std::move(device)), stop_(std::move(stop)), counters_(counters), daemon_pid_(pid) {}
    [[nodiscard]] std::string volume_directory(const std::string& fsid) const;
    std::string directory_;
    UniqueFd device_;
    UniqueFd stop_;
    DaemonCounters* counters_;
    pid_t daemon_pid_;
};

/// A mount of an image by fsid; unmounted when destroyed.
class OnDemandMount {
public:
    [[nodiscard]] static Result<OnDemandMount> mount(const std::string& fsid, const std::string& directory);
    OnDemandMount(OnDemandMount&& other) noexcept;
    OnDemandMount& operator=(OnDemandMount&&) = delete;
    ~OnDemandMount();
    [[nodiscard]] Status unmount();
    [[nodiscard]] const std::string& directory() const { return directory_; }

private:
    explicit OnDemandMount(std::string directory) : directory_(std::move(directory)) {}
    std::string directory_;
};

}  // namespace diobench
