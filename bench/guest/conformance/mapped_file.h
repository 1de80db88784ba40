// SPDX-License-Identifier: GPL-2.0-only
// A file's pages through mmap(2), where a failure is SIGBUS.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/types.h>

#include "bench/common/base/error.h"

namespace diobench {

/// Copies memory that may raise SIGBUS or SIGSEGV: false if it did.
/// Single-threaded: the handler is the process's while it copies.
[[nodiscard]] bool copy_guarded(std::span<std::byte> to, const std::byte* from);

/// A shared read-only mapping of a whole file, to the end of its last page.
class MappedFile {
public:
    /// `size_bytes` > 0; `advice` as madvise(2).
    [[nodiscard]] static Result<MappedFile> map(int fd, uint64_t size_bytes, int advice);
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    ~MappedFile();

    [[nodiscard]] const std::byte* data() const { return data_; }
    /// Bytes mapped: a multiple of the page size.
    [[nodiscard]] size_t size() const { return bytes_; }
    /// Copies from `offset`: the count, or -EFAULT for a SIGBUS.
    [[nodiscard]] ssize_t read(uint64_t offset, std::span<std::byte> to) const;

private:
    MappedFile(std::byte* data, size_t bytes) : data_(data), bytes_(bytes) {}
    std::byte* data_;
    size_t bytes_;
};

}  // namespace diobench
