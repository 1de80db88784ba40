// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/machine/disk_file.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "bench/common/base/text.h"

namespace diobench {

namespace {

// QEMU wants a whole number of the disk's blocks, whatever their size is.
constexpr uint64_t kRoundBytes = 1 << 20;

}  // namespace

Result<DiskFile> DiskFile::create(const fs::path& directory, uint64_t size_bytes) {
    if (auto s = make_directories(directory); !s) return forward(s);
    auto fd = UniqueFd::open(directory.string(), O_TMPFILE | O_RDWR, 0600);
    if (!fd) return forward(fd);
    size_bytes = (size_bytes + kRoundBytes - 1) / kRoundBytes * kRoundBytes;
    const int error = ::posix_fallocate(fd->get(), 0, static_cast<off_t>(size_bytes));
    if (error != 0)
        return fail_errno(fmt::format("reserve {} for the cache disk in", human_bytes(static_cast<double>(size_bytes))),
                          directory.string(), error);
    return DiskFile(std::move(*fd));
}

std::string DiskFile::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_.get()); }

}  // namespace diobench
