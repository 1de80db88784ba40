// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/cached_file.h"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "bench/common/base/fd.h"
#include "bench/common/base/process.h"

namespace diobench {

Status make_cached_file(const fs::path& path, uint64_t bytes) {
    auto fd = UniqueFd::open(path.string(), O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (!fd) return forward(fd);
    std::string piece(1 << 20, 'd');
    for (uint64_t done = 0; done < bytes; done += piece.size()) {
        if (interrupted()) return interrupted_error("write " + path.string());
        if (auto s = write_all(fd->get(), std::string_view(piece).substr(0, std::min<uint64_t>(piece.size(), bytes - done)), path.string()); !s) return s;
    }
    // Written back now, not while reads are timed.
    if (::fsync(fd->get()) < 0) return fail_errno("sync", path.string());
    return read_into_page_cache(path);
}

Status read_into_page_cache(const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_RDONLY);
    if (!fd) return forward(fd);
    std::string piece(1 << 20, '\0');
    ssize_t got = 1;
    for (off_t at = 0; got > 0; at += got)
        if (got = ::pread(fd->get(), piece.data(), piece.size(), at); got < 0) return fail_errno("read", path.string());
    return {};
}

}  // namespace diobench
