// SPDX-License-Identifier: GPL-2.0-only
// Reading through mappings: a read is a copy out of the file's mapping, so
// that what read(2) copies and what a page fault costs are both in it.
#pragma once

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bench/guest/engine/read_loop.h"

namespace diobench {

/// kAdvice: MADV_NORMAL (readahead around faults), MADV_RANDOM (none).
template <int kAdvice>
class MappedFiles {
public:
    static Result<MappedFiles> create(const ReadPlan& plan) {
        MappedFiles out;
        for (size_t i = 0; i < plan.fds.size(); ++i)
            if (auto s = out.add(plan.fds[i]); !s) return forward(s);
        return out;
    }
    MappedFiles(MappedFiles&& other) noexcept : files_(std::exchange(other.files_, {})) {}
    MappedFiles& operator=(MappedFiles&&) = delete;
    ~MappedFiles() {
        for (const auto& file : files_) ::munmap(file.data, file.bytes);
    }
    int64_t operator()(std::byte* buffer, const Request& request) const {
        std::memcpy(buffer, static_cast<const std::byte*>(files_[request.file].data) + request.offset_bytes, request.expected_bytes);
        return request.expected_bytes;
    }

private:
    struct Mapped {
        void* data;
        size_t bytes;
    };
    MappedFiles() = default;
    Status add(int fd) {
        struct stat st {};
        if (::fstat(fd, &st) < 0) return fail_errno("stat", "an open file");
        const auto bytes = static_cast<size_t>(st.st_size);
        void* data = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED) return fail_errno("map", "an open file");
        files_.push_back({data, bytes});
        if (::madvise(data, bytes, kAdvice) < 0) return fail_errno("madvise", "a mapped file");
        return {};
    }
    std::vector<Mapped> files_;
};

}  // namespace diobench
