// SPDX-License-Identifier: GPL-2.0-only
// What a read executes in the code that patches are of, apart from what the rest of the kernel does around it.
#pragma once

#include <string>
#include <string_view>

#include "bench/host/profile/cell_profile.h"

namespace diobench {

/// A function of EROFS, cachefiles, fscache or netfs, told by its name: all global functions of these and nearly
/// all static ones begin with theirs. "f [module]" is f.
[[nodiscard]] bool is_read_path_function(std::string_view function);

/// What this follows from, as text: counts that another rule made are not comparable.
[[nodiscard]] std::string read_path_rule();

/// Instructions a read in these functions; what they inline is in it, what they call elsewhere (the allocator, the block
/// layer, copies) is not. 0 without reads.
[[nodiscard]] double read_path_instructions_per_op(const CellProfile& profile);

}  // namespace diobench
