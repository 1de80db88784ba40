// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/paths.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "bench/common/base/fd.h"
#include "bench/common/base/process.h"

#ifndef DIOBENCH_SOURCE_DIR
#error "DIOBENCH_SOURCE_DIR is set by CMakeLists.txt"
#endif

namespace diobench {

fs::path project_root() {
    if (const char* root = std::getenv("DIOBENCH_ROOT"); root != nullptr && *root != '\0') return fs::absolute(root);
    return DIOBENCH_SOURCE_DIR;
}

fs::path cache_root() {
    if (const char* dir = std::getenv("DIOBENCH_CACHE"); dir != nullptr && *dir != '\0') return fs::absolute(dir);
    if (const char* dir = std::getenv("XDG_CACHE_HOME"); dir != nullptr && *dir != '\0') return fs::path(dir) / "diobench";
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : "/root") / ".cache" / "diobench";
}

Result<FileLock> FileLock::acquire(const fs::path& path, void (*on_wait)(const fs::path&)) {
    if (auto s = make_directories(path.parent_path()); !s) return forward(s);
    auto fd = UniqueFd::open(path.string(), O_RDWR | O_CREAT);
    if (!fd) return forward(fd);
    bool told = false;
    while (::flock(fd->get(), LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno("lock", path.string());
        if (interrupted()) return interrupted_error("wait for lock");
        if (!told && on_wait != nullptr) on_wait(path);
        told = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return FileLock(fd->release());
}

Result<std::optional<FileLock>> FileLock::try_acquire(const fs::path& path) {
    if (auto s = make_directories(path.parent_path()); !s) return forward(s);
    auto fd = UniqueFd::open(path.string(), O_RDWR | O_CREAT);
    if (!fd) return forward(fd);
    if (::flock(fd->get(), LOCK_EX | LOCK_NB) == 0) return FileLock(fd->release());
    if (errno == EWOULDBLOCK) return std::optional<FileLock>();
    return fail_errno("lock", path.string());
}

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock::~FileLock() {
    if (fd_ >= 0) ::close(fd_);
}

}  // namespace diobench
