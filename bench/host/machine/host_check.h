// SPDX-License-Identifier: GPL-2.0-only
// What this host has of what diobench needs.
#pragma once

#include <string>
#include <vector>

namespace diobench {

enum class CheckState {
    ok,
    missing,   ///< needed for the main job
    optional,  ///< missing, and only something on the side needs it
};

struct HostCheck {
    std::string group;   ///< "host", "build", "measure", "report", "tests"
    std::string name;
    CheckState state = CheckState::ok;
    std::string found;   ///< version, path or amount; what is wrong if not ok
    std::string advice;  ///< how to get it; empty if ok
};

/// CPU, memory and space in the folders of cache, output and temporary files; then each program, library and
/// source package.  Asks every program for its version: about half a second.
[[nodiscard]] std::vector<HostCheck> check_host();

}  // namespace diobench
