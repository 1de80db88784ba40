// SPDX-License-Identifier: GPL-2.0-only
// The next command of a gate, from what it was asked for.
#pragma once

#include "bench/verdict/gate/gate_options.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// Whether `diobench verify` has looked at the candidate.
enum class Verified { no, yes };

/// Sets report.next. Of given runs the kernels are looked for by their names; where there is no series of both names, or one name
/// stands for both, there is no command to give.
void set_next(const GateOptions& options, Verified verified, GateReport& report);

}  // namespace diobench
