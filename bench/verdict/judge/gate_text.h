// SPDX-License-Identifier: GPL-2.0-only
// A gate's report for people: the verdict first, then the few lines that decide it.
#pragma once

#include <string>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

enum class GateInk { plain, terminal };

/// One sentence: verdict, how many metrics of how many cells, on what evidence.
[[nodiscard]] std::string gate_headline(const GateReport& report);
/// "+4.9 %", "+3 (0 before)", "12 reads less": how much worse, and how sure, of one line.
[[nodiscard]] std::string how_much(const MetricReport& metric);
[[nodiscard]] std::string how_sure(const MetricReport& metric, size_t pairs);
/// A value with its unit, with as many digits as a small difference needs.
[[nodiscard]] std::string value_text(const Metric& metric, double value);
/// The whole report; lines fit 100 columns unless a cell's name does not.
[[nodiscard]] std::string gate_text(const GateReport& report, GateInk ink);

}  // namespace diobench
