// SPDX-License-Identifier: GPL-2.0-only
// Fits the hunks of a patch into a file that has changed since.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/kernel/unified_diff.h"

namespace diobench {

struct MergedFile {
    std::string content;
    std::vector<std::string> words;  ///< what was done beyond an exact fit, a clause a hunk
};

/// Applies the hunks of `diff` to `content`.  A hunk goes, in this order of preference, where its old lines stand
/// (offsets are fine); nowhere, if what it adds is there already; where they stand
/// without up to two lines of context at either end, as `patch -F2`; or it is merged
/// three ways (git merge-file) into the place most like it, its own old
/// lines being the common ancestor.  A conflict, or no place that is similar
/// enough, is an error as of explain_misfit().  `scratch` is a folder for the files of a merge.
[[nodiscard]] Result<MergedFile> merge_hunks(const FileDiff& diff, std::string_view content, const fs::path& scratch);

}  // namespace diobench
