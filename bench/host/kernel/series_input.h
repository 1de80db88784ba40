// SPDX-License-Identifier: GPL-2.0-only
// What a person gives to be made a series of: files or commits, and the source they are checked against.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/terminal.h"
#include "bench/host/kernel/mbox.h"
#include "bench/host/kernel/source.h"

namespace diobench {

struct SeriesInputOptions {
    std::vector<std::string> files;  ///< patches, mails, mboxes, folders; empty: the commits `revision` of `tree`
    fs::path tree;                   ///< with files: the source instead of the distribution's; without: the git tree of the commits
    std::string revision;            ///< with files: of the source; without: A..B, or one commit
    std::string base = {};           ///< what they are checked against instead, as behind '@' of a kernel's name
};

struct SeriesInput {
    std::vector<RawMail> mails;
    KernelSource source;
    std::vector<std::string> notes;  ///< what was passed over or assumed, a clause each
    /// How builds name the same source; empty: the distribution's.
    fs::path source_tree;
    std::string source_revision;
};

/// Only the mails or commits, with neither source nor build: for what asks nothing else.
[[nodiscard]] Result<SeriesInput> read_series_mails(const SeriesInputOptions& options);
/// Commits are checked against what `kernel build` would use: the distribution's source, if they were made for its stable
/// series; otherwise the commit they are on top of. Errors as of read_mails(), read_commits() and the sources.
[[nodiscard]] Result<SeriesInput> read_series_input(const SeriesInputOptions& options, Progress& progress);

}  // namespace diobench
