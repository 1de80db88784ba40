// SPDX-License-Identifier: GPL-2.0-only
// The guest's memory in the process that emulates it.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace diobench::plugin {

/// The largest shared mapping of a memory file ("memfd:", see exact.cc) in /proc/self/maps; empty if there is none.
[[nodiscard]] std::span<uint8_t> guest_memory();
/// The same from the text of such a file.
[[nodiscard]] std::span<uint8_t> guest_memory_in(const std::string& maps);

/// Zeroed memory for the content of a disk; what is never written takes none.  Empty if there is none.
[[nodiscard]] std::span<uint8_t> disk_memory(uint64_t bytes);

}  // namespace diobench::plugin
