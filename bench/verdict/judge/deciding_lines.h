// SPDX-License-Identifier: GPL-2.0-only
// What readers of a report ask first: which metrics decide it, and which kernel functions account for that.
#pragma once

#include <string>
#include <vector>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// A metric of a cell that decides something.
struct DecidingLine {
    const CellReport* cell = nullptr;
    const MetricReport* metric = nullptr;  ///< nullptr: the cell as a whole
};
/// Metrics that are not a pass, and cells without numbers: the gravest verdict first, then what takes most time (time_ns()), then by share.
[[nodiscard]] std::vector<DecidingLine> deciding_lines(const GateReport& report);
/// Those beyond the tolerance in the good direction, the largest first.
[[nodiscard]] std::vector<DecidingLine> better_lines(const GateReport& report);

/// Of a cell's attribution: the `most` that account for most, then whatever else the patches touch and differs. What
/// costs much and what was changed are often not the same: a patch that sleeps shows as the scheduler's work.
[[nodiscard]] std::vector<AttributedFunction> leading_functions(const GateReport& report, const std::string& cell, size_t most);

}  // namespace diobench
