// SPDX-License-Identifier: GPL-2.0-only
// A gate's report for programs.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/common/base/files.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

inline constexpr int64_t kGateSchemaVersion = 1;
inline constexpr std::string_view kGateFileName = "gate.json";

/// The whole report; keys in a fixed order, what is not known null (docs/gate.md, "gate.json").
[[nodiscard]] nlohmann::ordered_json gate_json(const GateReport& report);

}  // namespace diobench
