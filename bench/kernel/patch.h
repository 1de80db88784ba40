// SPDX-License-Identifier: GPL-2.0-only
// Patches become the contents of files: applied with git apply to copies of
// the files they touch, away from the tree that is built.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/base/error.h"
#include "bench/base/files.h"

namespace diobench {

struct FileContent {
    std::string data;
    bool executable = false;
    bool operator==(const FileContent&) const = default;
};

/// Path inside the kernel tree -> its content after all patches; nothing: deleted.
using PatchedFiles = std::map<std::string, std::optional<FileContent>>;

/// A regular file's content, or nothing if it does not exist.
[[nodiscard]] Result<std::optional<FileContent>> read_content(const fs::path& path);
/// The files a patch speaks of, in both its old and its new names.
[[nodiscard]] std::vector<std::string> mentioned_files(std::string_view patch);
/// Applies `patches` in order to the tree `pristine` (which is only read) and
/// returns the files that differ from it.  git's own words go to `log`.  An
/// error names the patch, the file and the hunk that did not apply.
[[nodiscard]] Result<PatchedFiles> apply_patches(const fs::path& pristine, const std::vector<fs::path>& patches,
                                                 const fs::path& log);
/// What went wrong in the output of `git apply --verbose` for `patch`, in one clause.
[[nodiscard]] std::string apply_failure(std::string_view output, std::string_view patch);

}  // namespace diobench
