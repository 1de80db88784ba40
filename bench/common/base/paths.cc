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

namespace {

fs::path program_folder() {
    std::error_code none;
    return fs::read_symlink("/proc/self/exe", none).parent_path();
}

/// Of a program in PREFIX/bin.
fs::path installed_data() { return program_folder().parent_path() / "share" / "diobench"; }
fs::path installed_parts() { return program_folder().parent_path() / "libexec" / "diobench"; }

/// A folder by its variable; empty: it is not set.
fs::path folder_of(const char* variable) {
    const char* dir = std::getenv(variable);
    return dir != nullptr && *dir != '\0' ? fs::absolute(dir) : fs::path();
}

fs::path in_home(const char* xdg_variable, const char* otherwise) {
    if (const fs::path dir = folder_of(xdg_variable); !dir.empty()) return dir / "diobench";
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : "/root") / otherwise / "diobench";
}

}  // namespace

bool is_installed() {
    std::error_code none;
    return fs::is_directory(installed_data() / "kernel-patches", none);
}

fs::path project_root() {
    if (const fs::path root = folder_of("DIOBENCH_ROOT"); !root.empty()) return root;
    return is_installed() ? installed_data() : fs::path(DIOBENCH_SOURCE_DIR);
}

fs::path config_root() { return in_home("XDG_CONFIG_HOME", ".config"); }

fs::path cache_root() {
    if (const fs::path dir = folder_of("DIOBENCH_CACHE"); !dir.empty()) return dir;
    return in_home("XDG_CACHE_HOME", ".cache");
}

fs::path settings_file(std::string_view name) {
    std::error_code none;
    const fs::path own = config_root() / name;
    return fs::exists(own, none) ? own : project_root() / name;
}

fs::path program_part(std::string_view name) {
    if (is_installed()) return installed_parts() / name;
    std::error_code none;
    const fs::path beside = program_folder() / name;
    const fs::path above = program_folder().parent_path() / name;
    return !fs::exists(beside, none) && fs::exists(above, none) ? above : beside;
}

fs::path dependency(std::string_view name) { return (is_installed() ? installed_parts() : cache_root()) / "deps" / name; }

std::string how_to_install(std::string_view package) {
    return (is_installed() ? "apt install " : "scripts/setup, or: apt install ") + std::string(package);
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
