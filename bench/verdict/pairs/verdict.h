// SPDX-License-Identifier: GPL-2.0-only
// The four answers of a gate, and which one outweighs which.
#pragma once

#include <string_view>

#include "bench/common/base/error.h"

namespace diobench {

/// In the order in which one outweighs the others: what is broken says
/// nothing, what is worse must be seen, what is not known is not a pass.
enum class Verdict { pass, inconclusive, regression, invalid };

/// "pass", "inconclusive", "regression", "invalid".
[[nodiscard]] std::string_view verdict_name(Verdict verdict);
[[nodiscard]] constexpr Verdict worse_of(Verdict a, Verdict b) { return a < b ? b : a; }
/// 0, 3, 1, 4 (docs/architecture.md, "Contracts").
[[nodiscard]] ExitCode exit_code_of(Verdict verdict);

}  // namespace diobench
