// SPDX-License-Identifier: GPL-2.0-only
// The source of a base by its name ("6.12.107", "6.12", "newest"), brought from Debian if it is not here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/host/kernel/fetched_sources.h"

namespace diobench {

struct FetchedBase {
    FetchedSource source;
    bool fresh = false;  ///< it was not here before
};

/// What is said of suites that could not be read.
[[nodiscard]] std::string unread_text(const std::vector<std::string>& unread);
/// The lists as they are now; of suites that could not be read (`unread`) the lists of before.
[[nodiscard]] Result<std::vector<DebianSource>> updated_sources(DebianArchive& archive, Progress& progress, std::vector<std::string>& unread);
/// The base `name` of these lists.  Which the newest is can only be said if all lists were read.
[[nodiscard]] Result<FetchedBase> fetch_base(const DebianArchive& archive, const std::vector<DebianSource>& sources, const std::vector<std::string>& unread,
                                             const std::string& name, Progress& progress);
/// Both: asks Debian, and brings the newest of `name`.
[[nodiscard]] Result<FetchedBase> fetch_newest_of(const std::string& name, Progress& progress);
/// The newest of `name` that is here ("newest": what that stands for), or that package version; nothing if there is none.
[[nodiscard]] std::optional<FetchedSource> newest_here(const std::string& name);
[[nodiscard]] std::optional<FetchedSource> package_here(const std::string& version);

}  // namespace diobench
