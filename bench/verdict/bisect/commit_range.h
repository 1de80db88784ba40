// SPDX-License-Identifier: GPL-2.0-only
// The commits of a kernel git tree between two of its revisions.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

struct Commit {
    std::string hash;  ///< 40 hexadecimal digits
    std::string subject;
};

struct CommitRange {
    std::string old_commit;       ///< 40 hexadecimal digits; the state before the first of `commits`
    std::vector<Commit> commits;  ///< the oldest first; of a merge, the merge alone
};

/// The first-parent line of OLD..NEW (`range`) in the git tree `tree`, which is only read. Refused: no git tree, an
/// unknown revision, no commit between the two, an OLD that is not on the first-parent line of NEW.
[[nodiscard]] Result<CommitRange> list_commits(const fs::path& tree, const std::string& range);

}  // namespace diobench
