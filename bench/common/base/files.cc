// SPDX-License-Identifier: GPL-2.0-only
#include "bench/common/base/files.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace diobench {

Result<std::string> read_file(const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_RDONLY);
    if (!fd) return forward(fd);
    std::string out;
    // Files of the kernel say that they are empty, and a file may grow meanwhile: the size is only what room is made for.
    if (struct stat st {}; ::fstat(fd->get(), &st) == 0 && st.st_size > 0) out.reserve(static_cast<size_t>(st.st_size));
    std::array<char, 65536> buffer;
    for (;;) {
        ssize_t n = ::read(fd->get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("read", path.string());
        if (n == 0) return out;
        out.append(buffer.data(), static_cast<size_t>(n));
    }
}

Status write_all(int fd, std::string_view data, const std::string& name) {
    while (!data.empty()) {
        ssize_t n = ::write(fd, data.data(), data.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("write", name);
        data.remove_prefix(static_cast<size_t>(n));
    }
    return {};
}

Status write_file_atomic(const fs::path& path, std::string_view data) {
    std::string name = path.string() + ".XXXXXX";
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd.valid()) return fail_errno("create", name);
    auto give_up = [&](Status status) {
        ::unlink(name.c_str());
        return status;
    };
    if (auto s = write_all(fd.get(), data, path.string()); !s) return give_up(std::move(s));
    if (::fchmod(fd.get(), 0644) < 0) return give_up(fail_errno("chmod", name));
    if (::fsync(fd.get()) < 0) return give_up(fail_errno("sync", path.string()));
    if (::rename(name.c_str(), path.c_str()) < 0) return give_up(fail_errno("rename to", path.string()));
    return {};
}

Status write_knob(const fs::path& path, std::string_view data) {
    auto fd = UniqueFd::open(path.string(), O_WRONLY);
    if (!fd) return forward(fd);
    ssize_t n = ::write(fd->get(), data.data(), data.size());
    if (n < 0) return fail_errno("write \"" + std::string(data) + "\" to", path.string());
    if (static_cast<size_t>(n) != data.size()) return fail("write to", path.string(), "short write");
    return {};
}

Status make_directories(const fs::path& path) {
    std::error_code ec;
    fs::create_directories(path, ec);
    if (ec) return fail_errno("create directory", path.string(), ec.value());
    return {};
}

Status remove_tree(const fs::path& path) {
    std::error_code ec;
    fs::remove_all(path, ec);
    if (ec) return fail_errno("remove", path.string(), ec.value());
    return {};
}

namespace {

/// Removes what programs left that were killed: nobody holds the lock of it.
void remove_abandoned(const fs::path& parent, const std::string& prefix) {
    std::error_code ec;
    for (const auto& entry : fs::directory_iterator(parent, ec)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(prefix + ".") || name.size() != prefix.size() + std::string_view(".XXXXXX").size()) continue;
        auto lock = UniqueFd::open(entry.path().string(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (lock && ::flock(lock->get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(entry.path(), ec);
    }
}

}  // namespace

Result<TempDirectory> TempDirectory::create(const fs::path& parent, const std::string& prefix) {
    if (auto s = make_directories(parent); !s) return forward(s);
    remove_abandoned(parent, prefix);
    for (;;) {
        std::string name = (parent / (prefix + ".XXXXXX")).string();
        if (::mkdtemp(name.data()) == nullptr) return fail_errno("create directory", name);
        auto lock = UniqueFd::open(name, O_RDONLY | O_DIRECTORY);
        // A file system without locks has nothing removed.
        if (lock) (void)::flock(lock->get(), LOCK_EX);
        // Before it was locked another program may have taken it for abandoned.
        if (::access(name.c_str(), F_OK) < 0) continue;
        if (lock) return TempDirectory(name, std::move(*lock));
        ::rmdir(name.c_str());
        return forward(lock);
    }
}

TempDirectory::TempDirectory(TempDirectory&& other) noexcept : path_(std::move(other.path_)), lock_(std::move(other.lock_)) {
    other.path_.clear();
}

TempDirectory::~TempDirectory() {
    if (path_.empty()) return;
    std::error_code ec;
    fs::remove_all(path_, ec);
}

fs::path TempDirectory::keep() {
    fs::path out = std::move(path_);
    path_.clear();
    return out;
}

}  // namespace diobench
