// SPDX-License-Identifier: GPL-2.0-only
// follow.toml: which patches of a list are of interest, and what becomes of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

struct ListInterest {
    std::vector<std::string> paths;     ///< globs of files that a patch touches
    std::vector<std::string> subjects;  ///< globs of titles, whatever they touch

    /// Whether a mail as it was sent, with this title, has a patch of interest in plain sight: a "+++ " or "--- " line.
    [[nodiscard]] bool in_text(std::string_view mail, std::string_view title) const;
    [[nodiscard]] bool touches(const std::string& file) const;
};

/// follow.toml.
struct FollowSettings {
    ListInterest interest;
    std::vector<std::string> on = {"base", "dio"};  ///< series that patches may stand on: the first to which they apply
    std::string from;                 ///< sender of replies, "Name <address>"; empty: whoever sends them puts it in
    std::vector<std::string> notify;  ///< command that gets each reply on standard input; "{subject}" and "{file}" are replaced; empty: none
};

/// Anything that is not one of these keys, or of the wrong type, is refused with file, line and key; all at once.
[[nodiscard]] Result<FollowSettings> read_follow_settings(const fs::path& file);

}  // namespace diobench
