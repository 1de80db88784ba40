// SPDX-License-Identifier: GPL-2.0-only
// A list as it is followed: its archives read, what was seen of them before known, and nobody else at it.
#pragma once

#include <string>
#include <vector>

#include "bench/common/base/paths.h"
#include "bench/host/follow/follow_list.h"

namespace diobench {

struct OpenedList {
    FollowSettings settings;
    std::vector<MailArchive> archives;
    FileLock lock;  ///< of the state
    FollowState state;
    ListRead read;
};

/// $XDG_CONFIG_HOME/diobench/follow.toml, else the one that comes with diobench.
[[nodiscard]] fs::path default_follow_settings();

/// Opens what `archives` name and reads what is new. `state`: where what was seen is kept; empty: follow.sqlite in the cache. All archives
/// that cannot be read are errors at once; so are series of `on` that are not there, and another program with this state.
[[nodiscard]] Result<OpenedList> open_list(const std::vector<std::string>& archives, const fs::path& settings, const fs::path& state);

}  // namespace diobench
