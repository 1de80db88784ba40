// SPDX-License-Identifier: GPL-2.0-only
// The files of a gate's output directory.
#pragma once

#include "bench/common/base/files.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// gate.json, summary.txt, junit.xml, gl-code-quality.json, and how far the gate can be trusted on this machine, if it was calibrated.
[[nodiscard]] Status write_gate_outputs(const fs::path& directory, const GateReport& report);
/// Tells the store: histories and dashboards know of gates that made their own runs.
[[nodiscard]] Status record_gate(const GateReport& report);

}  // namespace diobench
