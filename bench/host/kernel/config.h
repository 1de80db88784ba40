// SPDX-License-Identifier: GPL-2.0-only
// The kernel configuration as it is asked for: fragments of "CONFIG_X=v" and
// "# CONFIG_X is not set" lines, and the check that a tree gave what was asked.
//
// Kernels differ.  Lines of a fragment that begin with "#:" say how, each for
// the group of symbols it is in (up to the next empty line):
//   #: feature fscache
//       the group is for this feature (kernel-patches/features.toml), and left out of a tree that lacks it
//   #: CONFIG_X since 7.3: reason
//       from this version on the symbol needs not be there ("before 6.8" likewise)
//   #: CONFIG_X since 7.0 or CONFIG_Y=v: reason
//       then Y is asked for as well, and X needs not be there if Y is
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/error.h"
#include "bench/common/base/files.h"
#include "bench/host/kernel/features.h"
#include "bench/host/kernel/version.h"

namespace diobench {

/// Versions in which a symbol needs not be there.
struct SymbolHistory {
    bool since = true;  ///< of `version` and newer; else older than it
    KernelVersion version;
    std::string instead_name, instead_value;  ///< what has to be there then; empty: nothing
    std::string reason;

    [[nodiscard]] bool holds_for(const KernelVersion& kernel) const { return since ? kernel >= version : kernel < version; }
};

/// One requested line.  `value` is what stands behind the '=' ("y", "250",
/// "\"text\""), or "n" for "# CONFIG_X is not set".
struct ConfigSymbol {
    std::string name;  ///< with CONFIG_
    std::string value;
    std::string file;  ///< the fragment, as it was opened
    int line = 0;      ///< from 1
    std::string feature;  ///< that it is for; empty: every kernel has it
    std::vector<SymbolHistory> history;

    /// "CONFIG_X=v" or "# CONFIG_X is not set".
    [[nodiscard]] std::string text() const;
};

/// A requested symbol that a configuration does not have: "n" where it is unknown.
struct MissingSymbol {
    ConfigSymbol wanted;
    std::string got;
    /// "CONFIG_X (20-erofs.config:7): wanted y, got n".
    [[nodiscard]] std::string message() const;
};

/// The symbols of one fragment's text.  A line that is neither a comment nor an assignment is an error, and so is one
/// with "#:" that cannot be read or has no such symbol in its group.
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

/// What one tree is asked for.
struct TreeConfig {
    std::vector<ConfigSymbol> symbols;  ///< also those that history asks for
    std::vector<std::string> left_out;  ///< a sentence a feature that the tree lacks
};
/// `absent`: of absent_features().
[[nodiscard]] Result<TreeConfig> config_for_tree(const std::vector<ConfigSymbol>& requested, const AbsentFeatures& absent, const std::string& version);

/// A configuration held against what was asked for.
struct ConfigCheck {
    std::vector<std::string> lines;      ///< asked for and there, as in a .config
    std::vector<std::string> notes;      ///< asked for and not there, which history or `allowed` excuses, a sentence each
    std::vector<MissingSymbol> missing;  ///< the others
};
/// `allowed`: symbols that may be missing, with or without "CONFIG_".
[[nodiscard]] ConfigCheck check_config(const TreeConfig& asked, const std::string& version, const std::vector<std::string>& allowed, std::string_view config_text);

}  // namespace diobench
