// SPDX-License-Identifier: GPL-2.0-only
// Patches become the contents of files: applied with git apply to copies of
// the files they touch, away from the tree that is built.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

struct KernelFile {
    std::string data;
    bool executable = false;
    bool operator==(const KernelFile&) const = default;
};

/// Path inside the kernel tree -> its content after all patches; nothing: deleted.
using PatchedFiles = std::map<std::string, std::optional<KernelFile>>;

/// A regular file's content, or nothing if it does not exist.
[[nodiscard]] Result<std::optional<KernelFile>> read_content(const fs::path& path);
/// The files a patch speaks of, in both its old and its new names.
[[nodiscard]] std::vector<std::string> mentioned_files(std::string_view patch);
/// A folder with copies of those files of a pristine tree that patches speak of, on which they are applied one by one.
class PatchTree {
public:
    /// `pristine` is only read; the folder is made below `parent` and removed with this.
    [[nodiscard]] static Result<PatchTree> create(const fs::path& pristine, const fs::path& parent);
    [[nodiscard]] const fs::path& path() const { return folder_.path(); }
    /// Files copied or made so far.
    [[nodiscard]] const std::set<std::string>& names() const { return names_; }
    /// Copies the files that `patch` speaks of, unless that was done before.
    [[nodiscard]] Status fetch(std::string_view patch);
    /// Fetches and applies with `git apply`; git's own words are appended to `log` unless that is empty.  The error names the
    /// patch, the file and the hunk, the line that is not there and the nearest lines of the source.
    [[nodiscard]] Status apply(const fs::path& patch, const fs::path& log);
    /// The files that differ from the pristine tree.
    [[nodiscard]] Result<PatchedFiles> changes() const;

private:
    PatchTree(fs::path pristine, TempDirectory folder) : pristine_(std::move(pristine)), folder_(std::move(folder)) {}
    fs::path pristine_;
    TempDirectory folder_;
    std::set<std::string> names_;
};

/// Applies `patches` in order to the tree `pristine` (which is only read) and
/// returns the files that differ from it.  git's own words go to `log`.  Errors as of PatchTree::apply().
[[nodiscard]] Result<PatchedFiles> apply_patches(const fs::path& pristine, const std::vector<fs::path>& patches,
                                                 const fs::path& log);
/// What went wrong in the output of `git apply --verbose` for `patch`, in one clause.
[[nodiscard]] std::string apply_failure(std::string_view output, std::string_view patch);

}  // namespace diobench
