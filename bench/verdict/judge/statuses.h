// SPDX-License-Identifier: GPL-2.0-only
// What the statuses of kernels and cells say before any number is looked at.
#pragma once

#include <span>
#include <string>

#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// Kernels that did not build or boot, or whose bytes were wrong, have no verdict but this: problems of the report, and the exit code of
/// one that did not build.
void look_at_kernels(std::span<const RunPair> pairs, GateReport& report);

/// Of a cell.
struct StatusFinding {
    Verdict verdict = Verdict::pass;
    std::string reason;  ///< empty: both have numbers, judge them
    std::string note;    ///< no numbers to judge, and nothing wrong
};

/// One finding for all pairs: the worst; notes only if all pairs have the same one.
[[nodiscard]] StatusFinding look_at_statuses(const CellSamples& samples);

}  // namespace diobench
