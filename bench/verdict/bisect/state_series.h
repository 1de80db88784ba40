// SPDX-License-Identifier: GPL-2.0-only
// A state between two series, written as a series of its own.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/kernel/series.h"
#include "bench/verdict/bisect/patch_walk.h"

namespace diobench {

/// What the states of a walk have from its two ends.
struct WalkEnds {
    std::vector<Series> baseline;   ///< resolved: with what it requires, itself last
    std::vector<Series> candidate;  ///< likewise
};

/// "03-erofs-do-something": a folder's name that resolve_series() takes, for state `number` of a walk.
[[nodiscard]] std::string state_name(size_t number, std::string_view title);

/// Writes `folder` (what it was before goes) with copies of the patches and a series.toml that names
/// them all and requires nothing. `number` says which failures are known: an end's own, or of both ends between them.
[[nodiscard]] Status write_state_series(const fs::path& folder, const PatchWalk& walk, size_t number, const WalkEnds& ends);

}  // namespace diobench
