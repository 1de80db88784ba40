// SPDX-License-Identifier: GPL-2.0-only
// A whole gate: runs made, judged, written.
#pragma once

#include "bench/verdict/gate/gate_options.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// Builds both kernels, runs the self-tests and the pairs, judges, and writes gate.json, summary.txt,
/// junit.xml and gl-code-quality.json beside the runs. Errors: a policy that is wrong, an unknown suite or
/// series, an interrupt; what a kernel or machine does wrong is in the report.
[[nodiscard]] Result<GateReport> run_gate(const GateOptions& options);

}  // namespace diobench
