// SPDX-License-Identifier: GPL-2.0-only
// What somebody may have meant by a name that there is not: the same everywhere.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace diobench {

/// The one of `known` that is spelled most like `given`: up to kMistypedAtMost letters differ, and not more than half of them.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view given, const std::vector<std::string>& known);
/// For the end of an error: "; did you mean dio?", or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view given, const std::vector<std::string>& known);

}  // namespace diobench
