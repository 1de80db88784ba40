// SPDX-License-Identifier: GPL-2.0-only
// Room that is kept back, so that a full disk cannot keep a night from saying that it is full.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// A file of kReserveBytes in each of some folders, written and not sparse.
class DiskReserve {
public:
    static constexpr size_t kReserveBytes = 4U << 20;

    explicit DiskReserve(std::vector<fs::path> folders) : folders_(std::move(folders)) {}
    /// Makes what is missing; a folder without room for it is an error.
    [[nodiscard]] Status keep() const;
    /// Gives the room free.
    void release() const;

private:
    std::vector<fs::path> folders_;
};

/// Fails if one of the folders has less than `least_bytes` free.
[[nodiscard]] Status check_free_space(const std::vector<fs::path>& folders, uint64_t least_bytes);

}  // namespace diobench
