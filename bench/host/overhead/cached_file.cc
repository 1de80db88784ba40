// SPDX-License-Identifier: GPL-2.0-only
#include "bench/host/overhead/cached_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

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
    for (uint64_t done = 0; done < bytes; done += piece.size())
        if (::pread(fd->get(), piece.data(), piece.size(), static_cast<off_t>(done)) < 0) return fail_errno("read", path.string());
    return {};
}

Result<double> cached_share(const fs::path& path) {
    auto fd = UniqueFd::open(path.string(), O_RDONLY);
    if (!fd) return forward(fd);
    struct stat st {};
    if (::fstat(fd->get(), &st) < 0) return fail_errno("stat", path.string());
    const auto size = static_cast<size_t>(st.st_size);
    if (size == 0) return fail("look into the page cache of", path.string(), "the file is empty");
    void* map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd->get(), 0);
    if (map == MAP_FAILED) return fail_errno("map", path.string());
    const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    std::vector<unsigned char> resident((size + page_bytes - 1) / page_bytes);
    const int error = ::mincore(map, size, resident.data()) < 0 ? errno : 0;
    ::munmap(map, size);
    if (error != 0) return fail_errno("mincore", path.string(), error);
    const auto there = std::ranges::count_if(resident, [](unsigned char page) { return (page & 1) != 0; });
    return static_cast<double>(there) / static_cast<double>(resident.size());
}

}  // namespace diobench
