// SPDX-License-Identifier: GPL-2.0-only
// The kernel configuration as it is asked for: fragments of "CONFIG_X=v" and
// "# CONFIG_X is not set" lines, and the check that a tree gave what was asked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"

namespace diobench {

/// One requested line.  `value` is what stands behind the '=' ("y", "250",
/// "\"text\""), or "n" for "# CONFIG_X is not set".
struct ConfigSymbol {
    std::string name;  ///< with CONFIG_
    std::string value;
    std::string file;  ///< the fragment, as it was opened
    int line = 0;      ///< from 1
};

/// A requested symbol that a configuration does not have: "n" where it is unknown.
struct MissingSymbol {
    ConfigSymbol wanted;
    std::string got;
    /// "CONFIG_X (20-erofs.config:7): wanted y, got n".
    [[nodiscard]] std::string message() const;
};

/// The symbols of one fragment's text.  A line that is neither a comment nor an assignment is an error.
[[nodiscard]] Result<std::vector<ConfigSymbol>> parse_fragment(std::string_view text, const std::string& file);
/// All fragments *.config of a folder and of those of its subfolders that are
/// named, in the order of their file names.  A symbol asked for twice with two
/// values is an error that names both places; so is a subfolder that is missing
/// from a folder that has others.
[[nodiscard]] Result<std::vector<ConfigSymbol>> requested_symbols(const fs::path& config_dir, const std::vector<std::string>& subfolders);
/// The text for KCONFIG_ALLCONFIG: the symbols without comments, so that a reworded reason is no new kernel.
[[nodiscard]] std::string merged_config(const std::vector<ConfigSymbol>& symbols);
/// The symbols that `config_text` (a .config, or /proc/config.gz unpacked) does not have as requested.
[[nodiscard]] std::vector<MissingSymbol> missing_symbols(const std::vector<ConfigSymbol>& requested,
                                                         std::string_view config_text);

}  // namespace diobench
