// SPDX-License-Identifier: GPL-2.0-only
// What gates and was not looked at.
#pragma once

#include <span>

#include "bench/verdict/judge/gate_input.h"
#include "bench/verdict/judge/gate_report.h"
#include "bench/verdict/judge/policy.h"

namespace diobench {

/// What counting by function gives, which is not done in every run, is there on both sides with every seed, and counted in one way.
[[nodiscard]] bool all_counted(std::span<const RunPair> pairs);

/// Who has what functions executed.
struct Counting {
    bool everywhere = true;      ///< all_counted()
    size_t cells_without = 0;    ///< cells in which it would gate
};
/// Adds notes of gated metrics without a number, and problems: lines of the policy whose metric no cell of a whole suite has a number of.
/// The report's cells are judged.
void tell_unseen(const GateInput& input, const Policy& policy, const Counting& counting, GateReport& report);

}  // namespace diobench
