// SPDX-License-Identifier: GPL-2.0-only
// What to type after a gate.
#pragma once

#include <string>

#include "bench/common/plan/cell_filter.h"
#include "bench/verdict/judge/gate_report.h"

namespace diobench {

/// What the gate was asked for, as commands take it.
struct AskedGate {
    std::string baseline;   ///< series by name or folder
    std::string candidate;
    std::string options{};  ///< what is not as usual, " --suite nightly --tree '/home/me/linux'"
    CellFilter filter{};
    size_t patches = 0;     ///< that only the candidate has
    bool verified = false;  ///< the candidate's conformance was looked at on this machine
};

/// The command that brings most: mend the host, verify what is wrong, bisect or measure again what is worse, take more seeds for what
/// is undecided, verify what passes, and then see what it buys.
[[nodiscard]] std::string next_step(const GateReport& report, const AskedGate& asked);

}  // namespace diobench
