// SPDX-License-Identifier: GPL-2.0-only
// gate.json read again: gate_text() and gate_table() of it say what they said when it was made.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/common/base/files.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// The report that gate_json() made the file of, but for what only judging knows (values of single pairs). A file of another version,
/// without a key, or with a metric that is not in the table is an error.
[[nodiscard]] Result<GateReport> gate_of_json(const nlohmann::ordered_json& gate);
/// gate.json of a gate's output directory.
[[nodiscard]] Result<GateReport> read_gate(const fs::path& directory);

}  // namespace diobench
