// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/engine/page_layout.h"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "bench/common/base/fd.h"

namespace diobench {

namespace {

/// A page is replaced by one from elsewhere; that this one does not fit either is luck, and so on.
constexpr int kRounds = 8;
/// Of so many times the pages that are wanted some follow each other.
constexpr size_t kPoolFactor = 64;

/// Documentation/admin-guide/mm/pagemap.rst: 64 bits a page, the frame in the lower 55, "present" in bit 63.
Result<std::vector<uint64_t>> read_frames(const std::byte* data, size_t pages, size_t page_bytes) {
    constexpr uint64_t kPresent = uint64_t{1} << 63;
    constexpr uint64_t kFrame = (uint64_t{1} << 55) - 1;
    auto fd = UniqueFd::open("/proc/self/pagemap", O_RDONLY);
    if (!fd) return forward(fd);
    std::vector<uint64_t> entries(pages);
    const auto first = static_cast<off_t>(reinterpret_cast<uintptr_t>(data) / page_bytes * sizeof(uint64_t));
    const size_t length = pages * sizeof(uint64_t);
    if (::pread(fd->get(), entries.data(), length, first) != static_cast<ssize_t>(length)) return fail_errno("read", "/proc/self/pagemap");
    for (uint64_t& entry : entries) {
        const uint64_t frame = entry & kFrame;
        if ((entry & kPresent) == 0 || frame == 0) return fail("order pages of a buffer", "/proc/self/pagemap", "it shows no page frames; they are shown to root alone");
        entry = frame;
    }
    return entries;
}

/// Pages whose frame follows that of the page before.
std::vector<size_t> followers(const std::vector<uint64_t>& frames) {
    std::vector<size_t> out;
    for (size_t i = 1; i < frames.size(); ++i)
        if (frames[i] == frames[i - 1] + 1) out.push_back(i);
    return out;
}

/// New pages in their places. All of them are there before the first old one is given back, to be given out again.
Status replace(std::byte* data, const std::vector<size_t>& places, size_t page_bytes) {
    const size_t bytes = places.size() * page_bytes;
    void* mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (mapped == MAP_FAILED) return fail_errno("map pages for", std::to_string(places.size()) + " places of a buffer");
    auto* fresh = static_cast<std::byte*>(mapped);
    for (size_t i = 0; i < places.size(); ++i)
        if (::mremap(fresh + i * page_bytes, page_bytes, page_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, data + places[i] * page_bytes) == MAP_FAILED)
            return fail_errno("move a page to place", std::to_string(places[i]) + " of a buffer");
    return {};
}

/// Where in `frames`, sorted, a run of `pages` begins that follow each other; frames.size() if nowhere.
size_t find_run(const std::vector<std::pair<uint64_t, size_t>>& frames, size_t pages) {
    size_t first = 0;
    for (size_t i = 0; i < frames.size(); ++i) {
        if (i > 0 && frames[i].first != frames[i - 1].first + 1) first = i;
        if (i - first + 1 == pages) return first;
    }
    return frames.size();
}

}  // namespace

Status touch_fragmented(std::byte* data, size_t bytes) {
    const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    const size_t pages = (bytes + page_bytes - 1) / page_bytes;
    (void)::madvise(data, pages * page_bytes, MADV_NOHUGEPAGE);  // EINVAL where there are none
    // Frames come in runs: neighbours are asked for long after each other.
    for (size_t first : {0, 1})
        for (size_t i = first; i < pages; i += 2) *static_cast<volatile std::byte*>(data + i * page_bytes) = std::byte{0};
    for (int round = 0; round < kRounds; ++round) {
        auto frames = read_frames(data, pages, page_bytes);
        if (!frames) return forward(frames);
        const auto places = followers(*frames);
        if (places.empty()) return {};
        if (auto s = replace(data, places, page_bytes); !s) return s;
    }
    return fail("order pages of a buffer", std::to_string(bytes) + " bytes", "pages that follow each other were replaced, and the new ones follow again");
}

Status touch_contiguous(std::byte* data, size_t bytes) {
    const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    const size_t pages = (bytes + page_bytes - 1) / page_bytes;
    const size_t pool_pages = pages * kPoolFactor;
    void* mapped = ::mmap(nullptr, pool_pages * page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (mapped == MAP_FAILED) return fail_errno("map pages for", std::to_string(bytes) + " bytes");
    auto* pool = static_cast<std::byte*>(mapped);
    auto status = [&]() -> Status {
        auto frames = read_frames(pool, pool_pages, page_bytes);
        if (!frames) return forward(frames);
        std::vector<std::pair<uint64_t, size_t>> by_frame;
        for (size_t i = 0; i < pool_pages; ++i) by_frame.emplace_back(frames->at(i), i);
        std::sort(by_frame.begin(), by_frame.end());
        const size_t first = find_run(by_frame, pages);
        if (first == by_frame.size())
            return fail("order pages of a buffer", std::to_string(bytes) + " bytes", "so many pages that follow each other were not to be had");
        for (size_t i = 0; i < pages; ++i)
            if (::mremap(pool + by_frame[first + i].second * page_bytes, page_bytes, page_bytes, MREMAP_MAYMOVE | MREMAP_FIXED, data + i * page_bytes) == MAP_FAILED)
                return fail_errno("move a page to place", std::to_string(i) + " of a buffer");
        return {};
    }();
    // What was moved away left holes, which unmapping passes over.
    ::munmap(mapped, pool_pages * page_bytes);
    return status;
}

Result<std::vector<uint64_t>> page_frames(const std::byte* data, size_t bytes) {
    const auto page_bytes = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    return read_frames(data, (bytes + page_bytes - 1) / page_bytes, page_bytes);
}

}  // namespace diobench
