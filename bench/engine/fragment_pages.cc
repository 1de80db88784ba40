// SPDX-License-Identifier: GPL-2.0-only
#include "bench/engine/fragment_pages.h"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "bench/base/fd.h"

namespace diobench {

namespace {

struct Page {
    uint64_t frame;
    std::byte* address;
};

/// Documentation/admin-guide/mm/pagemap.rst: 64 bits a page, the frame in the lower 55, "present" in bit 63.
Result<std::vector<Page>> read_frames(std::byte* data, size_t bytes, size_t page_bytes) {
    constexpr uint64_t kPresent = uint64_t{1} << 63;
    constexpr uint64_t kFrame = (uint64_t{1} << 55) - 1;
    auto fd = UniqueFd::open("/proc/self/pagemap", O_RDONLY);
    if (!fd) return forward(fd);
    std::vector<uint64_t> entries(bytes / page_bytes);
    const auto first = static_cast<off_t>(reinterpret_cast<uintptr_t>(data) / page_bytes * sizeof(uint64_t));
    const size_t length = entries.size() * sizeof(uint64_t);
    if (::pread(fd->get(), entries.data(), length, first) != static_cast<ssize_t>(length)) return fail_errno("read", "/proc/self/pagemap");
    std::vector<Page> out;
    for (size_t i = 0; i < entries.size(); ++i) {
        const uint64_t frame = entries[i] & kFrame;
        if ((entries[i] & kPresent) == 0 || frame == 0) return fail("order pages of a buffer", "/proc/self/pagemap", "it shows no page frames; they are shown to root alone");
        out.push_back({frame, data + i * page_bytes});
    }
    return out;
}

}  // namespace

Result<std::byte*> fragment_pages(std::byte* data, size_t bytes) {
    const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    bytes = (bytes + page_bytes - 1) / page_bytes * page_bytes;
    auto pages = read_frames(data, bytes, page_bytes);
    if (!pages) return forward(pages);
    std::sort(pages->begin(), pages->end(), [](const Page& a, const Page& b) { return a.frame > b.frame; });
    void* place = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) return fail_errno("map buffer of", std::to_string(bytes) + " bytes");
    auto* out = static_cast<std::byte*>(place);
    for (size_t i = 0; i < pages->size(); ++i)
        if (::mremap((*pages)[i].address, page_bytes, page_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, out + i * page_bytes) == MAP_FAILED)
            return fail_errno("move a page of", std::to_string(bytes) + " bytes");
    return out;
}

}  // namespace diobench
