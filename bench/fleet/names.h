// SPDX-License-Identifier: GPL-2.0-only
// Names of machines, requests and claims.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace diobench {

/// Of this machine: $DIOBENCH_NODE, which engines set, else the host's.
[[nodiscard]] std::string node_name();
/// Nobody else's: 32 hexadecimal digits.
[[nodiscard]] std::string fresh_token();
/// Places in the depot: of a try that came to nothing, of what the judge printed, of its result.
[[nodiscard]] std::string failed_log_name(const std::string& request, int64_t job, const std::string& claim);
[[nodiscard]] std::string answer_name(const std::string& request);
[[nodiscard]] std::string result_name(const std::string& request);
/// "20261201T034100-run-1f3a".
[[nodiscard]] std::string fresh_request_id(std::string_view command);

}  // namespace diobench
