// SPDX-License-Identifier: GPL-2.0-only
// A patch taken apart: the files it changes, their hunks, and where the diff
// ends and other text begins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"

namespace diobench {

/// One hunk; a line of `lines` begins with ' ', '-', '+' or '\' as in the patch and has no newline.
struct Hunk {
    std::string header;  ///< "@@ -290,7 +290,9 @@ int f(void)"
    size_t old_line = 0;  ///< first line in the old file, counted from 1; 0 for a file that was empty
    std::vector<std::string> lines;

    /// What must be in the file for the hunk to fit.
    [[nodiscard]] std::vector<std::string> old_lines() const;
    /// What is there afterwards.
    [[nodiscard]] std::vector<std::string> new_lines() const;
};

/// What a patch does to one file.  Names are as in the patch without their
/// first component ("a/"); empty stands for /dev/null.
struct FileDiff {
    std::string old_name;
    std::string new_name;
    std::string old_mode;  ///< "100644" if the patch says it: of a mode change or a deletion
    std::string new_mode;  ///< of a mode change or a new file
    bool rename = false;
    bool copy = false;
    bool binary = false;
    std::vector<Hunk> hunks;
    std::string text;  ///< its part of UnifiedDiff::text

    [[nodiscard]] const std::string& name() const { return new_name.empty() ? old_name : new_name; }
    [[nodiscard]] bool creates() const { return old_name.empty(); }
    [[nodiscard]] bool deletes() const { return new_name.empty(); }
};

struct UnifiedDiff {
    std::vector<FileDiff> files;
    /// The diff alone, with no text before, between or after its files, ready
    /// for `git apply -p1`; lines end in '\n', the last one too.
    std::string text;
};

/// Reads the diff in `text`, which may have other text around it (a message,
/// a diffstat, a signature, the footer of a mailing list).  No diff in it: no
/// files.  A hunk that is cut off or broken by wrapped lines is an error that shows the line, a text of more than a million lines
/// another.  `strip`: folders to take off its names, as of patch -pN.  Names without "a/" and "b/" (diff.noprefix,
/// strip 0) get them.
[[nodiscard]] Result<UnifiedDiff> parse_unified_diff(std::string_view text, int strip = 1);

/// Refuses what a patch for a kernel tree must not do: names that leave the
/// tree or are absolute, anything in .git, symbolic links, submodules, binary content.
[[nodiscard]] Status check_safe(const UnifiedDiff& diff);

}  // namespace diobench
