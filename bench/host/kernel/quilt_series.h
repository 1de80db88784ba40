// SPDX-License-Identifier: GPL-2.0-only
// The file `series` of quilt(1): which patches, in which order, with how many folders taken off their names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

struct QuiltPatch {
    std::string name;  ///< below the folder of `series`
    int strip = 1;     ///< as of patch -pN
};

/// One line a patch: NAME [-pN | -pab], "#" begins a comment.  Errors name `file` and the line: an option that cannot be
/// followed (-R), a name outside of the folder, no patch at all.
[[nodiscard]] Result<std::vector<QuiltPatch>> parse_quilt_series(std::string_view text, const std::string& file);

}  // namespace diobench
