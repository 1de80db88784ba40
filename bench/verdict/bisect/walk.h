// SPDX-License-Identifier: GPL-2.0-only
// What is between a baseline and a candidate: patches, or commits of a kernel
// tree, and how the kernel of each state comes about.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// One thing that a walk adds.
struct WalkedPatch {
    std::string subject;
    fs::path file;       ///< of a patch; empty for a commit
    std::string commit;  ///< 40 hexadecimal digits; empty for a patch
};

/// What a run needs to have the kernel of a state.
struct StateKernel {
    std::string series;    ///< by name or folder
    std::string arm;       ///< what the run will call it
    fs::path tree;         ///< kernel source; empty: the distribution's
    std::string revision;  ///< of `tree`; empty: what is checked out
};

/// State 0 is the baseline, state patches.size() the candidate; patch i (from 1) is patches[i - 1].
struct Walk {
    std::string baseline;   ///< for people: the series' name, or the older revision
    std::string candidate;
    std::vector<WalkedPatch> patches;
    std::vector<std::string> notes;  ///< what a reader of the answer should know
    /// Makes what is needed for the kernel of a state.
    std::function<Result<StateKernel>(size_t state)> kernel;

    [[nodiscard]] size_t length() const { return patches.size(); }
    /// "03-erofs-do-something", for folders and tables.
    [[nodiscard]] std::string name_of(size_t state) const;
};

/// Two series by name or folder, on one source (`tree` empty: the distribution's). States are written below `states`
/// when they are asked for. Errors: unknown series, and what PatchWalk::plan() refuses.
[[nodiscard]] Result<Walk> walk_series(const std::string& baseline, const std::string& candidate, const fs::path& tree, const std::string& revision,
                                       const fs::path& states);
/// The commits OLD..NEW (`range`) of a kernel git tree, all under the same series. Errors as of list_commits().
[[nodiscard]] Result<Walk> walk_commits(const std::string& series, const fs::path& tree, const std::string& range);

}  // namespace diobench
