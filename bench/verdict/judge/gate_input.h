// SPDX-License-Identifier: GPL-2.0-only
// What is judged.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "bench/verdict/pairs/samples.h"

namespace diobench {

/// The runs to be judged, and what was to be measured.
struct GateInput {
    std::span<const RunPair> pairs;    ///< the judged set
    std::span<const RunPair> confirm;  ///< real clocks: the independent set; empty: not made yet
    std::vector<std::string> cells;    ///< that were planned; one without a result is invalid
    std::string machine;
    std::string suite;
    enum class Scope { whole_suite, filtered } scope = Scope::whole_suite;  ///< filtered: metrics of the policy may be without a number
    uint64_t seed = 1;                 ///< of the statistics that draw

    [[nodiscard]] bool has_real_clock() const { return machine != "exact"; }
};

}  // namespace diobench
