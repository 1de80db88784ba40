// SPDX-License-Identifier: GPL-2.0-only
// Where this system gets Debian's packages from, as its sources say (sources.list(5)).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/common/base/files.h"

namespace diobench {

/// One entry of packages (not of sources) that is not switched off.
struct AptEntry {
    std::string uri;
    std::vector<std::string> suites;
    std::vector<std::string> components;
    std::string signed_by;  ///< path of a keyring; empty: it names none
};

/// The entries of a text in one-line format, and of one in stanzas ("deb822"); what is neither is passed over, as apt's
/// own programs complain of it.
[[nodiscard]] std::vector<AptEntry> parse_sources_list(std::string_view text);
[[nodiscard]] std::vector<AptEntry> parse_deb822_sources(std::string_view text);
/// The entries of DIR/sources.list, DIR/sources.list.d/*.list and *.sources.
[[nodiscard]] std::vector<AptEntry> read_apt_sources(const fs::path& dir);

/// Lines of a private sources.list: Debian's suites that may have a kernel's source, of the system's own mirrors if its
/// entries for `codename` name some, else of Debian's.
[[nodiscard]] std::string kernel_sources_list(const std::vector<AptEntry>& entries, const std::string& codename);

}  // namespace diobench
