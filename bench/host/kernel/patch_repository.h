// SPDX-License-Identifier: GPL-2.0-only
// Mails become commits of a scratch repository that holds only the files they
// touch, and the commits become patches as git writes them.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/host/kernel/mail.h"
#include "bench/host/kernel/patch.h"

namespace diobench {

/// The operation of the error of a patch that does not fit.
inline constexpr const char* kApplyPatch = "apply patch";

enum class Fit {
    exact,     ///< as `git apply`: offsets, no fuzz
    threeway,  ///< also what merge_hunks() can place
};

class PatchRepository {
public:
    /// The files of `pristine` that `diffs` and `below` speak of, with the patches `below` applied, as the first commit.
    /// The repository lies below `parent` and is removed with this.
    [[nodiscard]] static Result<PatchRepository> create(const fs::path& pristine, const fs::path& parent, const std::vector<fs::path>& below,
                                                        const std::vector<Mail>& mails);
    /// Applies the patch of `mail` and commits it with its author, date, title and message.  Returns
    /// in words what was moved or merged.  The error of a patch that does not fit names its title, file and
    /// hunk and shows the nearest lines of the source.
    [[nodiscard]] Result<std::vector<std::string>> commit(const Mail& mail, Fit fit);
    /// Writes a format-patch file for each commit into `folder`; returns their paths in order.
    [[nodiscard]] Result<std::vector<fs::path>> write_patches(const fs::path& folder) const;
    /// The files that differ from the pristine tree now.
    [[nodiscard]] Result<PatchedFiles> changes() const { return tree_.changes(); }

private:
    PatchRepository(fs::path pristine, PatchTree tree, TempDirectory scratch)
        : pristine_(std::move(pristine)), tree_(std::move(tree)), scratch_(std::move(scratch)) {}
    [[nodiscard]] Result<std::string> git(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {}) const;
    [[nodiscard]] Result<bool> apply_exactly(const Mail& mail, const fs::path& patch, std::string& words_of_git) const;
    [[nodiscard]] Result<std::vector<std::string>> merge(const Mail& mail, const fs::path& patch);
    [[nodiscard]] Result<std::vector<std::string>> merge_one(const Mail& mail, const FileDiff& diff, const fs::path& patch);
    [[nodiscard]] Status record(const Mail& mail);

    fs::path pristine_;
    PatchTree tree_;
    TempDirectory scratch_;
    std::string base_;
};

}  // namespace diobench
