// SPDX-License-Identifier: GPL-2.0-only
// The image layouts by name: how mkfs.erofs makes each and where its holes are.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "bench/base/error.h"
#include "bench/image/content.h"

namespace diobench {

/// One image with one file, `data.bin`.
struct Layout {
    std::string name;
    std::string purpose;
    std::vector<std::string> mkfs_options;
    uint64_t size_bytes = 0;     ///< of data.bin; not a multiple of the block size, so that the end of file is tested
    uint32_t chunk_bytes = 0;    ///< 0: not chunk based
    std::vector<Hole> holes;     ///< made by clearing entries of the chunk map, since mkfs.erofs 1.5 makes none
    uint32_t file_id = 1;

    [[nodiscard]] FileContent content(uint64_t seed) const { return {{seed, file_id}, size_bytes, holes}; }
};

[[nodiscard]] std::span<const Layout> all_layouts();
[[nodiscard]] Result<const Layout*> find_layout(std::string_view name);

constexpr const char* kDataFile = "data.bin";

}  // namespace diobench
