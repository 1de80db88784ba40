// SPDX-License-Identifier: GPL-2.0-only
// Where the content of the exact machine's disks lies.
#pragma once

#include <cstdint>
#include <span>

namespace diobench::plugin {

/// Zeroed memory for the content of a disk; what is never written takes none.  Empty if there is none.
[[nodiscard]] std::span<uint8_t> disk_memory(uint64_t bytes);

}  // namespace diobench::plugin
