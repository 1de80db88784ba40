// SPDX-License-Identifier: GPL-2.0-only
// Which C functions a patch changes, read from the patch alone.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "bench/host/kernel/series.h"
#include "bench/host/kernel/unified_diff.h"

namespace diobench {

/// Functions with an added or a removed line in them, and those that are new or gone.  A line belongs to the last
/// definition before it: one that begins at a hunk's first column, or that its "@@" line names (as git finds it).
[[nodiscard]] std::set<std::string> touched_functions(const UnifiedDiff& diff);
/// What `candidate`'s patches touch, those that `baseline` has as well (by content) left out; and what only
/// `baseline`'s touch, for that is missing in the candidate.  Chains as of resolve_series().
[[nodiscard]] Result<std::set<std::string>> functions_between(const std::vector<Series>& baseline, const std::vector<Series>& candidate);
/// How many patches `candidate` has that `baseline` has not, by content.
[[nodiscard]] Result<size_t> patches_between(const std::vector<Series>& baseline, const std::vector<Series>& candidate);

}  // namespace diobench
