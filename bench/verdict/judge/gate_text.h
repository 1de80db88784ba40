// SPDX-License-Identifier: GPL-2.0-only
// A gate's report for people: what moved, by how much, where it went, and what to type next; then, if asked for, everything.
#pragma once

#include <string>

#include "bench/verdict/judge/gate_report.h"

namespace diobench {

enum class GateInk { plain, terminal };

/// The answer: eight to twelve lines of a gate that came to its end. As good of a report that read_gate() has from gate.json.
[[nodiscard]] std::string gate_text(const GateReport& report, GateInk ink);
/// Every deciding test with its metrics and functions, what is better and accepted, notes and self-tests.
[[nodiscard]] std::string gate_table(const GateReport& report, GateInk ink);

}  // namespace diobench
