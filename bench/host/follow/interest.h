// SPDX-License-Identifier: GPL-2.0-only
// Which patches of a list are of interest (follow.toml).
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

/// `paths` and `subjects`, lists of globs; anything else is refused with file and key.
[[nodiscard]] Result<ListInterest> read_interest(const fs::path& file);

}  // namespace diobench
