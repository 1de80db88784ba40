// SPDX-License-Identifier: GPL-2.0-only
// JSON as text, whatever bytes a kernel or a file name put into its strings.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace diobench {

/// What is no UTF-8 becomes U+FFFD, where dump() alone would throw. `indent`: -1 is one line.
template <class Json>
[[nodiscard]] std::string json_text(const Json& json, int indent = 2) {
    return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace diobench
