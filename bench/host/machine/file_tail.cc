// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/file_tail.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace diobench {

Result<FileTail> FileTail::create(const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_RDWR | O_CREAT | O_TRUNC);
    if (!fd) return forward(fd);
    return FileTail(std::move(*fd), path);
}

Result<size_t> FileTail::read_new(const std::function<void(std::string_view)>& sink) {
    std::array<char, 65536> buffer;
    size_t total = 0;
    for (;;) {
        ssize_t n = ::read(fd_.get(), buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_errno("read", path_.string());
        if (n == 0) return total;
        total += static_cast<size_t>(n);
        sink({buffer.data(), static_cast<size_t>(n)});
    }
}

}  // namespace diobench
