// SPDX-License-Identifier: GPL-2.0-only
// Memory a read cannot write to.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// Memory of which a part cannot be written.
class BadMemory {
public:
    enum class Kind {
        unmapped,       ///< no mapping
        read_only,      ///< PROT_READ
        no_access,      ///< PROT_NONE
    };
    /// `bytes` of memory; pages [bad_first, bad_first + bad_pages) are of `kind`, the others hold poison.
    [[nodiscard]] static Result<BadMemory> create(size_t bytes, Kind kind, size_t bad_first, size_t bad_pages);
    BadMemory(BadMemory&& other) noexcept;
    BadMemory& operator=(BadMemory&&) = delete;
    ~BadMemory();

    [[nodiscard]] std::span<std::byte> span() const { return {data_, bytes_}; }
    /// Bytes in front of the first bad page: as many can be read at most.
    [[nodiscard]] size_t good_bytes() const { return good_bytes_; }

private:
    BadMemory(std::byte* data, size_t bytes, size_t good_bytes) : data_(data), bytes_(bytes), good_bytes_(good_bytes) {}
    std::byte* data_;
    size_t bytes_;
    size_t good_bytes_;
};

/// "unmapped", "read-only", "PROT_NONE".
[[nodiscard]] std::string_view bad_memory_name(BadMemory::Kind kind);

}  // namespace diobench
