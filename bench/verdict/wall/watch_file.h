// SPDX-License-Identifier: GPL-2.0-only
// What the host did while a run was made, kept in the run's output directory for who goes on with its session.
#pragma once

#include <optional>

#include "bench/common/base/files.h"
#include "bench/verdict/wall/host_watch.h"

namespace diobench {

inline constexpr std::string_view kWatchFileName = "watch.json";

[[nodiscard]] Status write_watch(const fs::path& directory, const BootWatch& watch);
/// Nothing if there is none, or half a file.
[[nodiscard]] std::optional<BootWatch> read_watch(const fs::path& directory);
/// The run is to be made again.
[[nodiscard]] Status forget_watch(const fs::path& directory);

}  // namespace diobench
