// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/cached_file.h"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include "bench/common/base/fd.h"
#include "bench/common/base/process.h"

namespace diobench {

Result<CachedFile> CachedFile::make(const fs::path& path, uint64_t bytes) {
    auto fd = UniqueFd::open(path.string(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (!fd) return forward(fd);
    std::string piece(1 << 20, 'd');
    for (uint64_t done = 0; done < bytes; done += piece.size()) {
        if (interrupted()) return interrupted_error("write " + path.string());
        if (auto s = write_all(fd->get(), std::string_view(piece).substr(0, std::min<uint64_t>(piece.size(), bytes - done)), path.string()); !s) return forward(s);
    }
    // Written back now, not while reads are timed.
    if (::fsync(fd->get()) < 0) return fail_errno("sync", path.string());
    void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED | MAP_POPULATE, fd->get(), 0);
    if (mapped == MAP_FAILED) return fail_errno("map", path.string());
    return CachedFile(path, bytes, mapped, ::mlock(mapped, bytes) == 0);
}

CachedFile::CachedFile(CachedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(other.bytes_), mapped_(std::exchange(other.mapped_, nullptr)), locked_(other.locked_) {}

CachedFile::~CachedFile() {
    if (mapped_ != nullptr) ::munmap(mapped_, bytes_);
}

}  // namespace diobench
