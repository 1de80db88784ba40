// SPDX-License-Identifier: GPL-2.0-only
// The text that the plugin of bench/host/machine/plugin/ writes:
//
//   region <tag, 8 hexadecimal digits>
//   <instructions> <loads> <stores> <entries> <function>
//   ...
//   copied <bytes to or from user memory> <bytes from kernel to kernel memory>
//   traffic <lines from l1> <l2> <l3> <memory, streamed> <memory> <string steps>     with the cost model
//   end <functions> <instructions of all>
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bench/host/profile/cell_profile.h"

namespace diobench {

/// Between two markers.
struct ProfileRegion {
    uint32_t tag = 0;
    InstructionCounts user;
    CopyCounts copied;
    std::optional<MemoryTraffic> traffic;
    std::map<std::string, InstructionCounts> functions;
};

/// The tag of a cell's region.
[[nodiscard]] uint32_t profile_tag(std::string_view cell_id);

/// Regions in the order of their end.  Errors (invalid): a fault that the
/// plugin noted, a torn region, sums that do not fit; `name` appears in them.
[[nodiscard]] Result<std::vector<ProfileRegion>> parse_regions(std::string_view text, const std::string& name);

/// A function's name without what the compiler adds to its parts: "f.isra.0" -> "f".
[[nodiscard]] std::string_view plain_function_name(std::string_view symbol);

}  // namespace diobench
