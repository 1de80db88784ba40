// SPDX-License-Identifier: GPL-2.0-only
#include "bench/guest/conformance/bad_memory.h"

#include <algorithm>
#include <array>
#include <sys/mman.h>

#include "bench/guest/conformance/reading.h"

namespace diobench {

namespace {

Status spoil(std::byte* data, size_t bytes, BadMemory::Kind kind) {
    if (bytes == 0) return {};
    int done = kind == BadMemory::Kind::unmapped ? ::munmap(data, bytes)
                                                 : ::mprotect(data, bytes, kind == BadMemory::Kind::read_only ? PROT_READ : PROT_NONE);
    if (done < 0) return fail_errno("make unusable", "a part of a buffer");
    return {};
}

}  // namespace

std::string_view bad_memory_name(BadMemory::Kind kind) {
    static constexpr std::array<std::string_view, 3> kNames = {"unmapped", "read-only", "PROT_NONE"};
    return kNames.at(static_cast<size_t>(kind));
}

Result<BadMemory> BadMemory::create(size_t bytes, Kind kind, size_t bad_first, size_t bad_pages) {
    // One page more that is never there, so that nothing else is mapped behind.
    void* memory = ::mmap(nullptr, bytes + kBlockBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return fail_errno("map", "a buffer");
    auto* data = static_cast<std::byte*>(memory);
    BadMemory made(data, bytes, bad_first * kBlockBytes);
    std::fill_n(data, bytes, kPoison);
    if (::munmap(data + bytes, kBlockBytes) < 0) return fail_errno("unmap", "the end of a buffer");
    if (auto s = spoil(data + bad_first * kBlockBytes, bad_pages * kBlockBytes, kind); !s) return forward(s);
    return made;
}

BadMemory::BadMemory(BadMemory&& other) noexcept : data_(other.data_), bytes_(other.bytes_), good_bytes_(other.good_bytes_) { other.data_ = nullptr; }

BadMemory::~BadMemory() {
    if (data_ != nullptr) ::munmap(data_, bytes_);
}

}  // namespace diobench
