// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/backend/cache_service.h"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <new>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "bench/common/base/files.h"

namespace diobench {

namespace {

/// How long what the kernel lets go of by itself may stay busy.
constexpr int kBusyNaps = 200;
constexpr std::chrono::milliseconds kBusyNap{10};

DaemonOptions daemon_options(const GuestPlan& plan) {
    DaemonOptions options;
    for (const auto& image : plan.images)
        for (size_t i = 0; i < image.blobs.size(); ++i) options.blobs[image.blob_name(i)] = image.blobs[i];
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
    void* memory = ::mmap(nullptr, sizeof(DaemonShared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) return fail_errno("map", "daemon counters");
    auto* shared = new (memory) DaemonShared;
    DaemonOptions options = daemon_options(plan);
    options.link = &shared->link;
    options.log = &shared->log;
    pid_t pid = ::fork();
    if (pid < 0) return fail_errno("start", "daemon");
    if (pid == 0) daemon_process(device->get(), stop.get(), options, shared->counters);
    return CacheService(directory, std::move(*device), std::move(stop), shared, pid);
}

CacheService::~CacheService() {
    if (!stop_.valid()) return;  // moved from
    uint64_t one = 1;
    if (::write(stop_.get(), &one, sizeof one) != sizeof one) ::kill(daemon_pid_, SIGKILL);
    ::waitpid(daemon_pid_, nullptr, 0);
    ::munmap(shared_, sizeof *shared_);
}

void CacheService::set_link(const FetchProfile& fetch, uint64_t seed) {
    DaemonLink& link = shared_->link;
    link.round_trip_ns = fetch.round_trip_ns;
    link.bandwidth_bytes_per_s = fetch.bandwidth_bytes_per_s;
    link.jitter_ns = fetch.jitter_ns;
    link.jitter_seed = seed;
    link.draws = 0;
}

std::string CacheService::volume_directory(const std::string& volume) const {
    // "I" + the volume key "erofs,<fsid or domain>".
    return directory_ + "/cache/Ierofs," + volume;
}

std::optional<std::string> CacheService::backing_file(const std::string& volume, const std::string& cookie_key) {
    const std::string directory = volume_directory(volume);
    std::string& known = backing_files_[{directory, cookie_key}];
    if (!known.empty() && ::access(known.c_str(), F_OK) == 0) return known;
    // 256 folders "@xx", in one of them "D" + the cookie key.
    const std::unique_ptr<DIR, int (*)(DIR*)> fanouts(::opendir(directory.c_str()), ::closedir);
    if (!fanouts) return std::nullopt;
    while (const dirent* fanout = ::readdir(fanouts.get())) {
        std::string file = directory + "/" + fanout->d_name + "/D" + cookie_key;
        if (::access(file.c_str(), F_OK) == 0) return known = std::move(file);
    }
    return std::nullopt;
}

Status CacheService::forget(const std::string& volume) const {
    // cachefiles lets go of a volume's folders some time after the mount is gone; until then they are busy.
    Status removed;
    for (int i = 0; i < kBusyNaps; ++i) {
        removed = remove_tree(volume_directory(volume));
        if (removed || removed.error().errno_value != EBUSY) return removed;
        std::this_thread::sleep_for(kBusyNap);
    }
    return removed;
}

Result<ErofsMount> ErofsMount::mount(const std::string& source, const std::string& options, const std::string& directory) {
    if (auto s = make_directories(directory); !s) return forward(s);
    if (::mount(source.c_str(), directory.c_str(), "erofs", MS_RDONLY, options.c_str()) < 0)
        return fail_errno("mount -t erofs -o " + options + " " + source + " on", directory);
    return ErofsMount(directory);
}

ErofsMount::ErofsMount(ErofsMount&& other) noexcept : directory_(std::move(other.directory_)) { other.directory_.clear(); }

ErofsMount::~ErofsMount() {
    if (!directory_.empty()) ::umount2(directory_.c_str(), MNT_DETACH);
}

Status ErofsMount::unmount() {
    // A file that a kernel thread was the last to use is closed a little later.
    for (int left = kBusyNaps; ::umount(directory_.c_str()) < 0; --left) {
        if (errno != EBUSY || left == 0) return fail_errno("unmount", directory_);
        std::this_thread::sleep_for(kBusyNap);
    }
    directory_.clear();
    return {};
}

}  // namespace diobench
