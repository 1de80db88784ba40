// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/cache_service.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <new>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/base/files.h"

namespace diobench {

namespace {

DaemonOptions daemon_options(const GuestPlan& plan) {
    DaemonOptions options;
    for (const auto& image : plan.images) options.blobs[image.layout] = image.image;
    options.round_trip_ns = plan.fetch.round_trip_ns;
    options.bandwidth_bytes_per_s = plan.fetch.bandwidth_bytes_per_s;
    return options;
}

[[noreturn]] void daemon_process(int device_fd, int stop_fd, const DaemonOptions& options, DaemonCounters& counters) {
    ::prctl(PR_SET_NAME, "diobench-daemon");
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (auto s = run_daemon(device_fd, stop_fd, options, counters); !s) {
        std::fprintf(stderr, "daemon: %s\n", s.error().message().c_str());
        ::_exit(1);
    }
    ::_exit(0);
}

}  // namespace

Result<CacheService> CacheService::start(const std::string& directory, const GuestPlan& plan) {
    auto device = bind_cache(directory, "diobench");
    if (!device) return forward(device);
    UniqueFd stop(::eventfd(0, EFD_CLOEXEC));
    if (!stop.valid()) return fail_errno("create", "eventfd");
    void* shared = ::mmap(nullptr, sizeof(DaemonCounters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (shared == MAP_FAILED) return fail_errno("map", "daemon counters");
    auto* counters = new (shared) DaemonCounters;
    DaemonOptions options = daemon_options(plan);
    pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "daemon");
    if (pid == 0) daemon_process(device->get(), stop.get(), options, *counters);
    return CacheService(directory, std::move(*device), std::move(stop), counters, pid);
}

CacheService::~CacheService() {
    if (!stop_.valid()) return;  // moved from
    uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) != sizeof one) ::kill(daemon_pid_, SIGKILL);
    ::waitpid(daemon_pid_, nullptr, 0);
    ::munmap(counters_, sizeof *counters_);
}

std::string CacheService::volume_directory(const std::string& fsid) const {
    // "I" + the volume key "erofs,<fsid>".
    return directory_ + "/cache/Ierofs," + fsid;
}

std::optional<std::string> CacheService::backing_file(const std::string& fsid) const {
    std::error_code ec;
    // 256 folders "@xx", in one of them "D" + the cookie key.
    for (const auto& fanout : fs::directory_iterator(volume_directory(fsid), ec)) {
        fs::path file = fanout.path() / ("D" + fsid);
        if (::access(file.c_str(), F_OK) == 0) return file.string();
    }
    return std::nullopt;
}

Status CacheService::forget(const std::string& fsid) const {
    // cachefiles lets go of a volume's folders some time after the mount is gone; until then they are busy.
    Status removed;
    for (int i = 0; i < 200; ++i) {
        removed = remove_tree(volume_directory(fsid));
        if (removed || removed.error().errno_value != EBUSY) return removed;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return removed;
}

Result<OnDemandMount> OnDemandMount::mount(const std::string& fsid, const std::string& directory) {
    if (auto s = make_directories(directory); !s) return forward(s);
    if (::mount("none", directory.c_str(), "erofs", 0, ("fsid=" + fsid).c_str()) < 0)
        return fail_errno("mount erofs, fsid=" + fsid + ", on", directory);
    return OnDemandMount(directory);
}

OnDemandMount::OnDemandMount(OnDemandMount&& other) noexcept : directory_(std::move(other.directory_)) {
    other.directory_.clear();
}

OnDemandMount::~OnDemandMount() {
    if (!directory_.empty()) ::umount2(directory_.c_str(), MNT_DETACH);
}

Status OnDemandMount::unmount() {
    if (::umount(directory_.c_str()) < 0) return fail_errno("unmount", directory_);
    directory_.clear();
    return {};
}

}  // namespace diobench
