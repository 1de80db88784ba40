// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <string>

namespace diobench {

/// What /dev/cachefiles answers to each command in each state: the table of docs/protocol.md, and behind it where each answer comes from.
[[nodiscard]] std::string protocol_text();

}  // namespace diobench
