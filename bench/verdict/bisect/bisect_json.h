// SPDX-License-Identifier: GPL-2.0-only
// A bisection for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/verdict/bisect/bisect.h"

namespace diobench {

/// The whole report; keys in a fixed order, what is not known null (docs/bisect.md, "bisect.json").
[[nodiscard]] nlohmann::ordered_json bisect_json(const BisectReport& report);

}  // namespace diobench
