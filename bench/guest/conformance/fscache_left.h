// SPDX-License-Identifier: GPL-2.0-only
// What fscache still holds.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace diobench {

/// What is in the tables of /proc/fs/fscache ("caches", "volumes", "cookies") when `limit` has passed, as a text; empty as
/// soon as there is nothing.
[[nodiscard]] std::string left_in_fscache(const std::vector<std::string>& tables, std::chrono::milliseconds limit);

}  // namespace diobench
