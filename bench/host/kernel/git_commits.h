// SPDX-License-Identifier: GPL-2.0-only
// Commits of a git tree as mails.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/host/kernel/mbox.h"

namespace diobench {

struct GitCommits {
    std::vector<RawMail> mails;  ///< one a commit, the oldest first, as `git format-patch` writes them
    std::string base;            ///< the commit they are on top of, 40 hexadecimal digits
    std::string base_version;    ///< kernel version of its Makefile; empty: it has none
};

/// The commits A..B (`range`), or the one commit B, of the git tree in `dir`, which is only read.  Refused:
/// no git tree, an unknown revision, an empty range, merges.
[[nodiscard]] Result<GitCommits> read_commits(const fs::path& dir, const std::string& range);

}  // namespace diobench
