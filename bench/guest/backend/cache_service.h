// SPDX-License-Identifier: GPL-2.0-only
// The cache, its daemon process, and mounts of images by fsid.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <utility>

#include "bench/common/base/error.h"
#include "bench/common/base/fd.h"
#include "bench/common/plan/guest_plan.h"
#include "bench/guest/daemon/daemon.h"

namespace diobench {

/// What the daemon process and its parent share.
struct DaemonShared {
    DaemonCounters counters;
    DaemonLink link;
    FetchLog log;
};

/// cachefiles bound to a directory and a daemon process that serves it.
class CacheService {
public:
    [[nodiscard]] static Result<CacheService> start(const std::string& directory, const GuestPlan& plan);
    CacheService(CacheService&&) = default;
    CacheService& operator=(CacheService&&) = delete;
    /// Stops the daemon and closes the device.
    ~CacheService();

    [[nodiscard]] pid_t daemon_pid() const { return daemon_pid_; }
    [[nodiscard]] const DaemonCounters& counters() const { return shared_->counters; }
    [[nodiscard]] const FetchLog& log() const { return shared_->log; }
    /// Between cells only.
    void set_link(const FetchProfile& fetch, uint64_t seed);
    /// Path of the cache file of a blob, if it has a name by now: a new one is
    /// an O_TMPFILE until its mount is gone.  `volume`: the fsid, or the domain.
    [[nodiscard]] std::optional<std::string> backing_file(const std::string& volume, const std::string& cookie_key);
    /// Deletes the cache files of a volume that is not mounted.
    [[nodiscard]] Status forget(const std::string& volume) const;

private:
    CacheService(std::string directory, UniqueFd device, UniqueFd stop, DaemonShared* shared, pid_t pid)
        : directory_(std::move(directory)), device_(std::move(device)), stop_(std::move(stop)), shared_(shared), daemon_pid_(pid) {}
    [[nodiscard]] std::string volume_directory(const std::string& volume) const;
    std::string directory_;
    UniqueFd device_;
    UniqueFd stop_;
    DaemonShared* shared_;
    pid_t daemon_pid_;
    std::map<std::pair<std::string, std::string>, std::string> backing_files_;  ///< that had a name once, by volume folder and key
};

/// An EROFS mount; unmounted when destroyed.
class ErofsMount {
public:
    /// `source` "none" and fsid=... in `options`: on demand; else a file or a block device.
    [[nodiscard]] static Result<ErofsMount> mount(const std::string& source, const std::string& options, const std::string& directory);
    ErofsMount(ErofsMount&& other) noexcept;
    ErofsMount& operator=(ErofsMount&&) = delete;
    ~ErofsMount();
    [[nodiscard]] Status unmount();
    [[nodiscard]] const std::string& directory() const { return directory_; }

private:
    explicit ErofsMount(std::string directory) : directory_(std::move(directory)) {}
    std::string directory_;
};

}  // namespace diobench
